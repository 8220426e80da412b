//! A panic in between
//!
//! Three goroutines each do one job, and job 2 panics. The panic is caught, so
//! the program lives on; and yet main waits for ever, because the panic jumped
//! over a line that had to run. Repair it: that line must run when the job panics
//! too. `work` and `caught` are not to blame, leave them as they are.
//!
//! It is right when it always prints these three lines, in any order, and ends:
//!
//!     job 1: done
//!     job 2: failed
//!     job 3: done
//!
//! Type: gotour check panic-between

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
                // TODO: follow job 2 from here. Which lines does it jump over?
                let failed = caught(|| {
                    work(job);
                    println!("job {job}: done");
                    group.done();
                });
                if failed {
                    println!("job {job}: failed");
                }
            });
        }

        wg.wait();
    });
}
