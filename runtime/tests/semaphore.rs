//! The weighted semaphore: nobody overtakes, nobody is starved, a cancellation takes nothing and blocks nobody.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use context::Error;
use goroutines::Crash;
use goroutines::explore::{Options, check};
use goroutines::prelude::*;
use goroutines::semaphore::Weighted;
use goroutines::sync::atomic::Int64;
use time::Duration;

/// In no schedule of `f` anything fails, races and leaks included; and it holds on the real scheduler too.
#[track_caller]
fn holds(f: impl Fn() + Send + Sync + Clone + 'static) {
    let r = check(&Options::new().schedules(2_000), f.clone());
    let told = r.failure.as_ref().map(ToString::to_string);
    assert!(told.is_none(), "{r}\n{}", told.unwrap_or_default());
    for procs in [1, 2] {
        Builder::new().procs(procs).try_run(&f).unwrap();
    }
}

fn shared(n: i64) -> Arc<Weighted> {
    Arc::new(Weighted::new(n))
}

/// Lets the others run until they wait.
fn settle() {
    for _ in 0..50 {
        runtime::gosched();
    }
}

#[test]
fn what_is_taken_is_never_more_than_there_is() {
    holds(|| {
        let sem = shared(3);
        let taken = Arc::new(Int64::new(0));
        let wg = WaitGroup::new();
        for n in [1, 2, 3] {
            let (sem, taken) = (sem.clone(), taken.clone());
            wg.go(move || {
                sem.acquire(&context::background(), n).unwrap();
                assert!(taken.add(n) <= 3);
                taken.add(-n);
                sem.release(n);
            });
        }
        wg.wait();
        assert!(sem.try_acquire(3));
    });
}

#[test]
fn a_release_orders_like_a_mutex() {
    holds(|| {
        let sem = shared(1);
        let n = Shared::new(0);
        let wg = WaitGroup::new();
        for _ in 0..3 {
            let (sem, n) = (sem.clone(), n.clone());
            wg.go(move || {
                sem.acquire(&context::background(), 1).unwrap();
                n.update(|v| v + 1);
                sem.release(1);
            });
        }
        wg.wait();
        assert_eq!(n.get(), 3);
    });
}

#[test]
fn trying_takes_all_or_nothing() {
    let sem = Weighted::new(2);
    assert!(sem.try_acquire(1));
    assert!(!sem.try_acquire(2));
    assert!(sem.try_acquire(1));
    assert!(!sem.try_acquire(1));
    sem.release(2);
    assert!(sem.try_acquire(0));
    assert!(sem.try_acquire(2));
}

#[test]
fn releasing_more_than_is_held_panics() {
    let sem = Weighted::new(1);
    let e = catch_unwind(AssertUnwindSafe(|| sem.release(1))).unwrap_err();
    assert_eq!(
        e.downcast_ref::<&str>(),
        Some(&"semaphore: released more than held")
    );
}

#[test]
fn odd_numbers_are_counted_as_go_counts_them() {
    holds(|| {
        let nobody = context::background();
        // Less than nothing can be taken and given back; sums wrap.
        let sem = Weighted::new(1);
        sem.acquire(&nobody, -1).unwrap();
        assert!(sem.try_acquire(2));
        sem.release(0);
        assert!(!sem.try_acquire(1));
        let sem = Weighted::new(1);
        sem.release(i64::MIN + 1); // the most that can be taken
        assert!(!sem.try_acquire(1));
        let e = catch_unwind(AssertUnwindSafe(|| sem.release(i64::MIN))).unwrap_err();
        assert!(e.is::<&str>());
        // Of nothing, nothing can be had, and of less not even that.
        assert!(Weighted::new(0).try_acquire(0));
        assert!(!Weighted::new(-1).try_acquire(0));
        let all = Weighted::new(i64::MAX);
        all.acquire(&nobody, i64::MAX).unwrap();
        assert!(!all.try_acquire(1));
        all.release(i64::MAX);
        assert!(all.try_acquire(i64::MAX));
    });
}

#[test]
fn a_context_that_is_done_gets_nothing() {
    holds(|| {
        let sem = Weighted::new(1);
        let (ctx, cancel) = context::with_cancel(&context::background());
        cancel();
        assert_eq!(sem.acquire(&ctx, 1), Err(Error::Canceled));
        assert_eq!(sem.acquire(&ctx, 5), Err(Error::Canceled));
        assert!(sem.try_acquire(1));
    });
}

#[test]
fn who_wants_more_than_there_is_waits_for_the_context_and_blocks_nobody() {
    holds(|| {
        let sem = shared(2);
        let (ctx, cancel) = context::with_cancel(&context::background());
        let wg = WaitGroup::new();
        let s = sem.clone();
        wg.go(move || assert_eq!(s.acquire(&ctx, 3), Err(Error::Canceled)));
        sem.acquire(&context::background(), 2).unwrap();
        sem.release(2);
        cancel();
        wg.wait();
        assert!(sem.try_acquire(2));
    });
    let crash = Builder::new().try_run(|| Weighted::new(1).acquire(&context::background(), 2));
    assert!(matches!(crash, Err(Crash::Deadlock(_))));
}

#[test]
fn first_come_first_served_also_for_large_wishes() {
    Builder::new()
        .procs(1)
        .try_run(|| {
            let sem = shared(4);
            sem.acquire(&context::background(), 4).unwrap();
            let order = chan(10);
            let wg = WaitGroup::new();
            for n in [3, 1, 4, 1] {
                let (sem, order) = (sem.clone(), order.clone());
                wg.go(move || {
                    sem.acquire(&context::background(), n).unwrap();
                    order.send(n);
                    runtime::gosched();
                    sem.release(n);
                });
                settle();
            }
            // There would be enough for the third, but not for the first.
            sem.release(2);
            settle();
            assert_eq!(order.len(), 0);
            assert!(!sem.try_acquire(1));
            sem.release(2);
            wg.wait();
            order.close();
            let mut order: Vec<_> = order.iter().collect();
            // 3 and 1 are served together, so either may run first.
            order[..2].sort_unstable();
            assert_eq!(order, [1, 3, 4, 1]);
        })
        .unwrap();
}

#[test]
fn a_cancelled_wish_at_the_front_lets_those_behind_it_go_on() {
    holds(|| {
        let sem = shared(2);
        sem.acquire(&context::background(), 1).unwrap();
        let (ctx, cancel) = context::with_cancel(&context::background());
        let wg = WaitGroup::new();
        let s = sem.clone();
        wg.go(move || {
            // It may come when the unit is back.
            if s.acquire(&ctx, 2).is_ok() {
                s.release(2);
            }
        });
        let s = sem.clone();
        wg.go(move || {
            s.acquire(&context::background(), 1).unwrap();
            s.release(1);
        });
        cancel();
        wg.wait();
        sem.release(1);
        assert!(sem.try_acquire(2));
    });
}

#[test]
fn of_a_release_and_a_cancellation_nothing_is_lost() {
    holds(|| {
        let sem = shared(1);
        sem.acquire(&context::background(), 1).unwrap();
        let (ctx, cancel) = context::with_cancel(&context::background());
        let wg = WaitGroup::new();
        let s = sem.clone();
        wg.go(move || match s.acquire(&ctx, 1) {
            Ok(()) => s.release(1),
            Err(e) => assert_eq!(e, Error::Canceled),
        });
        wg.go(cancel);
        sem.release(1);
        sem.acquire(&context::background(), 1).unwrap();
        wg.wait();
        assert!(!sem.try_acquire(1));
        sem.release(1);
        assert!(sem.try_acquire(1));
    });
}

/// Goroutines wait for units of `sem`, one after the other, each for as many as `wishes` says, until it has them or `ctx`
/// is done; they say their number when they go on.
fn waiting(sem: &Arc<Weighted>, ctx: &context::Context, wishes: &[i64]) -> Chan<String> {
    let said = chan(wishes.len());
    for (i, &n) in wishes.iter().enumerate() {
        let (sem, ctx, said) = (sem.clone(), ctx.clone(), said.clone());
        go(move || match sem.acquire(&ctx, n) {
            Ok(()) => said.send(format!("{i} has {n}")),
            Err(e) => said.send(format!("{i} {e}")),
        });
        settle();
    }
    said
}

#[test]
fn with_one_p_those_who_wait_go_on_in_gos_order() {
    Builder::new().procs(1).run(|| {
        let nobody = context::background();
        let told = |said: &Chan<String>| {
            settle();
            (0..said.len())
                .filter_map(|_| said.recv())
                .collect::<Vec<_>>()
        };
        // As those who wait for the channel of the context.
        let (ctx, cancel) = context::with_cancel(&nobody);
        let sem = shared(1);
        assert!(sem.try_acquire(1));
        let said = waiting(&sem, &ctx, &[1; 4]);
        cancel();
        let all = [0, 3, 2, 1].map(|i| format!("{i} context canceled"));
        assert_eq!(told(&said), all);
        // Until the first one has seen that it is cancelled, it stands in the way.
        let (ctx, cancel) = context::with_cancel(&nobody);
        let sem = shared(2);
        assert!(sem.try_acquire(1));
        let first = waiting(&sem, &ctx, &[2]);
        let second = waiting(&sem, &nobody, &[1]);
        cancel();
        assert!(!sem.try_acquire(1));
        assert_eq!(told(&first), ["0 context canceled"]);
        assert_eq!(told(&second), ["0 has 1"]);
        // A release that serves several.
        let sem = shared(3);
        assert!(sem.try_acquire(3));
        let said = waiting(&sem, &nobody, &[1; 4]);
        sem.release(3);
        assert_eq!(told(&said), ["2 has 1", "0 has 1", "1 has 1"]);
    });
}

#[test]
fn twenty_thousand_leave_in_any_order() {
    Builder::new().procs(1).run(|| {
        let sem = shared(1);
        assert!(sem.try_acquire(1));
        let wg = WaitGroup::new();
        let mut cancels = Vec::new();
        for _ in 0..20_000 {
            let (ctx, cancel) = context::with_cancel(&context::background());
            let sem = sem.clone();
            cancels.push(cancel);
            wg.go(move || assert!(sem.acquire(&ctx, 1).is_err()));
        }
        settle();
        for cancel in cancels.iter().rev() {
            cancel();
        }
        wg.wait();
        sem.release(1);
        assert!(sem.try_acquire(1));
    });
}

#[test]
fn a_deadline_ends_the_wait() {
    holds(|| {
        let sem = Weighted::new(1);
        assert!(sem.try_acquire(1));
        let start = time::now();
        let (ctx, _cancel) =
            context::with_timeout(&context::background(), Duration::from_millis(2));
        assert_eq!(sem.acquire(&ctx, 1), Err(Error::DeadlineExceeded));
        assert!(time::since(start) >= Duration::from_millis(2));
        sem.release(1);
        assert!(sem.try_acquire(1));
    });
}

#[test]
fn who_waits_is_seen_in_the_words_of_go() {
    let crash = Builder::new()
        .try_run(|| {
            let sem = Weighted::new(1);
            assert!(sem.try_acquire(1));
            let _ = sem.acquire(&context::background(), 1);
        })
        .unwrap_err();
    assert!(
        crash.to_string().contains("goroutine 1 [select]:"),
        "{crash}"
    );
    assert!(crash.to_string().contains("/semaphore.rs:"), "{crash}");
}

#[test]
fn many_take_and_cancel_at_random() {
    for procs in [1, 2] {
        Builder::new()
            .procs(procs)
            .try_run(|| {
                let sem = shared(7);
                let taken = Arc::new(Int64::new(0));
                let wg = WaitGroup::new();
                for i in 0..8i64 {
                    let (sem, taken) = (sem.clone(), taken.clone());
                    wg.go(move || {
                        for round in 0..200 {
                            let n = 1 + (i * 31 + round * 17) % 7;
                            let (ctx, cancel) = context::with_cancel(&context::background());
                            if (i + round) % 3 == 0 {
                                go(cancel.clone());
                            }
                            if sem.acquire(&ctx, n).is_ok() {
                                assert!(taken.add(n) <= 7);
                                runtime::gosched();
                                taken.add(-n);
                                sem.release(n);
                            }
                            cancel();
                        }
                    });
                }
                wg.wait();
                assert!(sem.try_acquire(7));
            })
            .unwrap();
    }
}

mod limit;
