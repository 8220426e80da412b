//! The netpoller: which descriptors are ready, and which goroutines that makes runnable.
//!
//! Passive, as Go's `netpoll`: [`Poller::poll_now`] and [`Poller::poll_until`] hand back goroutines, and the scheduler
//! decides what becomes of them. It never calls up.
//!
//! # Concepts
//!
//! A descriptor that had to be waited for once gets a [`PollDesc`] and is registered with its runtime's poller, edge by
//! edge, for both directions, until it is closed. The poll desc has a slot for each direction, and at most one goroutine
//! waits in each: who wants to read holds the descriptor's lock for reading. A slot holds
//!
//! - *nothing*;
//! - *ready*: something has happened since the goroutine last cleared the slot;
//! - a *goroutine* that waits.
//!
//! # No wake-up is lost
//!
//! The goroutine:  (a) clears the slot, (b) tries the system call, (c) on `EAGAIN` suspends; after the switch its M
//! changes the slot from nothing to the goroutine, and if it finds *ready* there instead, wakes it at once.
//! The waker: swaps *ready* into the slot, and wakes whom it found there.
//!
//! All three are read-modify-write operations on one word, so they have one order. A waker that comes after the M's
//! change finds the goroutine. One that comes between (a) and the change leaves *ready*, which the M finds. One that
//! comes before (a) told of something that had happened before (a): the call in (b) sees it. So it does not matter what
//! a waker wants: data, a deadline that passed or was moved, a close. Whoever is woken looks again, at everything, and
//! a wake-up too many costs one system call that answers `EAGAIN`.
//!
//! # Lifetimes
//!
//! Poll descs are pooled and never freed: an event that comes late finds the desc of another descriptor, and wakes
//! somebody in vain. So events need no sequence number. A runtime's poller is opened when its first descriptor has to be
//! waited for, and closed when the runtime ends: three descriptors then. It cannot be one for the whole process: it would
//! be left when the last runtime has ended, and an M of one runtime would poll for another. A socket used by two runtimes
//! has a poll desc in each.
//!
//! # Deadlines
//!
//! stand here too, in an ordered set: they wake as events do, and only matter where somebody waits. They are set when a
//! goroutine is about to wait and no earlier one is set for that slot; so a read with a timeout of its own, over and
//! over, touches the set once in a timeout and not once a read.
//!
//! # Rejected
//!
//! - `polling`: it re-arms a timerfd and its notifier around every wait, and an edge-triggered mode is an extra. `mio` is
//!   edge-triggered throughout, hands a word of ours back with each event, and can be woken.
//! - A callback for each deadline among the timers of a P: it would be set and stopped for each wait.

use std::collections::BTreeSet;
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd};
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, TryLockError};
use std::time::Duration;

use mio::unix::SourceFd;
use mio::{Events, Interest, Poll, Registry, Token, Waker};

use crate::goroutine::G;
use crate::primitives::{CachePadded, Lock};

/// The direction that a goroutine waits for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Mode {
    Read,
    Write,
}

/// The token of the wake-up call; no desc has this address.
const WAKE: Token = Token(0);
/// Events taken at a time.
const EVENTS: usize = 256;
/// What the system can wait for exactly only by an extra call; above it, it is asked to wait a little less.
const COARSE: Duration = Duration::from_millis(2);

/// *Ready* in a slot: an address that no G has.
fn ready_mark() -> *mut G {
    std::ptr::without_provenance_mut(1)
}

/// One descriptor in one runtime's poller.
pub(crate) struct PollDesc {
    /// The runtime it is registered in.
    home: AtomicU64,
    /// The poller it is registered with.
    poller: AtomicPtr<Poller>,
    slots: [AtomicPtr<G>; 2],
    /// For each slot: the earliest deadline set for it, in the runtime's clock; 0 for none. Written under `deadlines`.
    armed: [AtomicU64; 2],
    /// The other side hung up, an error is pending, or there are urgent bytes, at which a read stops: a short read does not
    /// mean that there is no more.
    special: AtomicBool,
}

static POOL: Lock<Vec<&'static PollDesc>> = Lock::new(Vec::new());

impl PollDesc {
    fn take(home: u64, poller: &'static Poller) -> &'static PollDesc {
        let d = POOL.lock().pop().unwrap_or_else(|| {
            Box::leak(Box::new(PollDesc {
                home: AtomicU64::new(0),
                poller: AtomicPtr::new(std::ptr::null_mut()),
                slots: [const { AtomicPtr::new(std::ptr::null_mut()) }; 2],
                armed: [const { AtomicU64::new(0) }; 2],
                special: AtomicBool::new(false),
            }))
        });
        for slot in &d.slots {
            slot.store(std::ptr::null_mut(), Ordering::Relaxed);
        }
        d.special.store(false, Ordering::Relaxed);
        d.poller
            .store(std::ptr::from_ref(poller).cast_mut(), Ordering::Relaxed);
        d.home.store(home, Ordering::Release);
        d
    }

    fn give_back(&'static self) {
        self.home.store(0, Ordering::Release);
        POOL.lock().push(self);
    }

    /// The runtime it is registered in.
    pub(crate) fn home(&self) -> u64 {
        self.home.load(Ordering::Acquire)
    }

    /// The descriptor is about to be closed, and nobody uses it any more.
    pub(crate) fn forget(&'static self, fd: BorrowedFd<'_>) {
        // SAFETY: stored from a `&'static Poller` in `take`.
        let poller = unsafe { &*self.poller.load(Ordering::Relaxed) };
        poller.forget(fd, self);
    }

    /// Before a try: what happened until now is seen by that try.
    #[inline]
    pub(crate) fn clear(&self, mode: Mode) {
        let slot = &self.slots[mode as usize];
        if !slot.load(Ordering::Relaxed).is_null() {
            slot.swap(std::ptr::null_mut(), Ordering::SeqCst);
        }
    }

    /// Whether something has happened since the last `clear`.
    #[inline]
    pub(crate) fn is_ready(&self, mode: Mode) -> bool {
        self.slots[mode as usize].load(Ordering::Acquire) == ready_mark()
    }

    /// See the field.
    #[inline]
    pub(crate) fn is_special(&self) -> bool {
        self.special.load(Ordering::Acquire)
    }

    /// Something has happened. Whoever waits for it is handed back, and must be woken.
    #[must_use]
    pub(crate) fn ready(&self, mode: Mode) -> Option<&'static G> {
        let old = self.slots[mode as usize].swap(ready_mark(), Ordering::SeqCst);
        if old == ready_mark() {
            return None;
        }
        // SAFETY: a slot holds null, the mark, or what `commit` made of a `&'static G`.
        unsafe { old.as_ref() }
    }

    /// The goroutine has suspended: from here on it can be woken. `false`: something has happened, wake it at once.
    #[must_use]
    pub(crate) fn commit(&self, mode: Mode, g: &'static G) -> bool {
        self.slots[mode as usize]
            .compare_exchange(
                std::ptr::null_mut(),
                std::ptr::from_ref(g).cast_mut(),
                Ordering::SeqCst,
                Ordering::SeqCst,
            )
            .is_ok()
    }

    /// Takes a goroutine out that will never go on. `false`: a waker has it already.
    #[must_use]
    pub(crate) fn abandon(&self, mode: Mode, g: &'static G) -> bool {
        self.slots[mode as usize]
            .compare_exchange(
                std::ptr::from_ref(g).cast_mut(),
                std::ptr::null_mut(),
                Ordering::SeqCst,
                Ordering::SeqCst,
            )
            .is_ok()
    }
}

/// When a slot is to be woken, and which: the address of its [`PollDesc`], and the direction.
type Deadline = (u64, usize, Mode);

/// What can be used while somebody polls.
struct Handle {
    home: u64,
    registry: Registry,
    waker: Waker,
}

/// The poller of one runtime. Part of a `Sched`, so it is never freed; its descriptors are there only while it is open.
pub(crate) struct Poller {
    handle: Lock<Option<Arc<Handle>>>,
    /// Held while it is opened.
    opening: Mutex<()>,
    /// Whoever polls holds it, for as long as it blocks.
    polls: Mutex<Option<(Poll, Events)>>,
    /// How many are in `poll_until`: one that blocks there, and those who were called before and have not left.
    inside: AtomicUsize,
    /// Goroutines that wait for a descriptor, or are about to.
    waiters: CachePadded<AtomicUsize>,
    /// When it was last polled, in the runtime's clock.
    last: AtomicU64,
    deadlines: Lock<BTreeSet<Deadline>>,
    /// The first deadline; `u64::MAX` for none. Written under the lock of `deadlines`.
    first: AtomicU64,
}

impl Poller {
    pub(crate) fn new() -> Poller {
        Poller {
            handle: Lock::new(None),
            opening: Mutex::new(()),
            polls: Mutex::new(None),
            inside: AtomicUsize::new(0),
            waiters: CachePadded::default(),
            last: AtomicU64::new(0),
            deadlines: Lock::new(BTreeSet::new()),
            first: AtomicU64::new(u64::MAX),
        }
    }

    /// Opens it for runtime `home`, unless it is open.
    fn open(&self, home: u64) -> io::Result<Arc<Handle>> {
        if let Some(h) = &*self.handle.lock() {
            return Ok(h.clone());
        }
        self.open_first(home)
    }

    /// Opens it, unless somebody has done so since the caller looked.
    ///
    /// That one may wait for its descriptor already, and its M block in the poll: so nobody may ask for `polls` before it
    /// is known that there is nothing to poll.
    fn open_first(&self, home: u64) -> io::Result<Arc<Handle>> {
        let _opening = self.opening.lock().unwrap_or_else(|e| e.into_inner());
        if let Some(h) = &*self.handle.lock() {
            return Ok(h.clone());
        }
        let poll = Poll::new()?;
        let registry = poll.registry().try_clone()?;
        let waker = Waker::new(&registry, WAKE)?;
        let h = Arc::new(Handle {
            home,
            registry,
            waker,
        });
        let mut polls = self.polls.lock().unwrap_or_else(|e| e.into_inner());
        *polls = Some((poll, Events::with_capacity(EVENTS)));
        drop(polls);
        *self.handle.lock() = Some(h.clone());
        Ok(h)
    }

    /// The runtime has ended, and nobody polls any more.
    pub(crate) fn close(&self) {
        let handle = self.handle.lock().take();
        drop(handle);
        *self.polls.lock().unwrap_or_else(|e| e.into_inner()) = None;
        self.waiters.store(0, Ordering::Release);
        self.last.store(0, Ordering::Relaxed);
        let mut deadlines = self.deadlines.lock();
        deadlines.clear();
        self.first.store(u64::MAX, Ordering::Release);
    }

    /// Registers a descriptor with the poller of runtime `home`, which this is.
    pub(crate) fn watch(
        &'static self,
        home: u64,
        fd: BorrowedFd<'_>,
    ) -> io::Result<&'static PollDesc> {
        let handle = self.open(home)?;
        let desc = PollDesc::take(home, self);
        let token = Token(std::ptr::from_ref(desc).expose_provenance());
        // The last, for urgent bytes, costs nothing where nobody sends any.
        let all = Interest::READABLE | Interest::WRITABLE | Interest::PRIORITY;
        match handle
            .registry
            .register(&mut SourceFd(&fd.as_raw_fd()), token, all)
        {
            Ok(()) => Ok(desc),
            Err(e) => {
                desc.give_back();
                Err(e)
            }
        }
    }

    /// See [`PollDesc::forget`].
    fn forget(&self, fd: BorrowedFd<'_>, desc: &'static PollDesc) {
        let home = desc.home();
        let handle = self.handle.lock().clone();
        // The runtime may have ended, and this may be the poller of the next.
        if let Some(h) = handle
            && h.home == home
        {
            let _ = h.registry.deregister(&mut SourceFd(&fd.as_raw_fd()));
            let mut deadlines = self.deadlines.lock();
            for mode in [Mode::Read, Mode::Write] {
                let when = desc.armed[mode as usize].swap(0, Ordering::Relaxed);
                if when != 0 {
                    deadlines.remove(&key(when, desc, mode));
                }
            }
            self.note_first(&deadlines);
        }
        for armed in &desc.armed {
            armed.store(0, Ordering::Relaxed);
        }
        desc.give_back();
    }

    fn note_first(&self, deadlines: &BTreeSet<Deadline>) {
        let first = deadlines.first().map_or(u64::MAX, |d| d.0);
        self.first.store(first, Ordering::Release);
    }

    /// Makes sure that the slot is woken at `when` at the latest. Says whether a deadline was set for it.
    pub(crate) fn wake_by(&self, when: u64, desc: &'static PollDesc, mode: Mode) -> bool {
        let armed = &desc.armed[mode as usize];
        let old = armed.load(Ordering::Acquire);
        if old != 0 && old <= when {
            return false;
        }
        let mut deadlines = self.deadlines.lock();
        let old = armed.swap(when, Ordering::Relaxed);
        if old != 0 {
            deadlines.remove(&key(old, desc, mode));
        }
        deadlines.insert(key(when, desc, mode));
        self.note_first(&deadlines);
        true
    }

    /// When the first deadline is due; `u64::MAX` for none.
    pub(crate) fn first_deadline(&self) -> u64 {
        self.first.load(Ordering::Acquire)
    }

    /// Goroutines whose deadlines are due.
    pub(crate) fn due(&self, now: u64, ready: &mut Vec<&'static G>) {
        if self.first_deadline() > now {
            return;
        }
        let mut deadlines = self.deadlines.lock();
        while let Some(&(when, address, mode)) = deadlines.first()
            && when <= now
        {
            deadlines.pop_first();
            let desc = desc_at(address);
            // Before the wake-up: the woken one sets the next.
            desc.armed[mode as usize].store(0, Ordering::Release);
            ready.extend(desc.ready(mode));
        }
        self.note_first(&deadlines);
    }

    /// A goroutine is about to wait (`true`), or goes on.
    pub(crate) fn count(&self, waits: bool) {
        if waits {
            self.waiters.fetch_add(1, Ordering::SeqCst);
        } else {
            self.waiters.fetch_sub(1, Ordering::SeqCst);
        }
    }

    /// Whether any goroutine waits for a descriptor.
    #[inline]
    pub(crate) fn has_waiters(&self) -> bool {
        self.waiters.load(Ordering::SeqCst) != 0
    }

    /// When it was last polled.
    pub(crate) fn last_poll(&self) -> u64 {
        self.last.load(Ordering::Relaxed)
    }

    /// Those whose descriptors are ready now, if nobody else polls at this moment. `now` is the runtime's clock.
    pub(crate) fn poll_now(&self, now: u64, ready: &mut Vec<&'static G>) {
        match self.polls.try_lock() {
            Ok(mut polls) => {
                if let Some((poll, events)) = &mut *polls {
                    self.last.store(now, Ordering::Relaxed);
                    harvest(poll, events, Some(Duration::ZERO), ready);
                }
            }
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Poisoned(e)) => drop(e.into_inner()),
        }
    }

    /// Blocks until a descriptor is ready, `wake` was called, or `most` has passed; comes back earlier, too.
    ///
    /// `called` is asked once nobody else polls: another poll that was under way may have taken the wake-up call for this
    /// one. One that comes after the question ends this poll.
    ///
    /// Nor may one that was called wait here for another that blocks. It says that it is inside, and asks; the other one
    /// takes the lock, looks who is inside, and blocks only if it is alone. If that look came first, then the call came
    /// after it, or is seen by who asks: a call whose wake-up was taken came before the lock was.
    pub(crate) fn poll_until(
        &self,
        most: Option<Duration>,
        called: impl Fn() -> bool,
        ready: &mut Vec<&'static G>,
    ) {
        self.inside.fetch_add(1, Ordering::SeqCst);
        if !called() {
            self.poll_alone(most, called, ready);
        }
        self.inside.fetch_sub(1, Ordering::SeqCst);
    }

    fn poll_alone(
        &self,
        most: Option<Duration>,
        called: impl Fn() -> bool,
        ready: &mut Vec<&'static G>,
    ) {
        let mut polls = self.polls.lock().unwrap_or_else(|e| e.into_inner());
        let Some((poll, events)) = &mut *polls else {
            return;
        };
        if called() || self.inside.load(Ordering::SeqCst) > 1 {
            return;
        }
        let most = match most {
            Some(d) if d < COARSE => {
                wait_exactly(poll, d);
                Some(Duration::ZERO)
            }
            Some(d) => Some(Duration::from_millis(
                u64::try_from(d.as_millis() - 1).unwrap_or(u64::MAX),
            )),
            None => None,
        };
        harvest(poll, events, most, ready);
    }

    /// Ends a `poll_until`: the one that blocks, or else the next one to block.
    pub(crate) fn wake(&self) {
        let handle = self.handle.lock().clone();
        if let Some(h) = handle {
            // Fails only where the descriptor is gone; then nobody blocks on it.
            let _ = h.waker.wake();
        }
    }
}

fn key(when: u64, desc: &'static PollDesc, mode: Mode) -> Deadline {
    (when, std::ptr::from_ref(desc).expose_provenance(), mode)
}

fn desc_at(address: usize) -> &'static PollDesc {
    // SAFETY: only addresses that were exposed from a `&'static PollDesc` get here, and descs are never freed.
    unsafe { &*std::ptr::with_exposed_provenance(address) }
}

/// Asks the system once, and adds whoever can go on.
fn harvest(
    poll: &mut Poll,
    events: &mut Events,
    most: Option<Duration>,
    ready: &mut Vec<&'static G>,
) {
    // A signal ends it too early; whoever called looks at everything anyway.
    if poll.poll(events, most).is_err() {
        return;
    }
    for e in events.iter() {
        if e.token() == WAKE {
            continue;
        }
        let desc = desc_at(e.token().0);
        if e.is_read_closed() || e.is_write_closed() || e.is_error() || e.is_priority() {
            // Before the wake-up, so that the woken one sees it.
            desc.special.store(true, Ordering::Release);
        }
        if e.is_readable() || e.is_read_closed() || e.is_error() {
            ready.extend(desc.ready(Mode::Read));
        }
        if e.is_writable() || e.is_write_closed() || e.is_error() {
            ready.extend(desc.ready(Mode::Write));
        }
    }
}

/// Waits until the poller has something to say, or for `d`, to the nanosecond where the system can.
fn wait_exactly(poll: &Poll, d: Duration) {
    // SAFETY: the poll's own descriptor, which is open as long as the poll is.
    let fd = unsafe { BorrowedFd::borrow_raw(poll.as_raw_fd()) };
    let t = rustix::event::Timespec {
        tv_sec: 0,
        tv_nsec: d.subsec_nanos().into(),
    };
    let mut fds = [rustix::event::PollFd::from_borrowed_fd(
        fd,
        rustix::event::PollFlags::IN,
    )];
    let _ = rustix::event::poll(&mut fds, Some(&t));
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;
    use std::os::fd::AsFd as _;
    use std::os::unix::net::UnixStream;

    fn leaked() -> &'static Poller {
        Box::leak(Box::new(Poller::new()))
    }

    fn polled(p: &Poller) -> Vec<&'static G> {
        let mut ready = Vec::new();
        p.poll_until(Some(Duration::from_secs(20)), || false, &mut ready);
        ready
    }

    #[test]
    fn who_is_called_does_not_wait_for_another_that_blocks() {
        for _ in 0..20 {
            let p = leaked();
            p.open(1).expect("descriptors");
            // Who was called and whose wake-up somebody else took, and who comes to block next: both want the lock.
            let held = p.polls.lock().expect("nobody panics");
            let asked = AtomicUsize::new(0);
            std::thread::scope(|scope| {
                let first = scope.spawn(|| {
                    let called = || asked.fetch_add(1, Ordering::SeqCst) > 0;
                    p.poll_until(None, called, &mut Vec::new());
                });
                while asked.load(Ordering::SeqCst) == 0 {
                    std::thread::yield_now();
                }
                let next = scope.spawn(|| p.poll_until(None, || false, &mut Vec::new()));
                while p.inside.load(Ordering::SeqCst) < 2 {
                    std::thread::yield_now();
                }
                drop(held);
                first.join().expect("no panic");
                while !next.is_finished() {
                    p.wake();
                    std::thread::yield_now();
                }
            });
            p.close();
        }
    }

    #[test]
    fn who_waits_is_handed_back_once_an_edge() {
        let p = leaked();
        let (a, mut b) = UnixStream::pair().expect("a pair");
        a.set_nonblocking(true).expect("a socket");
        let d = p.watch(1, a.as_fd()).expect("it can be polled");
        let g = G::take();
        assert!(d.commit(Mode::Read, g));
        b.write_all(b"x").expect("there is room");
        let mut all = Vec::new();
        while all.is_empty() {
            all = polled(p);
        }
        assert_eq!(all, [g]);
        assert!(d.is_ready(Mode::Read));
        assert!(!d.commit(Mode::Read, g), "something has happened");
        d.clear(Mode::Read);
        let mut none = Vec::new();
        p.poll_now(1, &mut none);
        assert!(none.is_empty() && !d.is_ready(Mode::Read), "no second edge");
        p.forget(a.as_fd(), d);
        p.close();
    }

    #[test]
    fn a_hang_up_is_remembered() {
        let p = leaked();
        let (a, b) = UnixStream::pair().expect("a pair");
        let d = p.watch(1, a.as_fd()).expect("it can be polled");
        drop(b);
        while !d.is_special() {
            polled(p);
        }
        p.forget(a.as_fd(), d);
        p.close();
    }

    #[test]
    fn who_comes_second_to_open_it_waits_for_no_poll() {
        let p = leaked();
        let first = p.open(1).expect("descriptors");
        let (tell, polls) = std::sync::mpsc::channel();
        let blocks = std::thread::spawn(move || {
            let mut ready = Vec::new();
            let says = || {
                tell.send(()).expect("the test waits");
                false
            };
            p.poll_until(None, says, &mut ready);
        });
        for _ in 0..2 {
            // At the second time it is about to block, and holds `polls`.
            polls.recv().expect("it asks whether it was called");
        }
        // As one that looked before the other had opened it.
        let second = p.open_first(1).expect("descriptors");
        assert!(Arc::ptr_eq(&first, &second));
        p.wake();
        blocks.join().expect("it was woken");
        p.close();
    }

    #[test]
    fn a_wake_up_call_before_the_poll_is_not_lost() {
        let p = leaked();
        let (a, _b) = UnixStream::pair().expect("a pair");
        let d = p.watch(1, a.as_fd()).expect("it can be polled");
        polled(p); // it can be written to
        p.wake();
        assert!(polled(p).is_empty());
        p.forget(a.as_fd(), d);
        p.close();
    }

    #[test]
    fn the_earliest_deadline_of_a_slot_counts() {
        let p = leaked();
        let (a, _b) = UnixStream::pair().expect("a pair");
        let d = p.watch(1, a.as_fd()).expect("it can be polled");
        let g = G::take();
        assert!(p.wake_by(50, d, Mode::Read));
        assert!(!p.wake_by(60, d, Mode::Read), "50 comes first");
        assert!(p.wake_by(40, d, Mode::Read));
        assert!(d.commit(Mode::Read, g));
        assert_eq!(p.first_deadline(), 40);
        let mut ready = Vec::new();
        p.due(39, &mut ready);
        assert!(ready.is_empty());
        p.due(40, &mut ready);
        assert_eq!(ready, [g]);
        assert_eq!(p.first_deadline(), u64::MAX);
        assert!(p.wake_by(70, d, Mode::Write));
        p.forget(a.as_fd(), d);
        assert_eq!(p.first_deadline(), u64::MAX, "a closed one has none");
        p.close();
    }

    #[test]
    fn closing_it_leaves_no_descriptor() {
        let open = || std::fs::read_dir("/proc/self/fd").map_or(0, Iterator::count);
        // Other tests of this binary open descriptors too: many rounds stand out.
        let before = open();
        for _ in 0..200 {
            let p = leaked();
            let (a, _b) = UnixStream::pair().expect("a pair");
            let d = p.watch(1, a.as_fd()).expect("it can be polled");
            p.close();
            p.forget(a.as_fd(), d);
        }
        assert!(open() < before + 100);
    }
}
