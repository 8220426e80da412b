//! A try_recv in a loop.

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
    let answer = Shared::new("");
    let put = answer.clone();
    drop(put);
    let _ = answer;
    let ch = chan(1);
    let c = ch.clone();
    look_up(country, move |capital| c.send(capital));
    loop {
        if let Ok(Some(a)) = ch.try_recv() {
            return a;
        }
    }
}

fn main() {
    run(|| {
        for country in ["Norway", "Kenya", "Peru"] {
            println!("{country}: {}", ask(country));
        }
    });
}
