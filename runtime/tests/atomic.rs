//! Atomics, pools and maps: nothing is lost, nothing is had twice, and Go's return values.

use std::panic::catch_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use goroutines::prelude::*;
use goroutines::sync::{Map, Pool, atomic};

fn two() -> Builder {
    Builder::new().procs(2)
}

fn text_of(e: Box<dyn std::any::Any + Send>) -> String {
    match e.downcast::<&'static str>() {
        Ok(s) => s.to_string(),
        Err(e) => *e.downcast::<String>().expect("a text"),
    }
}

#[test]
fn integers_have_gos_return_values() {
    macro_rules! each {
        ($($name:ident, $int:ident;)*) => { $(
            let n = atomic::$name::new(5);
            assert_eq!(n.add(3), 8, "the new value");
            assert_eq!(n.and(0b1100), 8, "the old value");
            assert_eq!(n.or(0b0011), 8, "the old value");
            assert_eq!(n.swap(1), 11);
            assert!(n.compare_and_swap(1, 2) && !n.compare_and_swap(1, 3));
            assert_eq!(n.load(), 2);
            n.store($int::MAX);
            assert_eq!(n.add(1), $int::MIN, "it wraps around");
            assert_eq!(atomic::$name::default().load(), 0);
        )* };
    }
    each! { Int32, i32; Int64, i64; Uint32, u32; Uint64, u64; }
    let b = atomic::Bool::new(false);
    assert!(!b.swap(true) && b.load());
    assert!(b.compare_and_swap(true, false) && !b.compare_and_swap(true, false));
    b.store(true);
    assert!(b.load());
}

#[test]
fn no_atomic_update_is_lost() {
    two().run(|| {
        static N: atomic::Int64 = atomic::Int64::new(0);
        static SPIN: atomic::Uint32 = atomic::Uint32::new(0);
        let wg = WaitGroup::new();
        for _ in 0..4 {
            wg.go(|| {
                for _ in 0..5_000 {
                    N.add(1);
                    loop {
                        let v = SPIN.load();
                        if SPIN.compare_and_swap(v, v + 1) {
                            break;
                        }
                    }
                }
            });
        }
        wg.wait();
        assert_eq!((N.load(), SPIN.load()), (20_000, 20_000));
    });
}

#[test]
fn pointers_are_compared_by_identity_and_dropped_once() {
    let (a, b) = (Arc::new(1), Arc::new(1));
    let p = atomic::Pointer::new(Some(a.clone()));
    assert!(!p.compare_and_swap(Some(&b), None), "equal is not the same");
    assert!(!p.compare_and_swap(None, None));
    assert!(p.compare_and_swap(Some(&a), Some(b.clone())));
    assert_eq!((Arc::strong_count(&a), Arc::strong_count(&b)), (1, 2));
    assert!(Arc::ptr_eq(&p.swap(None).unwrap(), &b));
    assert!(p.compare_and_swap(None, Some(a.clone())));
    drop(p);
    assert_eq!((Arc::strong_count(&a), Arc::strong_count(&b)), (1, 1));
}

#[test]
fn a_value_keeps_its_type() {
    let v = atomic::Value::new();
    assert!(!v.compare_and_swap(&1, 2), "empty equals nothing");
    v.store(1);
    assert_eq!((v.load(), v.load::<u8>()), (Some(1), None));
    assert_eq!(v.swap(2), Some(1));
    assert!(v.compare_and_swap(&2, 3) && !v.compare_and_swap(&2, 4));
    for (text, misuse) in [
        (
            "sync/atomic: store of inconsistently typed value into Value",
            (&|| v.store("a")) as &(dyn Fn() + std::panic::RefUnwindSafe),
        ),
        (
            "sync/atomic: swap of inconsistently typed value into Value",
            &|| assert_eq!(v.swap("a"), None),
        ),
        (
            "sync/atomic: compare and swap of inconsistently typed value into Value",
            &|| assert!(v.compare_and_swap(&"a", "b")),
        ),
    ] {
        assert_eq!(text_of(catch_unwind(misuse).unwrap_err()), text);
    }
    assert_eq!(v.load(), Some(3));
}

#[test]
fn a_pool_gives_back_what_it_was_given_to_one_at_a_time() {
    let made = Arc::new(AtomicUsize::new(0));
    let m = made.clone();
    two().run(move || {
        let n = m.clone();
        let pool = Arc::new(Pool::new(move || {
            n.fetch_add(1, Ordering::SeqCst);
            Box::new(AtomicUsize::new(0))
        }));
        let wg = WaitGroup::new();
        for _ in 0..4 {
            let pool = pool.clone();
            wg.go(move || {
                for i in 0..2_000 {
                    let b = pool.get();
                    assert_eq!(b.fetch_add(1, Ordering::SeqCst), 0, "somebody else has it");
                    if i % 50 == 0 {
                        runtime::gosched();
                    }
                    b.fetch_sub(1, Ordering::SeqCst);
                    pool.put(b);
                }
            });
        }
        wg.wait();
        assert!(m.load(Ordering::SeqCst) <= 4, "they are reused");
    });
}

#[test]
fn a_full_pool_drops_what_is_too_much() {
    let value = Arc::new(());
    let v = value.clone();
    let pool = Pool::new(move || v.clone());
    for _ in 0..5_000 {
        pool.put(value.clone());
    }
    assert!(Arc::strong_count(&value) < 2_000);
    drop(pool);
    assert_eq!(Arc::strong_count(&value), 1);
}

#[test]
fn a_map_is_changed_by_all_and_walked_meanwhile() {
    two().run(|| {
        let map = Arc::new(Map::new());
        let wg = WaitGroup::new();
        let stored = Arc::new(AtomicUsize::new(0));
        for n in 0..4u64 {
            let (map, stored) = (map.clone(), stored.clone());
            wg.go(move || {
                for i in 0..500 {
                    if !map.load_or_store(i, n).1 {
                        stored.fetch_add(1, Ordering::SeqCst);
                    }
                    while !map.compare_and_swap(&(1000 + i % 5), &i, n) {
                        if !map.load_or_store(1000 + i % 5, i).1 {
                            break;
                        }
                        map.swap(1000 + i % 5, i);
                    }
                }
            });
        }
        let m = map.clone();
        wg.go(move || {
            for _ in 0..50 {
                let mut seen = std::collections::HashSet::new();
                m.range(|&k, _| {
                    assert!(seen.insert(k), "a key is visited once");
                    m.store(2000, k); // in the middle of it
                    true
                });
            }
        });
        wg.wait();
        assert_eq!(stored.load(Ordering::SeqCst), 500, "one of four won each");
        let mut n = 0;
        map.range(|_, _| {
            n += 1;
            n < 100
        });
        assert_eq!(n, 100, "it stops when told");
        map.delete(&3);
        assert_eq!(map.load(&3), None);
        assert_eq!(map.load_and_delete(&3), None);
        assert!(!map.compare_and_delete(&4, &99));
        map.clear();
        map.range(|_, _| unreachable!());
    });
}

#[test]
fn values_may_wait_while_they_are_cloned_and_go_on_elsewhere() {
    struct Slow(u64);
    impl Clone for Slow {
        fn clone(&self) -> Slow {
            for _ in 0..3 {
                runtime::gosched();
            }
            Slow(self.0)
        }
    }
    Builder::new().procs(4).run(|| {
        let map = Arc::new(Map::new());
        (0..4).for_each(|i| map.store(i, Slow(i)));
        let wg = WaitGroup::new();
        for n in 0..8 {
            let map = map.clone();
            wg.go(move || {
                for i in 0..200 {
                    let k = (i + n) % 4;
                    assert_eq!(map.load(&k).map(|v| v.0), Some(k));
                }
            });
        }
        wg.wait();
    });
}

#[test]
fn what_a_map_drops_may_use_the_map() {
    struct Held(Arc<Counts>, u8);
    struct Counts(Map<u8, Arc<Held>>, AtomicUsize);
    impl Drop for Held {
        fn drop(&mut self) {
            self.0.0.delete(&(self.1 + 100));
            self.0.1.fetch_add(1, Ordering::SeqCst);
        }
    }
    two().run(|| {
        let all = Arc::new(Counts(Map::new(), AtomicUsize::new(0)));
        let held = |n| Arc::new(Held(all.clone(), n));
        all.0.store(1, held(1));
        all.0.store(1, held(2));
        all.0.swap(1, held(3));
        all.0.load_or_store(1, held(4));
        all.0.load_and_delete(&1);
        all.0.store(1, held(5));
        all.0.clear();
        assert_eq!(all.1.load(Ordering::SeqCst), 5);
    });
}

mod limit;
