//! A tree of contexts with a goroutine that listens to each, drawn from the live ones: before a cancellation, right after
//! it, and when everybody who heard it has run.

use crate::stage::{Stage, program};
use context::Context;
use goroutines::prelude::*;
use std::io::{self, Write};

/// A context of the tree: how it is drawn, and who listens to it.
struct Branch {
    drawn: &'static str,
    ctx: Context,
    listens: u64,
}

/// What has happened, and of each branch how it is and what its goroutine does.
type Frame = (&'static str, Vec<[String; 3]>);

pub(super) fn context_tree(stage: &mut Stage) -> io::Result<()> {
    let frames = program(Builder::new().procs(1), story)?;
    for (i, (what, rows)) in frames.iter().enumerate() {
        if i > 0 {
            writeln!(stage)?;
        }
        let mut table = vec![[*what, "context", "who listens"].map(String::from)];
        table.extend(rows.iter().cloned());
        stage.rows(&table)?;
    }
    writeln!(stage)?;
    stage.say("“on”: ctx.err() is None. Nobody but G1 knows of request 1's end at first; all are told by the one call.")
}

fn story() -> Vec<Frame> {
    let (server, stop) = context::with_cancel(&context::background());
    let (one, cancel) = context::with_cancel(&server);
    let (disk, _cancel_disk) = context::with_cancel(&one);
    let (cache, _cancel_cache) = context::with_cancel(&one);
    let (two, _cancel_two) = context::with_cancel(&server);
    let tree = [
        ("server", server),
        ("├─ request 1", one),
        ("│\u{a0}\u{a0}├─ disk", disk),
        ("│\u{a0}\u{a0}└─ cache", cache),
        ("└─ request 2", two),
    ];
    // main is 1, and the listeners are numbered as they are made.
    let tree: Vec<Branch> = tree
        .into_iter()
        .zip(2..)
        .map(|((drawn, ctx), listens)| {
            let done = ctx.done();
            go! { done.recv(); }
            Branch {
                drawn,
                ctx,
                listens,
            }
        })
        .collect();
    // One P: they run now, and wait.
    runtime::gosched();
    let mut frames = vec![("the tree", look(&tree))];
    cancel();
    frames.push(("G1 has cancelled request 1", look(&tree)));
    runtime::gosched();
    frames.push(("the others have run", look(&tree)));
    stop();
    frames
}

fn look(tree: &[Branch]) -> Vec<[String; 3]> {
    let at = runtime::snapshot();
    tree.iter()
        .map(|b| {
            let how = b
                .ctx
                .err()
                .map_or_else(|| "on".to_string(), |e| e.to_string());
            let status = at.goroutines.iter().find(|g| g.id == b.listens);
            let does = status.map_or("has ended", |g| g.status.as_str());
            [
                b.drawn.to_string(),
                how.trim_start_matches("context ").to_string(),
                format!("G{} {does}", b.listens),
            ]
        })
        .collect()
}
