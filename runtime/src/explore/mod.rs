//! Checking a program under many schedules: [`check`] finds the one it fails under, [`replay`] runs that one again.
//!
//! A test that runs a concurrent program once tries one schedule, and nearly always the same. Here the program runs on a
//! scheduler that decides at every operation who goes on, on one thread, with a virtual clock: thousands of schedules a
//! second, each of which can be repeated. A lost update that shows once in 100,000 ordinary runs takes about three.
//!
//! In an ordinary test:
//!
//! ```
//! use goroutines::explore::{self, Kind, Options};
//! use goroutines::prelude::*;
//! use goroutines::println;
//!
//! /// Two goroutines count to two, without a lock.
//! fn program() {
//!     let n = Shared::new(0);
//!     let wg = WaitGroup::new();
//!     for _ in 0..2 {
//!         let n = n.clone();
//!         wg.go(move || n.update(|v| v + 1));
//!     }
//!     wg.wait();
//!     println!("{}", n.get());
//! }
//!
//! // #[test]
//! fn counts_to_two() {
//!     let opts = Options::new().schedules(1000).expect(|output| output == "2\n");
//!     let report = explore::check(&opts, program);
//!     let failure = report.failure.expect("one increment can be lost");
//!     assert_eq!(failure.kind, Kind::Output);
//!     assert_eq!(failure.preemptions, 1);
//!     std::println!("{failure}"); // the schedule as a table, and the token to repeat it with
//! }
//! # counts_to_two();
//! ```
//!
//! A test that fails prints the schedule as a short word. `GOSCHEDULE=G2x2.G3 cargo test counts_to_two` runs that test
//! under this one schedule again: with a `println!` more, or in a debugger. Name one test: the word is another program's
//! nonsense. In code, [`replay`] does the same.
//!
//! What a schedule decides: who goes on at each operation of this library, which ready case a `select!` takes, when a
//! timer fires. What it does not: the contents of statics (they live on from schedule to schedule, and two explorations at
//! one time share them), random numbers from elsewhere, the wall clock, threads, files. A program that depends on those may
//! behave differently when a schedule is repeated; that is reported as [`Kind::Nondeterminism`].

mod check;
mod draw;
mod guard;
mod heed;
mod otherwise;
mod notes;
mod options;
mod report;
mod schedule;
mod search;
mod shorten;
mod spin;
mod story;
#[cfg(test)]
mod tests;
mod turned;
mod watch;
#[doc(hidden)]
pub mod wire;

pub use check::{check, replay};
#[doc(hidden)]
pub use check::{record, record_schedule};
#[doc(hidden)]
pub use draw::Render;
pub use options::{Options, Strategy};
pub use report::{Blocked, Failure, Kind, Report};
pub use schedule::{ParseScheduleError, Schedule};
#[doc(hidden)]
pub use story::{Access, Hold, Member, Moment, Place, Race, Stand, Story, Thing, Untold, Wait};
pub(crate) use watch::once;
#[doc(hidden)]
pub use watch::{Fewest, Watched, fewest, watch};
