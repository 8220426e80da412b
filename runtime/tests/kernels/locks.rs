//! Wrong programs with locks and condition variables: double locks, orders, upgrades, forgotten unlocks, lost signals.

use std::sync::Arc;

use goroutines::explore::Kind::{self, Deadlock, Fatal, Leak, Panic};
use goroutines::prelude::*;
use goroutines::sync::raw;
use time::Duration;

use super::Wrong;

const STUCK: &[Kind] = &[Deadlock];

/// A struct whose methods lock: the public one calls the other with the lock held.
struct Registry {
    names: Mutex<Vec<u32>>,
}

impl Registry {
    fn len(&self) -> usize {
        self.names.lock().len()
    }

    fn add(&self, n: u32) {
        let mut names = self.names.lock();
        if self.len() < 10 {
            names.push(n);
        }
    }
}

fn pair() -> Arc<(raw::Mutex, raw::Mutex)> {
    Arc::new((raw::Mutex::new(), raw::Mutex::new()))
}

pub const WRONG: &[Wrong] = &[
    ("double lock by a method that calls another", STUCK, || {
        let r = Registry {
            names: Mutex::new(Vec::new()),
        };
        r.add(1);
    }),
    ("double lock in a worker, main goes on", STUCK, || {
        let r = Arc::new(Registry {
            names: Mutex::new(Vec::new()),
        });
        go(move || r.add(1));
        time::sleep(Duration::from_secs(1));
    }),
    ("a to b and b to a", STUCK, || {
        let m = pair();
        let wg = WaitGroup::new();
        let o = m.clone();
        wg.go(move || {
            o.0.lock();
            o.1.lock();
            o.1.unlock();
            o.0.unlock();
        });
        wg.go(move || {
            m.1.lock();
            m.0.lock();
            m.0.unlock();
            m.1.unlock();
        });
        wg.wait();
    }),
    ("a ring of three accounts", STUCK, || {
        let accounts: Arc<[Mutex<i64>; 3]> = Arc::default();
        let wg = WaitGroup::new();
        for from in 0..3 {
            let accounts = accounts.clone();
            wg.go(move || {
                let mut a = accounts[from].lock();
                let mut b = accounts[(from + 1) % 3].lock();
                *a -= 1;
                *b += 1;
            });
        }
        wg.wait();
    }),
    ("a callback that locks what its caller holds", STUCK, || {
        let m = Arc::new(Mutex::new(0));
        let again = m.clone();
        let notify: Box<dyn Fn()> = Box::new(move || *again.lock() += 1);
        let held = m.lock();
        notify();
        drop(held);
    }),
    ("an early return without the unlock", STUCK, || {
        fn put(m: &raw::Mutex, n: u32) -> bool {
            m.lock();
            if n > 1 {
                return false;
            }
            m.unlock();
            true
        }
        let m = Arc::new(raw::Mutex::new());
        let wg = WaitGroup::new();
        for n in 1..=2 {
            let m = m.clone();
            wg.go(move || {
                put(&m, n);
            });
        }
        wg.wait();
        m.lock();
    }),
    ("an unlock that a recovered panic skips", STUCK, || {
        let m = Arc::new(raw::Mutex::new());
        let locked = m.clone();
        let _ = std::panic::catch_unwind(move || {
            locked.lock();
            panic!("between");
        });
        m.lock();
    }),
    ("unlock of what is not locked", &[Fatal], || {
        let m = Arc::new(raw::Mutex::new());
        let other = m.clone();
        let wg = WaitGroup::new();
        wg.go(move || {
            if other.try_lock() {
                other.unlock();
            }
            other.unlock();
        });
        wg.wait();
    }),
    ("one unlock too many where two meet", &[Fatal], || {
        let m = Arc::new(raw::Mutex::new());
        for _ in 0..2 {
            let m = m.clone();
            go(move || {
                let _ = m.try_lock();
                m.unlock();
            });
        }
    }),
    ("read lock upgraded by two", STUCK, || {
        let m = Arc::new(raw::RWMutex::new());
        let wg = WaitGroup::new();
        for _ in 0..2 {
            let m = m.clone();
            wg.go(move || {
                m.rlock();
                m.lock();
                m.unlock();
                m.runlock();
            });
        }
        wg.wait();
    }),
    ("read lock twice, with a writer in between", STUCK, || {
        let m = Arc::new(RWMutex::new(0));
        let wg = WaitGroup::new();
        let (r, w) = (m.clone(), m.clone());
        wg.go(move || {
            let a = r.read();
            let b = r.read();
            assert_eq!(*a, *b);
        });
        wg.go(move || *w.write() += 1);
        wg.wait();
    }),
    ("RUnlock for Unlock", &[Fatal], || {
        let m = raw::RWMutex::new();
        m.lock();
        m.runlock();
    }),
    (
        "a send under the lock that the receiver wants",
        &[Deadlock],
        || {
            let (m, ch) = (Arc::new(Mutex::new(0)), chan(0));
            let (n, out) = (m.clone(), ch.clone());
            go(move || {
                let _held = n.lock();
                out.send(1);
            });
            let _held = m.lock();
            ch.recv();
        },
    ),
    (
        "a wait for a group under the lock its members want",
        STUCK,
        || {
            let m = Arc::new(Mutex::new(0));
            let wg = WaitGroup::new();
            let n = m.clone();
            let held = m.lock();
            wg.go(move || *n.lock() += 1);
            wg.wait();
            drop(held);
        },
    ),
    ("a signal before the wait", &[Deadlock], || {
        let c = Arc::new((Mutex::new(()), Cond::new()));
        let d = c.clone();
        go(move || d.1.signal());
        let held = c.0.lock();
        let _held = c.1.wait(held);
    }),
    ("the flag is set without the lock", &[Deadlock], || {
        let c = Arc::new((Mutex::new(()), Cond::new(), sync::atomic::Bool::new(false)));
        let d = c.clone();
        go(move || {
            d.2.store(true);
            d.1.signal();
        });
        let mut held = c.0.lock();
        while !c.2.load() {
            held = c.1.wait(held);
        }
    }),
    ("signal where broadcast is needed", &[Deadlock], || {
        let c = Arc::new((Mutex::new(false), Cond::new()));
        let wg = WaitGroup::new();
        for _ in 0..2 {
            let c = c.clone();
            wg.go(move || {
                let mut open = c.0.lock();
                while !*open {
                    open = c.1.wait(open);
                }
            });
        }
        *c.0.lock() = true;
        c.1.signal();
        wg.wait();
    }),
    (
        "one condition for two kinds of waiters",
        &[Deadlock],
        || {
            // A queue with one place: a signal meant for a taker wakes another putter.
            let q = Arc::new((Mutex::new(0), Cond::new()));
            let wg = WaitGroup::new();
            for put in [true, true, false, false] {
                let q = q.clone();
                wg.go(move || {
                    let mut n = q.0.lock();
                    while *n == i32::from(put) {
                        n = q.1.wait(n);
                    }
                    *n = i32::from(put);
                    drop(n);
                    q.1.signal();
                });
            }
            wg.wait();
        },
    ),
    ("if instead of while around a wait", &[Panic], || {
        let q = Arc::new((Mutex::new(0), Cond::new()));
        let wg = WaitGroup::new();
        for _ in 0..2 {
            let q = q.clone();
            wg.go(move || {
                let mut n = q.0.lock();
                if *n == 0 {
                    n = q.1.wait(n);
                }
                assert!(*n > 0, "nothing is there");
                *n -= 1;
            });
        }
        for _ in 0..2 {
            *q.0.lock() += 1;
            q.1.broadcast();
        }
        wg.wait();
    }),
    ("once inside of the same once", STUCK_ONCE, || {
        let once = Arc::new(Once::new());
        let inner = once.clone();
        once.call(move || inner.call(|| ()));
    }),
    (
        "a waiter of a condition that is left behind",
        &[Leak],
        || {
            let c = Arc::new((Mutex::new(0), Cond::new()));
            let d = c.clone();
            go(move || {
                let mut n = d.0.lock();
                while *n == 0 {
                    n = d.1.wait(n);
                }
            });
            *c.0.lock() = 1;
        },
    ),
];

const STUCK_ONCE: &[Kind] = &[Deadlock];
