//! main waits for ping alone.

use goroutines::prelude::*;
use goroutines::println;
fn main() {
    run(|| {
        let (a, b) = (chan::<i32>(0), chan::<i32>(0));
        let (a2, b2) = (a.clone(), b.clone());
        go(move || {
            for _ in 0..3 {
                let n = b2.recv().unwrap();
                println!("pong {}", n + 1);
                if n < 5 {
                    a2.send(n + 1);
                }
            }
        });
        let wg = WaitGroup::new();
        wg.go(move || {
            let mut n = 1;
            loop {
                println!("ping {n}");
                b.send(n);
                if n == 5 {
                    break;
                }
                n = a.recv().unwrap() + 1;
            }
        });
        wg.wait();
    });
}
