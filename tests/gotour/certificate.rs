//! The end of the course: the last page, and the picture of one's own way.

use crate::desk::Desk;
use serde_json::{Value, json};

/// A workbook in which so many exercises are solved, one a day, and all lessons are read.
fn solved(count: usize) -> Desk {
    let desk = Desk::new();
    desk.run(&["init"]);
    let list = desk.run(&["list", "--json"]).json();
    let (mut lessons, mut exercises) = (json!({}), json!({}));
    let mut n = 0;
    for lesson in list["lessons"].as_array().unwrap() {
        lessons[lesson["name"].as_str().unwrap()] = json!({ "read": "2026-10-01T08:00:00Z" });
        for e in lesson["exercises"].as_array().unwrap() {
            n += 1;
            if n <= count {
                let at = format!("2026-{:02}-{:02}T09:30:00Z", 10 + n / 28, n % 28 + 1);
                exercises[e["name"].as_str().unwrap()] = json!({ "solved": at, "attempts": 2 });
            }
        }
    }
    let progress = json!({ "version": 1, "lessons": lessons, "exercises": exercises });
    let file = desk.path("workbook/.gotour/progress.json");
    std::fs::write(file, progress.to_string()).unwrap();
    desk
}

fn all() -> usize {
    let json = Desk::new().run(&["--json"]).json();
    json["exercises"]["all"].as_u64().unwrap() as usize
}

#[test]
fn a_finished_course_says_what_was_learned_and_where_to_go() {
    let desk = solved(all());
    let ran = desk.run(&["next"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let list = desk.run(&["list", "--json"]).json();
    for lesson in list["lessons"].as_array().unwrap() {
        let title = lesson["title"].as_str().unwrap();
        assert!(
            ran.flat().contains(&format!("• {title}. ")),
            "{title}: {}",
            ran.out
        );
    }
    for word in [
        "src/runtime/proc.go",
        "Communicating Sequential Processes",
        "2026-10-01",
    ] {
        assert!(ran.out.contains(word), "{word}: {}", ran.out);
    }
    assert!(!ran.out.contains('@'), "{}", ran.out);
    // In a terminal it comes a screen at a time.
    let mut t = desk.terminal(80, 24, &["next"]);
    t.wait_for("[space: more, ");
    t.send("G");
    t.wait_for("[Enter: the end");
    t.send("\r");
    assert_eq!(t.end(), 0);
    assert_eq!(t.wrapped_rows(), 0);
    let alone = desk.run(&[]);
    assert!(
        alone.out.contains("Everything is read and solved."),
        "{}",
        alone.out
    );
}

#[test]
fn the_picture_shows_what_was_done_and_no_more() {
    for (columns, locale) in [("80", "C.UTF-8"), ("60", "C")] {
        let desk = solved(5).var("COLUMNS", columns).var("LANG", locale);
        let ran = desk.run(&["certificate"]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert!(ran.flat().contains("5 of "), "{}", ran.out);
        assert!(ran.flat().contains("read, in 6 days."), "{}", ran.out);
        let sign = if locale == "C" { '*' } else { '●' };
        // Five, and one in the legend.
        assert_eq!(ran.out.matches(sign).count(), 6, "{}", ran.out);
        let width: usize = columns.parse().unwrap();
        assert!(
            ran.out.lines().all(|l| l.chars().count() <= width),
            "{}",
            ran.out
        );
    }
    let ran = Desk::new().run(&["certificate"]);
    assert_eq!(ran.code, Some(0));
    assert!(
        ran.flat().contains("the picture begins with the first."),
        "{}",
        ran.out
    );
}

#[test]
fn as_a_file_it_never_overwrites_one() {
    let desk = solved(3);
    let ran = desk.run(&["certificate", "--svg"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let svg = desk.read("certificate.svg");
    assert!(
        svg.starts_with("<svg ") && svg.contains("lost-update, 2026-10-02"),
        "{svg}"
    );
    std::fs::write(desk.path("certificate.svg"), "mine").unwrap();
    let json: Value = desk.run(&["certificate", "--svg", "--json"]).json();
    assert!(
        json["file"]
            .as_str()
            .unwrap()
            .ends_with("certificate.1.svg"),
        "{json}"
    );
    assert_eq!(desk.read("certificate.svg"), "mine");
    let ran = desk.run(&["certificate", "-o", "certificate.svg"]);
    assert_eq!(ran.code, Some(2));
    assert!(
        ran.err.contains("is there already, and is not overwritten"),
        "{}",
        ran.err
    );
    let json = desk.run(&["certificate", "--json"]).json();
    assert_eq!(
        json["lessons"][0]["exercises"][0]["solved"],
        "2026-10-02T09:30:00Z"
    );
}
