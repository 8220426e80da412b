//! A schedule as people see it: a token that can be kept in a file and typed again.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use super::options::Expectation;
use crate::lab::Plan;

/// A schedule: who goes on, and for how many steps. Its text is what [`Report`](super::Report)s print and what can be
/// typed again.
///
/// `G2x2.G3` reads: main goes on until it waits (that is where every schedule begins unless it says otherwise); then
/// goroutine 2 makes two steps; then goroutine 3 goes on until it waits, ends or gives way. A goroutine's first step
/// brings it to its first operation, each further step carries one out. From there on everything goes its usual way:
/// the goroutine that ran goes on, and when it cannot, the next higher number that can, and after the highest the
/// lowest. `T` moves the clock to the next timer while somebody could still run; `c` and digits after a segment are the
/// choices made in it (which ready case of a `select!`), where they are not the first. `G2-9x3` is short for `G2x3.G3x3` and
/// so on to `G9x3`; `R2x3` stands for the two segments before it, three times more.
///
/// ```
/// use goroutines::explore::Schedule;
///
/// let s: Schedule = "G2x2.G3".parse()?;
/// assert_eq!(s.to_string(), "G2x2.G3");
/// assert!("G2y2".parse::<Schedule>().is_err());
/// # Ok::<(), goroutines::explore::ParseScheduleError>(())
/// ```
#[derive(Clone, Default)]
pub struct Schedule {
    pub(crate) plan: Plan,
    /// What a program must print, where it failed because it did not: a replay judges by it. It is not in the text.
    pub(super) expect: Option<Expectation>,
}

impl Schedule {
    pub(super) fn of(plan: Plan) -> Schedule {
        Schedule { plan, expect: None }
    }
}

impl PartialEq for Schedule {
    fn eq(&self, other: &Schedule) -> bool {
        self.plan == other.plan
    }
}

impl Eq for Schedule {}

impl Hash for Schedule {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.plan.hash(state);
    }
}

impl fmt::Debug for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Schedule").field(&self.plan).finish()
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.plan.fmt(f)
    }
}

impl FromStr for Schedule {
    type Err = ParseScheduleError;

    fn from_str(s: &str) -> Result<Self, Self::Err> {
        s.parse().map(Schedule::of).map_err(ParseScheduleError)
    }
}

/// A text that is no schedule, and what one looks like.
///
/// ```
/// use goroutines::explore::Schedule;
///
/// let e = "G2x3.nonsense".parse::<Schedule>().unwrap_err();
/// assert!(e.to_string().contains("`nonsense`"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseScheduleError(String);

impl fmt::Display for ParseScheduleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ParseScheduleError {}
