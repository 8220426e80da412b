//! A panic or not, each goroutine sends one line.

use goroutines::prelude::*;
use goroutines::println;
use std::panic::{AssertUnwindSafe, catch_unwind};

fn work(job: i32) {
    if job == 2 {
        panic!("no paper left");
    }
}

fn main() {
    run(|| {
        let lines = chan::<String>(0);
        for job in 1..=3 {
            let lines = lines.clone();
            go! {
                let outcome = match catch_unwind(AssertUnwindSafe(|| work(job))) {
                    Ok(()) => "done",
                    Err(_) => "failed",
                };
                lines.send(format!("job {job}: {outcome}"));
            }
        }
        for _ in 1..=3 {
            println!("{}", lines.recv().unwrap());
        }
    });
}
