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

type Work = Box<dyn FnOnce() + Send>;

/// Two goroutines beside main, which waits for neither.
fn two(make: impl Fn() -> [Work; 2] + Clone + 'static, interleavings: usize) {
    whole(
        move || {
            for work in make() {
                crate::go(work);
            }
        },
        interleavings,
    );
}

/// The same work for both, on one object.
fn both<T: Send + Sync + 'static>(
    make: fn() -> T,
    work: fn(&T),
) -> impl Fn() -> [Work; 2] + Clone + 'static {
    beside(make, work, work)
}

fn beside<T: Send + Sync + 'static>(
    make: fn() -> T,
    one: fn(&T),
    other: fn(&T),
) -> impl Fn() -> [Work; 2] + Clone + 'static {
    move || {
        let a = Arc::new(make());
        let b = a.clone();
        [Box::new(move || one(&a)), Box::new(move || other(&b))]
    }
}

#[test]
fn as_many_interleavings_as_are_counted_by_hand() {
    use crate::sync::raw::{Mutex, RWMutex};
    let var = || Shared::new(0);
    two(both(var, |v| v.set(1)), 2);
    two(both(var, |v| _ = v.get()), 1);
    // The first of both reads, or one is done before the other one begins.
    two(both(var, |v| v.update(|v| v + 1)), 4);
    let atom = || atomic::Int64::new(0);
    two(both(atom, |n| _ = n.add(1)), 2);
    two(both(atom, |n| _ = n.load()), 1);
    let locked = |m: &Mutex| {
        m.lock();
        m.unlock();
    };
    let twice = |m: &Mutex| {
        for _ in 0..2 {
            m.lock();
            m.unlock();
        }
    };
    two(both(Mutex::new, locked), 2);
    two(beside(Mutex::new, locked, twice), 3);
    two(both(Mutex::new, twice), 6);
    // Before, in vain, after.
    let tries = |m: &Mutex| {
        if m.try_lock() {
            m.unlock();
        }
    };
    two(beside(Mutex::new, locked, tries), 3);
    let reads = |m: &RWMutex| {
        m.rlock();
        m.runlock();
    };
    two(both(RWMutex::new, reads), 1);
    two(both(|| crate::chan(2), |c| c.send(1)), 2);
    two(
        beside(|| crate::chan(0), |c| c.send(1), |c| _ = c.recv()),
        2,
    );
    two(
        beside(|| crate::chan(1), |c| c.send(1), |c| _ = c.recv()),
        2,
    );
    let close = |c: &crate::Chan<i32>| c.close();
    two(beside(|| crate::chan(1), close, |c| _ = c.try_recv()), 2);
    two(both(|| Pool::new(|| 0), |p| p.put(1)), 2);
    let group = || {
        let wg = WaitGroup::new();
        wg.add(2);
        wg
    };
    two(both(group, WaitGroup::done), 1);
    // Whichever is ready.
    whole(
        || {
            let (a, b) = (crate::chan(1), crate::chan(1));
            a.send(1);
            b.send(2);
            crate::select! {
                recv(a) => {}
                recv(b) => {}
            }
        },
        2,
    );
    let sleep = |_: &()| crate::time::sleep(std::time::Duration::from_millis(1));
    // Both at one time; or the clock moves before the other one lies down.
    two(both(|| (), sleep), 3);
    let ctx = || {
        let (ctx, cancel) = crate::context::with_cancel(&crate::context::background());
        (ctx, Box::new(cancel) as Box<dyn Fn() + Send + Sync>)
    };
    two(beside(ctx, |c| _ = c.0.err(), |c| (c.1)()), 2);
    two(both(ctx, |c| _ = c.0.err()), 1);
}
