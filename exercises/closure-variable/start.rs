//! The variable of the loop
//!
//! Until Go 1.21, a loop had one variable for all its rounds:
//!     for i := 1; i <= 3; i++ { go func() { fmt.Println(i) }() }
//! and the three closures shared it. This is that program: `i` is one `Shared`
//! variable. A goroutine that runs late finds what the loop has made of `i`
//! since. Repair it, so that each goroutine prints the number it was started
//! for. All three must still be able to run at the same time.
//!
//! It is right when it always prints these three lines, in any order:
//!
//!     worker 1
//!     worker 2
//!     worker 3
//!
//! Type: gotour check closure-variable

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let wg = WaitGroup::new();

        let i = Shared::new(1);
        while i.get() <= 3 {
            // TODO: what do these goroutines get, a number or a variable?
            let id = i.clone();
            wg.go(move || {
                println!("worker {}", id.get());
            });
            i.set(i.get() + 1); // i++
        }

        wg.wait();
    });
}
