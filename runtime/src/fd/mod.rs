//! A descriptor that goroutines read from and write to at the same time: tries first, waits in the netpoller, closes once.
//!
//! What sockets and pipes stand on; files use it for who may close, and when. A call on it holds the descriptor's lock for
//! its direction ([`lock`]), so one goroutine reads and one writes at a time, and others wait for their turn. Then:
//!
//! 1. closed, or a deadline that has passed: an error at once, even if there is something to read;
//! 2. the system call, which does not block;
//! 3. `EAGAIN`: the goroutine waits (`wait.rs`) and starts over.
//!
//! Whoever closes or moves a deadline changes the flag first and wakes the waiting second: see `poller.rs` for why that is
//! enough.
//!
//! **One call saved.** A read that was given less than it asked for has emptied the buffer of a stream. What comes later
//! is an edge, and edges leave *ready* in the slot; so while the slot is not ready, the next read need not try: it waits
//! at once. Not so when the other side has hung up: that edge came already. Nor with TCP's urgent bytes, at which a read
//! stops although there are more: the edge that told of them says so. Nor in Unix sockets, where a read also stops behind
//! a descriptor that was passed, and nothing tells. For writes it holds in all of them.
//!
//! **Whole writes.** `write_all` holds the lock for writing until all is written, so that the bytes of two goroutines are
//! not mixed, as in Go.
//!
//! **Where there is no netpoller**: on a thread that is no goroutine the calls block the thread; under the exploring
//! scheduler, which does not control the network, they ask the system, and sleep a millisecond of the virtual clock in
//! between, so that other goroutines run and deadlines pass. Once nobody else can run and no time is waited for, they give
//! up asking: what could come would come from outside.
//!
//! **The end of a runtime.** A descriptor on which a goroutine waits then is closed: nobody else would ever do it, for
//! the frame that owns it is gone. One that is held elsewhere as well says *closed* from then on. So are those which
//! goroutines have in their hands that wait for something else, or run (`made.rs`, and `try_run` says what stays open).

mod lock;
mod wait;

use std::cell::OnceCell;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, IntoRawFd, OwnedFd, RawFd};
use std::panic::Location;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use rustix::io::Errno;

use crate::goroutine::GList;
use crate::made::{self, Made};
pub(crate) use crate::poller::Mode;
use crate::poller::PollDesc;
use crate::primitives::{Lock, Tag};
use crate::seam::{self, Op};
use crate::wait::WaitQueue;
use crate::{time, wait as verbs};

/// Stands for all descriptors: as in Go, what is written comes before what is read later, wherever. Explorations on other
/// threads are worlds of their own, each with a tag for it: a tag is an object in one schedule at a time.
#[inline(never)]
pub(crate) fn every_descriptor() -> &'static Tag {
    static IO: Tag = Tag::new();
    thread_local! {
        static EXPLORED: OnceCell<&'static Tag> = const { OnceCell::new() };
    }
    match seam::epoch() {
        0 => &IO,
        // One for each thread that ever explores.
        _ => EXPLORED.with(|tag| *tag.get_or_init(|| Box::leak(Box::default()))),
    }
}

/// What a closed one is called in Go.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    Socket,
    File,
}

/// A descriptor, shared by all who use it.
pub(crate) struct Fd {
    raw: RawFd,
    kind: Kind,
    /// For each direction whether a short call means that the next one would have to wait.
    short_says: [bool; 2],
    /// See `lock.rs`.
    state: AtomicU32,
    /// Somebody outside may hold a borrowed form of it: its number must not become another's before it is dropped.
    lent: AtomicBool,
    /// Closed, but its number is kept.
    kept: AtomicBool,
    /// The poll desc that was used last.
    desc: AtomicPtr<PollDesc>,
    /// One for each runtime in which it had to be waited for.
    descs: Lock<Vec<&'static PollDesc>>,
    sides: [Side; 2],
    /// The runtime in which it was made; 0 for none.
    home: u64,
}

/// One direction.
struct Side {
    /// Goroutines that wait for their turn.
    turn: Lock<WaitQueue<()>>,
    limits: Lock<Limits>,
    /// Whether `limits` holds anything.
    limited: AtomicBool,
    /// The last call took all there was. For the holder of the side's lock.
    drained: AtomicBool,
}

#[derive(Clone, Copy, Default)]
struct Limits {
    deadline: Option<Instant>,
    timeout: Option<Duration>,
}

impl Side {
    const fn new() -> Side {
        Side {
            turn: Lock::new(WaitQueue::new()),
            limits: Lock::new(Limits {
                deadline: None,
                timeout: None,
            }),
            limited: AtomicBool::new(false),
            drained: AtomicBool::new(false),
        }
    }
}

fn timed_out() -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, "i/o timeout")
}

impl Fd {
    /// Takes over a descriptor that does not block. `short_says`: whether a short read means that there is no more now,
    /// and a short write that there is no more room.
    pub(crate) fn new(fd: OwnedFd, kind: Kind, short_says: [bool; 2]) -> Arc<Fd> {
        let home = seam::current().map_or(0, |(s, _)| s.home());
        let new = Arc::new(Fd {
            raw: fd.into_raw_fd(),
            kind,
            short_says,
            state: AtomicU32::new(0),
            lent: AtomicBool::new(false),
            kept: AtomicBool::new(false),
            desc: AtomicPtr::new(std::ptr::null_mut()),
            descs: Lock::new(Vec::new()),
            sides: [Side::new(), Side::new()],
            home,
        });
        if home != 0 {
            made::note(home, &new);
        }
        new
    }

    fn closed(&self) -> io::Error {
        let text = match self.kind {
            Kind::Socket => "use of closed network connection",
            Kind::File => "file already closed",
        };
        io::Error::new(io::ErrorKind::NotConnected, text)
    }

    /// The descriptor, for a call under way: it is not closed before that call has ended.
    fn borrowed(&self) -> BorrowedFd<'_> {
        // SAFETY: whoever calls holds a reference (`lock.rs`), or nobody else can use it any more.
        unsafe { BorrowedFd::borrow_raw(self.raw) }
    }

    /// Calls that never wait, such as options.
    pub(crate) fn with<R>(
        &self,
        f: impl FnOnce(BorrowedFd<'_>) -> rustix::io::Result<R>,
    ) -> io::Result<R> {
        let _held = self.refer()?;
        Ok(f(self.borrowed())?)
    }

    /// A call that may have to wait. `short` says of what it gave whether a stream has no more now.
    pub(crate) fn attempt<R>(
        &self,
        mode: Mode,
        at: &'static Location<'static>,
        short: impl Fn(&R) -> bool,
        mut f: impl FnMut(BorrowedFd<'_>) -> rustix::io::Result<R>,
    ) -> io::Result<R> {
        seam::point_at(Op::Io, every_descriptor(), at);
        let _turn = self.lock(mode, at)?;
        self.attempt_locked(mode, at, short, &mut f)
    }

    /// The same, for the holder of the direction's lock.
    fn attempt_locked<R>(
        &self,
        mode: Mode,
        at: &'static Location<'static>,
        short: impl Fn(&R) -> bool,
        f: &mut impl FnMut(BorrowedFd<'_>) -> rustix::io::Result<R>,
    ) -> io::Result<R> {
        let side = &self.sides[mode as usize];
        let mut until = None;
        let mut looks = wait::Looks::default();
        if side.limited.load(Ordering::Acquire) {
            let limits = *side.limits.lock();
            let now = time::now();
            if limits.deadline.is_some_and(|d| d <= now) {
                return Err(timed_out());
            }
            until = limits.timeout.and_then(|t| now.checked_add(t));
        }
        if side.drained.load(Ordering::Relaxed) {
            side.drained.store(false, Ordering::Relaxed);
            if let Some(d) = self.desc_here()
                && !d.is_ready(mode)
                && !d.is_special()
            {
                self.wait(mode, until, &mut looks, at)?;
            }
        }
        loop {
            let desc = self.desc();
            if let Some(d) = desc {
                d.clear(mode);
            }
            if mode == Mode::Write {
                seam::release(every_descriptor(), 0);
            }
            match f(self.borrowed()) {
                Ok(r) => {
                    if mode == Mode::Read {
                        seam::acquire(every_descriptor(), 0);
                    }
                    if self.short_says[mode as usize] && desc.is_some() && short(&r) {
                        side.drained.store(true, Ordering::Relaxed);
                    }
                    return Ok(r);
                }
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => self.wait(mode, until, &mut looks, at)?,
                Err(e) => return Err(e.into()),
            }
        }
    }

    /// Reads from a stream into `buf`; 0 is its end, or that nothing was wanted.
    pub(crate) fn read(&self, buf: &mut [u8], at: &'static Location<'static>) -> io::Result<usize> {
        let most = buf.len();
        if most == 0 {
            let _held = self.refer()?;
            return Ok(0);
        }
        self.attempt(
            Mode::Read,
            at,
            |&n| n > 0 && n < most,
            |fd| rustix::io::read(fd, &mut *buf),
        )
    }

    /// For the calls of [`io::Read`] that read more than once: whoever waits in one waits where it was called.
    pub(crate) fn reading(&self, at: &'static Location<'static>) -> impl io::Read {
        struct Reading<'a>(&'a Fd, &'static Location<'static>);
        impl io::Read for Reading<'_> {
            fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
                self.0.read(buf, self.1)
            }
        }
        Reading(self, at)
    }

    /// Writes some of `buf` with `f`.
    pub(crate) fn write(
        &self,
        buf: &[u8],
        at: &'static Location<'static>,
        f: impl Fn(BorrowedFd<'_>, &[u8]) -> rustix::io::Result<usize>,
    ) -> io::Result<usize> {
        let most = buf.len();
        if most == 0 {
            // For nothing there is room.
            self.sides[Mode::Write as usize]
                .drained
                .store(false, Ordering::Relaxed);
        }
        self.attempt(Mode::Write, at, |&n| n < most, |fd| f(fd, buf))
    }

    /// Writes all of `buf` to a stream with `f`, and lets nobody else write meanwhile.
    pub(crate) fn write_all(
        &self,
        mut buf: &[u8],
        at: &'static Location<'static>,
        f: impl Fn(BorrowedFd<'_>, &[u8]) -> rustix::io::Result<usize>,
    ) -> io::Result<()> {
        seam::point_at(Op::Io, every_descriptor(), at);
        let _turn = self.lock(Mode::Write, at)?;
        while !buf.is_empty() {
            let most = buf.len();
            let mut some = |fd: BorrowedFd<'_>| f(fd, buf);
            let n = self.attempt_locked(Mode::Write, at, |&n| n < most, &mut some)?;
            if n == 0 {
                return Err(io::ErrorKind::WriteZero.into());
            }
            buf = &buf[n..];
        }
        Ok(())
    }

    // ---- deadlines ----------------------------------------------------------------------------------------------

    /// Calls of this direction fail from `deadline` on, the one that waits now included.
    pub(crate) fn set_deadline(&self, mode: Mode, deadline: Option<Instant>) -> io::Result<()> {
        self.set_limits(mode, |l| l.deadline = deadline)
    }

    /// Calls of this direction fail when they have waited for `timeout`.
    pub(crate) fn set_timeout(&self, mode: Mode, timeout: Option<Duration>) -> io::Result<()> {
        if timeout == Some(Duration::ZERO) {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "cannot set a 0 duration timeout",
            ));
        }
        self.set_limits(mode, |l| l.timeout = timeout)
    }

    pub(crate) fn timeout(&self, mode: Mode) -> Option<Duration> {
        self.sides[mode as usize].limits.lock().timeout
    }

    fn set_limits(&self, mode: Mode, f: impl FnOnce(&mut Limits)) -> io::Result<()> {
        let _held = self.refer()?;
        let side = &self.sides[mode as usize];
        let mut limits = side.limits.lock();
        f(&mut limits);
        let any = limits.deadline.is_some() || limits.timeout.is_some();
        side.limited.store(any, Ordering::Release);
        drop(limits);
        self.wake(mode);
        Ok(())
    }

    // ---- poll descs ---------------------------------------------------------------------------------------------

    /// The poll desc that was used last. Whichever it is: who holds the lock of a direction is the only one to wait in it.
    fn desc(&self) -> Option<&'static PollDesc> {
        // SAFETY: null, or stored from a `&'static PollDesc`.
        unsafe { self.desc.load(Ordering::Acquire).as_ref() }
    }

    /// Whoever waits looks again.
    fn wake(&self, mode: Mode) {
        // One at a time: nobody is readied under the lock. They are only ever added to, as long as somebody uses it.
        let desc = |i| self.descs.lock().get(i).copied();
        for d in (0..).map_while(desc) {
            if let Some(g) = d.ready(mode) {
                verbs::ready(g);
            }
        }
    }

    // ---- the end ------------------------------------------------------------------------------------------------

    /// Closes it: those who wait for it, and whoever comes later, get an error.
    pub(crate) fn close(&self) -> io::Result<()> {
        let held = self.refer()?;
        if !self.set_closed() {
            return Err(self.closed());
        }
        self.wake_all();
        drop(held);
        Ok(())
    }

    fn wake_all(&self) {
        for mode in [Mode::Read, Mode::Write] {
            self.wake(mode);
            let mut turn = self.sides[mode as usize].turn.lock();
            let mut woken = GList::new();
            turn.dequeue_all(|g| woken.push(g));
            drop(turn);
            woken.for_each(verbs::ready);
        }
    }

    /// Nobody uses it any more, and nobody can: gives the system's descriptor back.
    fn release(&self) {
        for d in std::mem::take(&mut *self.descs.lock()) {
            d.forget(self.borrowed());
        }
        // SAFETY: ours since `new`, and not used by us any more.
        let mut fd = unsafe { OwnedFd::from_raw_fd(self.raw) };
        if self.lent.load(Ordering::SeqCst) {
            // What it stood for goes; its number stays, until whoever borrowed it is gone.
            if let Ok(null) = std::fs::File::open("/dev/null") {
                let _ = rustix::io::dup2(&null, &mut fd);
            } else {
                // No descriptor is left for that: at least the other side hears of it, if it is a socket.
                let _ = rustix::net::shutdown(&fd, rustix::net::Shutdown::Both);
            }
            self.kept.store(true, Ordering::Release);
            let _ = fd.into_raw_fd();
        }
    }

    /// For whoever wants the descriptor itself; after a close, one that stands for nothing.
    pub(crate) fn lend(&self) -> BorrowedFd<'_> {
        static NOTHING: OnceLock<std::fs::File> = OnceLock::new();
        self.lent.store(true, Ordering::SeqCst);
        // A reference for a moment: either the close comes later and sees that it is lent, or it has come.
        if self.refer().is_ok() || self.kept.load(Ordering::Acquire) {
            return self.borrowed();
        }
        NOTHING
            .get_or_init(|| std::fs::File::open("/dev/null").expect("/dev/null can be read"))
            .as_fd()
    }

    /// Its number, for calls of the user's own.
    pub(crate) fn number(&self) -> RawFd {
        self.raw
    }
}

impl Made for Fd {
    fn close_for(&self, home: u64) {
        if self.descs.lock().iter().all(|d| d.home() == home) {
            // It fails where it is closed already.
            let _ = self.close();
        }
    }
}

impl Drop for Fd {
    fn drop(&mut self) {
        if self.home != 0 {
            made::forget(self.home, self);
        }
        if self.kept.load(Ordering::Acquire) {
            // SAFETY: `release` kept it, and nobody can have borrowed it for longer than this lived.
            drop(unsafe { OwnedFd::from_raw_fd(self.raw) });
        } else if self.set_closed() {
            self.lent.store(false, Ordering::SeqCst);
            self.release();
        }
    }
}

/// What is in an `impl Read` for something with an `fd`.
macro_rules! reads {
    () => {
        #[track_caller]
        fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
            self.fd.read(buf, std::panic::Location::caller())
        }

        #[track_caller]
        fn read_exact(&mut self, buf: &mut [u8]) -> std::io::Result<()> {
            let at = std::panic::Location::caller();
            std::io::Read::read_exact(&mut self.fd.reading(at), buf)
        }

        #[track_caller]
        fn read_to_end(&mut self, buf: &mut Vec<u8>) -> std::io::Result<usize> {
            let at = std::panic::Location::caller();
            std::io::Read::read_to_end(&mut self.fd.reading(at), buf)
        }

        #[track_caller]
        fn read_to_string(&mut self, buf: &mut String) -> std::io::Result<usize> {
            let at = std::panic::Location::caller();
            std::io::Read::read_to_string(&mut self.fd.reading(at), buf)
        }
    };
}
pub(crate) use reads;

impl AsRawFd for Fd {
    fn as_raw_fd(&self) -> RawFd {
        self.number()
    }
}

impl std::fmt::Debug for Fd {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Fd").field("fd", &self.raw).finish()
    }
}
