//! A OnceValue for each page, made under the lock and called without it.

use goroutines::prelude::*;
use goroutines::println;
use goroutines::sync::OnceValue;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Reads a page and counts its words. A blocking call.
fn read_from_disk(number: u32) -> u32 {
    runtime::syscall(|| 10 * number)
}

struct Book {
    pages: Mutex<BTreeMap<u32, Arc<OnceValue<u32>>>>,
}

impl Book {
    fn words(&self, number: u32) -> u32 {
        let page = self
            .pages
            .lock()
            .entry(number)
            .or_insert_with(|| Arc::new(OnceValue::new(move || read_from_disk(number))))
            .clone();
        page.call()
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
