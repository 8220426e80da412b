//! One goroutine owns the cache; the others ask it, and send it what they have read.

use goroutines::prelude::*;
use goroutines::println;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Reads a page and counts its words. A blocking call.
fn read_from_disk(number: u32) -> u32 {
    runtime::syscall(|| 10 * number)
}

struct Book {
    asks: Chan<(u32, Chan<Option<u32>>)>,
    news: Chan<(u32, u32)>,
}

impl Book {
    /// How many words a page has.
    fn words(&self, number: u32) -> u32 {
        let answer = chan(1);
        self.asks.send((number, answer.clone()));
        if let Some(words) = answer.recv().flatten() {
            return words;
        }
        let words = read_from_disk(number);
        self.news.send((number, words));
        words
    }
}

fn main() {
    run(|| {
        let book = Arc::new(Book {
            asks: chan(0),
            news: chan(0),
        });

        let (asks, news, size) = (book.asks.clone(), book.news.clone(), chan::<usize>(0));
        let tell = size.clone();
        go(move || {
            let mut pages = BTreeMap::new();
            loop {
                select! {
                    recv(asks) -> ask => {
                        let Some((number, answer)) = ask else { break };
                        answer.send(pages.get(&number).copied());
                    }
                    recv(news) -> page => pages.extend(page),
                }
            }
            tell.send(pages.len());
        });

        let wg = WaitGroup::new();
        for number in 1..=3 {
            let book = book.clone();
            wg.go(move || println!("page {number} has {} words", book.words(number)));
        }
        wg.wait();

        println!("page 2 again: {} words", book.words(2));
        book.asks.close();
        println!("{} pages in the cache", size.recv().unwrap_or(0));
    });
}
