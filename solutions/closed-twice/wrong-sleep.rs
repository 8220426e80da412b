//! Sleeps before it looks.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

struct Client {
    closed: Chan<()>,
}

impl Client {
    fn close(&self) {
        time::sleep(time::Duration::from_millis(1));
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
        }
        client.closed.recv();
        wg.wait();
        println!("the client is closed");
    });
}
