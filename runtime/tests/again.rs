//! Runtimes one after the other and side by side: nothing of them is left, however they end.
//!
//! The short form is an ordinary test. 10,000 of each, with the figures:
//! `cargo test --release -p goroutines --test again -- --ignored --nocapture`.
#![cfg(target_os = "linux")]

use std::io::Write as _;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use goroutines::sync::WaitGroup;
use goroutines::{Builder, Crash, chan, go, io, net, runtime, time};

/// What a process has of the system.
#[derive(Clone, Copy, Debug)]
struct Holds {
    threads: usize,
    descriptors: usize,
    mappings: usize,
    /// Kibibytes: addresses, and memory.
    size: usize,
    resident: usize,
}

impl Holds {
    fn now() -> Holds {
        let count = |dir| std::fs::read_dir(dir).unwrap().count();
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let kib = |name| -> usize {
            let line = status.lines().find_map(|l| l.strip_prefix(name)).unwrap();
            line.trim().trim_end_matches(" kB").parse().unwrap()
        };
        let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
        Holds {
            threads: count("/proc/self/task"),
            descriptors: count("/proc/self/fd"),
            mappings: maps.lines().count(),
            size: kib("VmSize:"),
            resident: kib("VmRSS:"),
        }
    }
}

fn runs(procs: usize) -> Builder {
    Builder::new().procs(procs)
}

/// A runtime that ends well, and leaves nobody behind.
fn ends_well(i: usize) {
    let sum = runs(1 + i % 3).try_run(|| {
        let ch = chan(i % 3);
        let wg = WaitGroup::new();
        for n in 1..=10 {
            let ch = ch.clone();
            wg.go(move || ch.send(n));
        }
        let sum: usize = (0..10).filter_map(|_| ch.recv()).sum();
        wg.wait();
        time::sleep(Duration::from_micros(10));
        sum
    });
    assert_eq!(sum, Ok(55));
}

/// All the other ways.
fn ends_badly(i: usize) {
    let builder = runs(1 + i % 3);
    match i % 10 {
        0 => {
            let end = builder.try_run(|| {
                go(|| panic!("over"));
                chan::<()>(0).recv();
            });
            assert!(matches!(end, Err(Crash::Panic(_))), "{end:?}");
        }
        1 => {
            let end = builder.try_run(|| {
                chan::<()>(0).recv();
            });
            assert!(matches!(end, Err(Crash::Deadlock(_))), "{end:?}");
        }
        2 => {
            let end = builder.try_run(|| {
                go(runtime::gosched);
                runtime::goexit();
            });
            assert!(matches!(end, Err(Crash::Deadlock(_))), "{end:?}");
        }
        3 => {
            // Goroutines that wait for each thing there is, left where they are.
            let end = builder.try_run(|| {
                let never = chan::<()>(0);
                let wg = WaitGroup::new();
                wg.add(1);
                for _ in 0..5 {
                    let (never, wg) = (never.clone(), wg.clone());
                    go(move || {
                        never.recv();
                    });
                    go(move || wg.wait());
                    go(|| time::sleep(Duration::from_secs(3600)));
                }
                time::after_func(Duration::from_secs(3600), || ());
                runtime::gosched();
            });
            assert_eq!(end, Ok(()));
        }
        4 => {
            // The netpoller and its descriptors.
            let end = builder.try_run(|| {
                let listener = net::TcpListener::bind("127.0.0.1:0").unwrap();
                let at = listener.local_addr().unwrap();
                go(move || {
                    let _ = listener.accept();
                    let _ = listener.accept();
                });
                let mut stream = net::TcpStream::connect(at).unwrap();
                stream.write_all(b"x").unwrap();
            });
            assert!(end.is_ok(), "{end:?}");
        }
        5 => {
            let end = builder.try_run(|| {
                let (reader, _writer) = io::pipe().unwrap();
                go(move || {
                    let mut reader = reader;
                    let _ = std::io::Read::read(&mut reader, &mut [0; 8]);
                });
                runtime::gosched();
            });
            assert!(end.is_ok(), "{end:?}");
        }
        6 => {
            // Threads of their own.
            let end = builder.try_run(|| {
                let (ready, never) = (chan::<()>(0), chan::<()>(0));
                let (tell, waits) = (ready.clone(), never.clone());
                go(move || {
                    runtime::lock_os_thread();
                    tell.send(());
                    waits.recv();
                });
                go(runtime::lock_os_thread);
                ready.recv();
            });
            assert_eq!(end, Ok(()));
        }
        7 => {
            let end = builder.try_run(|| {
                go(|| runtime::syscall(std::thread::yield_now));
                runtime::gomaxprocs(1 + i % 4);
                runtime::gosched();
            });
            assert_eq!(end, Ok(()));
        }
        8 => {
            let end = builder.try_run(|| {
                goroutines::sync::raw::Mutex::new().unlock();
            });
            assert!(matches!(end, Err(Crash::Fatal(_))), "{end:?}");
        }
        _ => {
            let end: Result<(), _> = builder.try_run(|| std::panic::panic_any(i));
            assert!(matches!(end, Err(Crash::Panic(_))), "{end:?}");
        }
    }
}

/// Runs `test` of this binary in a process of its own, where nobody else makes threads.
fn alone(test: &str) -> bool {
    if std::env::var_os("AGAIN_ALONE").is_some() {
        return true;
    }
    let out = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture", "--include-ignored"])
        .env("AGAIN_ALONE", "1")
        .status()
        .unwrap();
    assert!(out.success());
    false
}

/// Runs `once` so many times, after `warm` times that fill what is kept for ever (pools of the process).
fn leaves_nothing(name: &str, warm: usize, times: usize, leaks: usize, once: fn(usize)) {
    (0..warm).for_each(once);
    let before = Holds::now();
    (0..times).for_each(once);
    let after = Holds::now();
    eprintln!("{times} × {name}:\n  before {before:?}\n  after  {after:?}");
    assert_eq!(before.threads, after.threads);
    assert_eq!(before.descriptors, after.descriptors);
    assert!(after.mappings <= before.mappings + 16);
    // The allocator reserves 64 MiB for threads that are there together, a few times; a runtime reserves as much.
    assert!(after.size < before.size + (1 << 20));
    assert!(
        after.resident < before.resident + (8 << 10) + times * leaks / 1024,
        "{before:?} {after:?}"
    );
}

#[test]
fn a_runtime_leaves_nothing_however_it_ends() {
    if alone("a_runtime_leaves_nothing_however_it_ends") {
        leaves_nothing("ends well", 50, 300, 0, ends_well);
        leaves_nothing("ends badly", 50, 300, 4096, ends_badly);
    }
}

#[test]
#[ignore = "minutes"]
fn ten_thousand_runtimes_leave_nothing() {
    if alone("ten_thousand_runtimes_leave_nothing") {
        leaves_nothing("ends well", 100, 10_000, 0, ends_well);
        // What goroutines own that wait for ever is leaked, as in Go.
        leaves_nothing("ends badly", 100, 10_000, 4096, ends_badly);
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
