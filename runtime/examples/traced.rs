//! A program with some of everything, to be traced: `GOTRACE=trace.html cargo run --example traced -p goroutines`.
//!
//! With a number behind it, it does so much: 60,000 make a million events.

use std::time::{Duration, Instant};

use goroutines::prelude::*;

fn main() {
    let items: u64 = std::env::args()
        .nth(1)
        .map_or(30, |n| n.parse().expect("a number"));
    run(|| {
        let (work, results) = (chan(2), chan(0));
        let wg = WaitGroup::new();
        for _ in 0..3 {
            let (work, results) = (work.clone(), results.clone());
            wg.go(move || {
                for n in &work {
                    // A third of them block their thread, a third compute.
                    match n % 3 {
                        0 if n < 30 => {
                            runtime::syscall(|| std::thread::sleep(Duration::from_micros(300)))
                        }
                        1 if n < 30 => {
                            let start = Instant::now();
                            while start.elapsed() < Duration::from_micros(200) {
                                std::hint::spin_loop();
                            }
                        }
                        _ => runtime::gosched(),
                    }
                    results.send(n % 1000 * (n % 1000));
                }
            });
        }
        let (all, done) = (wg.clone(), results.clone());
        go!({
            all.wait();
            done.close();
        });
        go!({
            for n in 0..items {
                work.send(n);
            }
            work.close();
        });
        let mut sum = 0_u64;
        for square in &results {
            sum += square;
        }
        time::sleep(Duration::from_micros(100));
        println!("{sum}");
    });
}
