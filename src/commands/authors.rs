//! `gotour dev check`: whether the course keeps what it promises about its exercises, demos and texts.

use super::{Context, demo};
use crate::check::Options;
use crate::check::answers::{self, Answer, Kind, Outcome};
use crate::check::compile::NotBuilt;
use crate::check::execute::Cancel;
use crate::check::judge::Task;
use crate::cli;
use crate::curriculum::Exercise;
use crate::proof;
use crate::report::{Exit, Look, OrProblem as _, Problem, Result};
use crate::stage::Stage;
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
    let root = root(cx);
    let solutions = root.join("solutions");
    let (answers, mut complaints) = answers::collect(&exercises, &solutions)
        .or_problem(|| format!("read {}", solutions.display()))?;
    complaints.extend(exercises.iter().flat_map(proof::hints));
    if args.exercises.is_empty() {
        complaints.extend(proof::links(&cx.course, root));
        complaints.extend(demos(cx, root)?);
    }
    if !r.is_json() {
        for complaint in &complaints {
            r.line(r.bad(&format!("✗ {complaint}")));
        }
    }
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
        let runs: usize = outcomes.iter().map(|o| o.tried).sum();
        let right = runs
            - outcomes
                .iter()
                .flat_map(|o| o.misses.values())
                .sum::<usize>();
        r.blank();
        if !complaints.is_empty() {
            let all = text::count(complaints.len(), "complaint");
            r.line(r.bad(&format!("✗ {all} above")));
        }
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

/// The folder of the course: for ours, the checkout.
pub fn root(cx: &Context) -> &Path {
    cx.course.folder.unwrap_or(Path::new(CHECKOUT))
}

/// What the demos do not keep: each shows the same under one seed, and ours what its snapshot has.
fn demos(cx: &Context, root: &Path) -> Result<Vec<String>> {
    let r = &cx.report;
    let all: Vec<_> = cx
        .course
        .lessons
        .iter()
        .flat_map(|l| l.shows().map(move |s| (l, s)))
        .collect();
    r.note(format!(
        "running {}, each twice",
        text::count(all.len(), "demo")
    ));
    let look = Look {
        width: 80,
        height: usize::MAX,
        ascii: false,
        colour: false,
    };
    let mut said = Vec::new();
    'demos: for (lesson, show) in all {
        let mut outputs = [String::new(), String::new()];
        for output in &mut outputs {
            let run = match demo::runner(cx, show)? {
                Ok(run) => run,
                Err(wrong) => {
                    said.push(wrong.what().to_string());
                    continue 'demos;
                }
            };
            let mut stage = Stage::new(look, Some(1), |s| output.push_str(s));
            let ended = run(&mut stage);
            drop(stage);
            if let Err(e) = ended {
                said.push(format!("the demo `{}` could not run: {e}", show.name()));
                continue 'demos;
            }
        }
        let [first, second] = outputs;
        if first != second {
            said.push(format!(
                "the demo `{}` shows something else each time under one seed",
                show.name()
            ));
            continue;
        }
        let snapshot = format!(
            "tests/gotour/snapshots/gotour__pages__lesson_{}.snap",
            lesson.number
        );
        // A course of somebody else has no snapshots.
        if let (None, Ok(text)) = (
            cx.course.folder,
            std::fs::read_to_string(root.join(&snapshot)),
        ) && !text.contains(first.trim_matches('\n'))
        {
            said.push(format!(
                "the demo `{}` shows something else than {snapshot} has",
                show.name()
            ));
        }
    }
    Ok(said)
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
            let line = format!("{name} {}: {told}", answer.stem);
            let often = format!("({times} of {})", outcome.tried);
            r.line(if outcome.misses.contains_key(told) {
                let should = answer.kind.should();
                r.bad(&format!("✗ {line}; it should {should}  {often}"))
            } else {
                format!("  {line}  {often}")
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
