//! The last of the three closes the channel on which main waits.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

fn main() {
    run(|| {
        let left = Arc::new(Mutex::new(3));
        let all_done = chan::<()>(0);
        for part in ["eggs are", "tea is", "toast is"] {
            let (left, all_done) = (left.clone(), all_done.clone());
            go(move || {
                time::sleep(time::Duration::from_millis(5)); // cooking takes time
                println!("{part} ready");
                let mut left = left.lock();
                *left -= 1;
                if *left == 0 {
                    all_done.close();
                }
            });
        }
        all_done.recv();
    });
}
