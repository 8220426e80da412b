//! Goroutine stacks as a program meets them: large frames, an overflow told as Go tells it, many at once, reuse.

use std::collections::BTreeSet;
use std::hint::black_box;
use std::process::{Command, Output};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use goroutines::prelude::*;

/// Runs one test of this file again as a process of its own, which finds `STACKS_CHILD` set.
fn child(test: &str, which: &str) -> Output {
    Command::new(std::env::current_exe().expect("the test binary"))
        .args(["--exact", test, "--nocapture", "--test-threads", "1"])
        .env("STACKS_CHILD", which)
        .output()
        .expect("the test binary starts again")
}

/// A field of `/proc/self/status`, in KiB.
fn kib(name: &str) -> usize {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux has /proc/self/status");
    let line = status
        .lines()
        .find_map(|l: &str| l.strip_prefix(name))
        .expect("the field");
    line.trim()
        .trim_end_matches(" kB")
        .parse()
        .expect("a number")
}

fn recurse(depth: usize) -> usize {
    let frame = black_box([depth; 32]);
    if depth == usize::MAX {
        0
    } else {
        recurse(depth + 1) + frame[depth % 32]
    }
}

#[inline(never)]
fn large_frame() -> usize {
    let frame = black_box([1u8; 256 * 1024]);
    frame.iter().map(|b| usize::from(*b)).sum()
}

#[test]
fn a_frame_of_256_kib_works() {
    run(|| {
        let done = chan(0);
        for _ in 0..10 {
            let done = done.clone();
            go!(done.send(large_frame()));
        }
        for _ in 0..10 {
            assert_eq!(done.recv(), Some(256 * 1024));
        }
        assert_eq!(large_frame(), 256 * 1024, "in main too");
    });
}

#[test]
fn an_overflow_names_the_goroutine_and_exits_2() {
    const TEST: &str = "an_overflow_names_the_goroutine_and_exits_2";
    let overflow = |limit: usize, goroutine: &str, which: &str| {
        let out = child(TEST, which);
        let text = String::from_utf8(out.stderr).expect("text");
        assert_eq!(out.status.code(), Some(2), "{which}: {text}");
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines[0],
            format!("runtime: goroutine stack exceeds {limit}-byte limit"),
            "{which}"
        );
        assert!(
            lines[1].starts_with("runtime: sp=0x") && lines[1].contains(" stack=[0x"),
            "{which}: {text}"
        );
        assert_eq!(
            lines[2..5],
            [
                "fatal error: stack overflow",
                "",
                &format!("{goroutine} [running]:")
            ],
            "{which}"
        );
        // Who began it, and who made that one.
        let created = lines.iter().any(|l| l.ends_with(" in goroutine 1"));
        assert_eq!(created, goroutine != "goroutine 1", "{which}: {text}");
    };
    match std::env::var("STACKS_CHILD").as_deref() {
        Err(_) => {
            overflow(512 * 1024, "goroutine 1", "main");
            overflow(512 * 1024, "goroutine 2", "other");
            overflow(1 << 20, "goroutine 1", "limit");
        }
        Ok("main") => {
            run(|| recurse(0));
        }
        Ok("other") => run(|| {
            go(|| {
                recurse(0);
            });
            chan::<()>(0).recv();
        }),
        Ok(_) => {
            Builder::new().max_stack((1 << 20) - 5).run(|| recurse(0));
        }
    }
}

#[test]
fn a_hundred_thousand_wait_at_once_and_wake() {
    const MANY: usize = 100_000;
    run(|| {
        let (start, done) = (chan::<()>(0), chan(0));
        for n in 0..MANY {
            let (start, done) = (start.clone(), done.clone());
            go(move || {
                start.recv();
                done.send(n);
            });
        }
        start.close();
        let sum: usize = (0..MANY)
            .map(|_| done.recv().expect("it is not closed"))
            .sum();
        assert_eq!(sum, MANY * (MANY - 1) / 2);
    });
}

#[test]
fn a_runtime_that_ends_gives_its_stacks_back() {
    if std::env::var_os("STACKS_CHILD").is_none() {
        let out = child("a_runtime_that_ends_gives_its_stacks_back", "alone");
        assert!(out.status.success(), "{out:?}");
        return;
    }
    let memory = || (kib("VmSize:"), kib("VmRSS:"));
    let once = || {
        let ended = Builder::new().try_run(|| {
            let never = chan::<()>(0);
            for _ in 0..2000 {
                let never = never.clone();
                go(move || {
                    never.recv();
                });
            }
            runtime::gosched();
        });
        assert!(ended.is_ok());
    };
    once();
    let before = memory();
    (0..20).for_each(|_| once());
    let after = memory();
    // Twenty times 2,000 stacks would be 20 GiB of addresses and 160 MiB of pages.
    assert!(
        after.0 < before.0 + (1 << 20) && after.1 < before.1 + (32 << 10),
        "{before:?} {after:?} KiB"
    );
}

#[test]
fn what_many_goroutines_used_is_given_back_while_nothing_happens() {
    const MANY: usize = 200_000;
    if std::env::var_os("STACKS_CHILD").is_none() {
        let out = child(
            "what_many_goroutines_used_is_given_back_while_nothing_happens",
            "alone",
        );
        assert!(out.status.success(), "{out:?}");
        return;
    }
    Builder::new().procs(4).run(|| {
        let memory = || kib("VmRSS:") + kib("VmPTE:");
        let before = memory();
        let (start, wg) = (chan::<()>(0), WaitGroup::new());
        for _ in 0..MANY {
            let start = start.clone();
            wg.go(move || {
                start.recv();
            });
        }
        while start.snapshot().recvq.len() != MANY {
            runtime::gosched();
        }
        let most = memory();
        assert!(
            most > before + MANY * 4,
            "each has a page: {before} {most} KiB"
        );
        start.close();
        wg.wait();
        // What is left of a goroutine that has ended is its G and places in lists, some 300 bytes; Go keeps those too.
        let bound = before + MANY * 400 / 1024 + (16 << 10);
        let start = std::time::Instant::now();
        while memory() > bound {
            assert!(
                start.elapsed() < std::time::Duration::from_secs(60),
                "{before} KiB before, {most} at most, {} now, {bound} wanted",
                memory()
            );
            // Until then nothing runs: every P is idle most of the time.
            goroutines::time::sleep(std::time::Duration::from_millis(500));
        }
        eprintln!(
            "{before} KiB before, {most} at most, {} after {:?}",
            memory(),
            start.elapsed()
        );
        // And all of it can be had again.
        let wg = WaitGroup::new();
        for _ in 0..1000 {
            wg.go(|| {
                large_frame();
            });
        }
        wg.wait();
    });
}

mod limit;

#[test]
fn those_that_end_without_waiting_run_on_one_stack() {
    Builder::new().procs(1).run(|| {
        let places = Arc::new(Mutex::new(BTreeSet::new()));
        let wg = WaitGroup::new();
        for _ in 0..1_000 {
            let places = places.clone();
            wg.go(move || {
                let here = 0_u8;
                let at = std::ptr::from_ref(black_box(&here)).addr() >> 16;
                places.lock().insert(at);
            });
        }
        wg.wait();
        // One that was stopped by the signal keeps its own.
        let n = places.lock().len();
        assert!(n <= 10, "{n} stacks");
    });
}

#[test]
fn closures_of_any_size_run_and_are_dropped_once() {
    let dropped = Arc::new(AtomicUsize::new(0));
    struct Counts(Arc<AtomicUsize>);
    impl Drop for Counts {
        fn drop(&mut self) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
    #[repr(align(64))]
    struct Aligned(u8);
    let counts = [(); 4].map(|()| Counts(dropped.clone()));
    run(move || {
        let wg = WaitGroup::new();
        let [a, b, c, d] = counts;
        wg.go(move || drop(black_box(a)));
        let words = [7_usize; 6];
        wg.go(move || {
            let _b = b;
            assert_eq!(black_box(words), [7; 6]);
        });
        let bytes = [9_u8; 30_000];
        wg.go(move || {
            let _c = c;
            assert!(black_box(&bytes).iter().all(|b| *b == 9));
        });
        let aligned = Aligned(5);
        wg.go(move || {
            let _d = d;
            let at = std::ptr::from_ref(black_box(&aligned));
            assert!(at.is_aligned());
            assert_eq!(aligned.0, 5);
        });
        wg.wait();
    });
    assert_eq!(dropped.load(Ordering::Relaxed), 4);
}
