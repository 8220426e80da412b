//! An atomic count, asked every millisecond.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

fn main() {
    run(|| {
        let n = Arc::new(goroutines::sync::atomic::Int64::new(0));
        for p in ["eggs are", "tea is", "toast is"] {
            let n = n.clone();
            go(move || {
                println!("{p} ready");
                n.add(1);
            });
        }
        while n.load() < 3 {
            time::sleep(time::Duration::from_millis(1));
        }
    });
}
