//! The default of a channel is nil; a count says when both have ended.

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
        let mut open = [letters(vec![1, 2]), letters(vec![3, 4, 5])];
        let (mut ended, mut count, mut total) = (0, 0, 0);
        while ended < 2 {
            let (which, v) = select! {
                recv(open[0]) -> v => (0, v),
                recv(open[1]) -> v => (1, v),
            };
            match v {
                Some(n) => {
                    count += 1;
                    total += n;
                }
                None => {
                    ended += 1;
                    open[which] = RecvChan::default();
                }
            }
        }
        println!("{count} letters, {total} in all");
    });
}
