//! What is said of a schedule in its table and above it is true of the program. The line numbers are this file's.

use goroutines::errgroup;
use goroutines::explore::{Failure, Kind, Options, check, replay};
use goroutines::prelude::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use time::Duration;

mod limit;

const SECOND: Duration = Duration::from_secs(1);

fn failure(opts: &Options, f: impl Fn() + Send + Sync + 'static) -> Failure {
    check(opts, f).failure.expect("it fails")
}

#[test]
fn who_only_began_has_not_run_and_ended() {
    let program = || {
        let (beat, quit) = (chan(0), chan::<()>(0));
        let (out, stop, wg) = (beat.clone(), quit.clone(), WaitGroup::new());
        wg.go(move || {
            let ticker = time::Ticker::new(Duration::from_millis(10));
            select! {
                recv(ticker.c) => out.send(1),
                recv(stop) => {},
            }
        });
        select! {
            recv(beat) => {},
            recv(time::after(SECOND)) => {},
        }
        quit.close();
        wg.wait();
    };
    // The other one is started, and then the time is over.
    let f = replay(&"G2x1.T".parse().unwrap(), program).failure;
    let f = f.expect("the beat is sent to who has gone");
    assert_eq!(f.kind, Kind::Deadlock);
    let text = f.to_string();
    assert!(!text.contains("ends"), "{text}");
    assert!(text.contains("out.send 1 ⏸"), "{text}");
}

#[test]
fn who_is_preempted_is_so_before_what_others_did_then() {
    // The last of three to come lets the others go on; who has left the lock looks at the round only then.
    let program = || {
        struct Barrier {
            state: Mutex<(u32, u32)>,
            all: Cond,
        }
        let b = Arc::new(Barrier {
            state: Mutex::new((0, 0)),
            all: Cond::new(),
        });
        let wg = WaitGroup::new();
        for _ in 0..3 {
            let b = b.clone();
            wg.go(move || {
                for _ in 0..3 {
                    let mut s = b.state.lock();
                    s.0 += 1;
                    if s.0 == 3 {
                        *s = (0, s.1 + 1);
                        b.all.broadcast();
                    } else {
                        drop(s);
                        let mut s = b.state.lock();
                        let round = s.1;
                        while s.1 == round {
                            s = b.all.wait(s);
                        }
                    }
                }
            });
        }
        wg.wait();
    };
    let f = failure(&Options::new().schedules(1_000), program);
    assert_eq!((f.kind, f.preemptions), (Kind::Deadlock, 1));
    let m = &f.story.moments;
    let left = m.iter().find(|m| m.preempted).expect("one is preempted");
    let text = f.to_string();
    let lines: Vec<&str> = text.lines().collect();
    let rule = lines.iter().position(|l| l.contains("is preempted"));
    let rule = rule.unwrap_or_else(|| panic!("{text}"));
    let step = |line: &str| line.split_whitespace().next()?.parse::<u64>().ok();
    assert_eq!(step(lines[rule - 1]), Some(left.number), "{text}");
    assert!(lines[rule + 1].trim_start().starts_with("… "), "{text}");
}

#[test]
fn a_loop_of_ticks_is_told_as_one() {
    let first = line!() + 5;
    let program = || {
        let (quit, wg) = (chan::<()>(0), WaitGroup::new());
        wg.go(move || {
            let ticker = time::Ticker::new(SECOND);
            loop {
                select! {
                    recv(ticker.c) => {},
                    recv(quit) => return,
                }
            }
        });
        wg.wait();
    };
    let f = failure(&Options::new().schedules(5).max_steps(3_000), program);
    assert_eq!(f.kind, Kind::StepLimit);
    let said = format!(
        "goroutine 2 goes round in a loop at runtime/tests/explore_words.rs:{}: it waits in a select, and the next timer \
         ends its wait each time",
        first + 1
    );
    let text = f.to_string();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains(&said), "{said:?} in {text}");
}

#[test]
fn what_a_group_with_a_limit_does_stands_at_the_line_that_called_it() {
    let f = failure(&Options::new().schedules(10), || {
        let group = errgroup::Group::new();
        group.set_limit(1);
        group.go(|| Ok(()));
        group.go(|| Ok(()));
        group.wait().unwrap();
        panic!("over");
    });
    let text = f.to_string();
    assert!(text.contains("group.recv"), "{text}");
    assert!(!text.contains("errgroup.rs"), "{text}");
}

#[test]
fn what_is_not_the_same_each_time_is_told_with_how_it_ends() {
    // As with the order of a HashMap: to whom it sends first changes from run to run, and one of the two is never told.
    static RUNS: AtomicUsize = AtomicUsize::new(0);
    let f = failure(&Options::new().schedules(10), || {
        let all = [chan(1), chan(1)];
        let wg = WaitGroup::new();
        for ch in all.clone() {
            wg.go(move || assert_eq!(ch.recv(), Some(1)));
        }
        let first = RUNS.fetch_add(1, Ordering::Relaxed) % 2;
        all[first].send(1);
        wg.wait();
    });
    assert_eq!(f.kind, Kind::Nondeterminism);
    for part in [
        ", then the same to another object. It depends on",
        "It ended in: deadlock (all goroutines are asleep - deadlock!).",
    ] {
        assert!(f.message.contains(part), "{part:?} in {}", f.message);
    }
}
