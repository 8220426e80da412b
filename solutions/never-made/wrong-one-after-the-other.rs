//! main receives from each before it starts the next.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let results = chan::<i64>(0);
        let mut sum = 0;
        for n in 1..=3 {
            let out = results.clone();
            go! { out.send(n * n); }
            sum += results.recv().unwrap();
        }
        println!("the sum of the squares is {sum}");
    });
}
