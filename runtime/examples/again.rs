//! 10,000 runtimes that end well and 10,000 that end in each other way, one after the other: no growth in threads,
//! descriptors, mappings or memory. `cargo run --release -p goroutines --example again [NUMBER]`.

use ways::{ends_badly, ends_well, leaves_nothing};

#[allow(dead_code, reason = "the test uses the rest")]
#[path = "../tests/again/ways.rs"]
mod ways;

fn main() {
    let n = std::env::args().nth(1).and_then(|a| a.parse().ok());
    let n = n.unwrap_or(10_000);
    leaves_nothing("ends well", 100, n, 0, ends_well);
    // What goroutines own that wait for ever is leaked, as in Go.
    leaves_nothing("ends badly", 100, n, 4096, ends_badly);
}
