//! `gotour trace`: of demos and exercises, printed and into files.

use crate::book::{NAME, program, save, with_workbook};
use crate::desk::Desk;

/// Some goroutines that talk.
const TALKS: &str =
    "let ch = chan(0); let to = ch.clone(); go!({ to.send(1); }); println!(\"{:?}\", ch.recv());";

#[test]
fn an_exercise_is_drawn_in_the_terminal() {
    let desk = with_workbook();
    save(&desk, &program(TALKS));
    let ran = desk.run(&["trace", NAME]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    for row in [
        "G1 main",
        "G2 lost-update.rs:",
        "P0 ",
        "runs",
        "woke somebody",
    ] {
        assert!(ran.out.contains(row), "{row} in {}", ran.out);
    }
    let lines = desk.run(&["trace", NAME, "--schedtrace"]);
    assert!(lines.out.starts_with("SCHED 0ms: gomaxprocs="), "{lines:?}");
    // A crash has a trace as well.
    save(&desk, &program("chan::<i32>(0).recv();"));
    let ran = desk.run(&["trace", NAME]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.out.contains("G1 main"), "{ran:?}");
    assert!(ran.err.contains("exit code 2"), "{ran:?}");
}

#[test]
fn files_are_new_ones_and_nothing_is_overwritten() {
    let desk = with_workbook();
    save(&desk, &program(TALKS));
    for (option, ending, begins) in [
        ("--html", "html", "<!doctype html>"),
        ("--svg", "svg", "<svg "),
        ("--perfetto", "json", "{\"displayTimeUnit\""),
        ("--go", "trace", "go 1.25 trace"),
    ] {
        for name in [format!("{NAME}.{ending}"), format!("{NAME}-2.{ending}")] {
            let ran = desk.run(&["trace", NAME, option]);
            assert_eq!(ran.code, Some(0), "{ran:?}");
            let bytes = std::fs::read(desk.path(&name)).expect("the file is there");
            assert!(bytes.starts_with(begins.as_bytes()), "{name}");
        }
        let there = format!("{NAME}.{ending}");
        let ran = desk.run(&["trace", NAME, option, "-o", &there]);
        assert_eq!(ran.code, Some(2), "{ran:?}");
        assert!(ran.err.contains("not overwritten"), "{ran:?}");
        // What is no text cannot be compared as one.
        if option != "--go" {
            let ran = desk.run(&["trace", NAME, option, "-o", "-"]);
            assert!(ran.out.starts_with(begins), "{ran:?}");
        }
    }
}

#[test]
fn a_demo_is_traced_program_by_program() {
    let desk = Desk::new();
    for name in ["fork-and-join", "which-thread", "what-is-kept"] {
        let ran = desk.run(&["trace", name]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert!(ran.out.contains("G1 main"), "{ran:?}");
        let ran = desk.run(&["trace", name, "--program", "99"]);
        assert_eq!(ran.code, Some(2), "{ran:?}");
        assert!(ran.err.contains("has no program 99"), "{ran:?}");
    }
    // A demo and an exercise have this name. With the option the demo is meant, which only explores.
    let ran = desk.run(&["trace", "lost-update", "--demo"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.err.contains("the demo `lost-update`"), "{ran:?}");
    let ran = desk.run(&["trace", "fork-and-join", "--json"]);
    assert_eq!(ran.json()["name"], "fork-and-join");
    assert!(!desk.path("workbook").exists());
}

#[test]
fn what_leaves_no_trace_is_said() {
    let desk = with_workbook();
    save(&desk, "fn main() {}");
    let ran = desk.run(&["trace", NAME]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    let said = ran.err.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        said.contains("without calling `goroutines::run`"),
        "{ran:?}"
    );
    let ran = desk.run(&["trace", "no-such-thing"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    let ran = desk.run(&["trace", NAME, "--html", "--svg"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
}
