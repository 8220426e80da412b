//! look_up is called, and its answer thrown away.

use goroutines::prelude::*;
use goroutines::println;

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
    look_up(country, |_| ());
    match country {
        "Norway" => "Oslo",
        "Kenya" => "Nairobi",
        _ => "Lima",
    }
}

fn main() {
    run(|| {
        for country in ["Norway", "Kenya", "Peru"] {
            println!("{country}: {}", ask(country));
        }
    });
}
