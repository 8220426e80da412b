//! What a check can come to.

use std::collections::BTreeMap;
use std::time::Duration;

use goroutines::explore::Story;

use super::compile::Refusal;
use super::condition::{Failed, Native};
use super::drive::{Driven, Stumble};
use super::source::Finding;
use super::suspects::Suspect;

/// The end of a check.
#[derive(Debug, Clone)]
pub enum Verdict {
    Passed(Tried),
    NotYet(Box<NotYet>),
    /// Nothing was learned about the program.
    CouldNot(CouldNot),
    /// It was given up, by a key, a signal or a newer file.
    Cancelled,
}

/// The program is not right yet.
#[derive(Debug, Clone)]
pub struct NotYet {
    pub failed: Failed,
    pub native: Option<Native>,
    pub why: Why,
    /// The named wrong answer that this is.
    pub named: Option<Named>,
    /// What the failing schedule printed, or the ordinary run.
    pub output: Option<String>,
    /// Lines of the file that can be the reason.
    pub suspects: Vec<Suspect>,
    pub facts: Option<Facts>,
}

/// The facts of all schedules: the smallest and the largest value of each.
pub type Facts = BTreeMap<String, (u64, u64)>;

#[derive(Debug, Clone)]
pub enum Why {
    /// Something is in the file that must not be there.
    Source(Vec<Finding>),
    Compile(Vec<Refusal>),
    /// The program's process ended badly or printed something else.
    Native(Died),
    /// A schedule failed.
    Schedule(Box<FailedSchedule>, Tried),
    /// Clients came, and something went otherwise.
    Drive(Box<Stumble>),
    /// Everything went well and something is missing in how it was done.
    Require {
        /// From 1.
        number: usize,
        says: String,
        tried: Tried,
    },
}

/// How a process ended that should have ended well.
#[derive(Debug, Clone)]
pub struct Died {
    pub how: Native,
    pub when: When,
    /// One line of the program's own: a panic's text, a fatal error.
    pub said: Option<String>,
    /// Where: the lines of the goroutine that it happened in.
    pub place: Vec<String>,
    /// The exit code, the signal, the bytes or the seconds, as `how` has it.
    pub number: u64,
    /// What it printed before, shortened.
    pub printed: Vec<String>,
    /// Lines that tell the printed from the expected.
    pub difference: Vec<String>,
}

/// In which of the two runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    Natively,
    UnderSchedules,
}

/// A schedule that failed, as the library tells it.
#[derive(Debug, Clone)]
pub struct FailedSchedule {
    /// What `gotour replay` takes.
    pub token: String,
    pub kind: Failed,
    /// Which of the schedules it was, from 1.
    pub index: usize,
    pub preemptions: usize,
    pub steps: usize,
    pub output: String,
    pub expected: Option<String>,
    pub message: String,
    /// The drawn table.
    pub table: Vec<String>,
    /// What the table is drawn from.
    pub story: Story,
}

impl FailedSchedule {
    /// It never came to its next step, so there are no steps to show and nothing to replay.
    pub fn is_stuck(&self) -> bool {
        self.steps == 0
    }
}

/// How much was tried.
#[derive(Debug, Clone, Default)]
pub struct Tried {
    pub asked: usize,
    pub ran: usize,
    pub distinct: usize,
    pub failed: usize,
    /// There were no others.
    pub exhausted: bool,
    pub elapsed: Duration,
    /// What went well in all of them and could go wrong all the same, a sentence or two each.
    pub notes: Vec<String>,
    /// What it was driven through as well.
    pub driven: Option<Driven>,
}

/// A mistake that has a name.
#[derive(Debug, Clone)]
pub struct Named {
    pub name: String,
    pub title: String,
    pub says: String,
}

#[derive(Debug, Clone)]
pub struct CouldNot {
    pub what: String,
    /// What the tool that failed said.
    pub text: Vec<String>,
    /// What to do about it.
    pub mend: String,
}

/// What the process that tried the schedules came to.
#[derive(Debug, Clone)]
pub enum Explored {
    Answered {
        tried: Tried,
        failure: Option<Box<FailedSchedule>>,
        facts: Facts,
    },
    /// The library says that it cannot run this program under schedules, and why.
    Unable(String),
    /// It ended without an answer; whether it had called `run`.
    Died(super::execute::Ran, bool),
    /// It was not started, because how the ordinary run ended says enough.
    NotTried,
}
