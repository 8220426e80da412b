//! Contexts: cancellation that reaches everyone below and nobody above, its reasons, deadlines, values, and what is left.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use context::{Context, Error};
use goroutines::explore::{Kind, Options, check};
use goroutines::prelude::*;
use goroutines::sync::atomic::Int64;
use goroutines::{Crash, WouldBlock};
use time::Duration;

const HOUR: Duration = Duration::from_secs(3600);

fn ms(n: u64) -> Duration {
    Duration::from_millis(n)
}

/// In no schedule of `f` anything fails, races and leaks included; and it holds on the real scheduler too.
#[track_caller]
fn holds(f: impl Fn() + Send + Sync + Clone + 'static) {
    explored(2_000, f.clone());
    for procs in [1, 2] {
        Builder::new().procs(procs).try_run(&f).unwrap();
    }
}

#[track_caller]
fn explored(schedules: usize, f: impl Fn() + Send + Sync + 'static) {
    let r = check(&Options::new().schedules(schedules), f);
    let told = r.failure.as_ref().map(ToString::to_string);
    assert!(told.is_none(), "{r}\n{}", told.unwrap_or_default());
}

fn is_done(c: &Context) -> bool {
    let done = c.done().try_recv() == Ok(None);
    assert_eq!(c.err().is_some(), done, "{c}");
    done
}

fn cause_of(c: &Context) -> Option<String> {
    context::cause(c).map(|e| e.to_string())
}

#[derive(Debug)]
struct Named(&'static str);

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Named {}

fn because(text: &'static str) -> Option<context::BoxError> {
    Some(Box::new(Named(text)))
}

// ---- what contexts are ------------------------------------------------------------------------------------------

#[test]
fn roots_are_never_done_and_have_nothing() {
    for c in [context::background(), context::todo()] {
        assert!(c.done().is_nil());
        assert_eq!(c.err(), None);
        assert_eq!(c.deadline(), None);
        assert_eq!(cause_of(&c), None);
        assert!(c.value::<i32>(&1).is_none());
    }
}

#[test]
fn names_are_gos() {
    let bg = context::background();
    assert_eq!(bg.to_string(), "context.Background");
    assert_eq!(format!("{bg:?}"), "context.Background");
    assert_eq!(context::todo().to_string(), "context.TODO");
    let (c, _cancel) = context::with_cancel(&bg);
    assert_eq!(c.to_string(), "context.Background.WithCancel");
    let v = context::with_value(&c, "key", "value".to_string());
    assert_eq!(
        v.to_string(),
        "context.Background.WithCancel.WithValue(key, value)"
    );
    let v = context::with_value(&bg, 1u8, 2i64);
    assert_eq!(v.to_string(), "context.Background.WithValue(u8, i64)");
    let w = context::without_cancel(&context::todo());
    assert_eq!(w.to_string(), "context.TODO.WithoutCancel");
    explored(1, || {
        let (c, cancel) = context::with_timeout(&context::background(), HOUR);
        let text = c.to_string();
        assert!(
            text.starts_with("context.Background.WithDeadline(m=+"),
            "{text}"
        );
        assert!(text.ends_with(" [1h0m0s])"), "{text}");
        cancel();
    });
    assert_eq!(Error::Canceled.to_string(), "context canceled");
    assert_eq!(
        Error::DeadlineExceeded.to_string(),
        "context deadline exceeded"
    );
}

#[test]
fn done_is_the_same_channel_each_time() {
    let (c, cancel) = context::with_cancel(&context::background());
    let below = context::with_value(&c, 1, 1);
    assert!(c.done() == c.done());
    assert!(c.done() == below.done());
    assert_eq!((c.done().len(), c.done().cap()), (0, 0));
    let before = c.done();
    cancel();
    assert!(before == c.done());
}

#[test]
fn values_are_found_by_type_and_equality_nearest_first() {
    #[derive(PartialEq, Eq)]
    struct Key(i32);
    #[derive(PartialEq, Eq)]
    struct Other(i32);

    let c0 = context::background();
    let c1 = context::with_value(&c0, Key(1), "c1k1");
    let c2 = context::with_value(&c1, Key(2), "c2k2".to_string());
    let (c3, _cancel) = context::with_cancel(&c2);
    let c4 = context::with_value(&context::without_cancel(&c3), Key(1), 4);
    assert_eq!(c1.value::<&str>(&Key(1)).as_deref(), Some(&"c1k1"));
    assert_eq!(c3.value::<&str>(&Key(1)).as_deref(), Some(&"c1k1"));
    assert_eq!(c3.value::<String>(&Key(2)).unwrap().as_str(), "c2k2");
    assert!(c3.value::<&str>(&Key(3)).is_none());
    assert!(c3.value::<&str>(&Other(1)).is_none());
    // The nearest decides, also if its type is another.
    assert_eq!(c4.value::<i32>(&Key(1)).as_deref(), Some(&4));
    assert!(c4.value::<&str>(&Key(1)).is_none());
    assert_eq!(c4.value::<String>(&Key(2)).unwrap().as_str(), "c2k2");
    assert!(c0.value::<&str>(&Key(1)).is_none());
}

// ---- cancellation -----------------------------------------------------------------------------------------------

#[test]
fn a_cancellation_goes_down_and_never_up_or_aside() {
    holds(|| {
        let bg = context::background();
        let (parent, cancel_parent) = context::with_cancel(&bg);
        let (child, cancel) = context::with_cancel(&parent);
        let (sibling, _s) = context::with_cancel(&parent);
        let grandchild = context::with_value(&context::with_cancel(&child).0, 1, 1);
        cancel();
        assert!(is_done(&child) && is_done(&grandchild));
        assert!(!is_done(&parent) && !is_done(&sibling));
        cancel();
        cancel_parent();
        assert!(is_done(&parent) && is_done(&sibling));
        assert_eq!(sibling.err(), Some(Error::Canceled));
    });
}

#[test]
fn a_child_of_a_cancelled_parent_is_born_cancelled() {
    holds(|| {
        let (parent, cancel) = context::with_cancel_cause(&context::background());
        cancel(because("late"));
        let (child, _c) = context::with_cancel(&parent);
        let (timed, _t) = context::with_timeout(&parent, HOUR);
        assert!(is_done(&child) && is_done(&timed));
        assert_eq!(timed.err(), Some(Error::Canceled));
        assert_eq!(cause_of(&timed).as_deref(), Some("late"));
    });
}

#[test]
fn everyone_who_waits_is_woken_and_sees_the_reason() {
    holds(|| {
        let (ctx, cancel) = context::with_cancel(&context::background());
        let wg = WaitGroup::new();
        for depth in 0..3 {
            let mut c = ctx.clone();
            for _ in 0..depth {
                c = context::with_cancel(&c).0;
            }
            wg.go(move || {
                assert_eq!(c.done().recv(), None);
                assert_eq!(c.err(), Some(Error::Canceled));
            });
        }
        cancel();
        wg.wait();
    });
}

#[test]
fn err_and_done_never_contradict_each_other() {
    holds(|| {
        let (ctx, cancel) = context::with_cancel(&context::background());
        let wg = WaitGroup::new();
        wg.go(cancel);
        if ctx.err().is_some() {
            assert_eq!(ctx.done().try_recv(), Ok(None));
        }
        if ctx.done().try_recv() == Ok(None) {
            assert_eq!(ctx.err(), Some(Error::Canceled));
        }
        wg.wait();
    });
}

#[test]
fn a_cancel_that_returns_has_reached_everyone_whoever_did_it() {
    holds(|| {
        let (parent, cancel) = context::with_cancel(&context::background());
        let (child, cancel_child) = context::with_cancel(&parent);
        let (grandchild, _g) = context::with_cancel(&child);
        let wg = WaitGroup::new();
        for cancel in [0, 1].map(|_| cancel.clone()) {
            let (child, grandchild) = (child.clone(), grandchild.clone());
            wg.go(move || {
                cancel();
                assert!(is_done(&child) && is_done(&grandchild));
            });
        }
        cancel_child();
        assert!(is_done(&grandchild));
        wg.wait();
    });
}

#[test]
fn a_child_that_is_born_while_its_parent_is_cancelled_is_not_forgotten() {
    holds(|| {
        let (parent, cancel) = context::with_cancel(&context::background());
        let wg = WaitGroup::new();
        wg.go(cancel);
        let (child, _c) = context::with_cancel(&parent);
        wg.wait();
        assert!(is_done(&child));
    });
}

#[test]
fn a_cancellation_orders_what_came_before_it() {
    holds(|| {
        let x = Shared::new(0);
        let (parent, cancel) = context::with_cancel(&context::background());
        let (child, _c) = context::with_cancel(&parent);
        let y = x.clone();
        go!({
            y.set(1);
            cancel();
        });
        child.done().recv();
        assert_eq!(x.get(), 1);
    });
    holds(|| {
        let x = Shared::new(0);
        let (ctx, cancel) = context::with_cancel(&context::background());
        let y = x.clone();
        go!({
            y.set(1);
            cancel();
        });
        while ctx.err().is_none() {
            runtime::gosched();
        }
        assert_eq!(x.get(), 1);
    });
}

#[test]
fn many_cancel_many_at_once() {
    for procs in [1, 2] {
        Builder::new().procs(procs).run(|| {
            let (root, cancel_root) = context::with_cancel(&context::background());
            let mut all = vec![(
                root.clone(),
                Arc::new(cancel_root) as Arc<dyn Fn() + Send + Sync>,
            )];
            for i in 0..200 {
                let parent = all[i / 3].0.clone();
                let (c, cancel) = context::with_cancel(&parent);
                all.push((c, Arc::new(cancel)));
            }
            let wg = WaitGroup::new();
            for (c, cancel) in &all {
                let (c, cancel) = (c.clone(), cancel.clone());
                wg.go(move || c.done().recv().unwrap_or(()));
                wg.go(move || cancel());
            }
            wg.wait();
            assert!(all.iter().all(|(c, _)| is_done(c)));
        });
    }
}

#[test]
fn who_holds_the_channel_only_is_told_too() {
    holds(|| {
        let (parent, cancel) = context::with_cancel(&context::background());
        let done = context::with_cancel(&parent).0.done();
        drop(parent);
        cancel();
        assert_eq!(done.recv(), None);
    });
}

#[test]
fn nobody_cancels_is_a_deadlock_or_a_leak() {
    let crash = Builder::new().try_run(|| {
        let (ctx, _cancel) = context::with_cancel(&context::background());
        ctx.done().recv();
    });
    assert!(matches!(crash, Err(Crash::Deadlock(_))));
    let r = check(&Options::new().schedules(20), || {
        let (ctx, _cancel) = context::with_cancel(&context::background());
        go!({ ctx.done().recv().unwrap_or(()) });
    });
    assert_eq!(r.failure.map(|f| f.kind), Some(Kind::Leak));
}

// ---- causes -----------------------------------------------------------------------------------------------------

#[test]
fn the_first_cause_stays_and_goes_down() {
    holds(|| {
        let bg = context::background();
        let (parent, cancel_parent) = context::with_cancel_cause(&bg);
        let (child, cancel_child) = context::with_cancel_cause(&parent);
        assert_eq!(cause_of(&parent), None);
        cancel_child(because("child"));
        cancel_parent(because("parent"));
        cancel_parent(because("again"));
        assert_eq!(cause_of(&parent).as_deref(), Some("parent"));
        assert_eq!(cause_of(&child).as_deref(), Some("child"));
        assert_eq!(child.err(), Some(Error::Canceled));
        let below = context::with_value(&child, 1, 1);
        assert_eq!(cause_of(&below).as_deref(), Some("child"));
        assert!(
            context::cause(&below)
                .unwrap()
                .downcast_ref::<Named>()
                .is_some()
        );
    });
}

#[test]
fn without_a_cause_it_is_the_error() {
    holds(|| {
        let bg = context::background();
        let (plain, cancel) = context::with_cancel(&bg);
        cancel();
        let (none, cancel) = context::with_cancel_cause(&bg);
        cancel(None);
        for c in [plain, none] {
            let cause = context::cause(&c).unwrap();
            assert_eq!(cause.downcast_ref::<Error>(), Some(&Error::Canceled));
        }
        let (late, _c) = context::with_timeout(&bg, Duration::ZERO);
        let cause = context::cause(&late).unwrap();
        assert_eq!(
            cause.downcast_ref::<Error>(),
            Some(&Error::DeadlineExceeded)
        );
    });
}

#[test]
fn of_two_causes_all_see_the_same() {
    holds(|| {
        let (ctx, cancel) = context::with_cancel_cause(&context::background());
        let (child, _c) = context::with_cancel(&ctx);
        let wg = WaitGroup::new();
        let other = cancel.clone();
        wg.go(move || other(because("one")));
        cancel(because("two"));
        let seen = cause_of(&ctx).unwrap();
        wg.wait();
        assert_eq!(cause_of(&ctx).unwrap(), seen);
        assert_eq!(cause_of(&child).unwrap(), seen);
    });
}

// ---- without_cancel ---------------------------------------------------------------------------------------------

#[test]
fn without_cancel_keeps_the_values_only() {
    holds(|| {
        let (timed, _t) = context::with_timeout(&context::background(), HOUR);
        let (parent, cancel) = context::with_cancel_cause(&context::with_value(&timed, 1, 'v'));
        let free = context::without_cancel(&parent);
        let (child, cancel_child) = context::with_cancel(&free);
        cancel(because("x"));
        assert!(free.done().is_nil());
        assert_eq!(
            (free.err(), free.deadline(), cause_of(&free)),
            (None, None, None)
        );
        assert_eq!(free.value::<char>(&1).as_deref(), Some(&'v'));
        assert!(!is_done(&child));
        cancel_child();
        assert!(is_done(&child));
        let (late, _l) = context::with_timeout(&free, ms(1));
        late.done().recv();
        assert_eq!(late.err(), Some(Error::DeadlineExceeded));
    });
}

// ---- deadlines --------------------------------------------------------------------------------------------------

#[test]
fn a_deadline_comes_at_its_time_to_all_below() {
    explored(500, || {
        let start = time::now();
        let (ctx, _cancel) = context::with_timeout(&context::background(), HOUR);
        let (child, _c) = context::with_cancel(&context::with_value(&ctx, 1, 1));
        assert_eq!(ctx.deadline(), Some(start + HOUR));
        assert_eq!(child.deadline(), Some(start + HOUR));
        child.done().recv();
        assert!(time::since(start) >= HOUR);
        assert_eq!(child.err(), Some(Error::DeadlineExceeded));
        assert_eq!(ctx.err(), Some(Error::DeadlineExceeded));
        assert_eq!(
            cause_of(&child).as_deref(),
            Some("context deadline exceeded")
        );
    });
    holds(|| {
        let start = time::now();
        let (ctx, _cancel) = context::with_timeout(&context::background(), ms(3));
        ctx.done().recv();
        assert!(time::since(start) >= ms(3));
    });
}

#[test]
fn the_earlier_deadline_of_parent_and_child_holds() {
    explored(300, || {
        let now = time::now();
        let (long, c1) = context::with_deadline(&context::background(), now + 2 * HOUR);
        let (short, c2) = context::with_deadline(&long, now + HOUR);
        let (longer, c3) = context::with_deadline(&short, now + 3 * HOUR);
        assert_eq!(short.deadline(), Some(now + HOUR));
        assert_eq!(longer.deadline(), Some(now + HOUR));
        assert_eq!(longer.to_string().matches("WithDeadline").count(), 2);
        longer.done().recv();
        c1();
        c2();
        c3();
        assert_eq!(short.err(), Some(Error::DeadlineExceeded));
    });
}

#[test]
fn a_deadline_may_have_a_cause_of_its_own() {
    holds(|| {
        let slow = || -> Option<context::BoxError> { because("too slow") };
        let (ctx, cancel) = context::with_timeout_cause(&context::background(), ms(1), slow());
        let (child, _c) = context::with_cancel(&ctx);
        child.done().recv();
        cancel();
        for c in [&ctx, &child] {
            assert_eq!(c.err(), Some(Error::DeadlineExceeded));
            assert_eq!(cause_of(c).as_deref(), Some("too slow"));
        }
        // A cancellation before it has its own; a deadline that is over at once has it.
        let never = Duration::MAX;
        let (ctx, cancel) = context::with_timeout_cause(&context::background(), never, slow());
        cancel();
        assert_eq!(cause_of(&ctx).as_deref(), Some("context canceled"));
        let (ctx, _c) = context::with_deadline_cause(&context::background(), time::now(), slow());
        assert_eq!(cause_of(&ctx).as_deref(), Some("too slow"));
        // Where the parent's deadline comes first, its cause counts; without one it is the error.
        let (parent, _c) = context::with_timeout(&context::background(), ms(1));
        let (ctx, _c) = context::with_timeout_cause(&parent, ms(2), slow());
        ctx.done().recv();
        assert_eq!(cause_of(&ctx).as_deref(), Some("context deadline exceeded"));
        let (ctx, _c) = context::with_timeout_cause(&context::background(), ms(1), None);
        ctx.done().recv();
        assert_eq!(cause_of(&ctx).as_deref(), Some("context deadline exceeded"));
    });
}

#[test]
fn a_deadline_that_has_passed_is_done_at_once() {
    holds(|| {
        let bg = context::background();
        for (ctx, cancel) in [
            context::with_timeout(&bg, Duration::ZERO),
            context::with_timeout(&bg, Duration::ZERO),
        ] {
            assert_eq!(ctx.err(), Some(Error::DeadlineExceeded));
            cancel();
            assert_eq!(ctx.err(), Some(Error::DeadlineExceeded));
        }
        let (ctx, _cancel) = context::with_deadline(&bg, time::now());
        assert!(is_done(&ctx));
    });
}

#[test]
fn a_cancellation_before_the_deadline_wins() {
    holds(|| {
        let (ctx, cancel) = context::with_timeout(&context::background(), HOUR);
        let (child, _c) = context::with_cancel(&ctx);
        // In a quarter of the schedules the hour may be over already.
        cancel();
        let why = ctx.err().unwrap();
        assert_eq!(child.err(), Some(why));
        assert_eq!(ctx.err(), Some(why));
    });
}

#[test]
fn extreme_times_do_not_overflow() {
    Builder::new()
        .try_run(|| {
            let (ctx, cancel) = context::with_timeout(&context::background(), Duration::MAX);
            assert!(ctx.deadline().is_some());
            cancel();
            assert_eq!(ctx.err(), Some(Error::Canceled));
        })
        .unwrap();
}

#[test]
fn a_deadline_keeps_a_runtime_waiting_and_its_end_does_not() {
    let r = Builder::new().try_run(|| {
        let (ctx, _cancel) = context::with_timeout(&context::background(), ms(1));
        ctx.done().recv();
        let (ctx, cancel) = context::with_timeout(&context::background(), HOUR);
        cancel();
        drop(ctx);
        chan::<()>(0).recv();
    });
    assert!(matches!(r, Err(Crash::Deadlock(_))));
}

// ---- after_func -------------------------------------------------------------------------------------------------

#[test]
fn a_function_runs_once_after_the_cancellation() {
    holds(|| {
        let (ctx, cancel) = context::with_cancel(&context::background());
        let n = Arc::new(Int64::new(0));
        let ran = chan(0);
        let (m, tell) = (n.clone(), ran.clone());
        let of = ctx.clone();
        let stop = context::after_func(&ctx, move || {
            assert!(is_done(&of));
            m.add(1);
            tell.send(());
        });
        assert_eq!(n.load(), 0);
        assert_eq!(ran.try_recv(), Err(WouldBlock));
        cancel();
        cancel();
        ran.recv();
        assert!(!stop());
        assert_eq!(n.load(), 1);
    });
}

#[test]
fn a_function_runs_at_once_for_a_context_that_is_done() {
    holds(|| {
        let (ctx, cancel) = context::with_cancel(&context::background());
        cancel();
        let ran = chan(0);
        let tell = ran.clone();
        let stop = context::after_func(&ctx, move || tell.send(runtime::goid()));
        assert_ne!(ran.recv(), Some(runtime::goid()));
        assert!(!stop());
    });
}

#[test]
fn those_below_are_told_in_the_order_in_which_they_came() {
    let order = Builder::new().procs(1).run(|| {
        let (ctx, cancel) = context::with_cancel(&context::background());
        let ran = chan(9);
        let tell = |name: char| {
            let ran = ran.clone();
            context::after_func(&ctx, move || ran.send(name))
        };
        let stops = ['a', 'b', 'c'].map(tell);
        assert!(stops[1]());
        // In the place that the second has left, but behind the third.
        let _ = tell('d');
        let _ = tell('e');
        cancel();
        (0..4).map(|_| ran.recv().unwrap()).collect::<String>()
    });
    // With one P, who was started last runs first.
    assert_eq!(order, "eacd");
}

#[test]
fn a_function_that_was_stopped_does_not_run() {
    holds(|| {
        let (ctx, cancel) = context::with_cancel(&context::background());
        let stop = context::after_func(&ctx, || unreachable!());
        let again = stop.clone();
        assert!(stop());
        assert!(!again());
        cancel();
        let never = context::after_func(&context::background(), || unreachable!());
        assert!(never());
        assert!(!never());
    });
}

#[test]
fn of_a_stop_and_a_cancellation_one_wins() {
    holds(|| {
        let (ctx, cancel) = context::with_cancel(&context::background());
        let n = Arc::new(Int64::new(0));
        let m = n.clone();
        let wg = WaitGroup::new();
        wg.add(1);
        let group = wg.clone();
        let stop = context::after_func(&ctx, move || {
            m.add(1);
            group.done();
        });
        go(cancel);
        if stop() {
            n.add(1);
            wg.done();
        }
        wg.wait();
        assert_eq!(n.load(), 1);
    });
}

#[test]
fn functions_of_a_deadline_run_and_a_cancellation_waits_for_none() {
    holds(|| {
        let (ctx, _cancel) = context::with_timeout(&context::background(), ms(1));
        let ran = chan(0);
        let tell = ran.clone();
        let _stop = context::after_func(&ctx, move || tell.send(()));
        ran.recv();
    });
    holds(|| {
        let (ctx, cancel) = context::with_cancel(&context::background());
        let (gate, done) = (chan::<()>(0), chan(0));
        let (g, d) = (gate.clone(), done.clone());
        let _stop = context::after_func(&ctx, move || {
            g.recv();
            d.send(());
        });
        cancel(); // comes back although the function still runs
        gate.close();
        done.recv();
    });
}

#[test]
fn what_comes_before_a_cancellation_comes_before_the_function() {
    holds(|| {
        let x = Shared::new(0);
        let (ctx, cancel) = context::with_cancel(&context::background());
        let done = chan(0);
        let (y, tell) = (x.clone(), done.clone());
        let _stop = context::after_func(&ctx, move || {
            assert_eq!(y.get(), 1);
            tell.send(());
        });
        x.set(1);
        cancel();
        done.recv();
    });
}

// ---- what is left -----------------------------------------------------------------------------------------------

/// Counts how many of it are alive.
struct Guest(Arc<AtomicUsize>);

impl Guest {
    fn new(n: &Arc<AtomicUsize>) -> Guest {
        n.fetch_add(1, Ordering::Relaxed);
        Guest(n.clone())
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[test]
fn what_a_context_held_is_dropped() {
    let n = Arc::new(AtomicUsize::new(0));
    Builder::new()
        .try_run(|| {
            let (parent, cancel_parent) = context::with_cancel(&context::background());
            for _ in 0..10 {
                let valued = context::with_value(&parent, 1, Guest::new(&n));
                let (child, cancel) = context::with_timeout(&valued, HOUR);
                let guest = Guest::new(&n);
                let stop = context::after_func(&child, move || drop(guest));
                assert!(stop());
                cancel();
            }
            assert_eq!(n.load(Ordering::Relaxed), 0);
            cancel_parent();
        })
        .unwrap();
}

#[test]
fn a_long_chain_is_cancelled_and_dropped_on_a_small_stack() {
    Builder::new()
        .try_run(|| {
            for cancelled in [true, false] {
                let (mut c, cancel) = context::with_cancel(&context::background());
                for i in 0..50_000 {
                    c = context::with_cancel(&c).0;
                    if i % 2 == 0 {
                        c = context::with_value(&c, i, i);
                    }
                }
                if cancelled {
                    cancel();
                }
                assert_eq!(is_done(&c), cancelled);
            }
        })
        .unwrap();
}

#[test]
fn contexts_outlive_their_runtime() {
    let (ctx, cancel) = Builder::new()
        .try_run(|| context::with_timeout(&context::background(), HOUR))
        .unwrap();
    assert!(ctx.done().try_recv().is_err());
    cancel();
    assert_eq!(ctx.err(), Some(Error::Canceled));
}

mod limit;
