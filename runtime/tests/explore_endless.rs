//! Programs that come to no end, and those that only seem to.

use std::sync::Arc;

use goroutines::explore::{Failure, Kind, Options, Report, check};
use goroutines::prelude::*;
use goroutines::runtime::gosched;

mod limit;

#[track_caller]
fn failure(r: Report) -> Failure {
    r.failure.expect("this program fails")
}

#[test]
fn a_long_program_is_not_taken_for_one_without_end() {
    let o = Options::new().schedules(10);
    check(&o, || {
        let n = sync::atomic::Int64::new(0);
        for _ in 0..200_000 {
            n.add(1);
        }
    })
    .assert_passed();
    let f = failure(check(&o, || {
        let (a, b) = (chan(0), chan(0));
        let (to, from) = (a.clone(), b.clone());
        go(move || {
            for v in &to {
                from.send(v + 1);
            }
        });
        for i in 0.. {
            a.send(i);
            b.recv();
        }
    }));
    assert_eq!((f.kind, f.steps), (Kind::StepLimit, 1_000_000));
    assert!(f.to_string().lines().count() < 100);
}

#[test]
fn that_nothing_ends_is_known_after_two_schedules() {
    let report = check(&Options::new(), || {
        loop {
            go(|| {});
        }
    });
    assert_eq!((report.ran, report.failed), (2, 2));
    let f = failure(report);
    assert_eq!(f.kind, Kind::StepLimit);
    assert_eq!(f.schedule.to_string(), "G1");
}

#[test]
fn where_nothing_seems_to_end_it_is_seen_what_else_can_happen() {
    let report = check(&Options::new(), || {
        let came = Arc::new(Mutex::new(Vec::new()));
        let wg = WaitGroup::new();
        for id in 0..3 {
            let came = came.clone();
            wg.go(move || {
                let mut all = came.lock();
                all.push(id);
                assert_ne!(all[..], [1, 2, 0], "in this order");
                drop(all);
                loop {
                    gosched();
                }
            });
        }
        wg.wait();
    });
    assert_eq!(failure(report).kind, Kind::Panic);
}
