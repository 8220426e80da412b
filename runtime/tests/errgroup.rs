//! Groups of goroutines with an error: the first counts, the context tells the others, a limit holds.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use goroutines::Crash;
use goroutines::errgroup::Group;
use goroutines::explore::{Options, check};
use goroutines::prelude::*;

/// In no schedule of `f` anything fails, races and leaks included; and it holds on the real scheduler too.
#[track_caller]
fn holds(f: impl Fn() + Send + Sync + Clone + 'static) {
    let r = check(&Options::new().schedules(1_000), f.clone());
    let told = r.failure.as_ref().map(ToString::to_string);
    assert!(told.is_none(), "{r}\n{}", told.unwrap_or_default());
    for procs in [1, 2] {
        Builder::new().procs(procs).try_run(&f).unwrap();
    }
}

#[test]
fn all_are_waited_for_and_ordered_before_the_return() {
    holds(|| {
        let group = Group::new();
        let parts: Vec<_> = (0..3).map(|_| Shared::new(0)).collect();
        for (i, p) in parts.iter().cloned().enumerate() {
            group.go(move || {
                p.set(i + 1);
                Ok(())
            });
        }
        group.wait().unwrap();
        assert_eq!(parts.iter().map(Shared::get).sum::<usize>(), 6);
    });
}

#[test]
fn the_first_error_is_the_groups() {
    holds(|| {
        let (group, ctx) = Group::with_context(&context::background());
        let done = ctx.done();
        group.go(|| Err("one".into()));
        group.go(move || {
            done.recv();
            Err("two".into())
        });
        assert_eq!(group.wait().unwrap_err().to_string(), "one");
        // The same each time.
        assert_eq!(group.wait().unwrap_err().to_string(), "one");
    });
}

#[test]
fn the_context_is_cancelled_with_the_error_or_by_the_wait() {
    holds(|| {
        let (group, ctx) = Group::with_context(&context::background());
        group.go(|| Err("broken".into()));
        ctx.done().recv();
        assert_eq!(ctx.err(), Some(context::Error::Canceled));
        let cause = context::cause(&ctx).unwrap();
        assert_eq!(cause.to_string(), "broken");
        assert!(Arc::ptr_eq(&cause, &group.wait().unwrap_err()));
    });
    holds(|| {
        let (group, ctx) = Group::with_context(&context::background());
        let seen = ctx.clone();
        group.go(move || {
            assert_eq!(seen.err(), None);
            Ok(())
        });
        group.wait().unwrap();
        assert_eq!(ctx.err(), Some(context::Error::Canceled));
        assert_eq!(
            context::cause(&ctx).unwrap().to_string(),
            "context canceled"
        );
    });
    holds(|| {
        let (parent, cancel) = context::with_cancel(&context::background());
        let (group, ctx) = Group::with_context(&parent);
        group.go(move || {
            ctx.done().recv();
            Err(Box::new(ctx.err().unwrap()))
        });
        cancel();
        let e = group.wait().unwrap_err();
        assert_eq!(e.downcast_ref(), Some(&context::Error::Canceled));
    });
}

#[test]
fn a_limit_holds_and_try_go_says_no() {
    for limit in 1..4 {
        holds(move || {
            let group = Group::new();
            group.set_limit(limit);
            let active = Arc::new(AtomicUsize::new(0));
            for _ in 0..5 {
                let active = active.clone();
                group.go(move || {
                    assert!(active.fetch_add(1, Ordering::SeqCst) < limit);
                    runtime::gosched();
                    active.fetch_sub(1, Ordering::SeqCst);
                    Ok(())
                });
            }
            group.wait().unwrap();
        });
    }
    holds(|| {
        let group = Group::new();
        group.set_limit(1);
        let gate = chan::<()>(0);
        let hold = gate.clone();
        assert!(group.try_go(move || {
            hold.recv();
            Ok(())
        }));
        assert!(!group.try_go(|| unreachable!()));
        gate.close();
        group.wait().unwrap();
        assert!(group.try_go(|| Ok(())));
        group.wait().unwrap();
    });
}

#[test]
fn without_a_limit_try_go_always_starts() {
    holds(|| {
        let group = Group::new();
        for _ in 0..4 {
            assert!(group.try_go(|| Ok(())));
        }
        group.wait().unwrap();
    });
}

#[test]
fn a_limit_of_zero_lets_none_start() {
    let crash = Builder::new()
        .try_run(|| {
            let group = Group::new();
            group.set_limit(0);
            assert!(!group.try_go(|| unreachable!()));
            group.go(|| unreachable!());
        })
        .unwrap_err();
    assert!(matches!(crash, Crash::Deadlock(_)));
    assert!(
        crash.to_string().contains("goroutine 1 [chan send]:"),
        "{crash}"
    );
}

#[test]
fn a_limit_that_nobody_reaches_is_none() {
    holds(|| {
        for n in [usize::MAX, isize::MAX as usize, 1 << 40] {
            let group = Group::new();
            group.set_limit(n);
            assert!(group.try_go(|| Ok(())));
            group.go(|| Ok(()));
            group.wait().unwrap();
        }
    });
}

#[test]
fn the_limit_must_not_change_while_goroutines_are_active() {
    holds(|| {
        let group = Group::new();
        group.set_limit(3);
        let gate = chan::<()>(0);
        for _ in 0..2 {
            let hold = gate.clone();
            group.go(move || {
                hold.recv();
                Ok(())
            });
        }
        let e = catch_unwind(AssertUnwindSafe(|| group.set_limit(1))).unwrap_err();
        assert_eq!(
            e.downcast_ref::<String>().unwrap(),
            "errgroup: modify limit while 2 goroutines in the group are still active"
        );
        gate.close();
        group.wait().unwrap();
        group.set_limit(1);
    });
}

#[test]
fn a_goroutine_that_leaves_gives_its_place_back() {
    holds(|| {
        let group = Group::new();
        group.set_limit(1);
        for _ in 0..3 {
            group.go(|| runtime::goexit());
        }
        group.wait().unwrap();
    });
}

#[test]
fn a_panic_ends_the_program() {
    let crash = Builder::new()
        .try_run(|| {
            let group = Group::new();
            group.go(|| panic!("in the group"));
            let _ = group.wait();
            unreachable!("nobody goes on");
        })
        .unwrap_err();
    assert!(matches!(crash, Crash::Panic(_)));
    assert!(
        crash.to_string().starts_with("panic: in the group\n"),
        "{crash}"
    );
}

mod limit;
