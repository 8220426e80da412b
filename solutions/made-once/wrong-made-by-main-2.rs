//! main makes it and puts it there; the customers only look.

use goroutines::prelude::*;
use goroutines::println;
use goroutines::sync::atomic::Int32;
use std::sync::Arc;

struct Shop {
    made: Int32,
    kept: Mutex<Option<String>>,
}

impl Shop {
    /// Makes the catalogue: once, and no more.
    fn make(&self) -> String {
        if self.made.add(1) > 1 {
            panic!("the catalogue is made a second time");
        }
        "12 books".to_string()
    }

    fn catalogue(&self) -> String {
        self.kept.lock().clone().unwrap_or_default()
    }
}

fn main() {
    run(|| {
        let shop = Arc::new(Shop { made: Int32::new(0), kept: Mutex::new(None) });

        *shop.kept.lock() = Some(shop.make());

        let wg = WaitGroup::new();
        for _ in 0..3 {
            let shop = shop.clone();
            wg.go(move || println!("a customer sees {}", shop.catalogue()));
        }
        wg.wait();
    });
}
