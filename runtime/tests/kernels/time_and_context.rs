//! Wrong programs with timers and contexts: contexts nobody cancels, timers misused, sleeps that stand for an order.

use std::sync::Arc;

use goroutines::explore::Kind::{Deadlock, Leak, Panic, Race, StepLimit};
use goroutines::prelude::*;
use time::Duration;

use super::Wrong;

const SECOND: Duration = Duration::from_secs(1);

pub const WRONG: &[Wrong] = &[
    ("a worker whose context nobody cancels", &[Leak], || {
        let (ctx, cancel) = context::with_cancel(&context::background());
        go(move || {
            ctx.done().recv();
        });
        if false {
            cancel();
        }
    }),
    ("a send that does not look at the context", &[Leak], || {
        let (ctx, cancel) = context::with_timeout(&context::background(), SECOND);
        let ch = chan(0);
        let out = ch.clone();
        go(move || {
            time::sleep(2 * SECOND);
            out.send(1);
        });
        select! {
            recv(ch) => {},
            recv(ctx.done()) => {},
        }
        cancel();
    }),
    ("the wrong context is waited for", &[Leak], || {
        let background = context::background();
        let (_ctx, cancel) = context::with_cancel(&background);
        go(move || {
            background.done().recv();
        });
        cancel();
    }),
    ("cancelled before the last result is taken", &[Leak], || {
        let (ctx, cancel) = context::with_cancel(&context::background());
        let (ch, answers) = (chan(0), chan(0));
        let out = ch.clone();
        go(move || {
            for i in 0..2 {
                out.send(i);
            }
        });
        go(move || {
            loop {
                select! {
                    recv(ctx.done()) => return,
                    recv(ch) -> v => answers.send(v),
                }
            }
        });
        cancel();
    }),
    (
        "after_func and main close one channel",
        &[Panic, Race],
        || {
            let ch = chan::<()>(0);
            let c = ch.clone();
            let timer = time::after_func(SECOND, move || c.close());
            time::sleep(SECOND);
            timer.stop();
            ch.close();
        },
    ),
    ("stop is thought to wait for the function", &[Race], || {
        let n = Shared::new(0);
        let m = n.clone();
        let timer = time::after_func(SECOND, move || m.set(1));
        time::sleep(SECOND);
        timer.stop();
        n.set(2);
    }),
    (
        "a stopped timer's channel is received from",
        &[Deadlock],
        || {
            let timer = time::Timer::new(SECOND);
            timer.c.recv();
            if !timer.stop() {
                timer.c.recv();
            }
        },
    ),
    ("a loop over a stopped ticker", &[Leak], || {
        let ticker = Arc::new(time::Ticker::new(SECOND));
        let ticks = ticker.clone();
        go(move || for _ in &ticks.c {});
        time::sleep(3 * SECOND);
        ticker.stop();
    }),
    ("a timer of zero is thought to wait", &[Leak], || {
        let timeout = Duration::ZERO;
        let ch = chan(0);
        let out = ch.clone();
        go(move || out.send(1));
        select! {
            recv(ch) => {},
            recv(time::after(timeout)) => {},
        }
    }),
    ("a sleep that stands for an order", &[Race, Panic], || {
        let n = Shared::new(0);
        let m = n.clone();
        go(move || m.set(1));
        time::sleep(SECOND);
        assert_eq!(n.get(), 1);
    }),
    ("a sleep that stands for a wait", &[Panic], || {
        let n = Arc::new(sync::atomic::Int32::new(0));
        let m = n.clone();
        go(move || {
            time::sleep(SECOND / 2);
            m.store(1);
        });
        time::sleep(SECOND / 2);
        assert_eq!(n.load(), 1, "it is not done yet");
    }),
    ("waits for a flag that nobody sets", &[StepLimit], || {
        let stop = Arc::new(sync::atomic::Bool::new(false));
        while !stop.load() {
            runtime::gosched();
        }
    }),
    (
        "polls with a ticker after main has returned",
        &[StepLimit, Leak],
        || {
            go(|| {
                let ticker = time::Ticker::new(SECOND);
                for _ in &ticker.c {}
            });
        },
    ),
    ("two give way to each other for ever", &[StepLimit], || {
        // Each lets go of its lock when it does not get the other's, and tries again.
        let m = Arc::new((
            Mutex::new(()),
            Mutex::new(()),
            sync::atomic::Bool::new(false),
        ));
        let n = m.clone();
        go(move || {
            while !n.2.load() {
                let _a = n.0.lock();
                if n.1.try_lock().is_some() && n.2.load() {
                    return;
                }
            }
        });
        while !m.2.load() {
            let _b = m.1.lock();
            if m.0.try_lock().is_some() && m.2.load() {
                return;
            }
        }
    }),
    (
        "a tick while the queue is full and its sender has the lock",
        &[Deadlock],
        || {
            // The owner of the tokens cleans up under the lock, under which others send to it.
            let (m, ch, stop) = (Arc::new(Mutex::new(())), chan(1), chan::<()>(0));
            let (lock, new, end) = (m.clone(), ch.clone(), stop.clone());
            go(move || {
                let ticker = time::Ticker::new(SECOND);
                let mut tokens = 0;
                loop {
                    select! {
                        recv(new) => tokens += 1,
                        recv(ticker.c) => {
                            if tokens > 0 {
                                drop(lock.lock());
                            }
                            tokens = 0;
                        },
                        recv(end) => {
                            ticker.stop();
                            return;
                        },
                    }
                }
            });
            let wg = WaitGroup::new();
            for i in 0..3 {
                let (m, ch) = (m.clone(), ch.clone());
                wg.go(move || {
                    let _held = m.lock();
                    ch.send(i);
                });
            }
            wg.wait();
            stop.close();
        },
    ),
    (
        "the function of a timer that came too late leaves with the lock",
        &[Deadlock],
        || {
            let m = Arc::new((sync::raw::Mutex::new(), sync::atomic::Bool::new(false)));
            let n = m.clone();
            m.0.lock();
            let timer = time::after_func(SECOND, move || {
                n.0.lock();
                if n.1.load() {
                    return;
                }
                n.0.unlock();
            });
            if !timer.stop() {
                m.1.store(true);
            }
            m.0.unlock();
            time::sleep(2 * SECOND);
            m.0.lock();
            m.0.unlock();
        },
    ),
    (
        "stop answers false, and the tick is taken already",
        &[Leak],
        || {
            let (timer, reset, quit) = (time::Timer::new(SECOND), chan(1), chan::<()>(0));
            let (again, end) = (reset.clone(), quit.clone());
            go(move || {
                loop {
                    select! {
                        recv(timer.c) => {},
                        recv(again) => {
                            if !timer.stop() {
                                timer.c.recv();
                            }
                            timer.reset(SECOND);
                        },
                        recv(end) => {
                            timer.stop();
                            return;
                        },
                    }
                }
            });
            reset.send(());
            quit.close();
        },
    ),
];
