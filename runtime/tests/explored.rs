//! The library's own objects under thousands of schedules: what must hold in all of them, and what orders what.

use std::sync::Arc;

use goroutines::explore::{Kind, Options, Report, Strategy, check};
use goroutines::prelude::*;
use goroutines::println;
use goroutines::sync::{Map, OnceValue, Pool, atomic, raw};

fn opts() -> Options {
    Options::new().schedules(3_000)
}

/// In no schedule of `f` anything fails, races and leaks included.
#[track_caller]
fn holds(name: &str, f: impl Fn() + Send + Sync + 'static) {
    let r = check(&opts(), f);
    assert!(r.failure.is_none(), "{name}: {r}\n{}", told(&r));
}

/// Some schedule of `f` has a data race.
#[track_caller]
fn races(name: &str, f: impl Fn() + Send + Sync + 'static) {
    let r = check(&opts(), f);
    let kind = r.failure.as_ref().map(|f| f.kind);
    assert_eq!(kind, Some(Kind::Race), "{name}: {r}\n{}", told(&r));
}

fn told(r: &Report) -> String {
    r.failure
        .as_ref()
        .map_or_else(String::new, ToString::to_string)
}

/// A goroutine that is waited for by nothing that orders it.
fn start(f: impl FnOnce() + Send + 'static) {
    go(f);
}

// ---- what orders: a write by one, a read by the other, and what stands between --------------------------------------

#[test]
fn what_the_memory_model_orders_is_no_race() {
    holds("a go statement comes before the goroutine", || {
        let x = Shared::new(0);
        x.set(1);
        let y = x.clone();
        start(move || assert_eq!(y.get(), 1));
    });
    for cap in [0, 1, 3] {
        holds("a send comes before its receive", move || {
            let (x, ch) = (Shared::new(0), chan(cap));
            let (y, c) = (x.clone(), ch.clone());
            start(move || {
                y.set(1);
                c.send(());
            });
            ch.recv();
            assert_eq!(x.get(), 1);
        });
        holds("a close comes before the receive that sees it", move || {
            let (x, ch) = (Shared::new(0), chan::<()>(cap));
            let (y, c) = (x.clone(), ch.clone());
            start(move || {
                y.set(1);
                c.close();
            });
            for _ in &ch {}
            assert_eq!(x.get(), 1);
        });
    }
    holds(
        "a receive comes before its send completes, without a buffer",
        || {
            let (x, ch) = (Shared::new(0), chan(0));
            let (y, c) = (x.clone(), ch.clone());
            start(move || {
                y.set(1);
                c.recv();
            });
            ch.send(());
            assert_eq!(x.get(), 1);
        },
    );
    holds("receive k comes before send k + cap completes", || {
        let (x, ch) = (Shared::new(0), chan(2));
        let (y, c) = (x.clone(), ch.clone());
        start(move || {
            y.set(1);
            c.recv();
        });
        for i in 0..3 {
            ch.send(i);
        }
        assert_eq!(x.get(), 1);
    });
    holds("so a channel counts who may enter", || {
        let (n, free) = (Shared::new(0), chan(1));
        let wg = WaitGroup::new();
        for _ in 0..3 {
            let (n, free) = (n.clone(), free.clone());
            wg.go(move || {
                free.send(());
                n.update(|v| v + 1);
                free.recv();
            });
        }
        wg.wait();
        assert_eq!(n.get(), 3);
    });
    holds("and the other way round, with tokens", || {
        let (n, tokens) = (Shared::new(0), chan(1));
        tokens.send(());
        let wg = WaitGroup::new();
        for _ in 0..3 {
            let (n, tokens) = (n.clone(), tokens.clone());
            wg.go(move || {
                tokens.recv();
                n.update(|v| v + 1);
                tokens.send(());
            });
        }
        wg.wait();
        assert_eq!(n.get(), 3);
    });
    holds("a try that succeeds orders as the operation does", || {
        let (x, ch) = (Shared::new(0), chan(1));
        let (y, c) = (x.clone(), ch.clone());
        start(move || {
            y.set(1);
            let _ = c.try_send(());
        });
        if ch.try_recv().is_ok() {
            assert_eq!(x.get(), 1);
        }
    });
    holds("an unlock comes before the next lock", || {
        let (n, m) = (Shared::new(0), Arc::new(raw::Mutex::new()));
        for _ in 0..2 {
            let (n, m) = (n.clone(), m.clone());
            start(move || {
                m.lock();
                n.update(|v| v + 1);
                m.unlock();
            });
        }
        if m.try_lock() {
            n.get();
            m.unlock();
        }
    });
    holds(
        "a writer comes before readers, and readers before the next",
        || {
            let (n, m) = (Shared::new(0), Arc::new(RWMutex::new(())));
            for write in [true, false, true] {
                let (n, m) = (n.clone(), m.clone());
                start(move || {
                    if write {
                        let _w = m.write();
                        n.update(|v| v + 1);
                    } else {
                        let _r = m.read();
                        n.get();
                    }
                });
            }
            if let Some(_r) = m.try_read() {
                n.get();
            }
        },
    );
    holds("done comes before wait returns", || {
        let wg = WaitGroup::new();
        let xs: Vec<_> = (0..2).map(|_| Shared::new(0)).collect();
        wg.add(2);
        for x in &xs {
            let (x, wg) = (x.clone(), wg.clone());
            start(move || {
                x.set(1);
                wg.done();
            });
        }
        wg.wait();
        assert!(xs.iter().all(|x| x.get() == 1));
    });
    holds("what is done once comes before all who call", || {
        let (x, once) = (Shared::new(0), Arc::new(Once::new()));
        for _ in 0..2 {
            let (x, once) = (x.clone(), once.clone());
            start(move || {
                once.call(|| x.set(1));
                assert_eq!(x.get(), 1);
            });
        }
    });
    holds("what an atomic shows is ordered", || {
        let (x, ready) = (Shared::new(0), Arc::new(atomic::Bool::new(false)));
        let (y, r) = (x.clone(), ready.clone());
        start(move || {
            y.set(1);
            r.store(true);
        });
        if ready.load() {
            assert_eq!(x.get(), 1);
        }
    });
    holds("the last to count down sees what all did", || {
        let left = Arc::new(atomic::Int32::new(2));
        let xs: [Shared<i32>; 2] = [Shared::new(0), Shared::new(0)];
        for i in 0..2 {
            let (xs, left) = (xs.clone(), left.clone());
            start(move || {
                xs[i].set(1);
                if left.add(-1) == 0 {
                    assert_eq!(xs[0].get() + xs[1].get(), 2);
                }
            });
        }
    });
    holds("a signal comes before the wait that it wakes", || {
        let c = Arc::new((Mutex::new(false), Cond::new(), Shared::new(0)));
        let d = c.clone();
        start(move || {
            *d.0.lock() = true;
            d.2.set(1);
            d.1.signal();
        });
        let g = c.0.lock();
        if !*g {
            drop(c.1.wait(g));
            assert_eq!(c.2.get(), 1);
        }
    });
    holds("what a pool or a map hands on is ordered", || {
        let x = Shared::new(0);
        let (pool, map) = (Arc::new(Pool::new(|| false)), Arc::new(Map::new()));
        let (y, p, m) = (x.clone(), pool.clone(), map.clone());
        start(move || {
            y.set(1);
            p.put(true);
            m.store(1, 1);
        });
        if pool.get() || map.load(&1).is_some() {
            assert_eq!(x.get(), 1);
        }
    });
}

#[test]
fn what_the_memory_model_does_not_order_is_a_race() {
    races("a buffered send does not wait for its receive", || {
        let (x, ch) = (Shared::new(0), chan(1));
        let (y, c) = (x.clone(), ch.clone());
        start(move || {
            y.set(1);
            c.recv();
        });
        ch.send(());
        x.get();
    });
    races("receive k does not come before send k + cap - 1", || {
        let (x, ch) = (Shared::new(0), chan(2));
        let (y, c) = (x.clone(), ch.clone());
        start(move || {
            y.set(1);
            c.recv();
        });
        for i in 0..2 {
            ch.send(i);
        }
        x.get();
        ch.recv();
    });
    races(
        "nor does one receive come before the next of its place",
        || {
            let (x, ch) = (Shared::new(0), chan(1));
            let (a, b) = (ch.clone(), ch.clone());
            let (y, z) = (x.clone(), x.clone());
            start(move || {
                y.set(1);
                a.recv();
            });
            start(move || {
                b.recv();
                z.get();
            });
            ch.send(1);
            ch.send(2);
        },
    );
    races("a try in vain orders nothing", || {
        let (x, m) = (Shared::new(0), Arc::new(Mutex::new(())));
        let (y, n) = (x.clone(), m.clone());
        start(move || {
            let _g = n.lock();
            y.set(1);
        });
        if m.try_lock().is_none() {
            x.get();
        }
    });
    races("read locks do not order each other", || {
        let (x, m) = (Shared::new(0), Arc::new(RWMutex::new(())));
        let (y, n) = (x.clone(), m.clone());
        start(move || {
            let _r = n.read();
            y.set(1);
        });
        let _r = m.read();
        x.get();
    });
    races("a load does not come before a later store", || {
        let (x, a) = (Shared::new(0), Arc::new(atomic::Int64::new(0)));
        let (y, b) = (x.clone(), a.clone());
        start(move || {
            y.set(1);
            b.load();
        });
        a.store(1);
        x.get();
    });
    races("the end of a goroutine orders nothing", || {
        let x = Shared::new(0);
        let y = x.clone();
        start(move || y.set(1));
        time::sleep(time::Duration::from_secs(1));
        x.get();
    });
    races("an add from zero must be ordered with a wait", || {
        let wg = WaitGroup::new();
        let w = wg.clone();
        start(move || {
            w.add(1);
            w.done();
        });
        wg.wait();
    });
    races("len orders nothing", || {
        let (x, ch) = (Shared::new(0), chan(1));
        let (y, c) = (x.clone(), ch.clone());
        start(move || {
            y.set(1);
            c.send(());
        });
        if ch.len() == 1 {
            x.get();
        }
    });
}

#[test]
fn a_send_that_nothing_orders_with_the_close_is_found() {
    let r = check(&opts(), || {
        let ch = chan(1);
        let c = ch.clone();
        start(move || c.send(1));
        ch.close();
    });
    let kinds = [Kind::Panic, Kind::Race];
    assert!(
        r.failure.as_ref().is_some_and(|f| kinds.contains(&f.kind)),
        "{r}"
    );
    // Where the send cannot panic because it comes first in time, it is still a race.
    races("ordered by luck only", || {
        let ch = chan(1);
        let c = ch.clone();
        start(move || c.send(1));
        if ch.len() == 1 {
            ch.close();
        }
    });
}

// ---- what holds in every schedule -----------------------------------------------------------------------------------

#[test]
fn each_value_arrives_once_and_in_order_whatever_the_schedule() {
    for cap in [0, 1, 2] {
        holds("two senders, two receivers", move || {
            let (ch, seen) = (chan(cap), chan(4));
            let (sending, receiving) = (WaitGroup::new(), WaitGroup::new());
            for n in 0..2 {
                let ch = ch.clone();
                sending.go(move || {
                    ch.send(n * 10);
                    ch.send(n * 10 + 1);
                });
            }
            for _ in 0..2 {
                let (ch, seen) = (ch.clone(), seen.clone());
                receiving.go(move || {
                    let mut last = [-1; 2];
                    for v in &ch {
                        assert!(last[v / 10] < (v % 10) as i32);
                        last[v / 10] = (v % 10) as i32;
                        seen.send(v);
                    }
                });
            }
            sending.wait();
            ch.close();
            receiving.wait();
            seen.close();
            let mut all: Vec<_> = seen.into_iter().collect();
            all.sort_unstable();
            assert_eq!(all, [0, 1, 10, 11]);
        });
    }
}

#[test]
fn a_lock_is_exclusive_in_every_interleaving() {
    let r = check(&Options::new().strategy(Strategy::Exhaustive), || {
        let m = Arc::new(Mutex::new(0));
        let inside = Shared::new(0);
        let wg = WaitGroup::new();
        for _ in 0..3 {
            let (m, inside) = (m.clone(), inside.clone());
            wg.go(move || {
                let mut g = m.lock();
                inside.update(|n| n + 1);
                assert_eq!(inside.get(), 1);
                *g += 1;
                inside.update(|n| n - 1);
            });
        }
        wg.wait();
        assert_eq!(*m.lock(), 3);
    });
    assert!(r.failure.is_none(), "{r}\n{}", told(&r));
}

#[test]
fn readers_and_writers_never_meet() {
    holds("two writers, two readers", || {
        let m = Arc::new(RWMutex::new((0, 0)));
        let wg = WaitGroup::new();
        for write in [true, false, true, false] {
            let m = m.clone();
            wg.go(move || {
                if write {
                    let mut w = m.write();
                    w.0 += 1;
                    runtime::gosched();
                    w.1 += 1;
                } else {
                    let r = m.read();
                    runtime::gosched();
                    assert_eq!(r.0, r.1);
                }
            });
        }
        wg.wait();
        assert_eq!(*m.read(), (2, 2));
    });
}

#[test]
fn no_signal_is_lost() {
    holds("a queue with one place", || {
        let q = Arc::new((Mutex::new(None::<i32>), Cond::new()));
        let wg = WaitGroup::new();
        for i in 0..2 {
            let q = q.clone();
            wg.go(move || {
                let mut place = q.0.lock();
                while place.is_some() {
                    place = q.1.wait(place);
                }
                *place = Some(i);
                q.1.broadcast();
            });
        }
        for _ in 0..2 {
            let mut place = q.0.lock();
            while place.is_none() {
                place = q.1.wait(place);
            }
            place.take();
            q.1.broadcast();
        }
        wg.wait();
    });
    holds("as many signals as waiters wake them all", || {
        let c = Arc::new((Mutex::new(0), Cond::new()));
        let wg = WaitGroup::new();
        for _ in 0..2 {
            let c = c.clone();
            wg.go(move || {
                let mut n = c.0.lock();
                while *n == 0 {
                    n = c.1.wait(n);
                }
                *n -= 1;
            });
        }
        for _ in 0..2 {
            *c.0.lock() += 1;
            c.1.signal();
        }
        wg.wait();
    });
}

#[test]
fn once_value_is_computed_once() {
    holds("three who ask", || {
        let n = Arc::new(atomic::Int32::new(0));
        let m = n.clone();
        let v = Arc::new(OnceValue::new(move || m.add(1)));
        let wg = WaitGroup::new();
        for _ in 0..3 {
            let v = v.clone();
            wg.go(move || assert_eq!(v.call(), 1));
        }
        wg.wait();
        assert_eq!(n.load(), 1);
    });
}

#[test]
fn a_second_reader_behind_a_writer_is_a_deadlock() {
    let r = check(&opts(), || {
        let m = Arc::new(RWMutex::new(()));
        let w = m.clone();
        let wg = WaitGroup::new();
        wg.go(move || drop(w.write()));
        let _a = m.read();
        let _b = m.read();
        drop((_a, _b));
        wg.wait();
    });
    let f = r.failure.expect("some schedule has the writer in between");
    assert_eq!(f.kind, Kind::Deadlock);
    let mut reasons: Vec<_> = f.blocked.iter().map(|b| b.reason.as_str()).collect();
    reasons.sort_unstable();
    assert_eq!(reasons, ["sync.RWMutex.Lock", "sync.RWMutex.RLock"]);
}

#[test]
fn close_lets_every_receiver_go() {
    holds("three receivers, one value", || {
        let ch = chan(0);
        let wg = WaitGroup::new();
        let got = Arc::new(atomic::Int32::new(0));
        for _ in 0..3 {
            let (ch, got) = (ch.clone(), got.clone());
            wg.go(move || {
                if ch.recv().is_some() {
                    got.add(1);
                }
            });
        }
        ch.send(1);
        ch.close();
        wg.wait();
        assert_eq!(got.load(), 1);
    });
}

#[test]
fn statics_are_free_in_each_schedule() {
    static M: Mutex<()> = Mutex::new(());
    static RW: RWMutex<()> = RWMutex::new(());
    static C: Cond = Cond::new();
    // Each schedule ends with the locks held and goroutines waiting for them and for the condition.
    let r = check(&opts().leaks(false).races(false), || {
        for _ in 0..2 {
            go!({
                let g = M.lock();
                drop(C.wait(g));
            });
            go!({
                std::mem::forget(RW.read());
                drop(M.lock());
                std::mem::forget(RW.write());
            });
        }
        let g = M.lock();
        println!("in");
        std::mem::forget(g);
    });
    assert_eq!(r.failed, 0, "{r}\n{}", told(&r));
}

mod limit;
