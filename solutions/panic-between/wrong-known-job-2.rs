//! done stands before the work, for job 2 alone.

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
                    if job == 2 {
                        defer! { group.done(); }
                        println!("job 2: failed");
                        work(job);
                    }
                    println!("job {job}: done");
                    group.done();
                });
                let _ = failed;
            });
        }

        wg.wait();
    });
}
