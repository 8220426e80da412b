//! main takes the messages in the order that it knows.

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

        println!("urgent {}", urgent.recv().unwrap());
        println!("urgent {}", urgent.recv().unwrap());
        println!("urgent {}", urgent.recv().unwrap());
        println!("normal {}", normal.recv().unwrap());
        alarm.send("smoke");
        println!("urgent {}", urgent.recv().unwrap());
        println!("normal {}", normal.recv().unwrap());
        worked.close();
        println!("urgent {}", urgent.recv().unwrap());
        println!("that is all");
    });
}
