//! Select: which case is taken, what is evaluated, and what is left behind.

use std::time::Duration;

use goroutines::prelude::*;
use goroutines::select::Select;

use crate::said::{recovered, say, settle, states};
use crate::table::{Case, any};

pub const CASES: &[Case] = &[
    any("select/one_ready_case", one_ready_case),
    any("select/default_only_if_nothing_is_ready", default_only),
    any("select/a_closed_channel_is_ready", closed_is_ready),
    any("select/send_to_closed_recovered", send_to_closed),
    any("select/what_is_evaluated_and_in_which_order", evaluated),
    any("select/left_from_within", left_from_within),
    any("select/the_same_channel_twice", same_channel_twice),
    any("select/fair_among_the_ready", fair),
    any("select/a_loser_leaves_no_trace", no_trace),
    any("select/a_time_limit", time_limit),
    any("select/cases_known_at_run_time", known_at_run_time),
    any("select/a_thousand_cases", a_thousand_cases),
    any("select/send_to_closed_ends_the_program", || {
        let (ch, never) = (chan(0), chan::<i32>(0));
        ch.close();
        select! {
            send(ch, 1) => {}
            recv(never) => {}
        }
    }),
    any("select/two_who_select_meet", two_meet),
];

fn one_ready_case() {
    let (a, b, c) = (chan(1), chan(1), chan(0));
    b.send(5);
    select! {
        recv(a) -> v => say!("a {v:?}"),
        recv(b) -> v => say!("b {} {}", v.unwrap_or_default(), v.is_some()),
        send(c, 1) => say!("c"),
    }
    select! {
        recv(b) -> v => say!("b {v:?}"),
        send(a, 7) => say!("sent {}", a.len()),
    }
}

fn default_only() {
    let ch = chan(1);
    for _ in 0..3 {
        select! {
            recv(ch) -> v => say!("received {}", v.unwrap()),
            default => {
                say!("nothing");
                ch.send(9);
            }
        }
    }
    select! {
        default => say!("alone"),
    }
}

fn closed_is_ready() {
    let (ch, never) = (chan(1), chan::<i32>(0));
    ch.send(1);
    ch.close();
    for _ in 0..3 {
        select! {
            recv(ch) -> v => say!("{} {}", v.unwrap_or_default(), v.is_some()),
            recv(never) => {}
        }
    }
}

fn send_to_closed() {
    let (ch, never) = (chan(0), chan::<i32>(0));
    ch.close();
    say!(
        "{}",
        recovered(|| select! {
            send(ch, 1) => {}
            recv(never) => {}
        })
    );
}

fn evaluated() {
    fn name(n: &str, ch: &Chan<i32>) -> Chan<i32> {
        say!("channel {n}");
        ch.clone()
    }
    fn value(v: i32) -> i32 {
        say!("value {v}");
        v
    }
    let (none, ready) = (Chan::nil(), chan(1));
    select! {
        recv(name("a", &none)) => {}
        send(name("b", &none), value(1)) => {}
        send(name("c", &ready), value(2)) => say!("sent {}", ready.recv().unwrap()),
        recv(name("d", &none)) => {}
    }
}

fn left_from_within() {
    let ch = chan(10);
    for i in 0..10 {
        ch.send(i);
    }
    ch.close();
    let mut sum = 0;
    let mut f = || {
        loop {
            select! {
                recv(ch) -> v => {
                    match v {
                        None => break,
                        Some(3) => continue,
                        Some(8) => return ("at eight", sum),
                        Some(v) => sum += v,
                    }
                }
            }
        }
        ("to the end", sum)
    };
    for _ in 0..2 {
        let (how, sum) = f();
        say!("{how} {sum}");
    }
}

fn same_channel_twice() {
    let ch = chan(1);
    let (mut sent, mut received) = (0, 0);
    for _ in 0..100 {
        select! {
            send(ch, 1) => sent += 1,
            recv(ch) => received += 1,
            recv(ch) => received += 1,
        }
    }
    say!("{sent} {received}");
}

fn fair() {
    let (a, b, c) = (chan::<i32>(0), chan::<i32>(0), chan::<i32>(0));
    for ch in [&a, &b, &c] {
        ch.close();
    }
    let mut n = [0; 3];
    for _ in 0..3000 {
        select! {
            recv(a) => n[0] += 1,
            recv(b) => n[1] += 1,
            recv(c) => n[2] += 1,
        }
    }
    for n in n {
        say!("{}", n > 800 && n < 1200);
    }
}

fn no_trace() {
    let (a, b, done) = (chan(0), chan(0), chan(0));
    let (x, y, tell) = (a.clone(), b.clone(), done.clone());
    go!({
        select! {
            recv(x) -> v => tell.send(v.unwrap()),
            send(y, 5) => tell.send(-1),
        }
    });
    while states("select") == 0 {
        settle();
    }
    a.send(1);
    say!("{}", done.recv().unwrap());
    select! {
        recv(b) -> v => say!("a trace {v:?}"),
        send(a, 2) => say!("a trace"),
        default => say!("none"),
    }
}

fn time_limit() {
    let never = chan::<i32>(0);
    select! {
        recv(never) => say!("never"),
        recv(time::after(Duration::from_millis(5))) => say!("too late"),
    }
    let soon = chan(1);
    let tell = soon.clone();
    go!({ tell.send(1) });
    select! {
        recv(soon) -> v => say!("in time {}", v.unwrap()),
        recv(time::after(Duration::from_secs(3600))) => say!("never"),
    }
}

fn a_thousand_cases() {
    let chans: Vec<Chan<usize>> = (0..1000).map(|_| chan(0)).collect();
    let done = chan(0);
    let (all, tell) = (chans.clone(), done.clone());
    go!({
        let mut sum = 0;
        for _ in 0..50 {
            let mut select = Select::new();
            for ch in &all {
                select.recv(ch);
            }
            let chosen = select.wait();
            sum += chosen.index() * chosen.recv::<usize>().unwrap_or_default();
        }
        tell.send(sum);
    });
    for i in 0..49 {
        chans[i * 20].send(i);
    }
    chans[999].close();
    say!("{}", done.recv().unwrap());
    // Nobody waits in any of the others.
    let left = chans[..999].iter().filter(|ch| ch.try_send(1).is_ok());
    say!("{}", left.count());
}

fn known_at_run_time() {
    fn all(chans: &[Chan<i32>]) -> Select<'_> {
        let mut all = Select::new();
        for ch in chans {
            all.recv(ch);
        }
        all
    }
    let mut chans: Vec<Chan<i32>> = (0..20).map(|_| chan(1)).collect();
    for i in [13, 0, 19] {
        chans[i as usize].send(i * i);
        let chosen = all(&chans).wait();
        let n = chosen.index();
        let v = chosen.recv::<i32>();
        say!("{n} {} {}", v.unwrap_or_default(), v.is_some());
    }
    chans[7].close();
    let chosen = all(&chans).wait();
    let n = chosen.index();
    say!("{n} {}", chosen.recv::<i32>().is_some());
    chans[7] = Chan::nil();
    let mut with_default = all(&chans);
    with_default.default();
    say!("{}", with_default.wait().index());
    let mut two = Select::new();
    two.recv(&chans[4]);
    two.send(&chans[3], 33);
    let n = two.wait().index();
    say!("{n} {}", chans[3].recv().unwrap());
}

fn two_meet() {
    let (ch, never, done) = (chan::<String>(0), chan::<String>(0), chan(0));
    let (out, other, tell) = (ch.clone(), chan::<String>(0), done.clone());
    go!({
        for i in 0..3 {
            select! {
                send(out, format!("message {i}")) => {}
                recv(other) => {}
            }
        }
        tell.send(true);
    });
    for _ in 0..3 {
        select! {
            recv(ch) -> v => say!("{}", v.unwrap()),
            send(never, String::new()) => {}
        }
    }
    done.recv();
}
