//! A select inside of the default of another.

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

        enum Message {
            Urgent(Option<&'static str>),
            Normal(Option<i32>),
        }
        let (mut urgent, mut normal) = (urgent.receiver(), normal.receiver());
        while !(urgent.is_nil() && normal.is_nil()) {
            let message = select! {
                recv(urgent) -> m => Message::Urgent(m),
                default => select! {
                    recv(urgent) -> m => Message::Urgent(m),
                    recv(normal) -> n => Message::Normal(n),
                },
            };
            match message {
                Message::Urgent(Some(m)) => println!("urgent {m}"),
                Message::Urgent(None) => urgent = RecvChan::nil(),
                Message::Normal(Some(n)) => {
                    println!("normal {n}");
                    match n {
                        1 => alarm.send("smoke"),
                        _ => worked.close(),
                    }
                }
                Message::Normal(None) => normal = RecvChan::nil(),
            }
        }
        println!("that is all");
    });
}
