//! main asks for the length.

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
            if readings.is_empty() {
                break;
            }
            let t = readings.recv().unwrap_or(0);
            count += 1;
            lowest = lowest.min(t);
        }
        println!("{count} readings, the lowest is {lowest}");
    });
}
