//! Ping-pong
//!
//! Two goroutines play ping-pong with a number. The first prints the odd hits,
//! the second the even ones, in turns, up to 6. Now nothing makes them take
//! turns. Let them hand a ball to each other. main only starts them, serves if
//! you like, and waits; nobody sleeps; and at the end nobody is left waiting.
//!
//! It is right when it prints, whoever runs first:
//!
//!     ping 1
//!     pong 2
//!     ping 3
//!     pong 4
//!     ping 5
//!     pong 6
//!
//! Type: gotour check ping-pong

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let wg = WaitGroup::new();

        // TODO: let a ball go back and forth between the two.
        wg.go(|| {
            for ball in [1, 3, 5] {
                println!("ping {ball}");
            }
        });
        wg.go(|| {
            for ball in [2, 4, 6] {
                println!("pong {ball}");
            }
        });

        wg.wait();
    });
}
