//! Hints, solutions, resets, and the exercises' files.

use crate::desk::Desk;
use std::fs;

const FILE: &str = "workbook/exercises/lost-update.rs";

#[test]
fn hints_come_one_more_each_time_and_are_remembered() {
    let desk = Desk::new();
    for (time, level) in [(1, 1), (2, 2), (3, 3), (4, 3)] {
        let ran = desk.run(&["hint", "lost-update"]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        for n in 1..=3 {
            let there = ran.out.contains(&format!("hint {n} of 3"));
            assert_eq!(there, n <= level, "time {time}, hint {n}: {}", ran.out);
        }
    }
    let json = desk.run(&["hint", "1", "--json"]).json();
    assert_eq!(json["hints"].as_array().unwrap().len(), 3);
    // Another exercise begins with its first.
    let other = desk.run(&["hint", "2"]);
    assert!(other.out.contains("hint 1 of 3") && !other.out.contains("hint 2 of 3"));
}

#[test]
fn the_exercise_that_was_touched_last_is_the_one_that_is_meant() {
    let desk = Desk::new();
    assert_eq!(desk.run(&["hint", "--json"]).json()["exercise"], 1);
    desk.run(&["hint", "4"]);
    assert_eq!(desk.run(&["hint", "--json"]).json()["exercise"], 4);
}

#[test]
fn a_solution_is_for_those_who_have_one_or_give_up() {
    let desk = Desk::new();
    let ran = desk.run(&["solution", "1"]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""));
    let said = ran.err.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        said.contains("note: made your workbook: workbook"),
        "{said}"
    );
    assert!(
        said.ends_with(
            "gotour: exercise-1 is not solved yet; `gotour hint 1` helps, \
             `gotour solution 1 --give-up` shows it all the same"
        ),
        "{said}"
    );
    let ran = desk.run(&["solution", "1", "--give-up"]);
    assert_eq!(ran.code, Some(0));
    assert!(ran.out.contains("fn main()"), "{}", ran.out);
    // Remembered: it may be looked at again, and holds nobody up.
    assert_eq!(desk.run(&["solution", "1"]).code, Some(0));
    let list = desk.run(&["list", "--json"]).json();
    assert_eq!(list["lessons"][0]["exercises"][0]["gave_up"], true);
    assert!(list["lessons"][0]["exercises"][0]["solved"].is_null());
}

#[test]
fn a_reset_keeps_what_was_there_under_a_new_name_each_time() {
    let desk = Desk::new();
    desk.run(&["init"]);
    let shipped = desk.read(FILE);
    for n in 1..=2 {
        let mine = format!("// try {n}\n");
        fs::write(desk.path(FILE), &mine).unwrap();
        let ran = desk.run(&["reset", "1"]);
        assert_eq!(ran.code, Some(0));
        let copy = format!("workbook/.gotour/backups/lost-update.{n}.rs");
        assert!(
            ran.flat().contains(&format!("Yours is kept as {copy}.")),
            "{}",
            ran.out
        );
        assert_eq!(desk.read(&copy), mine);
        assert_eq!(desk.read(FILE), shipped);
    }
    let ran = desk.run(&["reset", "1"]);
    assert!(
        ran.flat().contains("there was nothing to put back"),
        "{}",
        ran.out
    );
    assert!(
        !desk
            .path("workbook/.gotour/backups/lost-update.3.rs")
            .exists()
    );
}

#[test]
fn a_missing_file_is_made_again_and_others_are_left_alone() {
    let desk = Desk::new();
    desk.run(&["init"]);
    let shipped = desk.read(FILE);
    fs::write(desk.path("workbook/exercises/order-two.rs"), "mine").unwrap();
    fs::remove_file(desk.path(FILE)).unwrap();
    let ran = desk.run(&["hint", "1"]);
    let said = ran.err.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(
        said,
        format!("note: {FILE} was missing: it is there again, as it was shipped")
    );
    assert_eq!(desk.read(FILE), shipped);
    assert_eq!(desk.read("workbook/exercises/order-two.rs"), "mine");
}

#[test]
fn names_and_numbers_that_are_not_there() {
    let desk = Desk::new();
    let last = desk.run(&["list", "--json"]).json()["lessons"]
        .as_array()
        .unwrap()
        .iter()
        .map(|l| l["exercises"].as_array().unwrap().len())
        .sum::<usize>();
    for command in ["hint", "solution", "reset", "check", "run", "watch"] {
        let ran = desk.run(&[command, &format!("exercise-{}", last + 1)]);
        assert_eq!(ran.code, Some(2), "{command}: {ran:?}");
        let said = ran.err.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            said.ends_with(&format!(
                "there are exercises 1 to {last}; did you mean {last}?"
            )),
            "{command}: {said}"
        );
        let ran = desk.run(&[command, "lost-updat"]);
        assert_eq!(ran.code, Some(2), "{command}: {ran:?}");
        let said = ran.err.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            said.ends_with("did you mean `lost-update`?"),
            "{command}: {said}"
        );
    }
}
