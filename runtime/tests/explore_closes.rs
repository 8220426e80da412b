//! A send and a close that race: told where the close can come first, and where it is, in the program's lines.

mod limit;

use std::sync::Arc;

use goroutines::explore::{Kind, Options, Report, check};
use goroutines::prelude::*;
use goroutines::println;
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
