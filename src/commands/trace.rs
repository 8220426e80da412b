//! `gotour trace`: what a demo's or an exercise's runtime did, as a timeline in the terminal or in a file.

use super::check::{build, signals};
use super::{Context, step};
use crate::check::execute::{self, Ended, Limits};
use crate::cli;
use crate::curriculum::{Entry, Named};
use crate::report::{Exit, OrProblem as _, Problem, Result};
use crate::stage::{self, Demo, Stage};
use crate::text;
use goroutines::trace::Trace;
use serde_json::json;
use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// How long an exercise may run to be traced.
const TIME: Duration = Duration::from_secs(10);
const MEMORY: u64 = 2 << 30;
const OUTPUT: usize = 1 << 20;

/// What a trace is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Text,
    Svg,
    Html,
    Perfetto,
    Go,
    Sched,
    Frames,
}

impl Form {
    fn wanted(args: &cli::Trace) -> Form {
        match args.form {
            cli::TraceForm { svg: true, .. } => Form::Svg,
            cli::TraceForm { html: true, .. } => Form::Html,
            cli::TraceForm { perfetto: true, .. } => Form::Perfetto,
            cli::TraceForm { go: true, .. } => Form::Go,
            cli::TraceForm {
                schedtrace: true, ..
            } => Form::Sched,
            cli::TraceForm { frames: true, .. } => Form::Frames,
            _ => Form::Text,
        }
    }

    /// How its files end, which is also how the library is told what to write.
    fn ending(self) -> &'static str {
        match self {
            Form::Text => "txt",
            Form::Svg => "svg",
            Form::Html => "html",
            Form::Perfetto => "json",
            Form::Go => "trace",
            Form::Sched => "sched",
            Form::Frames => "frames",
        }
    }

    /// Text is read where it is printed; the others want a file.
    fn is_read_here(self) -> bool {
        matches!(self, Form::Text | Form::Sched | Form::Frames)
    }

    fn what_next(self, file: &Path) -> String {
        let file = file.display();
        match self {
            Form::Svg | Form::Html => format!("open it in a browser: {file}"),
            Form::Perfetto => {
                "open it at https://ui.perfetto.dev, or at chrome://tracing".to_string()
            }
            Form::Go => format!("with Go installed: go tool trace {file}"),
            Form::Text | Form::Sched | Form::Frames => format!("it is in {file}"),
        }
    }
}

/// `gotour trace [DEMO|EXERCISE]`.
pub fn trace(cx: &Context, args: &cli::Trace) -> Result<Exit> {
    let form = Form::wanted(args);
    if let Some(demo) = the_demo(cx, args.name.as_deref(), args.demo)? {
        let printed = cx.report.is_json() || args.output.as_deref() == Some(Path::new("-"));
        let trace = of_demo(cx, demo, args.program, !printed)?;
        let bytes = trace.as_file(form.ending(), cx.report.look().width);
        return hand_over(cx, args, form, demo.name, bytes);
    }
    has_no_other(args.program)?;
    match of_exercise(cx, args.name.as_deref(), form.ending())? {
        Ok((e, bytes)) => hand_over(cx, args, form, e.name, bytes),
        Err(exit) => Ok(exit),
    }
}

/// A trace, and what it is of.
pub struct Traced {
    pub name: String,
    pub trace: Trace,
}

/// The trace of a demo or an exercise, for a command that reads it event by event.
pub fn traced(
    cx: &Context,
    name: Option<&str>,
    demo: bool,
    program: Option<usize>,
) -> Result<std::result::Result<Traced, Exit>> {
    if let Some(demo) = the_demo(cx, name, demo)? {
        return Ok(Ok(Traced {
            name: format!("demo {}", demo.name),
            trace: of_demo(cx, demo, program, !cx.report.is_json())?,
        }));
    }
    has_no_other(program)?;
    let (e, bytes) = match of_exercise(cx, name, "events")? {
        Ok(traced) => traced,
        Err(exit) => return Ok(Err(exit)),
    };
    let trace = Trace::from_lines(&String::from_utf8_lossy(&bytes))
        .map_err(|why| Problem::new(format!("the trace of {} cannot be read: {why}", e.label())))?;
    Ok(Ok(Traced {
        name: format!("{} {}", e.label(), e.name),
        trace,
    }))
}

/// The demo of this name, if that is what is meant; `None` for an exercise's.
pub fn the_demo(cx: &Context, name: Option<&str>, demo: bool) -> Result<Option<&'static Demo>> {
    let Some(name) = name else {
        return Ok(None);
    };
    if demo {
        return Ok(Some(cx.course.find_demo(name)?.1));
    }
    Ok(match cx.course.find_named(name)? {
        Named::Demo(_, demo) => Some(demo),
        Named::Exercise(_) => None,
    })
}

/// An exercise has one program; another one was not meant.
pub fn has_no_other(program: Option<usize>) -> Result<()> {
    match program {
        None | Some(1) => Ok(()),
        Some(n) => Err(Problem::new(format!(
            "there is no program {n}: only demos have several, and this is the name of none"
        ))
        .mend("leave --program out")),
    }
}

/// Runs a demo: what its programs did, instead of what it says.
fn of_demo(cx: &Context, demo: &'static Demo, program: Option<usize>, say: bool) -> Result<Trace> {
    let mut traces = of_all(cx, demo)?;
    if traces.is_empty() {
        let instead = match step::recorded(cx, demo, None)?.is_empty() {
            true => format!("`gotour demo {}` shows what it is", demo.name),
            false => format!("`gotour step {}` walks through what it tries", demo.name),
        };
        return Err(
            Problem::new(format!("nothing in the demo `{}` can be traced", demo.name))
                .mend(instead),
        );
    }
    let lengths: Vec<usize> = traces.iter().map(|t| t.events().len()).collect();
    let chosen = one_of(cx, demo, program, &lengths, say)?;
    Ok(traces.swap_remove(chosen))
}

/// What each of a demo's programs did.
pub fn of_all(cx: &Context, demo: &Demo) -> Result<Vec<Trace>> {
    let mut stage = Stage::new(cx.report.look(), None, |_| ());
    let (ended, traces) = stage::traced(|| (demo.run)(&mut stage));
    drop(stage);
    ended.map_err(|e| Problem::new(format!("the demo `{}` could not run: {e}", demo.name)))?;
    Ok(traces)
}

/// Which of a demo's programs is meant, from 0: the one that was asked for, else the one with the most to see.
pub fn one_of(
    cx: &Context,
    demo: &Demo,
    wanted: Option<usize>,
    to_see: &[impl Ord],
    say: bool,
) -> Result<usize> {
    let all = to_see.len();
    let chosen = match wanted {
        Some(n) => n.checked_sub(1).filter(|n| *n < all).ok_or_else(|| {
            Problem::new(format!("the demo `{}` has no program {n}", demo.name))
                .mend(format!("it has {}", text::count(all, "program")))
        })?,
        None => (0..all)
            .max_by_key(|i| (&to_see[*i], usize::MAX - i))
            .unwrap_or(0),
    };
    if all > 1 && say {
        cx.report.note(format!(
            "program {} of {all} that the demo runs; --program N shows another",
            chosen + 1
        ));
    }
    Ok(chosen)
}

/// Runs an exercise's program once, natively, and lets it leave its trace in a file of this ending.
fn of_exercise(
    cx: &Context,
    name: Option<&str>,
    ending: &str,
) -> Result<std::result::Result<(Entry, Vec<u8>), Exit>> {
    cx.must_be_there(name)?;
    let book = cx.workbook()?;
    let progress = cx.load(&book.progress())?;
    let e = cx.exercise(name, &progress)?;
    let cancel = signals()?;
    let program = match build(cx, &book, &e, &cancel)? {
        Ok(program) => program,
        Err(exit) => return Ok(Err(exit)),
    };
    let r = &cx.report;
    let dir = tempfile::tempdir().or_problem(|| "make a temporary folder".to_string())?;
    let file = dir.path().join(format!("trace.{ending}"));
    let mut command = Command::new(&program);
    command
        .current_dir(book.root())
        .env("GOTRACE", &file)
        .env("COLUMNS", r.look().width.to_string());
    let limits = Limits {
        time: TIME,
        memory: Some(MEMORY),
        output: OUTPUT,
        ask_where: false,
    };
    let ran = execute::run(&mut command, &limits, &cancel)
        .or_problem(|| format!("run {}", program.display()))?;
    let why = match ran.ended {
        Ended::Cancelled => return Ok(Err(Exit::Interrupted)),
        Ended::Exit(_) => {
            "it ended without calling `goroutines::run`, or in the middle of it".to_string()
        }
        Ended::Signal(n) => format!("signal {n} ended it"),
        Ended::Time => format!("it did not end within {} s", TIME.as_secs()),
        Ended::Memory(_) => format!("it used more than {} MiB", MEMORY >> 20),
        Ended::Output => format!("it printed more than {} KiB", OUTPUT >> 10),
    };
    let Ok(bytes) = std::fs::read(&file) else {
        return Err(Problem::new(format!("{} left no trace: {why}", e.label()))
            .mend(format!("`gotour check {}` says more about it", e.number)));
    };
    if let Ended::Exit(code) = ran.ended
        && code != 0
        && !r.is_json()
    {
        r.note(format!("{} ended with exit code {code}", e.label()));
    }
    Ok(Ok((e, bytes)))
}

/// Prints it, or puts it into a file that was not there before.
fn hand_over(
    cx: &Context,
    args: &cli::Trace,
    form: Form,
    name: &str,
    bytes: Vec<u8>,
) -> Result<Exit> {
    let r = &cx.report;
    let output = match &args.output {
        Some(path) if path == Path::new("-") => None,
        Some(path) => Some(create(path)?),
        None if form.is_read_here() => None,
        None => Some(create_free(name, form)?),
    };
    let Some((mut file, path)) = output else {
        if r.is_json() {
            let text = String::from_utf8_lossy(&bytes);
            r.json(&json!({ "name": name, "format": form.ending(), "trace": text }));
        } else if form.is_read_here() {
            for line in String::from_utf8_lossy(&bytes).lines() {
                r.line(r.look().fit(line));
            }
        } else {
            r.raw(&bytes);
        }
        return Ok(Exit::Passed);
    };
    file.write_all(&bytes)
        .or_problem(|| format!("write {}", path.display()))?;
    if r.is_json() {
        r.json(&json!({ "name": name, "format": form.ending(), "file": path }));
    } else {
        r.text(form.what_next(&path));
    }
    Ok(Exit::Passed)
}

fn create(path: &Path) -> Result<(File, PathBuf)> {
    match File::create_new(path) {
        Ok(file) => Ok((file, path.to_path_buf())),
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => Err(Problem::new(format!(
            "{} is there already, and is not overwritten",
            path.display()
        ))
        .mend("give another name with --output")),
        Err(e) => Err(
            Problem::new(format!("cannot write {}: {e}", path.display()))
                .mend("give another place with --output"),
        ),
    }
}

/// `NAME.html`, or `NAME-2.html` where that is there, and so on.
fn create_free(name: &str, form: Form) -> Result<(File, PathBuf)> {
    for n in 1..1000 {
        let number = if n == 1 {
            String::new()
        } else {
            format!("-{n}")
        };
        let path = PathBuf::from(format!("{name}{number}.{}", form.ending()));
        match File::create_new(&path) {
            Ok(file) => return Ok((file, path)),
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
            Err(e) => {
                return Err(
                    Problem::new(format!("cannot write {}: {e}", path.display()))
                        .mend("give another place with --output"),
                );
            }
        }
    }
    Err(
        Problem::new(format!("there are a thousand traces of {name} here"))
            .mend("give a name with --output"),
    )
}
