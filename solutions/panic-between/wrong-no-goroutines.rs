//! main does the jobs itself, one after the other.

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
        for job in 1..=3 {
            if caught(|| work(job)) {
                println!("job {job}: failed");
            } else {
                println!("job {job}: done");
            }
        }
    });
}
