//! What a schedule does with objects: their numbers, histories and holders; and what is counted of it all.

use super::clocks::RaceFound;
use super::facts::Fact;
use super::record::{Holding, Made, What};
use super::rng::mix;
use super::state::State;
use super::structure::bit;
use crate::primitives::Tag;
use crate::seam::{Hold, Op};

/// What is known of one object.
#[derive(Debug)]
pub(super) struct Object {
    /// Fingerprint of the writes so far, and of the reads since the last one.
    pub(super) writes: u64,
    pub(super) reads: u64,
    pub(super) made: Made,
    pub(super) locked: bool,
    /// It is a Mutex.
    pub(super) mutex: bool,
    /// A Mutex that is locked, a WaitGroup that is not at zero.
    pub(super) shut: bool,
}

impl State {
    /// The number of an object in this schedule.
    #[inline]
    pub(super) fn object(&mut self, tag: &Tag) -> u32 {
        match tag.get(self.epoch) {
            Some(i) => i,
            None => self.meet_object(tag),
        }
    }

    #[cold]
    fn meet_object(&mut self, tag: &Tag) -> u32 {
        let i = self.objects.len() as u32;
        self.objects.push(Object::new());
        tag.set(self.epoch, i);
        i
    }

    pub(super) fn made(&mut self, tag: &Tag, made: Made) {
        let i = self.object(tag);
        self.objects[i as usize].made = made;
        if made.kind == "chan" {
            self.counts.add(Fact::chans);
            if made.detail > 0 {
                self.counts.add(Fact::buffered_chans);
            }
        }
    }

    /// So much is added to a WaitGroup.
    pub(super) fn added(&mut self, n: u64) {
        let n = u32::try_from(n).unwrap_or(u32::MAX);
        self.counts.sum(Fact::added, n);
        if self.current == 1 {
            self.counts.sum(Fact::main_adds, n);
        }
    }

    pub(super) fn made_as(&self, object: u32) -> Made {
        self.objects[object as usize].made
    }

    pub(super) fn object_count(&self) -> u32 {
        self.objects.len() as u32
    }

    /// A lock changed hands.
    #[inline]
    pub(super) fn hold(&mut self, object: u32, how: Hold) {
        let who = self.current;
        let at = self.slots[who as usize - 1].last.at;
        if self.tracing {
            self.holds(object, how);
        }
        match how {
            Hold::Mutex | Hold::Exclusive | Hold::Shared => {
                let slot = self.slot(who);
                slot.held += 1;
                slot.had += 1;
                slot.locks |= bit(object);
                slot.fruitless = 0;
                let held = slot.held;
                let key = mix(slot.ident ^ 0x1ced, u64::from(slot.had));
                self.objects[object as usize].touch(key, how == Hold::Shared);
                if how != Hold::Shared {
                    self.wrote();
                }
                self.counts.at_least(Fact::held_together, held);
                if !std::mem::replace(&mut self.objects[object as usize].locked, true) {
                    self.counts.add(Fact::mutexes);
                }
                self.holdings.push(Holding {
                    object,
                    who,
                    at,
                    shared: how == Hold::Shared,
                });
                if self.slots[who as usize - 1].held > 1 {
                    self.owners.got_another(who, &self.holdings);
                }
            }
            Hold::MutexReleased | Hold::Released | Hold::SharedReleased => {
                let shared = how == Hold::SharedReleased;
                // Its own if it has one: a lock may also be given back by another than who took it.
                let of = |h: &Holding| h.object == object && h.shared == shared;
                let found = self
                    .holdings
                    .iter()
                    .rposition(|h| of(h) && h.who == who)
                    .or_else(|| self.holdings.iter().rposition(of));
                if let Some(i) = found {
                    let h = self.holdings.swap_remove(i);
                    let left = self.holdings.iter().filter(|o| o.who == h.who);
                    let locks = left.fold(0, |all, o| all | bit(o.object));
                    let slot = self.slot(h.who);
                    slot.held -= 1;
                    slot.locks = locks;
                }
            }
        }
    }

    /// The goroutine that runs got somewhere: what it does is no fruitless try.
    #[inline]
    pub(super) fn fruitful(&mut self) {
        let slot = self.slot(self.current);
        slot.fruitless = 0;
        if let What::Does(op) = slot.last.what
            && matches!(
                op,
                Op::TrySend | Op::TryRecv | Op::Select | Op::AtomicUpdate
            )
        {
            self.idle.progress();
            if matches!(op, Op::TrySend | Op::Select) {
                self.wrote();
            }
        }
    }

    pub(super) fn race(&self) -> Option<RaceFound> {
        self.clocks.race
    }

    pub(super) fn wrote(&mut self) {
        let who = self.current;
        let slot = self.slot(who);
        if who != 1 && !std::mem::replace(&mut slot.wrote, true) {
            self.counts.add(Fact::workers_that_wrote);
        }
    }

    #[inline]
    pub(super) fn count(&mut self, who: u32, op: Op) {
        let slot = &self.slots[who as usize - 1];
        let (held, locks, object) = (slot.held, slot.locks, slot.last.object);
        if who == 1 && matches!(op, Op::Recv | Op::Select | Op::Wait | Op::CondWait) {
            self.main_waited = true;
        }
        if who != 1 && matches!(op, Op::Get | Op::Set) && self.structure.touches(who, object, locks)
        {
            self.counts.add(Fact::unguarded);
        }
        if who == 1 {
            match op {
                Op::Send | Op::TrySend => self.counts.add(Fact::main_sends),
                Op::Recv | Op::TryRecv => self.counts.add(Fact::main_recvs),
                _ => {}
            }
        }
        let c = &mut self.counts;
        match op {
            Op::Sleep => c.add(Fact::sleeps),
            Op::Gosched => c.add(Fact::gosched),
            Op::Send => {
                c.add(Fact::sends);
                self.structure.sends(who, object);
                self.wrote();
            }
            Op::TrySend => {
                c.add(Fact::sends);
                self.structure.sends(who, object);
            }
            Op::Recv | Op::TryRecv => c.add(Fact::recvs),
            Op::Select => c.add(Fact::selects),
            Op::Close => {
                c.add(Fact::closes);
                if self.structure.closes_for_others(who, object) {
                    c.add(Fact::foreign_closes);
                }
            }
            Op::Lock | Op::RLock => c.add(Fact::locks),
            Op::Add => c.add(Fact::adds),
            Op::Done => c.add(Fact::dones),
            Op::Wait => c.add(Fact::waits),
            Op::AtomicLoad => c.add(Fact::atomics),
            Op::Syscall => {
                c.add(Fact::calls);
                if held != 0 {
                    c.add(Fact::locked_calls);
                }
            }
            Op::AtomicStore | Op::AtomicUpdate => {
                c.add(Fact::atomics);
                self.wrote();
            }
            Op::Get => {
                c.add(Fact::shared_reads);
                if held == 0 {
                    c.add(Fact::unlocked_reads);
                }
            }
            Op::Set => {
                c.add(Fact::shared_writes);
                if held == 0 {
                    c.add(Fact::unlocked_writes);
                }
                if who == 1 {
                    c.add(Fact::writes_by_main);
                }
                self.wrote();
            }
            _ => {}
        }
    }

    pub(super) fn print(&mut self, text: &str, to_stderr: bool) {
        let who = self.current;
        self.counts.add(Fact::prints);
        if who == 1 {
            self.counts.add(Fact::main_prints);
        }
        if !std::mem::replace(&mut self.slot(who).printed, true) {
            self.counts.add(Fact::printers);
        }
        self.wrote();
        if !to_stderr && !self.main_returned {
            self.output.push_str(text);
        }
        if self.recording
            && let Some(r) = self.records.last_mut()
        {
            r.printed.push_str(text);
        }
    }
}

impl Object {
    pub(super) fn new() -> Object {
        Object {
            writes: 0,
            reads: 0,
            made: Made {
                kind: "",
                detail: 0,
                at: None,
            },
            locked: false,
            mutex: false,
            shut: false,
        }
    }

    #[inline]
    pub(super) fn touch(&mut self, key: u64, read: bool) {
        if read {
            self.reads = self.reads.wrapping_add(mix(key, self.writes));
        } else {
            self.writes = mix(self.whole(), key);
            self.reads = 0;
        }
    }

    #[inline]
    pub(super) fn whole(&self) -> u64 {
        self.writes.wrapping_add(self.reads)
    }
}

/// Whether two such operations on one object can change places.
#[inline]
pub(super) fn only_reads(op: Op) -> bool {
    matches!(
        op,
        Op::Get | Op::AtomicLoad | Op::Len | Op::Err | Op::RLock | Op::RUnlock
    )
}
