//! Soup first: the cook calls before it cooks.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let ready = chan::<()>(1);
        let call = ready.clone();
        go! {
            call.send(());
            println!("cooked");
        }
        ready.recv();
        println!("served");
    });
}
