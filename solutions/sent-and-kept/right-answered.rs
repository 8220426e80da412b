//! The reporter waits until main has read.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let reports = chan::<Shared<i64>>(0);
        let seen = chan::<()>(0);
        let (out, wait) = (reports.clone(), seen.clone());
        go! {
            let number = Shared::new(0);
            for n in 1..=3 {
                number.set(n);
                out.send(number.clone());
                wait.recv();
            }
            out.close();
        }

        for number in &reports {
            println!("got {}", number.get());
            seen.send(());
        }
    });
}
