//! Goroutines parked on one channel: what each costs in memory and time. `cargo run --release -p goroutines --example
//! parked [NUMBER]`, 100,000 if none is given.

use std::time::Instant;

use goroutines::prelude::*;

/// A line of `/proc/self/status`, in bytes.
fn status(name: &str) -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find(|l| l.starts_with(name));
    let kib: Option<u64> = line.and_then(|l| l.split_whitespace().nth(1)?.parse().ok());
    kib.unwrap_or(0) * 1024
}

fn main() {
    let n: u64 = std::env::args()
        .nth(1)
        .and_then(|a| a.parse().ok())
        .unwrap_or(100_000);
    run(|| {
        let gate = chan::<()>(0);
        let wg = WaitGroup::new();
        let (resident, tables) = (status("VmRSS"), status("VmPTE"));
        let start = Instant::now();
        for _ in 0..n {
            let gate = gate.clone();
            wg.go(move || {
                gate.recv();
            });
        }
        // All of them wait: the snapshot of the channel says so.
        while gate.snapshot().recvq.len() as u64 != n {
            runtime::gosched();
        }
        let made = start.elapsed();
        let (resident, tables) = (status("VmRSS") - resident, status("VmPTE") - tables);
        let start = Instant::now();
        gate.close();
        wg.wait();
        let woken = start.elapsed();
        println!("{n} goroutines parked on a channel");
        println!("  resident     {:>6} bytes each", resident / n);
        println!("  page tables  {:>6} bytes each", tables / n);
        println!("  created in   {:>6} ns each", made.as_nanos() as u64 / n);
        println!("  woken in     {:>6} ns each", woken.as_nanos() as u64 / n);
    });
}
