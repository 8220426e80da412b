//! The first one makes it, and the others lock and look until it is there.

use goroutines::prelude::*;
use goroutines::println;
use goroutines::sync::atomic::Int32;
use std::sync::Arc;

#[allow(dead_code)]
struct Shop {
    made: Int32,
    kept: Mutex<Option<String>>,
    begun: sync::atomic::Bool,
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
        if self.begun.compare_and_swap(false, true) {
            let c = self.make();
            *self.kept.lock() = Some(c);
        }
        loop {
            if let Some(c) = &*self.kept.lock() {
                return c.clone();
            }
        }
    }
}

fn main() {
    run(|| {
        let shop = Arc::new(Shop {
            made: Int32::new(0),
            kept: Mutex::new(None),
            begun: sync::atomic::Bool::new(false),
        });

        let wg = WaitGroup::new();
        for _ in 0..3 {
            let shop = shop.clone();
            wg.go(move || println!("a customer sees {}", shop.catalogue()));
        }
        wg.wait();
    });
}
