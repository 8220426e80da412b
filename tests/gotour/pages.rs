//! What the pages look like: snapshots.

use crate::desk::Desk;

#[test]
fn alone_at_the_beginning() {
    insta::assert_snapshot!(Desk::new().run(&[]).out);
}

#[test]
fn help() {
    insta::assert_snapshot!(Desk::new().run(&["--help"]).out);
}

#[test]
fn list() {
    insta::assert_snapshot!(Desk::new().run(&["list"]).out);
}

#[test]
fn list_at_60_columns_without_utf8() {
    let desk = Desk::new().var("COLUMNS", "60").var("LANG", "C");
    insta::assert_snapshot!(desk.run(&["list"]).out);
}

#[test]
fn an_exercise_and_its_hints() {
    let desk = Desk::new();
    let mut shown = String::new();
    for _ in 0..3 {
        shown = desk.run(&["hint", "1"]).out;
    }
    insta::assert_snapshot!(shown);
}

fn lesson(number: &str) -> String {
    Desk::new().run(&["read", number, "--seed", "1"]).out
}

#[test]
fn lesson_1() {
    insta::assert_snapshot!(lesson("1"));
}

#[test]
fn lesson_2() {
    insta::assert_snapshot!(lesson("2"));
}

#[test]
fn lesson_3() {
    insta::assert_snapshot!(lesson("3"));
}

#[test]
fn lesson_4() {
    insta::assert_snapshot!(lesson("4"));
}

#[test]
fn lesson_5() {
    insta::assert_snapshot!(lesson("5"));
}

#[test]
fn lesson_6() {
    insta::assert_snapshot!(lesson("6"));
}

#[test]
fn lesson_7() {
    insta::assert_snapshot!(lesson("7"));
}

#[test]
fn lesson_8() {
    insta::assert_snapshot!(lesson("8"));
}

#[test]
fn lesson_9() {
    insta::assert_snapshot!(lesson("9"));
}

#[test]
fn lesson_10() {
    insta::assert_snapshot!(lesson("10"));
}

#[test]
fn lesson_11() {
    insta::assert_snapshot!(lesson("11"));
}

#[test]
fn lesson_12() {
    insta::assert_snapshot!(lesson("12"));
}

#[test]
fn lesson_13() {
    insta::assert_snapshot!(lesson("13"));
}

#[test]
fn lesson_1_at_60_columns_without_utf8() {
    let desk = Desk::new().var("COLUMNS", "60").var("LANG", "C");
    insta::assert_snapshot!(desk.run(&["read", "1", "--seed", "1"]).out);
}
