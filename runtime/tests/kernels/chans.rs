//! Wrong programs with channels and select: blocked senders and receivers, closes, nil channels, lost cancels.

use goroutines::explore::Kind::{Deadlock, Leak, Output, Panic, Race};
use goroutines::prelude::*;
use time::Duration;

use super::Wrong;

pub const WRONG: &[Wrong] = &[
    (
        "a sender nobody waits for after a time-out",
        &[Leak],
        || {
            let result = chan(0);
            let out = result.clone();
            go(move || {
                time::sleep(Duration::from_secs(2));
                out.send(42);
            });
            select! {
                recv(result) => {},
                recv(time::after(Duration::from_secs(1))) => {},
            }
        },
    ),
    ("the answer and the time-out at one time", &[Leak], || {
        let result = chan(0);
        let out = result.clone();
        go(move || {
            time::sleep(Duration::from_secs(1));
            out.send(42);
        });
        select! {
            recv(result) => {},
            recv(time::after(Duration::from_secs(1))) => {},
        }
    }),
    ("only the first answer is taken", &[Leak], || {
        let first = chan(0);
        for i in 0..3 {
            let first = first.clone();
            go(move || first.send(i));
        }
        first.recv();
    }),
    ("an error ends the receiver early", &[Leak], || {
        let results = chan(0);
        for i in 0..3 {
            let results = results.clone();
            go(move || results.send(if i == 1 { Err(i) } else { Ok(i) }));
        }
        for _ in 0..3 {
            if let Some(Err(_)) = results.recv() {
                return;
            }
        }
    }),
    (
        "range over a channel that nobody closes",
        &[Deadlock],
        || {
            let ch = chan(0);
            let out = ch.clone();
            go(move || (0..3).for_each(|i| out.send(i)));
            for _ in &ch {}
        },
    ),
    (
        "a worker ranges over jobs that nobody closes",
        &[Leak],
        || {
            let (jobs, done) = (chan(0), chan(0));
            let (todo, tell) = (jobs.clone(), done.clone());
            go(move || {
                for _ in &todo {
                    tell.send(());
                }
            });
            for i in 0..2 {
                jobs.send(i);
                done.recv();
            }
        },
    ),
    ("both send first", &[Deadlock], || {
        let (a, b) = (chan(0), chan(0));
        let (x, y) = (a.clone(), b.clone());
        go(move || {
            x.send(1);
            y.recv();
        });
        b.send(2);
        a.recv();
    }),
    ("both receive first", &[Deadlock], || {
        let (a, b) = (chan::<()>(0), chan::<()>(0));
        let (x, y) = (a.clone(), b.clone());
        go(move || {
            x.recv();
            y.send(());
        });
        b.recv();
        a.send(());
    }),
    (
        "one sends more than the other receives",
        &[Deadlock],
        || {
            let ch = chan(2);
            let wg = WaitGroup::new();
            let out = ch.clone();
            wg.go(move || (0..5).for_each(|i| out.send(i)));
            ch.recv();
            ch.recv();
            wg.wait();
        },
    ),
    ("a send to a nil channel", &[Leak], || {
        let ch = Chan::nil();
        go(move || ch.send(1));
    }),
    (
        "a nil channel that is to be made later",
        &[Deadlock],
        || {
            struct Server {
                requests: Chan<u32>,
            }
            let server = Server {
                requests: Chan::nil(),
            };
            server.requests.recv();
        },
    ),
    ("send on a closed channel", &[Panic], || {
        let ch = chan(1);
        let done = chan::<()>(0);
        let (out, tell) = (ch.clone(), done.clone());
        go(move || {
            select! {
                recv(tell) => {},
                send(out, 1) => {},
            }
        });
        ch.close();
        done.close();
    }),
    (
        "the receiver closes while one still sends",
        &[Panic, Race],
        || {
            let ch = chan(1);
            let out = ch.clone();
            go(move || {
                out.send(1);
                out.send(2);
            });
            ch.recv();
            ch.close();
        },
    ),
    (
        "two senders, and the first one done closes",
        &[Panic, Race],
        || {
            let ch = chan(2);
            for i in 0..2 {
                let ch = ch.clone();
                go(move || {
                    ch.send(i);
                    ch.close();
                });
            }
            while ch.recv().is_some() {}
        },
    ),
    (
        "closed twice by two who found it open",
        &[Panic, Race],
        || {
            let ch = chan::<()>(0);
            let closed = std::sync::Arc::new(sync::atomic::Bool::new(false));
            let wg = WaitGroup::new();
            for _ in 0..2 {
                let (ch, closed) = (ch.clone(), closed.clone());
                wg.go(move || {
                    if !closed.load() {
                        closed.store(true);
                        ch.close();
                    }
                });
            }
            wg.wait();
        },
    ),
    ("closed once per stop", &[Panic], || {
        let quit = chan::<()>(0);
        let stop = || quit.close();
        stop();
        stop();
    }),
    ("close of a nil channel", &[Panic], || {
        Chan::<()>::nil().close();
    }),
    (
        "quit is sent where it has to be closed",
        &[Leak, Deadlock],
        || {
            let quit = chan::<()>(0);
            for _ in 0..2 {
                let quit = quit.clone();
                go(move || {
                    quit.recv();
                });
            }
            quit.send(());
        },
    ),
    ("a select without the case that says stop", &[Leak], || {
        let (data, quit) = (chan(0), chan::<()>(0));
        let (out, stop) = (data.clone(), quit.clone());
        go(move || {
            for i in 0.. {
                select! {
                    recv(stop) => return,
                    default => {},
                }
                out.send(i);
            }
        });
        data.recv();
        quit.close();
    }),
    (
        "select takes the work though it was told to stop",
        &[Output, Panic],
        || {
            let (work, stop) = (chan(1), chan::<()>(0));
            stop.close();
            work.send(1);
            select! {
                recv(stop) => {},
                recv(work) => panic!("worked after the stop"),
            }
        },
    ),
    ("a pipeline whose last stage stops early", &[Leak], || {
        let (numbers, squares) = (chan(0), chan(0));
        let (to, from, out) = (numbers.clone(), numbers, squares.clone());
        go(move || {
            (0..4).for_each(|i| to.send(i));
            to.close();
        });
        go(move || {
            for n in &from {
                out.send(n * n);
            }
            out.close();
        });
        squares.recv();
    }),
    ("fan-in that forgets one of its inputs", &[Leak], || {
        let (a, b, all) = (chan(0), chan(0), chan(0));
        for c in [&a, &b] {
            let c = c.clone();
            go(move || c.send(1));
        }
        let (from, to) = (a.clone(), all.clone());
        go(move || {
            if let Some(v) = from.recv() {
                to.send(v);
            }
        });
        all.recv();
    }),
    (
        "a semaphore that is not given back on one way out",
        &[Deadlock],
        || {
            let tokens = chan(1);
            let wg = WaitGroup::new();
            for i in 0..2 {
                let tokens = tokens.clone();
                wg.go(move || {
                    tokens.send(());
                    if i == 0 {
                        return;
                    }
                    tokens.recv();
                });
            }
            wg.wait();
            tokens.send(());
        },
    ),
    (
        "a token is taken before the goroutine that gives it",
        &[Deadlock],
        || {
            let limit = chan(1);
            limit.send(());
            let give = limit.clone();
            limit.send(());
            go(move || {
                give.recv();
            });
        },
    ),
    ("an error channel with room for one of two", &[Leak], || {
        let errors = chan(1);
        for i in 0..3 {
            let errors = errors.clone();
            go(move || errors.send(i));
        }
        time::sleep(Duration::from_secs(1));
        errors.recv();
    }),
    ("len asked before the receive", &[Deadlock, Leak], || {
        let ch = chan(1);
        ch.send(1);
        let wg = WaitGroup::new();
        for _ in 0..2 {
            let ch = ch.clone();
            wg.go(move || {
                if ch.len() == 1 {
                    ch.recv();
                }
            });
        }
        wg.wait();
    }),
];
