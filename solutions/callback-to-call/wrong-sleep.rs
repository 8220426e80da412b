//! ask sleeps until the answer should be there.

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
    let answer = Arc::new(Mutex::new(""));
    let put = answer.clone();
    look_up(country, move |capital| *put.lock() = capital);
    time::sleep(time::Duration::from_millis(10));
    *answer.lock()
}

fn main() {
    run(|| {
        for country in ["Norway", "Kenya", "Peru"] {
            println!("{country}: {}", ask(country));
        }
    });
}
