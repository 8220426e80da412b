//! Closed twice
//!
//! Found in Docker (number 24007 in the study): several goroutines may end a
//! client, and each of them looks first whether that was done already. Once in a
//! month the whole server ends, with the panic `close of closed channel`. Find
//! the place, name the kind, and repair it. All three still ask, at the same time.
//!
//! It is right when it prints, in every schedule:
//!
//!     the client is closed
//!
//! Type: gotour check closed-twice

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

struct Client {
    closed: Chan<()>,
}

impl Client {
    fn close(&self) {
        // TODO: what can happen between the look and the close?
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
