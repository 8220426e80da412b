//! Timers and contexts: of a stop and a firing one wins, nothing stale is received, a cancellation reaches all below once.

use std::sync::Arc;

use goroutines::prelude::*;
use goroutines::sync::atomic;
use time::Duration;

use goroutines::explore::{Kind, Options, check, replay};

use crate::{always, happens, holds};

fn ms(n: u64) -> Duration {
    Duration::from_millis(n)
}

// ---- timers ---------------------------------------------------------------------------------------------------------

#[test]
fn of_a_stop_and_a_tick_one_comes() {
    holds("one waits, one stops", || {
        let t = Arc::new(time::Timer::new(ms(1)));
        let (other, stopped) = (t.clone(), chan(1));
        let tell = stopped.clone();
        go!({
            time::sleep(ms(1));
            tell.send(other.stop());
        });
        let ticked = select! {
            recv(t.c) => true,
            recv(time::after(ms(5))) => false,
        };
        assert_eq!(stopped.recv(), Some(!ticked));
        assert!(t.c.try_recv().is_err());
    });
    happens("the stop wins", || {
        let t = Arc::new(time::Timer::new(ms(1)));
        let other = t.clone();
        go!({
            time::sleep(ms(1));
            assert!(!other.stop());
        });
        time::sleep(ms(2));
    });
}

#[test]
fn of_timers_of_one_moment_the_first_case_fires_wherever_they_lie() {
    // One of the two orders is not that of the addresses.
    for backwards in [false, true] {
        let program = move || {
            let mut timers: Vec<_> = (0..8).map(|_| time::Timer::new(ms(1))).collect();
            if backwards {
                timers.reverse();
            }
            let mut select = goroutines::select::Select::new();
            for t in &timers {
                select.recv(&t.c);
            }
            assert_eq!(select.wait().index(), 0);
        };
        let usual = "G1".parse().expect("a schedule");
        replay(&usual, program).assert_passed();
    }
}

#[test]
fn a_function_that_is_due_comes_before_the_next_step() {
    // Its goroutine forgets to unlock. However many rounds there are, and whoever moves the clock, it is that.
    for rounds in [2, 6, 12] {
        let program = move || {
            let lock = Arc::new(sync::raw::Mutex::new());
            for _ in 0..rounds {
                let late = Arc::new(atomic::Bool::new(false));
                lock.lock();
                let (l, is_late) = (lock.clone(), late.clone());
                let t = time::after_func(ms(1), move || {
                    l.lock();
                    if !is_late.load() {
                        l.unlock();
                    }
                });
                lock.unlock();
                lock.lock();
                if !t.stop() {
                    late.store(true);
                }
                lock.unlock();
            }
        };
        let r = check(&Options::new().schedules(3_000), program);
        let f = r.failure.expect("it is found");
        assert_eq!(f.kind, Kind::Deadlock, "{rounds} rounds: {f}");
        assert_eq!(replay(&f.schedule, program).failure, Some(f));
    }
}

#[test]
fn who_works_until_a_moment_comes_to_an_end() {
    passes_some("two count until main has slept", || {
        let (stop, n) = (chan::<()>(0), Arc::new(atomic::Int64::new(0)));
        let wg = WaitGroup::new();
        for _ in 0..2 {
            let (stop, n) = (stop.clone(), n.clone());
            wg.go(move || {
                loop {
                    select! {
                        recv(stop) => return,
                        default => { n.add(1); }
                    }
                }
            });
        }
        time::sleep(ms(1));
        stop.close();
        wg.wait();
    });
    passes_some("locked work until a deadline", || {
        let (ctx, cancel) = context::with_timeout(&context::background(), ms(5));
        defer! { cancel() }
        let n = Arc::new(Mutex::new(0));
        let wg = WaitGroup::new();
        for _ in 0..2 {
            let (ctx, n) = (ctx.clone(), n.clone());
            wg.go(move || {
                while ctx.err().is_none() {
                    *n.lock() += 1;
                }
            });
        }
        wg.wait();
    });
    passes_some("question and answer until a timer", || {
        let (ask, tell) = (chan::<u32>(0), chan::<u32>(0));
        let (asked, answers) = (ask.clone(), tell.clone());
        go!({
            for v in &asked {
                answers.send(v + 1);
            }
        });
        let over = time::after(ms(1));
        let mut n = 0;
        while over.try_recv().is_err() {
            ask.send(n);
            n = tell.recv().unwrap();
        }
        ask.close();
    });
    passes_some("what is sent until a timer wins", || {
        let (values, over) = (chan::<u32>(4), time::after(ms(1)));
        let to = values.clone();
        go!({
            let mut i = 0;
            loop {
                select! {
                    recv(over) => break to.close(),
                    send(to, i) => i += 1,
                }
            }
        });
        for _ in &values {}
    });
    passes_some("the clock is read and something is done", || {
        let (start, n) = (time::now(), Shared::new(0));
        while time::since(start) < ms(50) {
            n.update(|v| v + 1);
        }
    });
    passes_some("ticks are counted beside work", || {
        let (t, n) = (time::Ticker::new(ms(10)), Shared::new(0));
        let mut ticks = 0;
        while ticks < 3 {
            select! {
                recv(t.c) => ticks += 1,
                default => n.update(|v| v + 1),
            }
        }
        t.stop();
    });
    passes_some("goroutines are made until a flag is set", || {
        let stop = Arc::new(atomic::Bool::new(false));
        let s = stop.clone();
        let _timer = time::after_func(ms(10), move || s.store(true));
        while !stop.load() {
            let wg = WaitGroup::new();
            for _ in 0..3 {
                wg.go(|| ());
            }
            wg.wait();
        }
    });
}

/// Few schedules, since they are long; what they come to is the same when they are followed again.
fn passes_some(what: &str, program: fn()) {
    let r = check(&Options::new().schedules(60), program);
    assert!(r.failure.is_none(), "{what}: {r}");
    let wrong = move || {
        program();
        panic!("at the end");
    };
    let r = check(&Options::new().schedules(12), wrong);
    let f = r.failure.expect("it always panics");
    assert_eq!(f.message, "at the end", "{what}");
    assert_eq!(replay(&f.schedule, wrong).failure, Some(f), "{what}");
}

#[test]
fn a_clock_that_nobody_waits_for_stands() {
    // Much is done, the clock was read once, and what is set is for later than anybody lives.
    passes_some("nothing is timed", || {
        let _late = time::Timer::new(Duration::from_secs(1 << 40));
        let start = time::now();
        let n = Shared::new(0);
        for _ in 0..6_000 {
            n.update(|v| v + 1);
        }
        assert_eq!(time::since(start), Duration::ZERO);
    });
}

#[test]
fn a_reset_leaves_nothing_of_the_former_setting() {
    holds("one resets, one receives", || {
        let t = time::Timer::new(ms(1));
        time::sleep(ms(1));
        let again = time::now() + ms(3);
        t.reset(ms(3));
        let at = t.c.recv().unwrap();
        assert!(at >= again, "a tick of the former setting");
        assert!(t.c.try_recv().is_err());
    });
    holds("two reset it at once", || {
        let t = Arc::new(time::Timer::new(ms(1)));
        let pending = Arc::new(atomic::Int32::new(0));
        let wg = WaitGroup::new();
        for d in [2, 3] {
            let (t, pending) = (t.clone(), pending.clone());
            wg.go(move || {
                pending.add(i32::from(t.reset(ms(d))));
            });
        }
        wg.wait();
        assert_eq!(pending.load(), 2);
        assert!(t.c.recv().is_some());
        assert!(!t.stop());
    });
    holds("a ticker", || {
        let t = time::Ticker::new(ms(1));
        time::sleep(ms(5));
        let again = time::now() + ms(7);
        t.reset(ms(7));
        assert!(t.c.recv().unwrap() >= again);
        t.stop();
        assert!(t.c.try_recv().is_err());
    });
}

#[test]
fn a_function_runs_once_for_each_setting() {
    holds("stops and resets that race with it", || {
        let ran = chan(3);
        let tell = ran.clone();
        let t = Arc::new(time::after_func(ms(1), move || tell.send(())));
        let taken_back = Arc::new(atomic::Int32::new(0));
        let wg = WaitGroup::new();
        for i in 0..2 {
            let (t, taken_back) = (t.clone(), taken_back.clone());
            wg.go(move || {
                time::sleep(ms(1));
                let pending = if i == 0 { t.stop() } else { t.reset(ms(1)) };
                taken_back.add(i32::from(pending));
            });
        }
        wg.wait();
        // It was set twice, and each setting runs or was taken back by one of the two.
        for _ in taken_back.load()..2 {
            ran.recv();
        }
        time::sleep(ms(10));
        assert_eq!(ran.len(), 0);
    });
}

// ---- contexts -------------------------------------------------------------------------------------------------------

#[test]
fn a_cancellation_reaches_all_below_it_once() {
    always("two cancel a tree of three", || {
        let (top, cancel) = context::with_cancel(&context::background());
        let (middle, stop) = context::with_cancel(&top);
        let (low, _c) = context::with_cancel(&middle);
        let wg = WaitGroup::new();
        wg.go(move || {
            stop();
            assert!(middle.err().is_some());
        });
        cancel();
        assert!(top.err().is_some() && low.err().is_some());
        wg.wait();
    });
    holds("functions run once, whoever cancels", || {
        let (top, cancel) = context::with_cancel(&context::background());
        let (low, stop) = context::with_cancel(&top);
        let (ran, taken) = (chan(2), chan(1));
        let (tell, was_taken) = (ran.clone(), taken.clone());
        let take_back = context::after_func(&low, move || tell.send(()));
        go(cancel);
        go(stop);
        go!(was_taken.send(take_back()));
        if taken.recv() == Some(false) {
            ran.recv();
        }
        time::sleep(ms(1));
        assert_eq!(ran.len(), 0);
    });
}

#[test]
fn a_deadline_and_a_cancellation_agree_on_one_reason() {
    holds("both at one time", || {
        let (ctx, cancel) = context::with_timeout(&context::background(), ms(1));
        let (low, _c) = context::with_cancel(&ctx);
        go!({
            time::sleep(ms(1));
            cancel();
        });
        low.done().recv();
        assert_eq!(low.err(), ctx.err());
        let cause = context::cause(&low).unwrap().to_string();
        assert_eq!(cause, ctx.err().unwrap().to_string());
        time::sleep(ms(5));
        assert_eq!(low.err(), ctx.err());
    });
    happens("the cancellation comes first", || {
        let (ctx, cancel) = context::with_timeout(&context::background(), ms(1));
        go!({
            time::sleep(ms(1));
            cancel();
        });
        ctx.done().recv();
        assert_eq!(ctx.err(), Some(context::Error::DeadlineExceeded));
    });
}

#[test]
fn a_child_that_comes_and_goes_while_its_parent_is_cancelled() {
    always("made and cancelled beside a cancellation", || {
        let (top, cancel) = context::with_cancel(&context::background());
        let wg = WaitGroup::new();
        wg.go(cancel);
        let (low, stop) = context::with_cancel(&top);
        stop();
        assert!(low.err().is_some());
        wg.wait();
        assert!(top.err().is_some());
    });
}
