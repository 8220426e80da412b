//! All that is urgent until its channel is closed, then the rest.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let (urgent, normal, worked) = (chan(2), chan(2), chan::<()>(0));
        urgent.send("fire");
        urgent.send("flood");
        normal.send(1);
        normal.send(2);
        normal.close();
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
            if n == 2 {
                worked.close();
            }
        }
        println!("that is all");
    });
}
