//! A check: looks at the file, builds it, runs it, tries its schedules, and judges.
//!
//! The ordinary run and the schedules are two processes of the same program. The second one starts when the first
//! has ended, or after `GRACE`: so a program that never ends is explained after the time of one run and not of two.

// Each uses only those above it, and what this file has.
pub mod rules;
pub mod source;
pub mod suspects;
pub mod condition;
pub mod usage;
pub mod group;
pub mod execute;
pub mod compile;
pub mod drive;
pub mod verdict;
pub mod output;
pub mod judge;
pub mod show;
pub mod json;
pub mod schedules;
pub mod answers;
#[cfg(test)]
mod tests;

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use crate::curriculum::Exercise;
use crate::report::{Look, Problem};
use crate::workbook::{Workbook, read_file};
use goroutines::explore::Schedule;

use compile::{NotBuilt, Plan, Refusal};
use condition::{Failed, Native};
use execute::{Cancel, Limits, Ran};
use judge::Task;
use suspects::About;
use verdict::{CouldNot, Explored, Verdict, Why};

/// How long an ordinary run may take.
pub const NATIVE_TIME: Duration = Duration::from_secs(2);
/// How long it is waited for before the schedules are begun beside it.
const GRACE: Duration = Duration::from_millis(200);
/// How long the schedules may go on when the ordinary run had to be stopped.
const LATE: Duration = Duration::from_millis(800);
/// Resident bytes of one process.
pub const MEMORY: u64 = 512 << 20;
/// Bytes of output of one process.
const OUTPUT: usize = 1 << 20;
/// How often a file that changes while it is checked is checked again.
const AGAIN: usize = 3;

/// How a check is done.
#[derive(Debug, Clone)]
pub struct Options {
    pub look: Look,
    pub seed: u64,
    pub cancel: Cancel,
}

/// What a check came to, and what happened beside it.
#[derive(Debug)]
pub struct Checked {
    pub verdict: Verdict,
    /// As the compiler printed them.
    pub warnings: Vec<String>,
    pub notes: Vec<String>,
}

impl From<Verdict> for Checked {
    fn from(verdict: Verdict) -> Checked {
        Checked {
            verdict,
            warnings: Vec::new(),
            notes: Vec::new(),
        }
    }
}

/// Where the programs of a workbook are built: apart from what an editor's own `cargo check` writes, so that the one
/// does not wait for the other.
pub fn target_dir(book: &Workbook) -> PathBuf {
    book.root().join("target").join("gotour")
}

/// Whether nothing was built there yet, so that the runtime has to be built first.
pub fn is_first_build(book: &Workbook) -> bool {
    !target_dir(book).join("debug/deps").exists()
}

/// Checks one exercise of a workbook.
pub fn check(exercise: &Exercise, book: &Workbook, options: &Options) -> Checked {
    let task = match Task::new(exercise) {
        Ok(task) => task,
        Err(why) => {
            return could_not(why, "this is a mistake in the course: please report it").into();
        }
    };
    let file = book.exercise(exercise.name);
    for _ in 0..AGAIN {
        let bytes = match read_file(&file) {
            Ok(bytes) => bytes,
            Err(error) => return unreadable(&file, exercise, &error).into(),
        };
        let checked = check_text(&task, &bytes, book, options);
        // A verdict is about the file as it is: one that was saved meanwhile is checked again.
        let looked = matches!(checked.verdict, Verdict::Cancelled);
        if looked || read_file(&file).is_ok_and(|now| now == bytes) {
            return checked;
        }
    }
    could_not(
        format!("{} changes all the time", book.shown(&file)),
        "check again when it is saved",
    )
    .into()
}

fn check_text(task: &Task<'_>, bytes: &[u8], book: &Workbook, options: &Options) -> Checked {
    let text = String::from_utf8_lossy(bytes);
    let findings = source::scan(&text, &task.extras());
    if !findings.is_empty() {
        return task.source(findings).into();
    }
    let name = task.exercise.name;
    let target_dir = target_dir(book);
    let plan = Plan {
        dir: book.root(),
        target_dir: &target_dir,
        bins: &[name],
        colour: options.look.colour,
        throwaway: false,
    };
    match build(book, name, bytes, &plan, &options.cancel) {
        Ok(Ok(Program {
            file,
            warnings,
            notes,
        })) => {
            let keep = book.schedules().join(name);
            let mut verdict = try_out(task, &file, &text, book.root(), Some(&keep), options);
            point_at(&mut verdict, &text);
            Checked {
                verdict,
                warnings,
                notes,
            }
        }
        Ok(Err(refused)) => task.compile(refused).into(),
        Err(reason) => not_built(reason).into(),
    }
}

/// A program that was built, and what was said meanwhile.
#[derive(Debug)]
pub struct Program {
    pub file: PathBuf,
    pub warnings: Vec<String>,
    pub notes: Vec<String>,
}

/// Builds the program of an exercise whose file holds `bytes`. The inner error is what the compiler has against it.
pub fn build(
    book: &Workbook,
    name: &str,
    bytes: &[u8],
    plan: &Plan<'_>,
    cancel: &Cancel,
) -> Result<Result<Program, Vec<Refusal>>, NotBuilt> {
    let record = record(book, name);
    let cannot = |what: &str, error: io::Error| NotBuilt::CouldNot {
        what: format!("{what}: {error}"),
        text: String::new(),
    };
    compile::freshen(&book.exercise(name), bytes, &record)
        .map_err(|e| cannot("the file's time of change cannot be set", e))?;
    let built = compile::build(plan, cancel)?;
    if !built.refused.is_empty() {
        return Ok(Err(built.refused));
    }
    compile::record(&record, bytes).map_err(|e| cannot("the workbook cannot be written", e))?;
    let file = built.programs.into_iter().find(|(bin, _)| bin == name);
    let Some((_, file)) = file else {
        return Err(NotBuilt::CouldNot {
            what: "cargo built it and did not say where".to_string(),
            text: String::new(),
        });
    };
    Ok(Ok(Program {
        file,
        warnings: built.warnings,
        notes: built
            .went_online
            .then(|| "a crate was missing, so it was downloaded".to_string())
            .into_iter()
            .collect(),
    }))
}

/// Builds what can be built of these exercises with one cargo, so that the checks that follow have less to wait for.
/// What cannot be built is their matter.
pub fn build_all(book: &Workbook, names: &[&str], cancel: &Cancel) {
    for name in names {
        let file = book.exercise(name);
        if let Ok(bytes) = read_file(&file) {
            // The exercise's own check says what is wrong with its file.
            let _ = compile::freshen(&file, &bytes, &record(book, name));
        }
    }
    let target_dir = target_dir(book);
    let plan = Plan {
        dir: book.root(),
        target_dir: &target_dir,
        bins: &[],
        colour: false,
        throwaway: false,
    };
    let _ = compile::build(&plan, cancel);
}

/// Names the lines that can be the reason, where the verdict alone does not say where to look.
fn point_at(verdict: &mut Verdict, text: &str) {
    let Verdict::NotYet(it) = verdict else { return };
    let about = match &it.why {
        Why::Schedule(f, _) => match f.kind {
            Failed::Nondeterminism => About::Changes,
            Failed::Output | Failed::Race | Failed::Panic => About::Between,
            _ => return,
        },
        Why::Native(died) => match died.how {
            Native::Overflow => About::Overflows,
            Native::Signal | Native::Exit => About::Dies,
            // Where it stands is said if that could be seen.
            Native::Timeout if !died.place.iter().any(|l| l.contains(".rs:")) => About::Endless,
            _ => return,
        },
        _ => return,
    };
    it.suspects = suspects::suspects(text, about);
}

/// Where the text is kept that an exercise's program was built from.
fn record(book: &Workbook, name: &str) -> PathBuf {
    book.dot().join("built").join(name)
}

/// The verdict on a program that was not built through no fault of its own.
pub fn not_built(reason: NotBuilt) -> Verdict {
    match reason {
        NotBuilt::Cancelled => Verdict::Cancelled,
        NotBuilt::CouldNot { what, text } => Verdict::CouldNot(CouldNot {
            what,
            text: shortened(&text),
            mend: "gotour doctor looks for the reason".to_string(),
        }),
    }
}

/// Runs an exercise's program under one schedule.
pub fn replay(
    task: &Task<'_>,
    program: &Path,
    dir: &Path,
    schedule: Schedule,
    options: &Options,
) -> Verdict {
    let ask = schedules::Ask {
        task,
        program,
        text: "",
        dir,
        keep: None,
        seed: options.seed,
        look: options.look,
    };
    match schedules::replay(&ask, schedule, &options.cancel) {
        Ok(explored) => task.replayed(explored),
        Err(error) => not_run(program, &error),
    }
}

/// Runs a program, whose source is `text`, both ways and judges what came of it.
pub fn try_out(
    task: &Task<'_>,
    program: &Path,
    text: &str,
    dir: &Path,
    keep: Option<&Path>,
    options: &Options,
) -> Verdict {
    let ask = schedules::Ask {
        task,
        program,
        text,
        dir,
        keep,
        seed: options.seed,
        look: options.look,
    };
    if let Some(play) = task.play() {
        return drive_too(&ask, play, options);
    }
    let (native, explored) = run_both(&ask, options);
    match (native, explored) {
        _ if options.cancel.is_set() => Verdict::Cancelled,
        (Ok(native), Ok(explored)) => task.runs(&native, explored),
        (Err(error), _) | (_, Err(error)) => not_run(program, &error),
    }
}

/// A server: what of it can be tried under schedules comes first, then real clients.
fn drive_too(ask: &schedules::Ask<'_>, play: &drive::Play<'_>, options: &Options) -> Verdict {
    let (task, program) = (ask.task, ask.program);
    // It has no ordinary run that ends by itself: the scenes are that.
    let no_run = Ran {
        ended: execute::Ended::Exit(0),
        stdout: task.exercise.expected.as_bytes().to_vec(),
        stderr: Vec::new(),
        dump: None,
        allowed: NATIVE_TIME,
    };
    let verdict = match schedules::explore(ask, &options.cancel) {
        _ if options.cancel.is_set() => return Verdict::Cancelled,
        Ok(explored) => task.runs(&no_run, explored),
        Err(error) => return not_run(program, &error),
    };
    let Verdict::Passed(mut tried) = verdict else {
        return verdict;
    };
    let limits = Limits {
        time: drive::SCENE,
        ..limits()
    };
    let start = || command(program, ask.dir);
    match drive::drive(play, &start, &limits, &options.cancel) {
        _ if options.cancel.is_set() => Verdict::Cancelled,
        Ok(Ok(driven)) => {
            tried.driven = Some(driven);
            Verdict::Passed(tried)
        }
        Ok(Err(stumble)) => task.stumbled(stumble),
        Err(error) => not_run(program, &error),
    }
}

fn not_run(program: &Path, error: &io::Error) -> Verdict {
    could_not(
        format!("{} could not be run: {error}", program.display()),
        "check again; if that does not help: gotour doctor",
    )
}

fn run_both(
    ask: &schedules::Ask<'_>,
    options: &Options,
) -> (io::Result<Ran>, io::Result<Explored>) {
    let exploring = options.cancel.child();
    let (native_ended, native_end) = mpsc::channel();
    let (explored, exploration_end) = mpsc::channel::<()>();
    thread::scope(|scope| {
        let (cancel, exploring) = (&options.cancel, &exploring);
        let native = scope.spawn(move || {
            let limits = Limits {
                ask_where: true,
                ..limits()
            };
            let ran = execute::run(&mut command(ask.program, ask.dir), &limits, cancel);
            let how = ran.as_ref().ok().map(judge::how_it_ended);
            if how.is_some_and(judge::by_force) {
                // No schedule will explain it better.
                exploring.cancel();
            }
            // The other side waits no longer than GRACE, and may be gone.
            let _ = native_ended.send(());
            if how == Some(Native::Timeout) {
                // It is time for a verdict: the schedules can still say why, if they say it soon.
                let _ = exploration_end.recv_timeout(LATE);
                exploring.cancel();
            }
            ran
        });
        // The answer does not count, only that it comes.
        let _ = native_end.recv_timeout(GRACE);
        let result = if exploring.is_set() {
            Ok(Explored::NotTried)
        } else {
            schedules::explore(ask, exploring)
        };
        drop(explored);
        let native = native
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        (native, result)
    })
}

/// A learner's program, ready to be started: its surroundings are always the same.
pub fn command(program: &Path, dir: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(dir);
    for name in [
        "GOEXPLORE",
        "GOSCHEDULE",
        "GOMAXPROCS",
        "GODEBUG",
        "GOTRACEBACK",
    ] {
        command.env_remove(name);
    }
    command.env("RUST_BACKTRACE", "0");
    command
}

/// The limits of every process, the time still to be said.
pub fn limits() -> Limits {
    Limits {
        time: NATIVE_TIME,
        memory: Some(MEMORY),
        output: OUTPUT,
        ask_where: false,
    }
}

fn could_not(what: String, mend: &str) -> Verdict {
    Verdict::CouldNot(CouldNot {
        what,
        text: Vec::new(),
        mend: mend.to_string(),
    })
}

/// The verdict where the tool itself failed.
pub fn problem(problem: &Problem) -> Verdict {
    could_not(
        problem.what().to_string(),
        problem
            .how()
            .unwrap_or("gotour doctor looks for the reason"),
    )
}

fn unreadable(file: &Path, exercise: &Exercise, error: &io::Error) -> Verdict {
    could_not(
        format!("{} could not be read: {error}", file.display()),
        &format!(
            "gotour reset {} puts it back as it was shipped",
            exercise.name
        ),
    )
}

/// The lines of a tool's complaint that are worth a screen.
fn shortened(text: &str) -> Vec<String> {
    let lines = text
        .lines()
        .map(str::trim_end)
        .filter(|l| {
            let l = l.trim_start();
            !(l.is_empty()
                || l.starts_with("Compiling ")
                || l.starts_with("Downloaded ")
                || l.starts_with("Updating "))
        })
        .map(str::to_string)
        .collect();
    output::shortened(lines, 14)
}
