//! Each player sends and receives on the same channel, its own.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        let (to_ping, to_pong) = (chan::<i64>(0), chan::<i64>(0));
        let ping = to_ping.clone();
        wg.go(move || {
            for _ in 0..3 {
                let ball = ping.recv().unwrap();
                println!("ping {ball}");
                ping.send(ball + 1);
            }
        });
        wg.go(move || {
            for _ in 0..3 {
                let ball = to_pong.recv().unwrap();
                println!("pong {ball}");
                to_pong.send(ball + 1);
            }
        });
        to_ping.send(1);
        wg.wait();
    });
}
