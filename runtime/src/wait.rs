//! The two verbs everything that blocks is written on: `park` and `ready`, and the queue of those who wait.
//!
//! **Parking**, step by step:
//! 1. A goroutine holds the lock of the object it will wait on, and has found that it must wait.
//! 2. It puts a [`Sudog`] that lives in its own frame into the object's [`WaitQueue`].
//! 3. It suspends. Its scheduler, on the scheduler's stack, writes status `Waiting` and *then* releases the lock.
//! 4. A waker takes the lock, dequeues the sudog, leaves in it what it has to leave, releases the lock, calls `ready`.
//! 5. The goroutine is resumed in the frame of step 2 and reads what was left.
//!
//! **Invariants.** Nobody can find the sudog before step 3 is complete, because finding it takes the lock: so a wake-up
//! is never lost and never early, without a second state word. Between dequeue and `ready` the waker alone owns the
//! sudog ([`Woken`]); after `ready` it must not touch it. No lock of an object is held when `ready` is called.
//! If the runtime ends while a goroutine waits, `Abandon` takes its sudog out under the same lock, so that an object
//! which outlives the runtime never points into a stack that is gone.
//!
//! A goroutine may wait in several queues at once (`select`): then each of its sudogs refers to one [`Claim`].
//!
//! **Rejected**: heap-allocated sudogs with a cache per P, as Go has them (Go must: its stacks move; ours do not);
//! a state word with a compare-and-swap on both sides (two more atomics a wait, and a window to argue about).

mod outside;

use std::marker::PhantomData;
use std::panic::Location;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::coro::{Command, Unlock};
use crate::goroutine::{Abandon, G, WaitReason, prefetch};
use crate::lock::LockGuard;
use crate::primitives::Lock;
use crate::seam::{self, Op};
use outside::StandIn;

/// From how many waiters on a queue is a crowd; and how far ahead of who is dequeued the sudogs of a crowd are fetched, in
/// places: as many as a processor can wait for at once.
const CROWD: usize = 64;
const AHEAD: usize = 8;

/// One goroutine's wait: in the frame of the goroutine that waits, linked into one queue.
pub(crate) struct Sudog<E> {
    g: &'static G,
    elem: E,
    next: Option<NonNull<Sudog<E>>>,
    prev: Option<NonNull<Sudog<E>>>,
    linked: bool,
    /// In a crowd, who stands [`AHEAD`] places behind it, or stood there once: an address to fetch, not to look at.
    ahead: *const Sudog<E>,
    /// Null for one that waits here only. Else where it says which of several queues woke it, and which this one is.
    claim: *const Claim,
    case: u32,
}

impl<E> Sudog<E> {
    pub(crate) fn new(g: &'static G, elem: E) -> Self {
        Sudog {
            g,
            elem,
            next: None,
            prev: None,
            linked: false,
            ahead: std::ptr::null(),
            claim: std::ptr::null(),
            case: 0,
        }
    }

    /// For one that waits in several queues: this one is number `case` of those that `claim` is for.
    pub(crate) fn one_of(&mut self, claim: *const Claim, case: u32) {
        self.claim = claim;
        self.case = case;
    }

    /// What its waker left, for the goroutine that waited.
    pub(crate) fn into_elem(self) -> E {
        debug_assert!(!self.linked);
        self.elem
    }

    /// Whether it waits, as far as is known under its queue's lock, or is claimed by another queue.
    fn waits(&self) -> bool {
        if !self.claim.is_null() {
            seam::claims(self.g);
        }
        self.is_unclaimed()
    }

    /// The same, by whoever only shows it: nobody is told.
    fn is_unclaimed(&self) -> bool {
        // SAFETY: a linked sudog's claim is in the same frame as the sudog.
        let claim = unsafe { self.claim.as_ref() };
        claim.is_none_or(|c| c.winner().is_none())
    }

    /// Claims it for this queue. It must be woken if that succeeds, and left alone else.
    fn claim(&self) -> bool {
        // SAFETY: as in `waits`.
        let Some(c) = (unsafe { self.claim.as_ref() }) else {
            return true;
        };
        seam::claims(self.g);
        c.take(self.case)
    }
}

/// Which of several queues has woken a goroutine that waits in all of them: Go's `selectDone`.
///
/// Whoever dequeues one of its sudogs takes the claim with one compare-and-swap, and wakes the goroutine only if it was
/// the first. The sudogs in the other queues are void from then on; the goroutine takes them out itself, under the locks
/// of those queues, before it goes on: until then they are valid memory, and whoever meets one skips it.
#[derive(Debug)]
pub(crate) struct Claim(AtomicU32);

impl Claim {
    /// Taken by nobody.
    const FREE: u32 = u32::MAX;
    /// Taken by the end of the runtime.
    const VOID: u32 = u32::MAX - 1;

    pub(crate) fn new() -> Claim {
        Claim(AtomicU32::new(Claim::FREE))
    }

    fn take(&self, case: u32) -> bool {
        self.0
            .compare_exchange(Claim::FREE, case, Ordering::AcqRel, Ordering::Relaxed)
            .is_ok()
    }

    /// The runtime ends: nobody shall wake it any more. `false`: somebody already does.
    pub(crate) fn void(&self) -> bool {
        self.take(Claim::VOID)
    }

    /// Who took it.
    pub(crate) fn winner(&self) -> Option<u32> {
        Some(self.0.load(Ordering::Acquire)).filter(|&c| c != Claim::FREE)
    }
}

/// Goroutines that wait, first in, first out, each with an `E` through which it and its waker talk.
///
/// Lives inside the state that a [`Lock`] protects.
pub(crate) struct WaitQueue<E> {
    head: Option<NonNull<Sudog<E>>>,
    tail: Option<NonNull<Sudog<E>>>,
    len: usize,
    _own: PhantomData<E>,
}

// SAFETY: the queue is reached under its owner's lock only, and the frames it points into belong to goroutines that
// wait; an `E` moves from thread to thread through it.
unsafe impl<E: Send> Send for WaitQueue<E> {}

impl<E> WaitQueue<E> {
    pub(crate) const fn new() -> Self {
        WaitQueue {
            head: None,
            tail: None,
            len: 0,
            _own: PhantomData,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Appends `node`.
    ///
    /// # Safety
    ///
    /// `node` is linked nowhere and stays where it is until it has been dequeued (and its waker has called `ready`) or
    /// removed.
    unsafe fn push(&mut self, node: NonNull<Sudog<E>>) {
        // SAFETY: the caller's node is valid, and so is the tail: every linked node is.
        unsafe {
            (*node.as_ptr()).prev = self.tail;
            (*node.as_ptr()).next = None;
            (*node.as_ptr()).linked = true;
            match self.tail {
                Some(t) => (*t.as_ptr()).next = Some(node),
                None => self.head = Some(node),
            }
        }
        self.tail = Some(node);
        self.len += 1;
        if self.len >= CROWD {
            // SAFETY: linked just now.
            unsafe { self.point_ahead(node) };
        }
    }

    /// Tells the one who stands [`AHEAD`] places before `node` about it.
    ///
    /// # Safety
    ///
    /// `node` is linked here, and so many stand before it.
    #[cold]
    unsafe fn point_ahead(&self, node: NonNull<Sudog<E>>) {
        let mut before = node;
        for _ in 0..AHEAD {
            // SAFETY: linked nodes are valid, and so are their neighbours.
            let Some(prev) = (unsafe { before.as_ref() }).prev else {
                return;
            };
            before = prev;
        }
        // SAFETY: as above, and under the owner's lock nobody else writes to it.
        unsafe { (*before.as_ptr()).ahead = node.as_ptr() };
    }

    /// Puts `node` before all others.
    ///
    /// # Safety
    ///
    /// As for `push`.
    unsafe fn push_front(&mut self, node: NonNull<Sudog<E>>) {
        // SAFETY: the caller's node is valid, and so is the head: every linked node is.
        unsafe {
            (*node.as_ptr()).prev = None;
            (*node.as_ptr()).next = self.head;
            (*node.as_ptr()).linked = true;
            match self.head {
                Some(h) => (*h.as_ptr()).prev = Some(node),
                None => self.tail = Some(node),
            }
        }
        self.head = Some(node);
        self.len += 1;
    }

    /// Takes `node` out.
    ///
    /// # Safety
    ///
    /// `node` is linked in this queue.
    unsafe fn unlink(&mut self, node: NonNull<Sudog<E>>) {
        // SAFETY: the node is linked here, so it and its neighbours are valid.
        unsafe {
            let n = &mut *node.as_ptr();
            match n.prev {
                Some(p) => (*p.as_ptr()).next = n.next,
                None => self.head = n.next,
            }
            match n.next {
                Some(x) => (*x.as_ptr()).prev = n.prev,
                None => self.tail = n.prev,
            }
            // Its links are not looked at any more.
            n.linked = false;
        }
        self.len -= 1;
    }

    /// Puts a sudog of a goroutine that waits in several queues at the end.
    ///
    /// # Safety
    ///
    /// As for `push`; and [`WaitQueue::remove`] is called before the sudog's frame ends.
    pub(crate) unsafe fn enqueue(&mut self, node: NonNull<Sudog<E>>) {
        // SAFETY: the caller's promise.
        unsafe { self.push(node) };
    }

    /// Takes out a sudog that was put in with `enqueue`, if it is still there.
    ///
    /// # Safety
    ///
    /// `node` is valid, and was put into this queue or none.
    pub(crate) unsafe fn remove(&mut self, node: NonNull<Sudog<E>>) {
        // SAFETY: valid, and under the owner's lock nobody else writes to it.
        if unsafe { node.as_ref() }.linked {
            // SAFETY: linked, and only ever into this queue.
            unsafe { self.unlink(node) };
        }
    }

    /// Whether it has no sudogs, not even void ones.
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.head.is_none()
    }

    /// Whether anybody waits. Takes out those whom another queue has woken.
    pub(crate) fn anybody(&mut self) -> bool {
        while let Some(node) = self.head {
            // SAFETY: the head is linked here.
            if unsafe { node.as_ref() }.waits() {
                return true;
            }
            // SAFETY: as above.
            unsafe { self.unlink(node) };
        }
        false
    }

    /// The one who has waited longest, taken out of the queue. It must be woken.
    #[inline]
    pub(crate) fn dequeue(&mut self) -> Option<Woken<E>> {
        while let Some(node) = self.head {
            // SAFETY: the head is linked here.
            unsafe { self.unlink(node) };
            // SAFETY: valid: one that another queue woke stays in its frame until it has been through our lock.
            if unsafe { node.as_ref() }.claim() {
                return Some(Woken { node });
            }
        }
        None
    }

    /// All who wait, who has waited longest first. Each must be woken.
    ///
    /// Their sudogs lie on as many stacks: who goes from one to the next waits for memory at each, so those to come are
    /// fetched.
    pub(crate) fn dequeue_all(&mut self, mut each: impl FnMut(&'static G)) {
        while let Some(node) = self.head {
            // SAFETY: the head is linked here.
            prefetch(unsafe { node.as_ref() }.ahead.addr());
            if let Some(woken) = self.dequeue() {
                each(woken.claimed());
            }
        }
    }

    /// The first, from the one who has waited longest on, whose `E` is as wanted; taken out of the queue.
    pub(crate) fn dequeue_where(&mut self, mut wanted: impl FnMut(&E) -> bool) -> Option<Woken<E>> {
        let mut at = self.head;
        while let Some(node) = at {
            // SAFETY: linked nodes are valid, and nobody writes to them while the owner's lock is held.
            let n = unsafe { node.as_ref() };
            let next = n.next;
            if wanted(&n.elem) {
                // SAFETY: linked here.
                unsafe { self.unlink(node) };
                // SAFETY: as in `dequeue`.
                if unsafe { node.as_ref() }.claim() {
                    return Some(Woken { node });
                }
            }
            at = next;
        }
        None
    }

    /// Looks at everyone who waits, longest first.
    pub(crate) fn for_each(&self, mut f: impl FnMut(&'static G, &E)) {
        self.visit(|n| {
            if n.waits() {
                f(n.g, &n.elem);
            }
        });
    }

    /// The same, for an observer: that it was looked at is no part of the schedule.
    pub(crate) fn for_each_untold(&self, mut f: impl FnMut(&'static G, &E)) {
        self.visit(|n| {
            if n.is_unclaimed() {
                f(n.g, &n.elem);
            }
        });
    }

    fn visit(&self, mut f: impl FnMut(&Sudog<E>)) {
        let mut at = self.head;
        while let Some(node) = at {
            // SAFETY: linked nodes are valid, and nobody writes to them while the owner's lock is held.
            let n = unsafe { node.as_ref() };
            f(n);
            at = n.next;
        }
    }
}

impl<E> Drop for WaitQueue<E> {
    fn drop(&mut self) {
        // A goroutine that waits holds a reference to the object, and one that is abandoned was taken out.
        debug_assert!(
            self.head.is_none(),
            "an object died with goroutines waiting on it"
        );
    }
}

/// A goroutine that was dequeued: its waker leaves something in `elem`, releases the object's lock, and calls `ready`.
#[must_use = "a dequeued goroutine that nobody readies waits for ever"]
pub(crate) struct Woken<E> {
    node: NonNull<Sudog<E>>,
}

impl<E> Woken<E> {
    pub(crate) fn elem(&mut self) -> &mut E {
        // SAFETY: dequeued and not yet readied: the waker alone owns the node.
        unsafe { &mut (*self.node.as_ptr()).elem }
    }

    pub(crate) fn g(&self) -> &'static G {
        // SAFETY: as in `elem`.
        unsafe { self.node.as_ref() }.g
    }

    /// Whom to `ready` later: what had to be left is left. The node must not be touched after the goroutine is ready.
    pub(crate) fn claimed(self) -> &'static G {
        self.g()
    }

    /// Wakes it. Call it without the object's lock.
    #[inline]
    pub(crate) fn ready(self) {
        // The node must not be touched after this.
        ready(self.g());
    }
}

struct Parked<S, E> {
    lock: *const Lock<S>,
    queue: fn(&mut S) -> &mut WaitQueue<E>,
    node: NonNull<Sudog<E>>,
}

/// Releases the lock that a parking goroutine held.
///
/// # Safety
///
/// `data` points to a `Lock<S>` that is locked, and whose guard was forgotten.
unsafe fn unlock<S>(data: *const ()) {
    // SAFETY: the caller's promise. The object is alive: the goroutine that parked holds a reference to it.
    unsafe { (*data.cast::<Lock<S>>()).force_unlock(crate::lock::guard_state()) }
}

/// Takes the sudog of a waiting goroutine out of its queue.
///
/// # Safety
///
/// `data` points to the `Parked<S, E>` in the frame of a goroutine that waits.
unsafe fn abandon<S, E>(data: *const ()) -> bool {
    // SAFETY: the frame is intact (the caller's promise).
    let p = unsafe { &*data.cast::<Parked<S, E>>() };
    // SAFETY: the object is alive: the frame's reference to it was never dropped.
    let mut state = unsafe { &*p.lock }.lock();
    // SAFETY: under the lock, and the frame is intact.
    if unsafe { p.node.as_ref() }.linked {
        // SAFETY: linked, and a sudog is only ever linked into the queue it was pushed to.
        unsafe { (p.queue)(&mut state).unlink(p.node) };
        true
    } else {
        false
    }
}

/// Which end of a queue a goroutine joins.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Turn {
    /// Behind all others.
    Last,
    /// Before all others: it has waited before, and was woken in vain.
    First,
}

/// [`wait_in_turn`] behind all others.
#[inline]
pub(crate) fn wait_on<S, E>(
    guard: LockGuard<'_, S>,
    queue: fn(&mut S) -> &mut WaitQueue<E>,
    elem: E,
    reason: WaitReason,
    at: &'static Location<'static>,
) -> E {
    wait_in_turn(guard, queue, elem, Turn::Last, reason, at)
}

/// Waits in `queue` (a part of what `guard` protects) until somebody dequeues and readies this goroutine; the lock is
/// released once it sleeps. Gives back what the waker left in `elem`.
///
/// # Panics
///
/// Where nobody can wait ([`Who::waits`]); the lock is released then.
pub(crate) fn wait_in_turn<S, E>(
    guard: LockGuard<'_, S>,
    queue: fn(&mut S) -> &mut WaitQueue<E>,
    elem: E,
    turn: Turn,
    reason: WaitReason,
    at: &'static Location<'static>,
) -> E {
    let Some(who) = Who::waits() else {
        // What a panic calls may want it.
        drop(guard);
        seam::outside("this call would block");
    };
    wait_as(&who, guard, queue, elem, turn, reason, at)
}

/// [`wait_in_turn`] where it is known already who waits.
#[inline]
pub(crate) fn wait_as<S, E>(
    who: &Who,
    mut guard: LockGuard<'_, S>,
    queue: fn(&mut S) -> &mut WaitQueue<E>,
    elem: E,
    turn: Turn,
    reason: WaitReason,
    at: &'static Location<'static>,
) -> E {
    let mut node = Sudog::new(who.g(), elem);
    // One pointer, from which everything below is derived: the waker writes through it while we sleep.
    let node_ptr = NonNull::from(&mut node);
    // SAFETY: the node stays in this frame, which does not end before the goroutine is readied or abandoned.
    unsafe {
        match turn {
            Turn::Last => queue(&mut guard).push(node_ptr),
            Turn::First => queue(&mut guard).push_front(node_ptr),
        }
    }
    let lock: *const Lock<S> = LockGuard::mutex(&guard);
    std::mem::forget(guard);
    let parked = Parked {
        lock,
        queue,
        node: node_ptr,
    };
    // SAFETY: `parked` and the lock outlive the wait: both are reached from this frame.
    unsafe {
        who.park(
            reason,
            at,
            Some(Unlock {
                run: unlock::<S>,
                data: lock.cast(),
            }),
            Some(Abandon {
                run: abandon::<S, E>,
                data: std::ptr::from_ref(&parked).cast(),
            }),
        );
    }
    debug_assert!(!node.linked);
    node.elem
}

/// Who is about to wait.
pub(crate) enum Who {
    Goroutine(&'static G),
    Thread(StandIn),
}

impl Who {
    /// Whether whoever calls could wait.
    pub(crate) fn can_wait() -> bool {
        Who::waits().is_some()
    }

    /// The goroutine that runs, or a thread that a goroutine has made; `None` for other threads, which cannot wait.
    #[inline]
    pub(crate) fn waits() -> Option<Who> {
        match seam::current() {
            Some((_, g)) => Some(Who::Goroutine(g)),
            None => StandIn::new().map(Who::Thread),
        }
    }

    /// The same, or the panic of a call that would block where nobody can wait.
    #[inline]
    #[track_caller]
    pub(crate) fn expect(what: &str) -> Who {
        match Who::waits() {
            Some(who) => who,
            None => seam::outside(what),
        }
    }

    #[inline]
    pub(crate) fn g(&self) -> &'static G {
        match self {
            Who::Goroutine(g) => g,
            Who::Thread(t) => t.g,
        }
    }

    /// [`park`], or what a thread does in its place.
    ///
    /// # Safety
    ///
    /// As for `park`.
    #[inline]
    pub(crate) unsafe fn park(
        &self,
        reason: WaitReason,
        at: &'static Location<'static>,
        unlock: Option<Unlock>,
        abandon: Option<Abandon>,
    ) {
        // SAFETY: the caller's promise.
        unsafe {
            match self {
                Who::Goroutine(g) => park(g, reason, at, unlock, abandon),
                Who::Thread(t) => t.sleep(unlock, abandon),
            }
        }
    }
}

/// Suspends the goroutine that runs until somebody calls `ready` on it.
///
/// # Safety
///
/// `g` is the goroutine that runs. `unlock` makes it possible that somebody calls `ready`; it is run after the switch,
/// and its data must be valid then. `abandon`'s data must stay valid until this returns.
pub(crate) unsafe fn park(
    g: &'static G,
    reason: WaitReason,
    at: &'static Location<'static>,
    unlock: Option<Unlock>,
    abandon: Option<Abandon>,
) {
    g.set_wait(reason, at);
    // SAFETY: `g` is the goroutine that runs (the caller's promise).
    unsafe {
        g.set_abandon(abandon);
        g.suspend(Command::Park(unlock));
        // Its data is of a frame that will end.
        g.set_abandon(None);
    }
}

/// Waits for ever, as a receive from a nil channel does.
pub(crate) fn park_forever(reason: WaitReason, at: &'static Location<'static>) -> ! {
    let (_, g) = seam::expect_current("this call would block for ever");
    loop {
        // SAFETY: `g` runs; nobody knows that it waits, so nobody readies it, and there is nothing to take it out of.
        unsafe { park(g, reason, at, None, None) };
    }
}

/// Makes a goroutine that waits runnable: on this thread's P if it is of this runtime, else in its own runtime's queue.
#[inline]
pub(crate) fn ready(g: &'static G) {
    match seam::current_scheduler() {
        Some(s) if s.home() == g.home() => s.ready(g),
        _ if g.home() == outside::OUTSIDE => {
            // Its thread looks itself. Nobody else can have woken it.
            let woken = g.wake();
            debug_assert!(woken);
        }
        _ => seam::ready_from_outside(g),
    }
}

/// Sleeps until the runtime's clock shows `when`.
pub(crate) fn sleep_until(when: u64, at: &'static Location<'static>) {
    struct Args {
        when: u64,
        g: &'static G,
    }
    /// # Safety
    ///
    /// `data` points to the `Args` in the frame of a goroutine that has just been switched away from.
    unsafe fn set_timer(data: *const ()) {
        // SAFETY: the frame is intact until the goroutine is readied, which only the timer set here does.
        let Args { when, g } = unsafe { std::ptr::read(data.cast::<Args>()) };
        seam::wake_at(when, g);
    }
    let (_, g) = seam::expect_current("sleep");
    let args = Args { when, g };
    // SAFETY: `g` runs, and `args` lives in this frame. The timer is its runtime's own and dies with it: nothing to abandon.
    unsafe {
        park(
            g,
            WaitReason::Sleep,
            at,
            Some(Unlock {
                run: set_timer,
                data: std::ptr::from_ref(&args).cast(),
            }),
            None,
        );
    }
}

/// Gives way to others: to the end of the global queue, as Go's `Gosched`.
#[track_caller]
pub(crate) fn gosched() {
    let (_, g) = seam::expect_current("gosched");
    g.set_place(Location::caller());
    seam::point_free(Op::Gosched);
    // SAFETY: `g` is the goroutine that runs.
    unsafe { g.suspend(Command::Yield) };
}

/// Gives way to the others of its P: to the end of their queue, as Go's `goyield`. For who has just readied one that
/// shall run at once.
pub(crate) fn stand_back() {
    let (_, g) = seam::expect_current("a goroutine stands back");
    // SAFETY: `g` is the goroutine that runs.
    unsafe { g.suspend(Command::StandBack) };
}
