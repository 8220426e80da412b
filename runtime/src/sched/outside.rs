//! Threads that goroutines have made themselves (`std::thread::spawn`): they may wake somebody, so while one of them lives
//! nothing is a deadlock.
//!
//! Nobody tells us of them. But a thread without a name of its own has the name of the thread that made it, and an M's
//! name says of which runtime it is. So an M that is about to report a deadlock looks whether a thread of that name is
//! none of ours; if there is one the monitor looks again, each 10 ms, until all are gone or somebody runs. Go says nothing
//! of deadlocks at all in a program that has threads of C's.

use std::collections::HashSet;
use std::sync::atomic::Ordering;

use super::{M, Sched, State};

impl Sched {
    /// The name of an M's thread.
    pub(super) fn thread_name(&self, m: &M) -> String {
        format!("M{}/{}", m.id(), self.home.load(Ordering::Relaxed))
    }

    /// Whether a thread lives that a goroutine has made. Everybody sleeps: no M comes or goes.
    pub(super) fn has_threads_outside(&self, state: &State) -> bool {
        let ours: HashSet<i32> = state.ms.iter().filter_map(|m| m.stop.thread()).collect();
        let home = format!("/{}", self.home.load(Ordering::Relaxed));
        let Ok(threads) = std::fs::read_dir("/proc/self/task") else {
            return false;
        };
        threads.flatten().any(|thread| {
            let number = thread.file_name().to_str().and_then(|n| n.parse().ok());
            if number.is_none_or(|n| ours.contains(&n)) {
                return false;
            }
            // One that has ended meanwhile has no name.
            let name = std::fs::read_to_string(thread.path().join("comm")).unwrap_or_default();
            name.starts_with('M') && name.trim_end().ends_with(&home)
        })
    }

    /// The monitor: whether what was no deadlock, because of such threads, is one now.
    pub(super) fn look_outside(&'static self) {
        if !self.outside.load(Ordering::Relaxed) {
            return;
        }
        let state = self.state.lock();
        let asleep = !self.is_stopping() && self.first_due().is_none() && self.deadlocked(&state);
        if asleep && self.has_threads_outside(&state) {
            return;
        }
        self.outside.store(false, Ordering::Relaxed);
        if asleep {
            self.report_deadlock(state);
        }
    }
}
