//! Waiting for a descriptor: in the netpoller's slot, or, where there is none, by asking the system now and then.

use std::io;
use std::panic::Location;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec};

use super::{Fd, Mode, timed_out};
use crate::coro::Unlock;
use crate::goroutine::{Abandon, G, WaitReason};
use crate::poller::PollDesc;
use crate::{seam, time, wait};

/// How long a thread that is no goroutine sleeps before it looks whether the descriptor was closed.
const SLICE: Duration = Duration::from_millis(5);
/// What a goroutine that is explored sleeps between two looks.
const NAP: Duration = Duration::from_millis(1);

/// What is needed about a goroutine that waits, in its own frame.
struct Parked {
    desc: &'static PollDesc,
    mode: Mode,
    g: &'static G,
    fd: *const Fd,
}

/// The goroutine sleeps: puts it into its slot.
///
/// # Safety
///
/// `data` points to the `Parked` in the frame of a goroutine that has just been switched away from.
unsafe fn commit(data: *const ()) {
    // SAFETY: the frame is intact until the goroutine is readied, which can happen from the commit on only.
    let Parked { desc, mode, g, .. } = unsafe { std::ptr::read(data.cast::<Parked>()) };
    if !desc.commit(mode, g) {
        // Something has happened. This M may be without a P: the goroutine goes to the global queue.
        seam::ready_from_outside(g);
    }
}

/// The runtime ends: takes the goroutine out of its slot. `false`: a waker has it.
///
/// # Safety
///
/// `data` points to the `Parked` in the frame of a goroutine that waits.
unsafe fn abandon(data: *const ()) -> bool {
    // SAFETY: the frame is intact (the caller's promise).
    let p = unsafe { &*data.cast::<Parked>() };
    p.desc.abandon(p.mode, p.g)
}

/// The goroutine never goes on, woken or not: closes what it will never close.
///
/// # Safety
///
/// `data` points to the `Parked` in the frame of a goroutine that has parked, and that nobody runs any more.
unsafe fn orphan(data: *const ()) -> bool {
    // SAFETY: the frame is intact (the caller's promise), and its reference to the descriptor was never dropped.
    let (mode, fd) = unsafe {
        let p = &*data.cast::<Parked>();
        (p.mode, &*p.fd)
    };
    if fd.set_closed() {
        fd.wake_all();
    }
    // The lock that the frame holds.
    fd.unlock(mode);
    true
}

impl Fd {
    /// The poll desc, if it is registered in the runtime of the goroutine that runs.
    pub(super) fn desc_here(&self) -> Option<&'static PollDesc> {
        let d = self.desc()?;
        let home = seam::current()?.0.home();
        (d.home() == home).then_some(d)
    }

    /// The same; registers it if need be. `None` where there is no netpoller.
    fn watched(&self) -> io::Result<Option<&'static PollDesc>> {
        if let Some(d) = self.desc_here() {
            return Ok(Some(d));
        }
        let Some((s, _)) = seam::current() else {
            return Ok(None);
        };
        let mut descs = self.descs.lock();
        let home = s.home();
        let desc = match descs.iter().find(|d| d.home() == home) {
            Some(d) => *d,
            None => {
                let Some(new) = s.watch(self.borrowed()) else {
                    return Ok(None);
                };
                let new = new?;
                descs.push(new);
                new
            }
        };
        self.desc
            .store(std::ptr::from_ref(desc).cast_mut(), Ordering::Release);
        Ok(Some(desc))
    }

    /// Waits until something has happened, or one of the limits is reached; that is an error. The caller holds the lock of
    /// this direction, and has found nothing to do since it cleared the slot.
    pub(super) fn wait(
        &self,
        mode: Mode,
        until: Option<Instant>,
        at: &'static Location<'static>,
    ) -> io::Result<()> {
        // First of all: whoever moves a deadline after we have read it wakes the slots that it finds.
        let desc = self.watched()?;
        let limits = *self.sides[mode as usize].limits.lock();
        let limit = limits.deadline.into_iter().chain(until).min();
        let left = match limit {
            None => None,
            Some(limit) => match limit.checked_duration_since(time::now()) {
                None | Some(Duration::ZERO) => return Err(timed_out()),
                left => left,
            },
        };
        match desc {
            Some(desc) => self.park(desc, mode, left, at),
            None => self.look(mode, left, at),
        }
        if self.is_closed() {
            return Err(self.closed());
        }
        Ok(())
    }

    fn park(
        &self,
        desc: &'static PollDesc,
        mode: Mode,
        left: Option<Duration>,
        at: &'static Location<'static>,
    ) {
        let Some((s, g)) = seam::current() else {
            unreachable!("only a goroutine has a poll desc of its runtime");
        };
        // First: a deadline of which nobody waits is nobody's business.
        s.count_waiter(true);
        if let Some(left) = left {
            let left = u64::try_from(left.as_nanos()).unwrap_or(u64::MAX);
            s.wake_desc_by(s.now().saturating_add(left), desc, mode);
        }
        if desc.is_ready(mode) || self.is_closed() {
            s.count_waiter(false);
            return;
        }
        let parked = Parked {
            desc,
            mode,
            g,
            fd: self,
        };
        let data = std::ptr::from_ref(&parked).cast();
        // SAFETY: `g` runs, and `parked` lives in this frame until it goes on or is abandoned.
        unsafe {
            g.set_orphan(Some(Abandon { run: orphan, data }));
            wait::park(
                g,
                WaitReason::IoWait,
                at,
                Some(Unlock { run: commit, data }),
                Some(Abandon { run: abandon, data }),
            );
            g.set_orphan(None);
        }
        if let Some((s, _)) = seam::current() {
            s.count_waiter(false);
        }
    }

    /// Asks the system itself. Comes back soon, for the caller to look at everything again.
    fn look(&self, mode: Mode, left: Option<Duration>, at: &'static Location<'static>) {
        let explored = seam::current();
        let most = if explored.is_some() { NAP } else { SLICE };
        let most = left.map_or(most, |l| l.min(most));
        let flags = match mode {
            Mode::Read => PollFlags::IN,
            Mode::Write => PollFlags::OUT,
        };
        let fd = self.borrowed();
        let mut fds = [PollFd::from_borrowed_fd(fd, flags)];
        let t = Timespec {
            tv_sec: 0,
            tv_nsec: most.subsec_nanos().into(),
        };
        let found = rustix::event::poll(&mut fds, Some(&t));
        if let Some((s, _)) = explored
            && found != Ok(1)
        {
            let nap = u64::from(NAP.subsec_nanos());
            wait::sleep_until(s.now().saturating_add(nap), at);
        }
    }
}
