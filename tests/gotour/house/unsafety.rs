//! Where `unsafe` stands: in files that are listed with their reason, and never without a word.

use super::reading::Words;
use super::{Broken, is_test, read, rust_files};
use std::ops::Range;

/// The files of the library that contain `unsafe`, and what for.
const ALLOWED: &[(&str, &str)] = &[
    (
        "runtime/src/lock.rs",
        "a lock that parking_lot's guards work with",
    ),
    ("runtime/src/quit.rs", "the handler of SIGQUIT"),
    ("runtime/src/cpus.rs", "asks the kernel for the affinity"),
    (
        "runtime/src/signal.rs",
        "handlers of signals, and what they are told",
    ),
    (
        "runtime/src/stack/memory.rs",
        "maps, guards and unmaps memory by system calls",
    ),
    (
        "runtime/src/stack/pool.rs",
        "makes each stack out of a slab once",
    ),
    (
        "runtime/src/coro.rs",
        "resets a coroutine that will never end",
    ),
    (
        "runtime/src/goroutine.rs",
        "the parts of a G that one thread at a time touches",
    ),
    ("runtime/src/queue.rs", "a G out of an atomic slot"),
    (
        "runtime/src/poller.rs",
        "goroutines and poll descs behind words",
    ),
    (
        "runtime/src/fd/mod.rs",
        "closes a descriptor once nobody uses it",
    ),
    (
        "runtime/src/fd/wait.rs",
        "parks goroutines in the netpoller",
    ),
    (
        "runtime/src/overflow.rs",
        "the handler of SIGSEGV and its own stack",
    ),
    (
        "runtime/src/wait/outside.rs",
        "a G that stands in for a thread that waits",
    ),
    (
        "runtime/src/wait.rs",
        "queues of nodes that live in the frames of parked goroutines",
    ),
    (
        "runtime/src/panics.rs",
        "the list of panics of the goroutine that runs",
    ),
    (
        "runtime/src/change.rs",
        "a value that is handed over, by its address",
    ),
    ("runtime/src/birth.rs", "gives a newborn its coroutine"),
    (
        "runtime/src/sched/mod.rs",
        "main's goroutine is given its coroutine",
    ),
    (
        "runtime/src/tid.rs",
        "gettid, and the clock of another thread",
    ),
    ("runtime/src/sched/m.rs", "resumes goroutines"),
    ("runtime/src/sched/p.rs", "an M out of an atomic slot"),
    ("runtime/src/sched/tell.rs", "a tape out of an atomic slot"),
    (
        "runtime/src/sched/preempt.rs",
        "the handler of SIGURG, and the barrier on all threads",
    ),
    (
        "runtime/src/sched/end.rs",
        "takes goroutines apart when the runtime ends",
    ),
    (
        "runtime/src/lab/engine.rs",
        "resumes goroutines, on one thread",
    ),
    (
        "runtime/src/lab/answers.rs",
        "suspends the goroutine that stands at a point",
    ),
    (
        "runtime/src/lab/pulse.rs",
        "a place in the program, out of an atomic pointer",
    ),
    (
        "runtime/src/explore/wire/requested.rs",
        "calls the program's main once a schedule",
    ),
    (
        "runtime/src/explore/wire/standing.rs",
        "a signal asks the exploring thread where it stands",
    ),
    (
        "runtime/src/explore/wire/stdout.rs",
        "puts a file in memory in the place of standard output",
    ),
    (
        "runtime/src/fasttrack.rs",
        "the exit code of a process that had a race",
    ),
    (
        "runtime/src/run.rs",
        "main borrows from the frame that waits for it",
    ),
    (
        "runtime/src/chan/case.rs",
        "a channel's state while a select holds its lock beside others",
    ),
    (
        "runtime/src/select/dynamic.rs",
        "cases that may be dropped after their channels",
    ),
    (
        "runtime/src/select.rs",
        "holds the locks of several channels, and parks with them",
    ),
    (
        "runtime/src/sync/mutex.rs",
        "a value that only who holds the lock touches",
    ),
    (
        "runtime/src/sync/rwmutex.rs",
        "a value that only who holds the lock touches",
    ),
    (
        "runtime/src/sync/quiet.rs",
        "a value that only who holds the lock touches",
    ),
];

#[test]
fn the_command_line_forbids_unsafe() {
    let text = read("src/main.rs");
    assert!(
        text.lines().any(|l| l == "#![forbid(unsafe_code)]"),
        "src/main.rs: `#![forbid(unsafe_code)]` is gone; gotour needs no unsafe code, put it back"
    );
    let text = read("runtime/src/lib.rs");
    assert!(
        text.lines().any(|l| l == "#![deny(unsafe_code)]"),
        "runtime/src/lib.rs: `#![deny(unsafe_code)]` is gone; put it back, and allow by name what needs it"
    );
}

#[test]
fn unsafe_stands_only_where_the_list_says() {
    let mut broken = Broken::rule(
        "`unsafe` is for a short list of files, in tests/gotour/house/unsafety.rs. Call what such a file offers; if it \
         cannot be done without, add the file there with its reason, and allow it by name where its `mod` line stands.",
    );
    let mut seen = Vec::new();
    for path in rust_files(&["runtime/src"]) {
        if is_test(&path) {
            continue;
        }
        let lines = Words::without_tests(&path, &read(&path)).find(&["unsafe"]);
        let Some(line) = lines.first() else {
            continue;
        };
        if !ALLOWED.iter().any(|(allowed, _)| *allowed == path) {
            broken.at(
                format!("{path}:{line}"),
                format!("{} times `unsafe`, and not listed", lines.len()),
            );
        }
        seen.push(path);
    }
    for (path, why) in ALLOWED {
        if !seen.iter().any(|p| p == path) {
            broken.at(
                path,
                format!("is listed ({why}) and has no `unsafe`; take it off"),
            );
        }
    }
}

#[test]
fn every_unsafe_says_why_it_is_sound() {
    let mut broken = Broken::rule(
        "Above every `unsafe` block and impl stands `// SAFETY:` with the argument; above every `unsafe fn` a \
         `# Safety` section with what its caller must keep.",
    );
    for path in rust_files(super::CODE) {
        let text = read(&path);
        let lines: Vec<&str> = text.lines().collect();
        let words = Words::of(&path, &text);
        let mut in_trait_impl = 0..0;
        for i in 0..words.0.len() {
            if words.text(i) == "impl" {
                in_trait_impl = trait_impl(&words, i).unwrap_or(in_trait_impl);
            }
            if words.text(i) != "unsafe" {
                continue;
            }
            let line = words.0[i].line;
            let wanted = match words.text(i + 1) {
                "{" | "impl" => "SAFETY:",
                // A type, `unsafe fn(…)`, does nothing; and what a trait's functions ask is the trait's to say.
                "fn" if words.text(i + 2) != "(" && !in_trait_impl.contains(&i) => "Safety",
                _ => continue,
            };
            if !comment_above(&lines, line, wanted) {
                broken.at(
                    format!("{path}:{line}"),
                    format!("no comment with `{wanted}` just above"),
                );
            }
        }
    }
}

/// The words of `impl Trait for Type { … }`, if that is what begins at `i`.
fn trait_impl(words: &Words, i: usize) -> Option<Range<usize>> {
    let open = (i..words.0.len()).find(|&n| words.text(n) == "{")?;
    (i..open).find(|&n| words.text(n) == "for" && words.text(n + 1) != "<")?;
    let mut depth = 0;
    for n in open..words.0.len() {
        match words.text(n) {
            "{" => depth += 1,
            "}" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(open..n);
        }
    }
    None
}

/// Whether the comment that stands above line `line` (from 1), or above the statement it belongs to, has `wanted`.
fn comment_above(lines: &[&str], line: usize, wanted: &str) -> bool {
    let mut code = 0;
    let mut in_comment = false;
    for above in lines[..line - 1].iter().rev() {
        let above = above.trim_start();
        if above.starts_with("//") {
            in_comment = true;
            if above.contains(wanted) {
                return true;
            }
        } else if in_comment || code == 4 {
            return false;
        } else if !above.starts_with("#[") {
            code += 1;
        }
    }
    false
}
