//! Bugs of which no single strategy finds all, each written in several ways; and how soon one is found.

use std::sync::Arc;

use goroutines::explore::{Options, Strategy, check};
use goroutines::prelude::*;
use goroutines::println;
use goroutines::runtime::gosched;
use sync::atomic::Int64;

/// A bug.
pub struct Bug {
    pub name: &'static str,
    /// What the best single strategy needs, in the median.
    pub best: usize,
    /// Ways to write it, the plainest first.
    pub ways: &'static [(&'static str, fn())],
}

pub const BUGS: &[Bug] = &[
    Bug {
        name: "lost update",
        best: 2,
        ways: &[
            ("two goroutines", || lost(false)),
            ("a goroutine and main", || lost(true)),
            ("an atomic", lost_atomic),
            ("locked twice", lost_between_locks),
        ],
    },
    Bug {
        name: "a reader lags 20",
        best: 1,
        ways: &[
            ("reader made first", || lags(true)),
            ("writer made first", || lags(false)),
            ("main reads", lags_behind_main),
        ],
    },
    Bug {
        name: "5 philosophers",
        best: 7,
        ways: &[
            ("plain", || dine(|_| ())),
            ("each thinks longer than the one before", || {
                dine(|i| (0..i).for_each(|_| gosched()));
            }),
            ("with pauses of their own", || dine(|i| pad(i * 3))),
            ("aloud", || dine(|i| println!("{i} thinks"))),
            ("main is one of them", dine_with_main),
            ("forks are channels", dine_with_channels),
        ],
    },
    Bug {
        name: "depth 3, 20 of padding",
        best: 2_269,
        ways: &[
            ("after and before", || deep(|| (), || pad(20), || pad(20))),
            ("all before", || deep(|| pad(20), || pad(20), || ())),
            ("on one number", deep_on_one_number),
            ("that prints", || deep(|| (), print_20, print_20)),
        ],
    },
];

/// An update is lost if one comes between the other's read and write.
fn lost(with_main: bool) {
    let n = Shared::new(0);
    let wg = WaitGroup::new();
    for _ in 0..2 - usize::from(with_main) {
        let n = n.clone();
        wg.go(move || n.update(|v| v + 1));
    }
    if with_main {
        n.update(|v| v + 1);
    }
    wg.wait();
    assert_eq!(n.get(), 2, "lost");
}

fn lost_atomic() {
    let n = Arc::new(Int64::new(0));
    let wg = WaitGroup::new();
    for _ in 0..2 {
        let n = n.clone();
        wg.go(move || n.store(n.load() + 1));
    }
    wg.wait();
    assert_eq!(n.load(), 2, "lost");
}

fn lost_between_locks() {
    let n = Arc::new(Mutex::new(0));
    let wg = WaitGroup::new();
    for _ in 0..2 {
        let n = n.clone();
        wg.go(move || {
            let v = *n.lock();
            *n.lock() = v + 1;
        });
    }
    wg.wait();
    assert_eq!(*n.lock(), 2, "lost");
}

/// The reader must not come before the writer has made its 20 steps.
fn lags(reader_first: bool) {
    let n = Shared::new(0);
    let wg = WaitGroup::new();
    let (r, w) = (n.clone(), n);
    let read = move || assert_ne!(r.get(), 20, "it lagged");
    let write = move || (1..=20).for_each(|i| w.set(i));
    if reader_first {
        wg.go(read);
        wg.go(write);
    } else {
        wg.go(write);
        wg.go(read);
    }
    wg.wait();
}

fn lags_behind_main() {
    let n = Shared::new(0);
    let wg = WaitGroup::new();
    let w = n.clone();
    wg.go(move || (1..=20).for_each(|i| w.set(i)));
    assert_ne!(n.get(), 20, "it lagged");
    wg.wait();
}

fn forks() -> Arc<Vec<Mutex<()>>> {
    Arc::new((0..5).map(|_| Mutex::new(())).collect())
}

/// Five philosophers, each with the fork on the left first.
fn dine(think: fn(usize)) {
    let forks = forks();
    let wg = WaitGroup::new();
    for i in 0..5 {
        let forks = forks.clone();
        wg.go(move || {
            think(i);
            let _left = forks[i].lock();
            let _right = forks[(i + 1) % 5].lock();
        });
    }
    wg.wait();
}

fn dine_with_main() {
    let forks = forks();
    let wg = WaitGroup::new();
    for i in 1..5 {
        let forks = forks.clone();
        wg.go(move || {
            let _left = forks[i].lock();
            let _right = forks[(i + 1) % 5].lock();
        });
    }
    {
        let _left = forks[0].lock();
        let _right = forks[1].lock();
    }
    wg.wait();
}

fn dine_with_channels() {
    let forks: Arc<Vec<Chan<()>>> = Arc::new((0..5).map(|_| chan(1)).collect());
    let wg = WaitGroup::new();
    for i in 0..5 {
        let forks = forks.clone();
        wg.go(move || {
            let (left, right) = (&forks[i], &forks[(i + 1) % 5]);
            left.send(());
            right.send(());
            right.recv();
            left.recv();
        });
    }
    wg.wait();
}

/// Steps that concern nobody else.
fn pad(n: usize) {
    let own = Shared::new(0);
    (0..n).for_each(|i| own.set(i));
}

fn print_20() {
    (0..20).for_each(|i| println!("{i}"));
}

/// One goroutine must stop between two steps until the other has made 21, and go on between that one's last two.
fn deep(before: fn(), after: fn(), first: fn()) {
    let at = Shared::new(0);
    let wg = WaitGroup::new();
    let (a, b) = (at.clone(), at);
    wg.go(move || {
        before();
        a.set(1);
        a.set(2);
        after();
    });
    wg.go(move || {
        first();
        let seen = (b.get(), b.get());
        assert!(seen != (1, 2), "in between");
    });
    wg.wait();
}

/// The padding is of no concern to the bug, but every step of it to the other's.
fn deep_on_one_number() {
    let at = Shared::new(0);
    let n = Arc::new(Int64::new(0));
    let wg = WaitGroup::new();
    let (a, b) = (at.clone(), at);
    let m = n.clone();
    wg.go(move || {
        a.set(1);
        a.set(2);
        (0..20).for_each(|_| _ = m.add(1));
    });
    wg.go(move || {
        (0..20).for_each(|_| _ = n.add(1));
        let seen = (b.get(), b.get());
        assert!(seen != (1, 2), "in between");
    });
    wg.wait();
}

/// The median, over seeds, of how many schedules are tried until one fails; `most` if none of so many does.
pub fn median(seeds: u64, most: usize, strategy: Strategy, f: fn()) -> usize {
    let mut tried: Vec<usize> = (0..seeds)
        .map(|seed| {
            let opts = Options::new().races(false).strategy(strategy);
            let report = check(&opts.schedules(most).seed(seed), f);
            report.first.unwrap_or(most)
        })
        .collect();
    tried.sort_unstable();
    tried[tried.len() / 2]
}
