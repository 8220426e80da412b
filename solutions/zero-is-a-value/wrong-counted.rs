//! Four readings, because there are four.

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

        let mut lowest = i64::MAX;
        for _ in 0..4 {
            lowest = lowest.min(readings.recv().unwrap());
        }
        println!("4 readings, the lowest is {lowest}");
    });
}
