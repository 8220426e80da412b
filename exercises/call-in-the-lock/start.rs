//! A call in the lock
//!
//! Three goroutines each want another page of a book. Pages that were read are
//! kept in a cache; one that is not there has to be read from the disk, which is a
//! blocking call. What is printed is right. But who reads holds the lock of the
//! cache all the time, and the others wait for the disk too, even for a page that
//! is there.
//!
//! Repair it: nobody holds a lock while the call blocks. The pages must still be
//! in the cache at the end, and who wants one that is there gets it from there.
//! Leave `read_from_disk` as it is.
//!
//! It is right when it prints these lines, the first three in any order:
//!
//!     page 1 has 10 words
//!     page 2 has 20 words
//!     page 3 has 30 words
//!     page 2 again: 20 words
//!     3 pages in the cache
//!
//! Type: gotour check call-in-the-lock

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
        let mut pages = self.pages.lock();
        if let Some(words) = pages.get(&number) {
            return *words;
        }
        // TODO: who waits, while this call blocks?
        let words = read_from_disk(number);
        pages.insert(number, words);
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
