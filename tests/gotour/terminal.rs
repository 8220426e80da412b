//! In a terminal: pages, prompts and every way out of them.

use crate::desk::{Desk, GOTOUR};
use rustix::process::{Signal, kill_process};

/// A terminal too low for a lesson, so that it is paged.
const LOW: u16 = 6;

#[test]
fn a_page_waits_and_enter_goes_on() {
    let desk = Desk::new();
    let mut t = desk.terminal(80, LOW, &["read", "2"]);
    t.wait_for("q: stop]");
    assert!(!t.is_as_before(), "keys are not read one by one");
    t.send("q");
    assert_eq!(t.end(), 0);
    assert!(t.is_as_before());
    assert!(!t.screen().contains("q: stop"), "the prompt stays behind");
}

#[test]
fn every_way_out_leaves_the_terminal_as_it_was() {
    let desk = Desk::new();
    for (key, code) in [("q", 0), ("\u{1b}", 0), ("\u{4}", 0), ("\u{3}", 130)] {
        let mut t = desk.terminal(80, LOW, &["read", "1"]);
        t.wait_for("q: stop]");
        assert!(!t.is_as_before());
        t.send(key);
        assert_eq!(t.end(), code, "{key:?}");
        assert!(t.is_as_before(), "{key:?}");
    }
    for signal in [Signal::TERM, Signal::INT, Signal::HUP, Signal::QUIT] {
        let mut t = desk.terminal(80, LOW, &["read", "1"]);
        t.wait_for("q: stop]");
        assert!(!t.is_as_before());
        kill_process(t.id(), signal).unwrap();
        assert_eq!(t.end(), -signal.as_raw(), "{signal:?}");
        assert!(t.is_as_before(), "{signal:?}");
    }
}

#[test]
fn the_window_can_change_while_a_page_waits() {
    let desk = Desk::new();
    let mut t = desk.terminal(80, LOW, &["read", "1"]);
    t.wait_for("q: stop]");
    t.resize(40, 30);
    // Drawn anew: lines that were longer are wrapped.
    t.wait_for("q: stop]");
    t.send("q");
    assert_eq!(t.end(), 0);
    assert!(t.is_as_before());
}

#[test]
fn a_dumb_terminal_is_asked_in_lines_and_gets_no_escapes() {
    let desk = Desk::new().var("TERM", "dumb");
    let mut t = desk.terminal(80, 24, &["read", "1"]);
    t.wait_for("q: stop]");
    assert!(t.is_as_before());
    t.send("q\n");
    assert_eq!(t.end(), 0);
    assert!(!t.bytes().contains(&0x1b));
}

#[test]
fn no_color_in_a_terminal_is_no_colour() {
    let desk = Desk::new().var("NO_COLOR", "1");
    let mut t = desk.terminal(60, 24, &["list"]);
    assert_eq!(t.end(), 0);
    assert!(!t.bytes().contains(&0x1b));
    let desk = Desk::new();
    let mut t = desk.terminal(60, 24, &["list"]);
    assert_eq!(t.end(), 0);
    assert!(t.bytes().contains(&0x1b));
}

#[test]
fn stopped_by_ctrl_z_it_gives_the_terminal_back_and_takes_it_again() {
    let desk = Desk::new();
    // A shell with job control; it waits for a line before it lets gotour go on.
    let script = format!("{GOTOUR} read 1; echo was stopped; read line; fg");
    let mut t = desk.terminal_of(80, LOW, "bash", &["-m", "-c", &script]);
    t.wait_for("q: stop]");
    assert!(!t.is_as_before());
    t.send("\u{1a}");
    t.wait_for("was stopped");
    assert!(t.is_as_before());
    t.send("\n");
    t.wait_for("q: stop]");
    t.send("q");
    assert_eq!(t.end(), 0);
    assert!(t.is_as_before());
}
