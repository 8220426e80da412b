//! Ping loops over its channel, and nobody closes it.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        let (to_ping, to_pong) = (chan::<i64>(0), chan::<i64>(0));
        let (mine, other) = (to_ping.clone(), to_pong.clone());
        wg.go(move || {
            for ball in &mine {
                println!("ping {ball}");
                other.send(ball + 1);
            }
        });
        let serve = to_ping.clone();
        wg.go(move || {
            for ball in &to_pong {
                println!("pong {ball}");
                if ball == 6 {
                    break;
                }
                to_ping.send(ball + 1);
            }
        });
        serve.send(1);
        wg.wait();
    });
}
