//! An atomic counts the pages, and main adds before each start.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

fn main() {
    run(|| {
        let saved = Arc::new(sync::atomic::Int32::new(0));
        let wg = WaitGroup::new();
        for _page in 1..=3 {
            wg.add(1);
            let (saved, group) = (saved.clone(), wg.clone());
            go! {
                defer! { group.done(); }
                saved.add(1);
            }
        }
        wg.wait();
        println!("{} pages saved", saved.load());
    });
}
