//! A match, as one would write `t, ok := <-readings`.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let readings = chan::<i64>(2);
        let out = readings.sender();
        go! {
            defer! { out.close(); }
            for t in [3, 0, -2, 5] {
                out.send(t);
            }
        }

        let (mut count, mut lowest) = (0, i64::MAX);
        loop {
            match readings.recv() {
                Some(t) => {
                    count += 1;
                    lowest = lowest.min(t);
                }
                None => break,
            }
        }
        println!("{count} readings, the lowest is {lowest}");
    });
}
