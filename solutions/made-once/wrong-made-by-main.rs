//! main asks first, so all the others find it.

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
        let mut kept = self.kept.lock();
        if let Some(catalogue) = &*kept {
            return catalogue.clone();
        }
        let catalogue = self.make();
        *kept = Some(catalogue.clone());
        catalogue
    }
}

fn main() {
    run(|| {
        let shop = Arc::new(Shop { made: Int32::new(0), kept: Mutex::new(None) });

        shop.catalogue();
        let wg = WaitGroup::new();
        for _ in 0..3 {
            let shop = shop.clone();
            wg.go(move || println!("a customer sees {}", shop.catalogue()));
        }
        wg.wait();
    });
}
