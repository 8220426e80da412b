//! Loops over a channel: closed by the sender, closed with values left in it, and not closed at all.

use crate::stage::{Stage, failing};
use goroutines::prelude::*;
use std::io::{self, Write};
use std::sync::{Arc, Mutex as StdMutex};

/// What a loop received, also where its program did not come to its end.
type Page = Arc<StdMutex<Vec<i64>>>;

/// A program that notes on a page what its loop received.
type Program = fn(&Page);

pub(super) fn range_ends(stage: &mut Stage) -> io::Result<()> {
    let programs: [(&str, Program); 3] = [
        ("sends 1 2 3, and closes", closes),
        ("1 2 3 are in the buffer, and it is closed already", closed_before),
        ("sends 1 2 3, and does not close", never_closes),
    ];
    for (i, (what, program)) in programs.into_iter().enumerate() {
        let page = Page::default();
        let ended = failing(Builder::new().procs(1), || program(&page));
        if i > 0 {
            writeln!(stage)?;
        }
        writeln!(stage, "{what}")?;
        let got: Vec<String> = page.lock().unwrap().iter().map(i64::to_string).collect();
        writeln!(stage, "    the loop received  {}", got.join(" "))?;
        match ended {
            Ok(()) => writeln!(stage, "    and ended")?,
            Err(crash) => {
                let text = crash.to_string();
                let said = text
                    .lines()
                    .filter(|l| l.starts_with("fatal error") || l.starts_with("goroutine 1 "));
                for line in said {
                    writeln!(stage, "    {line}")?;
                }
            }
        }
    }
    Ok(())
}

fn read(ch: &Chan<i64>, page: &Page) {
    for v in ch {
        page.lock().unwrap().push(v);
    }
}

fn closes(page: &Page) {
    let ch = chan(0);
    let out = ch.clone();
    go! {
        for i in 1..=3 {
            out.send(i);
        }
        out.close();
    }
    read(&ch, page);
}

fn closed_before(page: &Page) {
    let ch = chan(3);
    for i in 1..=3 {
        ch.send(i);
    }
    ch.close();
    read(&ch, page);
}

fn never_closes(page: &Page) {
    let ch = chan(0);
    let out = ch.clone();
    go! {
        for i in 1..=3 {
            out.send(i);
        }
    }
    read(&ch, page);
}
