//! A send and a close that race: told where the close can come first, and where it is, in the program's lines.

mod limit;

use std::sync::Arc;

use goroutines::explore::{Kind, Options, Report, check, replay};
use goroutines::prelude::*;
use goroutines::println;
use goroutines::runtime::gosched;
use goroutines::sync::atomic;
use time::Duration;

/// Closes when the last one who has it lets go.
struct Closer(SendChan<u32>);

impl Drop for Closer {
    fn drop(&mut self) {
        self.0.close();
    }
}

fn tried(f: impl Fn() + Send + Sync + 'static) -> Report {
    check(&Options::new().schedules(2_000), f)
}

/// Three senders; those below `owners` share what closes.
fn closed_by_the_last(owners: u32, room: usize) {
    let out = chan(room);
    let closer = Arc::new(Closer(out.sender()));
    for n in 0..3 {
        let closer = (n < owners).then(|| closer.clone());
        let out = out.sender();
        go!({
            out.send(n);
            drop(closer);
        });
    }
    drop(closer);
    println!("{}", out.iter().sum::<u32>());
}

#[test]
fn the_last_owner_may_close() {
    for room in [0, 1, 3] {
        let r = tried(move || closed_by_the_last(3, room));
        assert!(r.failure.is_none(), "room for {room}: {r}");
    }
}

#[test]
fn the_last_owner_closes_too_early_where_not_all_who_send_are_owners() {
    for room in [0, 1, 3] {
        let r = tried(move || closed_by_the_last(2, room));
        let kind = r.failure.map(|f| f.kind);
        assert_eq!(kind, Some(Kind::Panic), "room for {room}");
    }
}

#[test]
fn who_looks_at_what_orders_nothing_closes_too_early() {
    let once = tried(|| {
        let out = chan(1);
        let to = out.sender();
        go!(to.send(1));
        if out.len() == 1 {
            out.close();
        }
    });
    assert_eq!(once.failure.map(|f| f.kind), Some(Kind::Race), "once");
    let again = tried(|| {
        let out = chan(1);
        let to = out.sender();
        go!(to.send(1));
        while out.is_empty() {
            gosched();
        }
        out.close();
    });
    assert_eq!(again.failure.map(|f| f.kind), Some(Kind::Race), "again");
    // The count of an `Arc` is read without order.
    let counts = tried(|| {
        let out = chan(3);
        let owned = Arc::new(());
        for n in 0..3 {
            let (owned, out) = (owned.clone(), out.sender());
            go!({
                out.send(n);
                drop(owned);
            });
        }
        while Arc::strong_count(&owned) > 1 {
            gosched();
        }
        out.close();
    });
    assert_eq!(counts.failure.map(|f| f.kind), Some(Kind::Race), "counted");
    let or = tried(|| {
        let out = chan(1);
        let to = out.sender();
        go!(to.send(1));
        if out.is_empty() {
            out.recv();
        }
        out.close();
    });
    assert_eq!(or.failure.map(|f| f.kind), Some(Kind::Race), "or received");
}

/// As `closed_by_the_last(3, 3)`, without its output.
fn closed_by_the_last_of_three() {
    let out = chan(3);
    let closer = Arc::new(Closer(out.sender()));
    for n in 0..3 {
        let (closer, out) = (closer.clone(), out.sender());
        go!({
            out.send(n);
            drop(closer);
        });
    }
    drop(closer);
    out.iter().for_each(drop);
}

/// A panic that is of no matter.
fn caught(f: impl FnOnce()) {
    drop(std::panic::catch_unwind(std::panic::AssertUnwindSafe(f)));
}

#[test]
fn a_variable_that_races_is_told_behind_a_close_that_only_seems_to() {
    let r = tried(|| {
        closed_by_the_last_of_three();
        let here = Shared::new(0);
        let there = here.clone();
        let wg = WaitGroup::new();
        wg.go(move || there.set(1));
        here.set(2);
        wg.wait();
    });
    let text = r.failure.map(|f| f.to_string()).unwrap_or_default();
    assert!(text.contains("here.set 2"), "{text}");
    assert!(!text.contains("closes out"), "{text}");
}

#[test]
fn the_last_owner_may_close_whatever_else_goes_on() {
    let beats = || {
        let stop = Arc::new(atomic::Bool::new(false));
        let wg = WaitGroup::new();
        let stopped = stop.clone();
        wg.go(move || {
            while !stopped.load() {
                time::sleep(Duration::from_secs(1));
            }
        });
        closed_by_the_last_of_three();
        stop.store(true);
        wg.wait();
    };
    let catches = || {
        caught(|| panic!("caught"));
        closed_by_the_last_of_three();
    };
    let selects = || {
        let (out, never) = (chan(0), chan::<()>(0));
        let closer = Arc::new(Closer(out.sender()));
        for n in 0..3 {
            let (closer, out, never) = (closer.clone(), out.sender(), never.clone());
            go!({
                select! {
                    send(out, n) => {},
                    recv(never) => {},
                }
                drop(closer);
            });
        }
        drop(closer);
        out.iter().for_each(drop);
    };
    for (name, r) in [
        ("one beats", tried(beats)),
        ("one catches a panic", tried(catches)),
        ("they wait in selects", tried(selects)),
    ] {
        assert!(r.failure.is_none(), "{name}: {r}");
    }
}

#[test]
fn who_received_from_a_select_that_waited_may_close() {
    let r = tried(|| {
        let (out, never) = (chan(0), chan::<()>(0));
        let from = out.clone();
        go!({
            from.recv();
            from.close();
        });
        select! {
            send(out, 1) => {},
            recv(never) => {},
        }
    });
    assert!(r.failure.is_none(), "{r}");
}

#[test]
fn a_long_schedule_is_judged_like_a_short_one() {
    let r = check(&Options::new().schedules(10), || {
        let n = atomic::Int64::new(0);
        for _ in 0..30_000 {
            n.add(1);
        }
        closed_by_the_last_of_three();
    });
    assert!(r.failure.is_none(), "{r}");
}

#[test]
fn a_replay_judges_as_the_check_does() {
    let token = "G2.G3.G4.G1".parse().expect("it is a token");
    let r = replay(&token, closed_by_the_last_of_three);
    assert!(r.failure.is_none(), "{r}");
}

#[test]
fn of_two_who_send_the_one_is_told_that_does_not_wait_for_the_other() {
    let r = tried(|| {
        closed_by_the_last_of_three();
        let other = chan(1);
        let to = other.sender();
        go!({ caught(|| to.send(1)) });
        time::sleep(Duration::from_secs(1));
        other.close();
    });
    let text = r.failure.map(|f| f.to_string()).unwrap_or_default();
    assert!(text.contains("closes other"), "{text}");
}

#[test]
fn time_orders_nothing() {
    let r = tried(|| {
        let out = chan(1);
        let to = out.sender();
        go!({
            let sent = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| to.send(1)));
            drop(sent);
        });
        time::sleep(Duration::from_secs(1));
        out.close();
    });
    assert_eq!(r.failure.map(|f| f.kind), Some(Kind::Race));
}

#[test]
fn main_sends_and_somebody_closes() {
    let r = check(&Options::new().schedules(1), || {
        let out = chan(1);
        let to = out.clone();
        go!({ to.close() });
        caught(|| out.send(1));
    });
    assert_eq!(r.failure.map(|f| f.kind), Some(Kind::Race));
}

#[test]
fn one_schedule_is_judged_like_many() {
    let one = |owners| {
        check(&Options::new().schedules(1), move || {
            closed_by_the_last(owners, 3)
        })
    };
    assert!(one(3).failure.is_none());
}

#[test]
fn who_sends_and_who_closes_is_told_with_their_lines() {
    let r = tried(|| {
        let out = chan(1);
        let to = out.sender();
        go!({
            let sent = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| to.send(1)));
            drop(sent);
        });
        time::sleep(Duration::from_secs(1));
        out.close();
    });
    let text = r.failure.map(|f| f.to_string()).unwrap_or_default();
    for what in ["sends on", "closes"] {
        let said = text
            .lines()
            .any(|l| l.contains(what) && l.contains("explore_closes.rs:"));
        assert!(said, "{what}:\n{text}");
    }
}
