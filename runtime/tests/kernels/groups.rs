//! Wrong programs with groups: add in the wrong place, done forgotten or too often, waits that nobody ends.

use goroutines::explore::Kind::{Deadlock, Leak, Panic, Race};
use goroutines::prelude::*;
use goroutines::{errgroup, semaphore};

use super::Wrong;

pub const WRONG: &[Wrong] = &[
    ("add inside of the goroutine", &[Race, Panic], || {
        let wg = WaitGroup::new();
        let done = std::sync::Arc::new(sync::atomic::Int32::new(0));
        for _ in 0..2 {
            let (wg, done) = (wg.clone(), done.clone());
            go(move || {
                wg.add(1);
                done.add(1);
                wg.done();
            });
        }
        wg.wait();
        assert_eq!(done.load(), 2);
    }),
    ("done is forgotten on one way out", &[Deadlock], || {
        let wg = WaitGroup::new();
        for i in 0..2 {
            wg.add(1);
            let wg = wg.clone();
            go(move || {
                if i == 1 {
                    return;
                }
                wg.done();
            });
        }
        wg.wait();
    }),
    (
        "done is not deferred and a panic is recovered",
        &[Deadlock],
        || {
            let wg = WaitGroup::new();
            wg.add(1);
            let group = wg.clone();
            go(move || {
                let _ = std::panic::catch_unwind(move || {
                    let nothing = chan::<u32>(1).try_recv().ok();
                    nothing.expect("something");
                    group.done();
                });
            });
            wg.wait();
        },
    ),
    ("one done too many", &[Panic], || {
        let wg = WaitGroup::new();
        wg.add(1);
        wg.done();
        wg.done();
    }),
    ("add counts one more than there are", &[Deadlock], || {
        let wg = WaitGroup::new();
        wg.add(3);
        for _ in 0..2 {
            let wg = wg.clone();
            go(move || wg.done());
        }
        wg.wait();
    }),
    ("waits inside of the loop that starts", &[Deadlock], || {
        let wg = WaitGroup::new();
        wg.add(2);
        for _ in 0..2 {
            let group = wg.clone();
            go(move || group.done());
            wg.wait();
        }
    }),
    (
        "waits for the group before it reads the results",
        &[Deadlock],
        || {
            let (results, wg) = (chan(0), WaitGroup::new());
            for i in 0..2 {
                let results = results.clone();
                wg.go(move || results.send(i));
            }
            wg.wait();
            results.close();
            for _ in &results {}
        },
    ),
    (
        "a member of the group waits for the group",
        &[Deadlock],
        || {
            let wg = WaitGroup::new();
            let group = wg.clone();
            wg.go(move || group.wait());
            wg.wait();
        },
    ),
    (
        "the group is used again while one still waits",
        &[Race, Panic],
        || {
            let wg = WaitGroup::new();
            wg.add(1);
            let (a, b) = (wg.clone(), wg.clone());
            go(move || a.done());
            go(move || {
                b.wait();
            });
            wg.wait();
            wg.add(1);
            wg.done();
        },
    ),
    (
        "closes the results while members still send",
        &[Panic, Race],
        || {
            let (results, wg) = (chan(2), WaitGroup::new());
            for i in 0..2 {
                let results = results.clone();
                wg.add(1);
                let wg = wg.clone();
                go(move || {
                    wg.done();
                    results.send(i);
                });
            }
            wg.wait();
            results.close();
        },
    ),
    (
        "an error group with a limit of its own depth",
        &[Deadlock],
        || {
            let g = std::sync::Arc::new(errgroup::Group::new());
            g.set_limit(1);
            let inner = g.clone();
            g.go(move || {
                inner.go(|| Ok(()));
                Ok(())
            });
            let _ = g.wait();
        },
    ),
    (
        "a weighted semaphore that is given back too little",
        &[Deadlock],
        || {
            let s = std::sync::Arc::new(semaphore::Weighted::new(2));
            let wg = WaitGroup::new();
            for _ in 0..2 {
                let s = s.clone();
                wg.go(move || {
                    let _ = s.acquire(&context::background(), 2);
                    s.release(1);
                });
            }
            wg.wait();
        },
    ),
    ("two take half each of what both need", &[Deadlock], || {
        let s = std::sync::Arc::new(semaphore::Weighted::new(2));
        let wg = WaitGroup::new();
        for _ in 0..2 {
            let s = s.clone();
            wg.go(move || {
                for _ in 0..2 {
                    let _ = s.acquire(&context::background(), 1);
                }
                s.release(2);
            });
        }
        wg.wait();
    }),
    ("main does not wait, and one stays behind", &[Leak], || {
        let (wg, ch) = (WaitGroup::new(), chan(0));
        let out = ch.clone();
        wg.go(move || out.send(1));
        let group = wg.clone();
        go(move || group.wait());
    }),
    (
        "a member is added under a lock that who waits has not",
        &[Race, Panic],
        || {
            let (m, wg) = (std::sync::Arc::new(Mutex::new(())), WaitGroup::new());
            for _ in 0..2 {
                let (m, wg) = (m.clone(), wg.clone());
                go(move || {
                    let _held = m.lock();
                    let lock = m.clone();
                    wg.go(move || drop(lock.lock()));
                });
            }
            time::sleep(time::Duration::from_secs(1));
            wg.wait();
        },
    ),
    (
        "each has a place and waits for its turn, in another order",
        &[Deadlock],
        || {
            // One place for two who are let go one by one: the second may have it when the first is let go.
            let place = chan(1);
            let mut all = Vec::new();
            for _ in 0..2 {
                let (turn, done) = (chan::<()>(0), chan(1));
                let (place, here, tell) = (place.clone(), turn.clone(), done.clone());
                let started = WaitGroup::new();
                started.add(1);
                let begun = started.clone();
                go(move || {
                    begun.done();
                    place.send(());
                    here.recv();
                    place.recv();
                    tell.send(());
                });
                started.wait();
                all.push((turn, done));
            }
            for (turn, done) in all {
                turn.close();
                done.recv();
            }
        },
    ),
];
