//! The first closes, the others wait for another end.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

struct Client {
    closed: Chan<()>,
    tickets: Chan<()>,
}

impl Client {
    fn close(&self) {
        self.tickets.send(());
        self.closed.close();
    }
}

fn main() {
    run(|| {
        let client = Arc::new(Client {
            closed: chan(0),
            tickets: chan(1),
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
