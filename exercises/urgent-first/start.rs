//! Urgent first
//!
//! main has two channels, one for urgent messages and one for normal work, and
//! both have something in them when it begins. What is urgent must come first,
//! also what comes up while main works. When nothing urgent is there, normal
//! work is done; and the last urgent message comes only after that. main does
//! not know this order: it must look for what is urgent each time, and not keep
//! a processor busy.
//!
//! It is right when it prints, whoever runs first:
//!
//!     urgent fire
//!     urgent flood
//!     urgent storm
//!     normal 1
//!     urgent smoke
//!     normal 2
//!     urgent goodbye
//!     that is all
//!
//! Type: gotour check urgent-first

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
        while !(urgent.is_nil() && normal.is_nil()) {
            // TODO: what is urgent comes first.
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
