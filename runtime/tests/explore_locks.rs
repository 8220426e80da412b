//! Locks: who has locked whom out, also while others go on; and locks taken in two orders.

use std::sync::Arc;

use goroutines::explore::{Failure, Kind, Options, Report, Strategy, check, replay};
use goroutines::prelude::*;
use goroutines::sync::raw;
use time::Duration;

type Two = Arc<(Mutex<()>, Mutex<()>)>;

fn two() -> Two {
    Arc::new((Mutex::new(()), Mutex::new(())))
}

/// Takes the first and then the second.
fn forth(m: &Two) {
    let _a = m.0.lock();
    let _b = m.1.lock();
}

/// The other way round.
fn back(m: &Two) {
    let _b = m.1.lock();
    let _a = m.0.lock();
}

fn opts() -> Options {
    Options::new().schedules(2000)
}

#[track_caller]
fn deadlock(r: Report, blocked: &[u64]) -> Failure {
    let f = r.failure.expect("it deadlocks");
    assert_eq!(f.kind, Kind::Deadlock, "{f}");
    let who: Vec<u64> = f.blocked.iter().map(|b| b.goroutine).collect();
    assert_eq!(who, blocked, "{f}");
    f
}

#[test]
fn two_lock_each_other_out_while_main_returns() {
    let program = || {
        let m = two();
        let (a, b) = (m.clone(), m);
        go(move || forth(&a));
        go(move || back(&b));
    };
    let f = deadlock(check(&opts(), program), &[2, 3]);
    assert_eq!(
        f.message,
        "goroutine 2 and goroutine 3 wait for each other's locks for ever; main has returned"
    );
    assert_eq!(replay(&f.schedule, program).failure, Some(f));
}

#[test]
fn two_lock_each_other_out_while_main_goes_on_for_ever() {
    let program = || {
        let m = two();
        let (a, b) = (m.clone(), m);
        go(move || forth(&a));
        go(move || back(&b));
        loop {
            time::sleep(Duration::from_millis(1));
        }
    };
    // Without the two this program would come to no end either.
    let r = check(&opts().schedules(50), program);
    let f = deadlock(r, &[2, 3]);
    assert!(
        f.message.ends_with("for ever; main goes on"),
        "{}",
        f.message
    );
    assert!(f.steps < 3_000, "{} steps", f.steps);
    assert!(f.to_string().lines().count() < 25, "{f}");
    assert!(f.to_string().contains("a cycle: G2 → G3 → G2"), "{f}");
}

#[test]
fn a_schedule_becomes_short_in_a_program_that_never_ends_too() {
    let program = || {
        let m = two();
        let (a, b) = (m.clone(), m);
        go(move || forth(&a));
        go(move || back(&b));
        loop {
            time::sleep(Duration::from_millis(1));
        }
    };
    // Few schedules: the first that deadlocks is as long as it comes.
    let f = deadlock(check(&opts().schedules(8), program), &[2, 3]);
    assert_eq!(f.preemptions, 1, "{f}");
    assert_eq!(replay(&f.schedule, program).failure, Some(f));
}

#[test]
fn one_locks_itself_out_while_main_works() {
    let f = deadlock(
        check(&opts(), || {
            let m = Arc::new(Mutex::new(0));
            go(move || {
                let _a = m.lock();
                let _b = m.lock();
            });
            for _ in 0..5 {
                time::sleep(Duration::from_millis(1));
            }
        }),
        &[2],
    );
    assert!(
        f.message.contains("a lock that it holds itself"),
        "{}",
        f.message
    );
    assert!(f.to_string().contains("itself, since"), "{f}");
}

#[test]
fn a_second_read_lock_behind_a_writer_is_a_ring() {
    let f = deadlock(
        check(&opts(), || {
            let m = Arc::new(RWMutex::new(0));
            let w = m.clone();
            go(move || *w.write() += 1);
            let _a = m.read();
            let _b = m.read();
        }),
        &[1, 2],
    );
    assert!(f.to_string().contains("a cycle: main → G2 → main"), "{f}");
}

#[test]
fn three_philosophers_are_a_ring_of_three() {
    let f = deadlock(
        check(&opts(), || {
            let forks: Arc<[Mutex<()>; 3]> = Arc::default();
            for i in 0..3 {
                let forks = forks.clone();
                go(move || {
                    let _l = forks[i].lock();
                    let _r = forks[(i + 1) % 3].lock();
                });
            }
        }),
        &[2, 3, 4],
    );
    assert!(f.to_string().contains("a cycle: G2 → G3 → G4 → G2"), "{f}");
}

#[test]
fn a_ring_that_somebody_else_breaks_is_none() {
    // Go's locks have no owner: main unlocks what the other has locked.
    let program = || {
        let m = Arc::new((raw::Mutex::new(), raw::Mutex::new()));
        let wg = WaitGroup::new();
        let (a, b) = (m.clone(), m.clone());
        let (has_a, has_b) = (chan(1), chan(1));
        let (tell_a, tell_b) = (has_a.clone(), has_b.clone());
        wg.go(move || {
            a.0.lock();
            tell_a.send(());
            a.1.lock();
            a.1.unlock();
        });
        wg.go(move || {
            b.1.lock();
            tell_b.send(());
            b.0.lock();
            b.0.unlock();
            b.1.unlock();
        });
        has_a.recv();
        has_b.recv();
        time::sleep(Duration::from_secs(1));
        m.0.unlock();
        wg.wait();
    };
    check(&opts(), program).assert_passed();
}

#[test]
fn two_orders_that_can_never_meet_are_a_note() {
    let program = || {
        let m = two();
        let wg = WaitGroup::new();
        let a = m.clone();
        wg.go(move || forth(&a));
        wg.wait();
        back(&m);
    };
    let r = check(&opts(), program);
    r.assert_passed();
    assert_eq!(r.notes.len(), 1, "{r}");
    // Not more than what was tried says so.
    assert!(r.exhausted);
    let random = opts().strategy(Strategy::Random);
    let (all, some) = (&r.notes[0], &check(&random, program).notes[0]);
    assert!(all.contains(" No interleaving comes to that: "), "{all}");
    assert!(
        some.contains(" No schedule that was tried came to that. "),
        "{some}"
    );
    assert!(
        r.notes[0].starts_with(
            "locks are taken in different orders: G2 takes one at explore_locks.rs:18 and, while it has it, \
             another at explore_locks.rs:19; main takes the same two the other way round, at explore_locks.rs:24 and \
             then at explore_locks.rs:25."
        ),
        "{}",
        r.notes[0]
    );
    for line in r.to_string().lines() {
        assert!(line.chars().count() <= 99, "{line}");
    }
}

#[test]
fn one_order_or_a_lock_around_both_is_no_note() {
    let one_order = || {
        let m = two();
        let wg = WaitGroup::new();
        for _ in 0..2 {
            let m = m.clone();
            wg.go(move || forth(&m));
        }
        wg.wait();
    };
    let gate = || {
        let (m, gate) = (two(), Arc::new(Mutex::new(())));
        let wg = WaitGroup::new();
        for i in 0..2 {
            let (m, gate) = (m.clone(), gate.clone());
            wg.go(move || {
                let _g = gate.lock();
                if i == 0 { forth(&m) } else { back(&m) }
            });
        }
        wg.wait();
    };
    let alone = || {
        let m = two();
        forth(&m);
        back(&m);
    };
    for program in [one_order, gate, alone] {
        let r = check(&opts(), program);
        r.assert_passed();
        assert_eq!(r.notes, [] as [String; 0]);
    }
}

#[test]
fn an_order_that_is_inverted_seldom_is_proved() {
    // Each has its first lock for one step only, far from the other's: few schedules bring the two together.
    let program = || {
        let m = two();
        let wg = WaitGroup::new();
        let (a, n) = (m.clone(), Shared::new(0));
        wg.go(move || {
            for i in 0..40 {
                n.set(i);
            }
            forth(&a);
        });
        let n = Shared::new(0);
        wg.go(move || {
            back(&m);
            for i in 0..40 {
                n.set(i);
            }
        });
        wg.wait();
    };
    for seed in 1..=20 {
        let f = deadlock(check(&opts().schedules(60).seed(seed), program), &[1, 2, 3]);
        assert_eq!(f.preemptions, 1, "{f}");
    }
}

mod limit;
