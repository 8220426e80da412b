//! main tells each player when to hit.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        let (p, q, done) = (chan::<i32>(0), chan::<i32>(0), chan::<()>(0));
        for (name, c) in [("ping", p.clone()), ("pong", q.clone())] {
            let done = done.clone();
            wg.go(move || {
                for ball in &c {
                    println!("{name} {ball}");
                    done.send(());
                }
            });
        }
        for ball in 1..=6 {
            if ball % 2 == 1 { p.send(ball) } else { q.send(ball) }
            done.recv();
        }
        p.close();
        q.close();
        wg.wait();
    });
}
