//! Soup first
//!
//! A cook, which is a goroutine, and main, which serves. Nobody waits for
//! anybody. Let main wait until the soup is cooked.
//!
//! It is right when it prints, whoever runs first:
//!
//!     cooked
//!     served
//!
//! Type: gotour check soup-first

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        go! {
            println!("cooked");
        }
        // TODO: wait until it is cooked.
        println!("served");
    });
}
