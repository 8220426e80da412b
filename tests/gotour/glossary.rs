//! `gotour glossary`: all terms, one term, one that is not there.

use crate::desk::Desk;

#[test]
fn one_term_is_said_with_its_place() {
    let desk = Desk::new();
    for wanted in [&["data", "race"][..], &["data race"], &["Data", "Races"]] {
        let ran = desk.run(&[&["glossary"], wanted].concat());
        assert_eq!(ran.code, Some(0), "{ran:?}");
        let lines: Vec<&str> = ran.out.lines().collect();
        assert_eq!(lines[0], "data race");
        assert_eq!(lines.last(), Some(&"  lesson 3, Race conditions"));
    }
    let json = desk.run(&["glossary", "sysmon", "--json"]).json();
    assert_eq!(json["term"], "monitor");
    assert_eq!(json["lesson"], 4);
    assert_eq!(json["heading"], "Ten milliseconds");
    // Nothing was made for it.
    assert!(!desk.path("workbook").exists());
}

#[test]
fn a_term_that_is_not_there() {
    let desk = Desk::new();
    let ran = desk.run(&["glossary", "gorutine"]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""));
    assert_eq!(
        ran.err,
        "gotour: there is no term `gorutine`; did you mean `goroutine`?\n"
    );
}

#[test]
fn all_terms_stand_by_the_alphabet_and_fit() {
    for (columns, locale) in [("80", "C.UTF-8"), ("60", "C")] {
        let desk = Desk::new().var("COLUMNS", columns).var("LANG", locale);
        let ran = desk.run(&["glossary"]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        let width: usize = columns.parse().unwrap();
        for line in ran.out.lines() {
            assert!(line.chars().count() <= width, "{line}");
        }
        assert!(locale != "C" || ran.out.is_ascii(), "{}", ran.out);
        let terms: Vec<&str> = ran.out.lines().filter(|l| !l.starts_with(' ')).collect();
        assert!(terms.len() > 80, "{terms:?}");
        let mut sorted = terms.clone();
        sorted.sort_by_key(|t| t.to_lowercase());
        assert_eq!(terms, sorted);
    }
    let all = Desk::new().run(&["glossary", "--json"]).json();
    assert!(all.as_array().unwrap().iter().all(|t| t["lesson"].is_u64()));
}

#[test]
fn in_a_terminal_they_come_a_screen_at_a_time() {
    let desk = Desk::new();
    let mut t = desk.terminal(80, 24, &["glossary"]);
    t.wait_for("[space: more, ");
    t.send("G");
    t.wait_for("[Enter: the end");
    assert!(t.screen().contains("zero value"), "{}", t.screen());
    t.send("k");
    t.wait_for("[space: more, 1 line ·");
    t.send("G");
    t.wait_for("[Enter: the end");
    t.send("\r");
    assert_eq!(t.end(), 0);
    assert!(t.is_as_before());
    assert_eq!(t.wrapped_rows(), 0);
}
