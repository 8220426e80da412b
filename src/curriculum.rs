//! What the course holds: lessons, exercises, quizzes, read from the embedded files, and found by name or number.

mod folder;
mod glossary;
mod last;
mod named;

pub use glossary::Term;
pub use last::{Last, OTHERS, THEN};
pub use named::Named;

use crate::lessons::{END, ExerciseFiles, GLOSSARY, LESSONS, LessonFiles};
use crate::report::{Problem, Result};
use crate::stage::{Demo, Program};
use crate::text;
use serde::Deserialize;
use std::path::Path;

/// What is said of lines of code that stand between others than the screen knows.
pub const OTHER_FENCE: &str = "code stands between lines of ```, not of ~~~";

/// The course: the lessons in their order.
///
/// Making one reads nothing but the table; a file is parsed when something of it is asked for.
#[derive(Debug)]
pub struct Course {
    pub lessons: Vec<Lesson>,
    pub title: &'static str,
    /// The folder that it was read from; `None` for the course that gotour was built with.
    pub folder: Option<&'static Path>,
    texts: Texts,
}

/// The files that belong to no single lesson.
#[derive(Clone, Copy, Debug, Default)]
struct Texts {
    /// The folder of the course; empty for the one that is compiled in.
    root: &'static str,
    /// `glossary.toml`
    terms: &'static str,
    /// `end.md`
    end: &'static str,
}

#[derive(Clone, Copy, Debug)]
pub struct Lesson {
    /// The folder's number; those of the table rise.
    pub number: usize,
    /// The folder's name without its number, the key of progress.
    pub slug: &'static str,
    /// The first heading of the text.
    pub title: &'static str,
    /// The text as it was written, directives included.
    pub text: &'static str,
    /// Those that are linked: `shows` has all.
    pub demos: &'static [Demo],
    /// The number of the lesson's first exercise.
    first: usize,
    files: &'static LessonFiles,
}

/// A demo, as it is run: linked, or a program of another course.
#[derive(Clone, Copy, Debug)]
pub enum Show {
    Linked(&'static Demo),
    Program(&'static Program),
}

impl Show {
    pub fn name(self) -> &'static str {
        match self {
            Show::Linked(demo) => demo.name,
            Show::Program(program) => program.name,
        }
    }

    pub fn title(self) -> &'static str {
        match self {
            Show::Linked(demo) => demo.title,
            Show::Program(program) => program.title,
        }
    }
}

/// A piece of a lesson's text: prose, or something to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Text(&'static str),
    /// `@demo NAME`: predict, run, learn why.
    Demo(&'static str),
    /// `@picture NAME`: a demo that only draws.
    Picture(&'static str),
    /// `@exercise NAME`
    Exercise(&'static str),
    /// `@quiz`
    Quiz,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quiz {
    #[serde(default)]
    pub predict: Vec<Predict>,
    #[serde(default)]
    pub question: Vec<Question>,
}

/// What is asked before a demo runs.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Predict {
    pub demo: String,
    pub question: String,
    pub choices: Vec<String>,
    /// The right choice, from 1.
    pub answer: usize,
    /// Said after the demo has run.
    pub because: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    pub text: String,
    pub choice: Vec<Choice>,
}

/// One answer to a question. A wrong one has the name of the misconception behind it, and an answer of its own.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    pub text: String,
    #[serde(default)]
    pub right: bool,
    #[serde(default)]
    pub misconception: String,
    #[serde(default)]
    pub says: String,
}

/// An exercise's place in the course, and its files; `read` gives what they say.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// From 1, through all lessons.
    pub number: usize,
    /// The key of progress and the file's name in the workbook.
    pub name: &'static str,
    /// The number of its lesson.
    pub lesson: usize,
    files: &'static ExerciseFiles,
}

#[derive(Clone, Debug)]
pub struct Exercise {
    pub name: &'static str,
    pub title: String,
    pub kind: ExerciseKind,
    pub minutes: u32,
    pub teaches: String,
    pub start: &'static str,
    pub hints: [String; 3],
    pub solution: &'static str,
    pub why: &'static str,
    pub expected: &'static str,
    pub output: Match,
    /// How many schedules a check tries, where the exercise asks for another number than the usual one.
    pub schedules: Option<usize>,
    /// Clients who come to its program, where it is a server.
    pub drive: Option<Drive>,
    pub require: Vec<Require>,
    pub forbid: Vec<Forbid>,
    pub wrong: Vec<Wrong>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ExerciseKind {
    /// A program that is broken.
    Repair,
    /// A program that is not there yet.
    Construct,
}

/// How an exercise's output is compared with `expected.txt`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Match {
    Exact,
    /// The same lines in any order.
    Unordered,
    /// Its lines occur in that order, others may stand between.
    Contains,
}

/// What must be so over all schedules once the output is right.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Require {
    pub fact: String,
    pub says: String,
}

/// Clients over TCP for a program that listens. What steps there are stands in `check/drive/script.rs`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Drive {
    /// What stands before the address in the line that the program prints.
    pub listens: String,
    /// What lines begin with that may come at any time.
    pub aside: String,
    pub scene: Vec<SceneSheet>,
    pub load: Option<Load>,
}

/// One scene: a step a line, played on a program of its own.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SceneSheet {
    pub name: String,
    pub title: String,
    pub steps: String,
}

/// Many clients, who all say a line in each round; `{who}` and `{text}` stand in what they send and hear.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Load {
    pub title: String,
    pub clients: usize,
    pub rounds: usize,
    pub joins: String,
    pub joined: String,
    pub says: String,
    pub heard: String,
    pub stops: String,
    /// The last line that the program prints.
    pub ends: String,
}

/// What the source must not use.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Forbid {
    pub pattern: String,
    pub says: String,
}

/// A named wrong answer: recognised by its conditions, answered in its own words.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wrong {
    pub name: String,
    pub title: String,
    pub when: Vec<String>,
    pub says: String,
}

/// `exercise.toml` as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExerciseToml {
    title: String,
    kind: ExerciseKind,
    minutes: u32,
    teaches: String,
    output: OutputToml,
    schedules: Option<SchedulesToml>,
    drive: Option<Drive>,
    #[serde(default)]
    require: Vec<Require>,
    #[serde(default)]
    forbid: Vec<Forbid>,
    #[serde(default)]
    wrong: Vec<Wrong>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OutputToml {
    r#match: Match,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SchedulesToml {
    count: usize,
}

impl Course {
    /// The course that this gotour was built with.
    pub fn embedded() -> Self {
        let texts = Texts {
            root: "",
            terms: GLOSSARY,
            end: END,
        };
        Self::of("gotour", LESSONS, texts)
    }

    fn of(title: &'static str, table: &'static [LessonFiles], texts: Texts) -> Self {
        let mut first = 1;
        let lessons = table
            .iter()
            .map(|files| {
                let lesson = Lesson {
                    number: folder_number(files.folder),
                    slug: slug(files.folder),
                    title: heading(files.text),
                    text: files.text,
                    demos: files.demos,
                    first,
                    files,
                };
                first += files.exercises.len();
                lesson
            })
            .collect();
        Course {
            lessons,
            title,
            folder: None,
            texts,
        }
    }

    /// Every exercise, in order.
    pub fn exercises(&self) -> impl Iterator<Item = Entry> + '_ {
        self.lessons.iter().flat_map(Lesson::exercises)
    }

    /// An exercise by `exercise-7`, `7` or its name.
    pub fn find_exercise(&self, wanted: &str) -> Result<Entry> {
        let all: Vec<Entry> = self.exercises().collect();
        if let Some(e) = all.iter().find(|e| e.name == wanted) {
            return Ok(*e);
        }
        let wanted = wanted.trim();
        let lower = wanted.to_lowercase();
        if let Some(n) = number(&lower, "exercise") {
            return usize::try_from(n)
                .ok()
                .and_then(|n| n.checked_sub(1))
                .and_then(|i| all.get(i).copied())
                .ok_or_else(|| not_a_number("exercise", n, all.len()));
        }
        // A path to its file is a way to name it: shells complete it.
        if let Some(stem) = lower.strip_suffix(".rs") {
            let stem = stem.rsplit(['/', '\\']).next().unwrap_or(stem);
            if let Some(e) = all.iter().find(|e| e.name == stem) {
                return Ok(*e);
            }
        }
        not_a_name("exercise", wanted, all.iter().map(|e| e.name))
    }

    /// A lesson by its number, `lesson-2`, or its name.
    pub fn find_lesson(&self, wanted: &str) -> Result<&Lesson> {
        let wanted = wanted.trim();
        let lower = wanted.to_lowercase();
        if let Some(l) = self
            .lessons
            .iter()
            .find(|l| l.slug == lower || l.files.folder == lower)
        {
            return Ok(l);
        }
        if let Some(n) = number(&lower, "lesson") {
            return usize::try_from(n)
                .ok()
                .and_then(|n| self.lessons.iter().find(|l| l.number == n))
                .ok_or_else(|| self.no_lesson(n));
        }
        not_a_name("lesson", wanted, self.lessons.iter().map(|l| l.slug))
    }

    /// The lesson that an exercise belongs to.
    pub fn lesson_of(&self, e: &Entry) -> &Lesson {
        let own = self.lessons.iter().find(|l| l.number == e.lesson);
        own.expect("an exercise is made from its lesson")
    }

    fn no_lesson(&self, n: u64) -> Problem {
        let last = self.lessons.last().map_or(0, |l| l.number);
        if (1..=last as u64).contains(&n) {
            return Problem::new(format!("lesson {n} is not written yet"))
                .mend("`gotour list` shows those that are");
        }
        not_a_number("lesson", n, last)
    }
}

impl Lesson {
    pub fn exercises(&self) -> impl Iterator<Item = Entry> + use<> {
        let (first, lesson) = (self.first, self.number);
        self.files
            .exercises
            .iter()
            .enumerate()
            .map(move |(i, files)| Entry {
                number: first + i,
                name: files.name,
                lesson,
                files,
            })
    }

    /// Its demos and pictures.
    pub fn shows(&self) -> impl Iterator<Item = Show> + use<> {
        let programs = self.files.programs.iter().map(Show::Program);
        self.demos.iter().map(Show::Linked).chain(programs)
    }

    pub fn quiz(&self) -> Result<Quiz> {
        let path = format!("lessons/{}/quiz.toml", self.files.folder);
        from_toml(self.files.root, &path, self.files.quiz)
    }

    /// The text, cut at its directives.
    pub fn parts(&self) -> Result<Vec<Part>> {
        let path = format!("lessons/{}/lesson.md", self.files.folder);
        parts(self.text).map_err(|(line, e)| at(self.files.root, &path, line, &e))
    }

    /// The folder of its files, `NN-slug`.
    pub fn folder(&self) -> &'static str {
        self.files.folder
    }
}

impl Entry {
    /// What the exercise's files say.
    pub fn read(&self) -> Result<Exercise> {
        let root = self.files.root;
        let path = format!("exercises/{}/exercise.toml", self.name);
        let toml: ExerciseToml = from_toml(root, &path, self.files.toml)?;
        let path = format!("exercises/{}/hints.md", self.name);
        let hints = hints(self.files.hints).map_err(|(line, e)| at(root, &path, line, &e))?;
        Ok(Exercise {
            name: self.name,
            title: toml.title,
            kind: toml.kind,
            minutes: toml.minutes,
            teaches: toml.teaches,
            start: self.files.start,
            hints,
            solution: self.files.solution,
            why: self.files.why,
            expected: self.files.expected,
            output: toml.output.r#match,
            schedules: toml.schedules.map(|s| s.count),
            drive: toml.drive,
            require: toml.require,
            forbid: toml.forbid,
            wrong: toml.wrong,
        })
    }

    /// The file that a learner begins with.
    pub fn start(&self) -> &'static str {
        self.files.start
    }

    /// `exercise-7`
    pub fn label(&self) -> String {
        format!("exercise-{}", self.number)
    }
}

/// `02-goroutines` is `goroutines`.
fn slug(folder: &str) -> &str {
    match folder.split_once('-') {
        Some((n, rest)) if n.bytes().all(|b| b.is_ascii_digit()) => rest,
        _ => folder,
    }
}

/// The first heading of a text.
fn heading(text: &str) -> &str {
    text.lines()
        .find_map(|l| l.strip_prefix("# "))
        .map_or("", str::trim)
}

/// Cuts a lesson at its directives, which stand alone on their lines and outside of fenced code.
///
/// An error comes with its line.
fn parts(text: &'static str) -> std::result::Result<Vec<Part>, (usize, String)> {
    let mut out = Vec::new();
    let mut fenced = false;
    let (mut from, mut at) = (0, 0);
    for (i, line) in text.split_inclusive('\n').enumerate() {
        let end = at + line.len();
        let bare = line.trim_end();
        if bare.starts_with("```") {
            fenced = !fenced;
        }
        if !fenced && bare.starts_with('@') {
            let part = directive(bare).map_err(|e| (i + 1, e))?;
            push_text(&mut out, &text[from..at]);
            out.push(part);
            from = end;
        }
        at = end;
    }
    push_text(&mut out, &text[from..]);
    Ok(out)
}

fn push_text(out: &mut Vec<Part>, text: &'static str) {
    if !text.trim().is_empty() {
        out.push(Part::Text(text.trim_matches('\n')));
    }
}

fn directive(line: &'static str) -> std::result::Result<Part, String> {
    let (what, name) = line.split_once(' ').unwrap_or((line, ""));
    let name = name.trim();
    match (what, name.is_empty()) {
        ("@demo", false) => Ok(Part::Demo(name)),
        ("@picture", false) => Ok(Part::Picture(name)),
        ("@exercise", false) => Ok(Part::Exercise(name)),
        ("@quiz", true) => Ok(Part::Quiz),
        ("@demo" | "@picture" | "@exercise", true) => Err(format!("`{what}` needs a name")),
        ("@quiz", false) => Err("`@quiz` stands alone".to_string()),
        _ => Err(format!(
            "`{what}` is no directive; there are @demo, @picture, @exercise and @quiz"
        )),
    }
}

/// Splits hints.md at its headings `# 1`, `# 2`, `# 3`.
fn hints(text: &str) -> std::result::Result<[String; 3], (usize, String)> {
    let mut hints: [String; 3] = Default::default();
    let mut level = 0;
    let mut fenced = false;
    let mut last = 1;
    for (i, line) in text.lines().enumerate() {
        last = i + 1;
        if line.starts_with("```") {
            fenced = !fenced;
        }
        if let Some(heading) = line.strip_prefix("# ").filter(|_| !fenced) {
            let n = heading.split(|c: char| !c.is_ascii_digit()).next();
            let n: usize = n.and_then(|n| n.parse().ok()).unwrap_or(0);
            if n != level + 1 || n > 3 {
                let e = format!(
                    "the heading `{line}` should be `# {}`; the headings are `# 1`, `# 2` and `# 3`",
                    level + 1
                );
                return Err((i + 1, e));
            }
            level = n;
        } else if level > 0 {
            hints[level - 1].push_str(line);
            hints[level - 1].push('\n');
        }
    }
    for (i, hint) in hints.iter_mut().enumerate() {
        let trimmed = hint.trim_matches('\n').to_string();
        if trimmed.trim().is_empty() {
            return Err((last, format!("hint {} is missing", i + 1)));
        }
        *hint = trimmed;
    }
    Ok(hints)
}

/// `exercise-7`, `exercise 7`, `exercise7` and `7` are 7.
fn number(wanted: &str, word: &str) -> Option<u64> {
    let rest = wanted.strip_prefix(word).unwrap_or(wanted);
    let rest = rest.trim_start_matches(['-', ' ', '_', '#']);
    if rest.is_empty() || !rest.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    Some(rest.parse().unwrap_or(u64::MAX))
}

/// `7` of `07-channel-internals`; 0 where no number stands.
fn folder_number(folder: &str) -> usize {
    let digits = folder.split_once('-').map_or(folder, |(n, _)| n);
    digits.parse().unwrap_or(0)
}

fn not_a_number(what: &str, n: u64, last: usize) -> Problem {
    let shown = if n == u64::MAX {
        "with that number".to_string()
    } else {
        n.to_string()
    };
    let p = Problem::new(format!("there is no {what} {shown}"));
    match last {
        0 => p.mend(format!("there are no {what}s in this gotour")),
        1 => p.mend(format!("there is only {what} 1")),
        _ => {
            let like = likely(n, last as u64);
            p.mend(format!(
                "there are {what}s 1 to {last}; did you mean {like}?"
            ))
        }
    }
}

/// The number that was probably meant: a digit too many or two swapped, else the nearer end.
fn likely(n: u64, last: u64) -> u64 {
    let digits = n.to_string();
    let mut tries = Vec::new();
    // 77 for 7, 21 for 12.
    for cut in 0..digits.len() {
        let mut s = digits.clone();
        s.remove(cut);
        tries.push(s);
    }
    tries.push(digits.chars().rev().collect());
    let fits = |s: &String| s.parse().ok().filter(|m| (1..=last).contains(m));
    if n > last * 2
        && let Some(m) = tries.iter().find_map(fits)
    {
        return m;
    }
    if n == 0 { 1 } else { last }
}

fn not_a_name<'a, T>(
    what: &str,
    wanted: &str,
    all: impl Iterator<Item = &'a str> + Clone,
) -> Result<T> {
    let p = Problem::new(format!("there is no {what} `{wanted}`"));
    Err(match text::near(wanted, all) {
        Some(name) => p.mend(format!("did you mean `{name}`?")),
        None if what == "demo" => p.mend("`gotour demo` shows them all"),
        None if what == "term" => p.mend("`gotour glossary` shows them all"),
        None => p.mend("`gotour list` shows them all"),
    })
}

/// What a file in TOML says.
fn from_toml<T: serde::de::DeserializeOwned>(root: &str, path: &str, text: &str) -> Result<T> {
    toml::from_str(text).map_err(|e| {
        let before = e.span().map_or(0, |span| span.start.min(text.len()));
        let line = text.as_bytes()[..before]
            .iter()
            .filter(|b| **b == b'\n')
            .count()
            + 1;
        at(root, path, line, e.message())
    })
}

/// Something is wrong on that line of a course's file. In an embedded one that is a defect of this build, and is said so.
fn at(root: &str, path: &str, line: usize, what: &str) -> Problem {
    let what = what.trim().trim_end_matches('.').replace('\n', " ");
    if root.is_empty() {
        return Problem::new(format!("{path}:{line} of this build: {what}"))
            .mend("build gotour from a clean clone");
    }
    Problem::new(format!("{root}/{path}:{line}: {what}"))
}

#[cfg(test)]
mod tests;
