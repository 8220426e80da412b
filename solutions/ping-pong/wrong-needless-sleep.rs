//! The ball makes the turns, and a sleep stands there as well.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        let table = chan::<i64>(0);
        for (name, hits) in [("ping", [1, 3, 5]), ("pong", [2, 4, 6])] {
            let table = table.clone();
            wg.go(move || {
                for hit in hits {
                    let ball = if hit == 1 { 1 } else { table.recv().unwrap() };
                    time::sleep(time::Duration::from_millis(10));
                    println!("{name} {ball}");
                    if ball < 6 {
                        table.send(ball + 1);
                    }
                }
            });
        }
        wg.wait();
    });
}
