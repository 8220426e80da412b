//! Runtimes that stand side by side or inside each other, and threads that were there before, share channels: nobody who may
//! still be woken is told to be in a deadlock, and who may not, is.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use goroutines::Crash;
use goroutines::prelude::*;

/// `main` on a runtime of its own, on a thread of its own.
fn runs<R: Send + 'static>(
    main: impl FnOnce() -> R + Send + 'static,
) -> thread::JoinHandle<Result<R, Crash>> {
    thread::spawn(move || Builder::new().procs(1).try_run(main))
}

/// Works, without waiting, until `done`, and for `more` after it.
fn works(done: impl Fn() -> bool, more: Duration) {
    while !done() {
        runtime::gosched();
    }
    let since = Instant::now();
    while since.elapsed() < more {
        runtime::gosched();
    }
}

/// Somebody waits to receive from it.
fn is_awaited<T: std::fmt::Debug>(ch: &Chan<T>) -> bool {
    !ch.snapshot().recvq.is_empty()
}

fn is_deadlock<R>(result: &Result<R, Crash>) -> bool {
    matches!(result, Err(Crash::Deadlock(_)))
}

#[test]
fn a_runtime_is_woken_by_another_that_works_first() {
    let ch = chan(0);
    let tx = ch.clone();
    let waits = runs(move || ch.recv());
    let sends = runs(move || {
        works(|| is_awaited(&tx), Duration::from_millis(50));
        tx.send(7);
    });
    assert_eq!(waits.join().unwrap().unwrap(), Some(7));
    sends.join().unwrap().unwrap();
}

#[test]
fn two_runtimes_talk() {
    let (there, back) = (chan::<u64>(0), chan::<u64>(0));
    let (i, o) = (there.receiver(), back.sender());
    let echo = runs(move || {
        for v in &i {
            o.send(v * 2);
        }
        o.close();
    });
    let asks = runs(move || {
        let t = there.clone();
        go!({
            for v in 0..2000 {
                t.send(v);
            }
            t.close();
        });
        back.iter().sum::<u64>()
    });
    assert_eq!(asks.join().unwrap().unwrap(), 1999 * 2000);
    echo.join().unwrap().unwrap();
}

#[test]
fn who_has_met_waits_for_as_long_as_the_other_works() {
    let ch = chan(0);
    let tx = ch.clone();
    let waits = runs(move || (ch.recv(), ch.recv()));
    let sends = runs(move || {
        works(|| is_awaited(&tx), Duration::ZERO);
        tx.send(1);
        // Longer than a stranger would be waited for.
        works(|| is_awaited(&tx), Duration::from_millis(1500));
        tx.send(2);
    });
    assert_eq!(waits.join().unwrap().unwrap(), (Some(1), Some(2)));
    sends.join().unwrap().unwrap();
}

#[test]
fn a_runtime_inside_of_another_is_woken_by_it() {
    Builder::new()
        .procs(1)
        .try_run(|| {
            let (ask, answer) = (chan::<i32>(0), chan::<i32>(0));
            let (i, o) = (ask.receiver(), answer.clone());
            go!({
                for v in &i {
                    works(|| is_awaited(&o), Duration::from_millis(20));
                    o.send(v + 1);
                }
            });
            let inner = Builder::new().procs(1).try_run(move || {
                ask.send(1);
                let two = answer.recv().unwrap();
                ask.send(two);
                answer.recv()
            });
            assert_eq!(inner.unwrap(), Some(3));
        })
        .unwrap();
}

#[test]
fn a_deadlock_inside_of_a_runtime_is_told_though_they_have_met() {
    let outer = Builder::new().procs(1).try_run(|| {
        let ch = chan::<i32>(0);
        let tx = ch.clone();
        go!({ tx.send(1) });
        let deeper = Builder::new().procs(1).try_run(move || {
            assert_eq!(ch.recv(), Some(1));
            let d = ch.clone();
            let deepest = Builder::new().procs(1).try_run(move || d.recv());
            assert!(is_deadlock(&deepest), "{deepest:?}");
            ch.recv()
        });
        assert!(is_deadlock(&deeper), "{deeper:?}");
        5
    });
    assert_eq!(outer.unwrap(), 5);
}

#[test]
fn both_of_two_that_wait_for_each_other_are_told() {
    let (a, b) = (chan::<i32>(0), chan::<i32>(0));
    let (c, d) = (a.clone(), b.clone());
    let one = runs(move || {
        a.send(1);
        b.recv()
    });
    let two = runs(move || {
        c.recv();
        d.recv()
    });
    assert!(is_deadlock(&one.join().unwrap()));
    assert!(is_deadlock(&two.join().unwrap()));
}

#[test]
fn a_deadlock_is_told_beside_a_stranger_that_works_on() {
    let told = Arc::new(AtomicBool::new(false));
    let seen = told.clone();
    let works_on = runs(move || works(|| seen.load(Ordering::SeqCst), Duration::ZERO));
    let waits = runs(|| chan::<()>(0).recv()).join().unwrap();
    told.store(true, Ordering::SeqCst);
    assert!(is_deadlock(&waits), "{waits:?}");
    works_on.join().unwrap().unwrap();
}

#[test]
fn a_thread_that_was_there_before_wakes_a_runtime() {
    let ch = chan::<i32>(0);
    let tx = ch.clone();
    let sends = thread::spawn(move || {
        while !is_awaited(&tx) {
            thread::yield_now();
        }
        // It sleeps for a while, and then it works for a while, and the runtime sleeps meanwhile.
        thread::sleep(Duration::from_millis(50));
        let since = Instant::now();
        while since.elapsed() < Duration::from_millis(50) {
            std::hint::spin_loop();
        }
        assert!(tx.try_send(3).is_ok());
    });
    assert_eq!(runs(move || ch.recv()).join().unwrap().unwrap(), Some(3));
    sends.join().unwrap();
}

#[test]
fn two_runtimes_take_turns() {
    // Often, since each begins at another moment of the other's life, and ends at one.
    for _ in 0..60 {
        let turn = Arc::new((Mutex::new(0), Cond::new()));
        let players: Vec<_> = (0..2)
            .map(|me| {
                let turn = turn.clone();
                runs(move || {
                    for _ in 0..200 {
                        let mut n = turn.0.lock();
                        while *n % 2 != me {
                            n = turn.1.wait(n);
                        }
                        *n += 1;
                        turn.1.broadcast();
                    }
                })
            })
            .collect();
        for player in players {
            player.join().unwrap().unwrap();
        }
        assert_eq!(*turn.0.lock(), 400);
    }
}

#[test]
fn a_runtime_that_begins_late_wakes_one() {
    for _ in 0..50 {
        let ch = chan::<i32>(0);
        let tx = ch.clone();
        let waits = runs(move || ch.recv());
        let sends = runs(move || tx.send(4));
        assert_eq!(waits.join().unwrap().unwrap(), Some(4));
        sends.join().unwrap().unwrap();
    }
}

#[test]
fn what_runs_after_a_context_runs_in_its_runtime_whoever_cancels() {
    let (ctx, cancel) = context::with_cancel(&context::background());
    let ready = chan::<()>(0);
    let is_set = ready.clone();
    let waits = runs(move || {
        let ran = chan(0);
        let tell = ran.clone();
        let _stop = context::after_func(&ctx, move || tell.send(9));
        is_set.close();
        ran.recv()
    });
    // Its main returns at once: a goroutine that it started would not run.
    let cancels = runs(move || {
        ready.recv();
        cancel();
    });
    cancels.join().unwrap().unwrap();
    assert_eq!(waits.join().unwrap().unwrap(), Some(9));
}

#[test]
fn a_ring_of_runtimes_passes_a_value_round() {
    let rounds = Arc::new(AtomicUsize::new(0));
    let ring: Vec<_> = (0..4).map(|_| chan::<usize>(0)).collect();
    let threads: Vec<_> = (0..4)
        .map(|i| {
            let (from, to) = (ring[i].receiver(), ring[(i + 1) % 4].sender());
            let rounds = rounds.clone();
            runs(move || {
                if i == 0 {
                    to.send(0);
                }
                for v in &from {
                    rounds.fetch_add(1, Ordering::Relaxed);
                    if v < 400 {
                        to.send(v + 1);
                    }
                    if v + 4 > 400 {
                        break;
                    }
                }
            })
        })
        .collect();
    for t in threads {
        t.join().unwrap().unwrap();
    }
    assert_eq!(rounds.load(Ordering::Relaxed), 401);
}

mod limit;
