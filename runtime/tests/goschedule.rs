//! `GOSCHEDULE=token`: an ordinary test that checks a program runs it under that one schedule.

use std::process::{Command, Output};

use goroutines::explore::{Options, check};
use goroutines::prelude::*;
use goroutines::println;

/// Two goroutines count to two, without a lock.
fn counts_to_two() {
    let n = Shared::new(0);
    let wg = WaitGroup::new();
    for _ in 0..2 {
        let n = n.clone();
        wg.go(move || n.update(|v| v + 1));
    }
    wg.wait();
    println!("{}", n.get());
}

/// As a user of the library writes it. It fails; so it is run only in a child.
#[test]
fn ordinary_test() {
    if std::env::var_os("IN_A_CHILD").is_some() {
        let opts = Options::new().races(false).expect(|output| output == "2\n");
        check(&opts, counts_to_two).assert_passed();
    }
}

struct PanicsToo;

impl Drop for PanicsToo {
    fn drop(&mut self) {
        panic!("second");
    }
}

/// Two panics at once, which abort a process, in the schedules in which main is quicker.
#[test]
fn aborting_test() {
    if std::env::var_os("IN_A_CHILD").is_none() {
        return;
    }
    let r = check(&Options::new(), || {
        let first = Shared::new(false);
        let (seen, wg) = (first.clone(), WaitGroup::new());
        wg.go(move || {
            if seen.get() {
                let _panics = PanicsToo;
                panic!("first");
            }
        });
        first.set(true);
        wg.wait();
    });
    r.assert_passed();
}

fn child(token: Option<&str>) -> (bool, String) {
    child_of(&["ordinary_test", "--exact", "--nocapture"], token)
}

fn child_of(args: &[&str], token: Option<&str>) -> (bool, String) {
    let me = std::env::current_exe().expect("this binary");
    let mut c = Command::new(me);
    c.args(args)
        .env("IN_A_CHILD", "1")
        .env("RUST_BACKTRACE", "0")
        .env_remove("GOSCHEDULE");
    if let Some(token) = token {
        c.env("GOSCHEDULE", token);
    }
    let Output { status, stderr, .. } = c.output().expect("it starts");
    (
        status.success(),
        String::from_utf8_lossy(&stderr).into_owned(),
    )
}

#[test]
fn the_schedule_that_a_failing_test_names_repeats_it() {
    let (passed, text) = child(None);
    assert!(!passed, "{text}");
    let token = text
        .split_once("GOSCHEDULE=")
        .and_then(|(_, rest)| rest.split_whitespace().next())
        .expect("the report names the schedule");
    let table = |text: &str| {
        let from = text.find("shortest failing schedule").expect("a table");
        let to = text.find("again:").expect("how to see it again");
        text[from..to].to_string()
    };
    for _ in 0..3 {
        let (passed, again) = child(Some(token));
        assert!(!passed, "{again}");
        assert!(again.contains("1 of 1 schedules failed"), "{again}");
        assert_eq!(table(&again), table(&text));
    }
}

#[test]
fn a_process_that_is_aborted_says_under_which_schedule() {
    let token = |text: &str| {
        let said = text.split_once("GOSCHEDULE=").map(|(_, rest)| rest);
        said.and_then(|rest| Some(rest.split_whitespace().next()?.to_string()))
    };
    // What the harness has caught of its output is lost.
    let alone = ["aborting_test", "--exact"];
    let (passed, text) = child_of(&alone, None);
    assert!(!passed && text.contains("ends this process"), "{text}");
    let first = token(&text).expect("the schedule is named");
    let (passed, again) = child_of(&alone, Some(&first));
    assert!(!passed && again.contains("ends this process"), "{again}");
    assert_eq!(token(&again), Some(first), "{again}");
}

#[test]
fn a_schedule_that_goes_well_passes_and_nonsense_is_refused() {
    let (passed, text) = child(Some("G1"));
    assert!(passed, "{text}");
    let (passed, text) = child(Some("H1"));
    assert!(!passed && text.contains("GOSCHEDULE: "), "{text}");
}

mod limit;
