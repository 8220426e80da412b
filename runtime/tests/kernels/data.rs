//! Wrong programs on shared data: races, broken atomicity, broken order, captured variables.

use std::sync::Arc;

use goroutines::explore::Kind::{Panic, Race};
use goroutines::prelude::*;
use sync::atomic;

use super::Wrong;

pub const WRONG: &[Wrong] = &[
    ("a counter without a lock", &[Race, Panic], || {
        let n = Shared::new(0);
        let wg = WaitGroup::new();
        for _ in 0..2 {
            let n = n.clone();
            wg.go(move || n.update(|v| v + 1));
        }
        wg.wait();
        assert_eq!(n.get(), 2);
    }),
    ("the loop variable is captured", &[Race, Panic], || {
        let i = Shared::new(0);
        let seen = chan(3);
        let wg = WaitGroup::new();
        while i.get() < 3 {
            let (j, seen) = (i.clone(), seen.clone());
            wg.go(move || seen.send(j.get()));
            i.update(|v| v + 1);
        }
        wg.wait();
        seen.close();
    }),
    ("an error variable is captured by two", &[Race], || {
        let err = Shared::new(0);
        let wg = WaitGroup::new();
        for code in 1..=2 {
            let err = err.clone();
            wg.go(move || err.set(code));
        }
        wg.wait();
        assert_ne!(err.get(), 0);
    }),
    ("main writes what it has handed over", &[Race], || {
        let config = Shared::new(1);
        let (c, done) = (config.clone(), chan(0));
        let tell = done.clone();
        go(move || {
            c.get();
            tell.send(());
        });
        config.set(2);
        done.recv();
    }),
    ("only the writer locks", &[Race], || {
        let (n, m) = (Shared::new(0), Arc::new(Mutex::new(())));
        let wg = WaitGroup::new();
        let (w, lock) = (n.clone(), m.clone());
        wg.go(move || {
            let _held = lock.lock();
            w.set(1);
        });
        n.get();
        wg.wait();
    }),
    ("each has a lock of its own", &[Race, Panic], || {
        let n = Shared::new(0);
        let wg = WaitGroup::new();
        for _ in 0..2 {
            let n = n.clone();
            wg.go(move || {
                let own = Mutex::new(());
                let _held = own.lock();
                n.update(|v| v + 1);
            });
        }
        wg.wait();
        assert_eq!(n.get(), 2);
    }),
    ("a write under a read lock", &[Race, Panic], || {
        let (n, m) = (Shared::new(0), Arc::new(RWMutex::new(())));
        let wg = WaitGroup::new();
        for _ in 0..2 {
            let (n, m) = (n.clone(), m.clone());
            wg.go(move || {
                let _held = m.read();
                n.update(|v| v + 1);
            });
        }
        wg.wait();
        assert_eq!(n.get(), 2);
    }),
    ("checked twice, locked once", &[Race], || {
        // The first look at the flag is without the lock.
        let (ready, value, m) = (Shared::new(false), Shared::new(0), Arc::new(Mutex::new(())));
        let wg = WaitGroup::new();
        for _ in 0..2 {
            let (ready, value, m) = (ready.clone(), value.clone(), m.clone());
            wg.go(move || {
                if !ready.get() {
                    let _held = m.lock();
                    if !ready.get() {
                        value.set(7);
                        ready.set(true);
                    }
                }
                assert_eq!(value.get(), 7);
            });
        }
        wg.wait();
    }),
    ("load and store instead of add", &[Panic], || {
        let n = Arc::new(atomic::Int64::new(0));
        let wg = WaitGroup::new();
        for _ in 0..2 {
            let n = n.clone();
            wg.go(move || n.store(n.load() + 1));
        }
        wg.wait();
        assert_eq!(n.load(), 2);
    }),
    ("check, unlock, act", &[Panic], || {
        let balance = Arc::new(Mutex::new(1));
        let wg = WaitGroup::new();
        for _ in 0..2 {
            let balance = balance.clone();
            wg.go(move || {
                let enough = *balance.lock() > 0;
                if enough {
                    *balance.lock() -= 1;
                }
            });
        }
        wg.wait();
        assert!(*balance.lock() >= 0, "overdrawn");
    }),
    ("two variables under two locks", &[Panic], || {
        // Each is safe, and the two do not belong together for a moment.
        let m = Arc::new((Mutex::new(10), Mutex::new(0)));
        let n = m.clone();
        go(move || {
            *n.0.lock() -= 1;
            *n.1.lock() += 1;
        });
        let sum = *m.0.lock() + *m.1.lock();
        assert_eq!(sum, 10, "money is missing");
    }),
    ("a map with get and then store", &[Panic], || {
        let made = Arc::new(atomic::Int32::new(0));
        let map = Arc::new(sync::Map::new());
        let wg = WaitGroup::new();
        for _ in 0..2 {
            let (made, map) = (made.clone(), map.clone());
            wg.go(move || {
                if map.load(&"key").is_none() {
                    map.store("key", made.add(1));
                }
            });
        }
        wg.wait();
        assert_eq!(made.load(), 1, "made twice");
    }),
    ("used before it is made", &[Panic, Race], || {
        let conn = Shared::new(None);
        let c = conn.clone();
        go(move || {
            assert!(c.get().is_some(), "not connected");
        });
        conn.set(Some(1));
    }),
    ("used after it is closed", &[Panic], || {
        let open = Arc::new(atomic::Bool::new(true));
        let o = open.clone();
        let wg = WaitGroup::new();
        wg.go(move || {
            if o.load() {
                runtime::gosched();
                assert!(o.load(), "used after the close");
            }
        });
        open.store(false);
        wg.wait();
    }),
    ("a flag and data in the wrong order", &[Panic], || {
        let data = Arc::new((atomic::Int32::new(0), atomic::Bool::new(false)));
        let d = data.clone();
        go(move || {
            d.1.store(true);
            d.0.store(1);
        });
        if data.1.load() {
            assert_eq!(data.0.load(), 1, "the flag came first");
        }
    }),
    ("three steps in one order, far apart", &[Panic], || {
        let (a, b) = (
            Arc::new(atomic::Int32::new(0)),
            Arc::new(atomic::Int32::new(0)),
        );
        let (x, y) = (a.clone(), b.clone());
        let wg = WaitGroup::new();
        wg.go(move || {
            for _ in 0..5 {
                x.load();
            }
            x.store(1);
            for _ in 0..5 {
                x.load();
            }
            y.store(1);
        });
        if a.load() == 1 && b.load() == 0 {
            assert_eq!(b.load(), 0, "between the two stores, and then after both");
        }
        wg.wait();
    }),
    (
        "a buffered channel taken for a lock the wrong way",
        &[Race, Panic],
        || {
            // With room for two, two are inside.
            let (n, token) = (Shared::new(0), chan(2));
            let wg = WaitGroup::new();
            for _ in 0..2 {
                let (n, token) = (n.clone(), token.clone());
                wg.go(move || {
                    token.send(());
                    n.update(|v| v + 1);
                    token.recv();
                });
            }
            wg.wait();
            assert_eq!(n.get(), 2);
        },
    ),
    ("a buffered send taken for a meeting", &[Race], || {
        let (n, ch) = (Shared::new(0), chan(1));
        let (m, c) = (n.clone(), ch.clone());
        let wg = WaitGroup::new();
        wg.go(move || {
            m.set(1);
            c.recv();
        });
        ch.send(());
        n.get();
        wg.wait();
    }),
    ("swap tried once and not looked at", &[Panic], || {
        let n = Arc::new(atomic::Int64::new(0));
        let wg = WaitGroup::new();
        for _ in 0..2 {
            let n = n.clone();
            wg.go(move || {
                let v = n.load();
                n.compare_and_swap(v, v + 1);
            });
        }
        wg.wait();
        assert_eq!(n.load(), 2);
    }),
];
