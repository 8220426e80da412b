//! The name is a Shared.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

struct Watched {
    value: Mutex<u32>,
    who: Shared<Option<&'static str>>,
}

impl Watched {
    fn new() -> Watched {
        Watched {
            value: Mutex::new(0),
            who: Shared::new(None),
        }
    }

    /// Runs `f` with the value locked, in the name of `who`.
    fn hold(&self, who: &'static str, f: impl FnOnce(&mut u32)) {
        let mut v = self.value.lock();
        self.who.set(Some(who));
        f(&mut v);
        self.who.set(None);
    }

    /// Who has the value locked just now; without waiting for it.
    fn holder(&self) -> Option<&'static str> {
        self.who.get()
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
