//! Who asks again and again, whatever for, keeps nobody from their turn: a real machine would not let it.

use std::sync::Arc;

use goroutines::explore::{Options, Strategy, check};
use goroutines::prelude::*;
use goroutines::{errgroup, print, semaphore};
use sync::{Map, Pool, atomic, raw};
use time::Duration;

use crate::told;

const SECOND: Duration = Duration::from_secs(1);

/// Under each strategy it comes to its end.
fn ends(name: &str, f: fn()) {
    for strategy in [
        Strategy::Portfolio,
        Strategy::Random,
        Strategy::Pct { depth: 1 },
        Strategy::Pct { depth: 3 },
        Strategy::Exhaustive,
    ] {
        let o = Options::new().schedules(60).races(false).strategy(strategy);
        let r = check(&o, f);
        assert!(r.failure.is_none(), "{name}, {strategy:?}: {}", told(&r));
    }
}

fn flag() -> (Arc<atomic::Bool>, Arc<atomic::Bool>) {
    let flag = Arc::new(atomic::Bool::new(false));
    (flag.clone(), flag)
}

/// Two goroutines under a lock that `lock` and `unlock` make out of a word.
fn two(lock: fn(&atomic::Int32) -> bool) {
    let w = Arc::new((atomic::Int32::new(0), Shared::new(0)));
    let wg = WaitGroup::new();
    for _ in 0..2 {
        let w = w.clone();
        wg.go(move || {
            for _ in 0..2 {
                while !lock(&w.0) {}
                w.1.update(|v| v + 1);
                w.0.store(0);
            }
        });
    }
    wg.wait();
    assert_eq!(w.1.get(), 4);
}

#[test]
fn locks_made_of_atomics() {
    ends("compare and swap", || {
        two(|w| w.compare_and_swap(0, 1));
    });
    ends("swap", || two(|w| w.swap(1) == 0));
    ends("or", || two(|w| w.or(1) == 0));
    ends("tickets", || {
        let t = Arc::new((atomic::Int32::new(0), atomic::Int32::new(0), Shared::new(0)));
        let wg = WaitGroup::new();
        for _ in 0..2 {
            let t = t.clone();
            wg.go(move || {
                let mine = t.0.add(1) - 1;
                while t.1.load() != mine {}
                t.2.update(|v| v + 1);
                t.1.add(1);
            });
        }
        wg.wait();
        assert_eq!(t.2.get(), 2);
    });
}

#[test]
fn what_a_lock_guards() {
    ends("a mutex", || {
        let done = Arc::new(Mutex::new(false));
        let d = done.clone();
        go(move || *d.lock() = true);
        while !*done.lock() {}
    });
    ends("a mutex without a value", || {
        let m = Arc::new((raw::Mutex::new(), Shared::new(false)));
        let n = m.clone();
        go(move || {
            n.0.lock();
            n.1.set(true);
            n.0.unlock();
        });
        loop {
            m.0.lock();
            let done = m.1.get();
            m.0.unlock();
            if done {
                break;
            }
        }
    });
    ends("a reader's lock", || {
        let done = Arc::new(RWMutex::new(false));
        let d = done.clone();
        go(move || *d.write() = true);
        while !*done.read() {}
    });
    ends("a mutex, by two", || {
        let done = Arc::new(Mutex::new(false));
        let wg = WaitGroup::new();
        for _ in 0..2 {
            let done = done.clone();
            wg.go(move || while !*done.lock() {});
        }
        wg.go(move || *done.lock() = true);
        wg.wait();
    });
    ends("a queue that is turned round", || {
        let queue = Arc::new(Mutex::new(vec![0]));
        let q = queue.clone();
        go(move || q.lock().insert(0, -1));
        while queue.lock().pop().is_some_and(|v| v == 0) {
            queue.lock().insert(0, 0);
        }
    });
}

#[test]
fn tries_of_all_kinds() {
    ends("a semaphore", || {
        let s = Arc::new(semaphore::Weighted::new(1));
        assert!(s.try_acquire(1));
        let t = s.clone();
        go(move || t.release(1));
        while !s.try_acquire(1) {}
    });
    ends("a map", || {
        let m = Arc::new(Map::new());
        let n = m.clone();
        go(move || n.store(1, 1));
        while m.load_and_delete(&1).is_none() {}
        go(move || m.store(1, 7));
    });
    ends("a map's compare and swap", || {
        let m = Arc::new(Map::new());
        m.store(1, 0);
        let n = m.clone();
        go(move || n.store(1, 1));
        while !m.compare_and_swap(&1, &1, 2) {}
    });
    ends("a pool", || {
        let pool = Arc::new(Pool::new(|| 0));
        let p = pool.clone();
        go(move || p.put(7));
        while pool.get() != 7 {}
    });
    ends("a group with a limit", || {
        let g = errgroup::Group::new();
        g.set_limit(1);
        g.go(|| Ok(()));
        while !g.try_go(|| Ok(())) {}
        let _ = g.wait();
    });
}

#[test]
fn what_only_looks() {
    ends("num_goroutine", || {
        go(|| {});
        while runtime::num_goroutine() > 1 {}
    });
    ends("a snapshot of the runtime", || {
        go(|| {});
        while runtime::snapshot().goroutines.len() > 1 {}
    });
    ends("a dump", || {
        go(|| {});
        while runtime::stack_dump().contains("goroutine 2 ") {}
    });
    ends("a snapshot of a channel", || {
        let ch = chan(1);
        let c = ch.clone();
        go(move || c.send(1));
        while ch.snapshot().qcount == 0 {}
    });
}

#[test]
fn work_that_goes_round() {
    ends("what is taken is sent again", || {
        let ch = chan(4);
        let c = ch.clone();
        go(move || c.send(-1));
        ch.send(0);
        while ch.recv() == Some(0) {
            ch.send(0);
        }
    });
    ends("signals to nobody", || {
        let (done, d) = flag();
        go(move || d.store(true));
        let c = Cond::new();
        while !done.load() {
            c.signal();
        }
    });
    ends("a signal until it is heard", || {
        let c = Arc::new((Mutex::new(()), Cond::new()));
        let (heard, h) = flag();
        let d = c.clone();
        go(move || {
            drop(d.1.wait(d.0.lock()));
            h.store(true);
        });
        while !heard.load() {
            c.1.signal();
        }
    });
    ends("a timer that is put off", || {
        let (done, d) = flag();
        go(move || d.store(true));
        let t = time::Timer::new(SECOND);
        while !done.load() {
            t.reset(SECOND);
        }
        t.stop();
    });
    ends("dots until it is done", || {
        let (done, d) = flag();
        go(move || d.store(true));
        while !done.load() {
            print!(".");
        }
    });
}

#[test]
fn the_time_comes_for_who_sleeps() {
    ends("a mutex", || {
        let done = Arc::new(Mutex::new(false));
        let d = done.clone();
        go(move || {
            time::sleep(SECOND);
            *d.lock() = true;
        });
        while !*done.lock() {}
    });
    ends("compare and swap", || {
        let word = Arc::new(atomic::Int32::new(0));
        let w = word.clone();
        go(move || {
            time::sleep(SECOND);
            w.store(1);
        });
        while !word.compare_and_swap(1, 2) {}
    });
    ends("a deadline", || {
        let (ctx, cancel) = context::with_timeout(&context::background(), SECOND);
        while ctx.err().is_none() {}
        cancel();
    });
}

#[test]
fn many_who_ask_in_turns_are_not_slow() {
    // One of twenty has its turn, and the others ask for theirs: whoever asked last is behind all who asked before.
    for strategy in [
        Strategy::Random,
        Strategy::Pct { depth: 3 },
        Strategy::Pos,
        Strategy::Urw,
        Strategy::Lazy,
        Strategy::Portfolio,
    ] {
        let o = Options::new().schedules(40).max_steps(100_000);
        let r = check(&o.strategy(strategy), || {
            let (next, now) = (
                Arc::new(atomic::Int32::new(0)),
                Arc::new(atomic::Int32::new(1)),
            );
            let (n, wg) = (Shared::new(0), WaitGroup::new());
            for _ in 0..20 {
                let (next, now, n) = (next.clone(), now.clone(), n.clone());
                wg.go(move || {
                    for _ in 0..3 {
                        let mine = next.add(1);
                        while now.load() != mine {
                            runtime::gosched();
                        }
                        n.update(|v| v + 1);
                        now.add(1);
                    }
                });
            }
            wg.wait();
            assert_eq!(n.get(), 60);
        });
        assert!(r.failure.is_none(), "{strategy:?}: {}", told(&r));
    }
}
