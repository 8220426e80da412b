//! One P: in which order those run that a loop starts, and where they wait when its queue is full.

use crate::stage::machine::{goroutine, goroutines};
use crate::stage::{Stage, program};
use goroutines::prelude::*;
use std::io::{self, Write};
use std::sync::{Arc, Mutex as StdMutex};

const IN_A_LOOP: usize = 10;

pub(super) fn ten_in_a_loop(stage: &mut Stage) -> io::Result<()> {
    let order = Arc::new(StdMutex::new(Vec::new()));
    let theirs = order.clone();
    let at = program(Builder::new().procs(1), move || {
        let wg = WaitGroup::new();
        for number in 0..IN_A_LOOP {
            let order = theirs.clone();
            wg.go(move || order.lock().unwrap().push(number.to_string()));
        }
        let at = runtime::snapshot();
        wg.wait();
        at
    })?;
    let order = order.lock().unwrap().join(" ");
    stage.say(&format!("they ran in this order: {order}"))?;
    writeln!(stage)?;
    stage.say("When all were started, and none had run:")?;
    writeln!(stage)?;
    stage.machine(&at)?;
    writeln!(stage)?;
    stage.say("Number 0 is G2, number 9 is G11.")
}

pub(super) fn full_queue(stage: &mut Stage) -> io::Result<()> {
    let room = stage.width().saturating_sub(22) / 2;
    let mut rows = vec![["started", "next", "queue of P0", "global queue"].map(String::from)];
    for started in [3, 257, 258] {
        let at = program(Builder::new().procs(1), move || {
            for _ in 0..started {
                go! {}
            }
            runtime::snapshot()
        })?;
        let p = &at.ps[0];
        rows.push([
            started.to_string(),
            goroutine(p.runnext),
            goroutines(&p.run_queue, room.min(16)),
            goroutines(&at.global_queue, room.min(16)),
        ]);
    }
    stage.rows(&rows)?;
    writeln!(stage)?;
    stage.say("In brackets: how many they are.")
}
