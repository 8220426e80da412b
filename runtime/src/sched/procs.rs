//! GOMAXPROCS while the program runs: more Ps are there at once, and so are fewer.
//!
//! Fewer: the new number is written first, so that no M takes a P beyond it any more, and whoever holds one gives it back
//! at its next look for work (`retire` in `find.rs`). The caller then sees to it that they look: it asks, then stops them
//! as the monitor does, and comes back when no P beyond the number is held. If its own is one, it gives way last.
//!
//! A P below the number is held by one M or is in `idle_ps`, once; a P beyond it is held, or is nobody's and empty. Both
//! stay true because the number, the holders and `idle_ps` are changed under the state's lock: an M that gives a P back
//! or takes one never does half of it.

use std::sync::atomic::Ordering;
use std::time::Duration;

use super::{M, MAX_PROCS, Sched, State};
use crate::lock::LockGuard;
use crate::seam::Scheduler as _;
use crate::trace::What;

/// Between two looks whether they have stopped.
const PAUSE: Duration = Duration::from_micros(50);

impl Sched {
    /// Writes GOMAXPROCS and says what it was; 0 only asks.
    fn set_procs(&'static self, n: usize) -> usize {
        let old = self.resize(&mut self.state.lock(), n);
        if n > old {
            self.wake_one();
        }
        old
    }

    fn resize(&'static self, state: &mut LockGuard<'_, State>, n: usize) -> usize {
        let old = self.procs();
        let n = n.min(MAX_PROCS);
        if n == 0 || n == old {
            return old;
        }
        let pool = self.p(0).local.lock().pool.clone();
        self.tell(None, None, None, What::Procs { n });
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
        self.idle.set_ps(state.idle_ps.len());
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
                self.ask(m, p);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sched::{Config, OnCrash};

    /// A runtime of two Ps without threads, and an M that holds the second one.
    fn two() -> (&'static Sched, &'static M) {
        let sched = Sched::take(&Config {
            procs: 2,
            max_stack: 1 << 16,
            on_crash: OnCrash::HandBack,
            hands_out: false,
            trace: None,
            leaves: None,
        });
        let m = M::take(sched, 0);
        let mut state = sched.state.lock();
        let p = sched.take_own_p(&mut state, 2).expect("both are idle");
        assert_eq!(p.id, 1);
        m.assign(p, false);
        (sched, m)
    }

    fn idle(state: &State) -> Vec<usize> {
        let mut ids: Vec<_> = state.idle_ps.iter().map(|p| p.id).collect();
        ids.sort_unstable();
        ids
    }

    #[test]
    fn a_p_given_back_beyond_the_number_is_idle_once_when_the_number_grows() {
        let (sched, m) = two();
        let mut state = sched.state.lock();
        sched.resize(&mut state, 1);
        // As in `rest`, for an M that began to before the number fell.
        let p = m.drop_p().expect("it holds the second");
        sched.put_idle_p(&mut state, p);
        assert_eq!(idle(&state), [0]);
        sched.resize(&mut state, 2);
        assert_eq!(idle(&state), [0, 1]);
    }

    #[test]
    fn an_m_keeps_its_p_if_the_number_has_grown_again_before_it_retires() {
        let (sched, m) = two();
        sched.resize(&mut sched.state.lock(), 1);
        sched.resize(&mut sched.state.lock(), 2);
        m.retire(m.p().expect("it still holds it"));
        assert_eq!(m.p().map(|p| p.id), Some(1));
        assert_eq!(idle(&sched.state.lock()), [0]);
    }

    #[test]
    fn who_loses_its_p_is_not_asked_any_more() {
        let (sched, m) = two();
        let p = m.p().expect("it holds the second");
        sched.ask(m, p);
        assert!(m.is_asked());
        // As where its thread was stopped: until its goroutine goes on, which may be long, all would look for nothing.
        let state = sched.state.lock();
        m.drop_p();
        drop(state);
        assert!(!m.is_asked());
        // The monitor may have looked before and ask after.
        sched.ask(m, p);
        assert!(!m.is_asked());
    }
}
