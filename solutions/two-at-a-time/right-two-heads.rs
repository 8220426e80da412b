//! Two locks, for the odd blocks and the even ones.

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
        let heads = Arc::new([Mutex::new(()), Mutex::new(())]);

        for block in 1..=6 {
            let (disk, content, heads) = (disk.clone(), contents.clone(), heads.clone());
            go(move || {
                // Each half of the blocks has a head of its own.
                let _head = heads[block as usize % 2].lock();
                content.send(disk.read(block));
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
