//! `gotour --course`: the example course, its workbook, and courses with something wrong in them.

use crate::book::runtime_into;
use crate::desk::Desk;
use std::fs;
use std::path::{Path, PathBuf};

fn example() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/course")
}

/// Copies the example, without what was built in it.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if entry.file_name() == "target" {
            continue;
        }
        if from.is_dir() {
            copy(&from, &to);
        } else {
            fs::copy(&from, &to).unwrap();
        }
    }
}

/// A desk with the example in the folder `own`.
fn desk() -> Desk {
    let desk = Desk::new();
    copy(&example(), &desk.path("own"));
    desk
}

/// What was said on stderr, wherever it was wrapped.
fn words(ran: &crate::desk::Ran) -> String {
    ran.err.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_course_is_read_shown_and_solved() {
    let desk = desk();
    let list = desk.run(&["--course", "own", "list", "--json"]).json();
    assert_eq!(list["lessons"][0]["title"], "One after the other");
    assert_eq!(list["lessons"][0]["demos"][0], "a-call");
    assert_eq!(list["lessons"][0]["exercises"][0]["name"], "soup-first");
    let term = desk.run(&["--course", "own", "glossary", "messages"]);
    assert!(
        term.out.contains("lesson 1, One after the other"),
        "{term:?}"
    );
    let alone = desk.run(&["--course", "own"]);
    assert!(
        alone.out.starts_with("gotour · A course in one lesson\n"),
        "{alone:?}"
    );
    // Its workbook is its own, and knows it.
    let init = desk.run(&["--course", "own", "init"]);
    assert_eq!(init.code, Some(0), "{init:?}");
    runtime_into(&desk.path("own-workbook"));
    assert!(!desk.path("workbook").exists());
    let desk = desk.var("GOTOUR_WORKBOOK", "own-workbook");
    let status = desk.run(&[]);
    let first = status.out.lines().next();
    assert_eq!(first, Some("gotour · A course in one lesson"), "{status:?}");
    // The lesson about a level is none of this course's.
    let won = desk.run(&["play", "two-additions", "--picks", "2,2,3"]);
    assert!(won.out.contains("the same again"), "{won:?}");
    assert!(!won.out.contains("gotour read"), "{won:?}");
    let read = desk.run(&["read", "1"]);
    assert_eq!(read.code, Some(0), "{read:?}");
    let said = read.flat();
    for word in [
        "▶ A call from the kitchen",
        "cook: the soup is cooked waiter: the soup is served",
        "It is 2. His receive is over only when",
        "exercise-1 · Soup first",
        "The sender goes on first: After the two",
        "This is the end of lesson 1, One after the other.",
    ] {
        assert!(said.contains(word), "{word}: {said}");
    }
    let check = desk.run(&["check", "soup-first"]);
    assert_eq!(check.code, Some(1), "{check:?}");
    assert!(check.flat().contains("main does not wait"), "{check:?}");
    fs::copy(
        desk.path("own/solutions/soup-first/solution.rs"),
        desk.path("own-workbook/exercises/soup-first.rs"),
    )
    .unwrap();
    let check = desk.run(&["check", "1"]);
    assert_eq!(check.code, Some(0), "{check:?}");
    assert!(
        check.flat().contains("Try this: a second cook."),
        "{check:?}"
    );
    // Read and solved: the last page that every course has.
    let end = desk.run(&["next"]);
    assert!(
        end.flat().contains("• One after the other. A message puts"),
        "{end:?}"
    );
    let way = desk.run(&["certificate"]);
    assert!(
        way.out
            .starts_with("My way through A course in one lesson\n"),
        "{way:?}"
    );
    // A linked demo could be looked into; a program can be run.
    let trace = desk.run(&["trace", "a-call", "--demo"]);
    assert_eq!(trace.code, Some(2));
    assert!(trace.err.contains("it can only be run"), "{trace:?}");
}

#[test]
fn a_demo_that_does_not_compile_or_ends_badly_is_told() {
    let desk = desk();
    let init = desk.run(&["--course", "own", "init"]);
    assert_eq!(init.code, Some(0), "{init:?}");
    runtime_into(&desk.path("own-workbook"));
    let file = "own/lessons/01-in-order/demos/a-call.rs";
    for (body, says) in [
        (
            "let x: i32 = \"\";",
            "demos/a-call.rs:4 does not compile: mismatched types",
        ),
        (
            "std::process::exit(3);",
            "`a-call` could not run: it ended with exit code 3",
        ),
    ] {
        fs::write(
            desk.path(file),
            format!("//! A call\n\nfn main() {{\n    {body}\n}}\n"),
        )
        .unwrap();
        let ran = desk.run(&["--course", "own", "demo", "a-call"]);
        assert_eq!(ran.code, Some(2), "{ran:?}");
        let said = words(&ran);
        assert!(said.contains(says), "{said}");
    }
}

#[test]
fn a_workbook_of_one_course_is_never_used_for_another() {
    let desk = desk();
    desk.run(&["init"]);
    let ours = desk.read("workbook/Cargo.toml");
    for args in [
        &["--course", "own", "--workbook", "workbook", "next"][..],
        &["--course", "own", "init", "workbook"],
    ] {
        let ran = desk.run(args);
        assert_eq!(ran.code, Some(2), "{ran:?}");
        assert!(
            words(&ran).contains("of another course; choose another folder"),
            "{ran:?}"
        );
    }
    assert_eq!(desk.read("workbook/Cargo.toml"), ours);
    desk.run(&["--course", "own", "init"]);
    let ran = desk.run(&["init", "own-workbook"]);
    assert!(
        words(&ran).contains("is the workbook of another course"),
        "{ran:?}"
    );
    // In ours, it is still ours that is meant; in theirs, theirs.
    let course = |desk: &Desk| desk.run(&["list", "--json"]).json()["lessons"][0]["title"].clone();
    assert_eq!(course(&desk), "Processes and threads");
    let desk = desk.var("GOTOUR_WORKBOOK", "own-workbook");
    assert_eq!(course(&desk), "One after the other");
    // A course that was moved is said so, and is found again where it is now.
    fs::rename(desk.path("own"), desk.path("moved")).unwrap();
    let ran = desk.run(&["next"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(
        words(&ran).contains("own-workbook is of another course: there is no"),
        "{ran:?}"
    );
    let ran = desk.run(&["--course", "moved", "init"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    assert_eq!(course(&desk), "One after the other");
}

#[test]
fn a_course_with_something_wrong_is_told_with_file_and_line() {
    const LESSON: &str = "lessons/01-in-order/lesson.md";
    const QUIZ: &str = "lessons/01-in-order/quiz.toml";
    let cases: &[(&str, &str, &str, &str)] = &[
        (
            "course.toml",
            "title",
            "name",
            "own/course.toml:3: unknown field `name`",
        ),
        (
            "course.toml",
            "A course in one lesson",
            " ",
            "own/course.toml:3: the `title` is empty",
        ),
        (
            LESSON,
            "## What a message orders",
            "```rust",
            "lesson.md:13: the code that begins here has no end",
        ),
        (
            LESSON,
            "## What a message orders",
            "~~~rust\n@demo nothing\n~~~",
            "lesson.md:13: code stands between lines of ```, not of ~~~",
        ),
        (
            LESSON,
            "# One",
            "One",
            "lesson.md:1: a lesson begins with its title: `# …`",
        ),
        (
            LESSON,
            "@demo a-call",
            "@dmeo a-call",
            "lesson.md:11: `@dmeo` is no directive",
        ),
        (
            LESSON,
            "@demo a-call",
            "@demo b-call",
            "lesson.md:11: could not read ",
        ),
        (
            LESSON,
            "@demo a-call",
            "@demo ../x",
            "lesson.md:11: `../x` is no name",
        ),
        (
            LESSON,
            "@exercise soup-first",
            "@exercise soup",
            "lesson.md:21: could not read ",
        ),
        (
            LESSON,
            "@quiz",
            "@demo a-call",
            "lesson.md:23: the demo `a-call` stands twice",
        ),
        (
            QUIZ,
            "answer = 2",
            "answer = 3",
            "quiz.toml:4: `answer` is the number of one of",
        ),
        (
            QUIZ,
            "demo = \"a-call\"",
            "demo = \"b\"",
            "quiz.toml:4: a prediction for `b`",
        ),
        (
            QUIZ,
            "right = true",
            "right = false",
            "quiz.toml:11: a question has one choice with",
        ),
        (QUIZ, "because =", "because", "quiz.toml:8: "),
        (
            QUIZ,
            "misconception = \"The sender goes on first\"",
            "",
            "quiz.toml:14: a wrong choice has a `misconception`",
        ),
        (
            "exercises/soup-first/exercise.toml",
            "minutes = 3",
            "minutes = \"three\"",
            "exercise.toml:5: invalid type",
        ),
        (
            "exercises/soup-first/hints.md",
            "# 2",
            "# two",
            "hints.md:5: the heading `# two` should be `# 2`",
        ),
        (
            "solutions/soup-first/why.md",
            "**Try this:**",
            "Try this:",
            "why.md:9: `**Try this:**` is missing",
        ),
        (
            "lessons/01-in-order/demos/a-call.rs",
            "//! A call from the kitchen",
            "// A call",
            "a-call.rs:1: a demo opens with `//!` and its title",
        ),
        (
            "lessons/glossary.toml",
            "#One after the other",
            "#Nowhere",
            "glossary.toml:6: `01-in-order#Nowhere` is no heading",
        ),
        (
            "lessons/glossary.toml",
            "as = [\"messages\"]",
            "as = [\"message\"]",
            "glossary.toml:4: the term `message` stands twice",
        ),
        (
            "lessons/glossary.toml",
            "says",
            "sais",
            "glossary.toml:5: unknown field `sais`",
        ),
    ];
    let desk = desk();
    let good = desk.run(&["--course", "own", "list"]);
    assert_eq!(good.code, Some(0), "{good:?}");
    for (file, from, to, says) in cases {
        let path = desk.path("own").join(file);
        let whole = fs::read_to_string(&path).unwrap();
        assert!(whole.contains(from), "{file}: {from}");
        fs::write(&path, whole.replacen(from, to, 1)).unwrap();
        let ran = desk.run(&["--course", "own", "list"]);
        fs::write(&path, whole).unwrap();
        assert_eq!(
            (ran.code, ran.out.as_str()),
            (Some(2), ""),
            "{file}: {ran:?}"
        );
        let said = words(&ran);
        assert!(said.starts_with("gotour: "), "{said}");
        assert!(said.contains(says), "{says}: {said}");
    }
    // What some editors write before the first letter is nobody's mistake.
    for file in ["course.toml", LESSON, QUIZ, "exercises/soup-first/hints.md"] {
        let path = desk.path("own").join(file);
        let whole = fs::read_to_string(&path).unwrap();
        fs::write(&path, format!("\u{feff}{whole}")).unwrap();
        let ran = desk.run(&["--course", "own", "list"]);
        assert_eq!(ran.code, Some(0), "{file}: {ran:?}");
    }
    // Questions that nobody can be asked, and a page at the end with a slip in it.
    let whole = fs::read_to_string(desk.path("own").join(QUIZ)).unwrap();
    let (predict, question) = whole.split_once("[[question]]").unwrap();
    let (text, choices) = question.split_once("[[question.choice]]").unwrap();
    let right = choices.split("[[question.choice]]").nth(1).unwrap();
    let alone = format!("{predict}[[question]]{text}[[question.choice]]{right}");
    let end = "# The end\n\n@lerned\n".to_string();
    for (file, written, says) in [
        (
            QUIZ,
            predict.to_string(),
            "lesson.md:23: `@quiz` asks the questions of quiz.toml, and there are none",
        ),
        (
            QUIZ,
            alone,
            "quiz.toml:11: a question has at least two choices",
        ),
        (
            "lessons/end.md",
            end,
            "end.md:3: `@lerned` is no directive; here there are @learned and @timeline",
        ),
    ] {
        let path = desk.path("own").join(file);
        let before = fs::read_to_string(&path).ok();
        fs::write(&path, written).unwrap();
        let ran = desk.run(&["--course", "own", "list"]);
        match before {
            Some(before) => fs::write(&path, before).unwrap(),
            None => fs::remove_file(&path).unwrap(),
        }
        assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{ran:?}");
        assert!(words(&ran).contains(says), "{says}: {ran:?}");
    }
    // What is not there at all.
    for (folder, says) in [
        ("nowhere", "there is no course in "),
        ("own/lessons", "has no course.toml, so it is no course"),
    ] {
        let ran = desk.run(&["--course", folder, "list"]);
        assert_eq!(ran.code, Some(2), "{ran:?}");
        assert!(words(&ran).contains(says), "{ran:?}");
    }
    fs::rename(
        desk.path("own/lessons/01-in-order"),
        desk.path("own/lessons/in-order"),
    )
    .unwrap();
    let ran = desk.run(&["--course", "own", "list"]);
    assert!(
        words(&ran).contains("has a number and a name, such as"),
        "{ran:?}"
    );
    fs::remove_dir_all(desk.path("own/lessons/in-order")).unwrap();
    let ran = desk.run(&["--course", "own", "list"]);
    assert!(words(&ran).contains("there is no lesson in "), "{ran:?}");
}

/// A class has the course in git, and pulls while it is in the middle of it.
#[test]
fn what_a_learner_did_outlives_another_edition_of_the_course() {
    let desk = desk();
    for args in [
        &["dev", "new", "lesson", "02-channels"][..],
        &["init"],
        &["read", "--json"],
    ] {
        assert_eq!(
            desk.run(&[&["--course", "own"], args].concat()).code,
            Some(0)
        );
    }
    let desk = desk.var("GOTOUR_WORKBOOK", "own-workbook");
    let progress = desk.path("own-workbook/.gotour/progress.json");
    let read = "2026-01-01T10:00:00Z";
    let noted = serde_json::json!({
        "version": 1,
        "lessons": { "in-order": { "read": read }, "channels": { "place": 4, "under": ["Once more", 0] } },
    });
    fs::write(&progress, noted.to_string()).unwrap();
    let mine = "own-workbook/exercises/channels-repair.rs";
    fs::write(desk.path(mine), "// mine\n").unwrap();
    assert_eq!(desk.run(&["hint", "soup-first"]).err, "");
    // The next edition: both lessons have other names, two starts are others, and an exercise is gone.
    let lessons = desk.path("own/lessons");
    fs::rename(
        lessons.join("01-in-order"),
        lessons.join("01-before-and-after"),
    )
    .unwrap();
    fs::rename(lessons.join("02-channels"), lessons.join("02-pipes")).unwrap();
    fs::remove_file(lessons.join("glossary.toml")).unwrap();
    for name in ["soup-first", "channels-repair"] {
        let start = desk.path(format!("own/exercises/{name}/start.rs"));
        let text = fs::read_to_string(&start).unwrap();
        fs::write(&start, format!("{text}// Second edition.\n")).unwrap();
    }
    let text = lessons.join("02-pipes/lesson.md");
    let whole = fs::read_to_string(&text).unwrap();
    fs::write(&text, whole.replace("@exercise channels-build\n", "")).unwrap();
    let theirs = desk.read("own-workbook/exercises/channels-build.rs");
    let list = desk.run(&["list", "--json"]).json();
    assert_eq!(list["lessons"][0]["read"], read, "{list:#}");
    assert_eq!(list["lessons"][1]["name"], "pipes");
    assert_eq!(list["lessons"][1]["place"], 4);
    let hint = desk.run(&["hint", "soup-first"]);
    let said = words(&hint);
    assert!(
        said.contains("the course has changed the start of channels-repair; yours stays"),
        "{said}"
    );
    // What nobody had changed is the new one; the rest is as it was, and it is said once.
    assert!(
        desk.read("own-workbook/exercises/soup-first.rs")
            .ends_with("// Second edition.\n")
    );
    assert_eq!(desk.read(mine), "// mine\n");
    assert_eq!(
        desk.read("own-workbook/exercises/channels-build.rs"),
        theirs
    );
    assert_eq!(desk.run(&["hint", "soup-first"]).err, "");
    assert!(
        desk.read("own-workbook/.gotour/progress.json")
            .contains("\"pipes\"")
    );
}

/// The example is proved as our own exercises are. What is built for it is kept from run to run.
#[test]
fn the_example_keeps_what_it_promises() {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("course");
    for part in ["course.toml", "lessons", "exercises", "solutions"] {
        let old = dir.join("own").join(part);
        if old.is_dir() {
            fs::remove_dir_all(old).unwrap();
        }
    }
    copy(&example(), &dir.join("own"));
    let desk = Desk::at(&dir);
    let ran = desk.run(&["--course", "own", "dev", "check"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(
        ran.out.contains("9 of 9 verdicts as they should be"),
        "{}",
        ran.out
    );
    // Three slips of its author: each says what came of the answer, and what should.
    let solutions = dir.join("own/solutions/soup-first");
    fs::copy(
        solutions.join("solution.rs"),
        solutions.join("wrong-sleep.rs"),
    )
    .unwrap();
    let close = solutions.join("right-close.rs");
    let text = fs::read_to_string(&close).unwrap();
    fs::write(&close, text.replacen("fn main", "fn mian", 1)).unwrap();
    let right = fs::read_to_string(solutions.join("solution.rs")).unwrap();
    let falls = right.replacen("ready.recv();", "panic!(\"too hot\");", 1);
    fs::write(solutions.join("right-falls.rs"), falls).unwrap();
    // And three in what is not an answer.
    let lesson = dir.join("own/lessons/01-in-order");
    for (file, slip) in [
        ("lesson.md", "\nSee [the list](list.md).\n"),
        ("demos/a-call.rs", "fn again() -> u8 {}\n"),
        (
            "../end.md",
            "# The end\n\nSee [the other](end-2.md) and lesson 7.\n",
        ),
    ] {
        let path = lesson.join(file);
        let before = fs::read_to_string(&path).unwrap_or_default();
        fs::write(&path, before + slip).unwrap();
    }
    let ran = desk.run(&["--course", "own", "dev", "check"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    for says in [
        "lessons/01-in-order/lesson.md: the link to list.md leads nowhere",
        "lessons/end.md: the link to end-2.md leads nowhere",
        "lessons/end.md: there is no lesson 7",
        "does not compile: mismatched types",
        "wrong-sleep: passed; it should be told as sleep (1 of 1)",
        "right-close: does not compile (line ",
        "right-falls: panic (panic): no name (too hot); it should pass (1 of 1)",
        "; it should pass (1 of 1)",
    ] {
        assert!(ran.flat().contains(says), "{says}: {}", ran.out);
    }
}

#[test]
fn a_skeleton_is_put_where_it_belongs_and_nothing_is_overwritten() {
    let desk = desk();
    let new = |args: &[&str]| desk.run(&[&["--course", "own", "dev", "new"], args].concat());
    let ran = new(&["exercise", "second-try", "1"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    for file in [
        "exercises/second-try/exercise.toml",
        "exercises/second-try/start.rs",
        "exercises/second-try/hints.md",
        "solutions/second-try/solution.rs",
        "solutions/second-try/why.md",
        "solutions/second-try/expected.txt",
        "solutions/second-try/wrong-sleep.rs",
        "solutions/second-try/right-close.rs",
    ] {
        assert!(desk.path("own").join(file).is_file(), "{file}");
        assert!(ran.out.contains(file), "{file}: {}", ran.out);
    }
    assert!(
        ran.flat()
            .ends_with("gotour dev check second-try --course own proves it."),
        "{ran:?}"
    );
    let lesson = "own/lessons/01-in-order/lesson.md";
    assert!(
        desk.read(lesson)
            .contains("@exercise soup-first\n\n@exercise second-try\n\n@quiz")
    );
    let start = desk.read("own/exercises/second-try/start.rs");
    assert!(start.starts_with("//! Second try\n"), "{start}");
    assert!(start.contains("Type: gotour check second-try"), "{start}");
    let json = new(&["lesson", "2-more-of-it", "--json"]).json();
    assert_eq!(json["changed"], serde_json::json!([]));
    let list = desk.run(&["--course", "own", "list", "--json"]).json();
    assert_eq!(list["lessons"][1]["title"], "More of it");
    assert_eq!(list["lessons"][1]["demos"].as_array().unwrap().len(), 3);
    assert_eq!(
        list["lessons"][1]["exercises"][1]["name"],
        "more-of-it-build"
    );
    // What is there stays as it is.
    for (args, says) in [
        (
            &["exercise", "second-try", "1"][..],
            "exercise-2 is called second-try already",
        ),
        (&["exercise", "Second", "1"], "`Second` is no name"),
        (&["exercise", "third", "9"], "there is no lesson 9"),
        (&["lesson", "02-other"], "02-more-of-it is there already"),
        (&["lesson", "more"], "`more` is no folder of a lesson"),
    ] {
        let ran = new(args);
        assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{ran:?}");
        assert!(words(&ran).contains(says), "{says}: {ran:?}");
    }
    let file = desk.path("own/solutions/third/why.md");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, "mine").unwrap();
    let before = desk.read(lesson);
    let ran = new(&["exercise", "third", "1"]);
    assert!(
        words(&ran).contains("why.md is there already, and is not overwritten"),
        "{ran:?}"
    );
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
    assert_eq!(desk.read(lesson), before);
    assert!(!desk.path("own/exercises/third").exists());
}

/// From elsewhere, nobody means the checkout that gotour happens to have been built from.
#[test]
fn our_own_course_is_added_to_from_inside_only() {
    let desk = Desk::new();
    let checkout = Path::new(env!("CARGO_MANIFEST_DIR"));
    for args in [
        &["dev", "new", "exercise", "stray-thing", "1"][..],
        &["dev", "new", "lesson", "98-stray-thing"],
    ] {
        let ran = desk.run(args);
        assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{ran:?}");
        let said = words(&ran);
        for word in [
            "this folder is not in",
            checkout.to_str().unwrap(),
            "--course DIR",
        ] {
            assert!(said.contains(word), "{word}: {said}");
        }
    }
    for path in ["exercises/stray-thing", "lessons/98-never-made"] {
        assert!(!checkout.join(path).exists(), "{path}");
    }
    // In there it is asked for what it would make.
    let ran = Desk::at(&checkout.join("src")).run(&["dev", "new", "exercise", "Never", "1"]);
    assert!(words(&ran).contains("`Never` is no name"), "{ran:?}");
}
