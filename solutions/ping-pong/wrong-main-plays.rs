//! The players send their lines, and main prints them in turns.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let (pings, pongs) = (chan::<i64>(0), chan::<i64>(0));
        let (a, b) = (pings.clone(), pongs.clone());
        let first = chan::<()>(0);
        let served = first.clone();
        go! {
            println!("ping 1");
            served.send(());
            for ball in [3, 5] {
                a.send(ball);
            }
        }
        go! {
            for ball in [2, 4, 6] {
                b.send(ball);
            }
        }
        first.recv();
        println!("pong {}", pongs.recv().unwrap());
        for _ in 0..2 {
            println!("ping {}", pings.recv().unwrap());
            println!("pong {}", pongs.recv().unwrap());
        }
    });
}
