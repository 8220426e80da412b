//! Room for all letters, and one channel after the other.

use goroutines::prelude::*;
use goroutines::println;

fn letters(numbers: Vec<i64>) -> RecvChan<i64> {
    let out = chan::<i64>(8);
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
        let (mut count, mut total) = (0, 0);
        for n in mail.iter().chain(fax.iter()) {
            count += 1;
            total += n;
        }
        println!("{count} letters, {total} in all");
    });
}
