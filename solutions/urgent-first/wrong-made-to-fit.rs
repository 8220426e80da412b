//! The lines as they should be.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        for m in ["fire", "flood", "storm"] {
            println!("urgent {m}");
        }
        for n in [1, 2] {
            println!("normal {n}");
            if n == 1 {
                println!("urgent smoke");
            }
        }
        println!("urgent goodbye");
        println!("that is all");
    });
}
