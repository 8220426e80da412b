//! One goroutine alone closes, at the first request.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

struct Client {
    closed: Chan<()>,
    requests: Chan<()>,
}

impl Client {
    fn close(&self) {
        let _ = self.requests.try_send(());
    }
}

fn main() {
    run(|| {
        let client = Arc::new(Client {
            closed: chan(0),
            requests: chan(1),
        });
        let wg = WaitGroup::new();
        let theirs = client.clone();
        wg.go(move || {
            theirs.requests.recv();
            theirs.closed.close();
        });
        for _ in 0..3 {
            let client = client.clone();
            wg.go(move || client.close());
        }
        client.closed.recv();
        wg.wait();
        println!("the client is closed");
    });
}
