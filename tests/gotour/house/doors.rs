//! Doors: what only one part of the project touches, so that it can be looked at, and changed, in one place.

use super::reading::Words;
use super::{Broken, is_test, read, rust_files};

/// A crate, and the files (or folders) that may name it.
const CRATES: &[(&str, &[&str])] = &[
    ("termimad", &["src/page/"]),
    ("clap", &["src/cli.rs", "src/main.rs"]),
    ("clap_complete", &["src/cli.rs"]),
    ("colored", &["src/report/"]),
    ("crossterm", &["src/report/", "src/page/"]),
    ("notify", &["src/watch.rs"]),
    ("proc_macro2", &["src/check/source.rs"]),
    ("similar", &["src/check/output.rs"]),
    ("strsim", &["src/text.rs"]),
    ("unicode_width", &["src/text.rs"]),
    ("corosensei", &["runtime/src/coro.rs", "runtime/src/stack/"]),
];

/// Who may write to the process's own output.
const MOUTHS: &[(&str, &str)] = &[
    ("src/report/", "the command line's one mouth"),
    (
        "runtime/src/io_macros.rs",
        "the library's print! and println!",
    ),
    ("runtime/src/sched/", "the texts with which a program ends"),
    (
        "runtime/src/stderr.rs",
        "what a program says at its end, to SIGQUIT, and of its scheduler",
    ),
    (
        "runtime/src/trace/file.rs",
        "a trace that could not be left where GOTRACE says",
    ),
    (
        "runtime/src/explore/wire/",
        "the file that a schedule's output goes to, and an unreadable request",
    ),
];

/// Who may put a thread to sleep for a time, and why that is no guess at when something is done.
const SLEEPERS: &[(&str, &str)] = &[
    (
        "lessons/05-system-calls/demos/blocking.rs",
        "a call that blocks its thread is what is shown",
    ),
    (
        "runtime/src/explore/wire/requested.rs",
        "a watchdog looks from time to time; nothing tells it of an endless loop",
    ),
    (
        "runtime/src/wait/outside.rs",
        "a thread that waits as goroutines do looks from time to time; who wakes a goroutine rings no bell",
    ),
    (
        "runtime/src/sched/monitor.rs",
        "looks from time to time whether those who compute on after main have stopped; their threads may tell nobody",
    ),
    (
        "runtime/tests/ends.rs",
        "a thread outside wakes somebody late, when a deadlock could have been reported",
    ),
    (
        "runtime/tests/beside.rs",
        "a thread that sleeps until a moment is what is tried: it puts a deadlock off",
    ),
    (
        "runtime/tests/random.rs",
        "blocking calls, announced or not, are among what the programs do",
    ),
    (
        "runtime/src/sched/procs.rs",
        "looks from time to time whether a thread that was signalled has stopped; its handler may tell nobody",
    ),
    (
        "runtime/tests/chan.rs",
        "a thread outside of the runtime tries again and again",
    ),
    (
        "runtime/tests/net.rs",
        "a thread outside writes when a runtime is at rest, and nobody in it can tell",
    ),
    (
        "runtime/tests/explore_wire.rs",
        "the slow program whose time limit is tested",
    ),
    (
        "runtime/examples/hammer.rs",
        "a thread looks once a minute whether anything is done; what hangs tells nobody",
    ),
    (
        "runtime/tests/trace_formats.rs",
        "blocking calls are what is traced",
    ),
    (
        "runtime/examples/traced.rs",
        "a blocking call is what is traced",
    ),
    (
        "runtime/tests/trace.rs",
        "a blocking call, and a sleep among many, are what is traced",
    ),
    (
        "runtime/tests/trace_idle.rs",
        "a call that blocks its thread lets its P go to another",
    ),
    (
        "runtime/tests/trace_machine.rs",
        "a call that blocks its thread is what is traced",
    ),
    (
        "runtime/tests/top.rs",
        "a call that blocks its thread is what is counted",
    ),
    (
        "runtime/tests/syscall.rs",
        "a call that blocks its thread is what is tested",
    ),
    (
        "runtime/benches/versus/src/bin/ours/running.rs",
        "a call that blocks its thread is what is measured",
    ),
    (
        "runtime/benches/versus/src/bin/may/running.rs",
        "a call that blocks its thread is what is measured",
    ),
    (
        "runtime/benches/versus/src/bin/futures/running.rs",
        "a call that blocks its thread is what is measured",
    ),
];

fn everywhere() -> Vec<String> {
    rust_files(&["src", "lessons", "runtime/src"])
        .into_iter()
        .filter(|path| !is_test(path))
        .collect()
}

#[test]
fn each_crate_is_named_behind_its_door_only() {
    let mut broken = Broken::rule(
        "Some crates have one door. Call what that module offers, or add there what you need (CRATES in \
         tests/gotour/house/doors.rs).",
    );
    let mut used = vec![false; CRATES.len()];
    for path in everywhere() {
        let words = Words::without_tests(&path, &read(&path));
        for (n, (name, doors)) in CRATES.iter().enumerate() {
            for i in 0..words.0.len() {
                let names_it = words.text(i) == *name
                    && words.text(i + 1) == "::"
                    // `termimad::crossterm::…` is termimad.
                    && (i == 0 || words.text(i - 1) != "::");
                if !names_it {
                    continue;
                }
                used[n] = true;
                if !doors.iter().any(|door| path.starts_with(door)) {
                    broken.at(
                        format!("{path}:{}", words.0[i].line),
                        format!("names `{name}`, whose door is {}", doors.join(", ")),
                    );
                }
            }
        }
    }
    for (n, (name, _)) in CRATES.iter().enumerate() {
        if !used[n] {
            broken.at(
                name,
                "is named nowhere; take it off the list and out of Cargo.toml",
            );
        }
    }
}

#[test]
fn only_the_mouths_speak() {
    let mut broken = Broken::rule(
        "What is printed goes through src/report in gotour, and through print! and println! of the library in a \
         program (`use goroutines::println;`). Return text instead, or write to the Report you are given.",
    );
    for path in everywhere() {
        if MOUTHS.iter().any(|(mouth, _)| path.starts_with(mouth)) {
            continue;
        }
        let words = Words::without_tests(&path, &read(&path));
        let imported = |name: &str| {
            (0..words.0.len()).any(|i| {
                words.text(i) == "goroutines"
                    && words.text(i + 1) == "::"
                    && words.heads(i + 2).iter().any(|(n, _)| n == name)
            })
        };
        for name in ["print", "println", "eprint", "eprintln", "dbg"] {
            if imported(name) {
                continue;
            }
            for line in words.find(&[name, "!"]) {
                broken.at(format!("{path}:{line}"), format!("`{name}!`"));
            }
        }
        for i in 0..words.0.len() {
            let called = ["stdout", "stderr"].contains(&words.text(i)) && words.text(i + 1) == "(";
            // A `Command`'s `.stdout(…)` is another thing.
            if called && (i == 0 || words.text(i - 1) != ".") {
                broken.at(
                    format!("{path}:{}", words.0[i].line),
                    format!("`{}()`", words.text(i)),
                );
            }
        }
    }
}

#[test]
fn nobody_sleeps_instead_of_waiting() {
    let mut broken = Broken::rule(
        "A sleep is no synchronisation. Wait for what you wait for (a channel, a join, a condition); a sleep that is \
         what it looks like has its place and reason in SLEEPERS (tests/gotour/house/doors.rs).",
    );
    let mut sleeping = Vec::new();
    for path in rust_files(super::CODE) {
        let text = read(&path);
        for line in Words::of(&path, &text).find(&["thread", "::", "sleep"]) {
            if !SLEEPERS.iter().any(|(place, _)| *place == path) {
                broken.at(format!("{path}:{line}"), "`thread::sleep`");
            }
            sleeping.push(path.clone());
        }
    }
    for (path, why) in SLEEPERS {
        if !sleeping.iter().any(|p| p == path) {
            broken.at(
                path,
                format!("is listed ({why}) and sleeps no more; take it off"),
            );
        }
    }
}
