//! Sent, and kept
//!
//! A reporter goroutine counts to 3 and sends each number to main. To spare
//! itself some work it has one variable for all numbers, and sends a handle to
//! it. By the time main looks, the number may be another one. Let main get 1, 2
//! and 3.
//!
//! It is right when it prints, whoever runs first:
//!
//!     got 1
//!     got 2
//!     got 3
//!
//! Type: gotour check sent-and-kept

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let reports = chan::<Shared<i64>>(3);
        let out = reports.clone();
        go! {
            let number = Shared::new(0);
            for n in 1..=3 {
                number.set(n);
                // TODO: what is it that goes over the channel here?
                out.send(number.clone());
            }
            out.close();
        }

        for number in &reports {
            println!("got {}", number.get());
        }
    });
}
