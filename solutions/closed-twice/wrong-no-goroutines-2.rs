//! Each has ended before the next one asks.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

struct Client {
    closed: Chan<()>,
}

impl Client {
    fn close(&self) {
        select! {
            recv(self.closed) => {}
            default => self.closed.close(),
        }
    }
}

fn main() {
    run(|| {
        let client = Arc::new(Client { closed: chan(0) });
        let wg = WaitGroup::new();
        for _ in 0..3 {
            let client = client.clone();
            wg.go(move || client.close());
            wg.wait();
        }
        client.closed.recv();
        wg.wait();
        println!("the client is closed");
    });
}
