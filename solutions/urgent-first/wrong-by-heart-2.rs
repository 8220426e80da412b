//! A list says from which channel each message comes.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let (urgent, normal, worked) = (chan(4), chan(2), chan::<()>(0));
        urgent.send("fire");
        urgent.send("flood");
        urgent.send("storm");
        normal.send(1);
        normal.send(2);
        normal.close();
        let alarm = urgent.sender();
        let (last, after) = (urgent.sender(), worked.receiver());
        go! {
            after.recv();
            last.send("goodbye");
            last.close();
        }

        let (urgent, normal) = (urgent.receiver(), normal.receiver());
        for is_urgent in [true, true, true, false, true, false, true] {
            if is_urgent {
                if let Some(m) = urgent.recv() {
                    println!("urgent {m}");
                }
            } else if let Some(n) = normal.recv() {
                println!("normal {n}");
                match n {
                    1 => alarm.send("smoke"),
                    _ => worked.close(),
                }
            }
        }
        println!("that is all");
    });
}
