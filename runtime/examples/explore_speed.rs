//! How many schedules a second the exploring scheduler makes, and how long shortening takes: `cargo run --release
//! --example explore_speed -p goroutines`.

use std::sync::Arc;
use std::time::Instant;

use goroutines::explore::{Options, Strategy, check};
use goroutines::prelude::*;

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
}

fn locked_shared() {
    let n = Arc::new((Mutex::new(()), Shared::new(0)));
    let wg = WaitGroup::new();
    for _ in 0..2 {
        let n = n.clone();
        wg.go(move || {
            for _ in 0..10 {
                let _held = n.0.lock();
                n.1.update(|v| v + 1);
            }
        });
    }
    wg.wait();
}

fn ping_pong() {
    let (a, b) = (chan(0), chan(0));
    let (c, d) = (a.clone(), b.clone());
    go(move || {
        for v in &c {
            d.send(v);
        }
    });
    for i in 0..5 {
        a.send(i);
        b.recv();
    }
    a.close();
}

fn spawn_and_join() {
    let wg = WaitGroup::new();
    for _ in 0..2 {
        wg.go(|| {});
    }
    wg.wait();
}

fn lost() {
    let n = Shared::new(0);
    let wg = WaitGroup::new();
    for _ in 0..4 {
        let n = n.clone();
        wg.go(move || {
            for _ in 0..10 {
                n.update(|v| v + 1);
            }
        });
    }
    wg.wait();
    assert!(n.get() > 14, "fewer than 15");
}

/// A thousand goroutines add to two atomic numbers.
fn crowd() {
    let sums = Arc::new((sync::atomic::Int64::new(0), sync::atomic::Int64::new(0)));
    let wg = WaitGroup::new();
    for id in 0..1000 {
        let sums = sums.clone();
        wg.go(move || {
            sums.0.add(id);
            sums.1.add(1);
        });
    }
    wg.wait();
}

/// A thousand goroutines send to one.
fn crowd_sends() {
    let ch = chan(0);
    for id in 0..1000 {
        let ch = ch.clone();
        go(move || ch.send(id));
    }
    for _ in 0..1000 {
        ch.recv();
    }
}

/// One program under one strategy so many times, for a profiler: `explore_speed locked portfolio 5000`.
fn only(name: &str, strategy: &str, n: usize) {
    let program = match name {
        "locked" => locked,
        "shared" => locked_shared,
        "pingpong" => ping_pong,
        "crowd" => crowd,
        "crowd-sends" => crowd_sends,
        _ => spawn_and_join,
    };
    let strategy = match strategy {
        "random" => Strategy::Random,
        "pct" => Strategy::Pct { depth: 3 },
        _ => Strategy::Portfolio,
    };
    check(&Options::new().schedules(n).strategy(strategy), program).assert_passed();
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    if let [_, name, strategy, n] = &args[..] {
        only(name, strategy, n.parse().expect("a number of schedules"));
        return;
    }
    let programs: [(&str, fn()); 4] = [
        ("2 goroutines x 10 locked increments", locked),
        ("the same on a Shared", locked_shared),
        ("10 messages of ping-pong", ping_pong),
        ("spawn 2, join", spawn_and_join),
    ];
    for (name, program) in programs {
        for strategy in [
            Strategy::Random,
            Strategy::Portfolio,
            Strategy::Pct { depth: 3 },
        ] {
            let mut rates: Vec<f64> = (0..5)
                .map(|seed| {
                    let n = 50_000;
                    let opts = Options::new().schedules(n).strategy(strategy).seed(seed);
                    let began = Instant::now();
                    check(&opts, program).assert_passed();
                    n as f64 / began.elapsed().as_secs_f64()
                })
                .collect();
            rates.sort_by(f64::total_cmp);
            println!("{name}, {strategy:?}: {:.0} schedules/s", rates[2]);
        }
    }
    let opts = Options::new().schedules(2_000).races(false);
    let began = Instant::now();
    let report = check(&opts, lost);
    let all = began.elapsed();
    let quiet = Instant::now();
    check(&opts, || std::panic::catch_unwind(lost).map_or((), |()| ()));
    let without = quiet.elapsed();
    println!(
        "a lost update among 40: {} of {} fail; shortest {} ({} preemptions, {} steps); all {all:?}, without shortening {without:?}",
        report.failed,
        report.ran,
        report
            .failure
            .as_ref()
            .map_or(String::new(), |f| f.schedule.to_string()),
        report.failure.as_ref().map_or(0, |f| f.preemptions),
        report.failure.as_ref().map_or(0, |f| f.steps),
    );
}
