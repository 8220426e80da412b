//! All letters come, and what is printed was known before.

use goroutines::prelude::*;
use goroutines::println;

fn letters(numbers: Vec<i64>) -> RecvChan<i64> {
    let out = chan::<i64>(0);
    let to = out.sender();
    go! {
        for n in numbers {
            to.send(n);
        }
        to.close();
    }
    out.receiver()
}

fn main() {
    run(|| {
        let (mut mail, mut fax) = (letters(vec![1, 2]), letters(vec![3, 4, 5]));
        while !(mail.is_nil() && fax.is_nil()) {
            select! {
                recv(mail) -> v => {
                    if v.is_none() {
                        mail = RecvChan::nil();
                    }
                }
                recv(fax) -> v => {
                    if v.is_none() {
                        fax = RecvChan::nil();
                    }
                }
            }
        }
        println!("5 letters, 15 in all");
    });
}
