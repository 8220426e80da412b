//! The local run queue of a P: a ring of 256 goroutines, a slot for the one that runs next, and stealing.
//!
//! One producer (the M that holds the P) and many consumers. `head` is moved by whoever takes, with a compare-and-swap;
//! `tail` by the owner alone. A slot is written before `tail` is released and read before `head` is moved, so a taker
//! that wins its swap has read what was put there: the owner cannot reuse a slot before `head` has passed it.
//! `runnext` is an atomic of its own: the owner swaps goroutines in, the owner and thieves swap them out.
//! `tests/models.rs` tries this file out under every order of its steps.
//! After Go's `runqput`, `runqget` and `runqgrab` (`runtime/proc.go`), which follow Arora, Blumofe and Plaxton, 1998.

use crate::goroutine::G;
use crate::primitives::atomic::{AtomicPtr, AtomicU32, Ordering, fence};

/// Places in the ring. (Loom tries out one with few.)
pub(crate) const CAPACITY: u32 = if cfg!(loom) { 4 } else { 256 };
/// How many turns before its own a goroutine's stack is fetched, and its `G`.
const STACK_AHEAD: u32 = 2;
const G_AHEAD: u32 = 6;

/// The local run queue of one P.
pub(crate) struct RunQueue {
    head: AtomicU32,
    tail: AtomicU32,
    runnext: AtomicPtr<G>,
    /// How often `runnext` was filled; written by the owner.
    nexts: AtomicU32,
    /// Up to here they are in no cache; written by the owner.
    cold: AtomicU32,
    ring: [AtomicPtr<G>; CAPACITY as usize],
}

/// Who ran next in somebody's queue when a thief looked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Next {
    g: *mut G,
    nexts: u32,
}

/// Where in the queue a goroutine is put.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Place {
    /// In front of all, into `runnext`. Who stood there goes to the end.
    Next,
    /// At the end.
    Last,
}

/// What a `put` did.
#[derive(Debug)]
#[must_use]
pub(crate) enum Put {
    Queued,
    /// The ring was full: half of it and the newcomer, oldest first, belong to the global queue now.
    Overflow(Vec<&'static G>),
}

fn to_ptr(g: &'static G) -> *mut G {
    std::ptr::from_ref(g).cast_mut()
}

fn from_ptr(p: *mut G) -> Option<&'static G> {
    // SAFETY: only null or made by `to_ptr` from a `&'static G`.
    unsafe { p.as_ref() }
}

/// What is called with goroutines that were taken.
type Taken<'a> = &'a dyn Fn(&[&'static G]);

impl RunQueue {
    pub(crate) fn new() -> Self {
        RunQueue {
            head: AtomicU32::new(0),
            tail: AtomicU32::new(0),
            runnext: AtomicPtr::new(std::ptr::null_mut()),
            nexts: AtomicU32::new(0),
            cold: AtomicU32::new(0),
            ring: std::array::from_fn(|_| AtomicPtr::new(std::ptr::null_mut())),
        }
    }

    fn slot(&self, i: u32) -> &AtomicPtr<G> {
        &self.ring[(i % CAPACITY) as usize]
    }

    /// Goroutines in the ring and in `runnext`. A guess for all but the owner.
    pub(crate) fn len(&self) -> usize {
        let head = self.head.load(Ordering::Acquire);
        let tail = self.tail.load(Ordering::Acquire);
        let next = usize::from(!self.runnext.load(Ordering::Relaxed).is_null());
        tail.wrapping_sub(head) as usize + next
    }

    /// Whether there is nothing to take. Reads until it has seen one moment: a goroutine that is kicked out of
    /// `runnext` into the ring must not be overlooked between the two.
    pub(crate) fn is_empty(&self) -> bool {
        loop {
            let head = self.head.load(Ordering::Acquire);
            let tail = self.tail.load(Ordering::Acquire);
            let next = self.runnext.load(Ordering::Acquire);
            if tail == self.tail.load(Ordering::Acquire) {
                return head == tail && next.is_null();
            }
        }
    }

    /// Owner: puts `g` there.
    pub(crate) fn put(&self, g: &'static G, place: Place) -> Put {
        let mut g = g;
        if place == Place::Next {
            let nexts = self.nexts.load(Ordering::Relaxed).wrapping_add(1);
            self.nexts.store(nexts, Ordering::Relaxed);
            match from_ptr(self.runnext.swap(to_ptr(g), Ordering::AcqRel)) {
                None => return Put::Queued,
                Some(old) => g = old,
            }
        }
        loop {
            let head = self.head.load(Ordering::Acquire);
            let tail = self.tail.load(Ordering::Relaxed);
            if tail.wrapping_sub(head) < CAPACITY {
                self.slot(tail).store(to_ptr(g), Ordering::Relaxed);
                self.tail.store(tail.wrapping_add(1), Ordering::Release);
                return Put::Queued;
            }
            if let Some(mut half) = self.take_front(head, CAPACITY / 2) {
                half.push(g);
                return Put::Overflow(half);
            }
            // Somebody stole meanwhile: there is room now.
        }
    }

    /// Takes `n` goroutines from `head` on if nobody else took any since `head` was read.
    fn take_front(&self, head: u32, n: u32) -> Option<Vec<&'static G>> {
        let batch: Vec<*mut G> = (0..n)
            .map(|i| self.slot(head.wrapping_add(i)).load(Ordering::Relaxed))
            .collect();
        self.head
            .compare_exchange(
                head,
                head.wrapping_add(n),
                Ordering::AcqRel,
                Ordering::Relaxed,
            )
            .ok()?;
        Some(batch.into_iter().filter_map(from_ptr).collect())
    }

    /// Owner: the next to run. `true` beside it: it came from `runnext` and inherits the time slice of who put it there.
    pub(crate) fn get(&self) -> Option<(&'static G, bool)> {
        let next = self.runnext.load(Ordering::Relaxed);
        // A thief may empty the slot, but only the owner fills it: a failed swap means it is empty.
        if !next.is_null()
            && self
                .runnext
                .compare_exchange(
                    next,
                    std::ptr::null_mut(),
                    Ordering::AcqRel,
                    Ordering::Relaxed,
                )
                .is_ok()
        {
            return from_ptr(next).map(|g| (g, true));
        }
        loop {
            let head = self.head.load(Ordering::Acquire);
            let tail = self.tail.load(Ordering::Relaxed);
            if head == tail {
                return None;
            }
            let g = self.slot(head).load(Ordering::Relaxed);
            if self
                .head
                .compare_exchange(
                    head,
                    head.wrapping_add(1),
                    Ordering::AcqRel,
                    Ordering::Relaxed,
                )
                .is_ok()
            {
                self.prefetch(head.wrapping_add(1), tail);
                return from_ptr(g).map(|g| (g, false));
            }
        }
    }

    /// Those whose turn comes soon are fetched while others run: the `G` some turns ahead, then the stack that it names.
    #[inline]
    fn prefetch(&self, head: u32, tail: u32) {
        if tail.wrapping_sub(head) > G_AHEAD
            && let Some(soon) = from_ptr(
                self.slot(head.wrapping_add(STACK_AHEAD))
                    .load(Ordering::Relaxed),
            )
            && let Some(later) = from_ptr(
                self.slot(head.wrapping_add(G_AHEAD))
                    .load(Ordering::Relaxed),
            )
        {
            soon.prefetch_stack();
            later.prefetch();
            if (self.cold.load(Ordering::Relaxed).wrapping_sub(head) as i32) > STACK_AHEAD as i32 {
                soon.prefetch_frames();
            }
        }
    }

    /// Owner: those who are in the ring now have waited for so long that they are in no cache.
    pub(crate) fn are_cold(&self) {
        self.cold
            .store(self.tail.load(Ordering::Relaxed), Ordering::Relaxed);
    }

    /// A thief: who runs next here, to be taken a little later if nothing has moved until then.
    pub(crate) fn next(&self) -> Option<Next> {
        let nexts = self.nexts.load(Ordering::Relaxed);
        let g = self.runnext.load(Ordering::Relaxed);
        (!g.is_null()).then_some(Next { g, nexts })
    }

    /// A thief: takes who ran next when `seen` was looked at, if that one has stood there all the time.
    ///
    /// It may have been taken out and put back between our look at the count and the swap: then it is stolen although
    /// it would have run here in a moment, which costs time and is not wrong.
    pub(crate) fn steal_next(&self, seen: &Next) -> Option<&'static G> {
        if self.nexts.load(Ordering::Relaxed) != seen.nexts {
            return None;
        }
        self.runnext
            .compare_exchange(
                seen.g,
                std::ptr::null_mut(),
                Ordering::AcqRel,
                Ordering::Relaxed,
            )
            .ok()
            .and_then(from_ptr)
    }

    /// A thief, which owns `mine`: takes half of the ring, gives back one to run now and puts the rest into `mine` (which
    /// is empty). `runnext` is left alone: see [`RunQueue::next`].
    pub(crate) fn steal_into(&self, mine: &RunQueue) -> Option<&'static G> {
        self.steal_telling(mine, None)
    }

    /// The same; `told` is called with all that are taken, the one to run last, before anybody can take them from `mine`.
    pub(crate) fn steal_telling(
        &self,
        mine: &RunQueue,
        told: Option<Taken<'_>>,
    ) -> Option<&'static G> {
        loop {
            let head = self.head.load(Ordering::Acquire);
            let tail = self.tail.load(Ordering::Acquire);
            let there = tail.wrapping_sub(head);
            let n = there - there / 2;
            if n == 0 {
                return None;
            }
            if n > CAPACITY / 2 {
                continue; // head and tail were read at different moments
            }
            let my_tail = mine.tail.load(Ordering::Relaxed);
            for i in 0..n {
                let g = self.slot(head.wrapping_add(i)).load(Ordering::Relaxed);
                mine.slot(my_tail.wrapping_add(i))
                    .store(g, Ordering::Relaxed);
            }
            if self
                .head
                .compare_exchange(
                    head,
                    head.wrapping_add(n),
                    Ordering::AcqRel,
                    Ordering::Relaxed,
                )
                .is_err()
            {
                continue;
            }
            if let Some(told) = told {
                let at = |i| mine.slot(my_tail.wrapping_add(i)).load(Ordering::Relaxed);
                let all: Vec<&'static G> = (0..n).filter_map(|i| from_ptr(at(i))).collect();
                told(&all);
            }
            // The last of the batch runs now; the others become visible in `mine`.
            let n = n - 1;
            let last = mine.slot(my_tail.wrapping_add(n)).load(Ordering::Relaxed);
            fence(Ordering::Release);
            mine.tail.store(my_tail.wrapping_add(n), Ordering::Release);
            return from_ptr(last);
        }
    }

    /// For pictures: `runnext` and the ring in order. A snapshot of atomics, not of one moment.
    pub(crate) fn look(&self) -> (Option<u64>, Vec<u64>) {
        let head = self.head.load(Ordering::Acquire);
        let tail = self.tail.load(Ordering::Acquire);
        let n = tail.wrapping_sub(head).min(CAPACITY);
        let ring = (0..n)
            .filter_map(|i| from_ptr(self.slot(head.wrapping_add(i)).load(Ordering::Relaxed)))
            .map(|g| g.id())
            .collect();
        (
            from_ptr(self.runnext.load(Ordering::Relaxed)).map(|g| g.id()),
            ring,
        )
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    fn gs(n: usize) -> Vec<&'static G> {
        (0..n).map(|_| G::take()).collect()
    }

    #[test]
    fn next_runs_first_and_the_former_next_goes_to_the_end() {
        let q = RunQueue::new();
        let g = gs(3);
        for &x in &g {
            assert!(matches!(q.put(x, Place::Next), Put::Queued));
        }
        assert!(q.get() == Some((g[2], true)));
        assert!(q.get() == Some((g[0], false)));
        assert!(q.get() == Some((g[1], false)));
        assert!(q.get().is_none() && q.is_empty());
    }

    #[test]
    fn overflow_moves_half_and_the_newcomer() {
        let q = RunQueue::new();
        let g = gs(257);
        for &x in &g[..256] {
            assert!(matches!(q.put(x, Place::Last), Put::Queued));
        }
        let Put::Overflow(half) = q.put(g[256], Place::Last) else {
            panic!("a full ring took one more");
        };
        assert_eq!(half.len(), 129);
        assert!(half[0] == g[0] && half[128] == g[256]);
        assert_eq!(q.len(), 128);
        assert!(q.get() == Some((g[128], false)));
    }

    #[test]
    fn a_thief_takes_the_older_half() {
        let (q, mine) = (RunQueue::new(), RunQueue::new());
        let g = gs(5);
        for &x in &g {
            assert!(matches!(q.put(x, Place::Last), Put::Queued));
        }
        assert!(q.steal_into(&mine) == Some(g[2]));
        assert!(mine.get() == Some((g[0], false)) && mine.get() == Some((g[1], false)));
        assert_eq!(q.len(), 2);
    }

    #[test]
    fn a_thief_takes_runnext_only_if_it_has_stayed() {
        let q = RunQueue::new();
        let g = gs(2);
        assert!(q.next().is_none());
        assert!(matches!(q.put(g[0], Place::Next), Put::Queued));
        let seen = q.next().expect("somebody runs next");
        assert!(q.get() == Some((g[0], true)));
        assert!(q.steal_next(&seen).is_none(), "it has run meanwhile");
        assert!(matches!(q.put(g[0], Place::Next), Put::Queued));
        assert!(q.steal_next(&seen).is_none(), "it came back meanwhile");
        let seen = q.next().expect("somebody runs next");
        assert!(q.steal_next(&seen) == Some(g[0]));
        assert!(q.is_empty());
    }

    #[test]
    fn every_goroutine_is_taken_once_by_owner_or_thieves() {
        const N: usize = 20_000;
        let q = RunQueue::new();
        let all = gs(N);
        let taken: Vec<AtomicU32> = (0..N).map(|_| AtomicU32::new(0)).collect();
        let index: std::collections::HashMap<usize, usize> = all
            .iter()
            .enumerate()
            .map(|(i, g)| (std::ptr::from_ref(*g) as usize, i))
            .collect();
        let take = |g: &'static G| {
            taken[index[&(std::ptr::from_ref(g) as usize)]].fetch_add(1, Ordering::Relaxed);
        };
        let done = std::sync::atomic::AtomicBool::new(false);
        std::thread::scope(|s| {
            for _ in 0..2 {
                s.spawn(|| {
                    let mine = RunQueue::new();
                    while !done.load(Ordering::Acquire) || !q.is_empty() {
                        let next = q.next();
                        let stolen = q.steal_into(&mine);
                        if let Some(g) = stolen.or_else(|| q.steal_next(&next?)) {
                            take(g);
                        }
                        while let Some((g, _)) = mine.get() {
                            take(g);
                        }
                    }
                });
            }
            for (i, &g) in all.iter().enumerate() {
                let place = if i % 3 == 0 { Place::Next } else { Place::Last };
                if let Put::Overflow(half) = q.put(g, place) {
                    half.into_iter().for_each(take);
                }
                if i % 5 == 0
                    && let Some((g, _)) = q.get()
                {
                    take(g);
                }
            }
            done.store(true, Ordering::Release);
        });
        while let Some((g, _)) = q.get() {
            take(g);
        }
        assert!(taken.iter().all(|t| t.load(Ordering::Relaxed) == 1));
    }
}
