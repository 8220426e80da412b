//! What an exploration found, in Rust types.

use std::fmt;
use std::panic::Location;
use std::sync::Arc;

use super::draw::{Render, Told, finish, wrap};
use super::schedule::Schedule;
use super::story::Story;

/// In which way a schedule failed.
///
/// ```
/// use goroutines::explore::{check, Kind, Options};
/// use goroutines::prelude::*;
///
/// let report = check(&Options::new().schedules(10), || panic!("no"));
/// assert_eq!(report.failure.unwrap().kind, Kind::Panic);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// A panic that nobody recovered.
    Panic,
    /// An error of the library that cannot be recovered, such as unlocking an unlocked mutex.
    Fatal,
    /// main waits, and nobody can go on.
    Deadlock,
    /// main returned, and others wait for ever.
    Leak,
    /// Two accesses to a variable that nothing orders, one of them a write.
    Race,
    /// What was printed is not what was expected.
    Output,
    /// The schedule came to no end within the steps allowed.
    StepLimit,
    /// The same schedule, run again, did something else.
    Nondeterminism,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::Panic => "panic",
            Kind::Fatal => "fatal error",
            Kind::Deadlock => "deadlock",
            Kind::Leak => "leak",
            Kind::Race => "race",
            Kind::Output => "output",
            Kind::StepLimit => "no progress",
            Kind::Nondeterminism => "nondeterminism",
        })
    }
}

/// A goroutine that waits once nothing can run any more.
///
/// ```
/// use goroutines::explore::{check, Options};
/// use goroutines::prelude::*;
///
/// let report = check(&Options::new().schedules(10), || {
///     chan::<()>(0).recv();
/// });
/// let blocked = &report.failure.unwrap().blocked[0];
/// assert_eq!((blocked.goroutine, blocked.reason.as_str()), (1, "chan receive"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Blocked {
    /// Its number; main is 1.
    pub goroutine: u64,
    /// Why it waits, in Go's words: `chan receive`, `sync.Mutex.Lock`, …
    pub reason: String,
    /// The line of the program that waits.
    pub at: &'static Location<'static>,
}

/// A failing schedule: the shortest that was found. Its `Display` tells the whole of it.
///
/// ```
/// use goroutines::explore::{check, replay, Options};
/// use goroutines::prelude::*;
///
/// let f = || {
///     let ch = chan(1);
///     let out = ch.clone();
///     go!(out.send(1));
///     ch.close(); // too early in some schedules
/// };
/// let failure = check(&Options::new().schedules(500).races(false), f).failure.unwrap();
/// assert_eq!(failure.message.lines().next(), Some("send on closed channel"));
/// assert!(replay(&failure.schedule, f).failure.is_some()); // again, every time
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Failure {
    /// In which way it failed.
    pub kind: Kind,
    /// The schedule, for [`replay`](super::replay).
    pub schedule: Schedule,
    /// How often a goroutine that could have gone on had to stop for another (or for the clock).
    pub preemptions: usize,
    /// How many steps the schedule has.
    pub steps: usize,
    /// What was printed on stdout until main returned.
    pub output: String,
    /// What went wrong, in a line or two: a panic's text, who waits for whom, which accesses race.
    pub message: String,
    /// Everyone who waits once nothing can run any more.
    pub blocked: Vec<Blocked>,
    /// The schedule's steps.
    #[doc(hidden)]
    pub story: Arc<Story>,
}

/// What an exploration came to. Its `Display` says what was tried, and shows the failure.
///
/// ```
/// use goroutines::explore::{check, Options};
///
/// let report = check(&Options::new(), || ());
/// assert!(report.exhausted);
/// assert_eq!((report.distinct, report.failed), (1, 0));
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Report {
    /// Schedules that ran; where none comes to an end, those of which only the beginning was looked at do not count.
    pub ran: usize,
    /// How many of them differ in the order of operations on the same object; if all were tried, how many there are.
    pub distinct: usize,
    /// How many failed. One that had a race and nothing else counts only if no schedule failed otherwise.
    pub failed: usize,
    /// Whether every schedule there is was tried, of those that differ only in the order of operations which do not touch
    /// each other one.
    pub exhausted: bool,
    /// The shortest failing schedule.
    pub failure: Option<Failure>,
    /// Which schedule was the first that failed so, from 1.
    #[doc(hidden)]
    pub first: Option<usize>,
    /// What went well in every schedule that was tried and could go wrong all the same, a sentence or two each: locks
    /// that are taken in two orders.
    pub notes: Vec<String>,
}

impl Report {
    /// For tests: does nothing if every schedule passed.
    ///
    /// # Panics
    ///
    /// If a schedule failed, with the report as its text.
    ///
    /// ```
    /// use goroutines::explore::{check, Options};
    /// use goroutines::prelude::*;
    ///
    /// check(&Options::new().schedules(50), || {
    ///     let ch = chan(0);
    ///     let out = ch.clone();
    ///     go!({ out.send(1) });
    ///     assert_eq!(ch.recv(), Some(1));
    /// })
    /// .assert_passed();
    /// ```
    #[track_caller]
    pub fn assert_passed(&self) {
        assert!(self.failure.is_none(), "{self}");
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut head = String::new();
        for (i, line) in self.message.lines().enumerate() {
            // Who goes round is told below.
            if i > 0 && self.kind == Kind::StepLimit {
                break;
            }
            // The kind is said once; a long line is wrapped below it.
            let says = if i == 0 && !line.starts_with(&self.kind.to_string()) {
                format!("{}: {line}", self.kind)
            } else {
                line.to_string()
            };
            let wrapped = wrap(&says, Render::default().width);
            head.push_str(if i == 0 {
                wrapped.trim_start()
            } else {
                &wrapped
            });
        }
        if head.is_empty() {
            head = format!("{}\n", self.kind);
        }
        f.write_str(&head)?;
        let told = Told {
            kind: self.kind,
            token: self.schedule.to_string(),
            preemptions: self.preemptions,
            steps: self.steps,
            message: &self.message,
            story: &self.story,
        };
        f.write_str(&told.render(&Render::default()))?;
        writeln!(
            f,
            "\n  again: GOSCHEDULE={} cargo test …, or explore::replay",
            self.schedule
        )
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.failure {
            None if self.exhausted => {
                writeln!(f, "all {} interleavings passed", self.distinct)?;
            }
            None => writeln!(
                f,
                "{} schedules passed, {} of them distinct",
                self.ran, self.distinct
            )?,
            Some(failure) => {
                writeln!(f, "{} of {} schedules failed", self.failed, self.ran)?;
                failure.fmt(f)?;
            }
        }
        for note in &self.notes {
            let o = Render::default();
            write!(
                f,
                "\n{}",
                finish(&wrap(&format!("note: {note}"), o.width), o.ascii)
            )?;
        }
        Ok(())
    }
}
