//! Soup first: the cook sends when it has printed, and main receives before it prints.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let ready = chan::<()>(0);
        let call = ready.clone();
        go! {
            println!("cooked");
            call.send(());
        }
        ready.recv();
        println!("served");
    });
}
