//! The numbers are sent, and the sleep has stayed.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let reports = chan::<i64>(3);
        let out = reports.clone();
        go! {
            for n in 1..=3 {
                out.send(n);
                time::sleep(time::Duration::from_millis(5));
            }
            out.close();
        }

        for number in &reports {
            println!("got {number}");
        }
    });
}
