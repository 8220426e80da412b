//! GOMAXPROCS while the program runs: more Ps are there at once, and so are fewer.
//!
//! Fewer: the new number is written first, so that no M takes a P beyond it any more, and whoever holds one gives it back
//! at its next look for work (`retire` in `find.rs`). The caller then sees to it that they look: it asks, then stops them
//! as the monitor does, and comes back when no P beyond the number is held. If its own is one, it gives way last.

use std::sync::atomic::Ordering;
use std::time::Duration;

use super::{M, MAX_PROCS, Sched};
use crate::seam::Scheduler as _;

/// Between two looks whether they have stopped.
const PAUSE: Duration = Duration::from_micros(50);

impl Sched {
    /// Writes GOMAXPROCS and says what it was; 0 only asks.
    fn set_procs(&'static self, n: usize) -> usize {
        let mut state = self.state.lock();
        let old = self.procs();
        let n = n.min(MAX_PROCS);
        if n == 0 || n == old {
            return old;
        }
        let pool = self.p(0).local.lock().pool.clone();
        self.procs.store(n, Ordering::Release);
        for i in old..n {
            let p = self.p(i);
            p.local.lock().pool.clone_from(&pool);
            // One that is still held comes to be idle when its holder looks for work.
            if p.holder().is_none() {
                state.idle_ps.push(p);
            }
        }
        state.idle_ps.retain(|p| p.id < n);
        self.idle_p_count
            .store(state.idle_ps.len(), Ordering::Release);
        drop(state);
        if n > old {
            self.wake_one();
        }
        old
    }

    /// Makes the goroutines give way that run on Ps beyond the number; `false` when there are none, `me` apart.
    fn press(&'static self, me: &'static M, insist: bool) -> bool {
        self.collect_parked();
        let mut any = false;
        let n = self.procs();
        for p in self.ps_ever().skip(n) {
            let Some(m) = p.holder().filter(|m| !std::ptr::eq(*m, me)) else {
                continue;
            };
            any = true;
            if m.running().is_none() {
                // It is about to look for work.
            } else if m.in_syscall() || (insist && m.stop.sleeps()) {
                self.take_from_blocked(m, p);
            } else if insist {
                m.stop.want();
            } else {
                m.ask();
            }
        }
        any
    }
}

impl M {
    /// See [`crate::runtime::gomaxprocs`]. Called by the goroutine that this M runs.
    pub(super) fn change_procs(&'static self, n: usize) -> usize {
        let sched = self.sched();
        let critical = self.enter();
        let old = sched.set_procs(n);
        drop(critical);
        if n == 0 || n >= old {
            return old;
        }
        let mut insist = false;
        loop {
            // Between two looks its own P may be taken: somebody else may be changing the number too.
            let critical = self.enter();
            let pressing = !sched.is_stopping() && sched.press(self, insist);
            drop(critical);
            if !pressing {
                break;
            }
            std::thread::sleep(PAUSE);
            insist = true;
        }
        if self.p().is_some_and(|p| p.id >= sched.procs())
            && let Some(g) = self.running()
        {
            self.ask();
            self.poll(g);
        }
        old
    }
}
