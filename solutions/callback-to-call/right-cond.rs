//! The answer is an Option behind a mutex, with a condition variable beside it.

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
    let answer = Arc::new((Mutex::new(None), Cond::new()));
    let put = answer.clone();
    look_up(country, move |capital| {
        *put.0.lock() = Some(capital);
        put.1.signal();
    });
    let mut there = answer.0.lock();
    loop {
        if let Some(capital) = *there {
            return capital;
        }
        there = answer.1.wait(there);
    }
}

fn main() {
    run(|| {
        for country in ["Norway", "Kenya", "Peru"] {
            println!("{country}: {}", ask(country));
        }
    });
}
