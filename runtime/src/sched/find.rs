//! The search for work, and going to sleep without missing any. The argument is at the top of `mod.rs`.

use std::sync::atomic::Ordering;
use std::time::Duration;

use super::idle::Hears;
use super::{M, P, Sched, State};
use crate::goroutine::G;
use crate::lock::LockGuard;
use crate::queue::{CAPACITY, Next, Place};
use crate::timers::{Due, NEVER};
use crate::trace::{Waker, What};

/// After so many goroutines the global queue comes first once.
const GLOBAL_TICK: u32 = 61;
/// Rounds over all other Ps at a time.
const STEAL_ROUNDS: usize = 4;
/// How long a thief waits for who runs next elsewhere to run there. (The system makes some 60 µs of it.)
const NAP: Duration = Duration::from_micros(3);
/// How often it does so before it gives up.
const NAPS: usize = 16;
/// How many of these while nobody runs next anywhere, but somebody runs: new work is likely.
const LINGER: usize = 1;

/// Who sees to the first timer of all while an M sleeps.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[must_use]
enum First {
    /// There is none.
    None,
    /// Another M waits for it, or it is due and whoever holds a P will fire it.
    Others,
    /// This M: it sleeps until then, which is so long.
    Mine { when: u64, wait: Duration },
    /// It is due, and this M has been given a P to fire it with.
    Due,
}

impl M {
    /// The next goroutine, and whether it inherits its predecessor's time slice. Sleeps until there is one; `None` when
    /// the runtime ends.
    #[inline(always)]
    pub(super) fn find_runnable(&'static self) -> Option<(&'static G, bool)> {
        let sched = self.sched();
        loop {
            if sched.is_stopping() {
                return None;
            }
            let Some(p) = self.p() else {
                self.wait_for_p()?;
                continue;
            };
            if p.id >= sched.procs() {
                self.retire(p);
                continue;
            }
            if let Some(found) = self.look_near(p) {
                self.stop_spinning_with_work();
                return Some(found);
            }
            // At most half as many search as work: more would only contend.
            let busy = sched.procs().saturating_sub(sched.idle.ps());
            if self.spinning.load(Ordering::Relaxed) || 2 * sched.idle.spinning() < busy {
                if !self.spinning.swap(true, Ordering::Relaxed) {
                    sched.idle.search();
                }
                if let Some(g) = self.steal(p) {
                    self.stop_spinning_with_work();
                    return Some((g, false));
                }
            }
            self.rest(p)?;
        }
    }

    /// Timers, the local queue, the global one, the netpoller.
    #[inline(always)]
    fn look_near(&'static self, p: &'static P) -> Option<(&'static G, bool)> {
        let sched = self.sched();
        if p.first_timer() != NEVER {
            self.fire(p, p);
        }
        if p.tick.load(Ordering::Relaxed).is_multiple_of(GLOBAL_TICK)
            && let Some(g) = sched.global_get(p, 1)
        {
            return Some((g, false));
        }
        if let Some(found) = p.queue.get() {
            return Some(found);
        }
        sched
            .global_get(p, CAPACITY as usize / 2)
            .or_else(|| self.poll_near(p))
            .map(|g| (g, false))
    }

    /// Fires the timers of `from` that are due; whom they make runnable goes into the queue of `mine`.
    fn fire(&'static self, from: &'static P, mine: &'static P) -> bool {
        debug_assert!(self.p().is_some_and(|p| std::ptr::eq(p, mine)));
        let now = self.sched().nanos();
        let mut any = false;
        while let Some(due) = from.timers.pop_due(now) {
            any = true;
            match due {
                Due::Wake(g) => {
                    self.sched().tell_unblocked(&[g], Some(self), Waker::Timer);
                    if g.wake() {
                        // As Go's `goroutineReady`: who is woken last runs first.
                        self.queue(g, Place::Next);
                    }
                }
                Due::Call(call, key) => call.fire(key, now),
            }
        }
        any
    }

    /// Takes half of somebody's queue, or fires somebody's timers, or takes who runs next somewhere.
    ///
    /// `runnext` comes last and with patience: who stands there was made ready by the goroutine that runs there, which
    /// most likely waits in a moment, and then it runs there at once, with warm caches. Taken too early, two goroutines
    /// that talk to each other would be torn apart at each word. So a thief that sees nothing else naps, and takes it if
    /// it is still the same one that nobody has run meanwhile. While it naps it counts as searching: nobody wakes another
    /// thread for what is new, which is most of the gain, since a wake-up costs more than hundreds of switches.
    fn steal(&'static self, mine: &'static P) -> Option<&'static G> {
        let sched = self.sched();
        if sched.procs() == 1 {
            return self.steal_timers(mine);
        }
        let mut seen: Option<(&P, Next)> = None;
        for nap in 0..NAPS {
            if let Some(g) = self.steal_ring(mine) {
                return Some(g);
            }
            if let Some(g) = self.steal_timers(mine) {
                return Some(g);
            }
            if let Some((from, next)) = seen.take()
                && let Some(g) = from.queue.steal_next(&next)
            {
                mine.stolen.fetch_add(1, Ordering::Relaxed);
                self.tell_stolen(from, mine, &[g]);
                return Some(g);
            }
            seen = sched
                .all_ps()
                .filter(|p| !std::ptr::eq(*p, mine))
                .find_map(|p| Some((p, p.queue.next()?)));
            let worth_it = seen.is_some() || nap < LINGER && sched.somebody_runs(mine);
            if !worth_it || sched.is_stopping() || sched.global_len.load(Ordering::Relaxed) > 0 {
                return None;
            }
            self.sleep(Some(NAP));
        }
        None
    }

    /// Half of a ring that is not empty.
    fn steal_ring(&'static self, mine: &'static P) -> Option<&'static G> {
        let sched = self.sched();
        let n = sched.procs();
        for _ in 0..STEAL_ROUNDS {
            // Every P once, from a random one on, in steps that have no divisor in common with their number.
            let (start, step) = (fastrand::usize(..n), coprime(n));
            for i in 0..n {
                let from = sched.p((start + i * step) % n);
                if std::ptr::eq(from, mine) {
                    continue;
                }
                let stolen = match self.told.tape() {
                    None => from.queue.steal_into(&mine.queue),
                    Some(_) => {
                        let told = |all: &[&'static G]| self.tell_stolen(from, mine, all);
                        from.queue.steal_telling(&mine.queue, Some(&told))
                    }
                };
                if stolen.is_some() {
                    mine.stolen.fetch_add(1, Ordering::Relaxed);
                    return stolen;
                }
            }
        }
        None
    }

    /// Tells of those that were stolen, of whom the last one runs first.
    fn tell_stolen(&'static self, from: &P, mine: &P, all: &[&'static G]) {
        if let [others @ .., g] = all {
            self.tell(|| What::Steal {
                from: from.id,
                n: all.len(),
                g: g.id(),
            });
            self.sched().tell_moved(others, Some(self), Some(mine));
        }
    }

    /// Timers of others that are due.
    fn steal_timers(&'static self, mine: &'static P) -> Option<&'static G> {
        let sched = self.sched();
        let mut now = 0;
        for from in sched.ps_ever() {
            let first = from.first_timer();
            if first == NEVER {
                continue;
            }
            if now == 0 {
                now = sched.nanos();
            }
            if first <= now
                && self.fire(from, mine)
                && let Some((g, _)) = mine.queue.get()
            {
                return Some(g);
            }
        }
        None
    }

    /// A spinning M that has found work stops spinning, and lets another one search: there may be more.
    #[inline]
    fn stop_spinning_with_work(&'static self) {
        if self.spinning.swap(false, Ordering::Relaxed) {
            let sched = self.sched();
            if sched.idle.found() {
                sched.wake_one();
            }
        }
    }

    /// Gives the P back, looks once more, and sleeps. Comes back when there may be work; `None` when the runtime ends.
    #[inline(never)]
    fn rest(&'static self, p: &'static P) -> Option<()> {
        let sched = self.sched();
        let mut state = sched.state.lock();
        if sched.is_stopping() {
            return None;
        }
        if !state.global.is_empty() {
            return Some(());
        }
        self.drop_p();
        sched.put_idle_p(&mut state, p);
        drop(state);
        if self.spinning.swap(false, Ordering::Relaxed) {
            sched.idle.give_up();
            let work = sched.global_len.load(Ordering::Acquire) > 0
                || sched.ps_ever().any(|p| !p.queue.is_empty());
            if work {
                let mut state = sched.state.lock();
                if let Some(p) = sched.take_idle_p(&mut state) {
                    sched.idle.search();
                    self.assign(p, true);
                    return Some(());
                }
            }
        }
        self.wait_for_p()
    }

    /// GOMAXPROCS became smaller than this P's number: what it has goes to the global queue.
    pub(super) fn retire(&'static self, p: &'static P) {
        let sched = self.sched();
        let mut state = sched.state.lock();
        if p.id < sched.procs() {
            // It has grown again: the P stays where it is, since nobody else was given it.
            return;
        }
        let rest: Vec<&'static G> = std::iter::from_fn(|| Some(p.queue.get()?.0)).collect();
        sched.tell_moved(&rest, Some(self), None);
        sched.global_extend_locked(&mut state, rest);
        self.drop_p();
        drop(state);
        if self.spinning.swap(false, Ordering::Relaxed) {
            sched.idle.give_up();
        }
        sched.wake_one();
    }

    /// Sleeps until somebody hands it a P, or until the first timer is due and a P is idle.
    fn wait_for_p(&'static self) -> Option<()> {
        let sched = self.sched();
        loop {
            let mut state = sched.state.lock();
            if sched.is_stopping() {
                return None;
            }
            // Work and a free P: a goroutine came from outside, or was left behind by a P that retired.
            if !state.global.is_empty()
                && let Some(p) = sched.take_idle_p(&mut state)
            {
                self.assign(p, false);
                return Some(());
            }
            let first = self.see_to_first(&mut state);
            let (until, wait) = match first {
                First::Due => return Some(()),
                First::Mine { when, wait } => (Some(when), Some(wait)),
                First::None | First::Others => (None, None),
            };
            let polls = state.netpoller.is_none() && sched.netpoll.has_waiters();
            if polls {
                state.netpoller = Some(self);
                state.idle_ms.insert(0, self);
            } else {
                state.idle_ms.push(self);
            }
            sched.tell_asleep(self, polls, until);
            let all_sleep = first == First::None && sched.deadlocked(&state);
            if all_sleep && sched.is_left_alone(&state) {
                sched.report_deadlock(state);
                return None;
            }
            drop(state);
            let ready = if polls {
                self.sleep_polling(wait)
            } else {
                self.sleep(wait);
                Vec::new()
            };
            self.rise(ready)?;
            if self.p().is_some() {
                // The monitor may have slept as well.
                sched.coarse.store(sched.nanos(), Ordering::Relaxed);
                return Some(());
            }
        }
    }

    /// Before this M sleeps: sees to it that somebody wakes for the first timer of all, or for the first deadline that a
    /// goroutine waits for with a descriptor. Why none is slept through: [`Sched::timer_was_set`].
    fn see_to_first(&'static self, state: &mut LockGuard<'_, State>) -> First {
        let sched = self.sched();
        loop {
            // Anew each time: whoever set a timer may have seen how this M was about to sleep, and left it to that.
            sched.idle.before_timers();
            let Some(when) = sched.first_due() else {
                return First::None;
            };
            if state.sleeper.is_some() && !sched.sleeps_too_long(when) {
                return First::Others;
            }
            let now = sched.nanos();
            if when <= now {
                let Some(p) = sched.take_idle_p(state) else {
                    // Every P is busy; whoever holds one fires the timer at its next look for work.
                    return First::Others;
                };
                self.assign(p, false);
                return First::Due;
            }
            // In another's place, if that one would wake later: it wakes for nothing then.
            state.sleeper = Some(self);
            sched.idle.sleep_until(when);
            if sched.first_due().is_none_or(|first| first >= when) {
                let wait = Duration::from_nanos(when - now);
                return First::Mine { when, wait };
            }
            // An earlier one was set since.
            state.sleeper = None;
            sched.idle.wakes();
        }
    }

    /// This M is awake, called or not: it is no idle one any more. Who is ready from the netpoller is queued, on a P of this
    /// M's if there is one to be had. `None` when the runtime ends.
    fn rise(&'static self, mut ready: Vec<&'static G>) -> Option<()> {
        let sched = self.sched();
        let mut state = sched.state.lock();
        if state.netpoller.is_some_and(|m| std::ptr::eq(m, self)) {
            state.netpoller = None;
        }
        if state.sleeper.is_some_and(|m| std::ptr::eq(m, self)) {
            state.sleeper = None;
            sched.idle.wakes();
        }
        state.idle_ms.retain(|m| !std::ptr::eq(*m, self));
        sched.tell_awake(self);
        if sched.is_stopping() {
            return None;
        }
        if ready.is_empty() {
            return Some(());
        }
        if self.p().is_none() {
            match sched.take_idle_p(&mut state) {
                Some(p) => self.assign(p, false),
                // Every P is busy: whoever holds one takes them from there.
                None => {
                    sched.tell_moved(&ready, Some(self), None);
                    sched.global_extend_locked(&mut state, ready.drain(..));
                }
            }
        }
        drop(state);
        if let Some(p) = self.p() {
            sched.tell_moved(&ready, Some(self), Some(p));
            sched.queue_all(p, ready);
        }
        Some(())
    }
}

impl Sched {
    /// Whether a P beside `mine` is held by somebody.
    fn somebody_runs(&'static self, mine: &P) -> bool {
        self.all_ps()
            .any(|p| p.id != mine.id && p.holder().is_some())
    }

    /// When the first timer of all is due.
    pub(super) fn first_timer(&'static self) -> Option<u64> {
        let first = self.ps_ever().map(P::first_timer).min()?;
        (first != NEVER).then_some(first)
    }

    /// Whether the M that waits for timers waits for a later one than is due at `when`.
    fn sleeps_too_long(&self, when: u64) -> bool {
        let until = self.idle.until();
        until == 0 || when < until
    }

    /// A timer was set: if the M that waits for timers would wake too late, or if there is none, somebody must look.
    ///
    /// No timer is slept through. Who sets one (a) writes the heap's first moment, (b) full fence, (c) reads
    /// `sleep_until` and then, in `wake_one`, the idle Ps and the spinners. Who goes to sleep (a) writes that its P is
    /// idle, that it does not spin, or `sleep_until`, (b) full fence, (c) reads the first moments of all heaps. One fence
    /// comes first: either the setter sees who sleeps and calls, or the sleeper sees the timer. An M that is called or
    /// started in vain looks again before it sleeps, and takes the sleeper's place if that one would wake too late.
    pub(super) fn timer_was_set(&'static self, when: u64) {
        match self.idle.hears(when) {
            Hears::Anybody => self.wake_one(),
            Hears::Sleeper => {
                let state = self.state.lock();
                if let Some(m) = state.sleeper {
                    drop(state);
                    m.call();
                }
            }
            Hears::Nobody => {}
        }
    }

    /// Whether nothing can ever run again, given that no timer is set: every M sleeps, every queue is empty, and nobody
    /// waits for a descriptor.
    pub(super) fn deadlocked(&'static self, state: &State) -> bool {
        self.nobody_runs(state, 0)
    }

    /// The same, but that `waiting` Ms wait for other runtimes.
    pub(super) fn nobody_runs(&'static self, state: &State, waiting: usize) -> bool {
        state.unsettled == 0
            && state.idle_ms.len() + state.locked_ms.len() + waiting == state.ms.len()
            && state.global.is_empty()
            && !self.netpoll.has_waiters()
            && self.ps_ever().all(|p| p.queue.is_empty())
    }
}

/// A step with which every one of `n` places is reached: a random number that has no divisor in common with `n`.
fn coprime(n: usize) -> usize {
    fn gcd(a: usize, b: usize) -> usize {
        if b == 0 { a } else { gcd(b, a % b) }
    }
    loop {
        let step = fastrand::usize(1..=n);
        if gcd(step, n) == 1 {
            return step;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_coprime_step_reaches_every_place() {
        for n in 1..=64 {
            let step = coprime(n);
            let mut seen = vec![false; n];
            for i in 0..n {
                seen[(i * step) % n] = true;
            }
            assert!(seen.into_iter().all(|s| s), "{n} {step}");
        }
    }
}
