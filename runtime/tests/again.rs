//! Runtimes one after the other and side by side: nothing of them is left, however they end.
//!
//! 10,000 of each kind, with the figures, is the example `again`.

use std::io::Write as _;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use goroutines::sync::WaitGroup;
use goroutines::{chan, go, io, runtime, time};
use ways::{ends_badly, ends_well, leaves_nothing, runs};

#[path = "again/ways.rs"]
mod ways;

/// Runs `test` of this binary in a process of its own, where nobody else makes threads.
fn alone(test: &str) -> bool {
    if std::env::var_os("AGAIN_ALONE").is_some() {
        return true;
    }
    let out = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env("AGAIN_ALONE", "1")
        .status()
        .unwrap();
    assert!(out.success());
    false
}

#[test]
fn a_runtime_leaves_nothing_however_it_ends() {
    if alone("a_runtime_leaves_nothing_however_it_ends") {
        leaves_nothing("ends well", 50, 300, 0, ends_well);
        leaves_nothing("ends badly", 50, 300, 4096, ends_badly);
    }
}

#[test]
fn many_runtimes_stand_side_by_side() {
    let ended = Arc::new(AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for t in 0..12 {
            let ended = ended.clone();
            scope.spawn(move || {
                for i in 0..20 {
                    if (t + i) % 4 == 0 {
                        ends_badly(t * 7 + i);
                    } else {
                        ends_well(t + i);
                    }
                    ended.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    assert_eq!(ended.load(Ordering::Relaxed), 12 * 20);
}

#[test]
fn runtimes_side_by_side_talk_through_one_channel() {
    const ITEMS: usize = 2_000;
    let ch = chan::<usize>(4);
    let back = chan::<usize>(0);
    let (to, from) = (ch.clone(), back.clone());
    // While a timer of a runtime is awaited, somebody outside may still wake it: no deadlock.
    let wait = || {
        go(|| time::sleep(Duration::from_secs(200)));
    };
    let other = std::thread::spawn(move || {
        runs(2).try_run(move || {
            wait();
            for v in &to {
                from.send(v * 2);
            }
            from.close();
        })
    });
    let sum = runs(2).try_run(move || {
        wait();
        let ch = ch.clone();
        go(move || {
            for i in 0..ITEMS {
                ch.send(i);
            }
            ch.close();
        });
        let mut sum = 0;
        while let Some(v) = back.recv() {
            sum += v;
        }
        sum
    });
    assert_eq!(sum, Ok(ITEMS * (ITEMS - 1)));
    assert_eq!(other.join().unwrap(), Ok(()));
}

#[test]
fn several_goroutines_open_the_netpoller_at_once() {
    use std::io::Read as _;
    for _ in 0..300 {
        let end = runs(3).try_run(|| {
            let (mut first, mut to_first) = io::pipe().unwrap();
            let (mut second, mut to_second) = io::pipe().unwrap();
            let there = Arc::new(AtomicUsize::new(0));
            let arrive = |there: &AtomicUsize| {
                there.fetch_add(1, Ordering::SeqCst);
                while there.load(Ordering::SeqCst) < 2 {
                    std::hint::spin_loop();
                }
            };
            let wg = WaitGroup::new();
            let seen = there.clone();
            wg.go(move || {
                arrive(&seen);
                first.read_exact(&mut [0]).unwrap();
            });
            let seen = there.clone();
            wg.go(move || {
                arrive(&seen);
                second.read_exact(&mut [0]).unwrap();
                to_first.write_all(b"1").unwrap();
            });
            while there.load(Ordering::SeqCst) < 2 {
                runtime::gosched();
            }
            to_second.write_all(b"2").unwrap();
            wg.wait();
        });
        assert_eq!(end, Ok(()));
    }
}

#[test]
fn a_runtime_can_be_started_from_a_goroutine_of_another() {
    let sum = runs(2).try_run(|| {
        let ch = chan(0);
        for i in 0..4 {
            let ch = ch.clone();
            go(move || {
                let inner = std::thread::spawn(move || runs(1).try_run(|| i * 10));
                ch.send(runtime::syscall(|| inner.join().unwrap().unwrap()));
            });
        }
        (0..4).filter_map(|_| ch.recv()).sum::<i32>()
    });
    assert_eq!(sum, Ok(60));
}

mod limit;
