//! Channels: lengths, ends, misuse, and values that arrive once and in order.

use std::sync::Arc;

use goroutines::prelude::*;

use crate::said::{recovered, say, settle, states};
use crate::table::{Case, any};

pub const CASES: &[Case] = &[
    any("chan/length_and_capacity", length_and_capacity),
    any("chan/closed_with_values_left", closed_with_values_left),
    any("chan/misuse_recovered", misuse_recovered),
    any("chan/nil_is_never_ready", nil_is_never_ready),
    any("chan/a_blocked_sender_meets_close", sender_meets_close),
    any("chan/sent_and_received_without_waiting", without_waiting),
    any("chan/identity", identity),
    any("chan/channels_of_channels", channels_of_channels),
    any("chan/every_value_once", every_value_once),
    any("chan/first_in_first_out", first_in_first_out),
    any("chan/values_without_a_size", values_without_a_size),
    any("chan/sieve_of_primes", sieve),
    any("chan/send_on_closed_ends_the_program", || {
        let ch = chan(0);
        ch.close();
        ch.send(1);
    }),
    any("chan/close_of_closed_ends_the_program", || {
        let ch = chan::<i32>(0);
        ch.close();
        ch.close();
    }),
    any("chan/close_of_nil_ends_the_program", || {
        Chan::<i32>::nil().close();
    }),
    any(
        "chan/a_sender_that_close_ends_is_a_panic_elsewhere",
        panic_elsewhere,
    ),
];

fn length_and_capacity() {
    let ch = chan(3);
    say!("{} {}", ch.len(), ch.cap());
    ch.send(1);
    ch.send(2);
    say!("{} {}", ch.len(), ch.cap());
    ch.recv();
    say!("{} {}", ch.len(), ch.cap());
    ch.close();
    say!("{} {}", ch.len(), ch.cap());
    let unbuffered = chan::<i32>(0);
    say!("{} {}", unbuffered.len(), unbuffered.cap());
    let none = Chan::<i32>::nil();
    say!("{} {}", none.len(), none.cap());
}

fn closed_with_values_left() {
    let ch = chan::<&str>(4);
    ch.send("a");
    ch.send("b");
    ch.close();
    for _ in 0..4 {
        let v = ch.recv();
        say!("{:?} {}", v.unwrap_or_default(), v.is_some());
    }
    for v in &ch {
        say!("never {v}");
    }
}

fn misuse_recovered() {
    let ch = chan(1);
    ch.close();
    say!("{}", recovered(|| ch.send(1)));
    say!("{}", recovered(|| ch.close()));
    say!("{}", recovered(|| Chan::<i32>::nil().close()));
    say!(
        "{}",
        recovered(|| select! {
            send(ch, 1) => {}
            default => say!("not this one"),
        })
    );
    let v = ch.recv();
    say!("{} {}", v.unwrap_or_default(), v.is_some());
}

fn nil_is_never_ready() {
    let none = Chan::<i32>::nil();
    select! {
        recv(none) -> v => say!("received {v:?}"),
        send(none, 1) => say!("sent"),
        default => say!("neither"),
    }
    say!("{}", none.is_nil());
}

fn sender_meets_close() {
    let (ch, result) = (chan(0), chan(0));
    for _ in 0..2 {
        let (ch, result) = (ch.clone(), result.clone());
        go!({ result.send(recovered(|| ch.send(1))) });
    }
    while states("chan send") < 2 {
        settle();
    }
    ch.close();
    say!("{}", result.recv().unwrap());
    say!("{}", result.recv().unwrap());
}

fn without_waiting() {
    let ch = chan(1);
    let take = || match ch.try_recv() {
        Ok(v) => say!("{} {}", v.unwrap_or_default(), v.is_some()),
        Err(_) => say!("empty"),
    };
    say!("{} {}", ch.try_send(1).is_ok(), ch.try_send(2).is_ok());
    take();
    take();
    ch.close();
    take();
}

fn identity() {
    let (a, b) = (chan::<i32>(0), chan::<i32>(0));
    let c = a.clone();
    say!(
        "{} {} {} {}",
        a == b,
        a == c,
        a.receiver() == c.receiver(),
        a.sender() == b.sender()
    );
}

fn channels_of_channels() {
    let requests = chan::<Chan<String>>(0);
    let asked = requests.clone();
    go!({
        for (n, answer) in asked.iter().enumerate() {
            answer.send(format!("answer {}", n + 1));
        }
    });
    for _ in 0..3 {
        let answer = chan(0);
        requests.send(answer.clone());
        say!("{}", answer.recv().unwrap());
    }
    requests.close();
}

fn every_value_once() {
    const EACH: u64 = 1000;
    let ch = chan(7);
    let (senders, receivers) = (WaitGroup::new(), WaitGroup::new());
    let total = Arc::new(Mutex::new((0, 0)));
    for s in 0..5 {
        let ch = ch.clone();
        senders.go(move || {
            for i in 0..EACH {
                ch.send(s * EACH + i);
            }
        });
    }
    for _ in 0..3 {
        let (ch, total) = (ch.clone(), total.clone());
        receivers.go(move || {
            for v in &ch {
                let mut total = total.lock();
                total.0 += v;
                total.1 += 1;
            }
        });
    }
    senders.wait();
    ch.close();
    receivers.wait();
    let (sum, count) = *total.lock();
    say!("{sum} {count}");
}

fn first_in_first_out() {
    let ch = chan(4);
    for round in 0..3 {
        for i in 0..4 {
            ch.send(round * 4 + i);
        }
        for _ in 0..4 {
            say!("{}", ch.recv().unwrap());
        }
    }
}

fn values_without_a_size() {
    let ch = chan(2);
    ch.send(());
    ch.send(());
    ch.close();
    let n = ch.iter().count();
    say!("{n} {}", ch.recv().is_some());
}

fn sieve() {
    let mut ch = chan(0);
    let numbers = ch.clone();
    go!({
        for i in 2.. {
            numbers.send(i);
        }
    });
    for _ in 0..20 {
        let prime = ch.recv().unwrap();
        say!("{prime}");
        let next = chan(0);
        let (from, to) = (ch, next.clone());
        go!({
            for v in &from {
                if v % prime != 0 {
                    to.send(v);
                }
            }
        });
        ch = next;
    }
}

fn panic_elsewhere() {
    let ch = chan(0);
    let out = ch.clone();
    go!({ out.send(1) });
    while states("chan send") == 0 {
        settle();
    }
    ch.close();
    chan::<i32>(0).recv();
}
