//! What was typed is not right: one clear sentence, what to do, and exit code 2.

use crate::desk::Desk;

fn says(args: &[&str]) -> String {
    let ran = Desk::new().run(args);
    assert_eq!(ran.code, Some(2), "{args:?} {ran:?}");
    assert_eq!(ran.out, "", "{args:?}");
    ran.err
}

#[test]
fn a_command_that_is_not_there() {
    let err = says(&["chekc"]);
    assert!(err.contains("'check'"), "{err}");
}

#[test]
fn an_option_that_is_not_there() {
    let err = says(&["list", "--jsn"]);
    assert!(err.contains("--json"), "{err}");
}

#[test]
fn a_lesson_that_is_not_there() {
    let err = says(&["read", "77"]);
    assert!(
        err.starts_with("gotour: there is no lesson 77; there are lessons 1 to "),
        "{err}"
    );
    let err = says(&["read", "gorutines"]);
    assert_eq!(
        err,
        "gotour: there is no lesson `gorutines`; did you mean `goroutines`?\n"
    );
}

#[test]
fn a_demo_that_is_not_there() {
    let err = says(&["demo", "zzzzzz"]);
    assert_eq!(
        err,
        "gotour: there is no demo `zzzzzz`; `gotour demo` shows them all\n"
    );
    let err = says(&["demo", "99"]);
    assert!(err.starts_with("gotour: there is no lesson 99; "), "{err}");
}

#[test]
fn in_json_the_sentence_is_json_too() {
    let ran = Desk::new().run(&["read", "77", "--json"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(2), ""));
    let json = ran.json();
    assert_eq!(json["error"], "there is no lesson 77");
    assert!(json["do"].as_str().unwrap().contains("lessons 1 to"));
}

#[test]
fn a_workbook_that_cannot_be() {
    let desk = Desk::new();
    std::fs::write(desk.path("file"), "x").unwrap();
    let ran = desk.run(&["init", "file"]);
    assert_eq!(ran.code, Some(2));
    assert!(
        ran.err.contains("is not a folder; choose another name"),
        "{}",
        ran.err
    );
    let ran = desk.run(&["--workbook", "file", "next"]);
    assert_eq!(ran.code, Some(2));
    std::fs::create_dir(desk.path("other")).unwrap();
    std::fs::write(desk.path("other/Cargo.toml"), "[package]\n").unwrap();
    let ran = desk.run(&["init", "other"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.contains("gotour init DIR"), "{}", ran.err);
    assert_eq!(desk.read("other/Cargo.toml"), "[package]\n");
    assert!(!desk.path("other/.gotour").exists());
}

#[test]
fn a_wrong_name_makes_no_workbook_and_nothing_is_proved_by_no_try() {
    let desk = Desk::new();
    for command in ["run", "check", "hint", "watch"] {
        let ran = desk.run(&[command, "nope"]);
        assert_eq!(ran.code, Some(2), "{ran:?}");
        assert!(!desk.path("workbook").exists(), "{command}");
    }
    for option in ["--times", "--jobs"] {
        let err = says(&["dev", "check", "lost-update", option, "0"]);
        assert!(err.contains("0 is not in 1.."), "{err}");
    }
    let help = desk.run(&["help"]);
    assert_eq!(help.code, Some(0), "{help:?}");
    assert!(help.out.contains("gotour [OPTIONS] [COMMAND]"), "{help:?}");
}
