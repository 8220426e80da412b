//! Package time: timers and tickers as they are since Go 1.23, extreme durations, and when a timer is no hope.

use std::sync::Arc;
use std::time::{Duration, Instant};

use goroutines::prelude::*;
use goroutines::time::{Ticker, Timer};

use crate::said::{recovered, say, settle, states};
use crate::table::{Case, any};

pub const CASES: &[Case] = &[
    any("time/timer_stopped_in_time", || {
        let t = Timer::new(HOUR);
        say!("{} {} {}", t.c.len(), t.c.cap(), ready(&t.c));
        say!("{} {} {}", t.stop(), t.stop(), ready(&t.c));
        say!("{} {} {}", t.reset(HOUR), t.reset(HOUR), t.stop());
    }),
    any("time/timer_that_nobody_looked_at", || {
        let t = Timer::new(ms(1));
        time::sleep(ms(5));
        say!("{} {} {} {}", t.c.len(), ready(&t.c), ready(&t.c), t.stop());
        t.reset(ms(1));
        time::sleep(ms(5));
        say!("{} {}", t.stop(), ready(&t.c));
        t.reset(ms(1));
        time::sleep(ms(5));
        say!("{} {} {}", t.reset(HOUR), ready(&t.c), t.stop());
    }),
    any("time/timer_waited_for_and_stopped", waited_and_stopped),
    any("time/timer_with_nothing_to_wait_for", || {
        for d in [Duration::ZERO, Duration::from_nanos(1)] {
            let t = Timer::new(d);
            t.c.recv();
            say!("{} {}", t.stop(), ready(&t.c));
        }
        time::sleep(Duration::ZERO);
        time::after(Duration::ZERO).recv();
        say!("at once");
    }),
    any("time/extreme_durations", || {
        let t = Timer::new(Duration::MAX);
        say!("{} {} {}", ready(&t.c), t.reset(Duration::MAX), t.stop());
        let f = time::after_func(Duration::MAX, || say!("never"));
        say!("{} {}", f.stop(), f.stop());
        let ticker = Ticker::new(Duration::MAX);
        say!("{}", ready(&ticker.c));
        ticker.stop();
    }),
    any("time/function_stopped_and_reset", || {
        let ran = chan(10);
        let tell = ran.clone();
        let f = time::after_func(HOUR, move || tell.send(1));
        say!("{} {} {}", f.stop(), f.stop(), f.reset(ms(1)));
        ran.recv();
        say!("{} {}", f.stop(), f.reset(ms(1)));
        ran.recv();
        say!("{} {} {}", f.reset(HOUR), f.stop(), ran.len());
        say!("{}", f.c.is_nil());
    }),
    any("time/ticker", || {
        let t = Ticker::new(ms(3));
        for _ in 0..3 {
            t.c.recv();
        }
        say!("{} {}", t.c.len(), t.c.cap());
        t.stop();
        time::sleep(ms(8));
        say!("{}", ready(&t.c));
        t.reset(ms(2));
        t.c.recv();
        t.reset(HOUR);
        say!("{}", ready(&t.c));
    }),
    any("time/ticker_read_too_late", || {
        let t = Ticker::new(ms(2));
        time::sleep(ms(15));
        let mut n = 0;
        while ready(&t.c) {
            n += 1;
        }
        t.stop();
        say!("{n}");
    }),
    any("time/ticker_reset_to_nothing_ends_the_program", || {
        Ticker::new(HOUR).reset(Duration::ZERO);
    }),
    any("time/function_that_sets_itself_again", || {
        let (ran, timer) = (chan(0), chan::<Arc<Timer>>(1));
        let (tell, own) = (ran.clone(), timer.clone());
        let t = Arc::new(time::after_func(HOUR, move || {
            let t = own.recv().unwrap();
            say!("{}", t.reset(HOUR));
            tell.send(t.stop());
        }));
        for _ in 0..2 {
            timer.send(t.clone());
            say!("{}", t.reset(ms(1)));
            say!("{}", ran.recv().unwrap());
        }
    }),
    any("time/ticker_without_interval", || {
        say!(
            "{}",
            recovered(|| {
                Ticker::new(Duration::ZERO);
            })
        );
        let t = Ticker::new(HOUR);
        say!("{}", recovered(|| t.reset(Duration::ZERO)));
        say!("{}", time::tick(Duration::ZERO).is_nil());
    }),
    any("time/ticker_without_interval_ends_the_program", || {
        Ticker::new(Duration::ZERO);
    }),
    any("time/a_stopped_timer_is_a_deadlock", || {
        let t = Timer::new(HOUR);
        t.stop();
        t.c.recv();
    }),
    any("time/a_stopped_ticker_is_a_deadlock", || {
        let t = Ticker::new(ms(1));
        t.c.recv();
        t.stop();
        t.c.recv();
    }),
    any("time/a_timer_received_twice_is_a_deadlock", || {
        let t = time::after(ms(1));
        t.recv();
        t.recv();
    }),
    any("time/sleepers_are_no_deadlock", || {
        let ch = chan(0);
        let tell = ch.clone();
        go!({
            time::sleep(ms(10));
            tell.send(1);
        });
        say!("{}", ch.recv().unwrap());
    }),
    any("time/functions_in_the_order_of_their_times", || {
        let done = chan(0);
        let mut kept = Vec::new();
        for n in [150, 50, 100] {
            let done = done.clone();
            kept.push(time::after_func(ms(n), move || done.send(n)));
        }
        let next = || done.recv().unwrap();
        say!("{} {} {}", next(), next(), next());
    })
    .if_nothing_pauses(),
    any("time/functions_are_goroutines_of_their_own", || {
        let (block, done) = (chan::<i32>(0), chan(0));
        let (waits, tell) = (block.clone(), done.clone());
        let _a = time::after_func(ms(1), move || {
            waits.recv();
        });
        let _b = time::after_func(ms(2), move || tell.send(true));
        say!("{}", done.recv().unwrap());
        say!("{}", runtime::num_goroutine() >= 2);
        block.close();
    }),
    any("time/several_who_wait_for_one_timer", several_wait),
    any("time/at_least_so_long", || {
        for d in [ms(1), ms(3), ms(7)] {
            let start = Instant::now();
            time::sleep(d);
            let slept = start.elapsed();
            let start = Instant::now();
            time::after(d).recv();
            say!("{} {}", slept >= d, start.elapsed() >= d);
        }
    }),
];

const HOUR: Duration = Duration::from_secs(3600);

fn ms(n: u64) -> Duration {
    Duration::from_millis(n)
}

fn ready<T>(ch: &RecvChan<T>) -> bool {
    ch.try_recv().is_ok()
}

fn waited_and_stopped() {
    let (t, got) = (Arc::new(Timer::new(HOUR)), chan(0));
    let (timer, tell) = (t.clone(), got.clone());
    go!({
        select! {
            recv(timer.c) => tell.send(true),
            recv(time::after(ms(10))) => tell.send(false),
        }
    });
    while states("select") == 0 {
        settle();
    }
    say!("{} {}", t.stop(), got.recv().unwrap());
    t.reset(ms(1));
    t.c.recv();
    say!("fired");
}

fn several_wait() {
    let (t, got) = (Timer::new(ms(5)), chan(0));
    for _ in 0..3 {
        let (c, got) = (t.c.clone(), got.clone());
        go!({
            c.recv();
            got.send(true);
        });
    }
    got.recv();
    time::sleep(ms(5));
    say!("{}", got.try_recv().is_ok());
    t.reset(ms(1));
    got.recv();
    t.reset(ms(1));
    got.recv();
    say!("each once");
}
