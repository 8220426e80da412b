//! Blocking calls that are announced: Ps go from hand to hand, and what happens in the middle of a call.

mod limit;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use goroutines::prelude::*;

fn on(procs: usize, main: impl FnOnce()) {
    Builder::new().procs(procs).try_run(main).expect("no crash");
}

/// Counts who computes at one time, and the most it ever was.
#[derive(Default)]
struct Computing {
    now: AtomicUsize,
    most: AtomicUsize,
}

impl Computing {
    /// Computes a little, without a call into the library.
    fn a_while(&self) {
        let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
        for i in 0..300 {
            std::hint::black_box(i);
        }
        self.now.fetch_sub(1, Ordering::SeqCst);
    }
}

#[test]
fn who_comes_back_computes_only_with_a_p() {
    for procs in [1, 2, 4] {
        on(procs, || {
            let computing = Arc::new(Computing::default());
            let wg = WaitGroup::new();
            for i in 0..30 {
                let computing = computing.clone();
                wg.go(move || {
                    for j in 0..60 {
                        // Some calls are over at once, some are not.
                        let pause = Duration::from_micros((i * j) % 700);
                        runtime::syscall(|| std::thread::sleep(pause));
                        computing.a_while();
                    }
                });
            }
            wg.wait();
            let most = computing.most.load(Ordering::SeqCst);
            assert!((1..=procs).contains(&most), "{most} of {procs} at one time");
        });
    }
}

#[test]
fn a_call_may_use_the_library() {
    for procs in [1, 2] {
        on(procs, || {
            let (out, back) = (chan(0), chan(3));
            let wg = WaitGroup::new();
            for i in 0..20_u32 {
                let (out, back) = (out.clone(), back.clone());
                wg.go(move || {
                    for j in 0..50 {
                        runtime::syscall(|| {
                            std::thread::sleep(Duration::from_micros(u64::from(i * j % 200)));
                            out.send(i);
                            // A call within the call.
                            runtime::syscall(std::thread::yield_now);
                            back.recv().expect("open");
                        });
                    }
                });
            }
            let mut sum = 0;
            for _ in 0..20 * 50 {
                sum += out.recv().expect("open");
                back.send(());
            }
            wg.wait();
            assert_eq!(sum, 190 * 50);
        });
    }
}

#[test]
fn a_call_that_panics_is_over() {
    on(1, || {
        let ended = Arc::new(AtomicUsize::new(0));
        let wg = WaitGroup::new();
        for _ in 0..10 {
            let ended = ended.clone();
            wg.go(move || {
                for _ in 0..20 {
                    let caught = std::panic::catch_unwind(|| {
                        runtime::syscall(|| {
                            std::thread::sleep(Duration::from_micros(200));
                            panic!("in the call");
                        })
                    });
                    assert!(caught.is_err() && !std::thread::panicking());
                    runtime::gosched();
                }
                ended.fetch_add(1, Ordering::Relaxed);
            });
        }
        wg.wait();
        assert_eq!(ended.load(Ordering::Relaxed), 10);
    });
}

#[test]
fn a_locked_goroutine_comes_back_on_its_thread() {
    on(1, || {
        let wg = WaitGroup::new();
        for _ in 0..5 {
            wg.go(|| {
                runtime::lock_os_thread();
                let id = std::thread::current().id();
                for _ in 0..20 {
                    runtime::syscall(|| std::thread::sleep(Duration::from_micros(200)));
                    assert_eq!(std::thread::current().id(), id);
                }
                runtime::unlock_os_thread();
            });
        }
        wg.wait();
    });
}

#[test]
fn fewer_ps_while_all_are_in_calls() {
    on(4, || {
        let computing = Arc::new(Computing::default());
        let wg = WaitGroup::new();
        for _ in 0..20 {
            let computing = computing.clone();
            wg.go(move || {
                for _ in 0..100 {
                    runtime::syscall(|| std::thread::sleep(Duration::from_micros(100)));
                    computing.a_while();
                }
            });
        }
        for n in [1, 3, 2, 4, 1].repeat(10) {
            runtime::gomaxprocs(n);
            runtime::syscall(|| std::thread::sleep(Duration::from_micros(300)));
        }
        wg.wait();
        assert!(computing.most.load(Ordering::SeqCst) <= 4);
    });
}
