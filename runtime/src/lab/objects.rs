//! What a schedule does with objects: their numbers, histories and holders; and what is counted of it all.

use super::clocks::RaceFound;
use super::facts::Fact;
use super::record::{Holding, Made, What};
use super::rng::mix;
use super::state::State;
use super::structure::bit;
use crate::goroutine::WaitReason;
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
    /// It is a Mutex or an RWMutex.
    pub(super) lock: bool,
    /// Somebody waited at it, and it is a condition variable.
    pub(super) waited_at: bool,
    /// A Mutex that is locked, an RWMutex that a writer has or waits for, a WaitGroup that is not at zero.
    pub(super) shut: bool,
    /// Where a WaitGroup's counter stands.
    pub(super) count: u32,
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
        match made.kind {
            "chan" | "context's chan" => {
                self.counts.add(Fact::chans);
                if made.detail > 0 {
                    self.counts.add(Fact::buffered_chans);
                }
            }
            "context" if made.detail > 0 => self.counts.add(Fact::deadlines),
            "timer's chan" | "time.Timer" => self.counts.add(Fact::timers),
            _ => {}
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
    pub(super) fn hold(&mut self, object: u32, how: Hold) {
        match how {
            Hold::Mutex | Hold::Exclusive | Hold::Shared => self.takes(object, how),
            Hold::MutexReleased | Hold::Released | Hold::SharedReleased => {
                self.gives_back(object, how);
            }
        }
    }

    /// The goroutine that runs has a lock from here on.
    #[inline]
    pub(super) fn takes(&mut self, object: u32, how: Hold) {
        if self.tracing {
            self.holds(object, how);
        }
        let who = self.current;
        let shared = how == Hold::Shared;
        let slot = &mut self.slots[who as usize - 1];
        slot.held += 1;
        slot.had += 1;
        slot.locks |= bit(object);
        let tried = matches!(slot.last.what, What::Does(Op::TryLock | Op::TryRLock));
        if tried {
            slot.fruitless = 0;
        }
        let (held, at) = (slot.held, slot.last.at);
        let once = slot.last.what == What::Does(Op::Once);
        let key = mix(slot.ident ^ 0x1ced, u64::from(slot.had));
        if who != 1 && !shared && !std::mem::replace(&mut slot.wrote, true) {
            self.counts.add(Fact::workers_that_wrote);
        }
        let lock = &mut self.objects[object as usize];
        lock.touch(key, shared);
        if !std::mem::replace(&mut lock.locked, true) {
            self.counts.add(Fact::mutexes);
            self.counts.at_least(Fact::held_together, 1);
        }
        if held > 1 {
            self.counts.at_least(Fact::held_together, held);
        }
        self.holdings.push(Holding {
            object,
            who,
            at,
            shared,
            once,
        });
        if self.recording {
            self.note_holdings();
        }
        // Who only tries does not wait: that is no order.
        if held > 1 && !tried {
            self.owners.got_another(who, &self.holdings);
        }
    }

    /// A lock is given back: his own by who runs if he has it, for it may also be another than who took it.
    #[inline]
    pub(super) fn gives_back(&mut self, object: u32, how: Hold) {
        if self.tracing {
            self.holds(object, how);
        }
        let who = self.current;
        let shared = how == Hold::SharedReleased;
        let of = |h: &Holding| h.object == object && h.shared == shared;
        let found = match &self.holdings[..] {
            [only] => of(only).then_some(0),
            all => all
                .iter()
                .rposition(|h| of(h) && h.who == who)
                .or_else(|| all.iter().rposition(of)),
        };
        if let Some(i) = found {
            let h = self.holdings.swap_remove(i);
            let slot = &mut self.slots[h.who as usize - 1];
            slot.held -= 1;
            slot.locks = if slot.held == 0 {
                0
            } else {
                let left = self.holdings.iter().filter(|o| o.who == h.who);
                left.fold(0, |all, o| all | bit(o.object))
            };
            if self.recording {
                self.note_holdings();
            }
        }
    }

    /// A lock has changed hands in the step that is the last one written down.
    #[cold]
    #[inline(never)]
    fn note_holdings(&mut self) {
        if let Some(r) = self.records.last_mut() {
            r.held.clone_from(&self.holdings);
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
                Op::TrySend | Op::TryRecv | Op::TryAcquire | Op::Select | Op::AtomicUpdate
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

    pub(super) fn looks(&mut self) {
        if self.current == 1 {
            self.counts.add(Fact::main_reads);
        }
    }

    fn count_cond(&mut self, who: u32, cond: u32) {
        if !std::mem::replace(&mut self.slot(who).conditional, true) {
            self.counts.add(Fact::cond_waiters);
        }
        if !std::mem::replace(&mut self.objects[cond as usize].waited_at, true) {
            self.counts.add(Fact::conds);
        }
    }

    /// `who` has come to wait at `object`.
    pub(super) fn count_wait(&mut self, who: u32, object: u32, reason: WaitReason) {
        let lock = matches!(
            reason,
            WaitReason::Mutex | WaitReason::RWMutexRead | WaitReason::RWMutexWrite
        );
        let own = |h: &Holding| h.who == who && h.object == object;
        if lock && self.holdings.iter().any(own) {
            self.counts.add(Fact::relocks);
        }
    }

    /// `who` does something more, and main has returned.
    #[cold]
    pub(super) fn goes_on(&mut self, who: u32) {
        if who != 1 && !std::mem::replace(&mut self.slot(who).went_on, true) {
            self.counts.add(Fact::unfinished);
        }
    }

    /// What there is to be counted of a step beside its own fact.
    #[inline(never)]
    pub(super) fn count(&mut self, who: u32, op: Op) {
        let slot = &self.slots[who as usize - 1];
        let (held, locks, object) = (slot.held, slot.locks, slot.last.object);
        let main = who == 1;
        if matches!(op, Op::Recv | Op::TryRecv | Op::Select) {
            self.slot(who).listens = true;
        }
        if main && looks_at_something(op) {
            self.counts.add(Fact::main_reads);
        }
        if op == Op::CondWait {
            self.count_cond(who, object);
        }
        let c = &mut self.counts;
        match op {
            Op::Recv | Op::TryRecv if main => {
                self.main_waited |= op == Op::Recv;
                c.add(Fact::main_recvs);
            }
            Op::Wait if main => {
                self.main_waited = true;
                c.add(Fact::main_waits);
            }
            Op::Select | Op::CondWait if main => self.main_waited = true,
            Op::Send | Op::TrySend => {
                if main {
                    c.add(Fact::main_sends);
                }
                self.structure.sends(who, object);
                if op == Op::Send {
                    self.wrote();
                }
            }
            Op::Syscall => {
                if main {
                    c.add(Fact::main_calls);
                }
                // While a Once runs, only those wait who want what it makes.
                if self.holdings.iter().any(|h| h.who == who && !h.once) {
                    c.add(Fact::locked_calls);
                }
                if !std::mem::replace(&mut self.slots[who as usize - 1].called, true) {
                    c.add(Fact::callers);
                }
            }
            Op::Close if self.structure.closes_for_others(who, object) => {
                c.add(Fact::foreign_closes);
            }
            Op::AtomicStore | Op::AtomicUpdate => {
                if main {
                    c.add(Fact::main_atomics);
                }
                self.wrote();
            }
            Op::Get | Op::Set => {
                if !main {
                    let touched = self.structure.touches(who, object, locks);
                    if touched.second {
                        c.add(Fact::common);
                    }
                    if touched.unguarded {
                        c.add(Fact::unguarded);
                    }
                }
                if op == Op::Get {
                    if held == 0 {
                        c.add(Fact::unlocked_reads);
                    }
                } else {
                    if held == 0 {
                        c.add(Fact::unlocked_writes);
                    }
                    if main {
                        c.add(Fact::writes_by_main);
                    }
                    self.wrote();
                }
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
            let line = text.as_bytes().chunks(8).fold(0, |h, some| {
                let word = some.iter().fold(0, |w, byte| w << 8 | u64::from(*byte));
                mix(h, word)
            });
            // A sum, because in which order is left open.
            let said = mix(self.slot(who).ident, line) as u32;
            let all = &mut self.counts.0[Fact::who_printed as usize];
            *all = all.wrapping_add(said);
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
            lock: false,
            waited_at: false,
            shut: false,
            count: 0,
        }
    }

    #[inline(always)]
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

/// Whether something comes out of it that somebody else has put in.
#[inline]
fn looks_at_something(op: Op) -> bool {
    matches!(
        op,
        Op::Recv
            | Op::TryRecv
            | Op::Get
            | Op::AtomicLoad
            | Op::AtomicUpdate
            | Op::Lock
            | Op::TryLock
            | Op::RLock
            | Op::TryRLock
            | Op::Once
            | Op::Select
    )
}
