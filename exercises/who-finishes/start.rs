//! Who finishes?
//!
//! main starts three goroutines, one for each part of a breakfast, and returns.
//! When main returns the program ends, whatever the others are doing.
//! Repair it: the program must not end before all three have printed.
//!
//! It is right when it always prints these three lines, in any order:
//!
//!     eggs are ready
//!     tea is ready
//!     toast is ready
//!
//! Type: gotour check who-finishes

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        for part in ["eggs are", "tea is", "toast is"] {
            go(move || {
                println!("{part} ready");
            });
        }
        // TODO: wait here until all three have printed.
    });
}
