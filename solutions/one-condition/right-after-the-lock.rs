//! Two condition variables, signalled when the lock is free again.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

struct Mailbox {
    letter: Mutex<Option<i64>>,
    waits: [Cond; 2],
}

impl Mailbox {
    fn put(&self, letter: i64) {
        let mut held = self.letter.lock();
        while held.is_some() {
            held = self.waits[0].wait(held);
        }
        *held = Some(letter);
        drop(held);
        self.waits[1].signal();
    }

    fn take(&self) -> i64 {
        let mut held = self.letter.lock();
        loop {
            match held.take() {
                Some(letter) => {
                    drop(held);
                    self.waits[0].signal();
                    return letter;
                }
                None => held = self.waits[1].wait(held),
            }
        }
    }
}

fn main() {
    run(|| {
        let mailbox = Arc::new(Mailbox {
            letter: Mutex::new(None),
            waits: [Cond::new(), Cond::new()],
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
