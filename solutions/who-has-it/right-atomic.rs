//! A number stands for the name, in an atomic.

use goroutines::prelude::*;
use goroutines::println;
use goroutines::sync::atomic::Int32;
use std::sync::Arc;

const NAMES: [&str; 3] = ["Ann", "Bob", "main"];

struct Watched {
    value: Mutex<u32>,
    /// 0 for nobody, else one more than the place in NAMES.
    name: Int32,
}

impl Watched {
    fn new() -> Watched {
        Watched {
            value: Mutex::new(0),
            name: Int32::new(0),
        }
    }

    /// Runs `f` with the value locked, in the name of `who`.
    fn hold(&self, who: &'static str, f: impl FnOnce(&mut u32)) {
        let mut value = self.value.lock();
        let place = NAMES.iter().position(|n| *n == who).unwrap();
        self.name.store(place as i32 + 1);
        f(&mut value);
        self.name.store(0);
    }

    /// Who has the value locked just now; without waiting for it.
    fn holder(&self) -> Option<&'static str> {
        let n = self.name.load();
        NAMES.get((n as usize).checked_sub(1)?).copied()
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
