//! `gotour step`: a schedule of an exercise, step by step.

use super::Context;
use super::check::{SEED, build, signals};
use crate::check::judge::Task;
use crate::check::schedules::{self, Ask, Told};
use crate::report::{Exit, OrProblem as _, Problem, Result};
use crate::step::{Left, Walk, walk};
use goroutines::explore::Schedule;
use serde_json::json;

/// `gotour step [EXERCISE] [TOKEN]`.
pub fn step(cx: &Context, wanted: Option<&str>, token: Option<&str>) -> Result<Exit> {
    let r = &cx.report;
    cx.must_be_there(wanted)?;
    let parsed = |token: &str| -> Result<Schedule> {
        token.parse().map_err(|why| {
            Problem::new(format!("{token} is no schedule: {why}"))
                .mend("`gotour check` prints the one that a program fails under")
        })
    };
    let given = token.map(parsed).transpose()?;
    let book = cx.workbook()?;
    let progress = cx.load(&book.progress())?;
    let e = cx.exercise(wanted, &progress)?;
    let exercise = e.read()?;
    let task = Task::new(&exercise).map_err(Problem::new)?;
    let cancel = signals()?;
    let program = match build(cx, &book, &e, &cancel)? {
        Ok(program) => program,
        Err(exit) => return Ok(exit),
    };
    // Without a schedule: the one that failed last, else the usual one, in which nobody is interrupted.
    let kept = schedules::kept(&book.schedules().join(e.name));
    let schedule = match (given, kept.first()) {
        (Some(schedule), _) => schedule,
        (None, Some(token)) => parsed(token)?,
        (None, None) => Schedule::default(),
    };
    let ask = Ask {
        task: &task,
        program: &program,
        dir: book.root(),
        keep: None,
        seed: SEED,
        look: r.look(),
    };
    let told = schedules::story(&ask, schedule, &cancel)
        .or_problem(|| format!("run {}", program.display()))?;
    if cancel.is_set() {
        return Ok(Exit::Interrupted);
    }
    let Told {
        token,
        ending,
        story,
    } = match told {
        Ok(told) => *told,
        Err(why) => {
            return Err(
                Problem::new(format!("{} cannot be stepped through: {why}", e.label()))
                    .mend(format!("`gotour check {}` says more about it", e.number)),
            );
        }
    };
    let walked = Walk::new(
        format!("{} {}", e.label(), e.name),
        token,
        ending,
        story,
        book.root(),
    );
    if r.is_json() {
        let steps: Vec<_> = (0..=walked.steps())
            .map(|at| {
                json!({
                    "step": at,
                    "what": walked.says(at),
                    "goroutines": walked.goroutines(at),
                    "objects": walked.objects(at),
                    "printed": walked.output(at),
                })
            })
            .collect();
        r.json(&json!({
            "exercise": e.number,
            "name": e.name,
            "schedule": walked.token,
            "ending": walked.ending,
            "steps": steps,
        }));
        return Ok(Exit::Passed);
    }
    if !r.moves() {
        walked.print(|line| r.line(r.look().fit(&line)));
        return Ok(Exit::Passed);
    }
    match walk(&walked, r.look())? {
        Left::Done => Ok(Exit::Passed),
        Left::Interrupted => Ok(Exit::Interrupted),
    }
}
