//! The goroutines send their lines, and main prints what it receives.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let lines = chan::<String>(0);
        for part in ["eggs are", "tea is", "toast is"] {
            let lines = lines.clone();
            go(move || lines.send(format!("{part} ready")));
        }
        for _ in 0..3 {
            println!("{}", lines.recv().unwrap());
        }
    });
}
