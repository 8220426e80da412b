//! The ball is sent before the hit is printed.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        let (to_ping, to_pong) = (chan::<i64>(0), chan::<i64>(0));
        let (mine, other) = (to_ping.clone(), to_pong.clone());
        wg.go(move || {
            for _ in 0..3 {
                let ball = mine.recv().unwrap();
                other.send(ball + 1);
                println!("ping {ball}");
            }
        });
        let serve = to_ping.clone();
        wg.go(move || {
            for _ in 0..3 {
                let ball = to_pong.recv().unwrap();
                if ball < 6 {
                    to_ping.send(ball + 1);
                }
                println!("pong {ball}");
            }
        });
        serve.send(1);
        wg.wait();
    });
}
