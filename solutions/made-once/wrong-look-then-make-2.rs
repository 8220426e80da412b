//! A flag is looked at, and set later.

use goroutines::prelude::*;
use goroutines::println;
use goroutines::sync::atomic::{Bool, Int32};
use std::sync::Arc;

struct Shop {
    made: Int32,
    is_made: Bool,
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
        if !self.is_made.load() {
            let catalogue = self.make();
            *self.kept.lock() = Some(catalogue);
            self.is_made.store(true);
        }
        self.kept.lock().clone().unwrap()
    }
}

fn main() {
    run(|| {
        let shop = Arc::new(Shop {
            made: Int32::new(0),
            is_made: Bool::new(false),
            kept: Mutex::new(None),
        });

        let wg = WaitGroup::new();
        for _ in 0..3 {
            let shop = shop.clone();
            wg.go(move || println!("a customer sees {}", shop.catalogue()));
        }
        wg.wait();
    });
}
