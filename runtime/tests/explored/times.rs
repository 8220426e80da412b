//! Timers and contexts: of a stop and a firing one wins, nothing stale is received, a cancellation reaches all below once.

use std::sync::Arc;

use goroutines::prelude::*;
use goroutines::sync::atomic;
use time::Duration;

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
