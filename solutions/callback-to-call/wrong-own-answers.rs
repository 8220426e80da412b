//! ask knows the capitals itself.

use goroutines::prelude::*;
use goroutines::println;

fn ask(country: &'static str) -> &'static str {
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
