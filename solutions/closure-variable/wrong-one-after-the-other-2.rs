//! The loop waits until the goroutine has read.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        let i = Shared::new(1);
        while i.get() <= 3 {
            let id = i.clone();
            let read = chan::<()>(0);
            let r = read.clone();
            wg.go(move || {
                let n = id.get();
                r.send(());
                println!("worker {n}");
            });
            read.recv();
            i.set(i.get() + 1);
        }
        wg.wait();
    });
}
