//! A goroutine runtime: M, P and G with Go's semantics, and a scheduler that explores instead of running.
#![deny(unsafe_code)]

// The rooms, each of which uses only those above it (a test says so). `unsafe` is allowed by name.
pub mod chan;
#[allow(
    unsafe_code,
    reason = "a coroutine that never ends is reset instead of unwound"
)]
mod coro;
mod crash;
pub mod explore;
#[allow(
    unsafe_code,
    reason = "a G is shared; its coroutine belongs to whoever runs it"
)]
mod goroutine;
mod io_macros;
#[allow(
    unsafe_code,
    reason = "a lab is used by one thread, which resumes its goroutines"
)]
mod lab;
#[allow(
    unsafe_code,
    reason = "the handler of the signals of a stack that is full"
)]
mod overflow;
#[allow(
    unsafe_code,
    reason = "the list of panics raised on the goroutine that runs"
)]
mod panics;
pub mod prelude;
mod primitives;
#[allow(unsafe_code, reason = "references to G in atomic slots")]
mod queue;
pub mod race;
#[allow(unsafe_code, reason = "main borrows from the frame that waits for it")]
mod run;
pub mod runtime;
mod sched;
mod seam;
mod show;
mod snapshot;
#[allow(unsafe_code, reason = "guarded stacks: mmap, madvise, mprotect")]
#[allow(
    dead_code,
    reason = "giving memory back while idle is sysmon's, which comes with preemption"
)]
mod stack;
pub mod sync;
pub mod time;
mod timers;
mod traceback;
#[allow(
    unsafe_code,
    reason = "queues of nodes that live in the frames of parked goroutines"
)]
mod wait;

pub use chan::{Chan, ChanSnapshot, RecvChan, SendChan, Waiting, WouldBlock, chan};
pub use crash::{Crash, DeadlockReport, FatalReport, PanicReport};
#[doc(hidden)]
pub use io_macros::__print;
#[doc(hidden)]
pub use panics::Deferred;
pub use run::{Builder, go, run};
