//! A program with some of everything, to be traced: `GOTRACE=trace.html cargo run --example traced -p goroutines`.

use std::time::{Duration, Instant};

use goroutines::prelude::*;

fn main() {
    run(|| {
        let (work, results) = (chan(2), chan(0));
        let wg = WaitGroup::new();
        for _ in 0..3 {
            let (work, results) = (work.clone(), results.clone());
            wg.go(move || {
                for n in &work {
                    // A third of them block their thread, a third compute.
                    match n % 3 {
                        0 => runtime::syscall(|| std::thread::sleep(Duration::from_micros(300))),
                        1 => {
                            let start = Instant::now();
                            while start.elapsed() < Duration::from_micros(200) {
                                std::hint::spin_loop();
                            }
                        }
                        _ => runtime::gosched(),
                    }
                    results.send(n * n);
                }
            });
        }
        let (all, done) = (wg.clone(), results.clone());
        go!({
            all.wait();
            done.close();
        });
        go!({
            for n in 0..30 {
                work.send(n);
            }
            work.close();
        });
        let mut sum = 0;
        for square in &results {
            sum += square;
        }
        time::sleep(Duration::from_micros(100));
        println!("{sum}");
    });
}
