//! Functions of timers that are due: called between two steps, without a goroutine, as an M does.
//!
//! The state decides and moves the clock, but it is borrowed while it does. So it only collects what is to be called, and
//! decides again once that has been done.

use std::sync::Arc;

use super::engine::Lab;
use super::state::NOBODY;
use super::strategy::Why;
use crate::seam;
use crate::timers::{Fire, Key};

impl Lab {
    /// Who makes the next step, after timers' functions were called where the clock moved.
    #[inline]
    pub(super) fn decide(&self, why: Why) -> Option<u32> {
        loop {
            let mut st = self.state();
            // What is due comes first: a step that is decided before it would be counted, and not made.
            if st.calls.is_empty() {
                let next = st.decide(why);
                if st.calls.is_empty() {
                    return next;
                }
            }
            let calls = std::mem::take(&mut st.calls);
            drop(st);
            self.fire(calls);
        }
    }

    /// Calls the functions of timers that are due, without a goroutine, as an M does.
    #[cold]
    fn fire(&self, calls: Vec<(Arc<dyn Fire>, Key)>) {
        let (s, g) = match seam::current() {
            Some((s, g)) => (Some(s), Some(g)),
            None => (seam::current_scheduler(), None),
        };
        seam::set_current(s, None);
        let (was, now) = {
            let mut st = self.state();
            (std::mem::replace(&mut st.current, NOBODY), st.now)
        };
        for (call, key) in calls {
            call.fire(key, now);
        }
        self.state().current = was;
        seam::set_current(s, g);
    }
}
