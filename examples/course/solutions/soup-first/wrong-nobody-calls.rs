//! Soup first: main waits for a message that nobody sends.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let ready = chan::<()>(0);
        go! {
            println!("cooked");
        }
        ready.recv();
        println!("served");
    });
}
