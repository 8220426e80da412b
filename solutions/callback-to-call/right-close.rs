//! A variable, and a channel that is closed when it is written.

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
    let (answer, there) = (Shared::new(""), chan::<()>(0));
    let (put, tell) = (answer.clone(), there.clone());
    look_up(country, move |capital| {
        put.set(capital);
        tell.close();
    });
    there.recv();
    answer.get()
}

fn main() {
    run(|| {
        for country in ["Norway", "Kenya", "Peru"] {
            println!("{country}: {}", ask(country));
        }
    });
}
