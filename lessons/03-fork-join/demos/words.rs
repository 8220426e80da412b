//! What the runtime says to three broken programs: a `done` too few, one too many, a panic that nobody catches.

use crate::stage::{Stage, failing};
use goroutines::prelude::*;
use std::io::{self, Write};

pub(super) fn last_words(stage: &mut Stage) -> io::Result<()> {
    let programs: [(&str, fn()); 3] = [
        ("add(2), one done, wait", too_few),
        ("add(1), and done twice", too_many),
        ("a panic in a goroutine", panics),
    ];
    for (i, (what, program)) in programs.into_iter().enumerate() {
        let Err(crash) = failing(Builder::new(), program) else {
            return Err(io::Error::other(format!("{what}: nothing was reported")));
        };
        if i > 0 {
            writeln!(stage)?;
        }
        writeln!(stage, "{what}")?;
        // Where in the source each goroutine stood is left out here.
        let text = crash.to_string();
        let said = text.lines().filter(|l| {
            ["fatal error", "panic", "goroutine "]
                .iter()
                .any(|start| l.starts_with(start))
        });
        for line in said {
            writeln!(stage, "    {line}")?;
        }
    }
    writeln!(stage)?;
    stage.say("After each of them the whole program ends, with exit code 2. The words are Go's.")
}

fn too_few() {
    let wg = WaitGroup::new();
    wg.add(2);
    let theirs = wg.clone();
    go! { theirs.done(); }
    wg.wait();
}

fn too_many() {
    let wg = WaitGroup::new();
    wg.add(1);
    wg.done();
    wg.done();
}

fn panics() {
    go! { panic!("no paper left"); }
    // main would wait here for ever; the panic ends the program before.
    chan::<()>(0).recv();
}
