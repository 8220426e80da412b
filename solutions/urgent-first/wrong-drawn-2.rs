//! What is urgent is looked for once, before the loop.

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

        let (mut urgent, mut normal) = (urgent.receiver(), normal.receiver());
        while let Ok(Some(m)) = urgent.try_recv() { println!("urgent {m}"); }
        while !(urgent.is_nil() && normal.is_nil()) {
            select! {
                recv(urgent) -> m => match m {
                    Some(m) => println!("urgent {m}"),
                    None => urgent = RecvChan::nil(),
                },
                recv(normal) -> n => match n {
                    Some(n) => {
                        println!("normal {n}");
                        match n {
                            1 => alarm.send("smoke"),
                            _ => worked.close(),
                        }
                    }
                    None => normal = RecvChan::nil(),
                },
            }
        }
        println!("that is all");
    });
}
