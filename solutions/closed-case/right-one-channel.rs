//! One channel for both senders.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let post = chan::<i64>(0);
        let senders = WaitGroup::new();
        for numbers in [vec![1, 2], vec![3, 4, 5]] {
            let to = post.clone();
            senders.go(move || numbers.into_iter().for_each(|n| to.send(n)));
        }
        let end = post.clone();
        go! {
            senders.wait();
            end.close();
        }
        let all: Vec<i64> = post.iter().collect();
        println!("{} letters, {} in all", all.len(), all.iter().sum::<i64>());
    });
}
