//! A context as the sign that the answer is there.

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
    let (ctx, done) = context::with_cancel(&context::background());
    let answer = Shared::new("");
    let put = answer.clone();
    look_up(country, move |capital| {
        put.set(capital);
        done();
    });
    ctx.done().recv();
    answer.get()
}

fn main() {
    run(|| {
        for country in ["Norway", "Kenya", "Peru"] {
            println!("{country}: {}", ask(country));
        }
    });
}
