//! Goroutines that wait while a panic unwinds them: the others are explored all the same, and nobody is left behind.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use goroutines::explore::{Kind, Options, check, replay};
use goroutines::prelude::*;
use sync::atomic;

/// Says that it is being dropped, and waits.
struct Waits {
    entered: Chan<()>,
    gate: Chan<()>,
}

impl Drop for Waits {
    fn drop(&mut self) {
        self.entered.send(());
        self.gate.recv();
    }
}

/// Two load and store while a third waits in the middle of its unwinding.
fn lost_update_beside_one_who_unwinds() {
    let (entered, gate, done) = (chan(0), chan(0), chan(0));
    let (waits, tell) = (
        Waits {
            entered: entered.clone(),
            gate: gate.clone(),
        },
        done.clone(),
    );
    go(move || {
        let caught = catch_unwind(AssertUnwindSafe(|| {
            let _waits = waits;
            panic!("on its way");
        }));
        assert!(caught.is_err());
        tell.send(());
    });
    entered.recv();
    let (n, wg) = (Arc::new(atomic::Int64::new(0)), WaitGroup::new());
    for _ in 0..2 {
        let n = n.clone();
        wg.go(move || n.store(n.load() + 1));
    }
    wg.wait();
    gate.send(());
    done.recv();
    assert_eq!(n.load(), 2, "one is lost");
}

#[test]
fn others_are_preempted_meanwhile() {
    let r = check(
        &Options::new().schedules(300),
        lost_update_beside_one_who_unwinds,
    );
    let f = r.failure.as_ref().expect("an update can be lost");
    assert_eq!(f.kind, Kind::Panic, "{f}");
    assert!(f.message.contains("one is lost"), "{f}");
    assert!(
        r.notes
            .iter()
            .any(|n| n.contains("while a panic unwound it")),
        "{r}"
    );
}

#[test]
fn who_waits_for_ever_in_its_unwinding_is_found_and_the_next_check_is_as_the_first() {
    for _ in 0..2 {
        let r = check(&Options::new().schedules(50), || {
            let (entered, gate) = (chan(1), chan(0));
            go(move || {
                let _waits = Waits { entered, gate };
                panic!("and nobody opens the gate");
            });
        });
        assert_eq!(r.failure.expect("it leaks").kind, Kind::Leak);
        assert!(!std::thread::panicking());
        let r = check(&Options::new().schedules(50), || {
            let (n, wg) = (Arc::new(atomic::Int64::new(0)), WaitGroup::new());
            for _ in 0..2 {
                let n = n.clone();
                wg.go(move || n.store(n.load() + 1));
            }
            wg.wait();
            assert_eq!(n.load(), 2);
        });
        assert_eq!(r.failure.expect("it is lost").kind, Kind::Panic);
        assert_eq!(r.notes, [] as [String; 0]);
    }
}

mod limit;

/// Two meet only in some schedules; then the one who is late does what ends a process.
fn too_late(what: fn()) {
    let first = Arc::new(atomic::Bool::new(false));
    let (seen, wg) = (first.clone(), WaitGroup::new());
    wg.go(move || {
        if seen.load() {
            what();
        }
    });
    first.store(true);
    wg.wait();
}

#[test]
fn a_full_stack_is_reported() {
    fn deeper(n: u64) -> u64 {
        let room = std::hint::black_box([n; 100]);
        if n == u64::MAX {
            n
        } else {
            deeper(n + 1) + room[7]
        }
    }
    let program = || too_late(|| assert_ne!(deeper(0), 1));
    let r = check(&Options::new(), program);
    let f = r.failure.expect("the stack is full in some schedule");
    assert_eq!(f.kind, Kind::Fatal, "{f}");
    assert_eq!(f.message, "stack overflow", "{f}");
    let again = replay(&f.schedule, program).failure;
    assert_eq!(again.as_ref(), Some(&f));
    assert!(r.failed < r.ran, "{} of {}", r.failed, r.ran);
}
