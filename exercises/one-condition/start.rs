//! One condition for two
//!
//! A mailbox has room for one letter. Two goroutines put letters in, two take
//! them out. Whoever cannot go on waits, and whoever has changed something
//! wakes one who waits. Now and then everybody waits, although a letter is in
//! the box. Repair the mailbox. It stays one with a lock, without a channel.
//!
//! It is right when it prints, whoever runs first:
//!
//!     4 letters, 10 in all
//!
//! Type: gotour check one-condition

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
        // TODO: who is it that wakes up here, and in take?
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
        let total = Arc::new(Mutex::new((0, 0)));
        let wg = WaitGroup::new();
        for letters in [[1, 2], [3, 4]] {
            let (to, from, total) = (mailbox.clone(), mailbox.clone(), total.clone());
            wg.go(move || letters.into_iter().for_each(|letter| to.put(letter)));
            wg.go(move || {
                for _ in 0..2 {
                    let letter = from.take();
                    let mut total = total.lock();
                    *total = (total.0 + 1, total.1 + letter);
                }
            });
        }
        wg.wait();
        let (count, sum) = *total.lock();
        println!("{count} letters, {sum} in all");
    });
}
