//! The counter's value travels: whoever has received it adds 1 and sends it on.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let n = chan::<i64>(1);
        let wg = WaitGroup::new();
        for _ in 0..2 {
            let n = n.clone();
            wg.go(move || n.send(n.recv().unwrap() + 1));
        }
        n.send(0);
        wg.wait();
        println!("{}", n.recv().unwrap());
    });
}
