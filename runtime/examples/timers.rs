//! What timers cost: a million set, stopped, made anew and reset, in nanoseconds each.
//!
//! `cargo run --release -p goroutines --example timers`

use goroutines::prelude::*;
use goroutines::println;
use time::{Duration, Timer};

const N: u64 = 1_000_000;
const HOUR: Duration = Duration::from_secs(3600);

/// Runs `f`, and prints what each of `N` took.
fn each<R>(what: &str, f: impl FnOnce() -> R) -> R {
    let start = time::now();
    let r = f();
    println!("{what:8} {:?}", time::since(start) / N as u32);
    r
}

fn main() {
    Builder::new().procs(1).run(|| {
        let all: Vec<Timer> = each("set", || {
            let at = |i| HOUR + Duration::from_millis(i * 7919 % N);
            (0..N).map(|i| time::after_func(at(i), || ())).collect()
        });
        each("stop", || assert!(all.iter().all(Timer::stop)));
        drop(all);
        each("new+stop", || {
            for _ in 0..N {
                Timer::new(HOUR).stop();
            }
        });
        let t = time::after_func(HOUR, || ());
        each("reset", || {
            for _ in 0..N {
                t.reset(HOUR);
            }
        });
    });
}
