//! The end is noticed when it has been counted.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let readings = chan::<i64>(0);
        let out = readings.clone();
        go! {
            for t in [3, 0, -2, 5] {
                out.send(t);
            }
            out.close();
        }

        let (mut count, mut lowest) = (0, i64::MAX);
        loop {
            let t = readings.recv();
            count += 1;
            lowest = lowest.min(t.unwrap_or(0));
            if t.is_none() {
                break;
            }
        }
        println!("{count} readings, the lowest is {lowest}");
    });
}
