//! Asks the urgent one, then the normal one, and gives way.

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
            match urgent.try_recv() {
                Ok(Some(m)) => {
                    println!("urgent {m}");
                    continue;
                }
                Ok(None) => break,
                Err(_) => {}
            }
            if let Ok(Some(n)) = normal.try_recv() {
                println!("normal {n}");
                match n {
                    1 => alarm.send("smoke"),
                    _ => worked.close(),
                }
            }
            runtime::gosched();
        }
        println!("that is all");
    });
}
