//! One channel with room for a ball: the one who sent it may take it again.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        let table = chan::<i64>(1);
        table.send(1);
        for name in ["ping", "pong"] {
            let table = table.clone();
            wg.go(move || {
                loop {
                    let ball = table.recv().unwrap();
                    if ball > 6 {
                        table.send(ball);
                        break;
                    }
                    println!("{name} {ball}");
                    table.send(ball + 1);
                }
            });
        }
        wg.wait();
    });
}
