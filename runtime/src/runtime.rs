//! Go's package `runtime`: yielding, ending, GOMAXPROCS, and looks at the machine.

use std::panic::Location;

pub use crate::panics::goexit;
pub use crate::snapshot::{GSnapshot, MSnapshot, PSnapshot, SchedSnapshot};
use crate::{run, seam, traceback, wait};

/// Gives way: the goroutine goes to the end of the global queue and others run. Nothing else waits for it.
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

/// Sets how many goroutines run at one time, and gives back the former number; 0 only asks.
///
/// At most 1,024. Ps that become too many give way at the next switch of their goroutine.
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

/// The CPUs that this process may use (affinity and cgroup limits included).
///
/// ```
/// assert!(goroutines::runtime::num_cpu() >= 1);
/// ```
pub fn num_cpu() -> usize {
    run::num_cpu()
}

/// How many goroutines exist, main included.
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
    seam::expect_current("num_goroutine").0.count()
}

/// The number of the goroutine that calls; main is 1. Go keeps it for its texts; so should you.
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
    seam::expect_current("goid").1.id()
}

/// Every goroutine as Go prints it in a crash: number, state, why it waits, where, and who made it; the caller first.
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
    s.dump(g, Some(at))
}

/// The machine at this moment: Ms, Ps with their queues, the global queue, the goroutines and their states.
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
    seam::expect_current("snapshot").0.snapshot()
}

/// Runs a blocking call with its P given up for others: Go's `entersyscall` and `exitsyscall`.
///
/// Announcing is cheap, and the P is only taken away once the call has lasted 20 µs or more and somebody could use it.
/// A blocking call that is not announced loses its P too, after 10 ms. When `f` returns, the goroutine takes an idle P
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
            if let Some((s, _)) = seam::current() {
                s.end_syscall();
            }
        }
    }
    seam::expect_current("syscall");
    seam::point_free(seam::Op::Syscall);
    if let Some((s, _)) = seam::current() {
        s.begin_syscall();
    }
    let _end = End;
    f()
}
