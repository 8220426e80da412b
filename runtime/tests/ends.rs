//! Programs that end although somebody has, or keeps, what their ending needs: stdout, the signals, the stack, a CPU.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use goroutines::Crash;
use goroutines::prelude::*;

fn one() -> Builder {
    Builder::new().procs(1)
}

/// Runs one test of this binary in a process of its own, and gives back its exit code and stderr.
fn alone(test: &str) -> (Option<i32>, String) {
    let out = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env("GOROUTINES_TEST_ALONE", "1")
        .stdout(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&out.stderr).into_owned();
    (out.status.code(), said)
}

fn is_alone() -> bool {
    std::env::var_os("GOROUTINES_TEST_ALONE").is_some()
}

#[test]
fn a_panic_is_told_although_somebody_was_stopped_while_printing() {
    if is_alone() {
        one().run(|| {
            go!({
                let line = "x".repeat(200);
                loop {
                    // Not the library's own: it never gives way by itself, and has the lock nearly all the time.
                    std::println!("{line}");
                }
            });
            time::sleep(Duration::from_millis(20));
            panic!("over");
        });
    }
    let (code, err) = alone("a_panic_is_told_although_somebody_was_stopped_while_printing");
    assert_eq!(code, Some(2), "{err}");
    assert!(
        err.starts_with("panic: over\n\ngoroutine 1 [running]:\n"),
        "{err}"
    );
}

#[test]
fn a_deadlock_is_told_although_somebody_waits_with_stdout_in_its_hands() {
    if is_alone() {
        one().run(|| {
            let mut out = std::io::stdout().lock();
            let ch = chan::<i32>(0);
            // From here on it is on another thread, perhaps.
            for v in &ch {
                writeln!(out, "{v}").unwrap();
            }
        });
    }
    let (code, err) = alone("a_deadlock_is_told_although_somebody_waits_with_stdout_in_its_hands");
    assert_eq!(code, Some(2), "{err}");
    assert!(
        err.starts_with("fatal error: all goroutines are asleep - deadlock!\n"),
        "{err}"
    );
}

#[test]
fn loops_give_way_although_the_thread_that_runs_main_has_blocked_all_signals() {
    let thread = std::thread::spawn(|| {
        // SAFETY: a set of this frame; the mask is this thread's own.
        unsafe {
            let mut all: libc::sigset_t = std::mem::zeroed();
            libc::sigfillset(&mut all);
            libc::pthread_sigmask(libc::SIG_BLOCK, &all, std::ptr::null_mut());
        }
        one().try_run(|| {
            let flag = Arc::new(AtomicBool::new(false));
            let f = flag.clone();
            go!({ f.store(true, Ordering::Relaxed) });
            while !flag.load(Ordering::Relaxed) {
                std::hint::spin_loop();
            }
        })
    });
    assert_eq!(thread.join().unwrap(), Ok(()));
}

#[inline(never)]
fn deeper(n: u64) -> u64 {
    let pad = std::hint::black_box([n; 64]);
    if n == u64::MAX {
        return 0;
    }
    deeper(n + 1) + pad[(n % 64) as usize]
}

#[test]
fn a_full_stack_is_handed_back_by_try_run() {
    for procs in [1, 2] {
        for _ in 0..20 {
            let crash = Builder::new()
                .procs(procs)
                .max_stack(64 << 10)
                .try_run(|| {
                    go(|| {
                        std::hint::black_box(deeper(0));
                    });
                    chan::<()>(0).recv();
                })
                .unwrap_err();
            let Crash::Fatal(report) = &crash else {
                panic!("{crash}");
            };
            assert_eq!(
                (report.goroutine, report.message.as_str()),
                (2, "stack overflow")
            );
            let text = crash.to_string();
            let first = "runtime: goroutine stack exceeds 65536-byte limit\nruntime: sp=0x";
            assert!(text.starts_with(first), "{text}");
            assert!(
                text.contains("]\nfatal error: stack overflow\n\ngoroutine 2 [running]:\n"),
                "{text}"
            );
            assert!(text.contains(" in goroutine 1\n\t"), "{text}");
        }
    }
    assert_eq!(one().try_run(|| 7), Ok(7));
}

struct Panics;

impl Drop for Panics {
    fn drop(&mut self) {
        panic!("second");
    }
}

#[test]
fn a_panic_in_a_destructor_that_a_panic_runs_is_told_as_go_tells_it() {
    if is_alone() {
        one().run(|| {
            let _p = Panics;
            panic!("first");
        });
    }
    let (code, err) = alone("a_panic_in_a_destructor_that_a_panic_runs_is_told_as_go_tells_it");
    assert_eq!(code, Some(2), "{err}");
    assert!(
        err.starts_with("panic: first\n\tpanic: second\n\ngoroutine 1 [running]:\n"),
        "{err}"
    );
}

#[test]
fn nobody_computes_on_for_ever_once_run_has_returned() {
    if is_alone() {
        let threads = || std::fs::read_dir("/proc/self/task").unwrap().count();
        run(|| ());
        let before = threads();
        Builder::new().procs(2).run(|| {
            let began = Arc::new(AtomicBool::new(false));
            let b = began.clone();
            go!({
                loop {
                    b.store(true, Ordering::Relaxed);
                }
            });
            while !began.load(Ordering::Relaxed) {
                runtime::gosched();
            }
        });
        while threads() > before {
            std::thread::yield_now();
        }
        return;
    }
    let (code, err) = alone("nobody_computes_on_for_ever_once_run_has_returned");
    assert_eq!(code, Some(0), "{err}");
}

#[test]
fn a_thread_that_a_goroutine_has_made_may_wake_somebody() {
    for procs in [1, 2] {
        let late = || std::thread::sleep(Duration::from_millis(20));
        let got = Builder::new().procs(procs).try_run(|| {
            let ch = chan(1);
            let to = ch.clone();
            std::thread::spawn(move || {
                late();
                to.send(5);
            });
            let got = ch.recv();
            let wg = WaitGroup::new();
            wg.add(1);
            let done = wg.clone();
            go!({
                std::thread::spawn(move || {
                    // By a thread that this one makes.
                    std::thread::spawn(move || {
                        late();
                        done.done();
                    })
                    .join()
                });
            });
            wg.wait();
            got
        });
        assert_eq!(got, Ok(Some(5)));
        // Once the thread is gone, it is one.
        let crash = Builder::new()
            .procs(procs)
            .try_run(|| {
                std::thread::spawn(late);
                chan::<()>(0).recv()
            })
            .unwrap_err();
        assert!(matches!(crash, Crash::Deadlock(_)), "{crash}");
    }
}

mod limit;
