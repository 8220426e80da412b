//! A group of tasks.

use goroutines::prelude::*;
use goroutines::println;
use std::panic::{AssertUnwindSafe, catch_unwind};
fn work(job: i32) {
    if job == 2 {
        panic!("no paper left");
    }
}
fn caught(f: impl FnOnce()) -> bool {
    catch_unwind(AssertUnwindSafe(f)).is_err()
}

fn main() {
    run(|| {
        let g = goroutines::errgroup::Group::new();
        for job in 1..=3 {
            g.go(move || {
                if caught(|| {
                    work(job);
                    println!("job {job}: done");
                }) {
                    println!("job {job}: failed");
                }
                Ok(())
            });
        }
        g.wait().unwrap();
    });
}
