//! Timers: one heap a P, from which anybody may take what is due, and from which a timer can be removed.
//!
//! # Concepts
//!
//! Each P (and each explored schedule) has a [`Heap`], ordered by time and for one moment by age: two timers of the same
//! moment fire in the order in which they were set. An entry wakes a goroutine (`sleep`: it costs 32 bytes, and nothing
//! else is allocated), or has a call, which is found by its [`Key`].
//!
//! Passive: a heap hands back what is due and never calls up. Only a trace is told of each change, under the heap's lock
//! ([`LooksOn`]), because how the heap stands cannot be told exactly by who has released it.
//!
//! # The protocol
//!
//! - *Set*: the call goes into a slot of the heap, the entry names the slot and the number of the entry.
//! - *Set anew* ([`Heap::set_anew`]): the call stays in its slot, and the slot learns the new moment. A later one leaves
//!   the entry alone until it comes to the head: then it moves to where it belongs. For an earlier one there is a new
//!   entry, and the former is dead. Most timers that are set anew are deadlines that are put off.
//! - *Remove* does not search: it empties the slot, and the entry is dead from then on, because the slot has another
//!   number. What the call owns is handed back at once, to whoever removed it.
//! - *Fire*: the entry is popped and its slot emptied under the heap's lock; the call is made after that is released.
//!
//! So of a removal and a firing exactly one gets the call. Who knows in which slot it must be if it is anywhere needs no
//! key: a slot holds a call or does not ([`Heap::remove_from`]). An object that must also not be *called* once it has been
//! stopped (a timer channel, a deadline) keeps the key of its present entry under its own lock, and in `fire` does nothing
//! for another key. Its lock comes before the heap's, under which nothing else is locked.
//!
//! # Invariants
//!
//! - The head is alive and has its true moment, so a timer that was removed or put off neither wakes a thread nor hides a
//!   deadlock.
//! - At most half of a heap is dead (or fewer than 64 entries are): then it is swept. So removing costs O(1), amortised,
//!   and setting and firing O(log n).
//! - Numbers of one heap never repeat, also from runtime to runtime: an old key finds nothing.
//! - No destructor of the program runs under the heap's lock, nor on a thread that runs no goroutine while the runtime
//!   lives: a call is dropped by who removed it, or by itself.
//!
//! # Rejected
//!
//! - *A heap with positions*, from which a removal takes at once: each swap of the heap writes to two timers, cold lines
//!   of memory; and most timers that are removed (deadlines) are removed long before they come near the head.
//! - *A wheel*: it rounds times up, or needs levels; and an M asks for the first one each time before it sleeps.
//!
//! After Go's `runtime/time.go`, which has a heap a P and lazy removal too.

use std::cmp::Ordering as Order;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::sync::Arc;

use crate::goroutine::G;
use crate::primitives::Lock;
use crate::primitives::atomic::{AtomicU64, Ordering};

/// No moment: later than all.
pub(crate) const NEVER: u64 = u64::MAX;
/// The last moment; what is set for later is set for it.
pub(crate) const LATEST: u64 = NEVER - 1;

/// A heap with fewer dead entries is not swept.
const FEW: usize = 64;

/// What a timer calls.
///
/// It is called on a scheduler's thread, by no goroutine, and must not wait: it may make goroutines ready, or start one.
/// No code of the program may run in it, destructors included.
pub(crate) trait Fire: Send + Sync {
    /// `key` is what setting the timer gave, `now` what time it is.
    fn fire(self: Arc<Self>, key: Key, now: u64);
}

/// What a timer is known as to who set it.
#[derive(Clone, Copy)]
pub(crate) struct Key {
    heap: &'static Heap,
    slot: u32,
    seq: u64,
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.heap, other.heap) && self.seq == other.seq
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "timer {}", self.seq)
    }
}

impl Key {
    /// Removes the timer: what it would have called, if it has not been taken out to be called.
    pub(crate) fn remove(self) -> Option<Arc<dyn Fire>> {
        self.heap.remove(self)
    }

    /// The heap it was set in, and the slot there.
    pub(crate) fn place(self) -> (&'static Heap, u32) {
        (self.heap, self.slot)
    }
}

#[derive(Clone, Copy)]
enum What {
    Wake(&'static G),
    /// What stands in this slot, if it still has the entry's number.
    Call(u32),
}

struct Entry {
    when: u64,
    seq: u64,
    what: What,
}

impl Entry {
    /// One number, because a heap compares at every step.
    fn moment(&self) -> u128 {
        u128::from(self.when) << 64 | u128::from(self.seq)
    }
}

impl PartialEq for Entry {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        self.seq == other.seq
    }
}
impl Eq for Entry {}
impl PartialOrd for Entry {
    #[inline]
    fn partial_cmp(&self, other: &Self) -> Option<Order> {
        Some(self.cmp(other))
    }
    #[inline]
    fn le(&self, other: &Self) -> bool {
        self.moment() >= other.moment()
    }
    #[inline]
    fn ge(&self, other: &Self) -> bool {
        self.moment() <= other.moment()
    }
}
impl Ord for Entry {
    /// The greatest is the one that is due first.
    #[inline]
    fn cmp(&self, other: &Self) -> Order {
        other.moment().cmp(&self.moment())
    }
}

struct Slot {
    /// The number of the setting; 0: it is free.
    seq: u64,
    when: u64,
    /// The number of the entry that stands for it, and when that one is due: not after `when`.
    entry: u64,
    entry_when: u64,
    call: Option<Arc<dyn Fire>>,
}

impl Slot {
    fn new(seq: u64, when: u64, call: Arc<dyn Fire>) -> Slot {
        Slot {
            seq,
            when,
            entry: seq,
            entry_when: when,
            call: Some(call),
        }
    }

    fn holds(&self, call: &Arc<impl Fire>) -> bool {
        self.call
            .as_ref()
            .is_some_and(|c| std::ptr::addr_eq(Arc::as_ptr(c), Arc::as_ptr(call)))
    }
}

/// What became of a timer, for whoever looks on at a heap.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Turn {
    Set,
    SetAnew,
    Stopped,
    Fires,
}

/// A change of a heap, and how the heap stands after it.
#[derive(Clone, Copy)]
pub(crate) struct Change {
    pub(crate) how: Turn,
    /// Who sleeps until then, if the timer is of that kind.
    pub(crate) sleeper: Option<&'static G>,
    /// When it is due, or was to be.
    pub(crate) when: u64,
    pub(crate) len: usize,
    /// When the first one is due now.
    pub(crate) first: u64,
}

/// Who is told of each change of a heap. Under the heap's lock, so in the order in which they happen; nothing but what is
/// told may be written down there.
pub(crate) trait LooksOn: Sync {
    /// `heap` is the number that the heap was given with this one.
    fn changed(&self, heap: usize, change: Change);
}

/// What is due.
pub(crate) enum Due {
    /// This goroutine, which sleeps, is to be woken.
    Wake(&'static G),
    /// This is to be called, with its key.
    Call(Arc<dyn Fire>, Key),
}

/// Timers, earliest first.
pub(crate) struct Heap {
    inner: Lock<Inner>,
    /// When the first is due. Written under the lock.
    first: AtomicU64,
}

#[derive(Default)]
struct Inner {
    entries: BinaryHeap<Entry>,
    seq: u64,
    slots: Vec<Slot>,
    free: Vec<u32>,
    dead: usize,
    /// Who is told of each change, and under which number.
    looks_on: Option<(&'static dyn LooksOn, usize)>,
}

impl Inner {
    fn len(&self) -> usize {
        self.entries.len() - self.dead
    }

    /// Tells of a change that was made. Who asks first whether anybody looks on pays nothing else.
    #[cold]
    #[inline(never)]
    fn tell(&self, how: Turn, sleeper: Option<&'static G>, when: u64, first: u64) {
        if let Some((by, heap)) = self.looks_on {
            let len = self.len();
            let change = Change {
                how,
                sleeper,
                when,
                len,
                first,
            };
            by.changed(heap, change);
        }
    }

    fn is_dead(slots: &[Slot], e: &Entry) -> bool {
        matches!(e.what, What::Call(slot) if slots[slot as usize].entry != e.seq)
    }

    /// Empties a slot that belongs to the setting with this number.
    fn empty(&mut self, slot: u32, seq: u64) -> Option<Arc<dyn Fire>> {
        let s = &mut self.slots[slot as usize];
        if s.seq != seq {
            return None;
        }
        (s.seq, s.entry) = (0, 0);
        self.free.push(slot);
        s.call.take()
    }

    /// Takes dead entries from the head, and moves those that were put off; says when the first is due.
    fn tidy(&mut self) -> u64 {
        while let Some(mut e) = self.entries.peek_mut() {
            let What::Call(slot) = e.what else {
                return e.when;
            };
            let s = &mut self.slots[slot as usize];
            if s.entry != e.seq {
                PeekMut::pop(e);
                self.dead -= 1;
            } else if s.seq != e.seq {
                (e.seq, e.when) = (s.seq, s.when);
                (s.entry, s.entry_when) = (s.seq, s.when);
            } else {
                return e.when;
            }
        }
        // As much as is needed to grow again, and no more.
        self.slots.clear();
        self.free.clear();
        self.entries.shrink_to(FEW);
        self.slots.shrink_to(FEW);
        self.free.shrink_to(FEW);
        NEVER
    }

    /// One more entry is dead.
    fn one_died(&mut self) {
        self.dead += 1;
        if self.dead >= FEW && 2 * self.dead > self.entries.len() {
            self.sweep();
        }
    }

    fn sweep(&mut self) {
        let slots = &self.slots;
        self.entries.retain(|e| !Inner::is_dead(slots, e));
        self.entries.shrink_to(2 * self.entries.len().max(FEW));
        self.dead = 0;
    }
}

impl Heap {
    pub(crate) fn new() -> Heap {
        Heap {
            inner: Lock::new(Inner::default()),
            first: AtomicU64::new(NEVER),
        }
    }

    /// When the first is due; [`NEVER`] if there is none.
    #[inline]
    pub(crate) fn first(&self) -> u64 {
        self.first.load(Ordering::Acquire)
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.inner.lock().len()
    }

    /// From here on `by` is told of each change, under this number; nobody if it is `None`.
    pub(crate) fn tell_to(&self, by: Option<(&'static dyn LooksOn, usize)>) {
        self.inner.lock().looks_on = by;
    }

    /// Has `g`, which waits, woken at `when`. Answers whether this is the first now.
    pub(crate) fn wake(&self, when: u64, g: &'static G) -> bool {
        let mut inner = self.inner.lock();
        inner.seq += 1;
        let seq = inner.seq;
        self.put(&mut inner, when, seq, What::Wake(g))
    }

    /// Has `call` called at `when`. Answers whether this is the first now, too.
    pub(crate) fn add(&'static self, when: u64, call: Arc<dyn Fire>) -> (Key, bool) {
        let when = when.min(LATEST);
        let mut inner = self.inner.lock();
        inner.seq += 1;
        let seq = inner.seq;
        let full = Slot::new(seq, when, call);
        let slot = match inner.free.pop() {
            Some(slot) => {
                inner.slots[slot as usize] = full;
                slot
            }
            None => {
                inner.slots.push(full);
                u32::try_from(inner.slots.len() - 1).expect("fewer than 2^32 timers")
            }
        };
        let first = self.put(&mut inner, when, seq, What::Call(slot));
        let key = Key {
            heap: self,
            slot,
            seq,
        };
        (key, first)
    }

    #[inline(always)]
    fn put(&self, inner: &mut Inner, when: u64, seq: u64, what: What) -> bool {
        let when = when.min(LATEST);
        inner.entries.push(Entry { when, seq, what });
        let first = when < self.first.load(Ordering::Relaxed);
        if first {
            self.first.store(when, Ordering::Release);
        }
        if inner.looks_on.is_some() {
            let sleeper = match what {
                What::Wake(g) => Some(g),
                What::Call(_) => None,
            };
            inner.tell(Turn::Set, sleeper, when, self.first());
        }
        first
    }

    /// Has the call in this slot called at `when` instead, if it is `call`. Answers whether this is the first now. `None`:
    /// it is not there; it has been taken out to be called, or was removed.
    pub(crate) fn set_anew(&self, slot: u32, call: &Arc<impl Fire>, when: u64) -> Option<bool> {
        let when = when.min(LATEST);
        let mut guard = self.inner.lock();
        let inner = &mut *guard;
        let s = inner.slots.get_mut(slot as usize)?;
        if !s.holds(call) {
            return None;
        }
        inner.seq += 1;
        let seq = inner.seq;
        (s.seq, s.when) = (seq, when);
        if when < s.entry_when {
            (s.entry, s.entry_when) = (seq, when);
            inner.entries.push(Entry {
                when,
                seq,
                what: What::Call(slot),
            });
            inner.one_died();
        }
        let first = inner.tidy();
        let before = self.first.load(Ordering::Relaxed);
        self.first.store(first, Ordering::Release);
        if inner.looks_on.is_some() {
            inner.tell(Turn::SetAnew, None, when, first);
        }
        Some(when < before)
    }

    /// Removes the call in this slot, if it is `call`.
    pub(crate) fn remove_from(&self, slot: u32, call: &Arc<impl Fire>) -> Option<Arc<dyn Fire>> {
        let mut inner = self.inner.lock();
        let s = inner.slots.get(slot as usize)?;
        if !s.holds(call) {
            return None;
        }
        let seq = s.seq;
        self.take_out(&mut inner, slot, seq)
    }

    fn remove(&self, key: Key) -> Option<Arc<dyn Fire>> {
        let mut inner = self.inner.lock();
        if inner.slots.len() <= key.slot as usize {
            return None;
        }
        self.take_out(&mut inner, key.slot, key.seq)
    }

    #[inline(always)]
    fn take_out(&self, inner: &mut Inner, slot: u32, seq: u64) -> Option<Arc<dyn Fire>> {
        // A slot that was emptied may be gone.
        let when = match inner.looks_on.is_some() {
            true => inner.slots[slot as usize].when,
            false => 0,
        };
        let call = inner.empty(slot, seq)?;
        inner.one_died();
        let first = inner.tidy();
        self.first.store(first, Ordering::Release);
        if inner.looks_on.is_some() {
            inner.tell(Turn::Stopped, None, when, first);
        }
        Some(call)
    }

    /// One thing that is due at `now`.
    pub(crate) fn pop_due(&'static self, now: u64) -> Option<Due> {
        if self.first() > now {
            return None;
        }
        let mut inner = self.inner.lock();
        if inner.entries.peek()?.when > now {
            return None;
        }
        let Entry { when, seq, what } = inner.entries.pop()?;
        let due = match what {
            What::Wake(g) => Due::Wake(g),
            What::Call(slot) => {
                let call = inner.empty(slot, seq).expect("the head is alive");
                let key = Key {
                    heap: self,
                    slot,
                    seq,
                };
                Due::Call(call, key)
            }
        };
        let first = inner.tidy();
        self.first.store(first, Ordering::Release);
        if inner.looks_on.is_some() {
            let sleeper = match due {
                Due::Wake(g) => Some(g),
                Due::Call(..) => None,
            };
            inner.tell(Turn::Fires, sleeper, when, first);
        }
        Some(due)
    }

    /// Forgets all. What was to be called is handed back, to be dropped where that does no harm.
    pub(crate) fn clear(&self) -> Vec<Arc<dyn Fire>> {
        let mut inner = self.inner.lock();
        if inner.entries.is_empty() {
            return Vec::new();
        }
        inner.entries.clear();
        inner.dead = 0;
        let calls = inner.slots.iter_mut().filter_map(|s| s.call.take());
        let calls = calls.collect();
        let first = inner.tidy();
        self.first.store(first, Ordering::Release);
        calls
    }
}

impl std::fmt::Debug for Heap {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} timers", self.len())
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    /// Writes its number down.
    struct Note(u32, Arc<Lock<Vec<u32>>>);

    impl Fire for Note {
        fn fire(self: Arc<Self>, _: Key, _: u64) {
            self.1.lock().push(self.0);
        }
    }

    struct Notes(Arc<Lock<Vec<u32>>>);

    impl Notes {
        fn new() -> Notes {
            Notes(Arc::new(Lock::new(Vec::new())))
        }
        fn note(&self, n: u32) -> Arc<Note> {
            Arc::new(Note(n, self.0.clone()))
        }
        fn call(&self, n: u32) -> Arc<dyn Fire> {
            self.note(n)
        }
        fn read(&self) -> Vec<u32> {
            self.0.lock().clone()
        }
        /// How many calls are alive.
        fn alive(&self) -> usize {
            Arc::strong_count(&self.0) - 1
        }
    }

    fn heap() -> &'static Heap {
        Box::leak(Box::new(Heap::new()))
    }

    fn fire_all(heap: &'static Heap, now: u64) {
        while let Some(due) = heap.pop_due(now) {
            match due {
                Due::Wake(_) => panic!("no goroutine sleeps here"),
                Due::Call(call, key) => call.fire(key, now),
            }
        }
    }

    #[test]
    fn due_in_order_of_time_then_age() {
        let t = heap();
        let g: Vec<_> = (0..4).map(|_| G::take()).collect();
        assert!(t.wake(20, g[0]));
        assert!(t.wake(10, g[1]));
        assert!(!t.wake(20, g[2]));
        assert!(!t.wake(30, g[3]));
        let woken = |now| match t.pop_due(now) {
            Some(Due::Wake(g)) => Some(g),
            _ => None,
        };
        assert_eq!(t.first(), 10);
        assert!(woken(9).is_none());
        assert!(woken(25) == Some(g[1]));
        assert!(woken(25) == Some(g[0]));
        assert!(woken(25) == Some(g[2]));
        assert!(woken(25).is_none());
        t.clear();
        assert_eq!(t.first(), NEVER);
    }

    #[test]
    fn a_removed_timer_is_not_called_and_owns_nothing() {
        let (heap, notes) = (heap(), Notes::new());
        let (a, _) = heap.add(10, notes.call(1));
        let (b, _) = heap.add(10, notes.call(2));
        heap.add(10, notes.call(3));
        assert!(b.remove().is_some());
        assert!(b.remove().is_none());
        assert_eq!(notes.alive(), 2);
        fire_all(heap, 10);
        assert_eq!(notes.read(), [1, 3]);
        assert!(a.remove().is_none());
        assert_eq!((notes.alive(), heap.first()), (0, NEVER));
    }

    #[test]
    fn an_old_key_does_not_remove_who_came_into_its_slot() {
        let (heap, notes) = (heap(), Notes::new());
        let (old, _) = heap.add(10, notes.call(1));
        old.remove();
        let (new, _) = heap.add(10, notes.call(2));
        assert!(old != new);
        assert!(old.remove().is_none());
        fire_all(heap, 10);
        assert_eq!(notes.read(), [2]);
    }

    #[test]
    fn a_removed_head_is_no_head() {
        let (heap, notes) = (heap(), Notes::new());
        let (a, first) = heap.add(10, notes.call(1));
        assert!(first);
        let (b, first) = heap.add(20, notes.call(2));
        assert!(!first);
        heap.add(30, notes.call(3));
        b.remove();
        assert_eq!(heap.first(), 10);
        a.remove();
        assert_eq!(heap.first(), 30);
    }

    #[test]
    fn what_is_set_anew_is_called_then_and_not_before() {
        let (heap, notes) = (heap(), Notes::new());
        let [a, b, c] = [1, 2, 3].map(|n| {
            let note = notes.note(n);
            let (_, slot) = heap.add(u64::from(n) * 10, note.clone()).0.place();
            (slot, note)
        });
        let set = |(slot, note): &(u32, Arc<Note>), when| heap.set_anew(*slot, note, when);
        // Put off, as the head: it is no head any more.
        assert_eq!((set(&a, 25), heap.first()), (Some(false), 20));
        // Earlier than all.
        assert_eq!((set(&c, 5), heap.first()), (Some(true), 5));
        // Later, and earlier again, but not as early as its entry lies.
        assert_eq!(set(&b, 90), Some(false));
        assert_eq!(set(&b, 25), Some(false));
        assert_eq!(heap.len(), 3);
        fire_all(heap, 4);
        assert_eq!(notes.read(), []);
        fire_all(heap, 24);
        assert_eq!(notes.read(), [3]);
        assert_eq!(set(&c, 30), None, "it was called");
        // Of one moment: who was set first.
        fire_all(heap, 25);
        assert_eq!(notes.read(), [3, 1, 2]);
        assert_eq!((heap.len(), heap.first()), (0, NEVER));
    }

    #[test]
    fn a_slot_gives_a_call_to_nobody_else() {
        let (heap, notes) = (heap(), Notes::new());
        let (mine, other) = (notes.note(1), notes.note(2));
        let (_, slot) = heap.add(10, mine.clone()).0.place();
        assert_eq!(heap.set_anew(slot, &other, 5), None);
        assert!(heap.remove_from(slot, &other).is_none());
        assert!(heap.remove_from(slot + 1, &mine).is_none());
        assert!(heap.remove_from(slot, &mine).is_some());
        assert!(heap.remove_from(slot, &mine).is_none());
        assert_eq!(heap.set_anew(slot, &mine, 5), None);
        let (_, again) = heap.add(20, other.clone()).0.place();
        assert_eq!(again, slot);
        assert!(heap.remove_from(slot, &mine).is_none());
        assert_eq!(heap.set_anew(slot, &other, 30), Some(false));
        fire_all(heap, 30);
        assert_eq!(notes.read(), [2]);
    }

    #[test]
    fn timers_that_are_set_anew_at_random_fire_in_the_order_of_their_last_settings() {
        let (heap, notes) = (heap(), Notes::new());
        let mut rng = fastrand::Rng::with_seed(1);
        let calls: Vec<_> = (0..300).map(|n| notes.note(n)).collect();
        let slots: Vec<_> = calls
            .iter()
            .map(|c| heap.add(50, c.clone()).0.place().1)
            .collect();
        // The moment, the age, and whose.
        let mut set: Vec<_> = (0..300).map(|n| (50, n, n)).collect();
        for age in 300..20_000 {
            let (i, when) = (rng.usize(..set.len()), rng.u64(..100));
            (set[i].0, set[i].1) = (when, age);
            let first = heap.set_anew(slots[i], &calls[i], when);
            assert!(first.is_some(), "nothing fires yet");
            assert_eq!(Some(heap.first()), set.iter().map(|s| s.0).min());
        }
        assert!(heap.inner.lock().entries.len() <= 2 * set.len() + FEW);
        set.sort_unstable();
        fire_all(heap, 100);
        assert_eq!(notes.read(), set.iter().map(|s| s.2).collect::<Vec<_>>());
    }

    #[test]
    fn at_most_half_is_dead() {
        let (heap, notes) = (heap(), Notes::new());
        heap.add(1, notes.call(0));
        for i in 0..100_000 {
            heap.add(1_000 + i, notes.call(1)).0.remove();
        }
        let inner = heap.inner.lock();
        assert!(inner.entries.len() <= 2 * FEW);
        assert!(inner.slots.len() <= 2);
        assert_eq!(notes.alive(), 1);
    }

    #[test]
    fn what_is_left_after_sweeps_fires_in_order() {
        let (heap, notes) = (heap(), Notes::new());
        let mut keys = Vec::new();
        for i in 0..1_000u32 {
            let when = u64::from(i * 7 % 1_000);
            keys.push((heap.add(when, notes.call(when as u32)).0, when));
        }
        for (key, when) in keys {
            if when % 5 != 0 {
                key.remove();
            }
        }
        fire_all(heap, LATEST);
        assert_eq!(notes.read(), (0..1_000).step_by(5).collect::<Vec<_>>());
    }

    #[test]
    fn of_a_removal_and_a_firing_exactly_one_has_the_call() {
        let (heap, notes) = (heap(), Notes::new());
        let mut removed = 0;
        for i in 0..500 {
            let (key, _) = heap.add(i, notes.call(0));
            removed += std::thread::scope(|s| {
                let firing = s.spawn(|| fire_all(heap, LATEST));
                let removed = usize::from(key.remove().is_some());
                assert!(firing.join().is_ok());
                removed
            });
        }
        assert_eq!(removed + notes.read().len(), 500);
    }

    #[test]
    fn clearing_hands_the_calls_back() {
        let (heap, notes) = (heap(), Notes::new());
        let (key, _) = heap.add(NEVER, notes.call(1));
        assert_eq!(heap.first(), LATEST);
        assert_eq!(heap.clear().len(), 1);
        assert_eq!((notes.alive(), heap.first()), (0, NEVER));
        assert!(key.remove().is_none());
    }
}
