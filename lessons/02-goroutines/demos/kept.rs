//! What the runtime keeps of its goroutines, threads and processors, asked for while some wait and some may run.

use crate::stage::{Stage, program};
use goroutines::prelude::*;
use std::io::{self, Write};

pub(super) fn what_is_kept(stage: &mut Stage) -> io::Result<()> {
    let (snapshot, waiting) = program(Builder::new().procs(1), || {
        let letter_box = chan::<()>(0);
        for _ in 0..3 {
            let letter_box = letter_box.clone();
            go! { letter_box.recv(); }
        }
        // One processor: they run now, and wait.
        runtime::gosched();
        for _ in 0..2 {
            go! {}
        }
        // These two may run, and have not yet.
        let snapshot = runtime::snapshot();
        let waiting = letter_box.snapshot().recvq.len();
        letter_box.close();
        (snapshot, waiting)
    })?;

    let mut of: Vec<(u64, String)> = snapshot
        .goroutines
        .iter()
        .map(|g| (g.id, g.status.clone()))
        .collect();
    of.sort();
    for (i, (id, status)) in of.iter().enumerate() {
        let who = if i == 0 { "  (main)" } else { "" };
        writeln!(stage, "  goroutine {id}  {status}{who}")?;
    }
    writeln!(stage)?;
    for p in &snapshot.ps {
        let mut queue: Vec<String> = p.runnext.iter().map(u64::to_string).collect();
        queue.extend(p.run_queue.iter().map(u64::to_string));
        writeln!(
            stage,
            "  may run, in this order, after main: {}",
            queue.join(", ")
        )?;
    }
    writeln!(stage, "  wait at the channel: {waiting}")?;
    writeln!(stage)?;
    stage.say(
        "One processor of the runtime. Those that wait stand at the channel; they are in no queue of the scheduler. The \
         one that was started last is the next to run: lesson 4 says why.",
    )
}
