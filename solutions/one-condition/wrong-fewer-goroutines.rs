//! One puts in, one takes out.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

struct Mailbox {
    letter: Mutex<Option<i64>>,
    changed: Cond,
}

impl Mailbox {
    fn put(&self, letter: i64) {
        let mut held = self.letter.lock();
        while held.is_some() {
            held = self.changed.wait(held);
        }
        *held = Some(letter);
        self.changed.signal();
    }

    fn take(&self) -> i64 {
        let mut held = self.letter.lock();
        while held.is_none() {
            held = self.changed.wait(held);
        }
        self.changed.signal();
        held.take().unwrap()
    }
}

fn main() {
    run(|| {
        let mailbox = Arc::new(Mailbox {
            letter: Mutex::new(None),
            changed: Cond::new(),
        });
        let wg = WaitGroup::new();
        let to = mailbox.clone();
        wg.go(move || (1..=4).for_each(|letter| to.put(letter)));
        let sum: i64 = (0..4).map(|_| mailbox.take()).sum();
        wg.wait();
        println!("4 letters, {sum} in all");
    });
}
