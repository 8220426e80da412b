//! The scheduler while one goroutine is in a critical section and others wait for it.

use crate::stage::{Stage, program};
use goroutines::prelude::*;
use std::io::{self, Write};
use std::sync::Arc;

const WANT: usize = 3;

pub(super) fn in_the_lock(stage: &mut Stage) -> io::Result<()> {
    let (at, sum) = program(Builder::new().procs(1), || {
        let balance = Arc::new(Mutex::new(0));
        let wg = WaitGroup::new();
        let mut held = balance.lock();
        for _ in 0..WANT {
            let balance = balance.clone();
            wg.go(move || *balance.lock() += 1);
        }
        // One P: they run now, come to the lock, and wait.
        runtime::gosched();
        let at = runtime::snapshot();
        *held += 1;
        drop(held);
        wg.wait();
        (at, *balance.lock())
    })?;
    stage.machine(&at)?;
    writeln!(stage)?;
    stage.say(&format!(
        "G1 has the lock, and runs. G2 to G4 stand at the mutex: they are in no queue of the scheduler. When G1 had given \
         it back, each of them came in, alone, and the sum was {sum}."
    ))
}
