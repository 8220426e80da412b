//! A lock is held from the look to the close.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

struct Client {
    closed: Chan<()>,
    ending: Mutex<()>,
}

impl Client {
    fn close(&self) {
        let _held = self.ending.lock();
        select! {
            recv(self.closed) => {}
            default => self.closed.close(),
        }
    }
}

fn main() {
    run(|| {
        let client = Arc::new(Client {
            closed: chan(0),
            ending: Mutex::new(()),
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
