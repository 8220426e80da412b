//! Made once
//!
//! Three customers, each a goroutine, ask a shop for its catalogue. The shop makes
//! it when it is first asked. To make it is dear, and must happen once: a second
//! time is an error that ends the program. Everybody gets the whole catalogue,
//! also those who ask while it is being made: they wait, and do not ask again.
//!
//! Write `catalogue` so. Leave `make` as it is.
//!
//! It is right when it prints, in every schedule:
//!
//!     a customer sees 12 books
//!     a customer sees 12 books
//!     a customer sees 12 books
//!
//! Type: gotour check made-once

use goroutines::prelude::*;
use goroutines::println;
use goroutines::sync::atomic::Int32;
use std::sync::Arc;

#[allow(dead_code)]
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
        // TODO: make it for the first who asks, and keep it in `kept` for the others.
        self.make()
    }
}

fn main() {
    run(|| {
        let shop = Arc::new(Shop {
            made: Int32::new(0),
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
