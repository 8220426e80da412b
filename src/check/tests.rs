//! Tests of judging and showing, on what a check could have found.

use std::time::Duration;

use crate::curriculum::{Exercise, ExerciseKind, Forbid, Match, Require, Wrong};
use crate::report::Look;
use crate::text;

use goroutines::explore::Story;

use super::condition::{Failed, Native};
use super::execute::{Ended, Ran};
use super::json;
use super::judge::Task;
use super::show::{self, Frame, TALL};
use super::source;
use super::verdict::{Explored, Facts, FailedSchedule, Tried, Verdict, Why};

fn exercise() -> Exercise {
    let wrong = |name: &str, when: &[&str]| Wrong {
        name: name.to_string(),
        title: format!("The title of {name}"),
        when: when.iter().map(|w| (*w).to_string()).collect(),
        says: format!("what {name} says"),
    };
    Exercise {
        name: "lost-update",
        title: "A lost update".to_string(),
        kind: ExerciseKind::Repair,
        minutes: 1,
        teaches: String::new(),
        start: "",
        hints: Default::default(),
        solution: "",
        why: "",
        expected: "2\n",
        output: Match::Exact,
        schedules: None,
        drive: None,
        require: vec![Require {
            fact: "goroutines.min >= 2".to_string(),
            says: "Start two goroutines.".to_string(),
        }],
        forbid: vec![Forbid {
            pattern: "gosched".to_string(),
            says: "It orders nothing.".to_string(),
        }],
        wrong: vec![
            wrong("sleep", &["failed == output", "sleeps.max > 0"]),
            wrong("sequential", &["failed == require", "goroutines.max == 0"]),
            wrong("thread", &["forbidden == \"std::thread\""]),
            wrong("endless", &["native == timeout"]),
        ],
    }
}

fn ran(ended: Ended, stdout: &str, stderr: &str) -> Ran {
    Ran {
        ended,
        stdout: stdout.as_bytes().to_vec(),
        stderr: stderr.as_bytes().to_vec(),
        dump: None,
        allowed: Duration::from_secs(3),
    }
}

fn well() -> Ran {
    ran(Ended::Exit(0), "2\n", "")
}

fn tried() -> Tried {
    Tried {
        asked: 2_000,
        ran: 2_000,
        distinct: 1_902,
        failed: 0,
        exhausted: false,
        elapsed: Duration::from_millis(61),
        notes: Vec::new(),
        driven: None,
    }
}

fn facts(list: &[(&str, u64, u64)]) -> Facts {
    list.iter()
        .map(|(name, min, max)| ((*name).to_string(), (*min, *max)))
        .collect()
}

fn answered(failure: Option<FailedSchedule>, list: &[(&str, u64, u64)]) -> Explored {
    Explored::Answered {
        tried: tried(),
        failure: failure.map(Box::new),
        facts: facts(list),
    }
}

fn failing(kind: Failed) -> FailedSchedule {
    FailedSchedule {
        token: "G1x2.G2".to_string(),
        kind,
        index: 37,
        preemptions: 1,
        steps: 8,
        output: "1\n".to_string(),
        expected: Some("2\n".to_string()),
        message: "printed \"1\", expected \"2\"".to_string(),
        table: (0..40).map(|n| format!("row {n}")).collect(),
        story: Story::default(),
    }
}

const GOOD: &[(&str, u64, u64)] = &[("goroutines", 2, 2), ("sleeps", 0, 0)];

fn judged(native: &Ran, explored: Explored) -> Verdict {
    let exercise = exercise();
    let task = Task::new(&exercise).unwrap();
    task.runs(native, explored)
}

/// What stopped it, how the ordinary run went, and the name of the wrong answer.
fn summary(verdict: &Verdict) -> (&'static str, &'static str, String) {
    match verdict {
        Verdict::Passed(_) => ("passed", "", String::new()),
        Verdict::NotYet(it) => (
            it.failed.word(),
            it.native.map_or("", Native::word),
            it.named.as_ref().map_or(String::new(), |n| n.name.clone()),
        ),
        Verdict::CouldNot(_) => ("could not", "", String::new()),
        Verdict::Cancelled => ("cancelled", "", String::new()),
    }
}

#[test]
fn right_in_every_schedule_and_in_structure_passes() {
    let verdict = judged(&well(), answered(None, GOOD));
    assert_eq!(summary(&verdict).0, "passed");
}

#[test]
fn a_failing_schedule_is_told_even_when_the_ordinary_run_was_right() {
    let verdict = judged(&well(), answered(Some(failing(Failed::Output)), GOOD));
    assert_eq!(summary(&verdict), ("output", "ok", String::new()));
    let slept = &[("goroutines", 2, 2), ("sleeps", 1, 1)];
    let verdict = judged(&well(), answered(Some(failing(Failed::Output)), slept));
    assert_eq!(summary(&verdict), ("output", "ok", "sleep".to_string()));
}

#[test]
fn structure_is_asked_only_when_the_rest_is_right() {
    let verdict = judged(&well(), answered(None, &[("goroutines", 0, 0)]));
    assert_eq!(
        summary(&verdict),
        ("require", "ok", "sequential".to_string())
    );
    let verdict = judged(&well(), answered(None, &[("goroutines", 1, 2)]));
    assert_eq!(summary(&verdict), ("require", "ok", String::new()));
}

#[test]
fn who_prints_past_the_library_is_told_so_and_nothing_else() {
    let with = |prints: u64| {
        let facts = &[("goroutines", 0, 0), ("prints", 0, prints)];
        judged(&well(), answered(None, facts))
    };
    assert_eq!(summary(&with(0)).2, "println-of-std");
    let shown = drawn(&with(0), 80, false).join(" ");
    assert!(shown.contains("Who prints what cannot be seen"), "{shown}");
    assert_eq!(summary(&with(1)).2, "sequential");
}

#[test]
fn the_ordinary_run_counts_too() {
    let verdict = judged(&ran(Ended::Exit(0), "1\n", ""), answered(None, GOOD));
    assert_eq!(summary(&verdict), ("native", "output", String::new()));
    let verdict = judged(&ran(Ended::Time, "", ""), answered(None, GOOD));
    assert_eq!(
        summary(&verdict),
        ("native", "timeout", "endless".to_string())
    );
    // Whether the ordinary run shows it is luck; what is missing is missing each time.
    let verdict = judged(
        &ran(Ended::Exit(0), "1\n", ""),
        answered(None, &[("goroutines", 0, 0)]),
    );
    assert_eq!(
        summary(&verdict),
        ("require", "output", "sequential".to_string())
    );
    // A failing schedule explains it better.
    let verdict = judged(
        &ran(Ended::Time, "", ""),
        answered(Some(failing(Failed::Steps)), GOOD),
    );
    assert_eq!(
        summary(&verdict),
        ("steps", "timeout", "endless".to_string())
    );
    // But not this.
    let verdict = judged(
        &ran(Ended::Memory(600 << 20), "", ""),
        answered(Some(failing(Failed::Steps)), GOOD),
    );
    assert_eq!(summary(&verdict).1, "memory");
}

#[test]
fn each_end_has_its_own_name() {
    let text = |s: &str| s.to_string();
    for (ended, stderr, word) in [
        (
            Ended::Exit(2),
            text(
                "fatal error: all goroutines are asleep - deadlock!\n\ngoroutine 1 [chan receive]:\n",
            ),
            "deadlock",
        ),
        (
            Ended::Exit(2),
            text("panic: send on closed channel\n\ngoroutine 7 [running]:\nmain.go:3\n"),
            "panic",
        ),
        (
            Ended::Exit(2),
            text("fatal error: sync: unlock of unlocked mutex\n"),
            "fatal",
        ),
        (
            Ended::Exit(101),
            text("\nthread 'main' panicked at a.rs:2:3:\nno\n"),
            "panic",
        ),
        (
            Ended::Signal(6),
            text("\nthread 'main' has overflowed its stack\n"),
            "overflow",
        ),
        (
            Ended::Exit(2),
            text(
                "runtime: goroutine stack exceeds 262144-byte limit\nfatal error: stack overflow\n",
            ),
            "overflow",
        ),
        (Ended::Signal(11), text(""), "signal"),
        (Ended::Exit(3), text(""), "exit"),
        (Ended::Exit(2), text(""), "exit"),
        (Ended::Time, text(""), "timeout"),
        (Ended::Output, text(""), "flood"),
        (Ended::Memory(1 << 30), text(""), "memory"),
    ] {
        let verdict = judged(&ran(ended, "2\n", &stderr), answered(None, GOOD));
        assert_eq!(summary(&verdict).1, word, "{ended:?} {stderr}");
    }
    let Verdict::NotYet(it) = judged(
        &ran(
            Ended::Exit(2),
            "",
            "panic: send on closed channel\n\ngoroutine 7 [running]:\n\tmain.rs:3\n\ngoroutine 8 [x]:\n",
        ),
        answered(None, GOOD),
    ) else {
        panic!("passed");
    };
    let Why::Native(died) = it.why else {
        panic!("{:?}", it.why);
    };
    assert_eq!(died.said.as_deref(), Some("send on closed channel"));
    assert_eq!(died.place, ["goroutine 7 [running]:", "    main.rs:3"]);
}

#[test]
fn no_answer_is_no_pass() {
    let verdict = judged(&well(), Explored::Died(well(), false));
    assert_eq!(summary(&verdict), ("native", "norun", String::new()));
    // It left by an exit code of 0 from inside of run.
    let verdict = judged(&well(), Explored::Died(well(), true));
    assert_eq!(summary(&verdict), ("native", "exit", String::new()));
    let verdict = judged(
        &well(),
        Explored::Died(ran(Ended::Signal(11), "", ""), true),
    );
    assert_eq!(summary(&verdict), ("native", "signal", String::new()));
    let verdict = judged(&well(), Explored::Died(ran(Ended::Time, "", ""), true));
    assert_eq!(
        summary(&verdict),
        ("native", "timeout", "endless".to_string())
    );
    let verdict = judged(&well(), Explored::Unable("it owns values".to_string()));
    assert_eq!(summary(&verdict), ("native", "norun", String::new()));
    let few = Tried {
        ran: 999,
        ..tried()
    };
    let explored = |tried: Tried| Explored::Answered {
        tried,
        failure: None,
        facts: facts(GOOD),
    };
    assert_eq!(
        summary(&judged(&well(), explored(few.clone()))).0,
        "could not"
    );
    let all = Tried {
        exhausted: true,
        ..few
    };
    assert_eq!(summary(&judged(&well(), explored(all))).0, "passed");
    let given_up = ran(Ended::Cancelled, "", "");
    assert_eq!(
        summary(&judged(&given_up, answered(None, GOOD))).0,
        "cancelled"
    );
    assert_eq!(
        summary(&judged(&well(), Explored::Died(given_up, true))).0,
        "cancelled"
    );
}

#[test]
fn what_is_forbidden_is_named() {
    let exercise = exercise();
    let task = Task::new(&exercise).unwrap();
    let found = source::scan("fn main() { std::thread::park(); }", &task.extras());
    assert_eq!(
        summary(&task.source(found)),
        ("source", "", "thread".to_string())
    );
    let found = source::scan("fn main() { runtime::gosched(); }", &task.extras());
    let verdict = task.source(found);
    assert_eq!(summary(&verdict), ("source", "", String::new()));
    let shown = drawn(&verdict, 80, false).join("\n");
    assert!(shown.contains("It orders nothing."), "{shown}");
}

#[test]
fn an_authors_mistakes_are_found_before_anything_runs() {
    let mut broken = exercise();
    broken.wrong[0].when = vec!["sleeps.max >".to_string()];
    assert!(Task::new(&broken).is_err_and(|e| e.contains("[[wrong]] sleep")));
    broken.wrong[0].when = Vec::new();
    assert!(Task::new(&broken).is_err_and(|e| e.contains("empty")));
    let mut broken = exercise();
    broken.require[0].fact = "failed == output".to_string();
    assert!(Task::new(&broken).is_err_and(|e| e.contains("no fact")));
}

fn drawn(verdict: &Verdict, width: usize, verbose: bool) -> Vec<String> {
    let frame = Frame {
        number: 7,
        name: "lost-update",
        look: Look::plain(width),
        next: "next: gotour next",
        verbose,
    };
    let lines = show::lines(verdict, &frame);
    let json = json::to_json(verdict, &frame);
    assert_eq!(json["name"], "lost-update");
    lines.into_iter().map(|l| l.text).collect()
}

fn all_verdicts() -> Vec<Verdict> {
    let exercise = exercise();
    let task = Task::new(&exercise).unwrap();
    let long = "x".repeat(300);
    let deep: String = (0..60)
        .map(|n| format!("goroutine {n} [running]:\n{long}\n"))
        .collect();
    let mut all = vec![
        judged(&well(), answered(None, GOOD)),
        judged(
            &well(),
            answered(Some(failing(Failed::Output)), &[("sleeps", 1, 1)]),
        ),
        judged(&well(), answered(None, &[])),
        judged(&well(), Explored::Died(well(), false)),
        judged(&well(), Explored::Unable(long.clone())),
        task.source(source::scan(
            &format!(
                "use std::thread;\nfn main() {{ {} }}",
                "thread::park();\n".repeat(50)
            ),
            &[],
        )),
    ];
    let flood: String = (0..1_000).map(|n| format!("{n} {long}\n")).collect();
    for ended in [
        Ended::Exit(0),
        Ended::Exit(2),
        Ended::Exit(7),
        Ended::Signal(11),
        Ended::Time,
        Ended::Output,
        Ended::Memory(600 << 20),
    ] {
        let stderr = format!("panic: {long}\n\n{deep}");
        all.push(judged(&ran(ended, &flood, &stderr), answered(None, GOOD)));
    }
    all
}

#[test]
fn every_verdict_fits_one_screen() {
    for verdict in all_verdicts() {
        for width in [60, 80, 100, 200] {
            let lines = drawn(&verdict, width, false);
            assert!(lines.len() <= TALL, "{}", lines.join("\n"));
            for line in &lines {
                assert!(text::width(line) <= width.min(99), "{line}");
            }
            assert!(lines[0].contains("exercise-7"), "{lines:?}");
        }
    }
}

#[test]
fn a_pass_says_what_was_tried_and_no_more() {
    let lines = drawn(&judged(&well(), answered(None, GOOD)), 80, false);
    assert_eq!(
        lines,
        [
            "✓ exercise-7 lost-update: 2,000 schedules, 1,902 distinct",
            "  next: gotour next"
        ]
    );
    let all = Explored::Answered {
        tried: Tried {
            ran: 300,
            distinct: 252,
            exhausted: true,
            ..tried()
        },
        failure: None,
        facts: facts(GOOD),
    };
    assert_eq!(
        drawn(&judged(&well(), all), 80, false)[0],
        "✓ exercise-7 lost-update: all 252 interleavings"
    );
    let with_note = Explored::Answered {
        tried: Tried {
            notes: vec!["locks are taken in different orders".to_string()],
            ..tried()
        },
        failure: None,
        facts: facts(GOOD),
    };
    assert_eq!(
        drawn(&judged(&well(), with_note), 80, false)[1],
        "  note: locks are taken in different orders"
    );
}

#[test]
fn a_named_mistake_and_what_to_do_are_never_cut_away() {
    let verdict = judged(
        &well(),
        answered(Some(failing(Failed::Output)), &[("sleeps", 1, 1)]),
    );
    let shown = drawn(&verdict, 80, false).join("\n");
    for part in [
        "row 0",
        "more lines",
        "The title of sleep",
        "what sleep says",
        "again: gotour replay 7 G1x2.G2",
        "step: gotour step 7",
        "hint: gotour hint",
    ] {
        assert!(shown.contains(part), "{part} in\n{shown}");
    }
    assert!(drawn(&verdict, 80, true).join("\n").contains("row 39"));
}

#[test]
fn what_is_printed_outside_of_run_is_said_to_be() {
    let mut failure = failing(Failed::Output);
    failure.output = String::new();
    let explored = |failed: usize, prints: u64| Explored::Answered {
        tried: Tried { failed, ..tried() },
        failure: Some(Box::new(failure.clone())),
        facts: facts(&[("prints", 0, prints), ("goroutines", 0, 0)]),
    };
    let verdict = judged(&well(), explored(2_000, 0));
    assert_eq!(summary(&verdict).1, "norun");
    let shown = drawn(&verdict, 80, false).join(" ");
    assert!(shown.contains("prints outside of `run"), "{shown}");
    // Some schedules print, or the library's print was used: then it is inside.
    for (failed, prints) in [(1_999, 0), (2_000, 1)] {
        assert_eq!(
            summary(&judged(&well(), explored(failed, prints))).0,
            "output"
        );
    }
}

#[test]
fn a_scene_that_goes_wrong_is_told_in_a_sentence_after_its_last_steps() {
    let mut exercise = exercise();
    exercise.wrong = vec![Wrong {
        name: "deaf".to_string(),
        title: "Deaf".to_string(),
        when: vec![
            "failed == drive".to_string(),
            "scene == \"talk\"".to_string(),
        ],
        says: "It hears nobody.".to_string(),
    }];
    let task = Task::new(&exercise).expect("its conditions are right");
    let verdict = task.stumbled(super::drive::Stumble {
        scene: "talk".to_string(),
        title: "Two talk".to_string(),
        before: vec!["ann connects".to_string(), "ann > say hi".to_string()],
        says: "bob should hear `ann: hi`, and nothing came for 5 s".to_string(),
        program: vec!["panic: no".to_string()],
    });
    let frame = Frame {
        number: 1,
        name: "lost-update",
        look: Look::plain(80),
        next: "",
        verbose: false,
    };
    let lines: Vec<String> = show::lines(&verdict, &frame)
        .into_iter()
        .map(|l| l.text)
        .collect();
    let text = lines.join("\n");
    for part in [
        "with real clients, \"Two talk\" goes wrong",
        "  ann > say hi",
        "bob should hear `ann: hi`, and nothing came for 5 s",
        "panic: no",
        "It hears nobody.",
    ] {
        assert!(text.contains(part), "{part:?} in\n{text}");
    }
    assert!(lines.len() <= TALL, "{text}");
    let json = json::to_json(&verdict, &frame);
    assert_eq!(json["drive"]["scene"], "talk");
    assert_eq!(json["named"]["name"], "deaf");
}

#[test]
fn a_scene_with_a_step_that_is_none_is_the_courses_mistake() {
    let mut exercise = exercise();
    exercise.drive = Some(crate::curriculum::Drive {
        listens: "listening on ".to_string(),
        aside: "* ".to_string(),
        scene: vec![crate::curriculum::SceneSheet {
            name: "talk".to_string(),
            title: "Talk".to_string(),
            steps: "ann sings".to_string(),
        }],
        load: None,
    });
    let why = Task::new(&exercise).expect_err("nobody sings");
    assert!(
        why.ends_with("[[drive.scene]] talk: `ann sings` is no step"),
        "{why}"
    );
}
