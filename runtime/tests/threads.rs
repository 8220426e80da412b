//! Goroutines and the threads below them: those that are tied to theirs, how many there may be, and how many Ps.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::ThreadId;

use goroutines::{Builder, Crash, chan, go, runtime};

fn here() -> ThreadId {
    std::thread::current().id()
}

fn until_alone() {
    while runtime::num_goroutine() > 1 {
        runtime::gosched();
    }
}

#[test]
fn a_locked_goroutine_has_its_thread_and_nobody_else_has() {
    for procs in [1, 2, 4] {
        let locked = Arc::new(Mutex::new(HashSet::new()));
        let free = Arc::new(Mutex::new(HashSet::new()));
        let (l, f) = (locked.clone(), free.clone());
        Builder::new()
            .procs(procs)
            .try_run(move || {
                // Once on its own thread, nobody may be seen there.
                let ready = chan::<()>(0);
                let start = chan::<()>(0);
                for _ in 0..4 {
                    let (l, ready, start) = (l.clone(), ready.clone(), start.clone());
                    go(move || {
                        runtime::lock_os_thread();
                        let mine = here();
                        l.lock().unwrap().insert(mine);
                        ready.send(());
                        start.recv();
                        for i in 0..50 {
                            match i % 3 {
                                0 => runtime::gosched(),
                                1 => goroutines::time::sleep(std::time::Duration::from_micros(10)),
                                _ => runtime::syscall(|| assert_eq!(here(), mine)),
                            }
                            assert_eq!(here(), mine);
                        }
                        // Ends locked: the thread must not be reused.
                    });
                }
                for _ in 0..4 {
                    ready.recv();
                }
                start.close();
                for _ in 0..8 {
                    let f = f.clone();
                    go(move || {
                        for _ in 0..50 {
                            f.lock().unwrap().insert(here());
                            runtime::gosched();
                        }
                    });
                }
                until_alone();
                for _ in 0..100 {
                    f.lock().unwrap().insert(here());
                    runtime::gosched();
                }
            })
            .unwrap();
        let (locked, free) = (locked.lock().unwrap(), free.lock().unwrap());
        assert_eq!(locked.len(), 4, "procs {procs}");
        assert!(locked.is_disjoint(&free), "procs {procs}");
    }
}

#[test]
fn locks_nest_and_a_locked_main_can_talk_to_others() {
    for procs in [1, 2] {
        Builder::new().procs(procs).run(|| {
            runtime::unlock_os_thread(); // does nothing
            runtime::lock_os_thread();
            runtime::lock_os_thread();
            runtime::unlock_os_thread();
            let mine = here();
            let (ping, pong) = (chan(0), chan(0));
            let (a, b) = (ping.clone(), pong.clone());
            go(move || {
                for v in &a {
                    assert_ne!(here(), mine);
                    b.send(v + 1);
                }
                b.close();
            });
            for i in 0..100 {
                ping.send(i);
                assert_eq!(pong.recv(), Some(i + 1));
                assert_eq!(here(), mine);
            }
            runtime::unlock_os_thread();
            ping.close();
            assert_eq!(pong.recv(), None);
        });
    }
}

#[test]
fn a_locked_goroutine_that_waits_for_ever_is_part_of_a_deadlock() {
    let crash = Builder::new()
        .try_run(|| {
            runtime::lock_os_thread();
            chan::<()>(0).recv();
        })
        .unwrap_err();
    let text = crash.to_string();
    assert!(
        text.starts_with(
            "fatal error: all goroutines are asleep - deadlock!\n\n\
             goroutine 1 [chan receive, locked to thread]:\n"
        ),
        "{text}"
    );
}

#[test]
fn the_last_thread_may_end_with_its_goroutine() {
    // Nobody is left to see the deadlock but the thread that ends.
    for procs in [1, 2] {
        let crash = Builder::new()
            .procs(procs)
            .try_run(|| {
                let ch = chan::<()>(0);
                let never = ch.clone();
                go(move || {
                    runtime::lock_os_thread();
                    runtime::gosched();
                    drop(never);
                });
                ch.recv();
            })
            .unwrap_err();
        assert!(matches!(crash, Crash::Deadlock(_)), "{crash}");
    }
}

/// Runs one test of this binary in a process of its own, and gives back its exit code and stderr.
fn alone(test: &str) -> (Option<i32>, String) {
    let out = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env("GOROUTINES_TEST_ALONE", "1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&out.stderr).into_owned();
    (out.status.code(), said)
}

fn is_alone() -> bool {
    std::env::var_os("GOROUTINES_TEST_ALONE").is_some()
}

#[test]
fn threads_that_end_with_their_goroutines_do_not_pile_up() {
    fn threads() -> usize {
        std::fs::read_dir("/proc/self/task").unwrap().count()
    }
    fn mappings() -> usize {
        let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
        maps.lines().count()
    }
    if is_alone() {
        Builder::new()
            .procs(2)
            .try_run(|| {
                let mut before = 0;
                for i in 0..300 {
                    go(runtime::lock_os_thread);
                    until_alone();
                    if i == 50 {
                        before = mappings();
                    }
                }
                assert!(threads() < 20, "{}", threads());
                // A thread that nobody joins keeps its stack.
                assert!(mappings() < before + 40, "{before} {}", mappings());
            })
            .unwrap();
        return;
    }
    let (code, err) = alone("threads_that_end_with_their_goroutines_do_not_pile_up");
    assert_eq!(code, Some(0), "{err}");
}

#[test]
fn a_thread_that_ends_may_wait_for_what_others_do() {
    use std::sync::mpsc::{Receiver, channel};
    struct Waits(Receiver<()>);
    impl Drop for Waits {
        fn drop(&mut self) {
            self.0.recv().unwrap();
        }
    }
    thread_local! {
        static LAST_WORD: std::cell::OnceCell<Waits> = const { std::cell::OnceCell::new() };
    }
    for procs in [1, 2] {
        let ended = Builder::new().procs(procs).try_run(|| {
            for _ in 0..5 {
                let (let_go, waits) = channel();
                let ended = chan::<()>(0);
                let ends = ended.clone();
                go(move || {
                    runtime::lock_os_thread();
                    LAST_WORD.with(|w| assert!(w.set(Waits(waits)).is_ok()));
                    ends.close();
                });
                ended.recv();
                until_alone();
                // Its thread is about to run the destructor, or does so. Others are made, end, and are joined meanwhile.
                for _ in 0..5 {
                    go(runtime::lock_os_thread);
                    until_alone();
                }
                let_go.send(()).unwrap();
            }
        });
        assert_eq!(ended, Ok(()));
    }
}

#[test]
fn too_many_threads_are_fatal() {
    if is_alone() {
        Builder::new().procs(1).run(|| {
            assert_eq!(runtime::set_max_threads(10), 10_000);
            for _ in 0..20 {
                go(|| runtime::syscall(std::thread::park));
            }
            loop {
                runtime::gosched();
            }
        });
    }
    let (code, err) = alone("too_many_threads_are_fatal");
    assert_eq!(code, Some(2), "{err}");
    assert!(
        err.contains(
            "runtime: program exceeds 10-thread limit\nfatal error: thread exhaustion\n\n"
        ),
        "{err}"
    );
    assert!(err.contains(" [syscall]:\n"), "{err}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_thread_that_the_system_refuses_is_fatal_and_handed_back() {
    if is_alone() {
        let former = rustix::process::getrlimit(rustix::process::Resource::As).current;
        let limit = |bytes: Option<u64>| {
            let mut limit = rustix::process::getrlimit(rustix::process::Resource::As);
            limit.current = bytes;
            rustix::process::setrlimit(rustix::process::Resource::As, limit).unwrap();
        };
        let refused = |builder: Builder| {
            let crash = builder.try_run(|| {
                // No room for a thread's stack from here on.
                let size = std::fs::read_to_string("/proc/self/statm").unwrap();
                let pages: u64 = size.split(' ').next().unwrap().parse().unwrap();
                limit(Some(pages * 4096 + (1 << 20)));
                loop {
                    // It keeps its thread: the others need a new one.
                    go(|| {
                        runtime::lock_os_thread();
                        chan::<()>(0).recv();
                    });
                    runtime::gosched();
                }
            });
            limit(former);
            crash
        };
        for procs in [1, 2] {
            let crash: Result<(), _> = refused(Builder::new().procs(procs));
            let Err(Crash::Fatal(report)) = crash else {
                panic!("{crash:?}");
            };
            assert_eq!(report.message, "newosproc");
            let text = Crash::Fatal(report).to_string();
            assert!(
                text.starts_with("runtime: failed to create new OS thread (have ")
                    && text.ends_with("\nfatal error: newosproc\n"),
                "{text}"
            );
            // The next one has all it needs.
            Builder::new().procs(2).try_run(until_alone).unwrap();
        }
        return;
    }
    let (code, err) = alone("a_thread_that_the_system_refuses_is_fatal_and_handed_back");
    assert_eq!(code, Some(0), "{err}");
}

#[test]
fn a_smaller_gomaxprocs_takes_effect_at_once() {
    for to in [1, 2] {
        Builder::new()
            .procs(4)
            .try_run(move || {
                let stop = Arc::new(AtomicBool::new(false));
                let running = Arc::new(AtomicUsize::new(0));
                for _ in 0..3 {
                    let (stop, running) = (stop.clone(), running.clone());
                    go(move || {
                        running.fetch_add(1, Ordering::SeqCst);
                        while !stop.load(Ordering::Relaxed) {
                            std::hint::spin_loop();
                        }
                    });
                }
                // One that blocks where nobody announced it.
                let (tell, told) = std::sync::mpsc::channel::<()>();
                go(move || {
                    let _ = told.recv();
                });
                while running.load(Ordering::SeqCst) < 3 {
                    runtime::gosched();
                }
                assert_eq!(runtime::gomaxprocs(to), 4);
                let beyond: Vec<_> = runtime::snapshot()
                    .ms
                    .into_iter()
                    .filter(|m| m.p.is_some_and(|p| p >= to))
                    .collect();
                assert!(beyond.is_empty(), "{beyond:?}");
                stop.store(true, Ordering::Relaxed);
                tell.send(()).unwrap();
                until_alone();
            })
            .unwrap();
    }
}

#[test]
fn many_change_gomaxprocs_at_one_time() {
    Builder::new()
        .procs(4)
        .try_run(|| {
            for i in 0..8 {
                go(move || {
                    for n in 0..20 {
                        runtime::gomaxprocs(1 + (n + i) % 4);
                    }
                });
            }
            until_alone();
        })
        .unwrap();
}

mod limit;
