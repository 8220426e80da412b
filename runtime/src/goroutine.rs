//! G: what the runtime knows of one goroutine, and the states it goes through.
//!
//! A `G` is never freed. It comes from a pool of the process, belongs to one runtime while that lives, and goes back
//! when the runtime ends; so `&'static G` is always a `G`, however late somebody looks at it, and queues can hold plain
//! references. Everything that another thread may read is an atomic or has a lock; the coroutine is one thread's at a time:
//! by whoever made the goroutine until it is first queued, and then by whoever holds it in state `Running`.
//!
//! ```text
//!            go                 execute              gosched, end of slice
//!   Dead ─────────→ Runnable ─────────────→ Running ───────────────────────→ Runnable
//!     ↑                 ↑                    │    │
//!     │                 │ ready              │    │ park: Waiting is written after the switch,
//!     │                 └───────── Waiting ←─┘    │ and only then the lock is released under which
//!     └───────────────────────────────────────────┘ somebody could find it and make it ready
//! ```
//!
//! Rejected: `Arc<G>` (two atomic operations for each queue it passes), and a `G` on its own stack (a stale reference
//! would read unmapped memory).

mod list;
mod reason;

use std::cell::{Cell, UnsafeCell};
use std::panic::Location;
use std::sync::atomic::{AtomicPtr, AtomicU8, AtomicU32, AtomicU64, AtomicUsize, Ordering};

use crate::coro::{Command, Coro, Suspender};
use crate::primitives::Lock;
use crate::stack::Stack;
pub(crate) use crate::status::Status;
use crate::status::StatusWord;
pub(crate) use list::GList;
pub(crate) use reason::WaitReason;

/// Who made a goroutine, and what of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Origin {
    /// `type_name` of the closure that it runs.
    pub(crate) name: fn() -> &'static str,
    /// The `go` that made it; `None` for main.
    pub(crate) at: Option<&'static Location<'static>>,
    /// The goroutine that executed that `go`.
    pub(crate) by: u64,
    /// The creator's own `name`.
    pub(crate) by_name: fn() -> &'static str,
}

fn nameless() -> &'static str {
    ""
}

impl Origin {
    pub(crate) const NONE: Origin = Origin {
        name: nameless,
        at: None,
        by: 0,
        by_name: nameless,
    };
}

/// How a waiting goroutine is taken out of what it waits on when its runtime ends.
///
/// `run` answers whether the goroutine was still queued and is unlinked now; `false` says that a waker already has it
/// and will call `ready`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Abandon {
    pub(crate) run: unsafe fn(*const ()) -> bool,
    pub(crate) data: *const (),
}

/// One goroutine. What each switch reads comes first, in two lines of the cache.
#[repr(C, align(64))]
pub(crate) struct G {
    status: StatusWord,
    reason: AtomicU8,
    /// The only M that may run it, by number plus one; 0 for any.
    locked: AtomicU32,
    /// How often it has called `lock_os_thread` less `unlock_os_thread`: above 0 it stays on its thread.
    wired: AtomicU32,
    /// The scheduler's own number for it.
    slot: AtomicU32,
    /// Where it waits, or was last known to be; null if it has reached no such place yet.
    at: AtomicPtr<Location<'static>>,
    /// When the wait began, in nanoseconds of the runtime's clock, to some 10 ms; 0 where nobody looked at the clock.
    wait_since: AtomicU64,
    /// Which runtime (or explored schedule) it belongs to: a number given once in the life of the process.
    home: AtomicU64,
    /// Where its registers lie while it is suspended, to some bytes; 0 before it runs. See [`G::prefetch_stack`].
    top: AtomicUsize,
    /// Who comes after it among those that somebody has dequeued and will ready. See [`GList`].
    schedlink: AtomicPtr<G>,
    /// What only the thread that runs or owns the goroutine touches.
    own: UnsafeCell<Own>,
    id: AtomicU64,
    /// One past the highest address of its stack.
    base: AtomicUsize,
    /// How large it is. See [`Stack::addresses`]; the handler of a full stack reads both.
    stack_size: AtomicU32,
    /// Written at birth; dumps of a running program read it.
    origin: Lock<Origin>,
}

#[repr(C)]
struct Own {
    suspender: Cell<*const Suspender>,
    abandon: Cell<Option<Abandon>>,
    coro: Option<Coro>,
    /// What has to be done if it never goes on, whether it waits or was woken.
    orphan: Cell<Option<Abandon>>,
    unwinding: Cell<Vec<Raised>>,
}

/// A panic on its way: its text, and where it was raised (`file:line`).
#[derive(Clone, Debug)]
pub(crate) struct Raised {
    pub(crate) text: String,
    pub(crate) at: String,
    /// It was recovered, and thrown again as it was.
    pub(crate) again: bool,
    pub(crate) kept: Kept,
    /// What was raised before it, if anything, recovered or not.
    pub(crate) before: Option<String>,
}

/// Whether what was raised has left a `defer!` block that ran while its goroutine unwound, so that it is a part of how
/// the goroutine ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kept {
    Not,
    Panic,
    /// It was no panic, but a `goexit`.
    Goexit,
}

// SAFETY: every field but `own` is an atomic or a lock. `own` is used by one thread at a time: by the creator before the goroutine
// is queued, by the thread that holds it in state Running (the scheduler's frame and the goroutine's own code take turns
// on that thread), and by the one thread that tears the runtime down after all others have left it. Each hand-over goes
// through a queue's release and acquire.
unsafe impl Sync for G {}
// SAFETY: as above; a G itself never moves.
unsafe impl Send for G {}

impl std::fmt::Debug for G {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "G{} {:?}", self.id(), self.status())
    }
}

impl PartialEq for G {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

/// Four lines of the cache, of which each goroutine has its own.
const _: () = assert!(size_of::<G>() == 256);

static POOL: Lock<Pool> = Lock::new(Pool {
    free: Vec::new(),
    made: 0,
});
/// How many are made at once, at least and at most.
const BLOCK: (usize, usize) = (16, 512);

struct Pool {
    free: Vec<&'static G>,
    made: usize,
}

impl G {
    /// A dead `G` that nobody uses, from the process's pool.
    pub(crate) fn take() -> &'static G {
        let mut pool = POOL.lock();
        if pool.free.is_empty() {
            // One by one each would cost the allocator's header and the room that its alignment wastes; and beside the
            // main thread's heap the C library asks the system for each further page. A quarter of what there is, as with
            // stacks.
            let block = (pool.made / 4).clamp(BLOCK.0, BLOCK.1);
            pool.made += block;
            let block: Box<[G]> = (0..block).map(|_| G::new()).collect();
            pool.free.extend(Box::leak(block).iter().rev());
        }
        pool.free.pop().expect("a block was put in")
    }

    fn new() -> G {
        G {
            id: AtomicU64::new(0),
            top: AtomicUsize::new(0),
            base: AtomicUsize::new(0),
            schedlink: AtomicPtr::new(std::ptr::null_mut()),
            status: StatusWord::new(),
            reason: AtomicU8::new(0),
            at: AtomicPtr::new(std::ptr::null_mut()),
            wait_since: AtomicU64::new(0),
            home: AtomicU64::new(0),
            slot: AtomicU32::new(0),
            locked: AtomicU32::new(0),
            wired: AtomicU32::new(0),
            stack_size: AtomicU32::new(0),
            origin: Lock::new(Origin::NONE),
            own: UnsafeCell::new(Own {
                coro: None,
                suspender: Cell::new(std::ptr::null()),
                abandon: Cell::new(None),
                orphan: Cell::new(None),
                unwinding: Cell::new(Vec::new()),
            }),
        }
    }

    /// Gives `G`s back to the pool. They must be dead and known to no queue of their runtime.
    pub(crate) fn give_back(gs: impl IntoIterator<Item = &'static G>) {
        let mut pool = POOL.lock();
        for g in gs {
            debug_assert_eq!(g.status(), Status::Dead);
            g.home.store(0, Ordering::Release);
            pool.free.push(g);
        }
    }

    /// Makes a dead `G` runnable: it will run the coroutine that it has been given ([`G::coro`]).
    ///
    /// # Safety
    ///
    /// The `G` is dead and the caller is the only one to hold it.
    pub(crate) unsafe fn bear(&self, id: u64, home: u64, slot: u32, origin: Origin) {
        debug_assert_eq!(self.status(), Status::Dead);
        self.id.store(id, Ordering::Relaxed);
        self.home.store(home, Ordering::Relaxed);
        self.slot.store(slot, Ordering::Relaxed);
        self.locked.store(0, Ordering::Relaxed);
        self.wired.store(0, Ordering::Relaxed);
        self.reason.store(0, Ordering::Relaxed);
        self.wait_since.store(0, Ordering::Relaxed);
        self.at.store(std::ptr::null_mut(), Ordering::Relaxed);
        *self.origin.lock() = origin;
        // SAFETY: nobody else holds this G (the caller's promise).
        let own = unsafe { &mut *self.own.get() };
        self.top.store(0, Ordering::Relaxed);
        own.suspender.set(std::ptr::null());
        own.abandon.set(None);
        own.orphan.set(None);
        own.unwinding.take();
        self.status.set(Status::Runnable);
    }

    /// Its number, from 1 (main) upwards within its runtime.
    #[inline]
    pub(crate) fn id(&self) -> u64 {
        self.id.load(Ordering::Relaxed)
    }

    #[inline]
    pub(crate) fn home(&self) -> u64 {
        self.home.load(Ordering::Acquire)
    }

    #[inline]
    pub(crate) fn slot(&self) -> u32 {
        self.slot.load(Ordering::Relaxed)
    }

    /// The number of the only M that may run it.
    #[inline]
    pub(crate) fn locked_to(&self) -> Option<usize> {
        (self.locked.load(Ordering::Relaxed) as usize).checked_sub(1)
    }

    /// Written by the M that runs it; whoever takes it from a queue afterwards sees it.
    pub(crate) fn lock_to(&self, m: Option<usize>) {
        let n = m.map_or(0, |id| u32::try_from(id + 1).expect("an M's number fits"));
        self.locked.store(n, Ordering::Relaxed);
    }

    /// Whether it has asked to stay on its thread.
    #[inline]
    pub(crate) fn is_wired(&self) -> bool {
        self.wired.load(Ordering::Relaxed) != 0
    }

    /// Counts one more `lock_os_thread`. Called by the goroutine itself.
    pub(crate) fn wire(&self) {
        self.wired
            .store(self.wired.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
    }

    /// Counts one less; one too many changes nothing, as in Go. Called by the goroutine itself.
    pub(crate) fn unwire(&self) {
        let n = self.wired.load(Ordering::Relaxed);
        self.wired.store(n.saturating_sub(1), Ordering::Relaxed);
    }

    fn link(&self, next: Option<&'static G>) {
        let next = next.map_or(std::ptr::null_mut(), |g| std::ptr::from_ref(g).cast_mut());
        self.schedlink.store(next, Ordering::Relaxed);
    }

    fn linked(&self) -> Option<&'static G> {
        // SAFETY: null, or what `link` made of a `&'static G`.
        unsafe { self.schedlink.load(Ordering::Relaxed).as_ref() }
    }

    /// Remembers where its stack is: see [`Stack::place`].
    pub(crate) fn set_stack(&self, (top, size): (usize, u32)) {
        self.base.store(top, Ordering::Relaxed);
        self.stack_size.store(size, Ordering::Relaxed);
    }

    /// The start of its stack's guard, the lowest usable address, and one past the highest. Async-signal-safe.
    pub(crate) fn stack(&self) -> [usize; 3] {
        Stack::addresses((
            self.base.load(Ordering::Relaxed),
            self.stack_size.load(Ordering::Relaxed),
        ))
    }

    #[inline]
    pub(crate) fn status(&self) -> Status {
        self.status.get()
    }

    #[inline]
    pub(crate) fn set_status(&self, s: Status) {
        self.status.set(s);
    }

    /// Waiting → Runnable; `false` if it did not wait, which is a defect of the caller.
    #[inline]
    #[must_use]
    pub(crate) fn wake(&self) -> bool {
        self.status.wake()
    }

    /// Says why and where it is going to wait; `Waiting` itself is written by the scheduler after the switch.
    #[inline]
    pub(crate) fn set_wait(&self, reason: WaitReason, at: &'static Location<'static>) {
        self.reason.store(reason as u8, Ordering::Relaxed);
        self.set_place(at);
    }

    /// Notes where it is, for dumps.
    #[inline]
    pub(crate) fn set_place(&self, at: &'static Location<'static>) {
        self.at
            .store(std::ptr::from_ref(at).cast_mut(), Ordering::Relaxed);
    }

    pub(crate) fn wait_reason(&self) -> WaitReason {
        WaitReason::from_u8(self.reason.load(Ordering::Relaxed))
    }

    /// Where it waits; of one that does not, where it was last known to be.
    pub(crate) fn place(&self) -> Option<&'static Location<'static>> {
        let p = self.at.load(Ordering::Relaxed);
        // SAFETY: only ever null or stored from a `&'static Location` in `set_place`.
        unsafe { p.as_ref() }
    }

    pub(crate) fn wait_since(&self) -> u64 {
        self.wait_since.load(Ordering::Relaxed)
    }

    pub(crate) fn set_wait_since(&self, nanos: u64) {
        self.wait_since.store(nanos, Ordering::Relaxed);
    }

    /// Who made it.
    pub(crate) fn origin(&self) -> Origin {
        *self.origin.lock()
    }

    /// The coroutine.
    ///
    /// # Safety
    ///
    /// The caller holds this goroutine: it resumes it, has just made it, or tears its runtime down alone.
    #[allow(
        clippy::mut_from_ref,
        reason = "the caller's promise is the exclusiveness"
    )]
    pub(crate) unsafe fn coro(&self) -> &mut Option<Coro> {
        // SAFETY: exclusive by the caller's promise; the goroutine's own code uses the Cells beside it, never this field.
        unsafe { &mut *std::ptr::addr_of_mut!((*self.own.get()).coro) }
    }

    /// Remembers how this goroutine suspends. Called first thing on its own stack.
    ///
    /// # Safety
    ///
    /// Called on the goroutine's own coroutine with that coroutine's suspender.
    pub(crate) unsafe fn begin(&self, s: &Suspender) {
        // SAFETY: the goroutine's own code, on the thread that runs it.
        unsafe { (*self.own.get()).suspender.set(s) };
    }

    /// Switches to the scheduler and comes back when it is resumed, maybe on another thread.
    ///
    /// # Safety
    ///
    /// Called on this goroutine's own coroutine.
    #[inline]
    pub(crate) unsafe fn suspend(&self, command: Command) {
        let here = 0_u8;
        self.top
            .store(std::ptr::from_ref(&here).addr(), Ordering::Relaxed);
        // SAFETY: set by `begin` on this very coroutine, and alive as long as its closure runs.
        unsafe { (*(*self.own.get()).suspender.get()).suspend(command) };
    }

    /// Has the processor fetch what resuming it reads of its `G`; [`G::prefetch_stack`] comes next.
    #[inline]
    pub(crate) fn prefetch(&self) {
        let g = std::ptr::from_ref(self).addr();
        prefetch(g);
        prefetch(g + LINE);
    }

    /// Has the processor fetch what resuming it reads of its stack. With a thousand goroutines that take turns, every
    /// turn would begin with waiting for memory, which is more than all the rest of a switch.
    #[inline]
    pub(crate) fn prefetch_stack(&self) {
        let top = self.top.load(Ordering::Relaxed);
        prefetch(top.saturating_sub(LINE));
        prefetch(top);
        prefetch(top + LINE);
        prefetch(self.base.load(Ordering::Relaxed).wrapping_sub(LINE));
    }

    /// Whether it has waited for so long, at `now` on the clock of [`G::wait_since`], that its stack is in no cache.
    pub(crate) fn has_waited_long(&self, now: u64) -> bool {
        let since = self.wait_since();
        since != 0 && now.saturating_sub(since) > LONG
    }

    /// Has the processor fetch all frames between a wait and what the goroutine began with. Too much for one whose stack
    /// may be in a cache: it would push useful lines out.
    #[cold]
    pub(crate) fn prefetch_frames(&self) {
        let top = self.top.load(Ordering::Relaxed);
        let base = self.base.load(Ordering::Relaxed);
        (top..base)
            .step_by(LINE)
            .skip(2)
            .take(FRAMES)
            .for_each(prefetch);
    }

    /// The panics raised on this goroutine and not yet forgotten, oldest first; `f` may change the list.
    ///
    /// # Safety
    ///
    /// Called on this goroutine's own coroutine.
    pub(crate) unsafe fn with_raised<R>(&self, f: impl FnOnce(&mut Vec<Raised>) -> R) -> R {
        // SAFETY: the goroutine's own code, on the thread that runs it; the list is out of the cell while `f` runs.
        let cell = unsafe { &(*self.own.get()).unwinding };
        let mut list = cell.take();
        let r = f(&mut list);
        cell.set(list);
        r
    }

    /// What to call if the runtime ends while this goroutine waits. Set by itself before it parks.
    ///
    /// # Safety
    ///
    /// Called on this goroutine's own coroutine.
    #[inline]
    pub(crate) unsafe fn set_abandon(&self, a: Option<Abandon>) {
        // SAFETY: the goroutine's own code, on the thread that runs it.
        unsafe { (*self.own.get()).abandon.set(a) };
    }

    /// What is called if the goroutine never goes on: from now on, whether it waits or has been woken, until `None` is set.
    ///
    /// # Safety
    ///
    /// As for `set_abandon`; the data stays valid until `None` is set.
    pub(crate) unsafe fn set_orphan(&self, a: Option<Abandon>) {
        // SAFETY: the caller's promise is the one asked for.
        unsafe { (*self.own.get()).orphan.set(a) };
    }

    /// Takes what `set_orphan` has set.
    ///
    /// # Safety
    ///
    /// As for `abandon`.
    pub(crate) unsafe fn take_orphan(&self) -> Option<Abandon> {
        // SAFETY: nothing runs on this goroutine (the caller's promise).
        unsafe { (*self.own.get()).orphan.take() }
    }

    /// See [`G::set_abandon`].
    ///
    /// # Safety
    ///
    /// The goroutine does not run, and its runtime has stopped: the caller tears it down alone.
    pub(crate) unsafe fn abandon(&self) -> Option<Abandon> {
        // SAFETY: nothing runs on this goroutine (the caller's promise).
        unsafe { (*self.own.get()).abandon.get() }
    }
}

/// See [`G::has_waited_long`]; nanoseconds.
const LONG: u64 = 10_000_000;
/// How many lines of the cache the frames of a channel's receive take up, with those that a goroutine begins with.
const FRAMES: usize = 10;
/// The bytes of a line of the cache.
const LINE: usize = 64;

/// Has the processor fetch this line, whatever is there.
#[inline]
pub(crate) fn prefetch(address: usize) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: a hint; no address is wrong.
    unsafe {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        _mm_prefetch::<_MM_HINT_T0>(std::ptr::without_provenance(address));
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = address;
}

/// Takes a goroutine out of what it waits on, so that its stack can be given back. One that was readied and has not run
/// since may still stand in the queues of a `select`.
///
/// If a waker from outside already has it, waits until that waker has called `ready`: it is between two instructions. A
/// goroutine of the same runtime may have been stopped for good between those two: `stopped` says that there was such a
/// stop, and then it waits no longer than a second.
///
/// # Safety
///
/// Its runtime has stopped and the caller tears it down alone.
pub(crate) unsafe fn detach(g: &'static G, stopped: bool) {
    // SAFETY: the caller's promise is the one asked for.
    let Some(a) = (unsafe { g.abandon() }) else {
        return;
    };
    // SAFETY: `data` points into the frame that parked, which is intact while the goroutine waits or a waker holds it.
    if unsafe { (a.run)(a.data) } {
        return;
    }
    let begun = std::time::Instant::now();
    while g.status() == Status::Waiting
        && !(stopped && begun.elapsed() > std::time::Duration::from_secs(1))
    {
        std::thread::yield_now();
    }
}

/// Does what has to be done for a goroutine that never goes on, beyond taking it out of what it waits on.
///
/// # Safety
///
/// As for `detach`, which was called before.
pub(crate) unsafe fn bereave(g: &'static G) {
    // SAFETY: the caller's promise is the one asked for; the data is in a frame that never goes on.
    unsafe {
        if let Some(a) = g.take_orphan() {
            (a.run)(a.data);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn a_g_is_given_to_one_at_a_time_and_dead() {
        let gs: Vec<&'static G> = (0..1_000).map(|_| G::take()).collect();
        let addresses: HashSet<usize> = gs.iter().map(|g| std::ptr::from_ref(*g).addr()).collect();
        assert_eq!(addresses.len(), gs.len());
        assert!(gs.iter().all(|g| g.status() == Status::Dead));
        G::give_back(gs);
    }
}
