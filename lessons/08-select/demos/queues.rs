//! A goroutine in a select with three cases: the queues of the three channels while it waits, and after one has fired.

use crate::stage::{Stage, program, waiting};
use goroutines::prelude::*;
use goroutines::ChanSnapshot;
use std::io::{self, Write};

pub(super) fn in_three_queues(stage: &mut Stage) -> io::Result<()> {
    let (frames, took) = program(Builder::new().procs(1), || {
        let (a, b, c) = (chan::<i64>(0), chan::<i64>(0), chan::<i64>(0));
        let took = chan::<&'static str>(1);
        let theirs = (a.clone(), b.clone(), c.clone(), took.clone());
        let shots = || [a.snapshot(), b.snapshot(), c.snapshot()];
        go! {
            let (a, b, c, took) = theirs;
            took.send(select! {
                recv(a) => "a",
                recv(b) => "b",
                send(c, 7) => "c",
            });
        }
        // One processor: it runs now, and waits.
        runtime::gosched();
        let mut frames = vec![("G2 waits in its select", shots())];
        b.send(5);
        let which = took.recv().unwrap_or("nobody");
        frames.push(("main has sent on b, and G2 has run", shots()));
        (frames, which)
    })?;
    for (what, shots) in &frames {
        writeln!(stage, "{what}")?;
        for (name, s) in ["a", "b", "c"].into_iter().zip(shots) {
            writeln!(stage, "  {name}   {}", queues(s))?;
        }
        writeln!(stage)?;
    }
    stage.say(&format!(
        "The case of {took} was done. The 7 was not sent: a case that was not chosen has done nothing."
    ))
}

fn queues(s: &ChanSnapshot) -> String {
    format!("recvq  {:<10}  sendq  {}", waiting(&s.recvq), waiting(&s.sendq))
}
