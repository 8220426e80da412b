//! When a program leaves the library: whatever the exercise, it is told what is wrong and in which line, in time.

use crate::book::with_workbook;
use crate::desk::Desk;
use std::fs;

/// A repair, an order, a thousand goroutines, a panic that is caught.
const EXERCISES: [&str; 4] = [
    "lost-update",
    "order-two",
    "thousand-workers",
    "panic-between",
];

/// What is put in front of everything in `run`, and what must be said of it.
type Case = (&'static str, &'static [&'static str]);

/// Seen before anything is built.
const SEEN: &[Case] = &[
    (
        "let _m = std::sync::Mutex::new(0);",
        &["uses std::sync::Mutex", "use here: Mutex of goroutines"],
    ),
    (
        "std::thread::spawn(|| ());",
        &["uses std::thread::spawn", "use here: go!"],
    ),
    (
        "std::thread::sleep(std::time::Duration::ZERO);",
        &["uses std::thread::sleep", "time::sleep"],
    ),
    (
        "let _t = std::time::Instant::now();",
        &["Instant::now", "time::now()"],
    ),
    (
        "let _t = std::time::SystemTime::now();",
        &["uses std::time::SystemTime", "time::now()"],
    ),
    (
        "tokio::spawn(async {});",
        &["uses tokio", "use here: goroutines"],
    ),
    (
        "static N: std::sync::atomic::AtomicI64 = std::sync::atomic::AtomicI64::new(0);",
        &["uses std::sync::atomic"],
    ),
    ("static mut N: i64 = 0;", &["static mut", "a Shared"]),
    (
        "std::process::exit(0);",
        &["uses std::process::exit", "return from main"],
    ),
    (
        "std::process::abort();",
        &["uses std::process::abort", "panic!"],
    ),
    (
        "let mut s = String::new(); let _ = std::io::stdin().read_line(&mut s);",
        &["uses std::io::stdin", "reads no input"],
    ),
    (
        "macro_rules! of { ($m:ident) => { std::$m::spawn(|| ()) } } of!(thread);",
        &["uses std::$", "written out"],
    ),
    (
        "macro_rules! of { ($s:ident) => { $s::thread::spawn(|| ()) } } of!(std);",
        &["written out"],
    ),
];

/// Seen when it runs.
const RUN: &[Case] = &[
    (
        "let mut n = 0u64; loop { n = std::hint::black_box(n.wrapping_add(1)); }",
        &["still running after 2 s"],
    ),
    (
        "fn deep(n: u64) -> u64 { let a = [n; 64]; if n == 0 { 0 } else { deep(n + 1) + std::hint::black_box(a)[3] } } std::hint::black_box(deep(1));",
        &["stack overflow"],
    ),
    (
        "struct D; impl Drop for D { fn drop(&mut self) { panic!(\"again\") } } let _d = D; panic!(\"once\");",
        &["panicked: once"],
    ),
    (
        "let nowhere = std::hint::black_box(8 as *mut u8); unsafe { *nowhere = 1 };",
        &["died of signal"],
    ),
    (
        "static N: goroutines::sync::atomic::Int64 = goroutines::sync::atomic::Int64::new(0); if N.add(1) % 2 == 0 { println!(\"odd\"); }",
        &["static"],
    ),
];

/// An exercise's solution with `statement` in it, and the line that it stands on.
fn broken(exercise: &str, statement: &str) -> (String, usize) {
    let file = format!(
        "{}/solutions/{exercise}/solution.rs",
        env!("CARGO_MANIFEST_DIR")
    );
    let solution = fs::read_to_string(file).unwrap();
    let (before, after) = solution.split_once("run(|| {\n").expect(exercise);
    let line = before.lines().count() + 1;
    (format!("{before}run(|| {{\n{statement}\n{after}"), line)
}

/// It is refused with these words and the line's number.
#[track_caller]
fn told(desk: &Desk, exercise: &str, (statement, words): &Case) {
    let (program, line) = broken(exercise, statement);
    fs::write(
        desk.path(format!("workbook/exercises/{exercise}.rs")),
        program,
    )
    .unwrap();
    let ran = desk.run(&["check", exercise]);
    let said = format!("{exercise}: {statement}\n{}", ran.out);
    assert_eq!(ran.code, Some(1), "{said}{}", ran.err);
    for word in *words {
        assert!(ran.flat().contains(word), "{word:?} in {said}");
    }
    let names = [
        format!("line {line} "),
        format!(":{line}"),
        format!("{line} │"),
    ];
    assert!(
        names.iter().any(|n| ran.out.contains(n)),
        "line {line} in {said}"
    );
}

#[test]
fn what_can_be_seen_in_the_file_is_named_with_its_line() {
    let desk = Desk::new();
    desk.run(&["init"]);
    for exercise in EXERCISES {
        for case in SEEN {
            let (program, line) = broken(exercise, case.0);
            fs::write(
                desk.path(format!("workbook/exercises/{exercise}.rs")),
                program,
            )
            .unwrap();
            let ran = desk.run(&["check", exercise]);
            let said = format!("{exercise}: {}\n{}", case.0, ran.out);
            assert_eq!(ran.code, Some(1), "{said}");
            assert!(
                ran.out.contains(&format!("line {line} ")),
                "line {line} in {said}"
            );
            for word in case.1 {
                assert!(ran.flat().contains(word), "{word:?} in {said}");
            }
        }
    }
}

#[test]
fn what_shows_when_it_runs_is_named_with_its_line() {
    let desk = with_workbook();
    for exercise in EXERCISES {
        for case in RUN {
            told(&desk, exercise, case);
        }
    }
}
