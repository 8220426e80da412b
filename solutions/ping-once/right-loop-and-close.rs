//! Loops over channels that are closed.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let (q, a) = (chan::<i64>(0), chan::<i64>(0));
        let (x, y) = (q.clone(), a.clone());
        go(move || {
            for n in &x {
                println!("worker: got {n}");
                y.send(2 * n);
            }
            y.close();
        });
        q.send(21);
        q.close();
        for n in &a {
            println!("main: got {n}");
        }
    });
}
