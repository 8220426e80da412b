//! `gotour dev check`: whether the course keeps what it promises about its exercises.

use super::Context;
use crate::check::Options;
use crate::check::answers::{self, Answer, Kind, Outcome};
use crate::check::compile::NotBuilt;
use crate::check::execute::Cancel;
use crate::check::judge::Task;
use crate::cli;
use crate::curriculum::Exercise;
use crate::report::{Exit, OrProblem as _, Problem, Result};
use crate::text;
use serde_json::json;
use std::path::Path;

/// The checkout that this gotour was built from: `wrong-*.rs` and `right-*.rs` are only there.
const CHECKOUT: &str = env!("CARGO_MANIFEST_DIR");

/// `gotour dev check [EXERCISE...] [--times N] [--jobs N]`.
pub fn check(cx: &Context, args: &cli::DevCheck) -> Result<Exit> {
    let r = &cx.report;
    let exercises = wanted(cx, &args.exercises)?;
    let tasks: Vec<Task<'_>> = exercises
        .iter()
        .map(|e| Task::new(e).map_err(Problem::new))
        .collect::<Result<_>>()?;
    let root = cx.course.folder.unwrap_or(Path::new(CHECKOUT));
    let solutions = root.join("solutions");
    let (answers, complaints) = answers::collect(&exercises, &solutions)
        .or_problem(|| format!("read {}", solutions.display()))?;
    let cancel = Cancel::on_signals().or_problem(|| "listen for Ctrl-C".to_string())?;
    let dir = root.join("target").join("dev-check");
    r.note(format!(
        "building {} in {}",
        text::count(answers.len(), "answer"),
        dir.display()
    ));
    let programs = answers::build(&answers, &dir, &cancel)
        .or_problem(|| format!("write {}", dir.display()))?;
    let programs = match programs {
        Ok(programs) => programs,
        Err(NotBuilt::Cancelled) => return Ok(Exit::Interrupted),
        Err(NotBuilt::CouldNot { what, text }) => return Err(Problem::new(what).mend(text)),
    };
    let options = Options {
        look: r.look(),
        seed: args.seed,
        cancel: cancel.clone(),
    };
    let jobs = args
        .jobs
        .unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from));
    let outcomes = answers::try_all(&tasks, &answers, &programs, args.times, jobs, &options);
    if cancel.is_set() {
        return Ok(Exit::Interrupted);
    }
    let missed = outcomes.iter().any(|o| !o.misses.is_empty());
    if r.is_json() {
        r.json(&as_json(&exercises, &answers, &outcomes, &complaints));
    } else {
        table(cx, &exercises, &answers, &outcomes);
        misses(cx, &exercises, &answers, &outcomes, args.verbose);
        for complaint in &complaints {
            r.line(r.bad(&format!("✗ {complaint}")));
        }
        let runs: usize = outcomes.iter().map(|o| o.tried).sum();
        let right = runs
            - outcomes
                .iter()
                .flat_map(|o| o.misses.values())
                .sum::<usize>();
        r.blank();
        r.line(format!(
            "{} of {} verdicts as they should be",
            text::thousands(right as u64),
            text::thousands(runs as u64)
        ));
    }
    Ok(if missed || !complaints.is_empty() {
        Exit::NotYet
    } else {
        Exit::Passed
    })
}

fn wanted(cx: &Context, names: &[String]) -> Result<Vec<Exercise>> {
    if names.is_empty() {
        return cx.course.exercises().map(|e| e.read()).collect();
    }
    let find = |name: &String| cx.course.find_exercise(name)?.read();
    names.iter().map(find).collect()
}

/// A line for each exercise.
fn table(cx: &Context, exercises: &[Exercise], answers: &[Answer], outcomes: &[Outcome]) {
    let r = &cx.report;
    let wide = exercises.iter().map(|e| e.name.len()).max().unwrap_or(0);
    let wide = wide.max("exercise".len());
    r.line(r.bold(&format!(
        "  {}  start  solution   wrong  right",
        text::pad("exercise", wide)
    )));
    for (at, exercise) in exercises.iter().enumerate() {
        let of = |is: fn(&Kind) -> bool| {
            let all = answers.iter().zip(outcomes);
            let all: Vec<_> = all
                .filter(|(a, _)| a.exercise == at && is(&a.kind))
                .collect();
            let good = all.iter().filter(|(_, o)| o.misses.is_empty()).count();
            (good, all.len())
        };
        let sign = |(good, all): (usize, usize)| if good == all { "✓" } else { "✗" };
        let start = of(|k| *k == Kind::Start);
        let solution = of(|k| *k == Kind::Solution);
        let wrong = of(|k| matches!(k, Kind::Wrong(_)));
        let right = of(|k| matches!(k, Kind::Right(_)));
        let line = format!(
            "{}  {}      {}         {:>2}/{:<2}  {:>2}/{:<2}",
            text::pad(exercise.name, wide),
            sign(start),
            sign(solution),
            wrong.0,
            wrong.1,
            right.0,
            right.1
        );
        let good = [start, solution, wrong, right].iter().all(|(g, a)| g == a);
        r.line(if good {
            format!("{} {line}", r.good("✓"))
        } else {
            format!("{} {line}", r.bad("✗"))
        });
    }
}

/// What came out otherwise than it should; everything when `verbose`.
fn misses(
    cx: &Context,
    exercises: &[Exercise],
    answers: &[Answer],
    outcomes: &[Outcome],
    verbose: bool,
) {
    let r = &cx.report;
    for (answer, outcome) in answers.iter().zip(outcomes) {
        let name = exercises[answer.exercise].name;
        let shown = if verbose {
            &outcome.told
        } else {
            &outcome.misses
        };
        for (told, times) in shown {
            let line = format!(
                "{name} {}: {told}  ({times} of {})",
                answer.stem, outcome.tried
            );
            r.line(if outcome.misses.contains_key(told) {
                r.bad(&format!("✗ {line}"))
            } else {
                format!("  {line}")
            });
        }
    }
}

fn as_json(
    exercises: &[Exercise],
    answers: &[Answer],
    outcomes: &[Outcome],
    complaints: &[String],
) -> serde_json::Value {
    let rows: Vec<_> = answers
        .iter()
        .zip(outcomes)
        .map(|(a, o)| {
            json!({
                "exercise": exercises[a.exercise].name, "answer": a.stem, "tried": o.tried,
                "told": o.told, "misses": o.misses,
            })
        })
        .collect();
    json!({ "answers": rows, "complaints": complaints })
}
