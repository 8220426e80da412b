//! Two at a time
//!
//! Six goroutines each read one block from a disk, and main adds up what is in
//! the blocks. The disk takes two calls at a time: with a third one it fails, and
//! the program ends.
//!
//! See to it that never more than two goroutines are in `read` at the same time,
//! and that two can be. All six blocks are read, and nobody waits by asking again
//! and again. Leave the disk as it is.
//!
//! It is right when it prints, in every schedule:
//!
//!     6 blocks, sum 91
//!
//! Type: gotour check two-at-a-time

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

        for block in 1..=6 {
            let (disk, content) = (disk.clone(), contents.clone());
            go(move || {
                // TODO: how many may be in this call at a time, and how many can be?
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
