//! Two readers, a writer and a late reader: when each of them is in, with a Mutex and with an RWMutex.

use crate::stage::Stage;
use goroutines::prelude::*;
use std::io::{self, Write};
use std::sync::Arc;
use time::Duration;

/// How long each of them is in.
const IN: Duration = Duration::from_millis(20);
/// From one who comes to the next.
const LATER: Duration = Duration::from_millis(5);

/// Who comes, one after the other: whether it writes.
const COME: [bool; 4] = [false, false, true, false];
const NAMES: [&str; 5] = ["main", "reader 1", "reader 2", "writer", "reader 3"];

pub(super) fn in_turns(stage: &mut Stage) -> io::Result<()> {
    let (_, t) = stage.watch(|| {
        let lock = Arc::new(Mutex::new(()));
        come(move |_| {
            let held = lock.lock();
            time::sleep(IN);
            drop(held);
        });
    })?;
    stage.say("With a Mutex:")?;
    writeln!(stage)?;
    stage.timeline(&t, &NAMES)?;
    writeln!(stage)?;
    let (_, t) = stage.watch(|| {
        let lock = Arc::new(RWMutex::new(()));
        come(move |writes| {
            if writes {
                let held = lock.write();
                time::sleep(IN);
                drop(held);
            } else {
                let held = lock.read();
                time::sleep(IN);
                drop(held);
            }
        });
    })?;
    stage.say("With an RWMutex:")?;
    writeln!(stage)?;
    stage.timeline(&t, &NAMES)
}

/// All of them, each a little later than the one before; waits for all.
fn come(visit: impl Fn(bool) + Clone + Send + 'static) {
    let wg = WaitGroup::new();
    for writes in COME {
        let visit = visit.clone();
        wg.go(move || visit(writes));
        time::sleep(LATER);
    }
    wg.wait();
}
