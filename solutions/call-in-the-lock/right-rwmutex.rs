//! A lock for many readers, and for one writer; nobody has it during the call.

use goroutines::prelude::*;
use goroutines::println;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Reads a page and counts its words. A blocking call.
fn read_from_disk(number: u32) -> u32 {
    runtime::syscall(|| 10 * number)
}

struct Book {
    pages: RWMutex<BTreeMap<u32, u32>>,
}

impl Book {
    /// How many words a page has.
    fn words(&self, number: u32) -> u32 {
        let kept = self.pages.read().get(&number).copied();
        kept.unwrap_or_else(|| {
            let words = read_from_disk(number);
            self.pages.write().insert(number, words);
            words
        })
    }
}

fn main() {
    run(|| {
        let book = Arc::new(Book {
            pages: RWMutex::new(BTreeMap::new()),
        });

        let wg = WaitGroup::new();
        for number in 1..=3 {
            let book = book.clone();
            wg.go(move || println!("page {number} has {} words", book.words(number)));
        }
        wg.wait();

        println!("page 2 again: {} words", book.words(2));
        println!("{} pages in the cache", book.pages.read().len());
    });
}
