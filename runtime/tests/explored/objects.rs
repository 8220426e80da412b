//! What holds for the library's objects in every schedule.

use std::sync::Arc;

use goroutines::explore::{Kind, Options, Strategy, check};
use goroutines::prelude::*;
use goroutines::println;
use goroutines::sync::{OnceValue, atomic};

use crate::{holds, opts, told};

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
