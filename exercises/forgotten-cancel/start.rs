//! The forgotten cancel
//!
//! A server has one connection to its database. Each request makes a context of
//! its own and borrows the connection. It is given back when that context is
//! over: that is how Connection works. Request 2 finds nothing and returns early,
//! and after it nobody gets the connection any more. Repair handle; a time limit
//! would not do. Leave main and Connection as they are.
//!
//! It is right when it prints:
//!
//!     request 1: found 10
//!     request 2: not found
//!     request 3: found 30
//!     the server stops, request 4: context canceled
//!
//! Type: gotour check forgotten-cancel

use context::Context;
use goroutines::prelude::*;
use goroutines::println;

/// The one connection to the database. Who borrows it has it until his context is over.
struct Connection {
    free: Chan<()>,
}

impl Connection {
    fn new() -> Connection {
        let free = chan::<()>(1);
        free.send(());
        Connection { free }
    }

    fn borrow(&self, ctx: &Context) -> Result<(), String> {
        if let Some(over) = ctx.err() {
            return Err(over.to_string());
        }
        self.free.recv();
        let free = self.free.clone();
        let _stop = context::after_func(ctx, move || free.send(()));
        Ok(())
    }

    /// Looks something up, for one who has it.
    fn find(&self, n: i64) -> i64 {
        if self.free.len() == self.free.cap() {
            panic!("the connection was given back already");
        }
        10 * n
    }
}

fn handle(server: &Context, db: &Connection, n: i64) -> Result<i64, String> {
    let (ctx, cancel) = context::with_cancel(server);
    // TODO: who gives the connection back after request 2?
    db.borrow(&ctx)?;
    if n == 2 {
        return Err("not found".to_string());
    }
    let found = db.find(n);
    cancel();
    Ok(found)
}

fn main() {
    run(|| {
        let (server, stop) = context::with_cancel(&context::background());
        let db = Connection::new();
        for n in 1..=3 {
            match handle(&server, &db, n) {
                Ok(found) => println!("request {n}: found {found}"),
                Err(e) => println!("request {n}: {e}"),
            }
        }
        stop();
        let last = handle(&server, &db, 4).unwrap_err();
        println!("the server stops, request 4: {last}");
    });
}
