//! How soon the rotation finds the bugs that no single strategy finds all of.

use std::sync::Arc;

use goroutines::explore::{Options, check};
use goroutines::prelude::*;

/// An update is lost if one comes between the other's read and write.
fn lost_update() {
    let n = Shared::new(0);
    let wg = WaitGroup::new();
    for _ in 0..2 {
        let n = n.clone();
        wg.go(move || n.update(|v| v + 1));
    }
    wg.wait();
    assert_eq!(n.get(), 2, "lost");
}

/// The reader must not come before the writer has made its 20 steps.
fn lagging_reader() {
    let n = Shared::new(0);
    let wg = WaitGroup::new();
    let r = n.clone();
    wg.go(move || assert_ne!(r.get(), 20, "it lagged"));
    let w = n.clone();
    wg.go(move || (1..=20).for_each(|i| w.set(i)));
    wg.wait();
}

/// Five philosophers, each with the fork on the left first.
fn philosophers() {
    let forks: Arc<Vec<Mutex<()>>> = Arc::new((0..5).map(|_| Mutex::new(())).collect());
    let wg = WaitGroup::new();
    for i in 0..5 {
        let forks = forks.clone();
        wg.go(move || {
            let _left = forks[i].lock();
            let _right = forks[(i + 1) % 5].lock();
        });
    }
    wg.wait();
}

/// One goroutine must stop after its first step until the other has made 21, and go on between that one's last two.
fn three_deep() {
    let at = Shared::new(0);
    let wg = WaitGroup::new();
    let a = at.clone();
    wg.go(move || {
        a.set(1);
        a.set(2);
        let own = Shared::new(0);
        (0..20).for_each(|i| own.set(i));
    });
    let b = at;
    wg.go(move || {
        let own = Shared::new(0);
        (0..20).for_each(|i| own.set(i));
        let first = b.get();
        let second = b.get();
        assert!((first, second) != (1, 2), "in between");
    });
    wg.wait();
}

/// The median, over seeds, of how many schedules are tried until one fails.
fn median(seeds: u64, most: usize, f: fn()) -> usize {
    let mut tried: Vec<usize> = (0..seeds)
        .map(|seed| {
            let fails = |n: usize| {
                let opts = Options::new().races(false).schedules(n).seed(seed);
                check(&opts, f).failed > 0
            };
            // What a number of schedules finds, a larger number finds as well.
            let (mut low, mut high) = (0, 1);
            while high < most && !fails(high) {
                (low, high) = (high, high * 2);
            }
            while high - low > 1 {
                let middle = usize::midpoint(low, high);
                if fails(middle) {
                    high = middle;
                } else {
                    low = middle;
                }
            }
            high
        })
        .collect();
    tried.sort_unstable();
    tried[tried.len() / 2]
}

#[test]
fn each_kind_of_bug_is_found_by_some_strategy_of_the_rotation() {
    let of = |name: &str, f: fn(), most: usize| {
        let m = median(31, 4096, f);
        println!("{name}: {m}");
        assert!(m <= most, "{name}: {m} schedules, at most {most} wanted");
    };
    of("lost update", lost_update, 2);
    of("lagging reader", lagging_reader, 1);
    of("philosophers", philosophers, 7);
    of("three deep", three_deep, 2_269);
}

mod limit;
