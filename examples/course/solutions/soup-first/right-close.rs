//! Soup first: the cook closes the channel when it has printed.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let ready = chan::<()>(0);
        let call = ready.clone();
        go! {
            println!("cooked");
            call.close();
        }
        ready.recv();
        println!("served");
    });
}
