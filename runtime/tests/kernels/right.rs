//! Right programs with locks, groups, atomics and conditions.

use std::sync::Arc;

use goroutines::prelude::*;
use goroutines::{errgroup, semaphore, singleflight};
use sync::{Map, OnceFunc, OnceValue, Pool, atomic, raw};
use time::Duration;

use super::Right;

/// `n` goroutines, waited for.
fn each(n: usize, f: impl Fn(usize) + Clone + Send + 'static) {
    let wg = WaitGroup::new();
    for i in 0..n {
        let f = f.clone();
        wg.go(move || f(i));
    }
    wg.wait();
}

pub const RIGHT: &[Right] = &[
    ("nothing", || {}),
    ("a counter in a mutex", || {
        let n = Arc::new(Mutex::new(0));
        let m = n.clone();
        each(3, move |_| *m.lock() += 1);
        assert_eq!(*n.lock(), 3);
    }),
    ("a counter beside a mutex", || {
        let c = Arc::new((Shared::new(0), Mutex::new(())));
        let d = c.clone();
        each(3, move |_| {
            let _held = d.1.lock();
            d.0.update(|v| v + 1);
        });
        assert_eq!(c.0.get(), 3);
    }),
    ("an atomic counter", || {
        let n = Arc::new(atomic::Int64::new(0));
        let m = n.clone();
        each(3, move |_| {
            m.add(1);
        });
        assert_eq!(n.load(), 3);
    }),
    ("compare and swap until it fits", || {
        let n = Arc::new(atomic::Int64::new(0));
        let m = n.clone();
        each(2, move |_| {
            loop {
                let v = m.load();
                if m.compare_and_swap(v, v + 1) {
                    break;
                }
            }
        });
        assert_eq!(n.load(), 2);
    }),
    ("each writes its own", || {
        let cells: [Shared<usize>; 3] = std::array::from_fn(|_| Shared::new(0));
        let mine = cells.clone();
        each(3, move |i| mine[i].set(i + 1));
        assert_eq!(cells.iter().map(Shared::get).sum::<usize>(), 6);
    }),
    ("read by many, written before", || {
        let n = Shared::new(0);
        n.set(7);
        each(3, move |_| assert_eq!(n.get(), 7));
    }),
    ("written in turns with a wait in between", || {
        let n = Shared::new(0);
        for i in 1..=3 {
            let m = n.clone();
            each(1, move |_| m.update(|v| v + 1));
            assert_eq!(n.get(), i);
        }
    }),
    ("two locks in one order", || {
        let m = Arc::new((Mutex::new(1), Mutex::new(1)));
        let n = m.clone();
        each(3, move |_| {
            let mut a = n.0.lock();
            let mut b = n.1.lock();
            *a += 1;
            *b -= 1;
        });
        assert_eq!(*m.0.lock() + *m.1.lock(), 2);
    }),
    ("accounts locked by number", || {
        let accounts: Arc<[Mutex<i64>; 3]> = Arc::default();
        let all = accounts.clone();
        each(3, move |from| {
            let to = (from + 1) % 3;
            let (low, high) = (from.min(to), from.max(to));
            let (mut a, mut b) = (all[low].lock(), all[high].lock());
            *a += 1;
            *b -= 1;
        });
        let sum: i64 = accounts.iter().map(|a| *a.lock()).sum();
        assert_eq!(sum, 0);
    }),
    ("philosophers, one of whom is left-handed", || {
        let forks: Arc<[Mutex<()>; 3]> = Arc::default();
        each(3, move |i| {
            let (a, b) = if i == 2 { (0, 2) } else { (i, i + 1) };
            let _a = forks[a].lock();
            let _b = forks[b].lock();
        });
    }),
    ("try_lock, and something else if it is taken", || {
        let m = Arc::new((Mutex::new(0), atomic::Int32::new(0)));
        let n = m.clone();
        each(3, move |_| match n.0.try_lock() {
            Some(mut v) => *v += 1,
            None => {
                n.1.add(1);
            }
        });
        assert_eq!(*m.0.lock() + m.1.load(), 3);
    }),
    ("unlocked by another than who locked it", || {
        let (n, m) = (Shared::new(0), Arc::new(raw::Mutex::new()));
        m.lock();
        let (w, unlock) = (n.clone(), m.clone());
        go(move || {
            w.set(1);
            unlock.unlock();
        });
        m.lock();
        assert_eq!(n.get(), 1);
        m.unlock();
    }),
    ("readers and writers", || {
        let m = Arc::new(RWMutex::new((0, 0)));
        let n = m.clone();
        each(4, move |i| {
            if i % 2 == 0 {
                let mut w = n.write();
                w.0 += 1;
                w.1 += 1;
            } else {
                let r = n.read();
                assert_eq!(r.0, r.1);
            }
        });
        assert_eq!(*m.read(), (2, 2));
    }),
    ("a variable under a reader's and a writer's lock", || {
        let (n, m) = (Shared::new(0), Arc::new(raw::RWMutex::new()));
        each(3, move |i| {
            if i == 0 {
                m.lock();
                n.set(1);
                m.unlock();
            } else {
                m.rlock();
                n.get();
                m.runlock();
            }
        });
    }),
    ("a queue with one condition and broadcast", || {
        let q = Arc::new((Mutex::new(0), Cond::new()));
        each(4, move |i| {
            let put = i % 2 == 0;
            let mut n = q.0.lock();
            while *n == i32::from(put) {
                n = q.1.wait(n);
            }
            *n = i32::from(put);
            q.1.broadcast();
        });
    }),
    ("a bounded buffer with two conditions", || {
        let b = Arc::new((Mutex::new(Vec::new()), Cond::new(), Cond::new()));
        let wg = WaitGroup::new();
        let c = b.clone();
        wg.go(move || {
            for i in 0..3 {
                let mut v = c.0.lock();
                while v.len() == 2 {
                    v = c.1.wait(v);
                }
                v.push(i);
                c.2.signal();
            }
        });
        for i in 0..3 {
            let mut v = b.0.lock();
            while v.is_empty() {
                v = b.2.wait(v);
            }
            assert_eq!(v.remove(0), i);
            b.1.signal();
        }
        wg.wait();
    }),
    ("a barrier out of a condition", || {
        let b = Arc::new((Mutex::new(0), Cond::new()));
        let cells: [Shared<i32>; 2] = [Shared::new(0), Shared::new(0)];
        each(2, move |i| {
            cells[i].set(1);
            let mut n = b.0.lock();
            *n += 1;
            b.1.broadcast();
            while *n < 2 {
                n = b.1.wait(n);
            }
            drop(n);
            assert_eq!(cells[1 - i].get(), 1);
        });
    }),
    ("done once by whoever is first", || {
        let (n, once) = (Shared::new(0), Arc::new(Once::new()));
        each(3, move |_| {
            once.call(|| n.set(n.get() + 1));
            assert_eq!(n.get(), 1);
        });
    }),
    ("a value made once", || {
        let made = Arc::new(atomic::Int32::new(0));
        let m = made.clone();
        let value = Arc::new(OnceValue::new(move || m.add(1)));
        each(3, move |_| assert_eq!(value.call(), 1));
        assert_eq!(made.load(), 1);
    }),
    ("a function called once", || {
        let n = Shared::new(0);
        let m = n.clone();
        let f = Arc::new(OnceFunc::new(move || m.update(|v| v + 1)));
        each(2, move |_| f.call());
        assert_eq!(n.get(), 1);
    }),
    ("a pool of buffers", || {
        let pool = Arc::new(Pool::new(|| Shared::new(0)));
        each(3, move |_| {
            let b = pool.get();
            b.update(|v| v + 1);
            pool.put(b);
        });
    }),
    ("a map with load_or_store", || {
        let made = Arc::new(atomic::Int32::new(0));
        let (map, m) = (Arc::new(Map::new()), made.clone());
        each(3, move |i| {
            if !map.load_or_store("key", i).1 {
                m.add(1);
            }
        });
        assert_eq!(made.load(), 1);
    }),
    ("a flag that says the data is there", || {
        let d = Arc::new((Shared::new(0), atomic::Bool::new(false)));
        let e = d.clone();
        go(move || {
            e.0.set(7);
            e.1.store(true);
        });
        if d.1.load() {
            assert_eq!(d.0.get(), 7);
        }
    }),
    ("waits for a flag, giving way", || {
        let d = Arc::new((Shared::new(0), atomic::Bool::new(false)));
        let e = d.clone();
        go(move || {
            e.0.set(7);
            e.1.store(true);
        });
        while !d.1.load() {
            runtime::gosched();
        }
        assert_eq!(d.0.get(), 7);
    }),
    ("the last to count down reads what all wrote", || {
        let left = Arc::new(atomic::Int32::new(3));
        let cells: [Shared<i32>; 3] = std::array::from_fn(|_| Shared::new(0));
        each(3, move |i| {
            cells[i].set(1);
            if left.add(-1) == 0 {
                assert_eq!(cells.iter().map(Shared::get).sum::<i32>(), 3);
            }
        });
    }),
    ("a group used again after its wait", || {
        let wg = WaitGroup::new();
        for _ in 0..2 {
            for _ in 0..2 {
                wg.add(1);
                let wg = wg.clone();
                go(move || wg.done());
            }
            wg.wait();
        }
    }),
    ("two wait for one group", || {
        let (wg, n) = (WaitGroup::new(), Shared::new(0));
        wg.add(1);
        let (g, m) = (wg.clone(), n.clone());
        go(move || {
            m.set(1);
            g.done();
        });
        each(2, move |_| {
            wg.wait();
            assert_eq!(n.get(), 1);
        });
    }),
    ("a member starts another member", || {
        let (wg, n) = (WaitGroup::new(), Arc::new(atomic::Int32::new(0)));
        let (g, m) = (wg.clone(), n.clone());
        wg.go(move || {
            let k = m.clone();
            g.go(move || {
                k.add(1);
            });
            m.add(1);
        });
        wg.wait();
        assert_eq!(n.load(), 2);
    }),
    ("a panic recovered, and done deferred", || {
        let wg = WaitGroup::new();
        wg.add(1);
        let g = wg.clone();
        go(move || {
            let _ = std::panic::catch_unwind(move || {
                defer! { g.done() }
                panic!("in between");
            });
        });
        wg.wait();
    }),
    ("goexit runs what is deferred", || {
        let wg = WaitGroup::new();
        wg.add(1);
        let g = wg.clone();
        go(move || {
            defer! { g.done() }
            runtime::goexit();
        });
        wg.wait();
    }),
    ("an error group and its first error", || {
        let (g, ctx) = errgroup::Group::with_context(&context::background());
        g.go(|| Err("no".into()));
        g.go(move || {
            ctx.done().recv();
            Ok(())
        });
        assert_eq!(g.wait().map_err(|e| e.to_string()), Err("no".to_string()));
    }),
    ("an error group with a limit", || {
        let (g, n) = (errgroup::Group::new(), Arc::new(atomic::Int32::new(0)));
        g.set_limit(2);
        for _ in 0..3 {
            let n = n.clone();
            g.go(move || {
                assert!(n.add(1) <= 2);
                n.add(-1);
                Ok(())
            });
        }
        assert!(g.wait().is_ok());
    }),
    ("a weighted semaphore keeps others out", || {
        let (s, n) = (Arc::new(semaphore::Weighted::new(2)), Shared::new(0));
        each(2, move |_| {
            s.acquire(&context::background(), 2)
                .expect("nobody cancels");
            n.update(|v| v + 1);
            s.release(2);
        });
    }),
    ("one flight for all who ask", || {
        let group = singleflight::Group::new();
        each(2, move |_| {
            assert_eq!(group.run("key", || 7).0, 7);
        });
    }),
    ("sleeps in order, with locks for the data", || {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let s = seen.clone();
        each(3, move |i| {
            time::sleep(Duration::from_secs(1));
            s.lock().push(i);
        });
        assert_eq!(seen.lock().len(), 3);
    }),
];
