//! All answers to the exercises that the course knows, and whether each is told for what it is.
//!
//! They are built as the programs of one scratch package, with one cargo, and then tried as often as is asked.
//! What is tried is what a learner's check does after its build: the same functions, the same limits.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::curriculum::Exercise;
use crate::workbook;

use super::compile::{self, NotBuilt, Plan, Refusal};
use super::execute::Cancel;
use super::judge::Task;
use super::source;
use super::verdict::{Verdict, Why};
use super::{Options, try_out};

/// What an answer is, and so what should come of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Fails, and compiles.
    Start,
    Solution,
    /// Fails under this name.
    Wrong(String),
    Right(String),
}

/// A program that answers an exercise.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Which of the exercises that were asked about.
    pub exercise: usize,
    pub kind: Kind,
    /// `wrong-sleep`, the file's name without `.rs`.
    pub stem: String,
    pub text: String,
    /// The program's name in the scratch package.
    bin: String,
}

/// What came of one answer, over all times it was tried.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    pub tried: usize,
    /// What else came of it than should, and how often.
    pub misses: BTreeMap<String, usize>,
    /// What came of it: `passed`, `race: no-lock`, and how often.
    pub told: BTreeMap<String, usize>,
}

/// The start file, the solution, and every `wrong-*.rs` and `right-*.rs` beside the solution.
pub fn collect(exercises: &[Exercise], solutions: &Path) -> io::Result<(Vec<Answer>, Vec<String>)> {
    let mut answers = Vec::new();
    let mut complaints = Vec::new();
    for (at, exercise) in exercises.iter().enumerate() {
        let mut add = |kind: Kind, stem: &str, text: String| {
            answers.push(Answer {
                exercise: at,
                kind,
                stem: stem.to_string(),
                text,
                bin: format!("{}--{stem}", exercise.name),
            });
        };
        add(Kind::Start, "start", exercise.start.to_string());
        add(Kind::Solution, "solution", exercise.solution.to_string());
        let mut files: Vec<PathBuf> = fs::read_dir(solutions.join(exercise.name))?
            .map(|entry| entry.map(|e| e.path()))
            .collect::<io::Result<_>>()?;
        files.sort();
        let named = |stem: &str| exercise.wrong.iter().any(|w| w.name == stem);
        let (mut wrong, mut right) = (Vec::new(), 0);
        for file in files {
            let stem = file
                .file_stem()
                .and_then(|s| s.to_str())
                .unwrap_or_default();
            if file.extension().is_none_or(|e| e != "rs") {
                continue;
            }
            if let Some(name) = stem.strip_prefix("wrong-") {
                let name = if named(name) {
                    name
                } else {
                    without_number(name)
                };
                if named(name) {
                    wrong.push(name.to_string());
                } else {
                    complaints.push(format!("{}: {stem}.rs has no [[wrong]]", exercise.name));
                }
                add(
                    Kind::Wrong(name.to_string()),
                    stem,
                    fs::read_to_string(&file)?,
                );
            } else if let Some(name) = stem.strip_prefix("right-") {
                right += 1;
                add(
                    Kind::Right(name.to_string()),
                    stem,
                    fs::read_to_string(&file)?,
                );
            } else if stem != "solution" {
                complaints.push(format!("{}: what is {stem}.rs?", exercise.name));
            }
        }
        for w in exercise.wrong.iter().filter(|w| !wrong.contains(&w.name)) {
            complaints.push(format!("{}: wrong-{}.rs is missing", exercise.name, w.name));
        }
        wrong.dedup();
        if wrong.len() < 3 {
            complaints.push(format!("{}: fewer than 3 wrong answers", exercise.name));
        }
        if right < 2 {
            complaints.push(format!(
                "{}: fewer than 2 other right answers",
                exercise.name
            ));
        }
    }
    Ok((answers, complaints))
}

/// `sleep-2` is another way to answer `sleep`.
fn without_number(name: &str) -> &str {
    match name.rsplit_once('-') {
        Some((start, n)) if !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()) => start,
        _ => name,
    }
}

/// Every answer's program, or what the compiler has against it.
#[derive(Debug)]
pub struct Programs {
    dir: PathBuf,
    built: BTreeMap<String, PathBuf>,
    refused: BTreeMap<String, Vec<Refusal>>,
}

/// Writes the scratch package in `dir` and builds it.
pub fn build(
    answers: &[Answer],
    dir: &Path,
    cancel: &Cancel,
) -> io::Result<Result<Programs, NotBuilt>> {
    fs::create_dir_all(dir.join("exercises"))?;
    let programs = answers
        .iter()
        .map(|a| (a.bin.as_str(), format!("exercises/{}.rs", a.bin)));
    write(&dir.join("Cargo.toml"), &workbook::manifest_for(programs))?;
    write(&dir.join("Cargo.lock"), &workbook::trial_lock())?;
    for answer in answers {
        write(
            &dir.join(format!("exercises/{}.rs", answer.bin)),
            &answer.text,
        )?;
    }
    let target_dir = dir.join("target");
    let plan = Plan {
        dir,
        target_dir: &target_dir,
        bins: &[],
        colour: false,
        throwaway: true,
    };
    Ok(compile::build(&plan, cancel).map(|built| {
        let mut refused: BTreeMap<String, Vec<Refusal>> = BTreeMap::new();
        for refusal in built.refused {
            refused
                .entry(refusal.bin.clone())
                .or_default()
                .push(refusal);
        }
        Programs {
            dir: dir.to_path_buf(),
            built: built.programs.into_iter().collect(),
            refused,
        }
    }))
}

/// Cargo looks at times of change: a file that would stay the same stays as it is.
fn write(file: &Path, text: &str) -> io::Result<()> {
    if fs::read(file).is_ok_and(|old| old == text.as_bytes()) {
        return Ok(());
    }
    fs::write(file, text)
}

/// Tries every answer `times` times, under a seed of its own each time, on `jobs` threads.
///
/// The turns go round: when it is given up half-way, every answer was tried about as often.
pub fn try_all(
    tasks: &[Task<'_>],
    answers: &[Answer],
    programs: &Programs,
    times: usize,
    jobs: usize,
    options: &Options,
) -> Vec<Outcome> {
    let outcomes: Vec<Mutex<Outcome>> = answers.iter().map(|_| Mutex::default()).collect();
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..jobs.max(1) {
            scope.spawn(|| {
                loop {
                    let turn = next.fetch_add(1, Ordering::Relaxed);
                    if turn >= answers.len() * times || options.cancel.is_set() {
                        return;
                    }
                    let (round, at) = (turn / answers.len(), turn % answers.len());
                    let options = Options {
                        seed: options.seed + round as u64,
                        ..options.clone()
                    };
                    let answer = &answers[at];
                    let verdict = judge(&tasks[answer.exercise], answer, programs, &options);
                    if matches!(verdict, Verdict::Cancelled) {
                        return;
                    }
                    // Nothing panics while it holds this lock.
                    if let Ok(mut outcome) = outcomes[at].lock() {
                        outcome.add(answer, &verdict);
                    }
                }
            });
        }
    });
    outcomes
        .into_iter()
        .map(|o| o.into_inner().unwrap_or_default())
        .collect()
}

/// The verdict on one answer, as a learner's check would come to it.
pub fn judge(task: &Task<'_>, answer: &Answer, programs: &Programs, options: &Options) -> Verdict {
    let findings = source::scan(&answer.text, &task.extras());
    if !findings.is_empty() {
        return task.source(findings);
    }
    if let Some(refused) = programs.refused.get(&answer.bin) {
        return task.compile(refused.clone());
    }
    match programs.built.get(&answer.bin) {
        Some(program) => try_out(task, program, &answer.text, &programs.dir, None, options),
        None => super::could_not(
            format!("{} was not built", answer.bin),
            "look at cargo's output",
        ),
    }
}

impl Outcome {
    fn add(&mut self, answer: &Answer, verdict: &Verdict) {
        self.tried += 1;
        let told = in_words(verdict);
        let right = match (&answer.kind, verdict) {
            (Kind::Solution | Kind::Right(_), Verdict::Passed(_)) => true,
            (Kind::Start, Verdict::NotYet(it)) => !matches!(it.failed.word(), "compile" | "source"),
            (Kind::Wrong(name), Verdict::NotYet(it)) => {
                it.named.as_ref().is_some_and(|n| n.name == *name)
            }
            _ => false,
        };
        if !right {
            *self.misses.entry(told.clone()).or_default() += 1;
        }
        *self.told.entry(told).or_default() += 1;
    }
}

impl Kind {
    /// What should come of it.
    pub fn should(&self) -> String {
        match self {
            Kind::Start => "fail, and compile".to_string(),
            Kind::Solution | Kind::Right(_) => "pass".to_string(),
            Kind::Wrong(name) => format!("be told as {name}"),
        }
    }
}

/// `passed`, or what failed, and the name that it was given.
fn in_words(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Passed(_) => "passed".to_string(),
        Verdict::NotYet(it) => {
            if let Why::Compile(refused) = &it.why {
                return does_not_compile(refused);
            }
            let native = it.native.map_or(String::new(), |n| format!(" ({n})"));
            // Without a name its author looks for what it did.
            let name = match &it.named {
                Some(named) => named.name.clone(),
                None => format!("no name{}", said(&it.why)),
            };
            format!("{}{native}: {name}", it.failed)
        }
        Verdict::CouldNot(it) => format!("could not: {}", it.what),
        Verdict::Cancelled => "given up".to_string(),
    }
}

/// What a program ended with, or what is missing in it, in one line; nothing where there is no such line.
fn said(why: &Why) -> String {
    let said = match why {
        Why::Native(died) => died.said.as_deref(),
        Why::Schedule(failed, _) => failed.message.lines().next(),
        Why::Require { says, .. } => Some(says.as_str()),
        Why::Source(_) | Why::Compile(_) | Why::Drive(_) => None,
    };
    said.map_or(String::new(), |said| format!(" ({said})"))
}

/// The first thing that the compiler has against it.
fn does_not_compile(refused: &[Refusal]) -> String {
    let Some(first) = refused.first() else {
        return "does not compile".to_string();
    };
    let at = first.line.map_or(String::new(), |n| format!(" (line {n})"));
    format!("does not compile{at}: {}", first.message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_way_to_be_wrong_has_a_number() {
        assert_eq!(without_number("sleep-2"), "sleep");
        assert_eq!(without_number("guard-dropped"), "guard-dropped");
        assert_eq!(without_number("a-"), "a-");
    }
}
