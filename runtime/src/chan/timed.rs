//! The channel of a timer: what a tick does to it, and when its timer is in a heap.
//!
//! After Go 1.23. A tick waits in a buffer that nobody sees: `len` and `cap` are 0. The clock is looked at when the
//! channel is: a receive first asks whether a tick is due, and takes it. So the timer need not be in any heap, *except
//! while a goroutine waits on the channel*: then it must be woken. Hence what nobody refers to is freed at once, however
//! long its time; and a deadlock is told although a timer runs on whose channel nobody waits.
//!
//! Everything is under the channel's lock. `when` is the truth; `key` stands for an entry in a heap that was made when
//! the first goroutine began to wait, and is taken out when the last one left, or the timer is stopped or set anew. A
//! tick that is due but was not taken disappears when the timer is stopped or set anew: so nothing stale is received.

use std::collections::VecDeque;
use std::sync::{Arc, Weak};
use std::time::Instant;

use super::{CAN_RECEIVE, Hchan, Parcel, RecvChan, State, TICK};
use crate::seam::{self, Op};
use crate::timers::{Fire, Key, NEVER};
use crate::wait::Woken;

/// What the channel of a timer has beside other channels.
pub(super) struct Timed<T> {
    /// When the next tick is due; 0 for never.
    when: u64,
    /// How long after it the next one is due; 0 for a single one.
    period: u64,
    make: fn(Instant) -> T,
    key: Option<Key>,
    me: Weak<dyn Fire>,
}

impl<T> Timed<T> {
    /// The tick that is due at `now`, if one is. The next one is set: those in between are left out.
    fn due(&mut self, now: u64) -> Option<u64> {
        let when = self.when;
        if when == 0 || when > now {
            return None;
        }
        self.when = match self.period {
            0 => 0,
            p => match when.saturating_add(p.saturating_mul(1 + (now - when) / p)) {
                NEVER => 0,
                next => next,
            },
        };
        Some(when)
    }

    fn disarm(&mut self) {
        if let Some(key) = self.key.take() {
            key.remove();
        }
    }

    fn arm(&mut self) {
        self.disarm();
        if self.when != 0
            && let Some(me) = self.me.upgrade()
        {
            self.key = seam::call_at(self.when, me);
        }
    }
}

impl<T> State<T> {
    /// Before a receive: a tick that is due arrives.
    #[inline]
    pub(super) fn look(&mut self) {
        if self.timed.is_some() {
            self.look_at_clock();
        }
    }

    #[cold]
    fn look_at_clock(&mut self) {
        let Some(timed) = &mut self.timed else { return };
        if timed.when == 0 {
            return;
        }
        match timed.due(seam::clock()) {
            Some(when) if self.buf.is_empty() => {
                self.buf.push_back((timed.make)(seam::instant(when)));
            }
            Some(_) => {}
            // Who waits sets a timer; of who only looks it is known that it would like to have it.
            None => seam::asks_for(timed.when),
        }
    }

    /// Before a goroutine waits to receive.
    #[inline]
    pub(super) fn will_wait(&mut self) {
        if self.timed.is_some() {
            self.arm();
        }
    }

    #[cold]
    fn arm(&mut self) {
        // If others wait already, it is there.
        if let Some(timed) = &mut self.timed
            && self.recvq.is_empty()
        {
            timed.arm();
        }
    }

    /// After a goroutine has stopped waiting to receive without having been woken from here.
    #[inline]
    pub(super) fn has_left(&mut self) {
        if let Some(timed) = &mut self.timed
            && self.recvq.is_empty()
        {
            timed.disarm();
        }
    }

    fn tick(&mut self, key: Key, now: u64) -> Option<Woken<Parcel<T>>> {
        let timed = self.timed.as_mut()?;
        if timed.key != Some(key) {
            return None;
        }
        timed.key = None;
        let mut woken = None;
        if let Some(when) = timed.due(now) {
            let tick = (timed.make)(seam::instant(when));
            woken = self.next_receiver();
            match &mut woken {
                Some(receiver) => *receiver.elem() = Some(tick),
                None if self.buf.is_empty() => self.buf.push_back(tick),
                None => {}
            }
        }
        if !self.recvq.is_empty()
            && let Some(timed) = &mut self.timed
        {
            timed.arm();
        }
        woken
    }
}

impl<T: Send + 'static> Fire for Hchan<T> {
    fn fire(self: Arc<Self>, key: Key, now: u64) {
        let woken = self.state.lock().tick(key, now);
        if let Some(woken) = woken {
            woken.ready();
        }
    }
}

/// The channel of a timer, for the timer.
pub(crate) struct TimedChan<T>(Arc<Hchan<T>>);

impl<T: Send + 'static> TimedChan<T> {
    /// A channel on which nothing arrives until it is `set`. `make` makes a tick's value of the moment it was due.
    #[track_caller]
    pub(crate) fn new(make: fn(Instant) -> T) -> TimedChan<T> {
        let c = Arc::new_cyclic(|me: &Weak<Hchan<T>>| {
            let mut c = Hchan::new(0, VecDeque::new());
            *c.can.get_mut() = CAN_RECEIVE;
            c.state.get_mut().timed = Some(Box::new(Timed {
                when: 0,
                period: 0,
                make,
                key: None,
                me: me.clone(),
            }));
            c
        });
        seam::made(&c.tag, "timer's chan", 0);
        TimedChan(c)
    }

    pub(crate) fn receiver(&self) -> RecvChan<T> {
        RecvChan(Some(self.0.clone()))
    }

    /// The first tick at `when`, and then one each `period` if that is not 0. Says whether a tick was to come before, or
    /// has come that nobody has taken: it is gone.
    #[track_caller]
    pub(crate) fn set(&self, when: u64, period: u64) -> bool {
        seam::point(Op::Timer, &self.0.tag);
        seam::release(&self.0.tag, TICK);
        self.change(when, period)
    }

    /// No tick any more; answers as `set`.
    #[track_caller]
    pub(crate) fn stop(&self) -> bool {
        seam::point(Op::Timer, &self.0.tag);
        self.change(0, 0)
    }

    fn change(&self, when: u64, period: u64) -> bool {
        let mut guard = self.0.state.lock();
        let state = &mut *guard;
        let Some(timed) = &mut state.timed else {
            unreachable!("made with a timer");
        };
        let stale = state.buf.pop_front();
        let pending = timed.when != 0 || stale.is_some();
        timed.disarm();
        (timed.when, timed.period) = (when.min(NEVER - 1), period);
        if !state.recvq.is_empty() {
            timed.arm();
        }
        drop(guard);
        drop(stale);
        pending
    }
}
