//! Pools and maps, semaphores, groups, and calls that are shared.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use goroutines::prelude::*;
use goroutines::semaphore::Weighted;
use goroutines::sync::{Map, Pool, atomic};
use goroutines::{errgroup, singleflight};

use crate::{always, happens, holds};

/// Lets the others run until goroutine `id` stands still.
fn until_it_waits(id: u64) {
    let runs = ["running", "runnable"];
    while runtime::snapshot()
        .goroutines
        .iter()
        .any(|g| g.id == id && runs.contains(&g.status.as_str()))
    {
        runtime::gosched();
    }
}

// ---- Pool and Map ---------------------------------------------------------------------------------------------------

#[test]
fn what_a_pool_gives_belongs_to_one() {
    always("two who take and give back", || {
        let made = Arc::new(atomic::Int32::new(0));
        let n = made.clone();
        let pool = Arc::new(Pool::new(move || (n.add(1), Shared::new(0))));
        let wg = WaitGroup::new();
        for _ in 0..2 {
            let pool = pool.clone();
            wg.go(move || {
                let it = pool.get();
                it.1.update(|n| n + 1); // a race if anybody else has it
                pool.put(it);
            });
        }
        wg.wait();
        let (a, b) = (pool.get(), pool.get());
        assert_ne!(a.0, b.0);
        assert!(made.load() <= 3);
    });
}

#[test]
fn a_maps_operations_are_one_step_each() {
    always("two who store what is not there", || {
        let m = Arc::new(Map::new());
        let stored = Arc::new(atomic::Int32::new(0));
        let wg = WaitGroup::new();
        for i in 0..2 {
            let (m, stored) = (m.clone(), stored.clone());
            wg.go(move || {
                let (v, was_there) = m.load_or_store("k", i);
                stored.add(i32::from(!was_there));
                assert_eq!(m.load(&"k"), Some(v));
            });
        }
        wg.wait();
        assert_eq!(stored.load(), 1);
    });
    always("of two who delete one has it", || {
        let m = Arc::new(Map::new());
        m.store(1, 1);
        let had = Arc::new(atomic::Int32::new(0));
        let wg = WaitGroup::new();
        for i in 0..2 {
            let (m, had) = (m.clone(), had.clone());
            wg.go(move || {
                let mine = if i == 0 {
                    m.load_and_delete(&1).is_some()
                } else {
                    m.compare_and_delete(&1, &1)
                };
                had.add(i32::from(mine));
            });
        }
        wg.wait();
        assert_eq!((had.load(), m.load(&1)), (1, None));
    });
    always("of two who compare and swap one wins", || {
        let m = Arc::new(Map::new());
        m.store((), 0);
        let won = Arc::new(atomic::Int32::new(0));
        let wg = WaitGroup::new();
        for i in 1..3 {
            let (m, won) = (m.clone(), won.clone());
            wg.go(move || {
                if m.compare_and_swap(&(), &0, i) {
                    won.add(i);
                }
            });
        }
        wg.wait();
        assert_eq!(m.load(&()), Some(won.load()));
    });
    holds("a range sees what is there throughout, and once", || {
        let m = Arc::new(Map::new());
        m.store(1, 1);
        m.store(2, 2);
        let other = m.clone();
        let wg = WaitGroup::new();
        wg.go(move || {
            other.delete(&1);
            other.store(3, 3);
            other.store(2, 4);
        });
        let mut seen = Vec::new();
        m.range(|&k, &v| {
            assert!(v == k || (k, v) == (2, 4));
            seen.push(k);
            true
        });
        seen.sort_unstable();
        assert!(seen.windows(2).all(|w| w[0] < w[1]) && seen.contains(&2));
        wg.wait();
    });
}

// ---- semaphore ------------------------------------------------------------------------------------------------------

#[test]
fn a_semaphore_serves_in_the_order_of_coming() {
    holds("one who wants much, then one who wants little", || {
        let sem = Arc::new(Weighted::new(3));
        let nobody = context::background();
        let (order, wg) = (Arc::new(Mutex::new(Vec::new())), WaitGroup::new());
        sem.acquire(&nobody, 2).unwrap();
        for (id, n) in [(2, 3), (3, 1)] {
            let (sem, order) = (sem.clone(), order.clone());
            wg.go(move || {
                sem.acquire(&context::background(), n).unwrap();
                order.lock().push(n);
                sem.release(n);
            });
            until_it_waits(id);
        }
        // There is one, and nobody may take it before the first in the line has three.
        assert!(!sem.try_acquire(1));
        sem.release(2);
        wg.wait();
        assert_eq!(*order.lock(), [3, 1]);
        assert!(sem.try_acquire(3));
    });
}

#[test]
fn a_wish_that_is_cancelled_takes_nothing_and_holds_nobody_up() {
    always("a release and a cancellation at once", || {
        let sem = Arc::new(Weighted::new(1));
        assert!(sem.try_acquire(1));
        let (ctx, cancel) = context::with_cancel(&context::background());
        let wg = WaitGroup::new();
        let s = sem.clone();
        wg.go(move || {
            if s.acquire(&ctx, 1).is_ok() {
                s.release(1);
            }
        });
        wg.go(cancel);
        sem.release(1);
        wg.wait();
        assert!(sem.try_acquire(1));
    });
    holds("the first is cancelled, the second has enough", || {
        let sem = Arc::new(Weighted::new(2));
        assert!(sem.try_acquire(1));
        let (ctx, cancel) = context::with_cancel(&context::background());
        let wg = WaitGroup::new();
        let (s, t) = (sem.clone(), sem.clone());
        wg.go(move || assert!(s.acquire(&ctx, 2).is_err()));
        until_it_waits(2);
        wg.go(move || t.acquire(&context::background(), 1).unwrap());
        until_it_waits(3);
        cancel();
        wg.wait();
    });
    happens(
        "it is served although it is cancelled at the same time",
        || {
            let sem = Arc::new(Weighted::new(1));
            let (ctx, cancel) = context::with_cancel(&context::background());
            go(cancel);
            assert!(sem.acquire(&ctx, 1).is_err());
        },
    );
}

// ---- errgroup -------------------------------------------------------------------------------------------------------

#[test]
fn a_group_keeps_its_limit_and_its_first_error() {
    holds("three, two at a time", || {
        let group = errgroup::Group::new();
        group.set_limit(2);
        let active = Arc::new(atomic::Int32::new(0));
        for _ in 0..3 {
            let active = active.clone();
            group.go(move || {
                assert!(active.add(1) <= 2);
                runtime::gosched();
                active.add(-1);
                Ok(())
            });
        }
        assert!(group.wait().is_ok());
        assert!(group.try_go(|| Ok(())) && group.wait().is_ok());
    });
    always("of two errors one stays, and is the cause", || {
        let (group, ctx) = errgroup::Group::with_context(&context::background());
        for text in ["a", "b"] {
            group.go(move || Err(text.into()));
        }
        ctx.done().recv();
        let e = group.wait().unwrap_err().to_string();
        assert_eq!(context::cause(&ctx).unwrap().to_string(), e);
        assert_eq!(group.wait().unwrap_err().to_string(), e);
    });
}

// ---- singleflight ---------------------------------------------------------------------------------------------------

#[test]
fn the_end_of_a_shared_call_reaches_all() {
    holds("a value", || {
        let group = singleflight::Group::new();
        let calls = Arc::new((atomic::Int32::new(0), atomic::Bool::new(false)));
        let wg = WaitGroup::new();
        for _ in 0..3 {
            let (group, calls) = (group.clone(), calls.clone());
            wg.go(move || {
                let before = calls.0.load();
                let (v, _) = group.run("k", || {
                    assert!(!calls.1.swap(true), "two at once");
                    let v = calls.0.add(1);
                    calls.1.store(false);
                    v
                });
                assert!(v >= before, "older than the question");
            });
        }
        wg.wait();
        assert!((1..=3).contains(&calls.0.load()));
    });
    always("a panic", || {
        let group = singleflight::Group::<i32>::new();
        let wg = WaitGroup::new();
        for _ in 0..2 {
            let group = group.clone();
            wg.go(move || {
                let r = catch_unwind(AssertUnwindSafe(|| group.run("k", || panic!("no"))));
                assert_eq!(r.unwrap_err().downcast_ref(), Some(&"no"));
            });
        }
        wg.wait();
    });
    always("a goexit", || {
        let group = singleflight::Group::<i32>::new();
        let wg = WaitGroup::new();
        for _ in 0..2 {
            let group = group.clone();
            wg.go(move || {
                group.run("k", || runtime::goexit());
                panic!("it goes on");
            });
        }
        wg.wait();
    });
    always("a channel and a caller", || {
        let group = singleflight::Group::new();
        let ch = group.run_chan("k", || 1);
        let (v, shared) = group.run("k", || 1);
        let told = ch.recv().unwrap();
        assert_eq!((v, told.0), (1, 1));
        assert_eq!(shared, told.1);
    });
}
