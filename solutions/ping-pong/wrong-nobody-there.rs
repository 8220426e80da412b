//! After the last hit pong sends once more.

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
                println!("ping {ball}");
                other.send(ball + 1);
            }
        });
        let serve = to_ping.clone();
        wg.go(move || {
            for _ in 0..3 {
                let ball = to_pong.recv().unwrap();
                println!("pong {ball}");
                to_ping.send(ball + 1);
            }
        });
        serve.send(1);
        wg.wait();
    });
}
