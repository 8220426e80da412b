//! What a checker and the program it checks say to each other: a request in one file, a response in another.
//!
//! The checker writes a [`Request`] and starts the program with the environment variable `GOEXPLORE` set to its path.
//! `goroutines::run` sees it there, explores its closure instead of running it, writes a [`Response`] and ends the
//! process: exit code 0 if every schedule went well, 1 if one failed, 2 if the program could not be explored.

#[allow(
    unsafe_code,
    reason = "the closure given to run is called once a schedule"
)]
mod requested;
#[allow(
    unsafe_code,
    reason = "a thread that makes no step is asked by a signal"
)]
mod standing;
#[allow(unsafe_code, reason = "file descriptor 1 becomes a file in memory")]
mod stdout;
mod text;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

pub(crate) use requested::{request_path, run_requested};
pub use text::ParseError;

pub use super::draw::Render;
use super::draw::Told;
use super::{Kind, Schedule, Story, Strategy};

/// What a checker asks for.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    pub schedules: usize,
    pub seed: u64,
    pub strategy: Strategy,
    pub max_steps: u64,
    pub races: bool,
    pub leaks: bool,
    /// The steps are wanted of a schedule that passes, too: of the first in `first`.
    pub story: bool,
    /// Nothing else is asked than this, and only its facts are answered.
    pub apart: Option<Apart>,
    /// Tried before all others.
    pub first: Vec<Schedule>,
    pub expect: Option<Expect>,
    /// Where the response is to be written. Beside it, with `.begun` at its end, a file says that `run` was called.
    pub response: PathBuf,
    /// After this time no new schedule begins, once a few have been tried.
    pub time_limit: Duration,
}

impl Request {
    /// The file that is there once the program has called `run`.
    pub fn begun(&self) -> PathBuf {
        let mut begun = self.response.clone().into_os_string();
        begun.push(".begun");
        PathBuf::from(begun)
    }
}

impl Default for Request {
    fn default() -> Self {
        Request {
            schedules: 20_000,
            seed: 1,
            strategy: Strategy::Portfolio,
            max_steps: super::options::SHORT,
            races: true,
            leaks: true,
            story: false,
            apart: None,
            first: Vec::new(),
            expect: None,
            response: PathBuf::new(),
            time_limit: Duration::from_secs(10),
        }
    }
}

/// What is asked apart, because a program may do anything then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Apart {
    /// Who takes notice of what is handed over: `heeded`, `unheeded`, `endless`.
    Heed,
    /// Which of these numbers are no values like others: `signs`.
    Signs(Vec<i64>),
    /// Whose panic would leave somebody waiting: `jumped`.
    Panics,
    /// Who is kept waiting by one that makes no step: `held_up`.
    Holds,
}

/// What a schedule must print. Blanks and empty lines at the end make no difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expect {
    Exact(String),
    /// These lines, in any order.
    Unordered(String),
    /// These lines, in this order, with others between.
    Contains(String),
}

impl Expect {
    /// Whether `output` is as expected.
    pub fn fits(&self, output: &str) -> bool {
        let output = output.trim_end();
        match self {
            Expect::Exact(want) => output == want.trim_end(),
            Expect::Unordered(want) => {
                if output.len() != want.trim_end().len() {
                    return false;
                }
                let sorted = |s: &str| {
                    let mut lines: Vec<String> = s.lines().map(str::to_string).collect();
                    lines.sort_unstable();
                    lines
                };
                sorted(output) == sorted(want.trim_end())
            }
            Expect::Contains(want) => {
                let mut lines = output.lines();
                want.trim_end().lines().all(|w| lines.any(|l| l == w))
            }
        }
    }

    /// The expected text.
    pub fn text(&self) -> &str {
        match self {
            Expect::Exact(t) | Expect::Unordered(t) | Expect::Contains(t) => t,
        }
    }
}

/// What a program's exploration came to.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Response {
    pub ran: usize,
    pub distinct: usize,
    pub failed: usize,
    pub exhausted: bool,
    pub elapsed: Duration,
    pub failure: Option<WireFailure>,
    /// The steps of a schedule that passed, where they were asked for.
    pub story: Option<Story>,
    pub facts: Facts,
    /// What went well and could go wrong all the same.
    pub notes: Vec<String>,
    /// Why the program could not be explored, in one sentence.
    pub could_not: Option<String>,
}

/// The smallest and the largest value of each fact, over all schedules that ran.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Facts(pub BTreeMap<String, (u64, u64)>);

/// A failing schedule.
#[derive(Clone, Debug, PartialEq)]
pub struct WireFailure {
    pub kind: Kind,
    pub schedule: Schedule,
    /// Which schedule failed first, from 1.
    pub schedule_index: usize,
    pub preemptions: usize,
    pub steps: usize,
    pub output: String,
    pub expected: Option<String>,
    pub message: String,
    pub blocked: Vec<WireBlocked>,
    pub story: Story,
}

/// A goroutine that waits once nothing can run any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WireBlocked {
    pub goroutine: u64,
    pub reason: String,
    pub file: String,
    pub line: u32,
    pub column: u32,
}

impl WireFailure {
    /// The failure as a learner reads it, without its first line: how short it is, the table, the lines of the source.
    pub fn render(&self, o: &Render) -> String {
        Told {
            kind: self.kind,
            token: self.schedule.to_string(),
            preemptions: self.preemptions,
            steps: self.steps,
            message: &self.message,
            story: &self.story,
        }
        .render(o)
    }
}
