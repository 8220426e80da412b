//! Each sends what it counted.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let c = chan::<(i32, i32)>(0);
        for id in 1..=3 {
            let c = c.clone();
            go(move || {
                let mut laps = 0;
                for _ in 0..id {
                    laps += 1;
                }
                c.send((id, laps));
            });
        }
        for _ in 0..3 {
            let (id, n) = c.recv().unwrap();
            println!("runner {id} counted {n}");
        }
    });
}
