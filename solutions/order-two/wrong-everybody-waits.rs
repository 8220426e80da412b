//! Both goroutines receive, and nobody sends.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        let turn = chan::<()>(0);

        let mine = turn.clone();
        wg.go(move || {
            mine.recv();
            println!("first");
        });
        wg.go(move || {
            turn.recv();
            println!("second");
        });

        wg.wait();
    });
}
