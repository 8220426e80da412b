//! The bank
//!
//! An account begins at $0. 100 goroutines each pay in $1, and 100 each take out
//! $1, all at once, on four Ps. In the end there must be $0 again. Run it: `gotour
//! run bank` says so nearly each time. Repair it, so that it is so every time.
//!
//! It is right when it prints, in every schedule:
//!
//!     balance: $0
//!
//! Type: gotour check bank

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        runtime::gomaxprocs(4);
        let balance = Shared::new(0);
        let wg = WaitGroup::new();

        for by in [1, -1] {
            for _ in 0..100 {
                let balance = balance.clone();
                wg.go(move || {
                    // TODO: what can happen between these two lines?
                    let before = balance.get();
                    balance.set(before + by);
                });
            }
        }

        wg.wait();
        println!("balance: ${}", balance.get());
    });
}
