//! singleflight shares it among those who ask at one time.

use goroutines::prelude::*;
use goroutines::println;
use goroutines::singleflight::Group;
use goroutines::sync::atomic::Int32;
use std::sync::Arc;

struct Shop {
    made: Int32,
    flight: Group<String>,
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
        self.flight.run("catalogue", || self.make()).0
    }
}

fn main() {
    run(|| {
        let shop = Arc::new(Shop { made: Int32::new(0), flight: Group::new() });

        let wg = WaitGroup::new();
        for _ in 0..3 {
            let shop = shop.clone();
            wg.go(move || println!("a customer sees {}", shop.catalogue()));
        }
        wg.wait();
    });
}
