//! Each goroutine starts the next one.

use goroutines::prelude::*;
use goroutines::println;
const LETTER: [&str; 3] = ["Dear Ann,", "thank you for the book.", "Yours, Bob"];
fn say(wg: WaitGroup, n: usize) {
    if n == 3 {
        return;
    }
    println!("{}", LETTER[n]);
    let w = wg.clone();
    wg.go(move || say(w, n + 1));
}
fn main() {
    run(|| {
        let wg = WaitGroup::new();
        let w = wg.clone();
        wg.go(move || say(w, 0));
        wg.wait();
    });
}
