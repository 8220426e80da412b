//! A list of letters in place of one.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

struct Mailbox {
    letter: Mutex<Vec<i64>>,
    changed: Cond,
}

impl Mailbox {
    fn put(&self, letter: i64) {
        self.letter.lock().push(letter);
        self.changed.broadcast();
    }

    fn take(&self) -> i64 {
        let mut held = self.letter.lock();
        while held.is_empty() {
            held = self.changed.wait(held);
        }
        held.pop().unwrap()
    }
}

fn main() {
    run(|| {
        let mailbox = Arc::new(Mailbox {
            letter: Mutex::new(Vec::new()),
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
