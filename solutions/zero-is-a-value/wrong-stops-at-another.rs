//! What is very cold is the end.

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
            let t = readings.recv().unwrap_or(i64::MIN);
            if t < -1 {
                break;
            }
            count += 1;
            lowest = lowest.min(t);
        }
        println!("{count} readings, the lowest is {lowest}");
    });
}
