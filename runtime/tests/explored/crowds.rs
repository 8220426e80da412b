//! Tries and waits that go on in step, many goroutines, long schedules, descriptors: what is found in them is true, short,
//! and found soon.

use std::io::{Read, Write};
use std::sync::Arc;

use goroutines::explore::{Failure, Kind, Options, check, replay};
use goroutines::net::UnixStream;
use goroutines::prelude::*;
use goroutines::println;
use goroutines::sync::atomic;

use crate::opts;

/// The failure of a program that is wrong; its schedule can be typed, and repeats it.
#[track_caller]
fn found(opts: &Options, f: fn()) -> Failure {
    let r = check(opts, f);
    let failure = r
        .failure
        .unwrap_or_else(|| panic!("nothing was found: {}", r.ran));
    let token = failure.schedule.to_string();
    assert!(token.len() <= 40, "{} characters", token.len());
    assert_eq!(
        replay(&failure.schedule, f).failure.as_ref(),
        Some(&failure)
    );
    for line in failure.to_string().lines() {
        assert!(line.chars().count() <= 100, "{line}");
    }
    failure
}

/// Two who need both locks, take one, try the other, and give back what they have.
fn backs_off(gives_way: bool) {
    let locks = Arc::new((Mutex::new(0), Mutex::new(0)));
    let wg = WaitGroup::new();
    for i in 0..2 {
        let locks = locks.clone();
        wg.go(move || {
            let (a, b) = match i {
                0 => (&locks.0, &locks.1),
                _ => (&locks.1, &locks.0),
            };
            loop {
                let mut first = a.lock();
                if let Some(mut second) = b.try_lock() {
                    *first += 1;
                    *second += 1;
                    return;
                }
                drop(first);
                if gives_way {
                    runtime::gosched();
                }
            }
        });
    }
    wg.wait();
    assert_eq!((*locks.0.lock(), *locks.1.lock()), (2, 2));
}

#[test]
fn who_backs_off_is_not_wrong_because_two_could_do_it_in_step_for_ever() {
    for program in [|| backs_off(true), || backs_off(false)] {
        let r = check(&opts(), program);
        assert!(r.failure.is_none(), "{}", r.failed);
        let said = r.to_string();
        // What only tries waits for nobody: that is no order of locks.
        assert!(!said.contains("different orders"), "{said}");
        assert!(said.contains("livelock"), "{said}");
    }
}

#[test]
fn who_waits_for_each_other_by_asking_comes_to_no_end() {
    let f = found(&opts(), || {
        let wants = Arc::new([atomic::Bool::new(false), atomic::Bool::new(false)]);
        let wg = WaitGroup::new();
        for i in 0..2 {
            let wants = wants.clone();
            wg.go(move || {
                wants[i].store(true);
                while wants[1 - i].load() {
                    runtime::gosched();
                }
                wants[i].store(false);
            });
        }
        wg.wait();
    });
    assert_eq!((f.kind, f.preemptions), (Kind::StepLimit, 1));
}

#[test]
fn a_ring_of_fifty_is_told_and_typed() {
    let f = found(&opts(), || {
        let forks: Arc<Vec<Mutex<()>>> = Arc::new((0..50).map(|_| Mutex::new(())).collect());
        let wg = WaitGroup::new();
        for i in 0..50 {
            let forks = forks.clone();
            wg.go(move || {
                let _left = forks[i].lock();
                let _right = forks[(i + 1) % 50].lock();
            });
        }
        wg.wait();
    });
    assert_eq!(f.kind, Kind::Deadlock);
    assert_eq!(f.schedule.to_string(), "G2-50x2.G51");
    assert!(f.message.contains("and 42 more wait for each other"), "{f}");
}

#[test]
fn one_preemption_among_many_steps_is_found_by_itself() {
    let f = found(&opts().schedules(500), || {
        let (n, steps) = (Shared::new(0), Arc::new(atomic::Int32::new(0)));
        let wg = WaitGroup::new();
        for _ in 0..2 {
            let (n, steps) = (n.clone(), steps.clone());
            let long = move || {
                for _ in 0..400 {
                    steps.add(1);
                }
            };
            wg.go(move || {
                long();
                n.update(|v| v + 1);
                long();
            });
        }
        wg.wait();
        assert_eq!(n.get(), 2);
    });
    assert_eq!(
        (f.kind, f.schedule.to_string().as_str()),
        (Kind::Panic, "G2x402.G3")
    );
}

#[test]
fn an_add_inside_of_the_goroutine_is_told_as_that() {
    fn adds_inside() {
        let wg = WaitGroup::new();
        for _ in 0..3 {
            let group = wg.clone();
            go!({
                group.add(1);
                group.done();
            });
        }
        wg.wait();
    }
    let f = found(&opts(), adds_inside);
    assert_eq!(f.kind, Kind::Race);
    assert!(
        f.message
            .starts_with("race on a sync.WaitGroup: goroutine "),
        "{f}"
    );
    assert!(f.to_string().contains("Call `add` before the `go`"), "{f}");
    // Who does not want to hear of races hears of what they lead to.
    assert_eq!(found_without_races(adds_inside).kind, Kind::Panic);
}

fn found_without_races(f: fn()) -> Failure {
    check(&opts().races(false), f)
        .failure
        .expect("a rare panic")
}

#[test]
fn output_that_is_missing_because_of_a_late_add_says_so_and_its_schedule_repeats_it() {
    let expects = opts().expect(|out| out == "hello\ndone\n");
    let f = found(&expects, || {
        let wg = WaitGroup::new();
        let group = wg.clone();
        go!({
            group.add(1);
            println!("hello");
            group.done();
        });
        wg.wait();
        println!("done");
    });
    assert_eq!(f.kind, Kind::Output);
    let said = f.to_string();
    assert!(said.contains("too late for the wait"), "{said}");
    assert!(said.contains("finds nothing to wait for"), "{said}");
}

#[test]
fn who_has_not_begun_when_the_wait_is_over_is_counted() {
    let f = found(&opts(), || {
        let (wg, n) = (WaitGroup::new(), Arc::new(atomic::Int32::new(0)));
        for _ in 0..3 {
            let (group, n) = (wg.clone(), n.clone());
            go!({
                group.add(1);
                n.add(1);
                group.done();
            });
        }
        wg.wait();
        assert_eq!(n.load(), 3);
    });
    assert!(f.to_string().contains("3 goroutines have not begun"), "{f}");
}

#[test]
fn two_who_wait_for_each_others_bytes_are_found_soon() {
    let f = found(&opts().schedules(30), || {
        let (here, there) = UnixStream::pair().expect("a pair of sockets");
        let wg = WaitGroup::new();
        wg.go(move || {
            let mut four = [0; 4];
            (&there).read_exact(&mut four).expect("four bytes");
            (&there).write_all(b"ok").expect("an answer");
        });
        (&here).write_all(b"abc").expect("three bytes");
        let mut answer = [0; 2];
        (&here).read_exact(&mut answer).expect("an answer");
        wg.wait();
    });
    assert_eq!((f.kind, f.blocked.len()), (Kind::Deadlock, 2));
}

#[test]
fn what_is_leaked_by_each_schedule_does_not_fill_the_memory() {
    let r = check(&Options::new(), || {
        let kept = vec![1_u8; 1 << 20];
        let ch = chan(0);
        go!(ch.send(kept));
    });
    assert_eq!(r.failure.map(|f| f.kind), Some(Kind::Leak));
    assert!(r.ran < 1_000, "{} MiB were leaked", r.ran);
}

#[test]
fn whom_a_signal_woke_instead_is_told() {
    let f = found(&opts(), || {
        let turn = Arc::new((Mutex::new(0), Cond::new()));
        let wg = WaitGroup::new();
        for i in 0..3 {
            let turn = turn.clone();
            wg.go(move || {
                let mut now = turn.0.lock();
                while *now != i {
                    now = turn.1.wait(now);
                }
                *now += 1;
                turn.1.signal();
            });
        }
        wg.wait();
    });
    let said = f.to_string();
    let said: Vec<&str> = said.split_whitespace().collect();
    let said = said.join(" ");
    assert!(
        said.contains("nobody: the signal of G2 woke G4, in step"),
        "{f}"
    );
    assert!(said.contains("woke it in step"), "{f}");
    assert!(said.contains("and it waits again"), "{f}");
}

#[test]
fn who_never_comes_to_an_end_is_told_what_it_does() {
    let f = found(&opts().schedules(5), || {
        let ticker = time::Ticker::new(time::Duration::from_millis(10));
        let once = chan(1);
        let out = once.clone();
        go!({
            for _ in &ticker.c {
                _ = out.try_send(());
            }
        });
        once.recv();
    });
    assert_eq!(f.kind, Kind::StepLimit);
    assert!(f.message.contains("the next tick comes each time"), "{f}");
    fn again() {
        go(again);
    }
    let f = found(&opts().schedules(5), || go(again));
    assert_eq!(f.kind, Kind::StepLimit);
    assert!(
        f.message.contains("each goroutine starts the next one at "),
        "{f}"
    );
}
