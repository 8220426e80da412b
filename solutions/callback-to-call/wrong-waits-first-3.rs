//! The callback offers its answer, and drops it if ask is not there yet.

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
    let ch = chan::<&'static str>(0);
    look_up(country, {
        let ch = ch.clone();
        move |capital| {
            let _ = ch.try_send(capital);
        }
    });
    ch.recv().unwrap()
}

fn main() {
    run(|| {
        for country in ["Norway", "Kenya", "Peru"] {
            println!("{country}: {}", ask(country));
        }
    });
}
