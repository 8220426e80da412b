//! Running programs: what `run` and `try_run` return, in which order goroutines run, and what is left afterwards.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use goroutines::{Builder, Crash, go, runtime};

fn one() -> Builder {
    Builder::new().procs(1)
}

#[test]
fn main_returns_its_value_and_does_not_wait() {
    let ran = Arc::new(AtomicUsize::new(0));
    let r = ran.clone();
    let v = one().run(move || {
        go(move || {
            r.fetch_add(1, Ordering::SeqCst);
        });
        7
    });
    assert_eq!(v, 7);
    assert_eq!(ran.load(Ordering::SeqCst), 0);
}

#[test]
fn with_one_p_the_last_one_made_runs_first_and_then_in_order() {
    let order = Arc::new(Mutex::new(Vec::new()));
    let seen = order.clone();
    one().run(move || {
        for i in 0..10 {
            let seen = seen.clone();
            go(move || seen.lock().unwrap().push(i));
        }
        while runtime::num_goroutine() > 1 {
            runtime::gosched();
        }
    });
    assert_eq!(*order.lock().unwrap(), [9, 0, 1, 2, 3, 4, 5, 6, 7, 8]);
}

#[test]
fn every_goroutine_runs_once_on_any_number_of_ps() {
    for procs in [1, 2, 4] {
        let ran = Arc::new(AtomicUsize::new(0));
        let r = ran.clone();
        Builder::new().procs(procs).run(move || {
            for _ in 0..20_000 {
                let r = r.clone();
                go(move || {
                    runtime::gosched();
                    r.fetch_add(1, Ordering::SeqCst);
                });
            }
            while runtime::num_goroutine() > 1 {
                runtime::gosched();
            }
        });
        assert_eq!(ran.load(Ordering::SeqCst), 20_000);
    }
}

#[test]
fn a_panic_of_any_goroutine_is_the_programs_end() {
    let crash = one()
        .try_run(|| {
            go(|| panic!("boom {}", 1));
            loop {
                runtime::gosched();
            }
        })
        .unwrap_err();
    let Crash::Panic(report) = &crash else {
        panic!("{crash:?}")
    };
    assert_eq!(report.message, "boom 1");
    assert_eq!(report.goroutine, 2);
    let text = crash.to_string();
    assert!(
        text.starts_with("panic: boom 1\n\ngoroutine 2 [running]:\n"),
        "{text}"
    );
    assert!(text.contains("\ncreated by "), "{text}");
    assert!(text.contains(" in goroutine 1\n\t"), "{text}");
    assert!(text.contains("tests/run.rs:"), "{text}");
}

#[test]
fn a_recovered_panic_ends_nothing() {
    let v = one().run(|| {
        let caught = std::panic::catch_unwind(|| panic!("caught"));
        assert!(caught.is_err());
        5
    });
    assert_eq!(v, 5);
}

#[test]
fn goexit_of_main_ends_the_program_when_the_others_are_done() {
    let crash = one()
        .try_run(|| {
            go(|| runtime::gosched());
            runtime::goexit();
        })
        .unwrap_err();
    assert_eq!(
        crash.to_string(),
        "fatal error: no goroutines (main called runtime.Goexit) - deadlock!\n"
    );
}

#[test]
fn runtimes_follow_one_another_and_stand_side_by_side() {
    let threads: Vec<_> = (0..4)
        .map(|i| {
            std::thread::spawn(move || {
                for _ in 0..50 {
                    let v = Builder::new().procs(2).try_run(|| {
                        go(runtime::gosched);
                        runtime::gosched();
                        i
                    });
                    assert_eq!(v.unwrap(), i);
                }
            })
        })
        .collect();
    for t in threads {
        t.join().unwrap();
    }
}

#[test]
fn gomaxprocs_changes_while_the_program_runs() {
    Builder::new().procs(1).run(|| {
        let ran = Arc::new(AtomicUsize::new(0));
        for n in [4, 1, 3, 2, 1, 8, 1] {
            runtime::gomaxprocs(n);
            for _ in 0..500 {
                let ran = ran.clone();
                go(move || {
                    ran.fetch_add(1, Ordering::SeqCst);
                });
            }
            for _ in 0..50 {
                runtime::gosched();
            }
        }
        while runtime::num_goroutine() > 1 {
            runtime::gosched();
        }
        assert_eq!(ran.load(Ordering::SeqCst), 3_500);
    });
}

#[test]
fn a_snapshot_shows_who_runs_next() {
    one().run(|| {
        go(|| {});
        go(|| {});
        let s = runtime::snapshot();
        assert_eq!(s.ps[0].runnext, Some(3));
        assert_eq!(s.ps[0].run_queue, [2]);
        assert_eq!(s.goroutines.len(), 3);
        assert_eq!(s.goroutines[0].status, "running");
        assert_eq!(s.goroutines[1].status, "runnable");
        assert!(runtime::stack_dump().starts_with("goroutine 1 [running]:\n"));
    });
}

#[test]
fn outside_of_a_goroutine_a_call_says_what_to_do() {
    let e = std::panic::catch_unwind(|| go(|| {})).unwrap_err();
    let text = e.downcast_ref::<String>().unwrap();
    assert!(text.contains("inside goroutines::run"), "{text}");
}

/// Runs one test of this binary in a process of its own and gives back its exit code and stderr.
fn alone(test: &str) -> (Option<i32>, String) {
    let out = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture", "--include-ignored"])
        .env("GOROUTINES_TEST_ALONE", "1")
        .output()
        .unwrap();
    (
        out.status.code(),
        String::from_utf8_lossy(&out.stderr).into_owned(),
    )
}

fn is_alone() -> bool {
    std::env::var_os("GOROUTINES_TEST_ALONE").is_some()
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
fn a_full_stack_ends_the_process_with_gos_text() {
    if is_alone() {
        one().run(|| {
            go(|| {
                std::hint::black_box(deeper(0));
            });
            runtime::gosched();
        });
        return;
    }
    let (code, err) = alone("a_full_stack_ends_the_process_with_gos_text");
    assert_eq!(code, Some(2), "{err}");
    assert!(
        err.contains("runtime: goroutine stack exceeds 524288-byte limit\n"),
        "{err}"
    );
    assert!(err.contains("fatal error: stack overflow\n"), "{err}");
    assert!(err.contains("goroutine 2 "), "{err}");
}

#[test]
fn a_panic_ends_the_process_with_gos_text() {
    if is_alone() {
        one().run(|| {
            go(|| std::panic::panic_any(42));
            runtime::gosched();
        });
        return;
    }
    let (code, err) = alone("a_panic_ends_the_process_with_gos_text");
    assert_eq!(code, Some(2), "{err}");
    assert!(
        err.starts_with("panic: 42\n\ngoroutine 2 [running]:\n"),
        "{err}"
    );
}

#[test]
fn a_goroutine_that_gives_way_while_it_unwinds_keeps_its_thread() {
    struct Unwinds(Arc<AtomicUsize>);
    impl Drop for Unwinds {
        fn drop(&mut self) {
            assert!(std::thread::panicking());
            let here = std::thread::current().id();
            for _ in 0..20 {
                runtime::gosched();
                assert_eq!(std::thread::current().id(), here);
            }
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }
    for procs in [1, 2, 4] {
        let done = Arc::new(AtomicUsize::new(0));
        let d = done.clone();
        Builder::new()
            .procs(procs)
            .try_run(move || {
                for _ in 0..8 {
                    let d = d.clone();
                    go(move || {
                        let _u = Unwinds(d);
                        runtime::goexit();
                    });
                    go(|| {
                        for _ in 0..50 {
                            assert!(!std::thread::panicking());
                            runtime::gosched();
                        }
                    });
                }
                while runtime::num_goroutine() > 1 {
                    assert!(!std::thread::panicking());
                    runtime::gosched();
                }
            })
            .unwrap();
        assert_eq!(done.load(Ordering::SeqCst), 8);
    }
}

/// The panic's own text under `try_run`, chained as Go chains it.
fn message(main: impl FnOnce()) -> String {
    match one().try_run(main) {
        Err(Crash::Panic(r)) => r.message,
        other => panic!("{other:?}"),
    }
}

#[test]
fn chains_of_panics_have_gos_text() {
    use goroutines::defer;
    use std::panic::{catch_unwind, panic_any};

    let text = message(|| {
        let _ = catch_unwind(|| panic!("recovered"));
        panic!("b");
    });
    assert_eq!(text, "b");
    let text = message(|| {
        defer! { panic!("second") }
        panic!("first");
    });
    assert_eq!(text, "first\n\tpanic: second");
    let text = message(|| {
        defer! { panic!("third") }
        defer! { panic!("second") }
        panic!("first");
    });
    assert_eq!(text, "first\n\tpanic: second\n\tpanic: third");
    let text = message(|| {
        defer! {
            defer! { panic!("third") }
            panic!("second");
        }
        panic!("first");
    });
    assert_eq!(text, "first\n\tpanic: second\n\tpanic: third");
    let text = message(|| {
        defer! { let _ = catch_unwind(|| panic!("recovered in there")); }
        panic!("first");
    });
    assert_eq!(text, "first");
    let text = message(|| {
        let caught = catch_unwind(|| panic!("first")).unwrap_err();
        panic_any(caught);
    });
    assert_eq!(text, "first [recovered, repanicked]");
    let text = message(|| {
        let caught = catch_unwind(|| panic!("first")).unwrap_err();
        let _ = catch_unwind(|| panic!("another"));
        std::panic::resume_unwind(caught);
    });
    assert_eq!(text, "first");
    let text = message(|| {
        go(|| {
            defer! { panic!("in defer") }
            runtime::goexit();
        });
        loop {
            runtime::gosched();
        }
    });
    assert_eq!(text, "in defer");
}

#[test]
fn goexit_after_a_recovered_panic_ends_one_goroutine() {
    one().run(|| {
        go(|| {
            let _ = std::panic::catch_unwind(|| panic!("recovered"));
            runtime::goexit();
        });
        while runtime::num_goroutine() > 1 {
            runtime::gosched();
        }
    });
}

mod limit;
