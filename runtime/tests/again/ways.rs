//! The ways in which a runtime ends, and what a process has of the system before and after many.

use std::io::Write as _;
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

pub fn runs(procs: usize) -> Builder {
    Builder::new().procs(procs)
}

/// A runtime that ends well, and leaves nobody behind.
pub fn ends_well(i: usize) {
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
pub fn ends_badly(i: usize) {
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

/// Runs `once` so many times, after `warm` times that fill what is kept for ever (pools of the process).
pub fn leaves_nothing(name: &str, warm: usize, times: usize, leaks: usize, once: fn(usize)) {
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
