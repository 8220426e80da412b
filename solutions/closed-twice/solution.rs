//! A Once closes, the first time and no other.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

struct Client {
    closed: Chan<()>,
    once: Once,
}

impl Client {
    fn close(&self) {
        self.once.call(|| self.closed.close());
    }
}

fn main() {
    run(|| {
        let client = Arc::new(Client {
            closed: chan(0),
            once: Once::new(),
        });
        let wg = WaitGroup::new();
        for _ in 0..3 {
            let client = client.clone();
            wg.go(move || client.close());
        }
        client.closed.recv();
        wg.wait();
        println!("the client is closed");
    });
}
