//! `gotour watch` in a terminal: saves of every kind, keys while a program is stuck, and every way out.

use crate::book::{NAME, file, program, save, with_workbook};
use crate::desk::Desk;
use rustix::process::{Signal, kill_process};
use std::fs;
use std::process::Stdio;

const KEYS: &str = "q quit";

/// A program that ends in a panic with these words, so that the verdict has them too.
fn says(words: &str) -> String {
    format!("fn main() {{ panic!(\"{words}\"); }}\n")
}

fn endless() -> String {
    program("loop { std::hint::black_box(0); }")
}

/// The learner's programs that run out of this desk's workbook.
fn running(desk: &Desk) -> usize {
    let target = desk
        .path("workbook/target/gotour/debug")
        .canonicalize()
        .unwrap();
    let processes = fs::read_dir("/proc").unwrap().filter_map(Result::ok);
    processes
        .filter(|p| fs::read_link(p.path().join("exe")).is_ok_and(|exe| exe.starts_with(&target)))
        .count()
}

/// Waits until the learner's program runs.
fn wait_until_it_runs(desk: &Desk) {
    let start = std::time::Instant::now();
    while running(desk) == 0 {
        assert!(start.elapsed().as_secs() < 60, "it never runs");
        std::thread::yield_now();
    }
}

/// Waits until none of them is left.
fn wait_until_it_is_gone(desk: &Desk) {
    let start = std::time::Instant::now();
    while running(desk) > 0 {
        assert!(start.elapsed().as_secs() < 10, "it lives on");
        std::thread::yield_now();
    }
}

#[test]
fn every_way_of_saving_is_seen() {
    let desk = with_workbook();
    save(&desk, &says("first"));
    let mut t = desk.terminal(80, 24, &["watch", NAME]);
    t.wait_for("panicked: first");
    // In place.
    save(&desk, &says("second"));
    t.wait_for("panicked: second");
    // A new file over the old one.
    let new = desk.path("workbook/exercises/.lost-update.rs.swp");
    fs::write(&new, says("third")).unwrap();
    fs::rename(&new, file(&desk)).unwrap();
    t.wait_for("panicked: third");
    // The old one is moved away first.
    fs::rename(file(&desk), desk.path("workbook/exercises/lost-update.rs~")).unwrap();
    save(&desk, &says("fourth"));
    t.wait_for("panicked: fourth");
    // Emptied, then written.
    save(&desk, "");
    save(&desk, &says("fifth"));
    t.wait_for("panicked: fifth");
    // Another exercise.
    let other = desk.path("workbook/exercises/order-two.rs");
    fs::write(other, says("sixth")).unwrap();
    t.wait_for("exercise-2 order-two: panicked: sixth");
    t.send("q");
    assert_eq!(t.end(), 0);
    assert!(t.is_as_before());
}

#[test]
fn keys_and_saves_are_answered_while_a_program_is_stuck() {
    let desk = with_workbook();
    save(&desk, &endless());
    let mut t = desk.terminal(80, 40, &["watch", NAME]);
    wait_until_it_runs(&desk);
    t.send("h");
    t.wait_for("hint 1 of 3");
    t.send("l");
    t.wait_for("exercises solved");
    // The next exercise, and back.
    t.send("n");
    t.wait_for("exercise-2 order-two:");
    save(&desk, &format!("{} ", endless()));
    t.wait_for("exercise-1 lost-update: checking");
    wait_until_it_runs(&desk);
    save(&desk, &says("newer"));
    t.wait_for("panicked: newer");
    assert_eq!(running(&desk), 0);
    save(&desk, &endless());
    t.wait_for("still running after 2 s");
    assert_eq!(running(&desk), 0);
    // Alive after it, and as often as is asked.
    t.send("r");
    t.wait_for("checking");
    wait_until_it_runs(&desk);
    t.send("q");
    assert_eq!(t.end(), 0);
    assert!(t.is_as_before());
    assert_eq!(running(&desk), 0);
}

#[test]
fn every_way_out_restores_the_terminal_and_leaves_nothing_running() {
    let desk = with_workbook();
    save(&desk, &endless());
    for (signal, code) in [
        (None, 130),
        (Some(Signal::TERM), -15),
        (Some(Signal::HUP), -1),
        (Some(Signal::INT), -2),
    ] {
        let mut t = desk.terminal(80, 24, &["watch", NAME]);
        t.wait_for(KEYS);
        wait_until_it_runs(&desk);
        assert!(!t.is_as_before());
        match signal {
            Some(signal) => kill_process(t.id(), signal).unwrap(),
            None => t.send("\u{3}"),
        }
        assert_eq!(t.end(), code, "{signal:?}");
        assert!(t.is_as_before(), "{signal:?}");
        wait_until_it_is_gone(&desk);
    }
}

#[test]
fn without_a_terminal_it_ends_with_its_input() {
    let desk = with_workbook();
    save(&desk, &says("plain"));
    let ran = desk.run(&["watch", NAME]);
    assert_eq!(ran.code, Some(0));
    assert!(ran.flat().contains("panicked: plain"), "{ran:?}");
    assert!(!ran.out.contains('\u{1b}'), "{ran:?}");
    // Keys are lines there.
    let mut child = desk
        .command(&["watch", NAME])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut keys = child.stdin.take().unwrap();
    std::io::Write::write_all(&mut keys, b"h\nq\n").unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&output.stdout).contains("hint 1 of 3"));
    drop(keys);
}

#[test]
fn a_check_that_is_interrupted_leaves_nothing_running() {
    let desk = with_workbook();
    save(&desk, &endless());
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let mut child = desk
            .command(&["check", NAME])
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        wait_until_it_runs(&desk);
        kill_process(rustix::process::Pid::from_child(&child), signal).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(code), "{signal:?}");
        assert_eq!(running(&desk), 0, "{signal:?}");
    }
}
