//! Lessons in a terminal: predictions before demos, quizzes, the place that is remembered.

use crate::desk::{Desk, Terminal};

/// Demos that are quick, under a seed where one can be given.
const DEMO: &str = "all-orders";

fn prediction(desk: &Desk) -> Terminal {
    let t = desk.terminal(80, 40, &["demo", DEMO]);
    t.wait_for("(only Enter: see it): ");
    t
}

/// The right choice, and another one.
fn choices() -> (String, String) {
    let quiz = include_str!("../../lessons/01-processes-and-threads/quiz.toml");
    let quiz: toml::Table = quiz.parse().unwrap();
    let predict = quiz["predict"].as_array().unwrap();
    let predict = predict
        .iter()
        .find(|p| p["demo"].as_str() == Some(DEMO))
        .unwrap();
    let right = predict["answer"].as_integer().unwrap();
    let wrong = if right == 1 { 2 } else { 1 };
    (right.to_string(), wrong.to_string())
}

#[test]
fn a_prediction_is_asked_and_answered_after_the_demo() {
    let desk = Desk::new();
    let (right, wrong) = choices();
    for (key, says) in [
        (&right, "As you said."),
        (&wrong, "Not as you said: it is "),
    ] {
        let mut t = prediction(&desk);
        // Nothing of the demo is given away before.
        assert!(!t.screen().contains('▶'), "{}", t.screen());
        assert!(!t.is_as_before());
        t.send(&format!("{key}\r"));
        assert_eq!(t.end(), 0);
        assert!(t.screen().contains(says), "{}", t.screen());
        assert!(t.is_as_before());
    }
}

#[test]
fn a_prediction_can_be_skipped_and_left() {
    let desk = Desk::new();
    let mut t = prediction(&desk);
    t.send("\r");
    assert_eq!(t.end(), 0);
    let screen = t.screen();
    assert!(
        screen.contains('▶') && !screen.contains("s you said"),
        "{screen}"
    );
    let mut t = prediction(&desk);
    t.send("\u{3}");
    assert_eq!(t.end(), 130);
    assert!(t.is_as_before());
    assert!(!t.screen().contains('▶'), "{}", t.screen());
}

#[test]
fn through_a_pipe_the_question_is_printed_and_nobody_asked() {
    let ran = Desk::new().run(&["demo", DEMO]);
    assert_eq!(ran.code, Some(0));
    let (question, rest) = ran.out.split_once('▶').unwrap();
    assert!(question.starts_with("? "), "{question}");
    assert!(!ran.out.contains("Your guess"), "{}", ran.out);
    assert!(rest.contains(&format!("It is {}. ", choices().0)), "{rest}");
}

/// The runtime names its threads after its Ms; the picture says what they do.
#[test]
fn the_threads_of_the_runtime_are_shown_as_what_they_are() {
    let ran = Desk::new().run(&["demo", "this-process"]);
    let threads: Vec<&str> = ran
        .out
        .lines()
        .filter(|l| l.contains("─ thread "))
        .collect();
    let are = |what: &str| threads.iter().filter(|l| l.contains(what)).count();
    assert_eq!(are(" the main thread "), 1, "{ran:?}");
    assert!(are(" runs goroutines ") >= 1, "{ran:?}");
    assert_eq!(
        are(" the main thread ") + are(" runs goroutines "),
        threads.len(),
        "{ran:?}"
    );
}

#[test]
fn next_goes_on_where_it_was_left() {
    let desk = Desk::new();
    desk.run(&["init"]);
    let mut t = desk.terminal(80, 60, &["next"]);
    t.wait_for("[Enter: ");
    let first = t.screen();
    let title = first.lines().next().unwrap().to_string();
    t.send("\r");
    // The question before the first demo or picture.
    t.wait_for("Your guess");
    t.send("q");
    assert_eq!(t.end(), 0);
    assert!(t.screen().contains("gotour next goes on from here."));
    assert!(t.is_as_before());
    let mut t = desk.terminal(80, 60, &["next"]);
    t.wait_for("Your guess");
    let screen = t.screen();
    assert!(screen.contains("from where you left it"), "{screen}");
    assert!(!screen.lines().any(|l| l == title), "{screen}");
    t.send("q");
    assert_eq!(t.end(), 0);
    let json = desk.run(&["--json"]).json();
    assert_eq!(json["next"]["place"], 1);
}

#[test]
fn each_wrong_choice_is_answered_by_its_misconception() {
    let desk = Desk::new();
    desk.run(&["init"]);
    let json = desk.run(&["quiz", "1", "--json"]).json();
    let questions = json["questions"].as_array().unwrap();
    let mut t = desk.terminal(80, 200, &["quiz", "1"]);
    for (i, q) in questions.iter().enumerate() {
        t.wait_for(&format!("Question {} of ", i + 1));
        let choices = q["choices"].as_array().unwrap();
        let right = choices.iter().position(|c| c["right"] == true).unwrap();
        for (n, c) in choices.iter().enumerate().filter(|(n, _)| *n != right) {
            t.send(&format!("{}\r", n + 1));
            t.wait_for(&format!("✗ {}:", c["misconception"].as_str().unwrap()));
        }
        let before = t.screen().matches("✓ Right.").count();
        t.send(&format!("{}\r", right + 1));
        t.wait_until("the right answer", |s| {
            s.matches("✓ Right.").count() > before
        });
    }
    assert_eq!(t.end(), 0);
    assert!(t.is_as_before());
    // The first answer is the one that is kept.
    let progress: serde_json::Value =
        serde_json::from_str(&desk.read("workbook/.gotour/progress.json")).unwrap();
    let slug = json["name"].as_str().unwrap();
    let first = &progress["lessons"][slug]["answers"]["1"];
    let right = questions[0]["choices"]
        .as_array()
        .unwrap()
        .iter()
        .position(|c| c["right"] == true)
        .unwrap();
    assert!(
        first.is_u64() && first.as_u64() != Some(right as u64 + 1),
        "{first}"
    );
}

#[test]
fn a_long_page_goes_down_and_up() {
    let desk = Desk::new();
    let mut t = desk.terminal(80, 8, &["read", "1"]);
    t.wait_for("[space: more, ");
    let top = t.screen();
    let title = top.lines().next().unwrap().to_string();
    assert!(!top.contains("↑ back"), "{top}");
    t.send(" ");
    t.wait_for("↑ back");
    assert!(!t.screen().contains(&title), "{}", t.screen());
    // Back to the top by arrows, then by a key.
    t.send("\u{1b}[A\u{1b}[A\u{1b}[A\u{1b}[A\u{1b}[A\u{1b}[A\u{1b}[A\u{1b}[A");
    t.wait_for(&title);
    t.send("G");
    t.wait_for("[Enter: ");
    t.send("g");
    t.wait_for(&title);
    t.send("j");
    t.wait_until("one line further", |s| !s.contains(&title));
    t.send("q");
    assert_eq!(t.end(), 0);
    assert!(t.is_as_before());
}

/// A whole lesson under a seed, key by key to its end. What is higher than the screen can be gone back to.
fn gone_through(lesson: &str, columns: u16, rows: u16, locale: &str) {
    let desk = Desk::new().var("LANG", locale);
    desk.run(&["init"]);
    let mut t = desk.terminal(columns, rows, &["read", lesson, "--seed", "1"]);
    let (mut asked, mut before) = (0, 0);
    loop {
        let prompts = |bytes: &[u8]| {
            let s = String::from_utf8_lossy(bytes);
            s.matches("q: stop]").count()
                + s.matches("q: solve it now]").count()
                + s.matches("(only Enter: ").count()
        };
        if !t.wait_for_more("a prompt", |bytes| prompts(bytes) > asked) {
            break;
        }
        let bytes = t.bytes();
        asked = prompts(&bytes);
        let new = bytes[before..].iter().filter(|b| **b == b'\n').count();
        before = bytes.len();
        let screen = t.screen();
        let prompt = screen.lines().last().unwrap_or_default();
        // The line of the prompt before, and the empty one below it, may go off the screen.
        assert!(
            new < usize::from(rows) + 2 || prompt.contains("back"),
            "{new} lines, and no way back: {screen}"
        );
        t.send(if prompt.contains("[space: ") {
            " "
        } else {
            "\r"
        });
    }
    assert_eq!(t.end(), 0, "{}", t.screen());
    assert!(
        t.screen()
            .contains(&format!("This is the end of lesson {lesson}, ")),
        "{}",
        t.screen()
    );
    assert!(asked > 10, "only {asked} prompts");
    assert!(t.is_as_before());
    let list = desk.run(&["list", "--json"]).json();
    let read: Vec<String> = list["lessons"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|l| l["read"].is_string())
        .map(|l| l["number"].to_string())
        .collect();
    assert_eq!(read, [lesson]);
    // A line that is too long would have been wrapped by the terminal.
    assert_eq!(t.wrapped_rows(), 0, "{}", t.screen());
}

#[test]
fn a_whole_lesson_is_gone_through_with_enter() {
    gone_through("1", 60, 50, "C");
    gone_through("1", 80, 24, "C.UTF-8");
}

#[test]
fn every_other_lesson_is_gone_through_with_enter() {
    for lesson in 2..=13 {
        gone_through(&lesson.to_string(), 80, 24, "C.UTF-8");
    }
}

#[test]
fn who_cannot_type_gotour_is_told_how_to() {
    let desk = Desk::new();
    let mut t = desk.terminal(200, 40, &[]);
    assert_eq!(t.end(), 0);
    let alias = format!("alias gotour='{}'", crate::desk::GOTOUR);
    assert!(t.screen().contains(&alias), "{}", t.screen());
    let bin = std::path::Path::new(crate::desk::GOTOUR).parent().unwrap();
    let desk = Desk::new().var("PATH", &bin.display().to_string());
    let mut t = desk.terminal(200, 40, &[]);
    assert_eq!(t.end(), 0);
    assert!(!t.screen().contains("alias"), "{}", t.screen());
}

/// What is left of a lesson in `progress.json`.
fn left(desk: &Desk, lesson: &str) -> serde_json::Value {
    let progress: serde_json::Value =
        serde_json::from_str(&desk.read("workbook/.gotour/progress.json")).unwrap();
    progress["lessons"][lesson].clone()
}

#[test]
fn next_goes_on_with_the_screen_that_was_left() {
    let desk = Desk::new();
    desk.run(&["init"]);
    let mut t = desk.terminal(80, 8, &["next"]);
    t.wait_for("[space: more, ");
    t.send(" ");
    t.wait_for("↑ back");
    // The last line above the prompt.
    let screen = t.screen();
    let last = screen.lines().rev().nth(1).unwrap().to_string();
    assert!(last.len() > 20, "{screen}");
    t.send("q");
    assert_eq!(t.end(), 0);
    let at = left(&desk, "processes-and-threads");
    assert_eq!(
        (&at["place"], &at["read"]),
        (&0.into(), &serde_json::Value::Null)
    );
    let mut t = desk.terminal(80, 8, &["next"]);
    t.wait_for("↑ back");
    let again = t.screen();
    assert!(
        again.contains(&last) && !again.contains("A cook has soup"),
        "{again}"
    );
    // What stands above can be seen again.
    t.send("g");
    t.wait_for("A cook has soup");
    t.send("q");
    assert_eq!(t.end(), 0);
    // As much of it, in a narrower and higher window.
    let mut t = desk.terminal(50, 30, &["next"]);
    t.wait_for("q: stop]");
    assert!(
        t.screen()
            .replace('\n', " ")
            .contains("from where you left it"),
        "{}",
        t.screen()
    );
    t.send("\u{3}");
    assert_eq!(t.end(), 130);
}

#[test]
fn a_place_is_found_again_in_a_lesson_that_has_changed() {
    let desk = Desk::new();
    desk.run(&["init"]);
    // What another edition of the lesson left there: that part is now the third one, and stands under this heading.
    let was = r#"{"version":1,"lessons":{"processes-and-threads":{"place":9,"under":["A process is a place",0]}}}"#;
    std::fs::write(desk.path("workbook/.gotour/progress.json"), was).unwrap();
    let ran = desk.run(&["next"]);
    let first = ran.flat();
    assert!(
        first.starts_with(
            "lesson 1, Processes and threads: A process is a place, from where you left it \
             A process is a place"
        ),
        "{first}"
    );
    // A heading that is gone, and a place beyond the end: the last part.
    let was = was
        .replace("A process is a place", "Gone")
        .replace('9', "999");
    std::fs::write(desk.path("workbook/.gotour/progress.json"), was).unwrap();
    let last = desk.run(&["next"]).flat();
    assert!(last.contains("What to remember"), "{last}");
    assert!(last.contains("This is the end of lesson 1"), "{last}");
}

/// From the start of the process to the first line of the lesson. Other tests run beside this one, so that a try may
/// take longer; what is possible is what counts.
#[test]
fn the_first_line_comes_within_50_ms() {
    let first_line = |desk: &Desk| {
        let start = std::time::Instant::now();
        let mut t = desk.terminal(80, 24, &["next"]);
        t.wait_for("A cook has soup on the fire");
        let took = start.elapsed();
        t.send("q");
        assert_eq!(t.end(), 0);
        took.as_millis()
    };
    let mut tries = 0..200;
    assert!(tries.any(|_| first_line(&Desk::new()) <= 50), "a new one");
    let desk = Desk::new();
    let mut tries = 0..200;
    assert!(tries.any(|_| first_line(&desk) <= 50), "one that is there");
}
