//! Measures goroutine stacks: what one costs to get, to put back and to hold, and what a switch to it costs.
//!
//! `cargo run --release -p goroutines --example stacks -- [stacks] [kibibytes]` (100,000 of 512 KiB by default). The pool is
//! compiled in from its source, because the library keeps it to itself. Medians of several rounds where one round is short.

use std::hint::black_box;
use std::time::Instant;

use corosensei::{Coroutine, CoroutineResult, Yielder};

#[allow(dead_code, reason = "the library uses the rest")]
#[path = "../src/lock.rs"]
mod lock;
#[allow(dead_code, unused_imports, reason = "the library uses the rest")]
#[path = "../src/primitives.rs"]
mod primitives;
#[allow(dead_code, reason = "the library uses the rest")]
#[path = "../src/stack/mod.rs"]
mod stack;

use stack::{DEFAULT_MAX_STACK, Stack, StackCache, StackPool};

fn main() {
    let mut args = std::env::args()
        .skip(1)
        .map(|a| a.parse::<usize>().expect("a number"));
    let count = args.next().unwrap_or(100_000);
    let size = args.next().map_or(DEFAULT_MAX_STACK, |kib| kib * 1024);
    println!("{count} stacks of {} KiB", size / 1024);

    println!("\nReuse, ns (median of 9)");
    let pool = StackPool::new(size);
    let mut cache = StackCache::new();
    line(
        "get and put, cache",
        median(9, 1_000_000, || {
            let stack = cache.get(&pool).expect("a stack");
            black_box(stack.bounds());
            cache.put(&pool, stack);
        }),
    );
    line(
        "get and put, pool",
        median(9, 100_000, || {
            pool.put(black_box(pool.get().expect("a stack")));
        }),
    );
    let mut other = StackCache::new();
    line(
        "get here, put there",
        median(9, 100_000, || {
            let stack = cache.get(&pool).expect("a stack");
            black_box(stack.bounds());
            other.put(&pool, stack);
        }),
    );
    line(
        "a coroutine made, run to its end and put back",
        median(9, 100_000, || {
            let stack = cache.get(&pool).expect("a stack");
            let mut coroutine: Coroutine<(), (), (), Stack> =
                Coroutine::with_stack(stack, |_, ()| ());
            assert!(matches!(coroutine.resume(()), CoroutineResult::Return(())));
            cache.put(&pool, coroutine.into_stack());
        }),
    );

    println!("\nA switch there and back, coroutines in turn, ns");
    for n in [2, 100, 1_000, 10_000, count] {
        line(&format!("{n} coroutines"), turns(&pool, n));
    }
    drop(pool);

    println!("\n{count} alive at once, their tops touched");
    let pool = StackPool::new(size);
    let mut cache = StackCache::new();
    let mut stacks = Vec::with_capacity(count);
    let before = Memory::now();
    for wave in ["first wave", "second wave", "wave after tidy"] {
        let start = Instant::now();
        for _ in 0..count {
            let stack = cache.get(&pool).expect("a stack");
            touch(stack.bounds().1 - 64);
            stacks.push(stack);
        }
        line(
            &format!("{wave}: get and touch, ns each"),
            nanos(start, count),
        );
        if wave == "first wave" {
            let now = Memory::now();
            line(
                "resident, bytes each",
                (now.resident - before.resident) as f64 / count as f64,
            );
            line(
                "page tables, bytes each",
                (now.tables - before.tables) as f64 / count as f64,
            );
            line("mappings of the process", now.mappings as f64);
        }
        let start = Instant::now();
        stacks.drain(..).for_each(|stack| cache.put(&pool, stack));
        cache.flush(&pool);
        line(&format!("{wave}: put, ns each"), nanos(start, count));
        if wave == "second wave" {
            let _ = pool.tidy();
            let (start, mut calls, mut longest) = (Instant::now(), 0, 0.0f64);
            for _ in 0..64 {
                loop {
                    let call = Instant::now();
                    let tidied = pool.tidy();
                    longest = longest.max(nanos(call, 1) / 1e6);
                    calls += 1;
                    if tidied != stack::Tidied::Partly {
                        break;
                    }
                }
            }
            line("tidy until nothing is left, ns each", nanos(start, count));
            line("tidy, longest of its calls, ms", longest);
            line("tidy, calls", f64::from(calls));
            let now = Memory::now();
            line(
                "resident then, bytes each",
                now.resident.saturating_sub(before.resident) as f64 / count as f64,
            );
            line(
                "page tables then, bytes each",
                now.tables.saturating_sub(before.tables) as f64 / count as f64,
            );
        }
    }
    let start = Instant::now();
    drop(pool);
    line("pool dropped, ns each", nanos(start, count));
    line("mappings then", Memory::now().mappings as f64);
}

/// Nanoseconds of a switch to each of `n` coroutines and back, over and over.
fn turns(pool: &StackPool, n: usize) -> f64 {
    let mut cache = StackCache::new();
    let mut all: Vec<Coroutine<(), (), (), Stack>> = (0..n)
        .map(|_| {
            Coroutine::with_stack(
                cache.get(pool).expect("a stack"),
                |yielder: &Yielder<(), ()>, ()| {
                    while black_box(true) {
                        // What a goroutine has on its stack while it waits: some frames.
                        black_box([0u64; 32]);
                        yielder.suspend(());
                    }
                },
            )
        })
        .collect();
    let mut round = || {
        for coroutine in &mut all {
            assert!(matches!(coroutine.resume(()), CoroutineResult::Yield(())));
        }
    };
    round();
    let ns = median(9, (200_000 / n).max(1) as u32, &mut round) / n as f64;
    for mut coroutine in all {
        // SAFETY: nothing on these stacks needs a destructor, and nobody points into them.
        unsafe { coroutine.force_reset() };
        cache.put(pool, coroutine.into_stack());
    }
    cache.flush(pool);
    ns
}

/// Nanoseconds of one call, the median of `rounds` rounds of `calls`.
fn median(rounds: usize, calls: u32, mut call: impl FnMut()) -> f64 {
    let mut all: Vec<f64> = (0..rounds)
        .map(|_| {
            let start = Instant::now();
            (0..calls).for_each(|_| call());
            nanos(start, calls as usize)
        })
        .collect();
    all.sort_by(f64::total_cmp);
    all[rounds / 2]
}

fn nanos(start: Instant, count: usize) -> f64 {
    start.elapsed().as_nanos() as f64 / count as f64
}

fn line(what: &str, value: f64) {
    println!("  {what:<46} {value:>10.1}");
}

fn touch(address: usize) {
    // SAFETY: the address lies in a stack that this program holds.
    unsafe { std::ptr::write_volatile(address as *mut u8, 1) };
}

/// What the kernel counts for this process.
struct Memory {
    resident: usize,
    tables: usize,
    mappings: usize,
}

impl Memory {
    fn now() -> Memory {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let field = |name: &str| {
            let line = status
                .lines()
                .find_map(|l| l.strip_prefix(name))
                .unwrap_or_default();
            line.trim()
                .trim_end_matches(" kB")
                .parse::<usize>()
                .unwrap_or(0)
                * 1024
        };
        let mappings = std::fs::read_to_string("/proc/self/maps")
            .unwrap_or_default()
            .lines()
            .count();
        Memory {
            resident: field("VmRSS:"),
            tables: field("VmPTE:"),
            mappings,
        }
    }
}
