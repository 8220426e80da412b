//! The decisions where every interleaving is visited, and the footprints that steps leave for that.

use super::footprint::{How, Touch};
use super::plan::CLOCK;
use super::record::{Holding, What};
use super::state::{NOBODY, NOW, OUTPUT, Pending, State, TIMERS, Verdict};
use super::strategy::{self, Driver, Why};
use crate::goroutine::WaitReason;
use crate::seam::{Hold, Op};
use crate::timers::NEVER;

impl State {
    /// Who makes the next step, as in `decide`.
    pub(super) fn visit(&mut self, why: Why) -> Option<u32> {
        loop {
            if !self.calls.is_empty() {
                return None;
            }
            let timers = self.times();
            // Who polls has the clock move to moments that no timer is set for.
            if self.idle.asked_for() != NEVER {
                self.opaque();
            }
            let timer = timers.0 != NEVER && (self.runnable.is_empty() || self.may_move());
            self.find_those_who_can();
            if self.can.is_empty() && !timer {
                match self.runnable.first() {
                    Some(&who) => self.can.push(who),
                    None => {
                        self.quiet();
                        return None;
                    }
                }
            }
            if timer {
                self.can.push(CLOCK);
            }
            let usual = strategy::usual(&self.runnable, self.current, why);
            let Driver::Every(every) = &mut self.driver else {
                unreachable!("only `Every` is shown footprints");
            };
            every.step_made(&mut self.print);
            if self.steps >= self.max_steps {
                every.gave_up = true;
                self.too_long();
                return None;
            }
            let who = every.next(&self.can, &self.stopped, usual);
            if who == NOBODY {
                self.verdict = Some(Verdict::Passed);
                return None;
            }
            self.fresh.clear();
            self.known = self.object_count();
            let others = self.runnable.len() > 1;
            if who == CLOCK {
                // Where nobody can run the clock moves by itself, and no turn says so.
                if !self.runnable.is_empty() {
                    self.steps += 1;
                    self.recorded.turn(CLOCK, self.current, why, usual, others);
                }
                self.print.touch(TIMERS, How::Write);
                self.print.touch(NOW, How::Write);
                self.move_clock();
                continue;
            }
            self.steps += 1;
            self.recorded.turn(who, self.current, why, usual, others);
            self.step(who);
            return Some(who);
        }
    }

    /// The first timer, and how many there are; the step that is over touched them if there are others now. A timer that
    /// was set could have been set before or after another one, whichever is due first.
    fn times(&mut self) -> (u64, usize) {
        let timers = (self.timers.first(), self.timers.len());
        let set = std::mem::take(&mut self.timers_set);
        // Who takes one out asks nobody.
        if set > 0 && timers.1 == self.timed.1 + set {
            self.print.touch(TIMERS, How::Adds);
        } else if set > 0 || timers != self.timed {
            self.print.touch(TIMERS, How::Write);
        }
        self.timed = timers;
        timers
    }

    /// The schedule is over.
    pub(super) fn visited(&mut self) {
        if !self.tracing {
            return;
        }
        self.times();
        let crashed = matches!(
            self.verdict,
            Some(Verdict::Panic { .. } | Verdict::Fatal { .. })
        );
        if let Driver::Every(every) = &mut self.driver {
            every.over(&mut self.print, crashed);
        }
    }

    /// Something was done whose place among the steps of others cannot be known.
    pub(super) fn opaque(&mut self) {
        if let Driver::Every(every) = &mut self.driver {
            every.gave_up = true;
        }
    }

    /// See [`Every::numbers`](super::every::Every::numbers).
    pub(super) fn numbers(&mut self, asked: bool) {
        if let Driver::Every(every) = &mut self.driver {
            every.numbers(asked);
        }
    }

    /// How an object stands is told in words, in the middle of a step; `None`: in words that say who waits for it.
    pub(super) fn shown(&mut self, object: Option<u32>) {
        let Some(object) = object else {
            self.opaque();
            return;
        };
        let unknown = self.objects[object as usize].made.kind.is_empty();
        self.print.unnamed |= object >= self.known && unknown;
        self.print.touch(object, How::Read);
    }

    fn plain(&self) -> bool {
        matches!(&self.driver, Driver::Every(every) if every.plain)
    }

    /// Those who can run and would not wait for a lock or a group.
    fn find_those_who_can(&mut self) {
        self.can.clear();
        self.stopped.clear();
        let plain = self.plain();
        for &who in &self.runnable {
            let slot = &self.slots[who as usize - 1];
            let (object, how) = match slot.pending.what {
                What::Does(Op::Lock) => (slot.pending.object, How::Locks),
                What::Does(Op::RLock) => (slot.pending.object, How::Shares),
                What::Does(Op::Wait) if !plain => (slot.pending.object, How::Passes),
                What::Wakes if slot.g.wait_reason() == WaitReason::Mutex => {
                    (slot.last.object, How::Locks)
                }
                _ => {
                    self.can.push(who);
                    continue;
                }
            };
            let o = &self.objects[object as usize];
            if o.shut && (o.lock || how == How::Passes) {
                self.stopped.push((who, Touch { object, how, n: 0 }));
            } else {
                self.can.push(who);
            }
        }
    }

    /// The step that was just chosen begins: what is known of it by its operation.
    pub(super) fn begins(&mut self, pending: Pending) {
        let object = pending.object;
        let what = match pending.what {
            What::Does(op) => op,
            What::Wakes => {
                let slot = &self.slots[self.current as usize - 1];
                let object = slot.last.object;
                match slot.g.wait_reason() {
                    // It competes, and is seen to hold or to wait.
                    WaitReason::Mutex if self.objects[object as usize].lock => {}
                    // What it waited for was given to it.
                    WaitReason::RWMutexWrite
                    | WaitReason::ChanSend
                    | WaitReason::ChanReceive
                    | WaitReason::Select
                    | WaitReason::Sleep => {}
                    // It looks whether the group has been raised since.
                    WaitReason::WaitGroup => self.print.touch(object, How::Read),
                    _ if object != 0 => self.print.touch(object, How::Write),
                    _ => self.print.everything = true,
                }
                return;
            }
            What::Begins | What::Clock => return,
        };
        let how = match what {
            Op::Get | Op::AtomicLoad | Op::Len | Op::TryLock | Op::Err => How::Read,
            Op::Done => How::Adds,
            // Who gives back what it has never finds that there is nothing to be given back.
            Op::RUnlock if self.reads_in(object) => How::Adds,
            Op::Wait if !self.plain() => How::Passes,
            // What that comes to depends on who waits in the lock's queues.
            Op::Unlock | Op::RUnlock if self.is_misused(object, what) => {
                self.opaque();
                return;
            }
            Op::Unlock if self.objects[object as usize].lock => How::Unlocks,
            Op::Add if self.objects[object as usize].shut => How::Raises,
            Op::Add => How::Sets,
            Op::Print => {
                self.print.touch(OUTPUT, How::Write);
                return;
            }
            // Their objects are named by hooks of their own, if there are any.
            Op::Go | Op::Gosched | Op::Sleep | Op::Now | Op::Select | Op::Lock | Op::RLock => {
                return;
            }
            Op::Stop | Op::Syscall => {
                self.print.everything = true;
                return;
            }
            // A stop that comes too late would have come in time before the clock.
            Op::Timer => {
                self.print.touch(NOW, How::Read);
                How::Write
            }
            // What else it reaches, the system knows.
            Op::Io => {
                self.opaque();
                return;
            }
            _ => How::Write,
        };
        if object != 0 {
            self.print.touch(object, how);
        }
    }

    /// Whether somebody gives back, in this way, an RWMutex that nobody has so, and that a writer has or waits for.
    fn is_misused(&self, object: u32, op: Op) -> bool {
        let o = &self.objects[object as usize];
        let shared = op == Op::RUnlock;
        let has = |h: &Holding| h.object == object && h.shared == shared;
        o.lock && o.shut && !self.holdings.iter().any(has)
    }

    /// Whether the goroutine that runs has this lock for reading.
    fn reads_in(&self, object: u32) -> bool {
        self.holdings
            .iter()
            .any(|h| h.object == object && h.who == self.current && h.shared)
    }

    /// A hook of the present step named an object.
    pub(super) fn touch(&mut self, object: u32, how: How) {
        if !self.tracing {
            return;
        }
        if object < NOW {
            if self.current != NOBODY {
                // Its own object is known by the operation.
                let last = self.slots[self.current as usize - 1].last;
                if last.object == object && matches!(last.what, What::Does(op) if op != Op::Lock) {
                    return;
                }
            }
            let o = &self.objects[object as usize];
            if o.lock {
                return;
            }
            if object >= self.known && o.made.kind.is_empty() {
                self.print.unnamed = true;
            }
        }
        self.print.touch(object, how);
    }

    /// A lock changes hands.
    pub(super) fn holds(&mut self, object: u32, how: Hold) {
        let slot = &self.slots[self.current as usize - 1];
        let last = slot.last.what;
        let woken = matches!(slot.pending.what, What::Wakes);
        let o = &mut self.objects[object as usize];
        match how {
            // A `Once`, and who comes to it waits until it has run.
            Hold::Exclusive if matches!(last, What::Does(Op::Once)) => {
                self.print.touch(object, How::Write);
            }
            // It was given to a writer that waited for readers, when the last of them left.
            Hold::Exclusive if woken => {}
            Hold::Mutex | Hold::Exclusive => {
                o.lock = true;
                o.shut = true;
                let tried = matches!(last, What::Does(Op::TryLock));
                let how = if tried { How::Takes } else { How::Locks };
                self.print.touch(object, how);
            }
            Hold::MutexReleased | Hold::Released => o.shut = false,
            Hold::Shared if matches!(last, What::Does(Op::RLock)) => {
                o.lock = true;
                self.print.touch(object, How::Shares);
            }
            Hold::Shared | Hold::SharedReleased => {}
        }
    }

    /// The counter of a WaitGroup stands at `left` now.
    pub(super) fn counts_to(&mut self, object: u32, left: u32) {
        let plain = self.plain();
        let o = &mut self.objects[object as usize];
        let before = std::mem::replace(&mut o.count, left);
        o.shut = left > 0;
        let of = |t: &&mut Touch| t.object == object && t.how != How::Passes;
        let Some(t) = self.print.touches.iter_mut().find(of) else {
            return;
        };
        if before.saturating_sub(left) > 1 {
            // It may be more than there is where others come before it.
            t.how = How::Write;
            return;
        }
        match t.how {
            How::Adds => {
                if left == 0 {
                    t.how = How::Empties;
                }
                // Where somebody waits in the group's queue it matters who wakes it.
                t.n = if plain { 0 } else { left + 1 };
            }
            How::Sets | How::Raises => t.n = left.saturating_sub(before),
            _ => {}
        }
    }

    /// More was taken from a WaitGroup than there is: who does, and panics, depends on the order, also where that is caught.
    pub(super) fn overdrawn(&mut self, object: u32) {
        self.print.touch(object, How::Write);
        if let Driver::Every(every) = &mut self.driver {
            // Who waits from now on does so in the queue, until somebody raises it to zero.
            every.waits_are_steps();
        }
    }

    /// The step ends in a wait.
    pub(super) fn waits(&mut self, object: u32, reason: WaitReason) {
        let o = &mut self.objects[object as usize];
        match reason {
            WaitReason::Mutex | WaitReason::RWMutexRead if o.lock => {
                self.print.touch(object, How::Passes);
            }
            WaitReason::RWMutexWrite => {
                o.lock = true;
                o.shut = true;
                self.print.touch(object, How::Announces);
            }
            WaitReason::Mutex | WaitReason::RWMutexRead => self.print.touch(object, How::Write),
            _ => {}
        }
    }
}
