//! Through pipes: nothing is asked, nothing is coloured, and what a program may read is JSON.

use crate::desk::Desk;
use std::process::Stdio;

#[test]
fn alone_it_says_what_comes_first_and_makes_nothing() {
    let desk = Desk::new();
    let ran = desk.run(&[]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    assert!(ran.out.contains("Next: lesson 1, "), "{}", ran.out);
    assert!(ran.out.contains("gotour next"), "{}", ran.out);
    assert!(!desk.path("workbook").exists());
    let json = desk.run(&["--json"]).json();
    assert_eq!(json["next"]["kind"], "lesson");
    assert_eq!(json["next"]["number"], 1);
    assert_eq!(json["workbook"], serde_json::Value::Null);
}

#[test]
fn next_makes_a_workbook_reads_the_lesson_and_goes_on() {
    let desk = Desk::new();
    let ran = desk.run(&["next"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(ran.err, "note: made your workbook: workbook\n");
    assert!(
        ran.out.contains("This is the end of lesson 1, "),
        "{}",
        ran.out
    );
    assert!(!ran.out.contains('\u{1b}'), "escape codes in a pipe");
    assert!(!ran.out.contains("[Enter"), "a prompt in a pipe");
    let list = desk.run(&["list", "--json"]).json();
    assert!(list["lessons"][0]["read"].is_string(), "{list}");
    assert!(list["lessons"][1]["read"].is_null(), "{list}");
    let again = desk.run(&["next", "--json"]).json();
    let first = &list["lessons"][0]["exercises"][0];
    if first.is_object() {
        assert_eq!(again["kind"], "exercise");
        assert_eq!(again["name"], first["name"]);
    }
}

#[test]
fn reading_alone_makes_nothing() {
    let desk = Desk::new();
    let ran = desk.run(&["read", "2", "--seed", "1"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(!desk.path("workbook").exists());
    let json = desk.run(&["read", "2", "--json"]).json();
    assert_eq!(json["number"], 2);
    assert!(json["parts"][0]["text"].is_string());
}

#[test]
fn a_pipe_that_is_closed_early_is_no_error() {
    let desk = Desk::new();
    for args in [
        &["list"][..],
        &["read", "1", "--seed", "1"],
        &["completions", "zsh"],
        &[],
    ] {
        // Closed before a byte can be read.
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = desk
            .command(args)
            .stdout(writer)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
            .wait_with_output()
            .unwrap();
        let (err, status) = (String::from_utf8(output.stderr).unwrap(), output.status);
        assert_eq!(err, "", "{args:?}");
        assert_eq!(status.code(), Some(141), "{args:?}");
    }
}

#[test]
fn without_utf8_everything_is_ascii() {
    for vars in [("LANG", "C"), ("LC_ALL", "POSIX")] {
        let desk = Desk::new().var(vars.0, vars.1);
        for args in [
            &[][..],
            &["read", "1", "--seed", "1"],
            &["read", "3", "--seed", "1"],
            &["list"],
            &["demo"],
        ] {
            let ran = desk.run(args);
            assert_eq!(ran.code, Some(0), "{args:?} {ran:?}");
            let other = ran.out.chars().find(|c| !c.is_ascii());
            assert_eq!(other, None, "{args:?} {}", ran.out);
            // No sign was lost: a `?` stands for nothing but itself.
            let questions = |s: &str| s.matches('?').count();
            let utf8 = Desk::new().run(args).out;
            assert_eq!(questions(&ran.out), questions(&utf8), "{}", ran.out);
        }
    }
}

#[test]
fn pages_keep_to_the_width_they_are_given() {
    for columns in [60, 80] {
        let desk = Desk::new().var("COLUMNS", &columns.to_string());
        for args in [
            &[][..],
            &["list"],
            &["demo"],
            &["hint", "1"],
            &["solution", "1", "--give-up"],
            &["quiz", "1"],
            &["read", "1", "--seed", "1"],
            &["read", "2", "--seed", "1"],
        ] {
            for line in desk.run(args).out.lines() {
                assert!(line.chars().count() <= columns, "{columns}: {line}");
            }
        }
    }
}

#[test]
fn colours_come_only_where_they_are_wanted() {
    let escape = |desk: Desk| desk.run(&["list"]).out.contains('\u{1b}');
    assert!(!escape(Desk::new()));
    assert!(escape(Desk::new().var("CLICOLOR_FORCE", "1")));
    assert!(!escape(
        Desk::new().var("CLICOLOR_FORCE", "1").var("NO_COLOR", "1")
    ));
}

#[test]
fn demos_are_listed_as_text_and_as_json() {
    let desk = Desk::new();
    let json = desk.run(&["demo", "--json"]).json();
    let text = desk.run(&["demo"]).out;
    for demo in json.as_array().unwrap() {
        assert!(text.contains(demo["name"].as_str().unwrap()), "{text}");
    }
}

#[test]
fn completions_know_the_commands() {
    let desk = Desk::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let ran = desk.run(&["completions", shell]);
        assert_eq!(ran.code, Some(0));
        assert!(ran.out.contains("watch"), "{shell}");
    }
}

#[test]
fn the_whole_help_fits_a_screen() {
    let help = Desk::new().run(&["--help"]);
    assert_eq!(help.code, Some(0));
    assert!(help.out.lines().count() <= 50, "{}", help.out);
}

#[test]
fn help_keeps_to_the_width() {
    for columns in [60, 80] {
        let desk = Desk::new().var("COLUMNS", &columns.to_string());
        for args in [&["--help"][..], &["check", "--help"], &["solution", "-h"]] {
            for line in desk.run(args).out.lines() {
                assert!(line.chars().count() <= columns, "{columns}: {line}");
            }
        }
    }
}
