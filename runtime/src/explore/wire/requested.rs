//! The program's side: explores what `run` was given, answers, and ends the process.

use std::ffi::OsString;
use std::mem::needs_drop;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::standing::{self, Thread};
use super::text::facts;
use super::{Apart, Facts, Request, Response, WireBlocked, WireFailure, stdout};
use crate::explore::check::{left, message_of_output, settle, settle_as};
use crate::explore::guard::{LOOKS, Silence, said};
use crate::explore::heed::heed;
use crate::explore::otherwise;
use crate::explore::search::{Rules, Runner, Task};
use crate::explore::{Failure, Kind, Schedule, Story};
use crate::lab::{Driver, Exploration, Follow, Pulse, Setup};
use crate::primitives::Lock;
use crate::tid::Tid;

/// How long a goroutine may run without a step: of CPU time if it computes, else of time.
const SILENCE: Duration = Duration::from_secs(2);
/// The thread that explores.
static EXPLORER: Tid = Tid::none();

static TAKEN: AtomicBool = AtomicBool::new(false);
static RAN: AtomicUsize = AtomicUsize::new(0);
/// What the present schedule has printed through this library, for a look from the watchdog.
static PRINTED: Lock<String> = Lock::new(String::new());
/// Who answers, if the watchdog and the exploration come to an end at one time.
static ANSWER: Lock<()> = Lock::new(());

/// The request that this process was started with, if it was and nobody has taken it yet.
pub(crate) fn request_path() -> Option<OsString> {
    let path = std::env::var_os("GOEXPLORE")?;
    (!TAKEN.swap(true, Ordering::SeqCst)).then_some(path)
}

/// Explores `main` as the request in `path` says, writes the response, and ends the process.
pub(crate) fn run_requested<F: FnOnce() -> R, R>(path: &OsString, main: F) -> ! {
    let request = std::fs::read_to_string(path)
        .map_err(|e| e.to_string())
        .and_then(|text| Request::from_text(&text).map_err(|e| e.to_string()));
    let request = match request {
        Ok(r) => r,
        Err(e) => {
            std::eprintln!("GOEXPLORE={}: {e}", Path::new(path).display());
            std::process::exit(2);
        }
    };
    // Without it a program that leaves in the middle looks like one that never called `run`: no harm but a worse word.
    let _ = std::fs::write(request.begun(), "");
    if needs_drop::<F>() {
        could_not(
            &request,
            "the closure given to run owns values made outside of it, so it can run only once: make them inside of it",
        );
    }
    if let Err(e) = stdout::catch() {
        could_not(
            &request,
            &format!("the program's output cannot be caught: {e}"),
        );
    }
    let main = Again(main);
    explore(request, &mut |x, setup| x.run(setup, main.once()))
}

/// A closure that is called once a schedule.
struct Again<F>(F);

impl<F: FnOnce() -> R, R> Again<F> {
    fn once(&self) -> Box<dyn FnOnce() + 'static> {
        // SAFETY: `F` has no drop glue (see `run_requested`), so a copy of its bits owns nothing that the original would
        // free, too. The copies are used one after the other and never again once their schedule is over; the original
        // is never called. What they borrow outlives them all: the frame that made the closure is never returned to,
        // because exploring ends with the end of the process. (What could still go wrong is a captured `ManuallyDrop`
        // that the closure takes its value out of: the program would have to do that with unsafe code or on purpose.)
        let copy = unsafe { std::ptr::read(&self.0) };
        let job: Box<dyn FnOnce() + '_> = Box::new(move || drop(copy()));
        // SAFETY: as above: what it borrows lives until the process ends.
        unsafe { std::mem::transmute::<Box<dyn FnOnce() + '_>, Box<dyn FnOnce() + 'static>>(job) }
    }
}

fn explore(request: Request, launch: &mut dyn FnMut(&mut Exploration, Setup)) -> ! {
    let began = Instant::now();
    let expect = request.expect.clone();
    let fits = |output: &str| expect.as_ref().is_none_or(|e| e.fits(output));
    let x = Exploration::new();
    x.catch_output(catch);
    EXPLORER.here();
    watch(&request, x.pulse(), began);
    let mut runner = Runner::new(
        x,
        launch,
        Rules {
            max_steps: request.max_steps,
            races: request.races,
            leaks: request.leaks,
            // A livelock is a mistake to learn from, however unlikely the schedule.
            helps: false,
            expect: expect.is_some().then_some(&fits),
        },
    );
    if let Some(question) = &request.apart {
        let found = ask(&mut runner, question);
        let response = Response {
            elapsed: began.elapsed(),
            facts: Facts(
                found
                    .into_iter()
                    .map(|(name, n)| (name.to_string(), (n, n)))
                    .collect(),
            ),
            ..Response::default()
        };
        answer(&request.response, &response);
    }
    let first: Vec<_> = request.first.iter().map(|s| s.plan.clone()).collect();
    let tally = runner.explore(&Task {
        schedules: request.schedules.max(1),
        seed: request.seed,
        strategy: request.strategy,
        first: &first,
        until: Some(began + request.time_limit),
        progress: Some(&RAN),
    });
    // One schedule was asked for by its token.
    let replayed = first.first().filter(|_| request.schedules == 1);
    let left = replayed.and_then(|plan| left(plan, &runner.x.result()));
    let failure = tally.found.as_ref().map(|found| {
        let failure = match replayed {
            Some(_) => settle_as(&mut runner, found, &found.plan),
            None => settle(&mut runner, found),
        };
        on_the_wire(
            failure,
            found.index,
            expect.as_ref().map(super::Expect::text),
        )
    });
    let mut notes = tally.notes(failure.as_ref().map(|f| f.kind));
    notes.extend(left.map(|left| {
        format!(
            "the schedule could not be followed to its end: {left}. From there on who ran went on. The program has \
             changed since, or the schedule is another program's"
        )
    }));
    let story = (request.story && failure.is_none()).then(|| {
        let plan = first.first().cloned().unwrap_or_default();
        runner.run(Driver::Follow(Follow::new(plan)), true);
        Story::of(&runner.x.result())
    });
    let response = Response {
        ran: tally.ran,
        distinct: tally.distinct,
        failed: tally.failed,
        exhausted: tally.exhausted,
        elapsed: began.elapsed(),
        failure,
        story,
        facts: facts(&tally.least, &tally.most),
        notes,
        could_not: None,
    };
    answer(&request.response, &response)
}

/// The facts that answer a question.
fn ask(runner: &mut Runner<'_>, question: &Apart) -> Vec<(&'static str, u64)> {
    match question {
        Apart::Heed => {
            let found = heed(runner);
            vec![
                ("heeded", found.heeded),
                ("unheeded", found.unheeded),
                ("endless", found.endless),
            ]
        }
        Apart::Signs(numbers) => vec![("signs", otherwise::signs(runner, numbers))],
        Apart::Panics => vec![("jumped", otherwise::jumped(runner))],
        Apart::Holds => vec![("held_up", otherwise::held_up(runner))],
    }
}

fn on_the_wire(f: Failure, index: usize, expected: Option<&str>) -> WireFailure {
    let expected = expected.filter(|_| f.kind == Kind::Output);
    WireFailure {
        kind: f.kind,
        message: match expected {
            Some(e) => message_of_output(&f.output, e),
            None => f.message,
        },
        schedule: f.schedule,
        schedule_index: index,
        preemptions: f.preemptions,
        steps: f.steps,
        output: f.output,
        expected: expected.map(str::to_string),
        blocked: f
            .blocked
            .iter()
            .map(|b| WireBlocked {
                goroutine: b.goroutine,
                reason: b.reason.clone(),
                file: b.at.file().to_string(),
                line: b.at.line(),
                column: b.at.column(),
            })
            .collect(),
        story: Story::clone(&f.story),
    }
}

/// Called by the lab before each `text` that the program prints, and at a schedule's end.
fn catch(output: &mut String, text: &str) {
    stdout::take(output);
    let mut printed = PRINTED.lock();
    printed.clone_from(output);
    printed.push_str(text);
}

fn could_not(request: &Request, why: &str) -> ! {
    let response = Response {
        could_not: Some(why.to_string()),
        ..Response::default()
    };
    answer(&request.response, &response)
}

/// Writes the response whole or not at all, and ends the process.
fn answer(path: &PathBuf, response: &Response) -> ! {
    let guard = ANSWER.lock();
    let mut beside = path.clone().into_os_string();
    beside.push(".new");
    let written =
        std::fs::write(&beside, response.to_text()).and_then(|()| std::fs::rename(&beside, path));
    let code = match (&written, &response.could_not, &response.failure) {
        (Err(e), _, _) => {
            std::eprintln!("{}: {e}", path.display());
            2
        }
        (_, Some(_), _) => 2,
        (_, _, Some(_)) => 1,
        _ => 0,
    };
    std::mem::forget(guard);
    std::process::exit(code)
}

/// Answers instead of the exploration when the program makes no step any more.
fn watch(request: &Request, pulse: &'static Pulse, began: Instant) {
    let request = request.clone();
    let exploring = standing::this_thread();
    let body = move || {
        let mut silence = Silence::of(SILENCE);
        loop {
            std::thread::sleep(SILENCE / LOOKS);
            if silence.look(pulse.beat(), EXPLORER.cpu_time(), EXPLORER.sleeps()) {
                stuck(&request, pulse, &exploring, began);
            }
        }
    };
    // Without the watchdog the checker's own time limit ends the process.
    let _ = std::thread::Builder::new()
        .name("watchdog".to_string())
        .spawn(body);
}

fn stuck(request: &Request, pulse: &Pulse, exploring: &Thread, began: Instant) -> ! {
    let ran = RAN.load(Ordering::Relaxed);
    let stands = exploring
        .line()
        .map_or_else(String::new, |line| format!(" It stands at {line}."));
    let message = said(pulse, SILENCE, &stands);
    let mut output = PRINTED.lock().clone();
    output.push_str(&stdout::look());
    let response = Response {
        ran,
        distinct: ran,
        failed: 1,
        exhausted: false,
        elapsed: began.elapsed(),
        failure: Some(WireFailure {
            kind: Kind::StepLimit,
            schedule: Schedule::default(),
            schedule_index: ran + 1,
            preemptions: 0,
            steps: 0,
            output,
            expected: request.expect.as_ref().map(|e| e.text().to_string()),
            message,
            blocked: Vec::new(),
            story: Story::default(),
        }),
        story: None,
        facts: Facts::default(),
        notes: Vec::new(),
        could_not: None,
    };
    answer(&request.response, &response)
}
