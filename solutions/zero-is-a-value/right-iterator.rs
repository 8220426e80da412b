//! All readings in a vector first.

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

        let all: Vec<i64> = readings.iter().collect();
        let lowest = all.iter().min().unwrap();
        println!("{} readings, the lowest is {lowest}", all.len());
    });
}
