//! Package sync: groups, locks, Once, Cond, Map and atomics, and what misusing them says.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use goroutines::prelude::*;
use goroutines::sync::atomic::{Bool, Int32, Int64, Uint32, Uint64, Value};
use goroutines::sync::{Map, OnceFunc, OnceValue, Pool, raw};

use crate::said::{recovered, say, settle, states};
use crate::table::{Case, any, one};

pub const CASES: &[Case] = &[
    any("sync/group_below_zero", || {
        let wg = WaitGroup::new();
        say!("{}", recovered(|| wg.done()));
        say!("{}", recovered(|| wg.add(1)));
        wg.wait();
        wg.add(3);
        say!("{}", recovered(|| wg.add(-4)));
    }),
    any("sync/group_below_zero_ends_the_program", || {
        let wg = WaitGroup::new();
        wg.add(1);
        wg.done();
        wg.done();
    }),
    one("sync/group_reused_too_soon", group_reused),
    any("sync/group_used_again_and_again", group_again),
    any("sync/mutex_tried", mutex_tried),
    any("sync/readers_wait_for_a_waiting_writer", waiting_writer),
    any("sync/once_that_panics", || {
        let once = Once::new();
        say!("{}", recovered(|| once.call(|| panic!("first call"))));
        say!("{}", recovered(|| once.call(|| panic!("second call"))));
    }),
    any("sync/once_that_exits", || {
        let (once, wg) = (Arc::new(Once::new()), WaitGroup::new());
        let first = once.clone();
        wg.go(move || first.call(|| runtime::goexit()));
        wg.wait();
        once.call(|| say!("never"));
        say!("done");
    }),
    any("sync/once_func_that_panics", || {
        let n = Arc::new(AtomicUsize::new(0));
        let counts = n.clone();
        let f = OnceFunc::new(move || {
            counts.fetch_add(1, Ordering::Relaxed);
            panic!("broken");
        });
        say!("{}", recovered(|| f.call()));
        say!("{}", recovered(|| f.call()));
        say!("{}", n.load(Ordering::Relaxed));
    }),
    any("sync/once_func_that_panics_ends_the_program", || {
        OnceFunc::new(|| panic!("broken")).call();
    }),
    any("sync/once_func_ends_the_program_at_the_second_call", || {
        let f = OnceFunc::new(|| panic!("broken"));
        let _ = catch_unwind(AssertUnwindSafe(|| f.call()));
        f.call();
    }),
    any("sync/once_value", || {
        let n = Arc::new(AtomicUsize::new(0));
        let counts = n.clone();
        let f = OnceValue::new(move || 10 * (counts.fetch_add(1, Ordering::Relaxed) + 1));
        say!("{} {} {}", f.call(), f.call(), n.load(Ordering::Relaxed));
    }),
    any("sync/condition_without_waiters", condition_without_waiters),
    any("sync/condition_in_turn", condition_in_turn),
    one("sync/pool_with_a_maker", || {
        let n = Arc::new(AtomicUsize::new(0));
        let counts = n.clone();
        let pool = Pool::new(move || counts.fetch_add(1, Ordering::Relaxed) + 1);
        say!("{} {}", pool.get(), pool.get());
        pool.put(42);
        say!("{} {}", pool.get(), pool.get());
        for i in [7, 8, 9] {
            pool.put(i);
        }
        say!(
            "{} {} {} {}",
            pool.get(),
            pool.get(),
            pool.get(),
            pool.get()
        );
    }),
    any("sync/once_value_that_panics", || {
        let f = OnceValue::new(|| -> i32 { std::panic::panic_any(7) });
        say!(
            "{}",
            recovered(|| {
                f.call();
            })
        );
        say!(
            "{}",
            recovered(|| {
                f.call();
            })
        );
        f.call();
    }),
    any("sync/map", map),
    any("sync/map_that_changes_while_one_looks", map_that_changes),
    any("sync/atomic_numbers", atomic_numbers),
    any("sync/atomic_value", atomic_value),
    any("sync/atomic_value_ends_the_program", || {
        let v = Value::new();
        v.store(1);
        v.store("a text");
    }),
    any("sync/a_counter_under_a_lock", counter),
];

fn group_reused() {
    let wg = WaitGroup::new();
    wg.add(1);
    let text = Arc::new(std::sync::Mutex::new(String::new()));
    let (group, out) = (wg.clone(), text.clone());
    go!({
        let said = recovered(|| group.wait());
        *out.lock().unwrap() = said;
    });
    settle();
    wg.done();
    wg.add(1);
    settle();
    say!("{}", text.lock().unwrap());
}

fn group_again() {
    let wg = WaitGroup::new();
    let n = Arc::new(Int64::new(0));
    for _ in 0..20 {
        for _ in 0..5 {
            let n = n.clone();
            wg.go(move || {
                n.add(1);
            });
        }
        wg.wait();
    }
    say!("{}", n.load());
    wg.go(|| runtime::goexit());
    wg.wait();
    say!("after goexit");
}

fn mutex_tried() {
    let m = raw::Mutex::new();
    say!("{} {}", m.try_lock(), m.try_lock());
    m.unlock();
    say!("{}", m.try_lock());
    let rw = raw::RWMutex::new();
    say!("{} {} {}", rw.try_rlock(), rw.try_rlock(), rw.try_lock());
    rw.runlock();
    rw.runlock();
    say!("{} {} {}", rw.try_lock(), rw.try_rlock(), rw.try_lock());
    rw.unlock();
    say!("{}", rw.try_rlock());
}

fn waiting_writer() {
    let rw = Arc::new(raw::RWMutex::new());
    rw.rlock();
    let writer = rw.clone();
    go!({
        writer.lock();
        writer.unlock();
    });
    while states("sync.RWMutex.Lock") == 0 {
        settle();
    }
    say!("{}", rw.try_rlock());
    rw.runlock();
    while !rw.try_rlock() {
        settle();
    }
    say!("read again");
}

fn condition_without_waiters() {
    let c = Arc::new((Mutex::new(()), Cond::new()));
    c.1.signal();
    c.1.broadcast();
    let woken = Arc::new(AtomicBool::new(false));
    let (waits, tell) = (c.clone(), woken.clone());
    go!({
        let g = waits.0.lock();
        let _g = waits.1.wait(g);
        tell.store(true, Ordering::Relaxed);
    });
    while states("sync.Cond.Wait") == 0 {
        settle();
    }
    let g = c.0.lock();
    say!("{}", woken.load(Ordering::Relaxed));
    c.1.signal();
    drop(g);
    while states("sync.Cond.Wait") == 1 {
        settle();
    }
    settle();
    let _g = c.0.lock();
    say!("{}", woken.load(Ordering::Relaxed));
}

fn condition_in_turn() {
    let c = Arc::new((Mutex::new(0), Cond::new()));
    let wg = WaitGroup::new();
    for i in 0..4 {
        let c = c.clone();
        wg.go(move || {
            for round in 0..3 {
                let mut turn = c.0.lock();
                while *turn != round * 4 + i {
                    turn = c.1.wait(turn);
                }
                say!("turn of {i}");
                *turn += 1;
                c.1.broadcast();
            }
        });
    }
    wg.wait();
}

fn map() {
    let m = Map::<&str, i32>::new();
    let show = |v: Option<i32>| say!("{} {}", v.unwrap_or_default(), v.is_some());
    let pair = |(v, was): (i32, bool)| say!("{v} {was}");
    show(m.load(&"a"));
    m.store("a", 1);
    show(m.load(&"a"));
    pair(m.load_or_store("a", 2));
    pair(m.load_or_store("b", 3));
    show(m.swap("b", 4));
    show(m.swap("c", 5));
    say!(
        "{} {} {}",
        m.compare_and_swap(&"a", &9, 10),
        m.compare_and_swap(&"a", &1, 11),
        m.compare_and_swap(&"z", &1, 2)
    );
    say!(
        "{} {} {}",
        m.compare_and_delete(&"a", &1),
        m.compare_and_delete(&"a", &11),
        m.compare_and_delete(&"a", &11)
    );
    show(m.load_and_delete(&"b"));
    show(m.load_and_delete(&"b"));
    m.store("d", 6);
    m.delete(&"d");
    m.delete(&"nothing");
    m.store("e", 7);
    let mut all = BTreeMap::new();
    m.range(|k, v| {
        all.insert(*k, *v);
        true
    });
    for (k, v) in all {
        say!("{k} {v}");
    }
    let mut n = 0;
    m.range(|_, _| {
        n += 1;
        false
    });
    m.clear();
    m.range(|_, _| {
        n += 1;
        true
    });
    say!("{n}");
}

fn map_that_changes() {
    let m = Map::<i32, i32>::new();
    for i in 0..5 {
        m.store(i, i);
    }
    let mut seen = 0;
    m.range(|k, _| {
        seen += 1;
        m.delete(k);
        true
    });
    let mut left = 0;
    m.range(|_, _| {
        left += 1;
        true
    });
    say!("{seen} {left}");
}

fn atomic_numbers() {
    let a = Int32::new(0);
    say!(
        "{} {} {} {} {} {} {} {}",
        a.load(),
        a.add(5),
        a.swap(7),
        a.compare_and_swap(5, 1),
        a.compare_and_swap(7, 6),
        a.and(2),
        a.or(9),
        a.load()
    );
    let b = Uint32::new(0);
    say!("{} {} {}", b.add(1), b.add(u32::MAX), b.add(u32::MAX));
    let c = Int64::new(0);
    c.store(1 << 62);
    say!("{} {} {} {}", c.add(1 << 62), c.or(1), c.and(255), c.load());
    let d = Uint64::new(0);
    d.store(u64::MAX);
    say!("{} {}", d.add(2), d.swap(0));
    let e = Bool::new(false);
    say!(
        "{} {} {} {} {}",
        e.load(),
        e.swap(true),
        e.compare_and_swap(false, true),
        e.compare_and_swap(true, false),
        e.load()
    );
}

fn atomic_value() {
    let v = Value::new();
    say!("{}", v.load::<i32>().is_none());
    v.store(1);
    say!(
        "{} {} {} {} {}",
        v.load::<i32>().unwrap(),
        v.swap(2).unwrap(),
        v.compare_and_swap(&1, 3),
        v.compare_and_swap(&2, 3),
        v.load::<i32>().unwrap()
    );
    say!("{}", recovered(|| v.store("a text")));
    say!(
        "{}",
        recovered(|| {
            v.swap("a text");
        })
    );
    say!(
        "{}",
        recovered(|| {
            v.compare_and_swap(&"a text", "another");
        })
    );
    say!("{}", v.load::<i32>().unwrap());
}

fn counter() {
    let (a, b) = (Arc::new(Mutex::new(0)), Arc::new(RWMutex::new(0)));
    let wg = WaitGroup::new();
    for _ in 0..8 {
        let (a, b) = (a.clone(), b.clone());
        wg.go(move || {
            for _ in 0..500 {
                *a.lock() += 1;
                *b.write() += 1;
                let _ = *b.read();
            }
        });
    }
    wg.wait();
    say!("{} {}", *a.lock(), *b.read());
}
