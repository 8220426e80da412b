//! The guard is dropped before the call.

use goroutines::prelude::*;
use goroutines::println;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Reads a page and counts its words. A blocking call.
fn read_from_disk(number: u32) -> u32 {
    runtime::syscall(|| 10 * number)
}

struct Book {
    pages: Mutex<BTreeMap<u32, u32>>,
}

impl Book {
    /// How many words a page has.
    fn words(&self, number: u32) -> u32 {
        let pages = self.pages.lock();
        if let Some(words) = pages.get(&number) {
            return *words;
        }
        drop(pages);
        let words = read_from_disk(number);
        self.pages.lock().insert(number, words);
        words
    }
}

fn main() {
    run(|| {
        let book = Arc::new(Book {
            pages: Mutex::new(BTreeMap::new()),
        });

        let wg = WaitGroup::new();
        for number in 1..=3 {
            let book = book.clone();
            wg.go(move || println!("page {number} has {} words", book.words(number)));
        }
        wg.wait();

        println!("page 2 again: {} words", book.words(2));
        println!("{} pages in the cache", book.pages.lock().len());
    });
}
