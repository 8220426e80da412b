//! A context may be cancelled by all of them.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

struct Client {
    ctx: context::Context,
    cancel: Box<dyn Fn() + Send + Sync>,
}

impl Client {
    fn close(&self) {
        (self.cancel)();
    }
}

fn main() {
    run(|| {
        let (ctx, cancel) = context::with_cancel(&context::background());
        let client = Arc::new(Client {
            ctx,
            cancel: Box::new(cancel),
        });
        let wg = WaitGroup::new();
        for _ in 0..3 {
            let client = client.clone();
            wg.go(move || client.close());
        }
        client.ctx.done().recv();
        wg.wait();
        println!("the client is closed");
    });
}
