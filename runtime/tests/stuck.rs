//! A program that leaves the library and never comes back is told of, and the caller goes on.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex as StdMutex};

use goroutines::explore::{Failure, Kind, Options, check};
use goroutines::prelude::*;

fn stuck(f: impl Fn() + Send + Sync + 'static) -> Failure {
    let r = check(&Options::new(), f);
    assert_eq!((r.failed, r.exhausted), (1, false));
    let f = r.failure.expect("it is told of");
    assert_eq!(f.kind, Kind::StepLimit);
    assert!(f.message.contains(" has run for "), "{f}");
    f
}

#[test]
fn who_never_comes_back_is_told_of() {
    // All at once: each takes its time.
    std::thread::scope(|s| {
        s.spawn(|| {
            static STOP: AtomicBool = AtomicBool::new(false);
            let f = stuck(|| {
                let ch = chan(0);
                let c = ch.clone();
                go(move || {
                    c.send(1);
                    while !STOP.load(Ordering::Relaxed) {
                        std::hint::spin_loop();
                    }
                });
                ch.recv();
                runtime::gosched();
            });
            assert!(f.message.starts_with("goroutine 2 has run"), "{f}");
            assert!(f.to_string().contains("stuck.rs:"), "{f}");
            STOP.store(true, Ordering::Relaxed);
        });
        s.spawn(|| {
            // A lock of std's stops the thread, and with it the one who has it.
            let f = stuck(|| {
                let m = Arc::new(StdMutex::new(0));
                let ch = chan(0);
                for _ in 0..2 {
                    let (m, ch) = (m.clone(), ch.clone());
                    go(move || {
                        let held = m.lock().unwrap();
                        ch.send(*held);
                    });
                }
                ch.recv();
                ch.recv();
            });
            assert!(f.message.contains("waits in a call"), "{f}");
        });
        s.spawn(|| {
            // Who waits for another exploration is not stuck, however long that takes.
            let r = check(&Options::new().schedules(1), || {
                stuck(|| {
                    runtime::gosched();
                    loop {
                        std::thread::park();
                    }
                });
            });
            r.assert_passed();
        });
    });
}

mod limit;
