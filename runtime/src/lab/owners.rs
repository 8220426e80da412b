//! Who waits for whose lock: rings of owners the moment they close, and locks that are taken in two orders.
//!
//! A ring is a deadlock of its members whatever the others do: each waits for a lock that another one of them has, and a
//! goroutine that waits gives nothing back. (One exception is Go's: a lock has no owner, and somebody outside of the ring
//! could unlock it. So a ring is believed once its members still wait when the schedule is over.)
//!
//! Locks taken in two orders by two goroutines are no mistake yet; the schedule in which each has its first and wants its
//! second is one, if there is such a schedule. It is looked for: see `State::decide`.

use std::panic::Location;

use super::record::Holding;
use crate::goroutine::WaitReason;

type At = &'static Location<'static>;

/// How somebody waits for a lock.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Want {
    /// A Mutex, or a writer's turn among the writers of an RWMutex.
    Turn,
    /// To read, while a writer has it or waits for it.
    Read,
    /// It is the next writer, and waits until the readers inside have left: it keeps new readers out.
    Write,
}

#[derive(Clone, Copy, Debug)]
struct Waiting {
    object: u32,
    want: Want,
}

/// A goroutine took one lock while it had another.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Nested {
    pub(crate) who: u32,
    pub(crate) first: u32,
    pub(crate) first_at: Option<At>,
    pub(crate) second: u32,
    pub(crate) second_at: Option<At>,
    first_shared: bool,
    second_shared: bool,
    /// The other locks it had then.
    gates: Vec<u32>,
}

/// Of one schedule.
#[derive(Debug, Default)]
pub(super) struct Owners {
    /// By goroutine: the lock that it waits for.
    waiting: Vec<Option<Waiting>>,
    /// Those who are the next writer of something.
    writers: Vec<u32>,
    /// The members of the first ring, each waiting for the next, with what they wait for.
    ring: Vec<(u32, u32)>,
    nested: Vec<Nested>,
    inverted: Vec<Nested>,
}

/// More pairs than these are not kept.
const MOST: usize = 256;
/// Rings of more locks than these are not looked for among the orders.
const DEEP: usize = 5;

impl Owners {
    pub(super) fn reset(&mut self) {
        self.waiting.clear();
        self.writers.clear();
        self.ring.clear();
        self.nested.clear();
        self.inverted.clear();
    }

    /// `who` waits now, for `object`. `true`: that closes the first ring of this schedule.
    pub(super) fn waits(
        &mut self,
        who: u32,
        object: u32,
        reason: WaitReason,
        holdings: &[Holding],
    ) -> bool {
        let want = match reason {
            WaitReason::Mutex => Want::Turn,
            WaitReason::RWMutexRead => Want::Read,
            WaitReason::RWMutexWrite => Want::Write,
            _ => return false,
        };
        let i = who as usize;
        if self.waiting.len() <= i {
            self.waiting.resize(i + 1, None);
        }
        self.waiting[i] = Some(Waiting { object, want });
        if want == Want::Write {
            self.writers.push(who);
        }
        // Mostly who has it runs, and waits for nobody.
        let waits = |h: &Holding| h.who == who || self.waits_for(h.who).is_some();
        let blocked = holdings.iter().any(|h| h.object == object && waits(h));
        if !self.ring.is_empty() || !blocked && self.writers.is_empty() {
            return false;
        }
        let mut path = std::mem::take(&mut self.ring);
        if !self.reach(who, who, holdings, &mut path) {
            path.clear();
        }
        self.ring = path;
        !self.ring.is_empty()
    }

    pub(super) fn wakes(&mut self, who: u32) {
        if let Some(w) = self.waiting.get_mut(who as usize).and_then(Option::take)
            && w.want == Want::Write
        {
            self.writers.retain(|&other| other != who);
        }
    }

    #[inline]
    fn waits_for(&self, who: u32) -> Option<Waiting> {
        self.waiting.get(who as usize).copied().flatten()
    }

    /// Whether there was a ring, and its members still wait as they did then.
    pub(super) fn ring_stands(&self) -> bool {
        let still =
            |&(who, object): &(u32, u32)| self.waits_for(who).is_some_and(|w| w.object == object);
        !self.ring.is_empty() && self.ring.iter().all(still)
    }

    /// Whether `from`, who waits, waits in the end for `to`; who is on the way is left in `path`.
    fn reach(&self, from: u32, to: u32, holdings: &[Holding], path: &mut Vec<(u32, u32)>) -> bool {
        let Some(w) = self.waits_for(from) else {
            return false;
        };
        if path.iter().any(|&(who, _)| who == from) {
            return false;
        }
        path.push((from, w.object));
        let keeps_out = |h: &&Holding| h.object == w.object && !(h.shared && w.want != Want::Write);
        let owners = holdings.iter().filter(keeps_out).map(|h| h.who);
        let writes = |&o: &u32| self.waits_for(o).is_some_and(|o| o.object == w.object);
        let writers = self.writers.iter().copied().filter(writes);
        let next_writer = writers.filter(|_| w.want != Want::Write);
        for next in owners.chain(next_writer) {
            if next == to || self.reach(next, to, holdings, path) {
                return true;
            }
        }
        path.pop();
        false
    }

    /// `who` has just got a lock, the last of its `holdings`, and has others.
    #[cold]
    pub(super) fn got_another(&mut self, who: u32, holdings: &[Holding]) {
        let Some((new, former)) = holdings.split_last() else {
            return;
        };
        let others = || former.iter().filter(|h| h.who == who);
        for h in others() {
            let same = |n: &Nested| (n.who, n.first, n.second) == (who, h.object, new.object);
            if h.object == new.object || self.nested.len() >= MOST || self.nested.iter().any(same) {
                continue;
            }
            let pair = Nested {
                who,
                first: h.object,
                first_at: h.at,
                second: new.object,
                second_at: new.at,
                first_shared: h.shared,
                second_shared: new.shared,
                gates: others()
                    .map(|o| o.object)
                    .filter(|&o| o != h.object)
                    .collect(),
            };
            if self.inverted.is_empty() {
                let mut ring = vec![pair.clone()];
                if self.leads_back(&mut ring) {
                    ring.rotate_left(1);
                    self.inverted = ring;
                }
            }
            self.nested.push(pair);
        }
    }

    /// Whether the pairs in `ring` can be gone on with until somebody wants the first one's first lock.
    fn leads_back(&self, ring: &mut Vec<Nested>) -> bool {
        let last = ring[ring.len() - 1].clone();
        let meets =
            |a: &Nested, b: &Nested| a.second == b.first && !(a.second_shared && b.first_shared);
        if ring.len() > 1 && meets(&last, &ring[0]) {
            return true;
        }
        if ring.len() == DEEP {
            return false;
        }
        for n in &self.nested {
            let apart = |r: &Nested| r.who != n.who && r.gates.iter().all(|g| !n.gates.contains(g));
            if meets(&last, n) && ring.iter().all(apart) {
                ring.push(n.clone());
                if self.leads_back(ring) {
                    return true;
                }
                ring.pop();
            }
        }
        false
    }

    /// Locks taken in orders that make a ring; empty: none.
    pub(super) fn inverted(&self) -> &[Nested] {
        &self.inverted
    }
}
