//! Looks again each millisecond.

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
    let answer = chan::<&'static str>(1);
    let put = answer.clone();
    look_up(country, move |capital| put.send(capital));
    loop {
        select! {
            recv(answer) -> capital => return capital.unwrap(),
            recv(time::after(time::Duration::from_millis(1))) => {}
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
