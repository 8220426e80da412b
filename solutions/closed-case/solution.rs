//! The variable of a closed channel becomes nil.

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
        let (mut count, mut total) = (0, 0);
        while !(mail.is_nil() && fax.is_nil()) {
            let letter = select! {
                recv(mail) -> v => {
                    if v.is_none() {
                        mail = RecvChan::nil();
                    }
                    v
                }
                recv(fax) -> v => {
                    if v.is_none() {
                        fax = RecvChan::nil();
                    }
                    v
                }
            };
            if let Some(n) = letter {
                count += 1;
                total += n;
            }
        }
        println!("{count} letters, {total} in all");
    });
}
