//! The lock is given back between the look and the close.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

struct Client {
    closed: Chan<()>,
    ended: Mutex<bool>,
}

impl Client {
    fn close(&self) {
        let ended = *self.ended.lock();
        if !ended {
            *self.ended.lock() = true;
            self.closed.close();
        }
    }
}

fn main() {
    run(|| {
        let client = Arc::new(Client {
            closed: chan(0),
            ended: Mutex::new(false),
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
