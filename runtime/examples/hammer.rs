//! The hammer: 10⁸ channel operations mixed with selects, closes, timers, panics, exits and changes of GOMAXPROCS; each
//! value is received once and dropped once.
//!
//! `cargo run --release -p goroutines --example hammer -- [operations] [procs] [seed]`
//!
//! It prints what it has done, and panics at the first value that is lost or comes twice. If nothing is done for a
//! minute it asks itself for all goroutines (SIGQUIT) and ends with exit code 2.

#[path = "../tests/hammer/scenes.rs"]
mod scenes;

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use scenes::{Tally, hammer};

fn main() {
    let mut args = std::env::args().skip(1).map(|a| {
        let digits = a.replace('_', "");
        digits.parse::<u64>().unwrap_or_else(|e| panic!("{a}: {e}"))
    });
    let operations = args.next().unwrap_or(100_000_000);
    let procs = args.next().unwrap_or(2) as usize;
    let seed = args.next().unwrap_or_else(|| fastrand::u64(..));
    println!("{operations} operations, {procs} procs, seed {seed}");
    // Panics that are asked for are part of the work.
    std::panic::set_hook(Box::new(|_| ()));
    let tally: &'static Tally = Box::leak(Box::default());
    std::thread::spawn(move || watch(tally));
    let start = Instant::now();
    hammer(operations, procs, seed, tally);
    println!("{:?}: {tally:#?}", start.elapsed());
}

/// Ends the program with a list of all goroutines when it hangs.
fn watch(tally: &Tally) {
    let mut before = 0;
    loop {
        std::thread::sleep(Duration::from_secs(60));
        let now = tally.operations.load(Ordering::Relaxed);
        if now == before {
            eprintln!("no operation for a minute, after {now}");
            let me = rustix::process::getpid();
            if let Err(e) = rustix::process::kill_process(me, rustix::process::Signal::QUIT) {
                eprintln!("{e}");
            }
        }
        before = now;
    }
}
