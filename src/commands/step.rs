//! `gotour step`: a schedule of an exercise or of a level, step by step.

use super::Context;
use super::check::{SEED, build, signals};
use super::play;
use super::trace::{self, Traced};
use crate::check::judge::Task;
use crate::check::schedules::{self, Ask, Told};
use crate::cli;
use crate::report::screen::Keys;
use crate::report::{Exit, OrProblem as _, Problem, Result};
use crate::step::machine::Movie;
use crate::step::{Left, Texts, Walk, walk, watch};
use goroutines::explore::Schedule;
use serde_json::{Value, json};

/// `gotour step [EXERCISE|LEVEL] [TOKEN]`.
pub fn step(cx: &Context, args: &cli::Step) -> Result<Exit> {
    let (wanted, token) = (args.name.as_deref(), args.token.as_deref());
    if args.machine {
        return machine(cx, wanted, args.demo, args.program);
    }
    if let (true, Some(name)) = (args.level, wanted) {
        return level(cx, name, token);
    }
    exercise(cx, wanted, token)
}

fn level(cx: &Context, name: &str, token: Option<&str>) -> Result<Exit> {
    let level = play::find(name)?;
    // The program's panics are quiet once the screen's hook stands behind the library's own.
    let keys = if cx.report.moves() {
        Some(take_the_screen()?)
    } else {
        None
    };
    let walked = play::to_walk(level, token)?;
    show(
        cx,
        &walked,
        keys,
        json!({ "level": level.number(), "name": level.name }),
    )
}

fn exercise(cx: &Context, wanted: Option<&str>, token: Option<&str>) -> Result<Exit> {
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
        Texts::Below(book.root()),
    );
    let what = json!({ "exercise": e.number, "name": e.name });
    show(cx, &walked, None, what)
}

fn take_the_screen() -> Result<Keys> {
    Keys::enter_alternate().or_problem(|| "read keys from the terminal".to_string())
}

/// Walks through it in a terminal; elsewhere it is printed, and `what` says in JSON what it is.
fn show(cx: &Context, walked: &Walk, keys: Option<Keys>, mut what: Value) -> Result<Exit> {
    let r = &cx.report;
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
        what["schedule"] = json!(walked.token);
        what["ending"] = json!(walked.ending);
        what["steps"] = json!(steps);
        r.json(&what);
        return Ok(Exit::Passed);
    }
    if !r.moves() {
        walked.print(|line| r.line(r.look().fit(&line)));
        return Ok(Exit::Passed);
    }
    let keys = match keys {
        Some(keys) => keys,
        None => take_the_screen()?,
    };
    match walk(&keys, walked, r.look())? {
        Left::Done => Ok(Exit::Passed),
        Left::Interrupted => Ok(Exit::Interrupted),
    }
}

/// `gotour step --machine [DEMO|EXERCISE]`: what the scheduler did, event by event.
fn machine(cx: &Context, name: Option<&str>, demo: bool, program: Option<usize>) -> Result<Exit> {
    let r = &cx.report;
    let Traced { name, trace } = match trace::traced(cx, name, demo, program)? {
        Ok(traced) => traced,
        Err(exit) => return Ok(exit),
    };
    let movie = Movie::new(name, &trace);
    if movie.last() == 0 {
        return Err(Problem::new(format!(
            "nothing has moved in {}",
            movie.title
        )));
    }
    if r.is_json() {
        let frames: Vec<_> = (0..=movie.last())
            .map(|at| {
                json!({
                    "frame": at,
                    "what": movie.says(at),
                    "machine": movie.machine(at).to_string().lines().collect::<Vec<_>>(),
                })
            })
            .collect();
        r.json(&json!({ "name": movie.title, "frames": frames }));
        return Ok(Exit::Passed);
    }
    if !r.moves() {
        movie.print(|line| r.line(r.look().fit(&line)));
        return Ok(Exit::Passed);
    }
    match watch(&movie, r.look())? {
        Left::Done => Ok(Exit::Passed),
        Left::Interrupted => Ok(Exit::Interrupted),
    }
}
