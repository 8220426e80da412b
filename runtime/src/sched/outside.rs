//! Who may wake somebody where all goroutines sleep: threads and other runtimes of this process. Only if there is nobody,
//! it is a deadlock.
//!
//! Nobody tells us of them, so an M that is about to report a deadlock looks who is there ([`Threads`], [`Others`]). If it
//! is anybody, the monitor looks again, each 10 ms, until somebody runs or a deadlock may be told:
//!
//! - **A thread that one of our goroutines has made** (`std::thread::spawn`) puts it off for as long as it lives. It is known
//!   by its name: a thread without one of its own has that of the thread that made it, and an M's says of which runtime it
//!   is. Go says nothing of deadlocks at all in a program that has threads of C's.
//! - **Another runtime** may have an end of a channel that somebody waits for here. If the two have met already (one has
//!   woken a goroutine of the other), it puts a deadlock off until it sleeps itself. If not, for [`PATIENCE`] at most: most
//!   runtimes that stand side by side have nothing to do with each other, and one of them may never end. Of several that
//!   all sleep the youngest is told first: the thread that waits for it may be what another one waits for.
//! - **Any other thread** was there before, and may own anything: for [`PATIENCE`] at most, and only while it does something
//!   or sleeps until a moment. One that waits for other threads (in a futex) wakes nobody unless one of those does; the
//!   thread of a test harness waits so.
//!
//! # Rejected
//!
//! - Putting it off while any other thread lives: no test that runs under a harness would ever see a deadlock.
//! - Writing into each channel and lock who has used it: where the other end is only held, nothing is written yet.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::sync::atomic::Ordering;

use super::{M, Sched, State};
use crate::quit;
use crate::seam::{self, Others};
use crate::tid;

/// How long those put a deadlock off who have shown no sign of having to do with it, in nanoseconds.
const PATIENCE: u64 = 1_000_000_000;

/// How long all must have slept, in nanoseconds.
const SETTLED: u64 = 1_000_000;

/// The name of the thread that stops who computes on when main has returned.
pub(super) const LAST: &str = "goroutines";

/// What was found of threads that are not of this runtime.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
struct Threads {
    /// Our goroutines have made one of them.
    ours: bool,
    /// The same, and it waits in `run` for another runtime.
    ours_waiting: bool,
    /// One was not made here, and does something.
    busy: bool,
    /// Those that wait for other threads, and the CPU time that they have used.
    still: Vec<(i32, u64)>,
}

impl Threads {
    /// None of them can wake anybody.
    fn are_still(&self) -> bool {
        !(self.ours || self.ours_waiting || self.busy)
    }
}

impl Sched {
    /// The name of an M's thread.
    pub(super) fn thread_name(&self, m: &M) -> String {
        seam::thread_name(m.id(), self.home.load(Ordering::Relaxed))
    }

    /// Nobody runs here any more: whether it is a deadlock, for sure. If not, the monitor looks again.
    pub(super) fn is_left_alone(&'static self, state: &State) -> bool {
        self.asleep_since.store(self.nanos(), Ordering::Relaxed);
        if self.outside.load(Ordering::Relaxed) {
            // It was so some milliseconds ago, and the monitor looks already.
            return false;
        }
        let crossings = seam::crossings();
        if seam::stands_alone(self.home.load(Ordering::Relaxed)) {
            let threads = self.threads_outside(state, &seam::callers());
            let nobody = threads.are_still() && threads.still.is_empty();
            if nobody && seam::crossings() == crossings {
                return true;
            }
        }
        self.outside.store(true, Ordering::SeqCst);
        self.call_monitor();
        false
    }

    /// The monitor: whether what was no deadlock, because of others, is one now.
    pub(super) fn look_outside(&'static self) {
        if !self.outside.load(Ordering::Relaxed) {
            return;
        }
        let crossings = seam::crossings();
        // Not under our lock: they are asked under theirs.
        let others = seam::others(self.home.load(Ordering::Relaxed));
        let callers = seam::callers();
        let state = self.state.lock();
        if self.is_stopping() || self.first_due().is_some() || !self.deadlocked(&state) {
            self.outside.store(false, Ordering::Relaxed);
            return;
        }
        let threads = self.threads_outside(&state, &callers);
        // One that waits for another runtime goes on when that one ends.
        if threads.ours || threads.ours_waiting {
            return;
        }
        let same = seam::crossings() == crossings;
        let awake = match others {
            Others::None => !same,
            Others::Sleep { youngest } => !(youngest && same),
            Others::Wake => true,
        };
        let since = self.asleep_since.load(Ordering::Relaxed);
        let asleep = self.nanos().saturating_sub(since);
        let met = self.has_met.load(Ordering::Relaxed);
        if (awake && (met || asleep < PATIENCE)) || (threads.busy && asleep < PATIENCE) {
            return;
        }
        // The system's list of threads may leave one out while another one ends.
        if asleep < SETTLED {
            return;
        }
        self.outside.store(false, Ordering::Relaxed);
        self.report_deadlock(state);
    }

    /// Whether nobody of this runtime runs, nor a thread that one of its goroutines made: but for those who wait in `run`
    /// for another runtime.
    pub(super) fn sleeps_beside(&'static self, home: u64) -> bool {
        let callers = seam::callers();
        let state = self.state.lock();
        let ms = state.ms.iter().filter_map(|m| m.stop.thread());
        let waiting = ms.filter(|thread| callers.get(thread) == Some(&true));
        let waiting = waiting.count();
        let begins = state.ms.is_empty();
        !begins
            && self.home.load(Ordering::Relaxed) == home
            && !self.is_stopping()
            && self.first_due().is_none()
            && self.nobody_runs(&state, waiting)
            && !self.threads_outside(&state, &callers).ours
    }

    /// Looks at all threads that are not of this runtime. `callers` are in `run`, and wait there or not.
    ///
    /// Twice, since it looks at one after the other: the first may have been woken by the last before that went to sleep.
    /// But if none of them has used any time from one look to the next, all slept in between.
    fn threads_outside(&self, state: &State, callers: &HashMap<i32, bool>) -> Threads {
        let mut found = self.each_thread_outside(state, callers);
        if found.are_still() {
            found.busy = self.each_thread_outside(state, callers) != found;
        }
        found
    }

    fn each_thread_outside(&self, state: &State, callers: &HashMap<i32, bool>) -> Threads {
        let ms: HashSet<i32> = state.ms.iter().filter_map(|m| m.stop.thread()).collect();
        let home = self.home.load(Ordering::Relaxed);
        let mut found = Threads::default();
        let all = fs::read_dir("/proc/self/task").into_iter().flatten();
        let numbers = all.filter_map(|t| t.ok()?.file_name().to_str()?.parse().ok());
        for thread in numbers.filter(|n| !ms.contains(n)) {
            let called = callers.get(&thread);
            let waits = called == Some(&true);
            // One that has ended meanwhile has no name.
            let name = fs::read_to_string(format!("/proc/self/task/{thread}/comm"));
            let name = name.unwrap_or_default();
            match seam::runtime_of(&name) {
                Some(of) if of == home && waits => found.ours_waiting = true,
                Some(of) if of == home => found.ours = true,
                // That runtime answers for it.
                Some(of) if seam::lives(of) => {}
                _ if waits || [LAST, quit::NAME].contains(&name.trim_end()) => {}
                _ if called.is_none() && waits_for_threads(thread) => {
                    found.still.push((thread, tid::cpu_time(thread)));
                }
                _ => found.busy = true,
            }
        }
        found
    }
}

/// Whether a thread stands in a futex, or is no more.
fn waits_for_threads(number: i32) -> bool {
    let call = fs::read_to_string(format!("/proc/self/task/{number}/syscall"));
    let call = call.unwrap_or_default();
    let call = call.split_whitespace().next();
    call.is_none_or(|call| call.parse() == Ok(libc::SYS_futex))
}
