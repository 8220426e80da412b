//! What every file has: a first sentence, a length one can read, nothing left undone, nothing of one machine.

use super::reading::Words;
use super::{Broken, CODE, files_below, is_test, read, root, rust_files};

/// Longer files are two things in one, except these.
const LIMIT: usize = 750;
/// Tests stand beside one another: more of them are no harder to read.
const LIMIT_OF_TESTS: usize = 900;
const LONG: &[(&str, &str)] = &[];

#[test]
fn every_file_opens_with_a_sentence_that_says_what_it_holds() {
    let mut broken = Broken::rule(
        "Every Rust file opens with `//!` and one sentence that says what it holds; a reader decides by it whether to \
         read on.",
    );
    for path in rust_files(&[CODE, &["solutions"]].concat()) {
        let text = read(&path);
        let first: Vec<&str> = text
            .lines()
            .map_while(|l| l.strip_prefix("//!"))
            .map(str::trim)
            .take_while(|l| !l.is_empty())
            .collect();
        if first.is_empty() {
            broken.at(&path, "does not open with `//!`");
        } else if !first.concat().ends_with(['.', ':', '?']) {
            broken.at(
                &path,
                "its first paragraph is no sentence: it ends without a full stop",
            );
        }
    }
}

#[test]
fn no_file_is_too_long() {
    let mut broken = Broken::rule(
        "A file holds one thing. Take out of it what has a name of its own; where that would tear one thing apart, say \
         so in LONG (tests/gotour/house/files.rs).",
    );
    for path in rust_files(CODE) {
        let lines = read(&path).lines().count();
        let limit = if is_test(&path) {
            LIMIT_OF_TESTS
        } else {
            LIMIT
        };
        let listed = LONG.iter().find(|(p, _)| *p == path);
        match listed {
            None if lines > limit => broken.at(&path, format!("{lines} lines, {limit} are enough")),
            Some((_, why)) if lines <= limit => {
                broken.at(
                    &path,
                    format!("is listed ({why}) and has {lines} lines; take it off"),
                );
            }
            _ => {}
        }
    }
    for (path, _) in LONG {
        if !root().join(path).exists() {
            broken.at(path, "is listed and does not exist; take it off");
        }
    }
}

#[test]
fn nothing_is_left_undone() {
    let mut broken = Broken::rule("Do it now, or leave it out: what stands here must work.");
    // Taken apart, so that this file does not break its own rule.
    let marks = [
        concat!("FIX", "ME"),
        concat!("XX", "X"),
        concat!("// TO", "DO"),
    ];
    for path in rust_files(&[CODE, &["solutions"]].concat()) {
        let text = read(&path);
        let words = Words::of(&path, &text);
        for name in ["todo", "unimplemented", "dbg"] {
            for line in words.find(&[name, "!"]) {
                broken.at(format!("{path}:{line}"), format!("`{name}!`"));
            }
        }
        for line in words.find(&["#", "[", "ignore"]) {
            broken.at(
                format!("{path}:{line}"),
                "a test that is ignored is no test",
            );
        }
        for (n, line) in text.lines().enumerate() {
            for mark in marks {
                // A mark in a string or in `code` is spoken of, not made.
                if line.contains(mark) && !line.contains('"') && !line.contains('`') {
                    broken.at(format!("{path}:{}", n + 1), format!("`{mark}`"));
                }
            }
        }
    }
}

#[test]
fn nothing_is_of_one_machine_only() {
    let mut broken = Broken::rule(
        "The project works in a clone at any path and with any registry: no path of one machine, no host of a registry.",
    );
    let marks = [
        concat!("/ro", "ot/"),
        concat!("/wo", "rk/"),
        concat!("crates", ".io"),
        concat!("pypi", ".org"),
        concat!("proxy.golang", ".org"),
    ];
    let top = [
        "README.md",
        "ARCHITECTURE.md",
        "CHANGELOG.md",
        "Cargo.toml",
        "runtime/Cargo.toml",
    ];
    let folders = [
        CODE,
        &["exercises", "solutions", ".ci", ".github", "runtime/docs"],
    ]
    .concat();
    let files = folders.iter().flat_map(|f| files_below(f)).chain(
        top.iter()
            .map(|f| f.to_string())
            .filter(|f| root().join(f).exists()),
    );
    // A lock file names the registry as cargo does everywhere.
    for path in files.filter(|f| !f.ends_with("Cargo.lock")) {
        let Ok(text) = std::fs::read_to_string(root().join(&path)) else {
            broken.at(&path, "is not text; what is it for?");
            continue;
        };
        for (n, line) in text.lines().enumerate() {
            for mark in marks {
                if line.contains(mark) {
                    broken.at(format!("{path}:{}", n + 1), format!("`{mark}`"));
                }
            }
        }
    }
}

#[test]
fn no_test_of_the_runtime_can_hang() {
    let mut broken = Broken::rule(
        "A lost wake-up shows as a test that never ends: each test binary takes in the timer of \
         runtime/tests/limit by `mod limit;`.",
    );
    let binaries = rust_files(&["runtime/tests"])
        .into_iter()
        .filter(|path| path.matches('/').count() == 2)
        .chain(["runtime/src/lib.rs".to_string()]);
    for path in binaries {
        if Words::of(&path, &read(&path))
            .find(&["mod", "limit", ";"])
            .is_empty()
        {
            broken.at(&path, "no `mod limit;`");
        }
    }
}

#[test]
fn tests_stand_where_tests_are_run() {
    let mut broken = Broken::rule(
        "A test file that no crate takes in is never run: name it in a `mod` line (or delete it).",
    );
    for folder in ["tests/gotour", "runtime/tests"] {
        for path in rust_files(&[folder]) {
            assert!(is_test(&path));
            let name = path.rsplit('/').next().unwrap().trim_end_matches(".rs");
            let folder = path.rsplit_once('/').unwrap().0;
            // A file straight in runtime/tests is a test of its own; cargo finds it.
            let own = folder == "runtime/tests" || name == "main";
            let (parent, name) = if name == "mod" {
                folder.rsplit_once('/').unwrap()
            } else {
                (folder, name)
            };
            let takes_in = |file: &str| {
                root().join(file).exists()
                    && !Words::of(file, &read(file))
                        .find(&["mod", name, ";"])
                        .is_empty()
            };
            let mut owners = vec![
                format!("{parent}/main.rs"),
                format!("{parent}/mod.rs"),
                format!("{parent}.rs"),
            ];
            if parent == "runtime/tests" {
                owners = rust_files(&["runtime/tests"]);
            }
            if !own && !owners.iter().any(|file| takes_in(file)) {
                broken.at(&path, "has no `mod` line");
            }
        }
    }
}
