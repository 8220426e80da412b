//! A `continue` for what is known to be closed.

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
        let (mail, fax) = (letters(vec![1, 2]), letters(vec![3, 4, 5]));
        let (mut mail_open, mut fax_open) = (true, true);
        let (mut count, mut total) = (0, 0);
        while mail_open || fax_open {
            let n = select! {
                recv(mail) -> v => match v {
                    Some(n) => n,
                    None => {
                        mail_open = false;
                        continue;
                    }
                },
                recv(fax) -> v => match v {
                    Some(n) => n,
                    None => {
                        fax_open = false;
                        continue;
                    }
                },
            };
            count += 1;
            total += n;
        }
        println!("{count} letters, {total} in all");
    });
}
