//! The case that is always ready
//!
//! main collects letters from two channels until both are closed. What it prints
//! is right. But as soon as one of the two is closed, the loop goes round and
//! round at full speed, because that channel is always ready. Let it go round
//! only when there is something: five letters and two ends. It goes on listening to
//! both, as long as both are open.
//!
//! It is right when it prints, and does not go round for nothing:
//!
//!     5 letters, 15 in all
//!
//! Type: gotour check closed-case

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
            // TODO: a case that has nothing more to say should be off.
            let letter = select! {
                recv(mail) -> v => {
                    mail_open = v.is_some();
                    v
                }
                recv(fax) -> v => {
                    fax_open = v.is_some();
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
