//! One of each in turn.

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
            for (from, open) in [(&mail, &mut mail_open), (&fax, &mut fax_open)] {
                if !*open {
                    continue;
                }
                match from.recv() {
                    Some(n) => {
                        count += 1;
                        total += n;
                    }
                    None => *open = false,
                }
            }
        }
        println!("{count} letters, {total} in all");
    });
}
