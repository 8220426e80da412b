//! A value whose drop says done.

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
        struct D(WaitGroup);
        impl Drop for D {
            fn drop(&mut self) {
                self.0.done();
            }
        }
        let wg = WaitGroup::new();
        for job in 1..=3 {
            wg.add(1);
            let d = D(wg.clone());
            go(move || {
                let _d = d;
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
