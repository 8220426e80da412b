//! Both look at a variable until it changes.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let (q, a) = (Shared::new(0), Shared::new(0));
        let (x, y) = (q.clone(), a.clone());
        go(move || {
            while x.get() == 0 {
                goroutines::runtime::gosched();
            }
            println!("worker: got {}", x.get());
            y.set(42);
        });
        q.set(21);
        while a.get() == 0 {
            goroutines::runtime::gosched();
        }
        println!("main: got {}", a.get());
    });
}
