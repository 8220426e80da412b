//! What the lessons hold: every part, texts that fit a screen, demos that fit a narrow one, a place for each of the notes.

use crate::desk::Desk;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Lines of text between two things to do, on a terminal of 80 columns.
const SCREEN: usize = 20;

struct Lesson {
    folder: String,
    text: String,
    quiz: Quiz,
    demos: String,
}

#[derive(Deserialize)]
struct Quiz {
    predict: Vec<Predict>,
    question: Vec<Question>,
}

#[derive(Deserialize)]
struct Predict {
    demo: String,
    choices: Vec<String>,
    answer: usize,
    because: String,
}

#[derive(Deserialize)]
struct Question {
    text: String,
    choice: Vec<Choice>,
}

#[derive(Deserialize)]
struct Choice {
    #[serde(default)]
    right: bool,
    #[serde(default)]
    misconception: String,
    says: String,
}

fn lessons() -> Vec<Lesson> {
    let mut folders: Vec<String> = fs::read_dir("lessons")
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .filter(|n| Path::new("lessons").join(n).join("lesson.md").exists())
        .collect();
    folders.sort();
    let read = |folder: &str, file: &str| {
        let path = format!("lessons/{folder}/{file}");
        fs::read_to_string(&path).unwrap_or_else(|e| panic!("{path}: {e}"))
    };
    folders
        .into_iter()
        .map(|folder| Lesson {
            text: read(&folder, "lesson.md"),
            quiz: toml::from_str(&read(&folder, "quiz.toml"))
                .unwrap_or_else(|e| panic!("{folder}: {e}")),
            demos: read(&folder, "demos.rs"),
            folder,
        })
        .collect()
}

impl Lesson {
    /// The names after a directive, in order.
    fn named(&self, directive: &str) -> Vec<&str> {
        self.text
            .lines()
            .filter_map(|l| l.strip_prefix(directive)?.strip_prefix(' '))
            .collect()
    }

    fn headings(&self) -> BTreeSet<&str> {
        self.text
            .lines()
            .filter_map(|l| l.strip_prefix("## ").or_else(|| l.strip_prefix("# ")))
            .collect()
    }
}

#[test]
fn every_lesson_has_all_its_parts() {
    for l in lessons() {
        let (demos, pictures) = (l.named("@demo"), l.named("@picture"));
        assert!(demos.len() >= 2, "{}: two demos", l.folder);
        assert!(!pictures.is_empty(), "{}: a picture", l.folder);
        assert!(
            l.named("@exercise").len() >= 2,
            "{}: two exercises",
            l.folder
        );
        assert!(
            l.text.lines().any(|line| line == "@quiz"),
            "{}: @quiz",
            l.folder
        );
        for section in [
            "Go | here",
            "How the real one does it",
            "Said often, and wrong",
            "What to remember",
        ] {
            assert!(
                l.headings().contains(section),
                "{}: section {section}",
                l.folder
            );
        }
        // Each demo once, in the text and in the table of demos, with a prediction before it.
        let shown: Vec<&str> = l
            .text
            .lines()
            .filter_map(|line| {
                line.strip_prefix("@demo ")
                    .or_else(|| line.strip_prefix("@picture "))
            })
            .collect();
        let written: Vec<&str> = l
            .demos
            .lines()
            .filter_map(|line| line.trim().strip_prefix("name: \"")?.strip_suffix("\","))
            .collect();
        let predicted: Vec<&str> = l.quiz.predict.iter().map(|p| p.demo.as_str()).collect();
        assert_eq!(shown, written, "{}: demos of text and table", l.folder);
        assert_eq!(shown, predicted, "{}: demos and predictions", l.folder);
    }
}

#[test]
fn every_question_has_one_right_answer_and_names_each_misconception() {
    for l in lessons() {
        for p in &l.quiz.predict {
            assert!(
                (1..=p.choices.len()).contains(&p.answer) && p.choices.len() >= 2,
                "{}: {}",
                l.folder,
                p.demo
            );
            assert!(!p.because.is_empty(), "{}: {}", l.folder, p.demo);
        }
        assert!(l.quiz.question.len() >= 3, "{}: three questions", l.folder);
        let mut places = BTreeSet::new();
        for q in &l.quiz.question {
            let right: Vec<usize> = (0..q.choice.len()).filter(|i| q.choice[*i].right).collect();
            assert_eq!(right.len(), 1, "{}: {}", l.folder, q.text);
            places.extend(right);
            let mut names = BTreeSet::new();
            for c in &q.choice {
                assert!(!c.says.is_empty(), "{}: {}", l.folder, q.text);
                if !c.right {
                    assert!(!c.misconception.is_empty(), "{}: {}", l.folder, q.text);
                    assert!(names.insert(&c.misconception), "{}: {}", l.folder, q.text);
                }
            }
        }
        assert!(
            places.len() > 1,
            "{}: the right answer stands always at the same place",
            l.folder
        );
    }
}

#[test]
fn no_text_between_two_things_to_do_is_longer_than_a_screen() {
    for l in lessons() {
        let mut piece = String::new();
        let mut fenced = false;
        let check = |piece: &mut String, until: &str| {
            let tall = tall(piece);
            assert!(
                tall <= SCREEN,
                "{}: {tall} lines before {until}:\n{piece}",
                l.folder
            );
            piece.clear();
        };
        for line in l.text.lines() {
            fenced ^= line.starts_with("```");
            if line.starts_with('@') && !fenced {
                check(&mut piece, line);
            } else {
                piece.push_str(line);
                piece.push('\n');
            }
        }
        check(&mut piece, "the end");
    }
}

/// How many lines Markdown takes at 80 columns.
fn tall(markdown: &str) -> usize {
    let mut lines = 0;
    let mut fenced = false;
    let mut paragraph = String::new();
    let flush = |paragraph: &mut String| {
        let mut column = 0;
        let mut wrapped = 0;
        for word in paragraph.replace(['`', '*'], "").split_whitespace() {
            let w = word.chars().count();
            if column == 0 || column + 1 + w > 80 {
                wrapped += 1;
                column = w;
            } else {
                column += 1 + w;
            }
        }
        paragraph.clear();
        wrapped
    };
    for line in markdown.trim_matches('\n').lines() {
        let item = line.starts_with("- ")
            || line
                .split_once(". ")
                .is_some_and(|(n, _)| n.parse::<u8>().is_ok());
        if line.starts_with("```") {
            lines += flush(&mut paragraph);
            fenced = !fenced;
        } else if fenced || line.is_empty() || line.starts_with('|') {
            lines += flush(&mut paragraph) + 1;
        } else if line.starts_with('#') {
            // The heading and a rule below it.
            lines += flush(&mut paragraph) + 2;
        } else {
            if item {
                lines += flush(&mut paragraph);
            }
            paragraph.push(' ');
            paragraph.push_str(line);
        }
    }
    lines + flush(&mut paragraph)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Seed {
    /// How many lines the notes have.
    of: usize,
    /// Those that state nothing.
    silent: Vec<String>,
    statement: Vec<Statement>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Statement {
    note: String,
    lines: Vec<String>,
    place: Vec<String>,
    /// What is taught instead, where the notes are wrong or short.
    r#true: Option<String>,
}

/// The lines of `7` and `9-12`.
fn lines(of: &[String]) -> Vec<usize> {
    let number = |n: &str| n.parse::<usize>().unwrap_or_else(|_| panic!("{n}"));
    of.iter()
        .flat_map(|range| {
            let (from, to) = range.split_once('-').unwrap_or((range, range));
            assert!(number(from) <= number(to), "{range}");
            number(from)..=number(to)
        })
        .collect()
}

/// The notes are not here: their lines are counted, and each is a statement's, or said to state nothing.
#[test]
fn every_line_of_the_notes_is_accounted_for() {
    let seed: Seed = toml::from_str(&fs::read_to_string("lessons/seed.toml").unwrap()).unwrap();
    let silent = lines(&seed.silent);
    let mut stated = BTreeSet::new();
    let mut notes = BTreeSet::new();
    for s in &seed.statement {
        let own = lines(&s.lines);
        assert!(!own.is_empty(), "{}", s.note);
        assert!(!own.iter().any(|l| silent.contains(l)), "{}", s.note);
        assert!(
            s.r#true.as_ref().is_none_or(|t| t.ends_with('.')),
            "{}",
            s.note
        );
        assert!(notes.insert(&s.note), "twice: {}", s.note);
        stated.extend(own);
    }
    let all: BTreeSet<usize> = silent.iter().copied().chain(stated).collect();
    assert_eq!(all, (1..=seed.of).collect());
    assert_eq!(
        silent.len(),
        lines(&seed.silent)
            .into_iter()
            .collect::<BTreeSet<_>>()
            .len()
    );
}

#[test]
fn every_statement_of_the_notes_has_its_place() {
    let seed: Seed = toml::from_str(&fs::read_to_string("lessons/seed.toml").unwrap()).unwrap();
    let lessons = lessons();
    for s in &seed.statement {
        assert!(!s.place.is_empty(), "{}", s.note);
        for place in &s.place {
            let (folder, what) = place.split_once(['/', '#']).unwrap();
            let lesson = lessons
                .iter()
                .find(|l| l.folder == folder)
                .unwrap_or_else(|| panic!("{}: no lesson {folder}", s.note));
            let there = if place.contains('#') {
                lesson.headings().contains(what)
            } else {
                lesson.demos.contains(&format!("name: \"{what}\""))
            };
            assert!(there, "{}: no {place}", s.note);
        }
    }
}

#[test]
fn every_demo_fits_60_columns_without_utf8() {
    for lesson in lessons() {
        let number = &lesson.folder[..2];
        let desk = Desk::new().var("COLUMNS", "60").var("LANG", "C");
        let ran = desk.run(&["demo", number, "--seed", "1"]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert!(ran.out.is_ascii(), "{}", ran.out);
        // What rustc draws is shown as it is.
        let of_rustc = |line: &&str| {
            let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
            rest.trim_start().starts_with('|')
        };
        for line in ran.out.lines().filter(|l| !of_rustc(l)) {
            assert!(line.len() <= 60, "lesson {number}: {line}");
        }
    }
}
