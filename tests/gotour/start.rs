//! The questions at the start, and where `next` begins then.

use crate::desk::{Desk, Terminal};

/// The right choice of each lesson's first question.
fn right(desk: &Desk) -> Vec<(String, usize)> {
    let json = desk.run(&["quiz", "start", "--json"]).json();
    let questions = json["questions"].as_array().unwrap();
    questions
        .iter()
        .map(|q| {
            let choices = q["choices"].as_array().unwrap();
            let right = choices.iter().position(|c| c["right"] == true).unwrap();
            (q["name"].as_str().unwrap().to_string(), right + 1)
        })
        .collect()
}

/// Answers so many questions rightly; the next one waits then.
fn answered(desk: &Desk, rightly: usize) -> Terminal {
    let mut t = desk.terminal(80, 200, &["quiz", "start"]);
    for (i, (_, right)) in right(desk).iter().take(rightly).enumerate() {
        t.wait_for(&format!("Question {} of ", i + 1));
        t.wait_until("the prompt", |s| {
            s.matches("(only Enter: skip): ").count() > i
        });
        t.send(&format!("{right}\r"));
        t.wait_until("the answer", |s| s.matches("✓ Right.").count() > i);
    }
    t.wait_until("the prompt", |s| {
        s.matches("(only Enter: skip): ").count() > rightly
    });
    t
}

#[test]
fn the_first_lesson_that_is_not_known_is_where_it_begins() {
    let desk = Desk::new();
    desk.run(&["init"]);
    let names = right(&desk);
    let mut t = answered(&desk, 2);
    // Skipped, and one that is wrong: then it is over.
    t.send("\r");
    t.wait_until("the prompt", |s| {
        s.matches("(only Enter: skip): ").count() > 3
    });
    let wrong = if names[3].1 == 1 { "2" } else { "1" };
    t.send(&format!("{wrong}\r"));
    t.wait_for("Begin with lesson 3, ");
    assert!(!t.screen().contains("Question 5 of "), "{}", t.screen());
    t.wait_for("[Enter: next begins there");
    t.send("\r");
    assert_eq!(t.end(), 0);
    assert!(t.is_as_before());
    let json = desk.run(&["--json"]).json();
    assert_eq!(json["next"]["name"], names[2].0.as_str());
    // What comes before it is not lost: when the others are done, it comes.
    let list = desk.run(&["list", "--json"]).json();
    let mut progress = serde_json::json!({ "version": 1, "begin": names[2].0 });
    for lesson in &list["lessons"].as_array().unwrap()[2..] {
        let name = lesson["name"].as_str().unwrap();
        progress["lessons"][name]["read"] = "2026-10-01T08:00:00Z".into();
        for e in lesson["exercises"].as_array().unwrap() {
            progress["exercises"][e["name"].as_str().unwrap()]["solved"] =
                "2026-10-01T08:00:00Z".into();
        }
    }
    let file = desk.path("workbook/.gotour/progress.json");
    std::fs::write(file, progress.to_string()).unwrap();
    let json = desk.run(&["--json"]).json();
    assert_eq!(json["next"]["name"], names[0].0.as_str());
}

#[test]
fn a_digit_is_chosen_and_enter_confirms_it() {
    let desk = Desk::new();
    let names = right(&desk);
    let mut t = answered(&desk, 0);
    let wrong = if names[0].1 == 1 { 2 } else { 1 };
    // Shown, and nothing more: it can be taken back, and another one stands in its place.
    t.send(&wrong.to_string());
    t.wait_for(&format!("(only Enter: skip): {wrong}"));
    t.send(&format!("\u{7f}7{wrong}{}", names[0].1));
    t.wait_for(&format!("(only Enter: skip): {}", names[0].1));
    assert!(!t.screen().contains("Question 2 of "), "{}", t.screen());
    // The Enter belongs to the first question: the second one waits, and the third answer comes to the third.
    t.send("\r");
    t.wait_until("the second question", |s| {
        s.matches("(only Enter: skip): ").count() == 2
    });
    t.send(&format!("{}\r{}\r", names[1].1, names[2].1));
    t.wait_until("the fourth question", |s| {
        s.matches("(only Enter: skip): ").count() == 4
    });
    let screen = t.screen();
    assert_eq!(screen.matches("✓ Right.").count(), 3, "{screen}");
    t.send("q");
    assert_eq!(t.end(), 0);
    assert!(t.is_as_before());
}

#[test]
fn it_can_be_left_and_refused() {
    let desk = Desk::new();
    let mut t = answered(&desk, 0);
    t.send("q");
    assert_eq!(t.end(), 0);
    let mut t = answered(&desk, 0);
    t.send("\u{3}");
    assert_eq!(t.end(), 130);
    assert!(t.is_as_before());
    // Nothing was made for the questions alone.
    assert!(!desk.path("workbook").exists());
    let mut t = answered(&desk, 1);
    t.send("\r");
    t.wait_until("the prompt", |s| {
        s.matches("(only Enter: skip): ").count() > 2
    });
    t.send("\r");
    t.wait_for("[Enter: next begins there");
    t.send("q");
    assert_eq!(t.end(), 0);
    assert!(!desk.path("workbook").exists());
}

#[test]
fn at_the_beginning_it_is_the_quiz_that_is_meant() {
    let desk = Desk::new();
    // Through a pipe nobody is asked, and no answer is given away.
    let ran = desk.run(&["quiz"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(
        ran.out.matches("Lesson ").count(),
        right(&desk).len(),
        "{}",
        ran.out
    );
    assert!(!ran.out.contains("Right."), "{}", ran.out);
    assert_eq!(ran.out, desk.run(&["quiz", "start"]).out);
    // Later it is the lesson that one is in.
    desk.run(&["hint", "1"]);
    let ran = desk.run(&["quiz"]);
    assert!(ran.out.starts_with("Question 1 of "), "{}", ran.out);
}
