//! Look as a reader; if it is not there, look again as the writer.

use goroutines::prelude::*;
use goroutines::println;
use goroutines::sync::atomic::Int32;
use std::sync::Arc;

struct Shop {
    made: Int32,
    kept: RWMutex<Option<String>>,
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
        if let Some(catalogue) = self.kept.read().clone() {
            return catalogue;
        }
        self.kept.write().get_or_insert_with(|| self.make()).clone()
    }
}

fn main() {
    run(|| {
        let shop = Arc::new(Shop {
            made: Int32::new(0),
            kept: RWMutex::new(None),
        });

        let wg = WaitGroup::new();
        for _ in 0..3 {
            let shop = shop.clone();
            wg.go(move || println!("a customer sees {}", shop.catalogue()));
        }
        wg.wait();
    });
}
