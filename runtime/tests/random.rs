//! Programs made by chance, which do everything that concerns threads, Ps and waiting, and are ended at any moment: each
//! ends, and nobody hangs. `GOTOUR_ROUNDS=5000 GOTOUR_SEED=7` tries others and more.

use std::io::{Read as _, Write as _};
use std::panic::catch_unwind;
use std::time::{Duration, Instant};

use goroutines::prelude::*;
use goroutines::{Crash, io};

/// Numbers by chance: xorshift.
#[derive(Clone, Copy)]
struct Chance(u64);

impl Chance {
    fn of(seed: u64) -> Chance {
        Chance(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 8) % n
    }

    fn micros(&mut self, most: u64) -> Duration {
        Duration::from_micros(self.below(most))
    }

    fn another(&mut self) -> Chance {
        Chance::of(self.below(u64::MAX))
    }
}

/// Waits while it unwinds.
struct Unwinds(Duration);

impl Drop for Unwinds {
    fn drop(&mut self) {
        runtime::gosched();
        time::sleep(self.0);
    }
}

/// Up to three things, which may start others that do the same.
fn work(mut by: Chance, depth: u32) {
    for _ in 0..by.below(4) {
        match by.below(17) {
            0 => runtime::gosched(),
            1 => time::sleep(by.micros(300)),
            2 => runtime::syscall(|| std::thread::sleep(Duration::from_micros(50))),
            3 => {
                runtime::lock_os_thread();
                runtime::gosched();
            }
            4 => runtime::unlock_os_thread(),
            5 => {
                runtime::gomaxprocs(1 + by.below(4) as usize);
            }
            6 if depth < 4 => {
                let other = by.another();
                go!({ work(other, depth + 1) });
            }
            7 if depth < 4 => {
                let wg = WaitGroup::new();
                for _ in 0..5 {
                    let other = by.another();
                    wg.go(move || work(other, depth + 1));
                }
                if by.below(8) > 0 {
                    wg.wait();
                }
            }
            8 => {
                let pause = by.micros(100);
                let _ = catch_unwind(move || {
                    let _u = Unwinds(pause);
                    panic!("recovered");
                });
            }
            9 => {
                let ch = chan(0);
                let to = ch.clone();
                go!({ to.send(1) });
                ch.recv();
            }
            10 => {
                let _t = time::after_func(by.micros(500), runtime::gosched);
            }
            11 => {
                let (ctx, cancel) = context::with_timeout(&context::background(), by.micros(400));
                if by.below(2) == 0 {
                    cancel();
                }
                ctx.done().recv();
            }
            12 => {
                let (mut r, mut w) = io::pipe().unwrap();
                go!({
                    let _ = w.write_all(b"x");
                });
                let _ = r.read(&mut [0]);
            }
            13 if by.below(20) == 0 => runtime::goexit(),
            14 if by.below(200) == 0 => panic!("by chance"),
            // Announced by nobody: its P is taken, and it comes back without one.
            15 if by.below(50) == 0 => std::thread::sleep(by.micros(3_000)),
            _ => {
                let (begun, long) = (Instant::now(), by.micros(100));
                while begun.elapsed() < long {}
            }
        }
    }
}

/// Runs one program. Whether it ended well, by a panic, or by a deadlock.
fn one(seed: u64) -> usize {
    let mut by = Chance::of(seed);
    let procs = 1 + by.below(3) as usize;
    let ended = Builder::new().procs(procs).try_run(move || {
        let end = by.below(3);
        work(by.another(), 0);
        for _ in 0..6 {
            let other = by.another();
            go!({ work(other, 1) });
        }
        match end {
            0 => {
                Chan::<()>::nil().recv();
            }
            1 => runtime::goexit(),
            _ => time::sleep(Duration::from_micros(500)),
        }
    });
    match ended {
        Ok(()) => 0,
        Err(Crash::Panic(_)) => 1,
        Err(Crash::Deadlock(_)) => 2,
        Err(other) => panic!("seed {seed}: {other}"),
    }
}

#[test]
fn programs_made_by_chance_end() {
    let set = |name| std::env::var(name).ok().and_then(|v| v.parse::<u64>().ok());
    let (rounds, seed) = (set("GOTOUR_ROUNDS"), set("GOTOUR_SEED"));
    let mut ends = [0; 3];
    for i in 0..rounds.unwrap_or(1_000) {
        ends[one(i + seed.unwrap_or(1) * 1_000_003)] += 1;
    }
    assert!(ends[0] > 0 && ends[2] > 0, "{ends:?}");
}

mod limit;
