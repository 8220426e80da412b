//! main calls one goroutine after the other, and waits each time until the line is printed.

use goroutines::prelude::*;
use goroutines::println;

const LETTER: [&str; 3] = ["Dear Ann,", "thank you for the book.", "Yours, Bob"];

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        let printed = chan::<()>(0);
        let calls: Vec<Chan<()>> = (0..3).map(|_| chan(0)).collect();

        for line in [2, 1, 0] {
            let (call, printed) = (calls[line].clone(), printed.clone());
            wg.go(move || {
                call.recv();
                println!("{}", LETTER[line]);
                printed.send(());
            });
        }
        for call in calls {
            call.send(());
            printed.recv();
        }

        wg.wait();
    });
}
