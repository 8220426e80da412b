//! Who comes while it is being made asks again and again.

use goroutines::prelude::*;
use goroutines::println;
use goroutines::sync::atomic::Int32;
use std::sync::Arc;

struct Shop {
    made: Int32,
    taken: Int32,
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
        if self.taken.compare_and_swap(0, 1) {
            let catalogue = self.make();
            *self.kept.lock() = Some(catalogue);
        }
        loop {
            let kept = self.kept.lock().clone();
            if let Some(catalogue) = kept {
                return catalogue;
            }
            runtime::gosched();
        }
    }
}

fn main() {
    run(|| {
        let shop = Arc::new(Shop {
            made: Int32::new(0),
            taken: Int32::new(0),
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
