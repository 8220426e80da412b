//! Nothing panics any more.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        for job in 1..=3 {
            wg.add(1);
            let g = wg.clone();
            go(move || {
                if job == 2 {
                    println!("job 2: failed");
                } else {
                    println!("job {job}: done");
                }
                g.done();
            });
        }
        wg.wait();
    });
}
