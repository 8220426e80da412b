//! Each runner counts in the number that it is sent, and sends it back.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let starts = chan::<i64>(0);
        let results = chan::<(i64, i64)>(0);
        for id in 1..=3 {
            let (starts, results) = (starts.clone(), results.clone());
            go! {
                let mut laps = starts.recv().unwrap();
                for _ in 0..id {
                    laps += 1;
                }
                results.send((id, laps));
            }
        }
        for _ in 1..=3 {
            starts.send(0);
        }
        for _ in 1..=3 {
            let (id, laps) = results.recv().unwrap();
            println!("runner {id} counted {laps}");
        }
    });
}
