//! The group is raised where it is lowered: in the callback.

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
    let wg = WaitGroup::new();
    let w = wg.clone();
    look_up(country, move |capital| {
        w.add(1);
        put.set(capital);
        w.done();
    });
    wg.wait();
    answer.get()
}

fn main() {
    run(|| {
        for country in ["Norway", "Kenya", "Peru"] {
            println!("{country}: {}", ask(country));
        }
    });
}
