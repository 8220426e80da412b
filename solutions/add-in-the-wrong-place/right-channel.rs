//! Each goroutine sends one message when its page is saved, and main counts them.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let saved = chan::<i32>(0);
        for page in 1..=3 {
            let saved = saved.clone();
            go(move || saved.send(page));
        }

        let mut pages = 0;
        while pages < 3 {
            saved.recv();
            pages += 1;
        }
        println!("{pages} pages saved");
    });
}
