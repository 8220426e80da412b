//! A channel for each direction, and the number is the ball.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        let (to_ping, to_pong) = (chan::<i64>(0), chan::<i64>(0));

        let (mine, other) = (to_ping.receiver(), to_pong.sender());
        wg.go(move || {
            for ball in &mine {
                println!("ping {ball}");
                other.send(ball + 1);
            }
        });
        let (mine, other) = (to_pong.receiver(), to_ping.sender());
        wg.go(move || {
            for ball in &mine {
                println!("pong {ball}");
                if ball == 6 {
                    break;
                }
                other.send(ball + 1);
            }
            other.close();
        });

        to_ping.send(1);
        wg.wait();
    });
}
