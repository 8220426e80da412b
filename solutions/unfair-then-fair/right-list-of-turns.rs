//! main calls by name, as the round has it, and waits for each slice.

use goroutines::prelude::*;
use goroutines::{print, println};

fn round(title: &str, fair: bool) {
    print!("{title}:");
    let wg = WaitGroup::new();
    let eaten = chan::<()>(0);
    let calls = [chan::<()>(0), chan::<()>(0)];
    for (me, name) in ["ann", "bob"].into_iter().enumerate() {
        let (call, eaten) = (calls[me].clone(), eaten.clone());
        wg.go(move || {
            for _ in &call {
                print!(" {name}");
                eaten.send(());
            }
        });
    }
    let order = if fair {
        [0, 1, 0, 1, 0, 1]
    } else {
        [0, 0, 0, 1, 1, 1]
    };
    for who in order {
        calls[who].send(());
        eaten.recv();
    }
    calls.iter().for_each(Chan::close);
    wg.wait();
    println!();
}

fn main() {
    run(|| {
        round("unfair", false);
        round("fair", true);
    });
}
