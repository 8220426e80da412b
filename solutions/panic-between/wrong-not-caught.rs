//! `done` is deferred, and nobody catches the panic: it ends the program.

use goroutines::prelude::*;
use goroutines::println;

fn work(job: i32) {
    if job == 2 {
        panic!("no paper left");
    }
}

fn main() {
    run(|| {
        let wg = WaitGroup::new();

        for job in 1..=3 {
            wg.add(1);
            let group = wg.clone();
            go(move || {
                defer! { group.done(); }
                work(job);
                println!("job {job}: done");
            });
        }

        wg.wait();
    });
}
