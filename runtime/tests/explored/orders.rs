//! What the memory model orders: a write by one, a read by the other, and what stands between.

use std::sync::Arc;

use goroutines::explore::{Kind, check};
use goroutines::prelude::*;
use goroutines::sync::{Map, Pool, atomic, raw};

use crate::{holds, opts, races, start};

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
