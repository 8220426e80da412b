//! Two channels with room for the one ball.

use goroutines::prelude::*;
use goroutines::println;

fn player(name: &'static str, mine: Chan<i64>, other: Chan<i64>) {
    for ball in &mine {
        println!("{name} {ball}");
        if ball < 6 {
            other.send(ball + 1);
        }
        if ball >= 5 {
            break;
        }
    }
}

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        let (a, b) = (chan::<i64>(1), chan::<i64>(1));
        a.send(1);
        let (mine, other) = (a.clone(), b.clone());
        wg.go(move || player("ping", mine, other));
        wg.go(move || player("pong", b, a));
        wg.wait();
    });
}
