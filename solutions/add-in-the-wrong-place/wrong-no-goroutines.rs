//! main saves the pages itself.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let mut saved = 0;
        for _page in 1..=3 {
            saved += 1;
        }
        println!("{saved} pages saved");
    });
}
