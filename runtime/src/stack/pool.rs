//! All stacks of one runtime: which are warm, cold or not yet cut, and the slabs they lie in.

use std::collections::{BTreeMap, VecDeque};

use crate::primitives::Lock as Mutex;

use super::memory::{self, Guards, Slab};
use super::{Stack, StackError};

/// How many stacks one call of `tidy` takes the pages of: about two milliseconds of work.
const TIDIED: usize = 1024;
/// Every how many stacks that come back one is asked how deep it was used.
pub(super) const SAMPLE: usize = 512;
/// How many shallow stacks in a row end the search for deep ones.
pub(super) const CALM: usize = 128;
/// How many bytes below their shallow parts idle stacks keep; what was deep once may well be again.
pub(super) const DEEP_KEPT: usize = 64 << 20;
/// The first slab's stacks; the programs of a lesson need no more.
const FIRST_SLAB: usize = 16;
/// The most stacks of a slab. Slabs are unmapped whole, so they should not be too large to become idle.
const LARGEST_SLAB: usize = 4096;
/// The most fresh stacks cut at once.
const FRESH: usize = 32;

/// All stacks of one runtime.
#[derive(Debug)]
pub(crate) struct StackPool {
    /// What a goroutine may use, in whole pages.
    max_stack: usize,
    guards: Guards,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Idle, with their pages; the last was used last.
    warm: VecDeque<Stack>,
    /// The least `warm` held since this round of `tidy` began: so many were not needed.
    unneeded: usize,
    /// How many stacks this round of `tidy` has still to take the pages of.
    quota: usize,
    /// Cut, but without a guard yet: what a failed `guard` left over. Never handed out as they are.
    bare: Vec<Stack>,
    /// By their first address.
    slabs: BTreeMap<usize, Room>,
    /// The slab that fresh stacks are cut from.
    open: Option<usize>,
    /// Cut from all slabs.
    cut: usize,
    /// Idle stacks in all slabs that have no pages.
    cold: usize,
    /// What the warm ones keep below their shallow parts, in bytes, as far as anyone has looked.
    deep: usize,
    /// How many stacks may come until one is asked how deep it was used.
    until_sample: usize,
    /// While above 0 every stack that comes is asked; counts down with each shallow one.
    wary: usize,
}

/// Every pool made from here on does as on a kernel without guard markers. For a test that has its process for itself.
#[cfg(test)]
pub(crate) static NO_MARKERS: std::sync::atomic::AtomicBool =
    std::sync::atomic::AtomicBool::new(false);

/// What a call of [`StackPool::tidy`] has left to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub(crate) enum Tidied {
    /// The round is not done and wants a further call soon; each takes some milliseconds at most.
    Partly,
    /// The round is done. The next one, about a second later, takes more.
    Round,
    /// Nothing idle has memory any more.
    Wholly,
}

/// A slab and what became of its stacks.
#[derive(Debug)]
struct Room {
    slab: Slab,
    /// The stacks from here on were never handed out.
    cut: usize,
    /// Those that are idle and without pages.
    cold: Vec<u32>,
    /// How many of its guards split the mapping.
    splits: usize,
}

impl StackPool {
    /// A pool of stacks with `max_stack` usable bytes each, rounded up to pages. Reserves nothing yet.
    pub(crate) fn new(max_stack: usize) -> StackPool {
        #[cfg(test)]
        if NO_MARKERS.load(std::sync::atomic::Ordering::Relaxed) {
            return StackPool::with_guards(max_stack, Guards::Protect);
        }
        StackPool::with_guards(max_stack, Guards::Best)
    }

    pub(super) fn with_guards(max_stack: usize, guards: Guards) -> StackPool {
        StackPool {
            max_stack: memory::round_up(max_stack),
            guards,
            state: Mutex::default(),
        }
    }

    /// What a goroutine may use, in bytes.
    #[cfg(test)]
    pub(super) fn max_stack(&self) -> usize {
        self.max_stack
    }

    /// One stack, the warmest there is.
    pub(crate) fn get(&self) -> Result<Stack, StackError> {
        self.take(1, &mut Vec::new())
    }

    /// Takes back a stack whose goroutine has ended.
    pub(crate) fn put(&self, stack: Stack) {
        self.give(std::iter::once(stack));
    }

    /// Returns one stack and adds up to `want - 1` more to `more`, the warmest last.
    pub(super) fn take(&self, want: usize, more: &mut Vec<Stack>) -> Result<Stack, StackError> {
        let mut state = self.state.lock();
        if let Some(warmest) = state.warm.pop_back() {
            let rest = state.warm.len() - state.warm.len().min(want - 1);
            let first = more.len();
            more.extend(state.warm.drain(rest..));
            state.deep -= more[first..]
                .iter()
                .chain([&warmest])
                .map(Stack::deep)
                .sum::<usize>();
            state.unneeded = state.unneeded.min(state.warm.len());
            return Ok(warmest);
        }
        state.unneeded = 0;
        if state.cold > 0 {
            state.take_cold(want, more);
        } else {
            let (fresh, slab) = state.cut(want, self.max_stack)?;
            drop(state);
            more.extend(self.guard(fresh, slab)?);
        }
        Ok(more.pop().expect("at least one was taken"))
    }

    /// Installs the guards of fresh stacks; keeps back those that could not have one.
    fn guard(&self, mut fresh: Vec<Stack>, slab: usize) -> Result<Vec<Stack>, StackError> {
        let (standing, splits, result) = memory::guard(&fresh, self.guards);
        if splits > 0 || result.is_err() {
            let mut state = self.state.lock();
            state.bare.extend(fresh.drain(standing..));
            if let Some(room) = state.slabs.get_mut(&slab) {
                room.splits += splits;
            }
        }
        match result {
            Err(error) if fresh.is_empty() => Err(error),
            _ => Ok(fresh),
        }
    }

    /// Takes back stacks, the warmest last.
    pub(super) fn give(&self, stacks: impl ExactSizeIterator<Item = Stack>) {
        let count = stacks.len();
        let mut state = self.state.lock();
        let ask = if state.wary > 0 {
            count
        } else if state.until_sample < count {
            state.until_sample += SAMPLE;
            1
        } else {
            0
        };
        state.until_sample = state.until_sample.saturating_sub(count);
        if ask == 0 {
            state.add_warm(stacks);
            return;
        }
        let mut stacks: Vec<Stack> = stacks.collect();
        let asked = stacks.split_off(count - ask);
        state.add_warm(stacks.into_iter());
        let room = DEEP_KEPT.saturating_sub(state.deep);
        drop(state);
        self.ask_how_deep(asked, room);
    }

    /// Looks how deep these stacks were used, and puts them back: with `room` bytes below their shallow parts together,
    /// the others without.
    fn ask_how_deep(&self, mut stacks: Vec<Stack>, room: usize) {
        let mut kept = 0;
        let mut shallow = 0;
        for stack in &mut stacks {
            let deep = stack.look_deep();
            shallow = if deep > 0 { 0 } else { shallow + 1 };
            if kept + deep > room {
                stack.discard_deep();
            }
            kept += stack.deep();
        }
        let mut state = self.state.lock();
        state.wary = if shallow < stacks.len() {
            CALM
        } else {
            state.wary.saturating_sub(shallow)
        };
        state.add_warm(stacks.into_iter());
    }

    /// Takes the pages of stacks and lists them as cold.
    fn cool(&self, mut stacks: Vec<Stack>) {
        if stacks.is_empty() {
            return;
        }
        memory::discard(&mut stacks);
        let mut state = self.state.lock();
        for stack in &stacks {
            state.list_cold(stack);
        }
    }

    /// Gives back what nobody needed of late: in each round the pages of half of the stacks that lay warm all through
    /// the round before, and the slabs whose stacks are all cold.
    pub(crate) fn tidy(&self) -> Tidied {
        let (idle, slab) = {
            let mut state = self.state.lock();
            if state.quota == 0 {
                state.quota = state.unneeded.div_ceil(2);
                state.unneeded = state.warm.len();
                // The list itself may have grown to megabytes.
                let half = state.warm.capacity() / 2;
                if state.warm.len() < half / 2 {
                    state.warm.shrink_to(half);
                }
            }
            let count = state.quota.min(TIDIED);
            state.quota -= count;
            (state.oldest(count), state.idle_slab())
        };
        let unmaps = slab.is_some();
        self.cool(idle);
        if let Some(room) = slab {
            room.unmap();
        }
        let state = self.state.lock();
        if unmaps || state.quota > 0 {
            Tidied::Partly
        } else if state.warm.is_empty() {
            Tidied::Wholly
        } else {
            Tidied::Round
        }
    }
}

impl State {
    /// Lists idle stacks that have pages, the warmest last.
    fn add_warm(&mut self, stacks: impl Iterator<Item = Stack>) {
        for stack in stacks {
            self.deep += stack.deep();
            self.warm.push_back(stack);
        }
    }

    /// The `count` warm stacks that have lain longest.
    fn oldest(&mut self, count: usize) -> Vec<Stack> {
        let count = count.min(self.warm.len());
        let oldest: Vec<Stack> = self.warm.drain(..count).collect();
        self.deep -= oldest.iter().map(Stack::deep).sum::<usize>();
        self.unneeded = self.unneeded.min(self.warm.len());
        oldest
    }

    /// Moves up to `want` cold stacks to `out`: from the slabs at the lowest addresses, so that others become idle.
    fn take_cold(&mut self, want: usize, out: &mut Vec<Stack>) {
        for room in self.slabs.values_mut() {
            while let Some(index) = room.cold.pop() {
                self.cold -= 1;
                // SAFETY: this number was listed in exchange for its `Stack`, and its guard stands since it was cut.
                out.push(unsafe { room.slab.stack(index as usize) });
                if out.len() == want || self.cold == 0 {
                    return;
                }
            }
        }
    }

    /// Lists an idle stack that has no pages.
    fn list_cold(&mut self, stack: &Stack) {
        let (low, _) = stack.bounds();
        if let Some((_, room)) = self.slabs.range_mut(..=low).next_back() {
            room.cold.push(room.slab.index(stack) as u32);
            self.cold += 1;
        }
    }

    /// Cuts up to `want` stacks that nobody has had; says in which slab. They have no guard yet.
    fn cut(&mut self, want: usize, size: usize) -> Result<(Vec<Stack>, usize), StackError> {
        if !self.bare.is_empty() {
            let last = self.bare.split_off(self.bare.len() - 1);
            let (low, _) = last[0].bounds();
            let slab = self
                .slabs
                .range(..=low)
                .next_back()
                .map_or(0, |(start, _)| *start);
            return Ok((last, slab));
        }
        let open = match self.open {
            Some(open) => open,
            None => self.open_slab(size)?,
        };
        let room = self.slabs.get_mut(&open).expect("the open slab is listed");
        // As many more as a quarter of what there is: three goroutines need three guards, a million need batches.
        let count = want
            .min(FRESH)
            .min((self.cut / 4).max(1))
            .min(room.slab.stacks() - room.cut);
        // SAFETY: numbers are cut in order, each once, and whoever gets these installs the guards before passing them on.
        let fresh = (room.cut..room.cut + count)
            .map(|i| unsafe { room.slab.stack(i) })
            .collect();
        room.cut += count;
        self.cut += count;
        if room.cut == room.slab.stacks() {
            self.open = None;
        }
        Ok((fresh, open))
    }

    /// Reserves a further slab, as large as all there are; a smaller one where the system refuses.
    fn open_slab(&mut self, size: usize) -> Result<usize, StackError> {
        let mut stacks = self.cut.clamp(FIRST_SLAB, LARGEST_SLAB);
        let slab = loop {
            match Slab::reserve(stacks, size) {
                Ok(slab) => break slab,
                Err(error) if stacks == 1 => return Err(error),
                Err(_) => stacks /= 2,
            }
        };
        let start = slab.start();
        self.slabs.insert(
            start,
            Room {
                slab,
                cut: 0,
                cold: Vec::new(),
                splits: 0,
            },
        );
        self.open = Some(start);
        Ok(start)
    }

    /// A slab whose stacks are all cold, no longer listed; `None` while only one slab is left.
    fn idle_slab(&mut self) -> Option<Room> {
        let idle = |room: &Room| room.cut == room.slab.stacks() && room.cold.len() == room.cut;
        let start = *self.slabs.iter().rev().find(|(_, room)| idle(room))?.0;
        if self.slabs.len() == 1 {
            return None;
        }
        let room = self.slabs.remove(&start)?;
        self.cut -= room.cut;
        self.cold -= room.cut;
        Some(room)
    }
}

impl Room {
    /// Unmaps it. The caller knows that none of its stacks is in use.
    fn unmap(self) {
        memory::forget_splits(self.splits);
        // SAFETY: every stack of it is idle, or its runtime has ended and runs no goroutine any more.
        unsafe { self.slab.release() };
    }
}

impl Drop for StackPool {
    fn drop(&mut self) {
        for (_, room) in std::mem::take(&mut self.state.get_mut().slabs) {
            room.unmap();
        }
    }
}

/// What tests ask a pool.
#[cfg(test)]
#[derive(Debug)]
pub(super) struct Counts {
    pub(super) cut: usize,
    pub(super) warm: usize,
    pub(super) in_use: usize,
    pub(super) deep: usize,
    pub(super) slabs: usize,
    pub(super) splits: usize,
}

#[cfg(test)]
impl StackPool {
    pub(super) fn counts(&self) -> Counts {
        let state = self.state.lock();
        Counts {
            cut: state.cut,
            warm: state.warm.len(),
            in_use: state.cut - state.cold - state.warm.len() - state.bare.len(),
            deep: state.deep,
            slabs: state.slabs.len(),
            splits: state.slabs.values().map(|room| room.splits).sum(),
        }
    }

    pub(super) fn ranges(&self) -> Vec<(usize, usize)> {
        self.state
            .lock()
            .slabs
            .values()
            .map(|room| room.slab.range())
            .collect()
    }
}
