//! Waits for a signal without a look before.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

/// Looks up the capital of a country, and calls `then` with it, later.
fn look_up(country: &'static str, then: impl FnOnce(&'static str) + Send + 'static) {
    go(move || {
        then(match country {
            "Norway" => "Oslo",
            "Kenya" => "Nairobi",
            _ => "Lima",
        });
    });
}

fn ask(country: &'static str) -> &'static str {
    let pair = Arc::new((Mutex::new(""), Cond::new()));
    let pair2 = Arc::clone(&pair);
    look_up(country, move |capital| {
        *pair2.0.lock() = capital;
        pair2.1.signal();
    });
    let guard = pair.0.lock();
    let guard = pair.1.wait(guard);
    *guard
}

fn main() {
    run(|| {
        for country in ["Norway", "Kenya", "Peru"] {
            println!("{country}: {}", ask(country));
        }
    });
}
