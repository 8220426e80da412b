//! A channel with one place is a lock: who has put something in may go on.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let n = Shared::new(0);
        let token = chan::<()>(1);
        let wg = WaitGroup::new();
        for _ in 0..2 {
            let (n, token) = (n.clone(), token.clone());
            wg.go(move || {
                token.send(());
                n.set(n.get() + 1);
                token.recv();
            });
        }
        wg.wait();
        println!("{}", n.get());
    });
}
