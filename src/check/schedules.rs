//! Asks a program's exploring scheduler to try its schedules, and keeps the ones that failed.

use std::fs;
use std::io;
use std::path::Path;
use std::time::Duration;

use goroutines::explore::wire::{Apart, Expect, Request, Response, WireFailure};
use goroutines::explore::{Kind, Render, Schedule, Story};

use crate::curriculum::Match;
use crate::progress::write_whole;
use crate::report::Look;

use super::condition::{Failed, Question};
use super::execute::{self, Cancel, Ended, Limits, Ran};
use super::judge::Task;
use super::show::WIDE;
use super::source;
use super::verdict::{Explored, Facts, FailedSchedule, Tried};

/// Failing schedules that are kept for an exercise, the newest first.
const KEPT: usize = 4;
/// Schedules that a check tries where the exercise asks for no other number.
pub const USUAL: usize = 2_000;
/// After this time no more schedules are begun.
const TIME: Duration = Duration::from_secs(3);
/// The same for a program that is right as far as was seen, but slow.
const PATIENT: Duration = Duration::from_secs(30);
/// How much longer its process may live. It shortens a failing schedule and writes its answer in that time. One that
/// makes no step any more finds that out by itself, sooner than this.
const ANSWER: Duration = Duration::from_secs(15);

/// What is to be tried.
#[derive(Debug)]
pub struct Ask<'a> {
    pub task: &'a Task<'a>,
    pub program: &'a Path,
    /// Its source.
    pub text: &'a str,
    pub dir: &'a Path,
    /// The file of the failing schedules, which are tried first.
    pub keep: Option<&'a Path>,
    pub seed: u64,
    pub look: Look,
}

/// Starts the program once more, in its other mode, and keeps the schedule that it fails under. One that is right is asked
/// what else the exercise wants to know.
pub fn explore(ask: &Ask<'_>, cancel: &Cancel) -> io::Result<Explored> {
    let mut explored = try_schedules(ask, cancel)?;
    if let Explored::Answered {
        failure: None,
        facts,
        ..
    } = &mut explored
    {
        for question in ask.task.questions() {
            facts.extend(apart(ask, question, cancel)?);
        }
    }
    Ok(explored)
}

/// In a process of its own: with other values a program may do anything.
fn apart(ask: &Ask<'_>, question: Question, cancel: &Cancel) -> io::Result<Facts> {
    // One that ends otherwise than with an answer has taken notice; of the others it is not known.
    let else_known: &[&str] = match question {
        Question::Heed => &["heeded"],
        Question::Signs | Question::Panics | Question::Holds => &[],
    };
    let question = match question {
        Question::Heed => Apart::Heed,
        // A number that has a meaning of its own stands in the program.
        Question::Signs => Apart::Signs(source::numbers(ask.text)),
        Question::Panics => Apart::Panics,
        Question::Holds => Apart::Holds,
    };
    let mut request = Request {
        apart: Some(question),
        ..request(ask)
    };
    let (_, _, response) = respond(ask, &mut request, cancel)?;
    Ok(
        match response.filter(|r| r.failure.is_none() && r.could_not.is_none()) {
            Some(r) => r.facts.0,
            None => else_known
                .iter()
                .map(|name| (name.to_string(), (u64::MAX, u64::MAX)))
                .collect(),
        },
    )
}

fn try_schedules(ask: &Ask<'_>, cancel: &Cancel) -> io::Result<Explored> {
    let mut request = request(ask);
    request.first = ask.keep.map(kept_schedules).unwrap_or_default();
    let explored = answer(ask, &mut request, cancel)?;
    if let Explored::Answered {
        failure: Some(failure),
        ..
    } = &explored
        && let Some(file) = ask.keep
        && !failure.is_stuck()
    {
        keep(file, &failure.token)?;
    }
    let Explored::Answered {
        tried,
        failure: None,
        ..
    } = &explored
    else {
        return Ok(explored);
    };
    // A program that came some of the way in its time comes to its end in more of it.
    if tried.exhausted || tried.ran >= request.schedules || tried.ran == 0 {
        return Ok(explored);
    }
    request.time_limit = PATIENT;
    answer(ask, &mut request, cancel)
}

fn request(ask: &Ask<'_>) -> Request {
    let exercise = ask.task.exercise;
    let expected = exercise.expected.to_string();
    Request {
        schedules: exercise.schedules.unwrap_or(USUAL),
        seed: ask.seed,
        expect: Some(match exercise.output {
            Match::Exact => Expect::Exact(expected),
            Match::Unordered => Expect::Unordered(expected),
            Match::Contains => Expect::Contains(expected),
        }),
        time_limit: TIME,
        ..Request::default()
    }
}

/// Runs one schedule: its failure, if it fails.
pub fn replay(ask: &Ask<'_>, schedule: Schedule, cancel: &Cancel) -> io::Result<Explored> {
    let mut request = request(ask);
    request.first = vec![schedule];
    request.schedules = 1;
    answer(ask, &mut request, cancel)
}

/// A schedule, step by step.
#[derive(Debug)]
pub struct Told {
    pub token: String,
    /// How it ends, in a line.
    pub ending: String,
    pub story: Story,
}

/// Runs one schedule, and gives all its steps, also where it passes. `Err`: why it cannot be run.
pub fn story(
    ask: &Ask<'_>,
    schedule: Schedule,
    cancel: &Cancel,
) -> io::Result<Result<Box<Told>, String>> {
    let token = schedule.to_string();
    let mut request = request(ask);
    request.first = vec![schedule];
    request.schedules = 1;
    request.story = true;
    let (ran, begun, response) = respond(ask, &mut request, cancel)?;
    let Some(response) = response else {
        return Ok(Err(match ran.ended {
            Ended::Exit(_) if !begun => "it never called `goroutines::run`".to_string(),
            Ended::Exit(code) => format!("it left in the middle, with exit code {code}"),
            Ended::Time => "it came to no end".to_string(),
            Ended::Signal(n) => format!("signal {n} ended it in the middle"),
            Ended::Memory(_) => "it used too much memory".to_string(),
            Ended::Output => "it printed too much".to_string(),
            Ended::Cancelled => "it was given up".to_string(),
        }));
    };
    Ok(
        match (response.could_not, response.failure, response.story) {
            (Some(why), _, _) => Err(why),
            (None, Some(f), _) => Ok(Box::new(Told {
                token,
                ending: format!(
                    "{}: {}",
                    f.kind,
                    f.message.lines().next().unwrap_or_default()
                ),
                story: f.story,
            })),
            (None, None, Some(story)) => Ok(Box::new(Told {
                token,
                ending: "right under this schedule".to_string(),
                story,
            })),
            (None, None, None) => Err("its library is older than this gotour".to_string()),
        },
    )
}

/// Starts the program with `request`, and sorts what it answers.
fn answer(ask: &Ask<'_>, request: &mut Request, cancel: &Cancel) -> io::Result<Explored> {
    let (ran, begun, answered) = respond(ask, request, cancel)?;
    let Some(response) = answered else {
        return Ok(Explored::Died(ran, begun));
    };
    if let Some(why) = response.could_not {
        return Ok(Explored::Unable(why));
    }
    Ok(Explored::Answered {
        tried: Tried {
            asked: request.schedules,
            ran: response.ran,
            distinct: response.distinct,
            failed: response.failed,
            exhausted: response.exhausted,
            elapsed: response.elapsed,
            notes: response.notes,
            driven: None,
        },
        failure: response
            .failure
            .map(|f| Box::new(told(ask, f, request.schedules == 1))),
        facts: response.facts.0,
    })
}

/// Starts the program with `request`: how it ended, whether it called `run`, and its answer if it gave one.
fn respond(
    ask: &Ask<'_>,
    request: &mut Request,
    cancel: &Cancel,
) -> io::Result<(Ran, bool, Option<Response>)> {
    let dir = tempfile::Builder::new().prefix("gotour-").tempdir()?;
    let file = dir.path().join("request");
    request.response = dir.path().join("response");
    fs::write(&file, request.to_text())?;
    let mut command = super::command(ask.program, ask.dir);
    command.env("GOEXPLORE", &file);
    let limits = Limits {
        time: request.time_limit + ANSWER,
        ..super::limits()
    };
    let ran = execute::run(&mut command, &limits, cancel)?;
    let answered = fs::read_to_string(&request.response)
        .ok()
        .filter(|_| matches!(ran.ended, Ended::Exit(0..=2)))
        .and_then(|text| Response::from_text(&text).ok());
    Ok((ran, request.begun().exists(), answered))
}

/// A failure in the words of a verdict.
fn told(ask: &Ask<'_>, f: WireFailure, replayed: bool) -> FailedSchedule {
    FailedSchedule {
        token: f.schedule.to_string(),
        kind: match f.kind {
            Kind::Panic => Failed::Panic,
            Kind::Fatal => Failed::Fatal,
            Kind::Deadlock => Failed::Deadlock,
            Kind::Leak => Failed::Leak,
            Kind::Race => Failed::Race,
            Kind::Output => Failed::Output,
            Kind::StepLimit => Failed::Steps,
            _ => Failed::Nondeterminism,
        },
        table: table(ask, &f, replayed),
        index: f.schedule_index,
        preemptions: f.preemptions,
        steps: f.steps,
        output: f.output,
        expected: f.expected,
        message: f.message,
        story: f.story,
    }
}

/// The steps of a failing schedule, drawn.
fn table(ask: &Ask<'_>, f: &WireFailure, replayed: bool) -> Vec<String> {
    let drawn = f.render(&Render {
        width: ask.look.width.min(WIDE),
        ascii: ask.look.ascii,
        source_root: ask.dir.to_path_buf(),
        program: String::new(),
        replayed,
    });
    drawn.lines().map(str::to_string).collect()
}

/// What of the kept schedules can still be read.
fn kept_schedules(file: &Path) -> Vec<Schedule> {
    kept(file).iter().filter_map(|t| t.parse().ok()).collect()
}

/// The schedules that failed before, the newest first.
///
/// They stay after a pass: each costs one schedule of some thousands, and an edit that brings the mistake back is
/// found by the first of them. What is no schedule is left out, and gone when the file is written next.
pub fn kept(file: &Path) -> Vec<String> {
    let text = fs::read_to_string(file).unwrap_or_default();
    text.lines()
        .map(str::trim)
        .filter(|l| !l.is_empty())
        .take(KEPT)
        .map(str::to_string)
        .collect()
}

/// Puts `token` before the others.
pub fn keep(file: &Path, token: &str) -> io::Result<()> {
    let mut tokens = kept(file);
    if tokens.first().is_some_and(|t| t == token) {
        return Ok(());
    }
    tokens.retain(|t| t != token);
    tokens.insert(0, token.to_string());
    tokens.truncate(KEPT);
    if let Some(dir) = file.parent() {
        fs::create_dir_all(dir)?;
    }
    let text = tokens.join("\n") + "\n";
    write_whole(file, text.as_bytes()).map_err(|p| io::Error::other(p.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_failing_schedule_is_first_and_the_oldest_goes() -> io::Result<()> {
        let dir = tempfile::tempdir()?;
        let file = dir.path().join("schedules/lost-update");
        assert_eq!(kept(&file), [""; 0]);
        for token in ["G1", "G2", "G3", "G4", "G5", "G3", "G3"] {
            keep(&file, token)?;
        }
        assert_eq!(kept(&file), ["G3", "G5", "G4", "G2"]);
        Ok(())
    }
}
