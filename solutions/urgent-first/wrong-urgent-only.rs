//! All that is urgent until its channel is closed, then the rest.

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

        for m in &urgent {
            println!("urgent {m}");
        }
        for n in &normal {
            println!("normal {n}");
            match n {
                1 => alarm.send("smoke"),
                _ => worked.close(),
            }
        }
        println!("that is all");
    });
}
