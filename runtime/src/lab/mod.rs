//! The exploring scheduler: one OS thread, one schedule at a time, chosen step by step; a virtual clock.
//!
//! # Concepts
//!
//! A **schedule** is one run of a program from main's first step until nothing can run any more. At every choice point
//! (`seam::point`: before each effect that another goroutine could see) the goroutine says what it is about to do, and a
//! [`Driver`] decides who makes the next **step**: the stretch from one point to the next. The goroutine that stands at
//! the point may go on without a switch; otherwise it suspends, and the engine's loop, on the stack of whoever explores,
//! resumes the chosen one. A wait or an end is a forced decision, made in the loop.
//!
//! # Invariants
//!
//! 1. Everything but the inbox is touched by one thread: the one that called `run`. Goroutines run on it.
//! 2. No borrow of the state is held across a switch, or while code of the program runs.
//! 3. What a schedule does depends on the program, the driver and nothing else: no clock, no address, no hash seed.
//! 4. When `run` returns, every goroutine of that schedule is dead: the waiting ones were taken out of what they wait
//!    on, their stacks taken back without unwinding. What they own is leaked, as at the end of a process.
//! 5. In the steady state a schedule allocates nothing of its own: goroutines, stacks, clocks and lists are reused.
//!
//! # The course of a schedule
//!
//! 1. `run` resets the state, gives the schedule an epoch (so that tags of former ones are void) and makes main.
//! 2. The loop resumes whom the driver chose, until nobody can run, or all who can only poll (`idle.rs`); then the clock
//!    moves to the next timer, and when there is none and nobody can run the schedule is over: main had returned (and who
//!    waits now is leaked), or it is a deadlock.
//! 3. A panic, a fatal error or the step limit ends it at once.
//! 4. Everybody left is abandoned.
//!
//! # Rejected
//!
//! - *A thread a goroutine*, handed a baton: 5 µs a switch instead of 10 ns.
//! - *Running a new goroutine to its first point at once*, which saves a decision: what it does before that point (write
//!   to a file, lock a `std::sync::Mutex`) would always come first.
//! - *A goroutine that unwinds may be preempted at its points*: `std::thread::panicking` is the thread's, so all others
//!   would see it. It goes on until it waits or has unwound. While it waits they do see it, and the report has a note.
//! - *Giving up a thread's count of panics*: nothing but a catch takes a panic off it, and who is abandoned in the middle
//!   of its unwinding catches nothing. So from then on each schedule runs on a thread of its own, and `explore::check` and
//!   `replay` never run on their caller's.

mod answers;
mod clocks;
mod decide;
mod does;
mod due;
mod engine;
mod every;
mod facts;
mod footprint;
mod handed;
mod idle;
mod keen;
mod objects;
mod order;
mod outcome;
mod owners;
mod plan;
mod pulse;
mod record;
mod rng;
mod state;
mod strategy;
mod structure;
mod visit;

pub(crate) use clocks::Clocks;
pub(crate) use engine::{Exploration, Setup};
pub(crate) use every::Every;
pub(crate) use facts::{COUNT, Counts, NAMES};
pub(crate) use handed::Asking;
pub(crate) use keen::Keen;
pub(crate) use outcome::Outcome;
pub(crate) use owners::Nested;
pub(crate) use plan::{CLOCK, Plan, Segment};
pub(crate) use pulse::Pulse;
pub(crate) use record::{Holding, Untold, What};
#[cfg(test)]
pub(crate) use rng::Rng;
pub(crate) use state::Verdict;
pub(crate) use strategy::{Driver, Follow, Pct, Random, Ranks, Spare, Tree};
