//! The done was taken out.

use goroutines::prelude::*;
use goroutines::println;
use std::panic::{AssertUnwindSafe, catch_unwind};

fn work(job: i32) {
    if job == 2 {
        panic!("no paper left");
    }
}

/// Runs `f`, and says whether it panicked: what `recover` is for in Go.
fn caught(f: impl FnOnce()) -> bool {
    catch_unwind(AssertUnwindSafe(f)).is_err()
}

fn main() {
    run(|| {
        let wg = WaitGroup::new();

        for job in 1..=3 {
            wg.add(1);
            let group = wg.clone();
            go(move || {
                let failed = caught(|| {
                    work(job);
                    println!("job {job}: done");
                });
                if failed {
                    println!("job {job}: failed");
                }
            });
        }

        wg.wait();
    });
}
