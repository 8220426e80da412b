//! The default waits for normal work alone.

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

        loop {
            if let Ok(Some(m)) = urgent.try_recv() {
                println!("urgent {m}");
                continue;
            }
            let Some(n) = normal.recv() else { break };
            println!("normal {n}");
            match n {
                1 => alarm.send("smoke"),
                _ => worked.close(),
            }
        }
        println!("that is all");
    });
}
