//! `gotour play`: printed and played by picks through pipes, and played with keys in a terminal.

use crate::desk::{Desk, Terminal};
use rustix::process::{Signal, kill_process};

const LEVEL: &str = "two-additions";

#[test]
fn the_levels_are_listed_with_what_was_won() {
    let desk = Desk::new();
    let ran = desk.run(&["play"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.out.contains("0 of "), "{}", ran.out);
    assert!(ran.out.contains(LEVEL), "{}", ran.out);
    assert!(!desk.path("workbook").exists(), "nothing is made for it");
    let won = desk.run(&["play", LEVEL, "--picks", "2,2,3"]);
    assert_eq!(won.code, Some(0), "{won:?}");
    let ran = desk.run(&["play"]);
    assert!(ran.out.contains("1 of "), "{}", ran.out);
    assert!(ran.out.contains("1 switch, no fewer"), "{}", ran.out);
    let json = desk.run(&["play", "--json"]).json();
    let all = json.as_array().unwrap();
    assert!(all.len() >= 12);
    let row = all.iter().find(|l| l["name"] == LEVEL).unwrap();
    assert_eq!((&row["won"], &row["switches"]), (&true.into(), &1.into()));
    assert_eq!(row["fewest"], 1);
    // What has not been won keeps its secret.
    let row = all.iter().find(|l| l["name"] == "two-locks").unwrap();
    assert!(row["fewest"].is_null() && row["won"] == false, "{row}");
    let narrow = Desk::new().var("COLUMNS", "60").var("LANG", "C");
    let ran = narrow.run(&["play"]);
    assert!(ran.out.is_ascii() && ran.out.lines().all(|l| l.len() <= 60));
}

#[test]
fn without_a_terminal_a_level_is_described() {
    let desk = Desk::new();
    let ran = desk.run(&["play", "2"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    for says in [
        "Two additions",
        "Goal: make it print 1",
        "let v = n.get();",
        "--picks",
        "G2 begins",
    ] {
        assert!(ran.out.contains(says), "{says} in\n{}", ran.out);
    }
    assert!(!ran.out.contains("lost update"), "{}", ran.out);
    // The example can be typed, and gives nothing away.
    for n in 1..=desk
        .run(&["play", "--json"])
        .json()
        .as_array()
        .unwrap()
        .len()
    {
        let ran = desk.run(&["play", &n.to_string()]);
        let (_, picks) = ran.out.split_once("--picks ").expect("an example");
        let picks = picks.split_whitespace().next().unwrap();
        let tried = desk.run(&["play", &n.to_string(), "--picks", picks]);
        assert_eq!(tried.code, Some(1), "level {n}: {picks} {tried:?}");
    }
    let json = desk.run(&["play", LEVEL, "--json"]).json();
    assert_eq!(json["name"], LEVEL);
    assert_eq!(json["can_run"][0]["who"], 1);
    let narrow = Desk::new().var("COLUMNS", "60").var("LANG", "C");
    let ran = narrow.run(&["play", LEVEL]);
    assert!(ran.out.is_ascii() && ran.out.lines().all(|l| l.len() <= 60));
}

#[test]
fn picks_are_played_and_what_came_of_them_is_said() {
    let desk = Desk::new();
    let ran = desk.run(&["play", LEVEL, "--picks", "2,3"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.out.contains("Nothing is broken yet"), "{}", ran.out);
    let ran = desk.run(&["play", LEVEL, "--picks", "2,2,3"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    for says in [
        "G2 is stopped",
        "printed:\n  1\n",
        "It is broken: ",
        "no order needs fewer",
        "lost update",
        "gotour step --level two-additions G2x2.G3",
    ] {
        assert!(ran.out.contains(says), "{says} in\n{}", ran.out);
    }
    // The same as a schedule; more switches than needed, and the best count stays.
    let ran = desk.run(&["play", LEVEL, "--picks", "G2x2.G3x2.G2x1.G3", "--json"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let json = ran.json();
    assert_eq!(
        (&json["broken"], &json["how"]),
        (&true.into(), &"output".into())
    );
    assert_eq!((&json["switches"], &json["fewest"]), (&3.into(), &1.into()));
    let best = desk.run(&["play", "--json"]).json();
    assert_eq!(best[1]["switches"], 1);
    // A program that panics, one that waits for ever, and one that the clock breaks.
    for (level, picks, how) in [
        ("closed-twice", "3,3,2,2,2,3", "panic"),
        ("two-locks", "G2x2.G3", "deadlock"),
        ("too-late", "T", "leak"),
        ("too-late", "0", "leak"),
    ] {
        let ran = desk.run(&["play", level, "--picks", picks, "--json"]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert_eq!(ran.json()["how"], how, "{level}");
        assert_eq!(ran.err, "", "{level}");
    }
}

#[test]
fn the_list_of_what_was_won_fits_its_columns() {
    let desk = Desk::new();
    for (level, picks) in [
        (LEVEL, "2,2,3"),
        ("too-late", "T"),
        ("closed-twice", "3,3,2,2,2,3"),
    ] {
        let ran = desk.run(&["play", level, "--picks", picks]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
    }
    for (columns, lang) in [(80, "C.UTF-8"), (60, "C.UTF-8"), (60, "C"), (40, "C")] {
        let desk = Desk::at(&desk.path(""))
            .var("COLUMNS", &columns.to_string())
            .var("LANG", lang);
        let ran = desk.run(&["play"]);
        let fits = |l: &str| l.chars().count() <= columns;
        assert!(ran.out.lines().all(fits), "{}", ran.out);
        let whole = ran.out.matches(" switch, no fewer\n").count();
        assert!(columns < 60 || whole > 0, "{}", ran.out);
    }
}

#[test]
fn what_is_said_after_the_screen_fits_the_window_as_it_is_then() {
    let desk = Desk::new();
    let mut t = begun(&desk, 100, 24, "first-come");
    t.send("s");
    t.wait_for("▶G2 begins");
    t.send("3s");
    t.wait_for("price: 0");
    t.send("e");
    t.wait_for("It is broken");
    t.resize(60, 24);
    t.wait_until("the narrow screen", |s| {
        s.contains("It is broken") && s.lines().all(|l| l.chars().count() <= 60)
    });
    t.send("q");
    assert_eq!(t.end(), 0);
    assert_eq!(t.wrapped_rows(), 0, "{}", t.screen());
}

#[test]
fn what_was_found_is_walked_through_in_step() {
    let desk = Desk::new();
    let ran = desk.run(&["step", "--level", LEVEL, "G2x2.G3"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.out.contains("n.get → 0"), "{}", ran.out);
    assert!(ran.out.contains("let v = n.get();"), "{}", ran.out);
    assert!(!desk.path("workbook").exists(), "nothing is made for it");
    let json = desk.run(&["step", "--level", "3", "--json"]).json();
    assert_eq!(json["name"], "other-case");
    let mut t = desk.terminal(80, 24, &["step", "--level", "closed-twice", "G3x2.G2"]);
    t.wait_for("step 0 of ");
    t.send("G");
    t.wait_for("close of closed channel");
    t.send("q");
    assert_eq!(t.end(), 0);
    assert!(t.is_as_before());
}

#[test]
fn what_cannot_be_played_is_said() {
    let desk = Desk::new();
    for (args, says) in [
        (vec!["play", "99"], "there are levels 1 to "),
        (
            vec!["play", "two-aditions"],
            "did you mean `two-additions`?",
        ),
        (vec!["play", "zzzz"], "`gotour play` shows them all"),
        (vec!["play", LEVEL, "--picks", "2,,3"], "0 is the clock"),
        (vec!["play", LEVEL, "--picks", ""], "are no picks"),
        (vec!["play", LEVEL, "--picks", "-1"], "are no picks"),
        (
            vec!["play", LEVEL, "--picks", "2,7"],
            "does not exist, waits or has ended",
        ),
        (
            vec!["play", LEVEL, "--picks", "T"],
            "the clock cannot move there",
        ),
        (vec!["step", "--level", "zzzz"], "there is no level `zzzz`"),
        (
            vec!["step", "--level", LEVEL, "G2x2.G9"],
            "cannot be followed",
        ),
    ] {
        let ran = desk.run(&args);
        assert_eq!(ran.code, Some(2), "{args:?} {ran:?}");
        assert!(
            ran.err.replace('\n', " ").contains(says),
            "{args:?} {ran:?}"
        );
        assert_eq!(ran.out, "", "{args:?}");
    }
    assert!(!desk.path("workbook").exists(), "nothing is made for it");
}

fn begun(desk: &Desk, columns: u16, rows: u16, level: &str) -> Terminal {
    let t = desk.terminal(columns, rows, &["play", level]);
    t.wait_for("switches: 0   steps: 0");
    // The last row is drawn last.
    t.wait_for("Enter step");
    t
}

#[test]
fn with_keys_a_level_is_broken() {
    let desk = Desk::new();
    let mut t = begun(&desk, 80, 24, LEVEL);
    for panel in [
        "goal: make it print 1",
        "source",
        "printed",
        "goroutines",
        "objects",
        "q leave",
    ] {
        assert!(t.screen().contains(panel), "{panel} in\n{}", t.screen());
    }
    // main goes on until it waits; then there are two.
    t.send("s");
    t.wait_for("G1 waits: wg.wait");
    t.wait_for("▶G2 begins");
    t.send("3");
    t.wait_for("▶G3 begins");
    t.send("\u{1b}[A");
    t.wait_for("▶G2 begins");
    t.send("\r");
    t.wait_for("▶G2 n.get");
    t.send(" ");
    t.wait_for("n = 0");
    // Stopping G2 costs a switch, and taking that back gives it back.
    t.send("\u{1b}[B\r");
    t.wait_for("switches: 1 ");
    t.send("u");
    t.wait_for("switches: 0 ");
    t.send("3s");
    t.wait_for("G3 has ended");
    t.wait_for("switches: 1 ");
    t.resize(100, 30);
    t.wait_for("switches: 1 ");
    t.send("e");
    t.wait_for("It is broken");
    t.wait_for("no order needs fewer");
    t.send("q");
    assert_eq!(t.end(), 0, "{}", t.screen());
    assert!(t.is_as_before());
    // What was won stands below the screen that has gone, and in the progress.
    assert!(t.screen().contains("gotour step --level"), "{}", t.screen());
    let json = desk.run(&["play", "--json"]).json();
    assert_eq!(json[1]["switches"], 1);
}

#[test]
fn a_right_end_is_no_end_and_the_next_level_is_a_key_away() {
    let desk = Desk::new();
    let mut t = begun(&desk, 80, 24, "first-come");
    t.send("e");
    t.wait_for("not yet");
    // `n` means nothing before the win.
    t.send("nr");
    t.wait_for("switches: 0   steps: 0");
    t.send("s");
    t.wait_for("▶G2 begins");
    t.send("3s");
    t.wait_for("price: 0");
    t.send("e");
    t.wait_for("It is broken");
    t.wait_for("You needed no switch");
    t.send("n");
    t.wait_for("goal: make it print 1");
    t.send("?");
    t.wait_for("A switch counts where");
    t.send("x");
    t.wait_for("goroutines");
    t.send("q");
    assert_eq!(t.end(), 0);
    assert!(t.is_as_before());
}

/// A panic of the program is no panic of gotour's: the screen stays as it is.
#[test]
fn a_level_that_panics_leaves_the_screen_alone() {
    let desk = Desk::new();
    let mut t = begun(&desk, 80, 24, "closed-twice");
    t.send("s");
    t.wait_for("▶G2 begins");
    t.send("3\r\r2s3s");
    t.wait_for("It is broken: panic: close");
    assert!(!t.is_as_before());
    t.send("u");
    t.wait_for("goroutines");
    t.send("q");
    assert_eq!(t.end(), 0);
    assert!(t.is_as_before());
}

#[test]
fn every_way_out_leaves_the_terminal_as_it_was() {
    let desk = Desk::new().var("NO_COLOR", "1").var("LANG", "C");
    for (key, code) in [("q", 0), ("\u{1b}", 0), ("\u{3}", 130)] {
        let mut t = begun(&desk, 60, 20, LEVEL);
        assert!(!t.is_as_before());
        assert!(t.screen().is_ascii(), "{}", t.screen());
        t.send("s");
        t.wait_for(">G2 begins");
        t.send(key);
        assert_eq!(t.end(), code, "{key:?}");
        assert!(t.is_as_before(), "{key:?}");
    }
    let t = begun(&desk, 80, 24, LEVEL);
    kill_process(t.id(), Signal::TERM).unwrap();
    let mut t = t;
    assert_eq!(t.end(), -Signal::TERM.as_raw());
    assert!(t.is_as_before());
}
