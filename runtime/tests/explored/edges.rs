//! Edges that are easily thought to be there, or forgotten: of atomics, contexts, timers and descriptors.

use std::io::{Read, Write};
use std::sync::Arc;
use std::time::Duration;

use goroutines::prelude::*;
use goroutines::sync::{Map, atomic};
use goroutines::{io, os};

use crate::{holds, races, start};

const SECOND: Duration = Duration::from_secs(1);

type Word = atomic::Int64;

fn two() -> (Shared<i32>, Arc<Word>) {
    (Shared::new(0), Arc::new(Word::new(0)))
}

#[test]
fn an_atomic_orders_what_its_effect_shows_and_nothing_else() {
    races("a swap in vain has no effect", || {
        let (x, w) = two();
        let (y, v) = (x.clone(), w.clone());
        start(move || {
            y.set(1);
            v.compare_and_swap(5, 6);
        });
        w.load();
        x.get();
    });
    races("nor has one of a pointer", || {
        let (x, p) = (
            Shared::new(0),
            Arc::new(atomic::Pointer::new(Some(Arc::new(1)))),
        );
        let (y, q) = (x.clone(), p.clone());
        start(move || {
            y.set(1);
            q.compare_and_swap(None, None);
        });
        p.load();
        x.get();
    });
    races("nor one of a map", || {
        let (x, m) = (Shared::new(0), Arc::new(Map::new()));
        m.store(1, 1);
        let (y, n) = (x.clone(), m.clone());
        start(move || {
            y.set(1);
            n.compare_and_swap(&1, &5, 6);
        });
        m.load(&1);
        x.get();
    });
    races("a store that another one hides is not seen", || {
        let (x, w) = two();
        let (y, v, u) = (x.clone(), w.clone(), w.clone());
        start(move || {
            y.set(1);
            v.store(1);
        });
        start(move || u.store(2));
        if w.load() == 2 {
            x.get();
        }
    });
    holds("but what was added to it shows it", || {
        let (x, w) = two();
        let (y, v, u) = (x.clone(), w.clone(), w.clone());
        start(move || {
            y.set(1);
            v.store(1);
        });
        start(move || {
            u.add(10);
        });
        if w.load() == 11 {
            assert_eq!(x.get(), 1);
        }
    });
    holds("a swap in vain sees", || {
        let (x, w) = two();
        let (y, v) = (x.clone(), w.clone());
        start(move || {
            y.set(1);
            v.store(1);
        });
        if !w.compare_and_swap(0, 2) {
            assert_eq!(x.get(), 1);
        }
    });
    holds("a lock out of a word, unlocked by a store", || {
        let (n, w) = two();
        for _ in 0..3 {
            let (n, w) = (n.clone(), w.clone());
            start(move || {
                while !w.compare_and_swap(0, 1) {}
                n.update(|v| v + 1);
                w.store(0);
            });
        }
    });
}

#[test]
fn a_function_comes_after_who_gave_it_to_a_context() {
    holds("whoever cancels", || {
        let (x, (ctx, cancel)) = (Shared::new(0), context::with_cancel(&context::background()));
        start(move || {
            x.set(1);
            let _stop = context::after_func(&ctx, move || assert_eq!(x.get(), 1));
        });
        cancel();
    });
    holds("and through a child", || {
        let (x, (ctx, cancel)) = (Shared::new(0), context::with_cancel(&context::background()));
        start(move || {
            let (child, _cancel) = context::with_cancel(&ctx);
            x.set(1);
            let _stop = context::after_func(&child, move || assert_eq!(x.get(), 1));
        });
        cancel();
    });
}

#[test]
fn a_tick_comes_after_who_set_the_timer() {
    for wait in [true, false] {
        holds("by a receive", move || {
            let (x, t) = (Shared::new(0), Arc::new(time::Timer::new(SECOND)));
            t.stop();
            let (y, u) = (x.clone(), t.clone());
            start(move || {
                y.set(1);
                u.reset(SECOND);
            });
            if !wait {
                time::sleep(10 * SECOND);
            }
            t.c.recv();
            assert_eq!(x.get(), 1);
        });
        holds("by a select", move || {
            let (x, t) = (Shared::new(0), Arc::new(time::Ticker::new(SECOND)));
            t.stop();
            let (y, u, never) = (x.clone(), t.clone(), chan::<()>(0));
            start(move || {
                y.set(1);
                u.reset(SECOND);
            });
            if !wait {
                time::sleep(10 * SECOND);
            }
            select! {
                recv(t.c) => assert_eq!(x.get(), 1),
                recv(never) => {},
            }
            t.stop();
        });
    }
    races("time alone orders nothing", || {
        let x = Shared::new(0);
        let y = x.clone();
        start(move || y.set(1));
        time::after(SECOND).recv();
        x.get();
    });
}

#[test]
fn what_is_read_comes_after_what_was_written() {
    let through_a_pipe = || {
        let x = Shared::new(0);
        let (mut r, mut w) = io::pipe().unwrap();
        let y = x.clone();
        start(move || {
            y.set(1);
            w.write_all(b"!").unwrap();
        });
        r.read_exact(&mut [0]).unwrap();
        assert_eq!(x.get(), 1);
    };
    holds("through a pipe", through_a_pipe);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| holds("beside another exploration", through_a_pipe));
        }
    });
    races("but not before", || {
        let x = Shared::new(0);
        let (mut r, mut w) = io::pipe().unwrap();
        let y = x.clone();
        start(move || {
            w.write_all(b"!").unwrap();
            y.set(1);
        });
        r.read_exact(&mut [0]).unwrap();
        x.get();
    });
    holds("through a file", || {
        let (x, done) = (Shared::new(0), Arc::new(atomic::Bool::new(false)));
        let (y, d) = (x.clone(), done.clone());
        let name = std::env::temp_dir().join(format!("edges-{}", std::process::id()));
        let file = name.clone();
        start(move || {
            y.set(1);
            os::write_file(&file, "x").unwrap();
            d.store(true);
        });
        if done.load() {
            os::read_file(&name).unwrap();
            assert_eq!(x.get(), 1);
        }
    });
}
