//! The programs on goroutines, explored with races, leaks and deadlocks looked for, as `explore::check` does.

use std::sync::Arc;

use goroutines::explore::{Options, Strategy, check};
use goroutines::prelude::*;

use crate::Program;

/// Under the strategies that are the default: they take turns, and a small program is visited whole.
pub(crate) fn default(program: Program, least: usize) -> Option<usize> {
    run(program, Strategy::Portfolio, least)
}

pub(crate) fn random(program: Program, least: usize) -> Option<usize> {
    run(program, Strategy::Random, least)
}

pub(crate) fn pct(program: Program, least: usize) -> Option<usize> {
    run(program, Strategy::Pct { depth: 3 }, least)
}

/// How many schedules a check asks for: what differs among them is remembered for as long.
const A_CHECK: usize = 20_000;

fn run(program: Program, strategy: Strategy, least: usize) -> Option<usize> {
    let main = match program {
        Program::Locked => locked,
        Program::Variable => variable,
        Program::PingPong => ping_pong,
        Program::Join => join,
        Program::Crowd => crowd,
    };
    let mut ran = 0;
    while ran < least {
        let options = Options::new()
            .strategy(strategy)
            .schedules((least - ran).min(A_CHECK))
            .seed(ran as u64);
        let report = check(&options, main);
        report.assert_passed();
        // These, or all that there are. It begins anew.
        ran += report.ran;
    }
    Some(ran)
}

fn locked() {
    let n = Arc::new(Mutex::new(0));
    let wg = WaitGroup::new();
    for _ in 0..2 {
        let n = n.clone();
        wg.go(move || {
            for _ in 0..10 {
                *n.lock() += 1;
            }
        });
    }
    wg.wait();
    assert_eq!(*n.lock(), 20);
}

fn variable() {
    let n = Shared::new(0);
    let lock = Arc::new(Mutex::new(()));
    let wg = WaitGroup::new();
    for _ in 0..2 {
        let (n, lock) = (n.clone(), lock.clone());
        wg.go(move || {
            for _ in 0..10 {
                let _held = lock.lock();
                n.update(|v| v + 1);
            }
        });
    }
    wg.wait();
    assert_eq!(n.get(), 20);
}

fn ping_pong() {
    let (there, back) = (chan(0), chan(0));
    let (from, to) = (there.clone(), back.clone());
    go(move || {
        for _ in 0..5 {
            to.send(from.recv().map_or(0, |v| v + 1));
        }
    });
    for i in 0..5 {
        there.send(i);
        assert_eq!(back.recv(), Some(i + 1));
    }
}

fn join() {
    let wg = WaitGroup::new();
    for _ in 0..2 {
        wg.go(|| {});
    }
    wg.wait();
}

fn crowd() {
    let sum = Arc::new(sync::atomic::Int64::new(0));
    let wg = WaitGroup::new();
    for id in 0..1_000 {
        let sum = sum.clone();
        wg.go(move || {
            sum.add(id);
        });
    }
    wg.wait();
    assert_eq!(sum.load(), 499_500);
}
