//! Only the first of the three closes.

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
        for i in 0..3 {
            let client = client.clone();
            wg.go(move || {
                if i == 0 {
                    client.close()
                }
            });
        }
        client.closed.recv();
        wg.wait();
        println!("the client is closed");
    });
}
