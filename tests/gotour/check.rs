//! `gotour check` and `gotour run` on programs as learners break them.

use crate::book::{NAME, check, file, program, save, with_workbook};
use crate::desk::{Desk, Ran, output_of};
use std::fs::{self, File};
use std::time::{Duration, Instant, SystemTime};

/// Not right yet, said on one screen, with these words, and in time.
#[track_caller]
fn explained(desk: &Desk, program: &str, words: &[&str]) -> Ran {
    save(desk, program);
    // The build is not part of the time: another test may be building.
    desk.run(&["check", NAME, "--json"]);
    let start = Instant::now();
    let ran = desk.run(&["check", NAME]);
    let took = start.elapsed();
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(took < Duration::from_secs(10), "{took:?}");
    assert!(ran.out.lines().count() <= 24, "{}", ran.out);
    assert!(
        ran.out.lines().all(|l| l.chars().count() < 100),
        "{}",
        ran.out
    );
    for word in words {
        assert!(ran.flat().contains(word), "{word:?} in\n{}", ran.out);
    }
    ran
}

#[test]
fn programs_that_would_not_end_are_ended_and_explained() {
    let desk = with_workbook();
    explained(
        &desk,
        &program("let mut n = 0u64; loop { n = n.wrapping_add(1); std::hint::black_box(n); }"),
        &["exercise-1", "still running after 2 s", "so it was stopped"],
    );
    explained(
        &desk,
        &program("let line = \"x\".repeat(1 << 20); for _ in 0..1024 { println!(\"{line}\"); }"),
        &["printed more than 1 MiB", "println!"],
    );
    explained(
        &desk,
        &program("let mut all: Vec<Vec<u8>> = Vec::new(); loop { all.push(vec![1; 1 << 20]); }"),
        &["MiB of memory (the limit is 512), so it was stopped"],
    );
    explained(
        &desk,
        &program("let ch = chan::<i32>(0); ch.recv();"),
        &["deadlock"],
    );
}

#[test]
fn programs_that_die_are_told_apart() {
    let desk = with_workbook();
    explained(
        &desk,
        &program(
            "fn deep(n: u64) -> u64 { let a = [n; 64]; if n == 0 { 0 } else { deep(n + 1) + std::hint::black_box(a)[3] } } println!(\"{}\", deep(1));",
        ),
        &["stack overflow"],
    );
    explained(
        &desk,
        &program("unsafe { std::ptr::null_mut::<u8>().write_volatile(1) }"),
        &["died of signal", "unsafe"],
    );
    explained(
        &desk,
        "fn main() { println!(\"2\"); }\n",
        &["never calls run"],
    );
    explained(
        &desk,
        "use goroutines::prelude::*;\nfn main() { let s = String::from(\"2\"); run(move || println!(\"{s}\")); }\n",
        &[
            "cannot be tried under other schedules",
            "make them inside of it",
        ],
    );
    explained(
        &desk,
        "fn main() { let a: Option<u8> = None; a.expect(\"nothing there\"); }\n",
        &["panicked: nothing there", "lost-update.rs:1:"],
    );
}

const SOLUTION: &str = include_str!("../../solutions/lost-update/solution.rs");
const START: &str = include_str!("../../exercises/lost-update/start.rs");

#[test]
fn a_failing_schedule_is_shown_kept_and_tried_first() {
    let desk = with_workbook();
    let ran = check(&desk, START);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    for word in [
        "printed \"1\", expected \"2\"",
        "again: gotour replay 1 G",
        "hint: gotour hint",
    ] {
        assert!(ran.flat().contains(word), "{word:?} in\n{}", ran.out);
    }
    let json = desk.run(&["check", NAME, "--json"]).json();
    let token = json["failure"]["schedule"].as_str().unwrap();
    assert_eq!(json["failure"]["index"], 1, "the kept one is tried first");
    assert_eq!(
        desk.read("workbook/.gotour/schedules/lost-update"),
        format!("{token}\n")
    );
    let again = desk.run(&["replay", NAME, token]);
    assert_eq!(again.code, Some(1), "{again:?}");
    assert!(
        again.out.contains("printed \"1\", expected \"2\""),
        "{}",
        again.out
    );
    // It is this schedule that is told, and not what is the shortest.
    assert!(
        again.out.contains("  this schedule: 1 preemption, "),
        "{again:?}"
    );
    let longer = desk.run(&["replay", NAME, "G1x1.G1.G2x2.G3.G2"]);
    assert_eq!(longer.code, Some(1), "{longer:?}");
    assert!(longer.out.contains("  this schedule: "), "{longer:?}");
    // One that is another program's is said to be.
    let foreign = desk.run(&["replay", NAME, "G2x2.G7"]);
    assert!(
        foreign.flat().contains(
            "could not be followed to its end: after 0 of its steps, goroutine 7 of `G7`"
        ),
        "{foreign:?}"
    );
    // The same program and the same verdict, each time.
    let json_again = desk.run(&["check", NAME, "--json"]).json();
    assert_eq!(
        json["failure"]["schedule"],
        json_again["failure"]["schedule"]
    );
    let nonsense = desk.run(&["replay", NAME, "Gx"]);
    assert_eq!(nonsense.code, Some(2));
    assert!(nonsense.err.contains("no schedule"), "{nonsense:?}");
}

#[test]
fn a_pass_says_what_was_tried_and_marks_it_solved() {
    let desk = with_workbook();
    check(&desk, START);
    let ran = check(&desk, SOLUTION);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let first = ran.out.lines().next().unwrap();
    assert!(first.starts_with("✓ exercise-1 lost-update: "), "{first}");
    assert!(
        first.ends_with(" distinct") || first.ends_with(" interleavings"),
        "{first}"
    );
    // The first time it is said what it was about.
    let words = [
        "What it was about: A read and a later write",
        "Why it works: n = n + 1 is a read",
        "What else would have done it • Put the number into the lock",
        "Try this: change",
    ];
    let said = ran.flat();
    for word in words {
        assert!(said.contains(word), "{word}: {said}");
    }
    assert!(said.ends_with("next: gotour next"), "{said}");
    let again = desk.run(&["check", NAME]).flat();
    assert!(words.iter().all(|word| !again.contains(word)), "{again}");
    assert!(
        again.ends_with("why it works: gotour solution lost-update"),
        "{again}"
    );
    let progress: serde_json::Value =
        serde_json::from_str(&desk.read("workbook/.gotour/progress.json")).unwrap();
    assert!(
        progress["exercises"]["lost-update"]["solved"].is_string(),
        "{progress}"
    );
    assert_eq!(progress["exercises"]["lost-update"]["attempts"], 2);
    // Broken again: the schedule it failed under before is still the first.
    let json = {
        save(&desk, START);
        desk.run(&["check", NAME, "--json"]).json()
    };
    assert_eq!(json["failure"]["index"], 1);
    save(&desk, SOLUTION);
    let json = desk.run(&["check", NAME, "--json"]).json();
    assert_eq!(json["verdict"], "passed");
    for part in ["about", "why", "others", "try"] {
        assert!(json["after"][part].as_str().unwrap().len() > 20, "{json}");
    }
    assert!(
        json["schedules"]["ran"].as_u64().unwrap() >= 1_000
            || json["schedules"]["exhausted"] == true
    );
}

#[test]
fn what_goes_past_the_library_is_named_with_its_line() {
    let desk = with_workbook();
    let ran = check(
        &desk,
        "use std::{sync::Arc, thread as t};\n\nfn main() {\n    t::spawn(|| Arc::new(1));\n}\n",
    );
    assert_eq!(ran.code, Some(1));
    for word in [
        "line 1 uses std::thread",
        "use here: goroutines: go!",
        "more of this: line 4",
    ] {
        assert!(ran.flat().contains(word), "{word:?} in\n{}", ran.out);
    }
    let json = desk.run(&["check", NAME, "--json"]).json();
    assert_eq!(json["failed"], "source");
    assert_eq!(json["findings"][1]["found"], "std::thread::spawn");
}

#[test]
fn the_compilers_first_error_is_shown_and_the_others_are_counted() {
    let desk = with_workbook();
    let ran = check(
        &desk,
        "fn main() {\n    let a: u8 = \"x\";\n    let b = c;\n}\n",
    );
    assert_eq!(ran.code, Some(1));
    for word in [
        "does not compile: 2 errors",
        "exercises/lost-update.rs:",
        "--verbose",
        "rustc --explain E0",
    ] {
        assert!(ran.flat().contains(word), "{word:?} in\n{}", ran.out);
    }
    assert!(!ran.out.contains("warning"), "{}", ran.out);
    let all = desk.run(&["check", NAME, "--verbose"]);
    assert!(
        all.out.contains("E0308") && all.out.contains("E0425"),
        "{}",
        all.out
    );
    let ran = check(&desk, "fn main() { (\n");
    assert_eq!(
        ran.code,
        Some(1),
        "no Rust at all is the compiler's matter too"
    );
}

#[test]
fn where_the_compiler_knows_nothing_of_goroutines_there_is_a_word_on_what_helps() {
    let desk = with_workbook();
    let said = |body: &str| {
        let all = "use goroutines::prelude::*;\nfn main() {\n    run(|| {\n";
        check(&desk, &format!("{all}{body}\n    }});\n}}\n")).flat()
    };
    for (body, word) in [
        (
            "let (mut n, wg) = (0, WaitGroup::new()); wg.go(|| n += 1); wg.wait();",
            "`move` makes a copy",
        ),
        (
            "let s = String::new(); let t = &s; go! { drop(t.len()); }",
            "it can borrow nothing from there",
        ),
        (
            "let c = chan(1); for _ in 0..2 { go! { c.send(1); } }",
            "Make a clone for each goroutine",
        ),
        (
            "let n = std::rc::Rc::new(1); go! { drop(n); }",
            "Arc in place of Rc",
        ),
        (
            "let c = chan(1); let n = select! { recv(c) -> v => v, default => 0, }; let _: i32 = n;",
            "All arms of a select! have one type",
        ),
        (
            "let c = chan(1); c.send(1); let n: i32 = c.recv(); drop(n);",
            "None once the channel is closed",
        ),
    ] {
        let said = said(body);
        assert!(said.contains(word), "{word:?} in\n{said}");
    }
    assert!(!said("let n: u8 = 'x';").contains("recv"));
}

#[test]
fn a_build_that_fails_through_no_fault_of_the_program_is_no_verdict() {
    let desk = with_workbook();
    let manifest = desk.path("workbook/Cargo.toml");
    let good = fs::read_to_string(&manifest).unwrap();
    fs::write(&manifest, format!("{good}\nnonsense\n")).unwrap();
    let ran = check(&desk, "fn main() {}\n");
    assert_eq!(ran.code, Some(2));
    assert!(ran.flat().contains("gotour doctor"), "{}", ran.out);
    fs::write(&manifest, good).unwrap();
    let nowhere = desk.path("nowhere");
    let ran = output_of(desk.command(&["check", NAME]).env("PATH", nowhere));
    assert_eq!(ran.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&ran.stdout).contains("cargo was not found"));
}

#[test]
fn a_file_put_in_place_with_an_old_time_is_built_anew() {
    let desk = with_workbook();
    let words = |ran: Ran| ran.flat();
    let first = check(&desk, "fn main() { panic!(\"one\"); }\n");
    assert!(words(first).contains("panicked: one"));
    save(&desk, "fn main() { panic!(\"two\"); }\n");
    let old = SystemTime::now() - Duration::from_secs(3_600);
    File::options()
        .write(true)
        .open(file(&desk))
        .and_then(|f| f.set_modified(old))
        .unwrap();
    let second = desk.run(&["check", NAME]);
    assert!(second.flat().contains("panicked: two"), "{}", second.out);
}

#[test]
fn run_is_an_ordinary_run() {
    let desk = with_workbook();
    save(&desk, &program("println!(\"hello\");"));
    let ran = desk.run(&["run", NAME]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(0), "hello\n"));
    save(&desk, &program("panic!(\"no\");"));
    let ran = desk.run(&["run", NAME]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.err.contains("panic: no"), "{ran:?}");
    assert!(ran.err.contains("exit code 2"), "{ran:?}");
}
