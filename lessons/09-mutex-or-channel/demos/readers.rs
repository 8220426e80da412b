//! Readers and a writer at one RWMutex, on one P: who is in after each step, and who waits.

use crate::stage::{Stage, program};
use goroutines::prelude::*;
use std::io::{self, Write};
use std::sync::{Arc, Mutex as StdMutex};

/// What happened, who is in then, who waits.
struct Step {
    what: &'static str,
    inside: Vec<&'static str>,
    waits: Vec<&'static str>,
}

/// Who is where, and what has happened so far.
#[derive(Default)]
struct Door {
    inside: Vec<&'static str>,
    waits: Vec<&'static str>,
    steps: Vec<Step>,
}

type Seen = Arc<StdMutex<Door>>;

fn step(seen: &Seen, what: &'static str, change: impl FnOnce(&mut Door)) {
    let mut door = seen.lock().unwrap();
    change(&mut door);
    let (inside, waits) = (door.inside.clone(), door.waits.clone());
    door.steps.push(Step {
        what,
        inside,
        waits,
    });
}

/// Who had to wait is in now.
fn comes_in(seen: &Seen, who: &'static str, what: &'static str) {
    step(seen, what, |door| {
        door.waits.retain(|w| *w != who);
        door.inside.push(who);
    });
}

fn goes(seen: &Seen, who: &'static str, what: &'static str) {
    step(seen, what, |door| door.inside.retain(|w| *w != who));
}

pub(super) fn readers(stage: &mut Stage) -> io::Result<()> {
    let seen = Seen::default();
    let theirs = seen.clone();
    program(Builder::new().procs(1), move || story(&theirs))?;
    let door = seen.lock().unwrap();
    let names = |all: &[&str]| match all {
        [] => "—".to_string(),
        all => all.join(" "),
    };
    let mut rows = vec![["what happened", "in", "waits"].map(String::from)];
    for s in &door.steps {
        rows.push([s.what.to_string(), names(&s.inside), names(&s.waits)]);
    }
    stage.rows(&rows)?;
    writeln!(stage)?;
    stage.say("R1, R2 and R3 read, W writes. R3 could have come in beside R1 and R2; but W was there first.")
}

fn story(seen: &Seen) {
    let rw = Arc::new(RWMutex::new(()));
    let (leave, wg) = (chan::<()>(0), WaitGroup::new());
    let texts = [
        ("R1", "R1 comes in", "R1 goes"),
        ("R2", "R2 comes in too", "R2 goes"),
    ];
    for (who, comes, leaves) in texts {
        let (rw, seen, leave) = (rw.clone(), seen.clone(), leave.clone());
        wg.go(move || {
            let reads = rw.read();
            comes_in(&seen, who, comes);
            leave.recv();
            // What is noted is true before the door opens.
            goes(&seen, who, leaves);
            drop(reads);
        });
        // One P: it runs now, until it waits.
        runtime::gosched();
    }
    let (door, writer) = (rw.clone(), seen.clone());
    wg.go(move || {
        step(&writer, "W wants to write", |door| door.waits.push("W"));
        let writes = door.write();
        comes_in(&writer, "W", "W is let in, alone");
        goes(&writer, "W", "W goes");
        drop(writes);
    });
    runtime::gosched();
    let (door, reader) = (rw, seen.clone());
    wg.go(move || {
        step(&reader, "R3 wants to read", |door| door.waits.push("R3"));
        let reads = door.read();
        comes_in(&reader, "R3", "R3 is let in");
        goes(&reader, "R3", "R3 goes");
        drop(reads);
    });
    runtime::gosched();
    leave.send(());
    runtime::gosched();
    leave.send(());
    wg.wait();
}
