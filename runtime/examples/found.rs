//! How many schedules each strategy needs until it finds a bug: medians over seeds, as a table.
//!
//! `cargo run --release -p goroutines --example found -- [seeds]`

use bugs::{BUGS, median};
use goroutines::explore::Strategy;

#[path = "../tests/explore_found/bugs.rs"]
mod bugs;

/// No strategy is asked for more.
const MOST: usize = 20_000;

fn main() {
    let seeds = std::env::args().nth(1).and_then(|a| a.parse().ok());
    let seeds = seeds.unwrap_or(60);
    let strategies = [
        ("rotation", Strategy::Portfolio),
        ("random", Strategy::Random),
        ("URW", Strategy::Urw),
        ("POS", Strategy::Pos),
        ("PCT-1", Strategy::Pct { depth: 1 }),
        ("PCT-2", Strategy::Pct { depth: 2 }),
        ("PCT-3", Strategy::Pct { depth: 3 }),
        ("seldom", Strategy::Lazy),
    ];
    println!("medians of {seeds} seeds; -: not in {MOST}\n");
    print!("{:66}", "");
    for (name, _) in strategies {
        print!("{name:>9}");
    }
    println!();
    for bug in BUGS {
        println!(
            "{} (the best of the table in the notes: {})",
            bug.name, bug.best
        );
        for &(way, f) in bug.ways {
            print!("    {way:62}");
            for (_, strategy) in strategies {
                let m = median(seeds, MOST, strategy, f);
                print!(
                    "{:>9}",
                    if m < MOST {
                        m.to_string()
                    } else {
                        "-".to_string()
                    }
                );
            }
            println!();
        }
    }
}
