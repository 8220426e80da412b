//! A channel with room for one is a lock: who has put something in may go on.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let n = Shared::new(0);
        let lock = chan::<()>(1);
        let wg = WaitGroup::new();
        for _ in 0..2 {
            let (n, lock) = (n.clone(), lock.clone());
            wg.go(move || {
                lock.send(());
                n.update(|v| v + 1);
                lock.recv();
            });
        }
        wg.wait();
        println!("{}", n.get());
    });
}
