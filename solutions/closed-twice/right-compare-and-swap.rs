//! Who changes the atomic first is the one who closes.

use goroutines::prelude::*;
use goroutines::println;
use goroutines::sync::atomic::Bool;
use std::sync::Arc;

struct Client {
    closed: Chan<()>,
    ended: Bool,
}

impl Client {
    fn close(&self) {
        if self.ended.compare_and_swap(false, true) {
            self.closed.close();
        }
    }
}

fn main() {
    run(|| {
        let client = Arc::new(Client {
            closed: chan(0),
            ended: Bool::new(false),
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
