//! A group is waited for; each clerk says goodbye with None.

use goroutines::errgroup::Group;
use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let amounts = chan::<Option<i64>>(0);
        let group = Group::new();
        for list in [vec![10, 20, 30], vec![40, 50, 60]] {
            let out = amounts.sender();
            group.go(move || {
                for amount in list {
                    out.send(Some(amount));
                }
                out.send(None);
                Ok(())
            });
        }
        let all = amounts.clone();
        go! {
            if group.wait().is_ok() {
                all.close();
            }
        }
        let (mut count, mut total) = (0, 0);
        while let Some(amount) = amounts.recv() {
            if let Some(n) = amount {
                count += 1;
                total += n;
            }
        }
        println!("{count} amounts, {total} in all");
    });
}
