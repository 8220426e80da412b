//! A call for each page, whoever wants it meanwhile.

use goroutines::prelude::*;
use goroutines::println;
use goroutines::singleflight::Group;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Reads a page and counts its words. A blocking call.
fn read_from_disk(number: u32) -> u32 {
    runtime::syscall(|| 10 * number)
}

struct Book {
    pages: RWMutex<BTreeMap<u32, u32>>,
    flights: Group<u32>,
}

impl Book {
    fn words(&self, number: u32) -> u32 {
        self.cached(number).unwrap_or_else(|| {
            let (words, _shared) = self.flights.run(&number.to_string(), || {
                let words = read_from_disk(number);
                self.pages.write().insert(number, words);
                words
            });
            words
        })
    }

    fn cached(&self, number: u32) -> Option<u32> {
        self.pages.read().get(&number).copied()
    }
}

fn main() {
    run(|| {
        let book = Arc::new(Book {
            pages: RWMutex::new(BTreeMap::new()),
            flights: Group::new(),
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
