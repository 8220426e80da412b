//! A callback turned into a call
//!
//! `look_up` comes from a library that likes callbacks. It comes back at once,
//! looks for the answer in the background, and calls `then` with it. Nothing says
//! when that will be.
//!
//! Write `ask`, an ordinary call: it gives back the answer, and whoever calls it
//! waits until the answer is there. Who waits takes no time from others, and
//! sleeps for no fixed time. Leave `look_up` as it is.
//!
//! It is right when it prints, in every schedule:
//!
//!     Norway: Oslo
//!     Kenya: Nairobi
//!     Peru: Lima
//!
//! Type: gotour check callback-to-call

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
    look_up(country, move |capital| put.set(capital));
    // TODO: is the answer there now?
    answer.get()
}

fn main() {
    run(|| {
        for country in ["Norway", "Kenya", "Peru"] {
            println!("{country}: {}", ask(country));
        }
    });
}
