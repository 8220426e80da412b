//! main serves and returns; nobody waits for the players.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let table = chan::<i64>(0);
        for name in ["ping", "pong"] {
            let table = table.clone();
            go! {
                for ball in &table {
                    println!("{name} {ball}");
                    if ball >= 6 {
                        table.close();
                        break;
                    }
                    table.send(ball + 1);
                }
            }
        }
    });
}
