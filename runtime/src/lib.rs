//! A goroutine runtime: M, P and G with Go's semantics, and a scheduler that explores instead of running.
#![deny(unsafe_code)]

// The rooms. Each uses only those above it, and a test says so: the order of these lines is that order. `unsafe` is
// allowed by name.
#[allow(unsafe_code, reason = "the lock's contract with lock_api")]
mod lock;
mod primitives;
mod godebug;
#[allow(unsafe_code, reason = "asks the kernel for the affinity")]
mod cpus;
mod show;
mod snapshot;
mod crash;
#[allow(unsafe_code, reason = "guarded stacks: mmap, madvise, mprotect")]
mod stack;
#[allow(
    unsafe_code,
    reason = "a coroutine that never ends is reset instead of unwound"
)]
mod coro;
#[allow(
    unsafe_code,
    reason = "a G is shared; its coroutine belongs to whoever runs it"
)]
mod goroutine;
#[allow(unsafe_code, reason = "references to G in atomic slots")]
mod queue;
mod timers;
#[allow(
    unsafe_code,
    reason = "goroutines and poll descs behind words: in slots, and from the system"
)]
mod poller;
#[allow(
    unsafe_code,
    reason = "the handler of the signals of a stack that is full"
)]
mod overflow;
mod seam;
#[allow(
    unsafe_code,
    reason = "queues of nodes that live in the frames of parked goroutines"
)]
mod wait;
#[allow(unsafe_code, reason = "the handler of SIGQUIT")]
mod quit;
#[allow(
    unsafe_code,
    reason = "the list of panics raised on the goroutine that runs"
)]
mod panics;
mod traceback;
#[allow(unsafe_code, reason = "a newborn belongs to whoever makes it")]
mod birth;
mod sched;
#[allow(
    unsafe_code,
    reason = "a lab is used by one thread, which resumes its goroutines"
)]
mod lab;
pub mod explore;
#[allow(unsafe_code, reason = "main borrows from the frame that waits for it")]
mod run;
#[allow(
    unsafe_code,
    reason = "a select holds the locks of several channels at once"
)]
pub mod chan;
#[allow(
    unsafe_code,
    reason = "a select holds the locks of several channels at once"
)]
pub mod select;
pub mod sync;
pub mod race;
pub mod time;
pub mod context;
pub mod errgroup;
pub mod semaphore;
pub mod singleflight;
#[allow(
    unsafe_code,
    reason = "a descriptor's lifetime, and goroutines that wait for it"
)]
mod fd;
mod io_macros;
pub mod runtime;
pub mod io;
pub mod net;
pub mod os;
pub mod prelude;

#[cfg(test)]
#[path = "../tests/limit/mod.rs"]
#[allow(unsafe_code, reason = "a signal that ends tests which hang")]
mod limit;

pub use chan::{Chan, ChanSnapshot, RecvChan, SendChan, Waiting, WouldBlock, chan};
pub use crash::{Crash, DeadlockReport, FatalReport, PanicReport};
#[doc(hidden)]
pub use io_macros::__print;
#[doc(hidden)]
pub use panics::Deferred;
pub use run::{Builder, go, run};
