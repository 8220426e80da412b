//! The one seam for choice: what a scheduler offers to the code above it, and what an observer is told.
//!
//! Channels, locks, select and timers are written once, on `park` and `ready` (see `wait.rs`) and on the hooks below.
//! Behind the seam stand two schedulers: the real one (`sched`: M, P and G) and the exploring one (`lab`: one thread, a
//! schedule, a virtual clock). Both run goroutines as coroutines and answer to [`Scheduler`]. What the program does is told
//! to an [`Observer`]: to the exploring scheduler, which decides by it who goes on, and under the real one to the race
//! detector, if that is on (`fasttrack.rs`), which only looks on. So what is checked is what runs.
//!
//! The hooks ([`hooks`]: `point`, `choose`, `acquire`, …) cost a load and a branch that is not taken, as long as nobody in
//! the process explores, traces, looks for races or has been asked to give way (`primitives::HOOKS`).
//!
//! **Thread-locals.** Functions that read one ([`current`], [`observer`], …) must not be inlined: the address of a
//! thread-local taken before a switch is wrong after it, when the goroutine goes on on another thread, and the compiler may
//! keep that address. An out-of-line function that returns the loaded *value* is right. For the same reason nobody holds a
//! `&'static dyn Scheduler` across a switch.

use std::borrow::Cow;
use std::cell::Cell;
use std::io;
use std::os::fd::BorrowedFd;
use std::panic::Location;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

mod homes;
mod hooks;

pub(crate) use homes::*;
pub(crate) use hooks::*;

use crate::goroutine::G;
pub(crate) use crate::op::{Came, Contents, Hold, Op};
use crate::overflow::Overflow;
use crate::poller::{Mode, PollDesc};
use crate::primitives::Tag;
use crate::signal::At;
use crate::snapshot::SchedSnapshot;
use crate::stack::Stack;
use crate::timers::{Fire, Heap, Key, NEVER};
use crate::trace;

/// A goroutine that is about to be born: everything but its closure.
pub(crate) struct Newborn {
    pub(crate) g: &'static G,
    pub(crate) id: u64,
    pub(crate) slot: u32,
    /// `None`: who runs it gives it one.
    pub(crate) stack: Option<Stack>,
}

/// What both schedulers do for the code above. Called on a thread of that scheduler.
pub(crate) trait Scheduler: Sync {
    /// The number of this runtime; unique in the life of the process.
    fn home(&self) -> u64;
    /// A dead `G`, its number, and perhaps its stack.
    fn prepare(&self) -> Newborn;
    /// Queues a goroutine that was just born.
    fn start(&self, g: &'static G);
    /// Makes a waiting goroutine of this runtime runnable.
    fn ready(&self, g: &'static G);
    /// Nanoseconds of this runtime's clock, from an arbitrary start, never 0.
    fn now(&self) -> u64;
    /// Where the goroutine that runs sets its timers.
    fn timers(&self) -> &'static Heap;
    /// A timer was set that is the first of its heap: whoever sleeps until a later one must be told.
    fn timer_was_set(&self, when: u64);
    /// Registers a descriptor with this runtime's netpoller. `None`: there is none; whoever would wait must ask the
    /// system itself, now and then.
    fn watch(&self, fd: BorrowedFd<'_>) -> Option<io::Result<&'static PollDesc>>;
    /// Wakes whoever waits in a slot of a descriptor of this runtime once `now() >= when`, or earlier.
    fn wake_desc_by(&self, when: u64, desc: &'static PollDesc, mode: Mode);
    /// The goroutine that runs is about to ask the system for a descriptor, and the system may take that long to answer.
    fn waits_outside(&self, _most: Duration) {}
    /// The goroutine that runs is about to wait for a descriptor (`true`), or goes on.
    fn count_waiter(&self, waits: bool);
    /// The goroutine that runs on this thread ends the program: by a panic that nobody has recovered, or by a fatal error.
    /// Called on its coroutine. Comes back where the runtime hands crashes back (`try_run`) or main has returned before;
    /// the goroutine must not go on with the program's code then.
    fn crash(&self, g: &'static G, crash: Crashed);
    /// Whether a lock's holder probably runs on another CPU while nobody waits for this one, so that it pays to try again
    /// instead of going to sleep.
    fn can_spin(&self) -> bool {
        false
    }
    /// Gives way if this goroutine was asked to. Called at choice points while anybody is asked.
    fn poll(&self, g: &'static G);
    /// In the handler of the preemption signal, on the thread that it interrupted: stops the thread for as long as others
    /// have its turn. Async-signal-safe.
    fn interrupted(&self, g: &'static G, at: At);
    /// In the handler of a fault, on the thread of a goroutine whose stack is full: leaves the goroutine and ends the
    /// program, or comes back if that cannot be done where it is. `pc` is the instruction that faulted, `sp` the stack
    /// pointer there.
    fn overflowed(&self, _g: &'static G, _sp: usize, _pc: usize) {}
    /// A blocking call begins: the P may be taken away.
    fn begin_syscall(&self);
    /// It is over: comes back with a P.
    fn end_syscall(&self, g: &'static G);
    /// How many goroutines have not ended.
    fn count(&self) -> usize;
    /// Sets GOMAXPROCS and says what it was; 0 only asks.
    fn set_procs(&self, n: usize) -> usize;
    /// Sets the most threads there may be and says what it was.
    fn set_max_threads(&self, n: usize) -> usize;
    /// The machine at this moment.
    fn snapshot(&self) -> SchedSnapshot;
    /// Notes what the goroutine that runs does, where its runtime is traced.
    fn tell(&self, _what: &dyn Fn() -> trace::What) {}
    /// Every goroutine as Go prints it, `first` in front, which stands at `at`.
    fn dump(&self, first: &'static G, at: Option<String>) -> String;
}

/// What ends a whole program from inside one goroutine.
pub(crate) enum Crashed {
    /// A panic: its payload's text, and where it was raised.
    Panic { text: String, at: Option<String> },
    /// A fatal error of the library: nobody can recover it.
    Fatal { text: Cow<'static, str> },
}

/// What is told of a program to whoever looks on: the exploring scheduler, or the race detector. Called by the goroutine
/// that runs, on its thread.
pub(crate) trait Observer {
    /// Whether it decides: else it only looks on at a program that the real scheduler runs.
    fn explores(&self) -> bool {
        true
    }
    /// The process is about to be aborted.
    fn dies(&self) {}
    /// A goroutine was made, by the one that runs here; it has not begun.
    fn born(&self, _g: &'static G) {}
    /// The goroutine that runs here does nothing of the program's any more.
    fn ended(&self, _g: &'static G) {}
    /// Before an effect: decides who goes on; comes back when it is this goroutine's turn.
    fn point(&self, op: Op, tag: Option<&Tag>, at: &'static Location<'static>);
    /// The operation that was just let go on is about this object, too.
    fn also(&self, _tag: &Tag) {}
    /// After an effect: what came of it (`→ 0`), for the table. Only formats when somebody will read it.
    fn outcome(&self, text: &mut dyn FnMut() -> String);
    /// What a goroutine that waits in several queues is woken by is decided or looked at.
    fn claims(&self, _g: &'static G) {}
    /// The goroutine that runs looks at this object, or changes it (`write`), beside what its operation is about: it has
    /// waited for it among others and does so no more, say.
    fn touches(&self, _tag: &Tag, _write: bool) {}
    /// The goroutine that runs has looked how this object stands, to show it in words (`Debug`), which is no operation.
    /// `None`: also who waits for it.
    fn shown(&self, _tag: Option<&Tag>) {}
    /// The goroutine that runs asks for a goroutine's number.
    fn numbered(&self) {}
    /// How a channel stands: values in its buffer, `recvx`, receivers, senders.
    fn stands(
        &self,
        _tag: &Tag,
        _counts: [usize; 4],
        _closed: bool,
        _contents: &mut dyn FnMut() -> Contents,
    ) {
    }
    /// Where a WaitGroup's counter stands now.
    fn shut(&self, _tag: &Tag, _left: u32) {}
    /// More was taken from a WaitGroup than there is.
    fn overdrawn(&self, _tag: &Tag) {}
    /// So much is added to a WaitGroup, for the count of it.
    fn added(&self, _n: u64) {}
    /// One of `n` equally good possibilities (a ready case, a timer).
    fn choose(&self, n: usize) -> usize;
    /// Happens-before: what was released into `(tag, slot)` is now before this goroutine.
    fn acquire(&self, tag: &Tag, slot: usize);
    /// Happens-before: what this goroutine did is released into `(tag, slot)`, beside what others released there.
    fn release(&self, tag: &Tag, slot: usize);
    /// Happens-before through a place of a buffer: `who` (the goroutine that runs if `None`, else one that waits and for
    /// which this is done) learns what the place's last user knew, and leaves there, *instead* of that, what it knew
    /// itself before: Go's `racereleaseacquire`. An observer that only merges may keep the default: it has more edges,
    /// so it finds fewer races and never a false one.
    fn exchange(&self, tag: &Tag, slot: usize, who: Option<&'static G>) {
        if let Some(other) = who {
            self.meet(other);
        }
        self.release(tag, slot);
        self.acquire(tag, slot);
    }
    /// Happens-before, both ways, with a goroutine that waits: a rendezvous.
    fn meet(&self, other: &'static G);
    /// Happens-before towards a goroutine that waits: it is about to be woken by this one.
    fn give(&self, other: &'static G);
    /// After an atomic operation.
    fn came(&self, tag: &Tag, came: Came);
    /// A plain read or write of a variable, for the race detector.
    fn access(&self, tag: &Tag, write: bool, at: &'static Location<'static>);
    /// [`Observer::point`] and then [`Observer::access`].
    fn use_variable(&self, op: Op, tag: &Tag, write: bool, at: &'static Location<'static>) {
        self.point(op, Some(tag), at);
        self.access(tag, write, at);
    }
    /// A lock changed hands.
    fn hold(&self, tag: &Tag, how: Hold);
    /// [`Observer::acquire`] and [`Observer::hold`] in one.
    fn took(&self, tag: &Tag, slot: usize, how: Hold) {
        self.acquire(tag, slot);
        self.hold(tag, how);
    }
    /// [`Observer::release`] and [`Observer::hold`] in one.
    fn gave(&self, tag: &Tag, slot: usize, how: Hold) {
        self.release(tag, slot);
        self.hold(tag, how);
    }
    /// An object was made here; `kind` is Go's word for it (`chan`, `sync.Mutex`, `variable`), `detail` e.g. its capacity.
    fn made(&self, tag: &Tag, kind: &'static str, detail: usize, at: &'static Location<'static>);
    /// A value that others have left is taken without an operation: nobody else has the object any more.
    fn looks(&self);
    /// A panic was raised, whether somebody recovers it or not.
    fn raised(&self);
    /// Something that comes at `when` was asked for, and is not waited for.
    fn asks_for(&self, when: u64);
    /// Output of the library's own `print!` family.
    fn print(&self, text: &str, to_stderr: bool);
    /// A value is about to be handed over; see `change.rs` for what can be done to it.
    fn hands(&self, _change: &mut dyn FnMut(Option<i64>) -> bool) {}
}

thread_local! {
    static CURRENT: Cell<(Option<&'static dyn Scheduler>, Option<&'static G>)> = const { Cell::new((None, None)) };
    /// Who listens to the goroutines of this thread: an exploration, while it runs a schedule, and the epoch of that
    /// schedule. It stays on its thread, so this changes once a schedule and not at each switch.
    static OBSERVER: Cell<Option<(&'static dyn Observer, u32)>> = const { Cell::new(None) };
}

/// Who looks on where no exploration runs, if anybody does.
static NATIVE: OnceLock<&'static (dyn Observer + Sync)> = OnceLock::new();

/// Says who looks on at the goroutines of the real scheduler, from here on and for good.
pub(crate) fn set_native(o: &'static (dyn Observer + Sync)) {
    let _ = NATIVE.set(o);
}

/// Who listens on this thread.
#[inline(never)]
pub(crate) fn observer() -> Option<&'static dyn Observer> {
    match OBSERVER.get() {
        None => native(),
        Some((exploring, _)) => Some(exploring),
    }
}

#[cold]
fn native() -> Option<&'static dyn Observer> {
    NATIVE.get().map(|&o| o as &dyn Observer)
}

/// Who listens on this thread, and the epoch of the schedule that is run on it (0: none is).
#[inline(never)]
fn listener() -> (Option<&'static dyn Observer>, u32) {
    match OBSERVER.get() {
        None => (native(), 0),
        Some((exploring, epoch)) => (Some(exploring), epoch),
    }
}

/// The epoch of the schedule that is run on this thread; 0: nobody listens.
#[inline(never)]
pub(crate) fn epoch() -> u32 {
    OBSERVER.get().map_or(0, |(_, epoch)| epoch)
}

/// Says who listens on this thread from here on, in which epoch, and who did before. Only schedulers call it.
#[inline(never)]
pub(crate) fn set_observer(
    o: Option<(&'static dyn Observer, u32)>,
) -> Option<(&'static dyn Observer, u32)> {
    OBSERVER.replace(o)
}

/// The scheduler of this thread and the goroutine that runs on it; `None` outside of a runtime.
#[inline(never)]
pub(crate) fn current() -> Option<(&'static dyn Scheduler, &'static G)> {
    // `try_with` would be needed only if the cell had a destructor; it has none.
    match CURRENT.get() {
        (Some(s), Some(g)) => Some((s, g)),
        _ => None,
    }
}

/// The scheduler of this thread, also while no goroutine runs on it.
#[inline(never)]
pub(crate) fn current_scheduler() -> Option<&'static dyn Scheduler> {
    CURRENT.get().0
}

/// Says which goroutine runs on this thread. Only schedulers call it.
#[inline(never)]
pub(crate) fn set_current(s: Option<&'static dyn Scheduler>, g: Option<&'static G>) {
    CURRENT.set((s, g));
}

/// The goroutine that runs, or a panic that says what to do.
#[inline]
#[track_caller]
pub(crate) fn expect_current(what: &str) -> (&'static dyn Scheduler, &'static G) {
    match current() {
        Some(c) => c,
        None => outside(what),
    }
}

#[cold]
#[track_caller]
pub(crate) fn outside(what: &str) -> ! {
    panic!("goroutines: {what} outside of a goroutine; call it inside goroutines::run(|| …)")
}

/// Whose stack is full, if `address` lies in the guard of the goroutine that runs on this thread. Async-signal-safe: the
/// thread-local is a plain cell, and the rest are atomics.
pub(crate) fn full_stack(address: usize) -> Option<Overflow> {
    let (_, g) = current()?;
    let [guard, low, high] = g.stack();
    (guard..low).contains(&address).then(|| Overflow {
        goroutine: g.id(),
        stack: (low, high),
    })
}

// ---- the clock and timers ---------------------------------------------------------------------------------------

/// What the clocks of all runtimes count from, the virtual one too.
pub(crate) fn anchor() -> Instant {
    static ANCHOR: OnceLock<Instant> = OnceLock::new();
    *ANCHOR.get_or_init(Instant::now)
}

/// Nanoseconds of the system's clock since the anchor, never 0.
pub(crate) fn nanos() -> u64 {
    u64::try_from(anchor().elapsed().as_nanos())
        .unwrap_or(NEVER - 1)
        .max(1)
}

/// What the clock of this thread's runtime shows; outside of one, the system's.
pub(crate) fn clock() -> u64 {
    current_scheduler().map_or_else(nanos, Scheduler::now)
}

/// The moment at which a clock shows `nanos`.
pub(crate) fn instant(nanos: u64) -> Instant {
    anchor() + Duration::from_nanos(nanos)
}

/// Wakes `g`, which waits, once the clock of this thread's runtime shows `when`.
pub(crate) fn wake_at(when: u64, g: &'static G) {
    if let Some(s) = current_scheduler()
        && s.timers().wake(when, g)
    {
        s.timer_was_set(when);
    }
}

/// A timer was set that is the first of its heap.
pub(crate) fn timer_was_set(when: u64) {
    if let Some(s) = current_scheduler() {
        s.timer_was_set(when);
    }
}

/// Calls `call` once the clock of this thread's runtime shows `when`, unless the key is removed before. `None` outside
/// of a runtime. The caller holds the lock under which it keeps the key; that lock comes before a heap's.
pub(crate) fn call_at(when: u64, call: Arc<dyn Fire>) -> Option<Key> {
    let s = current_scheduler()?;
    let (key, first) = s.timers().add(when, call);
    if first {
        s.timer_was_set(when);
    }
    Some(key)
}
