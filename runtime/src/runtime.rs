//! Go's package `runtime`: yielding, ending, GOMAXPROCS, and looks at the machine.
//!
//! ```
//! use goroutines::prelude::*;
//!
//! Builder::new().procs(1).run(|| {
//!     assert_eq!((runtime::goid(), runtime::gomaxprocs(0)), (1, 1));
//!     go!(runtime::goexit());
//!     assert_eq!(runtime::num_goroutine(), 2);
//!     runtime::gosched();
//!     assert_eq!(runtime::num_goroutine(), 1);
//! });
//! ```
//!
//! # Looking at a program while it runs
//!
//! A program that is not changed can be asked from outside, by its environment:
//!
//! - `GODEBUG=schedtrace=N,scheddetail=1`: a line about the whole scheduler every N milliseconds, on stderr, as in Go.
//! - SIGQUIT: every goroutine, on stderr, and the end, as in Go.
//! - `GOTRACE=FILE`: all that happened, event by event, once it has ended: see [`trace`](crate::trace).
//! - `GOTOP=SOCKET`: how it stands, ten times a second. SOCKET is the path of a Unix socket on which somebody listens:
//!   `gotour top PROGRAM` does, and draws it. Nobody listening is said on stderr, and changes nothing else.
//! - `GOTOP_PARENT=PID` beside it, on Linux: the program was started by that process to be looked at, and is killed when
//!   that process ends, however it ends; when its first runtime begins, if it had ended before and nobody listens.
//!
//! To that socket each runtime of the process makes a connection of its own, and writes a line of JSON at its start, then
//! each 100 ms, and one at its end. Where goroutines are so many that a line takes over 5 ms to make, lines are fewer. Who
//! reads slowly gets fewer, too: the program never waits. While the variable is not set, none of it costs anything.
//!
//! | in a line | |
//! |---|---|
//! | `gotop`, `pid`, `runtime`, `at_ms` | 1, for this form; whose line it is; milliseconds since the first |
//! | `goroutines`, `procs`, `threads` | how many there are: GOMAXPROCS, and the monitor among the threads |
//! | `idle_procs`, `idle_threads`, `searching`, `global`, `timers` | how many: of the threads, asleep and looking for work; goroutines in the global queue; timers that are set |
//! | `ps` | for each P: who holds it (`m`) and runs (`g`), whether somebody is to run next, how long its queue is, how many `timers` it has and in how many milliseconds the first is due (`first_ms`); then, since the start: `ran`, how often a goroutine ran on it; `stolen`, how often it took goroutines from another P; `handed_off`, how often it was taken from a blocking call; `preempted`, how often a goroutine had to give way |
//! | `ms` | for each thread, the monitor apart: what it does (`runs`, `looks`, `call`, `blocked`, `stopped`, `sleeps`, `polls`), with which P and goroutine |
//! | `groups`, `others` | how many goroutines are in which state at which place, the largest 200 groups first; how many are in others. `longest_ms` is how long the first of them has waited. The place of one that runs or could run is the last one known |
//! | `ended` | in the last line: `main returned`, or what a [`Crash`](crate::Crash) was |

use std::panic::Location;

pub use crate::panics::goexit;
pub use crate::snapshot::{GSnapshot, MSnapshot, PSnapshot, SchedSnapshot};
use crate::{cpus, seam, traceback, wait};

/// Gives way: the goroutine goes to the end of the global queue, and others run. Go's `runtime.Gosched`.
///
/// Cost: a switch. It orders nothing: what another goroutine does until this one goes on is a guess.
///
/// # Panics
///
/// Outside of a goroutine.
///
/// ```
/// use goroutines::prelude::*;
///
/// Builder::new().procs(1).run(|| {
///     let ch = chan(1);
///     let out = ch.clone();
///     go!({ out.send(1) });
///     runtime::gosched(); // with one P: the other one runs now
///     assert_eq!(ch.len(), 1);
/// });
/// ```
#[track_caller]
pub fn gosched() {
    wait::gosched();
}

/// Sets how many goroutines run at one time, and gives back the former number; 0 only asks. Go's `runtime.GOMAXPROCS`.
///
/// At most 1,024. It takes effect at once: when it returns, no more goroutines run than that; those that did were made
/// to give way, as if their time were up.
///
/// # Panics
///
/// Outside of a goroutine.
///
/// ```
/// use goroutines::prelude::*;
///
/// Builder::new().procs(2).run(|| {
///     assert_eq!(runtime::gomaxprocs(1), 2);
///     assert_eq!(runtime::gomaxprocs(0), 1);
/// });
/// ```
#[track_caller]
pub fn gomaxprocs(n: usize) -> usize {
    seam::expect_current("gomaxprocs").0.set_procs(n)
}

/// How many CPUs this process may run on, by its affinity. Go's `runtime.NumCPU`.
///
/// A cgroup's quota is no part of it, as in Go: it only bounds the default of GOMAXPROCS.
///
/// ```
/// assert!(goroutines::runtime::num_cpu() >= 1);
/// ```
pub fn num_cpu() -> usize {
    cpus::num_cpu()
}

/// Ties the goroutine to the thread that it runs on: it runs nowhere else, and no other goroutine runs there. Go's
/// `runtime.LockOSThread`.
///
/// Calls nest: it is free again after as many calls of [`unlock_os_thread`]. If it ends before, its thread ends with it,
/// so that nobody meets what it did to that thread (its namespaces, its signal mask, the state of a C library). New
/// threads are not made from it either.
///
/// Each switch of such a goroutine is a switch of threads: some microseconds where others need nanoseconds. As in Go,
/// main is not tied to the process's first thread: here the caller of `run` waits on its thread meanwhile.
///
/// # Panics
///
/// Outside of a goroutine.
///
/// ```
/// use goroutines::prelude::*;
///
/// run(|| {
///     runtime::lock_os_thread();
///     let here = std::thread::current().id();
///     runtime::gosched();
///     assert_eq!(std::thread::current().id(), here);
///     runtime::unlock_os_thread();
/// });
/// ```
#[track_caller]
pub fn lock_os_thread() {
    seam::expect_current("lock_os_thread").1.wire();
}

/// Takes one [`lock_os_thread`] back; without one it does nothing. Go's `runtime.UnlockOSThread`.
///
/// # Panics
///
/// Outside of a goroutine.
///
/// ```
/// use goroutines::prelude::*;
///
/// run(|| {
///     runtime::lock_os_thread();
///     runtime::lock_os_thread();
///     runtime::unlock_os_thread(); // still locked
///     runtime::unlock_os_thread(); // free again
///     runtime::unlock_os_thread(); // does nothing
/// });
/// ```
#[track_caller]
pub fn unlock_os_thread() {
    seam::expect_current("unlock_os_thread").1.unwire();
}

/// Sets how many threads this runtime may have, and gives back the former number; 10,000 at first. Go's
/// `runtime/debug.SetMaxThreads`.
///
/// One more ends the program: `runtime: program exceeds 10000-thread limit` and `fatal error: thread exhaustion`. Threads
/// are many when many goroutines are in blocking calls, or tied to theirs, at one time. The monitor counts as one.
///
/// # Panics
///
/// Outside of a goroutine.
///
/// ```
/// use goroutines::prelude::*;
///
/// run(|| assert_eq!(runtime::set_max_threads(500), 10_000));
/// ```
#[track_caller]
pub fn set_max_threads(n: usize) -> usize {
    seam::expect_current("set_max_threads").0.set_max_threads(n)
}

/// How many goroutines exist, main included. Go's `runtime.NumGoroutine`.
///
/// # Panics
///
/// Outside of a goroutine.
///
/// ```
/// use goroutines::prelude::*;
///
/// run(|| assert_eq!(runtime::num_goroutine(), 1));
/// ```
#[track_caller]
pub fn num_goroutine() -> usize {
    let (s, _) = seam::expect_current("num_goroutine");
    seam::point_free(seam::Op::Look);
    s.count()
}

/// The number of the goroutine that calls; main is 1. Go gives it to nobody, and only has it in its texts: it is for
/// texts here, too.
///
/// # Panics
///
/// Outside of a goroutine.
///
/// ```
/// use goroutines::prelude::*;
///
/// run(|| assert_eq!(runtime::goid(), 1));
/// ```
#[track_caller]
pub fn goid() -> u64 {
    seam::numbered();
    seam::expect_current("goid").1.id()
}

/// Every goroutine as Go prints it in a crash: number, state, why it waits, where, and who made it; the caller first. Go's
/// `runtime.Stack`, for all.
///
/// The place of one that runs, or could run, is the last one known: where it waited, gave way or announced a blocking
/// call, or else the `go` that made it. Go stops everybody and looks; here nobody is stopped.
///
/// # Panics
///
/// Outside of a goroutine.
///
/// ```
/// use goroutines::prelude::*;
///
/// run(|| assert!(runtime::stack_dump().starts_with("goroutine 1 [running]:\n")));
/// ```
#[track_caller]
pub fn stack_dump() -> String {
    let at = traceback::place(Location::caller());
    let (s, g) = seam::expect_current("stack_dump");
    seam::point_free(seam::Op::Look);
    s.dump(g, Some(at))
}

/// The machine at this moment: Ms, Ps with their queues, the global queue, the goroutines and their states. Go has no such
/// function; `GODEBUG=schedtrace` prints much of it.
///
/// Cost: goes through all goroutines and queues, under the scheduler's lock.
///
/// # Panics
///
/// Outside of a goroutine.
///
/// ```
/// use goroutines::prelude::*;
///
/// Builder::new().procs(1).run(|| {
///     go!({});
///     let machine = runtime::snapshot();
///     assert_eq!(machine.ps[0].runnext, Some(2));
///     assert_eq!(machine.goroutines[0].status, "running");
/// });
/// ```
#[track_caller]
pub fn snapshot() -> SchedSnapshot {
    let (s, _) = seam::expect_current("snapshot");
    seam::point_free(seam::Op::Look);
    s.snapshot()
}

/// Runs a blocking call with its P given up for others: Go's `entersyscall` and `exitsyscall`.
///
/// Announcing is cheap, and the P is only taken away once the call has lasted 20 µs or more and somebody could use it.
/// A blocking call that is not announced loses its P too, after 1 to 10 ms. When `f` returns, the goroutine takes an idle P
/// or waits its turn in the global queue.
///
/// # Panics
///
/// Outside of a goroutine.
///
/// ```
/// use goroutines::prelude::*;
///
/// let size = run(|| runtime::syscall(|| std::fs::metadata("Cargo.toml").map(|m| m.len())));
/// assert!(size.unwrap() > 0);
/// ```
#[track_caller]
pub fn syscall<R>(f: impl FnOnce() -> R) -> R {
    /// Also where `f` panics.
    struct End;
    impl Drop for End {
        fn drop(&mut self) {
            if let Some((s, g)) = seam::current() {
                s.end_syscall(g);
            }
        }
    }
    let (_, g) = seam::expect_current("syscall");
    g.set_place(Location::caller());
    seam::point_free(seam::Op::Syscall);
    if let Some((s, _)) = seam::current() {
        s.begin_syscall();
    }
    let _end = End;
    f()
}
