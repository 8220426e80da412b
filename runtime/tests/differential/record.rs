//! The record: what Go printed, said on stderr, and exited with, a section a case, as a file that one can read.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use crate::process::Ran;

const HEAD: &str = "\
# What Go 1.27 does with the cases of this folder, made by Go itself; not to be edited. Made anew by
# GOTOUR_RECORD=1 cargo test -p goroutines --test differential
";

fn path() -> PathBuf {
    PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/differential/record.txt"
    ))
}

/// The record by the names of the cases.
pub fn read() -> BTreeMap<String, Ran> {
    let text = std::fs::read_to_string(path()).unwrap_or_default();
    let mut all: BTreeMap<String, Ran> = BTreeMap::new();
    let mut last = None;
    for line in text.lines().filter(|l| !l.starts_with('#')) {
        if let Some(head) = line.strip_prefix("== ") {
            let (name, exit) = head.split_once(" exits ").expect("a name and an exit code");
            last = Some(all.entry(name.to_string()).or_insert_with(|| Ran {
                exit: exit.to_string(),
                out: String::new(),
                err: String::new(),
            }));
        } else if let Some(ran) = &mut last {
            for (mark, to) in [("out|", &mut ran.out), ("err|", &mut ran.err)] {
                if let Some(line) = line.strip_prefix(mark) {
                    *to += line;
                    to.push('\n');
                }
            }
        }
    }
    all
}

pub fn write(all: &BTreeMap<String, Ran>) {
    let mut text = String::from(HEAD);
    for (name, ran) in all {
        let _ = writeln!(text, "\n{}", show(name, ran).trim_end());
    }
    std::fs::write(path(), text).expect("the record can be written");
}

/// A section of the record.
pub fn show(name: &str, ran: &Ran) -> String {
    let mut text = format!("== {name} exits {}\n", ran.exit);
    for (mark, part) in [("out|", &ran.out), ("err|", &ran.err)] {
        for line in part.lines() {
            let _ = writeln!(text, "{mark}{line}");
        }
    }
    text
}
