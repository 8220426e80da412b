//! Goroutines that keep their P: loops without calls, blocking calls announced or not, and a runtime that must end all
//! the same. No test looks at the clock to pass; a preemption that does not come is a hang, which the harness ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use goroutines::{Builder, go, runtime};

fn one() -> Builder {
    Builder::new().procs(1)
}

/// Computes without a call into anything.
fn spin_until(flag: &AtomicBool) {
    while !flag.load(Ordering::Relaxed) {
        std::hint::spin_loop();
    }
}

#[test]
fn a_loop_without_calls_gives_way_to_others() {
    one().run(|| {
        let flag = Arc::new(AtomicBool::new(false));
        let f = flag.clone();
        go(move || f.store(true, Ordering::Relaxed));
        spin_until(&flag);
    });
}

#[test]
fn many_loops_without_calls_take_turns() {
    one().run(|| {
        const N: usize = 6;
        let turn = Arc::new(AtomicUsize::new(0));
        // Each waits for its predecessor, so that the round is only complete if every one of them gets its turn.
        for i in (0..N).rev() {
            let turn = turn.clone();
            go(move || {
                for round in 0..3 {
                    while turn.load(Ordering::Relaxed) != round * N + i {
                        std::hint::spin_loop();
                    }
                    turn.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        while turn.load(Ordering::Relaxed) != 3 * N {
            std::hint::spin_loop();
        }
    });
}

#[test]
fn hogs_that_allocate_and_lock_never_run_two_at_once_on_one_p() {
    let inside = Arc::new(AtomicUsize::new(0));
    let seen = Arc::new(AtomicUsize::new(0));
    let shared = Arc::new(std::sync::Mutex::new(Vec::new()));
    let (i, s) = (inside.clone(), seen.clone());
    one().run(move || {
        let stop = Arc::new(AtomicBool::new(false));
        for n in 0..8 {
            let (i, s, stop, shared) = (i.clone(), s.clone(), stop.clone(), shared.clone());
            go(move || {
                let mut mine = 0_u64;
                while !stop.load(Ordering::Relaxed) {
                    // Two at once would both stand between these two lines at some moment.
                    if i.swap(n + 1, Ordering::SeqCst) != n + 1 {
                        s.fetch_add(1, Ordering::Relaxed);
                    }
                    let v: Vec<u64> = (0..64).map(|x| x * mine).collect();
                    mine += v.iter().sum::<u64>() % 7 + 1;
                    if mine.is_multiple_of(1024) {
                        let mut shared = shared.lock().unwrap();
                        shared.push(mine);
                        if shared.len() > 100 {
                            shared.clear();
                        }
                    }
                }
            });
        }
        // Every switch between hogs is seen as a change of who is inside.
        while s.load(Ordering::Relaxed) < 40 {
            std::hint::spin_loop();
        }
        stop.store(true, Ordering::Relaxed);
        while runtime::num_goroutine() > 1 {
            runtime::gosched();
        }
    });
    assert!(seen.load(Ordering::Relaxed) >= 40);
}

#[test]
fn an_announced_blocking_call_gives_its_p_to_others() {
    one().run(|| {
        let (tell, told) = std::sync::mpsc::channel();
        go(move || tell.send(()).unwrap());
        // With one P nobody could send while this blocks, were the P not given away.
        runtime::syscall(|| told.recv().unwrap());
    });
}

#[test]
fn a_blocking_call_that_nobody_announced_loses_its_p_too() {
    one().run(|| {
        let (tell, told) = std::sync::mpsc::channel();
        go(move || tell.send(()).unwrap());
        told.recv().unwrap();
    });
}

#[test]
fn blocking_calls_overlap_with_one_p() {
    one().run(|| {
        let all = Arc::new(std::sync::Barrier::new(9));
        for _ in 0..8 {
            let all = all.clone();
            go(move || {
                all.wait();
            });
        }
        all.wait();
    });
}

/// A thread that is stopped with the allocator's lock in its hands must not be the one that the scheduler waits for, with
/// the only P: it needs memory for its own queues. One of these rounds in eight hung where such a thread was stopped in the
/// end, after a hundred times in a row in the C library.
#[test]
fn a_scheduler_gets_memory_although_others_allocate_all_the_time() {
    use goroutines::sync::WaitGroup;
    use goroutines::{chan, time};
    for _ in 0..8 {
        let ended = one().try_run(|| {
            let stop = Arc::new(AtomicBool::new(false));
            for _ in 0..2 {
                let stop = stop.clone();
                go(move || {
                    let mut kept: Vec<Vec<u8>> = Vec::new();
                    let mut size = 0_usize;
                    while !stop.load(Ordering::Relaxed) {
                        size = size.wrapping_mul(25_214_903_917).wrapping_add(11);
                        // Too large for what a thread keeps to itself.
                        kept.push(Vec::with_capacity(1_100 + (size >> 16) % 60_000));
                        if kept.len() > 20 {
                            kept.swap_remove((size >> 8) % 20);
                        }
                    }
                });
            }
            for wave in 0..4 {
                let wg = WaitGroup::new();
                let chans: Vec<_> = (0..200).map(|i| chan::<u64>(i % 50)).collect();
                for i in 0..400 << wave {
                    let ch = chans[i % 200].clone();
                    wg.go(move || {
                        ch.send(1);
                        time::sleep(std::time::Duration::from_micros(i as u64));
                    });
                }
                for i in 0..400 << wave {
                    chans[i % 200].recv();
                }
                wg.wait();
            }
            stop.store(true, Ordering::Relaxed);
        });
        assert_eq!(ended, Ok(()));
    }
}

#[test]
fn a_runtime_ends_although_a_goroutine_never_stops() {
    for _ in 0..5 {
        let r = Builder::new().procs(2).try_run(|| {
            let started = Arc::new(AtomicBool::new(false));
            let s = started.clone();
            go(move || {
                let mut n = 0_u64;
                loop {
                    s.store(true, Ordering::Relaxed);
                    n = n.wrapping_add(1);
                    std::hint::black_box(n);
                }
            });
            while !started.load(Ordering::Relaxed) {
                runtime::gosched();
            }
        });
        assert!(r.is_ok());
    }
}

#[test]
fn the_application_keeps_its_own_use_of_the_signal() {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    extern "C" fn mine(_: libc::c_int) {
        COUNT.fetch_add(1, Ordering::SeqCst);
    }
    if std::env::var_os("GOROUTINES_TEST_ALONE").is_some() {
        // SAFETY: a handler that only counts, installed before the runtime's.
        unsafe {
            libc::signal(libc::SIGURG, mine as *const () as usize);
        }
        one().run(|| {
            // SAFETY: sends a signal to this thread.
            unsafe {
                libc::raise(libc::SIGURG);
            }
            let flag = Arc::new(AtomicBool::new(false));
            let f = flag.clone();
            go(move || f.store(true, Ordering::Relaxed));
            spin_until(&flag);
        });
        assert_eq!(COUNT.load(Ordering::SeqCst), 1);
        return;
    }
    let out = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "the_application_keeps_its_own_use_of_the_signal"])
        .env("GOROUTINES_TEST_ALONE", "1")
        .output()
        .unwrap();
    assert!(
        out.status.success(),
        "{}",
        String::from_utf8_lossy(&out.stdout)
    );
}

mod limit;
