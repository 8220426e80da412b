//! `gotour step`: a schedule of an exercise, of a demo or of a level, step by step.

use super::Context;
use super::check::{SEED, build, signals};
use super::play::{self, cannot_be_followed};
use super::trace::{self, Traced};
use crate::check::judge::Task;
use crate::check::schedules::{self, Ask, Told};
use crate::cli;
use crate::play::game::says;
use crate::report::screen::Keys;
use crate::report::{Exit, OrProblem as _, Problem, Result};
use crate::stage::{self, Demo, Stage};
use crate::step::machine::Movie;
use crate::step::{Left, Texts, Walk, walk, watch};
use goroutines::explore::{Kind, Schedule, Watched};
use serde_json::{Value, json};
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;
use std::sync::{Once, mpsc};
use std::thread;
use std::time::Duration;

/// How long a demo may take to be recorded: none of ours does, but those that wait for what is outside of their program.
const TIME: Duration = Duration::from_secs(10);

/// The thread that records it.
const RECORDER: &str = "recorder";

/// `gotour step [DEMO|EXERCISE|LEVEL] [TOKEN]`.
pub fn step(cx: &Context, args: &cli::Step) -> Result<Exit> {
    let (wanted, token) = (args.name.as_deref(), args.token.as_deref());
    if args.machine {
        return machine(cx, wanted, args.demo, args.program);
    }
    if let (true, Some(name)) = (args.level, wanted) {
        return level(cx, name, token);
    }
    match trace::the_demo(cx, wanted, args.demo)? {
        Some(wanted) => demo(cx, wanted, args.program, token),
        None => {
            trace::has_no_other(args.program)?;
            exercise(cx, wanted, token)
        }
    }
}

/// One of the programs that a demo runs.
fn demo(
    cx: &Context,
    demo: &'static Demo,
    program: Option<usize>,
    token: Option<&str>,
) -> Result<Exit> {
    let given = token.map(parsed).transpose()?;
    let mut programs = recorded(cx, demo, None)?;
    if programs.is_empty() {
        let instead = match trace::of_all(cx, demo)?.is_empty() {
            true => format!("`gotour demo {}` shows what it is", demo.name),
            false => format!("`gotour trace {}` shows what its runtime does", demo.name),
        };
        return Err(Problem::new(format!(
            "nothing in the demo `{}` can be stepped through",
            demo.name
        ))
        .mend(instead));
    }
    // One that fails is what a demo is about, if it does not fail for having been recorded.
    let fails = |p: &Watched| {
        use Kind::{Deadlock, Fatal, Output, Panic};
        let kind = p.failure.as_ref().map(|(kind, _)| *kind);
        matches!(kind, Some(Panic | Fatal | Deadlock | Output))
    };
    let lengths: Vec<_> = programs
        .iter()
        .map(|p| (fails(p), p.story.moments.len()))
        .collect();
    let chosen = trace::one_of(cx, demo, program, &lengths, !cx.report.is_json())?;
    if let Some(schedule) = given {
        programs = recorded(cx, demo, Some((chosen, schedule.clone())))?;
        let left = programs.get(chosen).and_then(|p| p.left_at);
        if let Some(at) = left {
            return Err(cannot_be_followed(demo.name, &schedule, at)
                .mend(format!("`gotour step {}` shows who can run", demo.name)));
        }
    }
    if chosen >= programs.len() {
        return Err(Problem::new(format!(
            "the demo `{}` does not run the same programs each time",
            demo.name
        )));
    }
    let told = programs.swap_remove(chosen);
    let ending = match &told.failure {
        Some((kind, message)) => says(*kind, message),
        None => "it came to its end".to_string(),
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let walked = Walk::new(
        format!("demo {}", demo.name),
        told.schedule.to_string(),
        ending,
        told.story,
        Texts::Below(root),
    );
    show(
        cx,
        &walked,
        None,
        json!({ "name": demo.name, "program": chosen + 1 }),
    )
}

/// The steps of a demo's programs, in a thread of its own: it is left behind if it does not come to an end.
pub fn recorded(
    cx: &Context,
    demo: &'static Demo,
    under: Option<(usize, Schedule)>,
) -> Result<Vec<Watched>> {
    let look = cx.report.look();
    let (tell, told) = mpsc::channel();
    // What a demo makes of steps instead of a run may be nonsense, and a panic over it is nobody's news. (Below the
    // library's hook, which is for goroutines.)
    static QUIET: Once = Once::new();
    QUIET.call_once(|| {
        let former = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if thread::current().name() != Some(RECORDER) {
                former(info);
            }
        }));
    });
    let recorder = thread::Builder::new().name(RECORDER.to_string());
    let started = recorder.spawn(move || {
        let ((), programs) = stage::recorded(under, || {
            let mut stage = Stage::new(look, Some(SEED), |_| ());
            let _ = panic::catch_unwind(AssertUnwindSafe(|| (demo.run)(&mut stage)));
        });
        let _ = tell.send(programs);
    });
    let programs = told.recv_timeout(TIME);
    started.or_problem(|| "start a thread".to_string())?;
    programs.map_err(|_| {
        Problem::new(format!(
            "the demo `{}` cannot be stepped through: it waits for something outside of its program",
            demo.name
        ))
        .mend(format!("`gotour trace {}` shows what it does", demo.name))
    })
}

fn parsed(token: &str) -> Result<Schedule> {
    token.parse().map_err(|why| {
        Problem::new(format!("{token} is no schedule: {why}"))
            .mend("`gotour check` prints the one that a program fails under")
    })
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
        text: "",
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
                    "step": walked.number(at),
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
