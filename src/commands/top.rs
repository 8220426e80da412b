//! `gotour top`: an exercise, a demo or any program that uses `goroutines`, looked at while it runs.

use super::Context;
use super::check::{build, signals};
use crate::check::execute::Cancel;
use crate::check::group;
use crate::cli;
use crate::curriculum::Named;
use crate::report::screen;
use crate::report::{Exit, OrProblem as _, Problem, Report, Result};
use crate::text;
use crate::top::{self, Frame, Left, Program, Streams};
use serde_json::json;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

/// From one printed moment to the next.
const EVERY: Duration = Duration::from_secs(1);
/// How long a program may take to start a runtime, where it is looked at once.
const START: Duration = Duration::from_secs(10);
/// The longest wait between two looks whether anybody wants to leave.
const TICK: Duration = Duration::from_millis(50);

/// The most seconds that a program may be looked at.
const LONGEST: f64 = 1e6;

/// Why a program may have run no goroutine.
const WITHOUT: &str =
    "it does not call `goroutines::run`, or was built with an older version of the library";

/// What is started, and what it is called.
struct Wanted {
    name: String,
    command: Command,
    /// Why it may have run no goroutine.
    without: String,
}

/// `gotour top PROGRAM [ARGS]`.
pub fn top(cx: &Context, args: &cli::Top) -> Result<Exit> {
    let r = &cx.report;
    if let Some(seconds) = args.seconds.filter(|s| !(*s > 0.0 && *s <= LONGEST)) {
        return Err(if seconds > LONGEST {
            Problem::new("--for takes at most 1,000,000 seconds")
                .mend("leave it out: the program is looked at until it ends")
        } else {
            Problem::new("--for takes a number of seconds above 0")
        });
    }
    let cancel = signals()?;
    let mut wanted = match resolve(cx, args, &cancel)? {
        Ok(wanted) => wanted,
        Err(exit) => return Ok(exit),
    };
    let on_screen = r.moves() && !r.is_json() && !args.once;
    let streams = if on_screen {
        Streams::Kept
    } else {
        Streams::ToStderr
    };
    screen::before_the_end(group::kill_all);
    let mut program = Program::start(&mut wanted.command, streams)
        .or_problem(|| format!("start {}", wanted.name))?;
    let most = args.seconds.map(Duration::from_secs_f64);
    let left = if on_screen {
        top::look(&mut program, &wanted.name, r.look(), most)?
    } else {
        print(cx, &wanted.name, &mut program, args.once, most, &cancel)?
    };
    program
        .end()
        .or_problem(|| format!("end {}", wanted.name))?;
    if on_screen {
        r.raw(&program.out.bytes);
        r.raw_err(&program.err.bytes);
        if program.out.before + program.err.before > 0 {
            r.note("only the last of what it printed is shown");
        }
    }
    // The window may have another size by now.
    let r = &if on_screen { r.anew() } else { *r };
    told(r, &wanted, &program, left)
}

/// Says how it ended.
fn told(r: &Report, wanted: &Wanted, program: &Program, left: Left) -> Result<Exit> {
    let name = &wanted.name;
    if left == Left::Interrupted {
        return Ok(Exit::Interrupted);
    }
    let ending = program.ending();
    if program.runtimes().is_empty() {
        let how = match (left, ending) {
            (Left::Over, Some(ending)) => format!("{name} {ending} and ran no goroutine"),
            _ => format!(
                "{name} had run no goroutine after {:.1} s, and was ended",
                program.age().as_secs_f64()
            ),
        };
        return Err(Problem::new(how).mend(&wanted.without));
    }
    let how = match (left, ending) {
        (Left::Over, Some(ending)) => ending.to_string(),
        _ => format!(
            "was ended by gotour after {:.1} s",
            program.age().as_secs_f64()
        ),
    };
    if r.is_json() {
        let by_itself = ending.filter(|_| left == Left::Over);
        let line = json!({
            "program": name,
            "how": how,
            "exit_code": by_itself.and_then(|e| e.code),
            "signal": by_itself.and_then(|e| e.signal),
        });
        r.raw(format!("{line}\n").as_bytes());
    } else {
        let goroutines = program
            .runtimes()
            .last()
            .and_then(|runtime| Some((runtime.now()?.ended.clone()?, runtime.now()?.goroutines)));
        let left = match goroutines {
            Some((how, n)) if n > 1 => {
                let others = text::count(
                    usize::try_from(n - 1).unwrap_or(usize::MAX),
                    "other goroutine",
                );
                format!("; when {how} there were {others}")
            }
            _ => String::new(),
        };
        r.text(format!("{name} {how}{left}"));
    }
    Ok(Exit::Passed)
}

/// What PROGRAM is: an exercise, which is built, a demo, or a file.
fn resolve(
    cx: &Context,
    args: &cli::Top,
    cancel: &Cancel,
) -> Result<std::result::Result<Wanted, Exit>> {
    let name = args.program.as_str();
    let path = cx.from.join(name);
    // With a slash it is a path, or LESSON/NAME where no such file is.
    let of_a_lesson = |(lesson, _)| cx.course.find_lesson(lesson).is_ok();
    let is_path =
        name.contains('/') && (path.exists() || !name.split_once('/').is_some_and(of_a_lesson));
    if is_path && !args.demo {
        return file(args, &path).map(Ok);
    }
    let named = if args.demo {
        let (lesson, demo) = cx.course.find_demo(name)?;
        Named::Demo(lesson, demo)
    } else {
        match cx.course.find_named(name) {
            Ok(named) => named,
            Err(_) if path.is_file() => return file(args, &path).map(Ok),
            Err(problem) => return Err(or_a_path(&problem)),
        }
    };
    match named {
        Named::Exercise(e) => {
            let book = cx.workbook()?;
            let program = match build(cx, &book, &e, cancel)? {
                Ok(program) => program,
                Err(exit) => return Ok(Err(exit)),
            };
            let mut command = Command::new(program);
            command.current_dir(book.root()).args(&args.args);
            Ok(Ok(Wanted {
                name: format!("{} {}", e.label(), e.name),
                command,
                without: WITHOUT.to_string(),
            }))
        }
        Named::Demo(lesson, demo) => {
            let gotour = std::env::current_exe().or_problem(|| "find gotour itself".to_string())?;
            let mut command = Command::new(gotour);
            let way = format!("{}/{}", lesson.number, demo.name);
            command.args(["demo", &way]).args(&args.args);
            // What it prints is shown as wide as this terminal is, and not as that of a pipe.
            command.env("COLUMNS", cx.report.look().width.to_string());
            Ok(Ok(Wanted {
                name: format!("demo {}", demo.name),
                command,
                without: "some demos only explore schedules; `gotour demo` lists the others"
                    .to_string(),
            }))
        }
    }
}

fn or_a_path(problem: &Problem) -> Problem {
    let path = "the path of a program will do, too";
    Problem::new(problem.what()).mend(match problem.how() {
        Some(how) if how.ends_with('?') => format!("{how} Or give the path of a program"),
        Some(how) => format!("{how}; {path}"),
        None => path.to_string(),
    })
}

fn file(args: &cli::Top, path: &Path) -> Result<Wanted> {
    let name = args.program.as_str();
    if !path.is_file() {
        let what = if path.is_dir() {
            format!("{name} is a folder, and no program")
        } else {
            format!("there is no program {name}")
        };
        return Err(Problem::new(what)
            .mend("give an exercise's number or name, a demo's name, or the path of a program"));
    }
    let mut command = Command::new(path);
    command.args(&args.args);
    let file = Path::new(name).file_name().unwrap_or(name.as_ref());
    Ok(Wanted {
        name: file.to_string_lossy().into_owned(),
        command,
        without: WITHOUT.to_string(),
    })
}

/// Prints a moment a second, or one, until the program ends, or for `most`.
fn print(
    cx: &Context,
    name: &str,
    program: &mut Program,
    once: bool,
    most: Option<Duration>,
    cancel: &Cancel,
) -> Result<Left> {
    let r = &cx.report;
    let doing = || format!("look at {name}");
    let mut next: Option<Instant> = None;
    let mut warned = false;
    loop {
        program.look(TICK).or_problem(doing)?;
        if cancel.is_set() {
            return Ok(Left::Interrupted);
        }
        let over = program.ending().is_some();
        let late = most.is_some_and(|most| program.age() >= most);
        let now = Instant::now();
        let started = !program.runtimes().is_empty();
        if !started {
            if over {
                return Ok(Left::Over);
            }
            let wait = most.unwrap_or(START);
            if late || once && program.age() >= wait {
                return Ok(Left::Time);
            }
            if !warned && program.age() >= START {
                warned = true;
                r.note(format!(
                    "{name} has not called goroutines::run for {} s; Ctrl-C ends it",
                    START.as_secs()
                ));
            }
            continue;
        }
        // A second after the first runtime has begun: then it is known how fast it goes.
        let due = *next.get_or_insert(now + EVERY);
        if now < due && !over && !late {
            continue;
        }
        next = Some(due.max(now - EVERY) + EVERY);
        for runtime in program.runtimes() {
            if let Some(frame) = runtime.now() {
                moment(cx, name, program, frame, &runtime.rates());
            }
            if let Some(silence) = runtime.silence() {
                r.note(format!(
                    "no news from {name} for {} s: it is stopped, or gets no CPU",
                    silence.as_secs()
                ));
            }
        }
        if over {
            return Ok(Left::Over);
        }
        if once || late {
            return Ok(Left::Time);
        }
    }
}

fn moment(cx: &Context, name: &str, program: &Program, frame: &Frame, rates: &top::Rates) {
    let r = &cx.report;
    if r.is_json() {
        let mut value = json!(frame);
        value["program"] = json!(name);
        value["a_second"] = json!(rates);
        r.raw(format!("{value}\n").as_bytes());
        return;
    }
    for line in top::text(name, program.age(), frame, rates, r.look().width) {
        r.line(r.look().cut(&line, r.look().width));
    }
    r.blank();
}
