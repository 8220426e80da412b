//! The notes' bank: 100 goroutines pay in, 100 take out; once without a lock, and six ways that keep the balance right.

use crate::stage::{Stage, program};
use crate::text::thousands;
use goroutines::prelude::*;
use goroutines::sync::atomic::Int64;
use goroutines::sync::raw;
use std::io::{self, Write};
use std::sync::Arc;
use std::time::Instant;

const PROCS: usize = 4;
const EACH: usize = 100;
/// How often the bank of each kind is opened.
const RUNS: usize = 100;
/// Goroutines that measure the speed, and changes of each of them.
const BUSY: usize = 4;
const CHANGES: usize = 10_000;
/// Rounds of measuring.
const ROUNDS: usize = 5;

trait Account: Send + Sync {
    fn change(&self, by: i64);
    fn balance(&self) -> i64;
}

/// Nothing guards it.
struct Bare(Shared<i64>);

impl Account for Bare {
    fn change(&self, by: i64) {
        let balance = self.0.get();
        self.0.set(balance + by);
    }
    fn balance(&self) -> i64 {
        self.0.get()
    }
}

impl Account for Mutex<i64> {
    fn change(&self, by: i64) {
        let mut balance = self.lock();
        *balance += by;
        drop(balance);
    }
    fn balance(&self) -> i64 {
        *self.lock()
    }
}

/// In Go's form: the lock beside what it guards, given back at the end.
struct Deferred {
    mu: raw::Mutex,
    balance: Shared<i64>,
}

impl Account for Deferred {
    fn change(&self, by: i64) {
        self.mu.lock();
        defer! { self.mu.unlock(); }
        self.balance.set(self.balance.get() + by);
    }
    fn balance(&self) -> i64 {
        self.mu.lock();
        defer! { self.mu.unlock(); }
        self.balance.get()
    }
}

impl Account for RWMutex<i64> {
    fn change(&self, by: i64) {
        *self.write() += by;
    }
    fn balance(&self) -> i64 {
        *self.read()
    }
}

impl Account for Int64 {
    fn change(&self, by: i64) {
        self.add(by);
    }
    fn balance(&self) -> i64 {
        self.load()
    }
}

/// The balance lies in a channel with room for one.
struct InAChannel(Chan<i64>);

impl Account for InAChannel {
    fn change(&self, by: i64) {
        let balance = self.0.recv().unwrap_or_default();
        self.0.send(balance + by);
    }
    fn balance(&self) -> i64 {
        let balance = self.0.recv().unwrap_or_default();
        self.0.send(balance);
        balance
    }
}

/// One goroutine has it, and is told what to do.
struct Owned {
    changes: Chan<i64>,
    asks: Chan<Chan<i64>>,
}

impl Owned {
    fn new() -> Owned {
        let (changes, asks) = (chan(0), chan::<Chan<i64>>(0));
        let (mine, asked) = (changes.clone(), asks.clone());
        go! {
            let mut balance = 0;
            loop {
                select! {
                    recv(mine) -> by => match by {
                        Some(by) => balance += by,
                        None => return,
                    },
                    recv(asked) -> answer => {
                        if let Some(answer) = answer {
                            answer.send(balance);
                        }
                    }
                }
            }
        }
        Owned { changes, asks }
    }
}

impl Account for Owned {
    fn change(&self, by: i64) {
        self.changes.send(by);
    }
    fn balance(&self) -> i64 {
        let answer = chan(1);
        self.asks.send(answer.clone());
        answer.recv().unwrap_or_default()
    }
}

impl Drop for Owned {
    /// Its owner ends.
    fn drop(&mut self) {
        self.changes.close();
    }
}

fn in_a_channel() -> InAChannel {
    let balance = chan(1);
    balance.send(0);
    InAChannel(balance)
}

type Open = fn() -> Arc<dyn Account>;

const WAYS: [(&str, Open); 7] = [
    ("nothing", || Arc::new(Bare(Shared::new(0)))),
    ("mutex", || Arc::new(Mutex::new(0_i64))),
    ("mutex, deferred", || {
        Arc::new(Deferred {
            mu: raw::Mutex::new(),
            balance: Shared::new(0),
        })
    }),
    ("RWMutex", || Arc::new(RWMutex::new(0_i64))),
    ("atomic", || Arc::new(Int64::new(0))),
    ("channel with room", || Arc::new(in_a_channel())),
    ("owner", || Arc::new(Owned::new())),
];

pub(super) fn bank(stage: &mut Stage) -> io::Result<()> {
    // A fixed stage shows no figure, so few will do.
    let (runs, changes, rounds) = match stage.fixed() {
        Some(_) => (2, 100, 1),
        None => (RUNS, CHANGES, ROUNDS),
    };
    let mut rows = vec![["guarded by", "runs that did not end at 0", "a change"].map(String::from)];
    for (name, open) in WAYS {
        let (wrong, ns) = program(Builder::new().procs(PROCS), move || {
            let wrong = (0..runs).filter(|_| in_and_out(open()) != 0).count();
            (wrong, median((0..rounds).map(|_| speed(open(), changes)).collect()))
        })?;
        let wrong = match name {
            "nothing" => stage.measured(format!("{wrong} of {runs}")),
            // They are right whatever happens: this is no matter of luck.
            _ => wrong.to_string(),
        };
        let ns = stage.measured(format!("{} ns", thousands(ns.round() as u64)));
        rows.push([name.to_string(), wrong, ns]);
    }
    stage.rows(&rows)?;
    writeln!(stage)?;
    stage.say(&format!(
        "A change was measured with {BUSY} goroutines that change the balance again and again. That the first row often \
         ends at 0 is luck: so few goroutines seldom meet between a read and a write."
    ))
}

/// The balance after 100 have paid in and 100 have taken out.
fn in_and_out(account: Arc<dyn Account>) -> i64 {
    let wg = WaitGroup::new();
    for by in [1, -1] {
        for _ in 0..EACH {
            let account = account.clone();
            wg.go(move || account.change(by));
        }
    }
    wg.wait();
    account.balance()
}

/// Nanoseconds of a change, all of them counted together.
fn speed(account: Arc<dyn Account>, changes: usize) -> f64 {
    let wg = WaitGroup::new();
    let start = Instant::now();
    for _ in 0..BUSY {
        let account = account.clone();
        wg.go(move || (0..changes).for_each(|_| account.change(1)));
    }
    wg.wait();
    start.elapsed().as_secs_f64() * 1e9 / (BUSY * changes) as f64
}

fn median(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all.get(all.len() / 2).copied().unwrap_or(0.0)
}
