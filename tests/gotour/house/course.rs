//! The course: what every lesson and every exercise has.
//!
//! That each row of the table has its files is proved by its `include_str!`; that it can be read, by gotour's own tests.

use super::reading::Words;
use super::{Broken, files_below, read, rust_files};
use serde::Deserialize;
use std::collections::BTreeSet;

#[derive(Deserialize)]
struct Sheet {
    title: String,
    kind: String,
    #[serde(default)]
    wrong: Vec<Wrong>,
}

#[derive(Deserialize)]
struct Wrong {
    name: String,
    says: String,
}

/// A row of the table in lessons/mod.rs.
struct Row {
    folder: String,
    exercises: Vec<String>,
}

fn table() -> Vec<Row> {
    let path = "lessons/mod.rs";
    let words = Words::of(path, &read(path));
    let start = (0..words.0.len())
        .find(|&i| words.text(i) == "table" && words.text(i + 1) == "!" && words.text(i + 2) == "{")
        .expect("lessons/mod.rs has a table! { … }");
    let mut rows: Vec<Row> = Vec::new();
    let mut depth = 0;
    for word in &words.0[start + 2..] {
        match (word.text.as_str(), word.literal) {
            ("{" | "[", false) => depth += 1,
            ("}" | "]", false) => depth -= 1,
            (text, true) => {
                let text = text.trim_matches('"').to_string();
                match depth {
                    1 => rows.push(Row {
                        folder: text,
                        exercises: Vec::new(),
                    }),
                    _ => rows.last_mut().unwrap().exercises.push(text),
                }
            }
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    assert!(!rows.is_empty() && rows.iter().all(|r| !r.exercises.is_empty()));
    rows
}

fn exercises() -> Vec<String> {
    table().into_iter().flat_map(|row| row.exercises).collect()
}

fn toml<T: serde::de::DeserializeOwned>(path: &str) -> T {
    toml::from_str(&read(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// `sleep` of `solutions/x/wrong-sleep-2.rs`: a mistake can be made in several ways.
fn name_of(file: &str, kind: &str) -> Option<String> {
    let name = file
        .rsplit('/')
        .next()?
        .strip_suffix(".rs")?
        .strip_prefix(kind)?;
    Some(match name.rsplit_once('-') {
        Some((name, n)) if n.parse::<u32>().is_ok() => name.to_string(),
        _ => name.to_string(),
    })
}

#[test]
fn every_exercise_has_its_answers_and_every_named_mistake_its_file() {
    let mut broken = Broken::rule(
        "An exercise has at least three named wrong answers, each with its file solutions/NAME/wrong-<name>.rs (or \
         wrong-<name>-2.rs) and its [[wrong]] in exercise.toml, and at least two other right answers, \
         solutions/NAME/right-*.rs.",
    );
    for exercise in exercises() {
        let sheet: Sheet = toml(&format!("exercises/{exercise}/exercise.toml"));
        let files = files_below(&format!("solutions/{exercise}"));
        let made: BTreeSet<String> = files.iter().filter_map(|f| name_of(f, "wrong-")).collect();
        let named: BTreeSet<String> = sheet.wrong.iter().map(|w| w.name.clone()).collect();
        if sheet.wrong.len() != named.len() {
            broken.at(&exercise, "two [[wrong]] of one name");
        }
        if named.len() < 3 {
            broken.at(&exercise, format!("{} named wrong answers", named.len()));
        }
        for name in named.difference(&made) {
            broken.at(
                &exercise,
                format!(
                    "[[wrong]] `{name}` has no file: no test shows that it is told for what it is"
                ),
            );
        }
        for name in made.difference(&named) {
            broken.at(&exercise, format!("wrong-{name}.rs has no [[wrong]]"));
        }
        for wrong in sheet.wrong.iter().filter(|w| w.says.trim().is_empty()) {
            broken.at(
                &exercise,
                format!("[[wrong]] `{}` says nothing", wrong.name),
            );
        }
        let right = files
            .iter()
            .filter(|f| name_of(f, "right-").is_some())
            .count();
        if right < 2 {
            broken.at(&exercise, format!("{right} other right answers"));
        }
    }
}

#[test]
fn the_folders_hold_what_is_known_and_nothing_else() {
    let mut broken = Broken::rule(
        "In exercises/NAME stand exercise.toml, start.rs, hints.md; in solutions/NAME solution.rs, why.md, expected.txt, \
         wrong-*.rs, right-*.rs; in lessons/NN-slug lesson.md, quiz.toml, demos.rs, and what code takes in by name. \
         Another file is never read.",
    );
    for folder in ["exercises", "solutions"] {
        for path in files_below(folder) {
            let parts: Vec<&str> = path.split('/').collect();
            let known = match parts[..] {
                ["exercises", _, file] => ["exercise.toml", "start.rs", "hints.md"].contains(&file),
                ["solutions", _, file] => {
                    ["solution.rs", "why.md", "expected.txt"].contains(&file)
                        || name_of(file, "wrong-").is_some()
                        || name_of(file, "right-").is_some()
                }
                _ => false,
            };
            if !known {
                broken.at(&path, "what is it?");
            }
        }
    }
    let code: String = rust_files(&["lessons", "tests"])
        .iter()
        .map(|path| read(path))
        .collect();
    for path in files_below("lessons") {
        let file = path.rsplit('/').next().unwrap();
        let known = ["lesson.md", "quiz.toml", "seed.toml"].contains(&file)
            || file.ends_with(".rs")
            || code.contains(&format!("{file}\""));
        if !known {
            broken.at(&path, "no code names it");
        }
    }
}

#[test]
fn every_start_file_states_its_task_and_has_one_thing_to_do() {
    let mut broken = Broken::rule(
        "A start file opens with `//!` and its title, an empty line, the task, and the line `Type: gotour check NAME`; it \
         has one TODO, where the learner begins; and it has no answer in it.",
    );
    for exercise in exercises() {
        let path = format!("exercises/{exercise}/start.rs");
        let text = read(&path);
        let sheet: Sheet = toml(&format!("exercises/{exercise}/exercise.toml"));
        let head: Vec<&str> = text
            .lines()
            .map_while(|l| l.strip_prefix("//!"))
            .map(str::trim)
            .collect();
        // Titles are shown where code has no marks.
        let title = head.first().map(|t| t.replace('`', ""));
        if title.as_deref() != Some(&sheet.title) {
            broken.at(
                &path,
                format!(
                    "its first line says {title:?}, exercise.toml {:?}",
                    sheet.title
                ),
            );
        }
        if head.len() < 4 || !head[1].is_empty() {
            broken.at(&path, "no task below the title");
        }
        let command = format!("Type: gotour check {exercise}");
        if !head.contains(&command.as_str()) {
            broken.at(&path, format!("no line `{command}`"));
        }
        let todos = text.matches("TODO").count();
        if todos != 1 {
            broken.at(&path, format!("{todos} TODOs"));
        }
        if text == read(&format!("solutions/{exercise}/solution.rs")) {
            broken.at(&path, "is its own solution");
        }
    }
}

#[test]
fn every_exercise_has_three_hints_and_says_why() {
    let mut broken = Broken::rule(
        "Three hints under `# 1`, `# 2`, `# 3`: a nudge; the idea, with the place in the lesson; nearly the code. And \
         why.md says why the solution works and what else would have.",
    );
    for exercise in exercises() {
        let path = format!("exercises/{exercise}/hints.md");
        let text = read(&path);
        let headings: Vec<&str> = text.lines().filter(|l| l.starts_with("# ")).collect();
        if headings != ["# 1", "# 2", "# 3"] {
            broken.at(&path, format!("its headings are {headings:?}"));
        }
        let second = text.split("# 2").nth(1).and_then(|t| t.split("# 3").next());
        if !second.is_some_and(|t| t.to_lowercase().contains("lesson")) {
            broken.at(&path, "the second hint names no lesson");
        }
        let path = format!("solutions/{exercise}/why.md");
        let why = read(&path);
        let parts = ["**What else would have done it**", "**Try this:**"].map(|p| why.find(p));
        if !matches!(parts, [Some(others), Some(then)] if 0 < others && others < then) {
            broken.at(
                &path,
                "says why it works, then `**What else would have done it**`, then `**Try this:**`",
            );
        }
        let path = format!("solutions/{exercise}/expected.txt");
        let text = read(&path);
        if text.is_empty() || !text.ends_with('\n') {
            broken.at(&path, "has no line, or an unfinished one");
        }
    }
}

/// The parts of a lesson that are nobody else's are in lessons.rs.
#[test]
fn every_lesson_has_the_exercises_of_its_row_and_names_the_real_thing() {
    let mut broken = Broken::rule(
        "A lesson's text offers the exercises of its row in lessons/mod.rs, in that order, among them one to repair and \
         one to construct; and `How the real one does it` names a file of Go's source.",
    );
    for row in table() {
        let path = format!("lessons/{}/lesson.md", row.folder);
        let text = read(&path);
        let offered: Vec<&str> = text
            .lines()
            .filter_map(|l| l.strip_prefix("@exercise "))
            .collect();
        if offered != row.exercises {
            broken.at(
                &path,
                format!("it offers {offered:?}, its row has {:?}", row.exercises),
            );
        }
        for kind in ["repair", "construct"] {
            let is_one = |name: &String| {
                toml::<Sheet>(&format!("exercises/{name}/exercise.toml")).kind == kind
            };
            if !row.exercises.iter().any(is_one) {
                broken.at(&path, format!("no exercise to {kind}"));
            }
        }
        let real = text
            .split("## How the real one does it")
            .nth(1)
            .and_then(|t| t.split("\n## ").next());
        if !real.is_some_and(|t| t.contains("`src/")) {
            broken.at(
                &path,
                "`How the real one does it` names no file of Go's source",
            );
        }
    }
}
