//! A call from the kitchen

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let ready = chan::<()>(0);
        let call = ready.clone();
        go! {
            println!("cook:   the soup is cooked");
            call.send(());
        }
        ready.recv();
        println!("waiter: the soup is served");
    });
}
