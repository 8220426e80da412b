//! Tests: small programs by hand of which an outcome was missing once, or could be.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex as StdMutex};

use super::Compared;
use crate::errgroup::Group;
use crate::lab::Exploration;
use crate::race::Shared;
use crate::runtime::{goid, gosched};
use crate::sync::{Cond, Pool, WaitGroup, atomic};

fn compared(main: impl Fn() + Clone + 'static) -> Compared {
    let c = Compared::new(&mut Exploration::new(), &main, &StdMutex::new(Vec::new()));
    c.expect("it has few schedules")
}

/// Nothing is missing, and so many interleavings are told.
fn whole(main: impl Fn() + Clone + 'static, interleavings: usize) {
    let c = compared(main);
    assert!(!c.every.gave_up());
    c.check(&c.all);
    assert_eq!(c.every.found, interleavings, "{:?}", c.all);
}

/// Nothing is claimed of it.
fn given_up(main: impl Fn() + Clone + 'static) {
    assert!(compared(main).every.gave_up());
}

fn caught(f: impl FnOnce()) -> bool {
    catch_unwind(AssertUnwindSafe(f)).is_err()
}

/// One goroutine changes what another one prints in its `Debug` form.
fn shown<T: std::fmt::Debug + Send + Sync + 'static>(
    make: fn() -> T,
    change: fn(&T),
) -> impl Fn() + Clone {
    move || {
        let one = Arc::new(make());
        let other = one.clone();
        crate::go(move || change(&other));
        gosched();
        crate::print!("{one:?}");
    }
}

#[test]
fn what_is_printed_with_debug_depends_on_who_changes_it() {
    whole(shown(|| atomic::Int64::new(0), |n| n.store(1)), 2);
    whole(shown(|| atomic::Bool::new(false), |b| b.store(true)), 2);
    whole(shown(atomic::Value::new, |v| v.store(1)), 2);
    let pointer = || atomic::Pointer::new(None);
    whole(shown(pointer, |p| p.store(Some(Arc::new(1)))), 2);
    whole(shown(|| Shared::new(0), |v| v.set(1)), 2);
    whole(shown(|| crate::chan(1), |c| c.send(1)), 2);
    whole(shown(|| crate::chan::<i32>(1), |c| c.close()), 2);
    whole(shown(|| Pool::new(|| 0), |p| p.put(1)), 2);
    whole(shown(crate::sync::Once::new, |o| o.call(|| ())), 2);
    let room = || crate::semaphore::Weighted::new(1);
    whole(shown(room, |w| assert!(w.try_acquire(1))), 2);
    let waits = |(m, c): &(crate::sync::Mutex<()>, Cond)| drop(c.wait(m.lock()));
    let made = || (crate::sync::Mutex::new(()), Cond::new());
    compared(shown(made, waits)).check(&"a Cond");
    // It says who waits, which is no step.
    given_up(shown(WaitGroup::new, |g| g.add(1)));
}

#[test]
fn numbers_of_goroutines_are_known_where_main_makes_all() {
    let by_main = || {
        for _ in 0..2 {
            crate::go(|| crate::print!("{};", goid()));
        }
    };
    // Which of them prints first, and which of them before main returns.
    compared(by_main).check(&"by main");
    assert!(!compared(by_main).every.gave_up());
    given_up(|| {
        crate::go(|| crate::go(|| crate::print!("{}", goid())));
        crate::go(|| crate::go(|| ()));
    });
}

#[test]
fn it_depends_on_the_order_who_is_done_too_often() {
    let of_three = || {
        let wg = WaitGroup::new();
        wg.add(3);
        let other = wg.clone();
        crate::go(move || _ = caught(|| other.add(-2)));
        crate::print!("{}", caught(|| wg.add(-2)));
    };
    whole(of_three, 2);
    // The first takes one, which leaves too few for the second.
    let of_two = || {
        let wg = WaitGroup::new();
        wg.add(2);
        let other = wg.clone();
        crate::go(move || other.add(-1));
        crate::print!("{}", caught(|| wg.add(-2)));
    };
    // Or main is first: then the other one ends the program, before main prints or after it.
    whole(of_two, 3);
}

#[test]
fn who_waits_for_a_group_that_falls_below_zero_waits_or_finds_it_used_again() {
    let c = compared(|| {
        let wg = WaitGroup::new();
        wg.add(1);
        let other = wg.clone();
        crate::go(move || {
            other.done();
            _ = caught(|| other.done());
        });
        wg.wait();
    });
    c.check(&"below zero");
    assert!(c.all.len() >= 3, "{:?}", c.all);
}

#[test]
fn a_limit_set_beside_a_goroutine_that_starts_others_holds_or_does_not() {
    whole(
        || {
            let group = Arc::new(Group::new());
            let other = group.clone();
            crate::go(move || other.set_limit(0));
            gosched();
            crate::print!("{}", group.try_go(|| Ok(())));
        },
        2,
    );
}
