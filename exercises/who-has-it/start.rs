//! Who has it?
//!
//! A list of goroutines says who waits for a lock, and never who has it. Build a
//! lock that knows: hold runs a function with the value locked, and holder says
//! who is in just now, at any time, without waiting for that one. Write the two
//! functions, and the fields that they need. Leave main as it is.
//!
//! It is right when it prints, in every schedule:
//!
//!     first: Ann
//!     second: Bob
//!     at the end: nobody
//!     2 changes
//!
//! Type: gotour check who-has-it

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

struct Watched {
    value: Mutex<u32>,
}

impl Watched {
    fn new() -> Watched {
        Watched {
            value: Mutex::new(0),
        }
    }

    /// Runs `f` with the value locked, in the name of `who`.
    fn hold(&self, who: &'static str, f: impl FnOnce(&mut u32)) {
        // TODO: who is in, from when on, and until when?
        let _ = who;
        f(&mut self.value.lock());
    }

    /// Who has the value locked just now; without waiting for it.
    fn holder(&self) -> Option<&'static str> {
        None
    }
}

fn main() {
    run(|| {
        let watched = Arc::new(Watched::new());
        let (inside, leave) = (chan::<()>(0), chan::<()>(0));
        let wg = WaitGroup::new();
        let visit = |who| {
            let watched = watched.clone();
            let (inside, leave) = (inside.clone(), leave.clone());
            wg.go(move || {
                watched.hold(who, |n| {
                    let was = *n;
                    inside.send(());
                    leave.recv();
                    *n = was + 1;
                });
            });
        };
        let now = || watched.holder().unwrap_or("nobody");

        visit("Ann");
        inside.recv();
        visit("Bob");
        println!("first: {}", now());
        leave.send(());
        inside.recv();
        println!("second: {}", now());
        leave.send(());
        wg.wait();
        println!("at the end: {}", now());

        watched.hold("main", |n| match *n {
            2 => println!("2 changes"),
            n => println!("{n}: changes are lost"),
        });
    });
}
