//! One ball, one place, and ping takes it back itself.

use goroutines::prelude::*;
use goroutines::println;
fn main() {
    run(|| {
        let wg = WaitGroup::new();
        let ball = chan(1);
        let b = ball.clone();
        wg.go(move || {
            for n in [1, 3, 5] {
                println!("ping {n}");
                b.send(n);
                b.recv();
            }
        });
        wg.go(move || {
            for n in [2, 4, 6] {
                ball.recv();
                println!("pong {n}");
                ball.send(n);
            }
        });
        wg.wait();
    });
}
