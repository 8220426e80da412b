//! Who looks, and sees room, takes it in a second step.

use goroutines::prelude::*;
use goroutines::println;
use goroutines::sync::atomic::Int64;
use std::sync::Arc;

/// A disk that takes two calls at a time, and no more.
struct Disk {
    calls: Int64,
}

impl Disk {
    /// What is in a block. A blocking call.
    fn read(&self, block: i64) -> i64 {
        runtime::syscall(|| {
            if self.calls.add(1) > 2 {
                panic!("the disk takes two calls at a time");
            }
            self.calls.add(-1);
            block * block
        })
    }
}

fn main() {
    run(|| {
        let disk = Arc::new(Disk {
            calls: Int64::new(0),
        });
        let contents = chan::<i64>(6);
        let places = Arc::new((Mutex::new(0), Cond::new()));

        for block in 1..=6 {
            let (disk, content, places) = (disk.clone(), contents.clone(), places.clone());
            go(move || {
                let mut changed = places.0.lock();
                while *changed >= 2 {
                    changed = places.1.wait(changed);
                }
                drop(changed);
                *places.0.lock() += 1;
                content.send(disk.read(block));
                *places.0.lock() -= 1;
                places.1.signal();
            });
        }

        let blocks: Vec<i64> = (0..6).filter_map(|_| contents.recv()).collect();

        println!(
            "{} blocks, sum {}",
            blocks.len(),
            blocks.iter().sum::<i64>()
        );
    });
}
