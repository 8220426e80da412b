//! Right programs with channels, select, timers and contexts.

use std::sync::Arc;

use goroutines::prelude::*;
use sync::atomic;
use time::Duration;

use super::Right;

const SECOND: Duration = Duration::from_secs(1);

/// `1..=n`, closed by who sends.
fn numbers(n: u32) -> RecvChan<u32> {
    let ch = chan(0);
    let out = ch.clone();
    go(move || {
        (1..=n).for_each(|i| out.send(i));
        out.close();
    });
    ch.receiver()
}

pub const RIGHT: &[Right] = &[
    ("ping and pong", || {
        let (ping, pong) = (chan(0), chan(0));
        let (a, b) = (ping.clone(), pong.clone());
        go(move || {
            for v in &a {
                b.send(v + 1);
            }
            b.close();
        });
        for i in 0..3 {
            ping.send(i);
            assert_eq!(pong.recv(), Some(i + 1));
        }
        ping.close();
        assert_eq!(pong.recv(), None);
    }),
    ("a generator that is drained", || {
        assert_eq!(numbers(3).iter().sum::<u32>(), 6);
    }),
    ("a generator that is stopped", || {
        let (ch, quit) = (chan(0), chan::<()>(0));
        let (out, stop) = (ch.clone(), quit.clone());
        go(move || {
            for i in 0.. {
                select! {
                    send(out, i) => {},
                    recv(stop) => return,
                }
            }
        });
        assert_eq!(ch.recv(), Some(0));
        quit.close();
    }),
    ("a variable handed over and back", || {
        let (n, there, back) = (Shared::new(0), chan(0), chan(0));
        let (m, a, b) = (n.clone(), there.clone(), back.clone());
        go(move || {
            a.recv();
            m.update(|v| v + 1);
            b.send(());
        });
        n.set(1);
        there.send(());
        back.recv();
        assert_eq!(n.get(), 2);
    }),
    ("a result in a buffer that nobody need take", || {
        let ch = chan(1);
        let out = ch.clone();
        go(move || out.send(1));
        select! {
            recv(ch) => {},
            recv(time::after(SECOND)) => {},
        }
    }),
    ("fan-out and fan-in", || {
        let jobs = numbers(4);
        let results = chan(0);
        let wg = WaitGroup::new();
        for _ in 0..2 {
            let (jobs, results) = (jobs.clone(), results.clone());
            wg.go(move || {
                for n in &jobs {
                    results.send(n * n);
                }
            });
        }
        let all = results.clone();
        go(move || {
            wg.wait();
            all.close();
        });
        assert_eq!(results.into_iter().sum::<u32>(), 30);
    }),
    ("a pipeline of three stages", || {
        let (odd, sum) = (chan(0), chan(1));
        let (o, s, from) = (odd.clone(), sum.clone(), numbers(4));
        go(move || {
            for n in &from {
                if n % 2 == 1 {
                    o.send(n);
                }
            }
            o.close();
        });
        go(move || s.send(odd.into_iter().sum::<u32>()));
        assert_eq!(sum.recv(), Some(4));
    }),
    ("a pipeline that is cancelled", || {
        let (ctx, cancel) = context::with_cancel(&context::background());
        let out = chan(0);
        let (ch, done) = (out.clone(), ctx.done());
        go(move || {
            for i in 0..10 {
                select! {
                    send(ch, i) => {},
                    recv(done) => return,
                }
            }
        });
        out.recv();
        cancel();
    }),
    ("tokens limit how many are inside", || {
        let (tokens, inside) = (chan(2), Arc::new(atomic::Int32::new(0)));
        let wg = WaitGroup::new();
        for _ in 0..3 {
            let (tokens, inside) = (tokens.clone(), inside.clone());
            wg.go(move || {
                tokens.send(());
                assert!(inside.add(1) <= 2);
                inside.add(-1);
                tokens.recv();
            });
        }
        wg.wait();
    }),
    ("a channel with one place is a lock", || {
        let (n, token) = (Shared::new(0), chan(1));
        let wg = WaitGroup::new();
        for _ in 0..3 {
            let (n, token) = (n.clone(), token.clone());
            wg.go(move || {
                token.send(());
                n.update(|v| v + 1);
                token.recv();
            });
        }
        wg.wait();
        assert_eq!(n.get(), 3);
    }),
    ("an owner serves requests", || {
        let requests = chan::<Chan<i32>>(0);
        let served = requests.clone();
        go(move || {
            let mut n = 0;
            for answer in &served {
                n += 1;
                answer.send(n);
            }
        });
        for i in 1..=3 {
            let answer = chan(0);
            requests.send(answer.clone());
            assert_eq!(answer.recv(), Some(i));
        }
        requests.close();
    }),
    ("a close tells all at once", || {
        let (start, n) = (chan::<()>(0), Shared::new(0));
        let wg = WaitGroup::new();
        for _ in 0..3 {
            let (start, n) = (start.clone(), n.clone());
            wg.go(move || {
                start.recv();
                assert_eq!(n.get(), 7);
            });
        }
        n.set(7);
        start.close();
        wg.wait();
    }),
    ("closed once by a Once", || {
        let (ch, once) = (chan::<()>(0), Arc::new(Once::new()));
        let wg = WaitGroup::new();
        for _ in 0..2 {
            let (ch, once) = (ch.clone(), once.clone());
            wg.go(move || once.call(|| ch.close()));
        }
        wg.wait();
        assert_eq!(ch.recv(), None);
    }),
    ("merges two until both are closed", || {
        let (mut a, mut b) = (numbers(2), numbers(3));
        let mut sum = 0;
        while !(a.is_nil() && b.is_nil()) {
            select! {
                recv(a) -> v => match v {
                    Some(v) => sum += v,
                    None => a = Chan::nil().receiver(),
                },
                recv(b) -> v => match v {
                    Some(v) => sum += v,
                    None => b = Chan::nil().receiver(),
                },
            }
        }
        assert_eq!(sum, 9);
    }),
    ("takes the stop first where both are ready", || {
        let (work, stop) = (chan(1), chan::<()>(0));
        work.send(1);
        stop.close();
        select! {
            recv(stop) => return,
            default => {},
        }
        panic!("it was told to stop");
    }),
    ("tries to send, and drops what does not fit", || {
        let ch = chan(1);
        let dropped = (0..3).filter(|&i| ch.try_send(i).is_err()).count();
        assert_eq!((dropped, ch.len()), (2, 1));
    }),
    ("values through three goroutines in order", || {
        let first = chan(0);
        let mut left = first.clone();
        for _ in 0..3 {
            let right = chan(0);
            let (l, r) = (left.clone(), right.clone());
            go(move || {
                for v in &l {
                    r.send(v + 1);
                }
                r.close();
            });
            left = right;
        }
        go(move || {
            first.send(1);
            first.send(2);
            first.close();
        });
        assert_eq!(left.into_iter().collect::<Vec<_>>(), [4, 5]);
    }),
    ("publishes to two subscribers", || {
        let subscribers: Vec<Chan<i32>> = (0..2).map(|_| chan(1)).collect();
        let wg = WaitGroup::new();
        for s in &subscribers {
            let s = s.clone();
            wg.go(move || assert_eq!(s.into_iter().sum::<i32>(), 3));
        }
        for v in 1..=2 {
            subscribers.iter().for_each(|s| s.send(v));
        }
        subscribers.iter().for_each(Chan::close);
        wg.wait();
    }),
    ("a deadline ends the wait", || {
        let (ctx, cancel) = context::with_timeout(&context::background(), SECOND);
        ctx.done().recv();
        assert_eq!(ctx.err(), Some(context::Error::DeadlineExceeded));
        cancel();
    }),
    ("a child context ends with its parent", || {
        let (parent, cancel) = context::with_cancel(&context::background());
        let (child, stop) = context::with_cancel(&parent);
        let (n, done) = (Shared::new(0), chan(0));
        let (m, tell) = (n.clone(), done.clone());
        go(move || {
            child.done().recv();
            assert_eq!(m.get(), 1);
            tell.send(());
        });
        n.set(1);
        cancel();
        done.recv();
        stop();
    }),
    ("a function after the context", || {
        let (ctx, cancel) = context::with_cancel(&context::background());
        let (n, done) = (Shared::new(0), chan(0));
        let (m, tell) = (n.clone(), done.clone());
        let _stop = context::after_func(&ctx, move || {
            assert_eq!(m.get(), 1);
            tell.send(());
        });
        n.set(1);
        cancel();
        done.recv();
    }),
    ("a timer's function sees what was before", || {
        let (n, done) = (Shared::new(0), chan(0));
        n.set(1);
        let (m, tell) = (n.clone(), done.clone());
        time::after_func(SECOND, move || {
            assert_eq!(m.get(), 1);
            tell.send(());
        });
        done.recv();
    }),
    ("a timer stopped in time", || {
        let timer = time::Timer::new(2 * SECOND);
        time::sleep(SECOND);
        assert!(timer.stop());
    }),
    ("ticks are counted, and the ticker is stopped", || {
        let ticker = time::Ticker::new(SECOND);
        for _ in 0..3 {
            ticker.c.recv();
        }
        ticker.stop();
    }),
    ("a time-out that is not reached", || {
        let ch = chan(1);
        ch.send(1);
        let timeout = time::after(SECOND);
        let got = select! {
            recv(ch) -> v => v,
            recv(timeout) => Some(1),
        };
        assert_eq!(got, Some(1));
    }),
    ("tries again with longer pauses", || {
        let n = Arc::new(atomic::Int32::new(0));
        let m = n.clone();
        go(move || m.store(1));
        let mut pause = SECOND;
        while n.load() == 0 {
            time::sleep(pause);
            pause *= 2;
        }
    }),
    ("a worker told by its context, waited for", || {
        let (ctx, cancel) = context::with_cancel(&context::background());
        let (wg, jobs) = (WaitGroup::new(), chan(0));
        let (c, work) = (ctx.clone(), jobs.clone());
        wg.go(move || {
            loop {
                select! {
                    recv(work) => {},
                    recv(c.done()) => return,
                }
            }
        });
        jobs.send(1);
        jobs.send(2);
        cancel();
        wg.wait();
        assert_eq!(ctx.err(), Some(context::Error::Canceled));
    }),
];
