//! First, then second
//!
//! Two goroutines each print one word, and nobody decides who runs first.
//! Make the second goroutine wait until the first one has printed. Both are
//! started before main waits for anything, and nobody sleeps: a sleep only
//! hopes that the other one is done.
//!
//! It is right when it prints, whoever runs first:
//!
//!     first
//!     second
//!
//! You can use a channel, on which one goroutine waits for another:
//!     let ch = chan::<()>(0);   make one; `ch.clone()` is another handle to it
//!     ch.send(());              give a value, and wait until it is taken
//!     ch.recv();                wait for a value, and take it
//!
//! Type: gotour check order-two

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let wg = WaitGroup::new();

        // TODO: let the second goroutine wait for the first.
        wg.go(move || {
            println!("first");
        });
        wg.go(move || {
            println!("second");
        });

        wg.wait();
    });
}
