//! The commands that build and run a learner's program.

use super::Context;
use crate::check::compile::Plan;
use crate::check::execute::Cancel;
use crate::check::json as verdict_json;
use crate::check::judge::Task;
use crate::check::show::{self, Frame, Line, Tone};
use crate::check::verdict::Verdict;
use crate::check::{self, Checked, Options};
use crate::cli;
use crate::curriculum::{Entry, OTHERS, THEN};
use crate::page;
use crate::progress::Progress;
use crate::report::{Exit, OrProblem as _, Problem, Report, Result};
use crate::text;
use crate::workbook::Workbook;
use goroutines::explore::Schedule;
use serde_json::json;
use std::os::unix::process::ExitStatusExt as _;
use std::path::PathBuf;

/// The same program gets the same verdict: what a seed finds is in the program and not in the moment.
pub const SEED: u64 = 1;

/// `gotour run [EXERCISE]`: one ordinary run, at the learner's own terminal.
pub fn run(cx: &Context, wanted: Option<&str>) -> Result<Exit> {
    let r = &cx.report;
    cx.must_be_there(wanted)?;
    let book = cx.workbook()?;
    let progress = cx.load(&book.progress())?;
    let e = cx.exercise(wanted, &progress)?;
    let cancel = signals()?;
    let program = match build(cx, &book, &e, &cancel)? {
        Ok(program) => program,
        Err(exit) => return Ok(exit),
    };
    // Ctrl-C goes to the program as well, which is in the same group: it ends, and then gotour does.
    let mut child = std::process::Command::new(&program)
        .current_dir(book.root())
        .spawn()
        .or_problem(|| format!("start {}", program.display()))?;
    let status = child
        .wait()
        .or_problem(|| format!("wait for {}", program.display()))?;
    if cancel.is_set() {
        return Ok(Exit::Interrupted);
    }
    if status.success() {
        return Ok(Exit::Passed);
    }
    match (status.code(), status.signal()) {
        (Some(code), _) => r.note(format!("{} ended with exit code {code}", e.label())),
        (None, signal) => r.note(format!(
            "{} was ended by signal {}",
            e.label(),
            signal.unwrap_or_default()
        )),
    }
    Ok(Exit::NotYet)
}

/// `gotour check [EXERCISE]`, `gotour check --all`.
pub fn check(cx: &Context, args: &cli::Check) -> Result<Exit> {
    if args.all {
        return check_all(cx);
    }
    cx.must_be_there(args.exercise.as_deref())?;
    let book = cx.workbook()?;
    let store = book.progress();
    let progress = cx.load(&store)?;
    let e = cx.exercise(args.exercise.as_deref(), &progress)?;
    let exercise = e.read()?;
    let options = options(cx, signals()?);
    say_first_build(cx, &book);
    let checked = check::check(&exercise, &book, &options);
    let noted = note(cx, &book, &e, &checked.verdict)?;
    show_noted(&cx.report, &e, &checked, &noted, args.verbose)?;
    Ok(exit(&checked.verdict))
}

/// Every exercise: a line each, and the sum.
fn check_all(cx: &Context) -> Result<Exit> {
    let r = &cx.report;
    let book = cx.workbook()?;
    let options = options(cx, signals()?);
    say_first_build(cx, &book);
    // One cargo for all: each check then finds its program built.
    let names: Vec<_> = cx.course.exercises().map(|e| e.name).collect();
    check::build_all(&book, &names, &options.cancel);
    let (mut passed, mut broken) = (0, 0);
    let mut rows = Vec::new();
    for e in cx.course.exercises() {
        let checked = check::check(&e.read()?, &book, &options);
        if matches!(checked.verdict, Verdict::Cancelled) {
            return Ok(Exit::Interrupted);
        }
        note(cx, &book, &e, &checked.verdict)?;
        match exit(&checked.verdict) {
            Exit::Passed => passed += 1,
            Exit::CouldNot => broken += 1,
            _ => {}
        }
        let frame = frame(r, &e, "", false);
        if r.is_json() {
            rows.push(verdict_json::to_json(&checked.verdict, &frame));
        } else if let Some(first) = show::lines(&checked.verdict, &frame).first() {
            r.line(painted(r, first));
        }
    }
    let all = cx.course.exercises().count();
    if r.is_json() {
        r.json(&json!({ "passed": passed, "all": all, "exercises": rows }));
    } else {
        r.blank();
        r.line(format!(
            "{}  {passed} of {} solved",
            r.bar(passed, all, 20),
            text::count(all, "exercise")
        ));
    }
    Ok(if broken > 0 {
        Exit::CouldNot
    } else if passed < all {
        Exit::NotYet
    } else {
        Exit::Passed
    })
}

/// `gotour replay EXERCISE TOKEN`: that one schedule.
pub fn replay(cx: &Context, wanted: &str, token: &str) -> Result<Exit> {
    let r = &cx.report;
    let e = cx.course.find_exercise(wanted)?;
    let schedule: Schedule = token.parse().map_err(|why| {
        Problem::new(format!("{token} is no schedule: {why}"))
            .mend("`gotour check` prints the one that a program fails under")
    })?;
    let book = cx.workbook()?;
    let exercise = e.read()?;
    let task = Task::new(&exercise).map_err(Problem::new)?;
    let options = options(cx, signals()?);
    let program = match build(cx, &book, &e, &options.cancel)? {
        Ok(program) => program,
        Err(exit) => return Ok(exit),
    };
    let verdict = check::replay(&task, &program, book.root(), schedule, &options);
    let exit = exit(&verdict);
    if let Verdict::Passed(tried) = &verdict
        && !r.is_json()
    {
        r.line(r.good(&format!("✓ {} {}: right under {token}", e.label(), e.name)));
        for note in &tried.notes {
            r.note(note);
        }
        r.line(r.dim(&format!("  all its schedules: gotour check {}", e.name)));
    } else {
        show(r, &e, &verdict.into(), "", false);
    }
    Ok(exit)
}

/// Builds an exercise's program for a command that is about something else; shows why where it cannot.
pub fn build(
    cx: &Context,
    book: &Workbook,
    e: &Entry,
    cancel: &Cancel,
) -> Result<std::result::Result<PathBuf, Exit>> {
    say_first_build(cx, book);
    let exercise = e.read()?;
    let task = Task::new(&exercise).map_err(Problem::new)?;
    let file = book.exercise(e.name);
    let bytes = std::fs::read(&file).or_problem(|| format!("read {}", book.shown(&file)))?;
    let target_dir = check::target_dir(book);
    let plan = Plan {
        dir: book.root(),
        target_dir: &target_dir,
        bins: &[e.name],
        colour: cx.report.look().colour,
        throwaway: false,
    };
    let verdict = match check::build(book, e.name, &bytes, &plan, cancel) {
        Ok(Ok(program)) => return Ok(Ok(program.file)),
        Ok(Err(refused)) => task.compile(refused),
        Err(reason) => check::not_built(reason),
    };
    let exit = exit(&verdict);
    show(&cx.report, e, &verdict.into(), "", false);
    Ok(Err(exit))
}

fn options(cx: &Context, cancel: Cancel) -> Options {
    Options {
        look: cx.report.look(),
        seed: SEED,
        cancel,
    }
}

pub fn signals() -> Result<Cancel> {
    Cancel::on_signals().or_problem(|| "listen for Ctrl-C".to_string())
}

/// The first build takes much longer than the others: that is said before and not after.
pub fn say_first_build(cx: &Context, book: &Workbook) {
    if check::is_first_build(book) && !cx.report.is_json() {
        cx.report
            .note("building the runtime, which is done once and takes about half a minute");
    }
}

/// What comes after an outcome.
#[derive(Debug, Default)]
pub struct Noted {
    /// After a pass, what to do next.
    pub next: String,
    /// It passed for the first time.
    pub first: bool,
}

/// Notes an outcome in the progress.
pub fn note(cx: &Context, book: &Workbook, e: &Entry, verdict: &Verdict) -> Result<Noted> {
    let passed = match verdict {
        Verdict::Passed(_) => true,
        Verdict::NotYet(_) => false,
        Verdict::CouldNot(_) | Verdict::Cancelled => return Ok(Noted::default()),
    };
    let store = book.progress();
    let (first, progress): (bool, Progress) =
        cx.change(&store, |p| (p.checked(e.name, passed), p.clone()))?;
    let left = cx
        .course
        .exercises()
        .filter(|e| !progress.is_solved(e.name))
        .count();
    let next = match (left, first) {
        (0, true) => {
            "that was the last one: all exercises are solved     next: gotour next".to_string()
        }
        // The rest has just been said.
        (_, true) => "next: gotour next".to_string(),
        (..) => format!(
            "next: gotour next     why it works: gotour solution {}",
            e.name
        ),
    };
    Ok(Noted { next, first })
}

/// Prints what a check came to; after the first pass, what the exercise was about, why the solution works, what else
/// would have, and one thing to try.
pub fn show_noted(
    r: &Report,
    e: &Entry,
    checked: &Checked,
    noted: &Noted,
    verbose: bool,
) -> Result<()> {
    if r.is_json() && matches!(checked.verdict, Verdict::Passed(_)) {
        let ex = e.read()?;
        let word = ex.afterword();
        let mut value = verdict_json::to_json(&checked.verdict, &frame(r, e, &noted.next, verbose));
        value["after"] = json!({
            "about": ex.teaches, "why": word.why, "others": word.others, "try": word.then,
        });
        r.json(&value);
        return Ok(());
    }
    if !noted.first {
        show(r, e, checked, &noted.next, verbose);
        return Ok(());
    }
    show(r, e, checked, "", verbose);
    let ex = e.read()?;
    let word = ex.afterword();
    let mut said = vec![
        format!("**What it was about:** {}", ex.teaches),
        format!("**Why it works:** {}", word.why),
    ];
    if !word.others.is_empty() {
        said.push(format!("{OTHERS}\n\n{}", word.others));
    }
    if !word.then.is_empty() {
        said.push(format!("{THEN} {}", word.then));
    }
    r.blank();
    for line in page::lines(&said.join("\n\n"), r.look()) {
        r.line(line);
    }
    r.blank();
    for action in noted.next.split("     ") {
        r.line(r.dim(&format!("  {action}")));
    }
    Ok(())
}

/// Prints what a check came to.
pub fn show(r: &Report, e: &Entry, checked: &Checked, next: &str, verbose: bool) {
    let frame = frame(r, e, next, verbose);
    if r.is_json() {
        r.json(&verdict_json::to_json(&checked.verdict, &frame));
        return;
    }
    for note in &checked.notes {
        r.note(note);
    }
    if verbose {
        for warning in &checked.warnings {
            r.raw(warning.as_bytes());
        }
    }
    for line in show::lines(&checked.verdict, &frame) {
        r.line(painted(r, &line));
    }
}

fn frame<'a>(r: &Report, e: &'a Entry, next: &'a str, verbose: bool) -> Frame<'a> {
    Frame {
        number: e.number,
        name: e.name,
        look: r.look(),
        next,
        verbose,
    }
}

pub fn painted(r: &Report, line: &Line) -> String {
    match line.tone {
        Tone::Good => r.good(&line.text),
        Tone::Bad => r.bad(&line.text),
        Tone::Strong => r.bold(&line.text),
        Tone::Plain => line.text.clone(),
        Tone::Pale => r.dim(&line.text),
    }
}

/// The exit code of a verdict.
pub fn exit(verdict: &Verdict) -> Exit {
    match verdict {
        Verdict::Passed(_) => Exit::Passed,
        Verdict::NotYet(_) => Exit::NotYet,
        Verdict::CouldNot(_) => Exit::CouldNot,
        Verdict::Cancelled => Exit::Interrupted,
    }
}
