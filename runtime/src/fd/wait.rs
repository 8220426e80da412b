//! Waiting for a descriptor: in the netpoller's slot, or, where there is none, by asking the system now and then.

use std::cell::Cell;
use std::io;
use std::panic::Location;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec};

use super::{Fd, Mode, timed_out};
use crate::coro::Unlock;
use crate::goroutine::{Abandon, G, WaitReason};
use crate::poller::PollDesc;
use crate::timers::LATEST;
use crate::{seam, time, wait};

/// How long a thread that is no goroutine sleeps before it looks whether the descriptor was closed.
const SLICE: Duration = Duration::from_millis(5);
/// What a goroutine that is explored sleeps between two looks.
const NAP: Duration = Duration::from_millis(1);

/// So often it asks for real, each time for a moment: what comes from outside may be on its way.
const EAGER: u32 = 20;
/// The first looks take no time: mostly it is somebody of this program who has to do something first.
const AT_ONCE: u32 = 3;
/// So often in a row it looks while nobody else can run and nothing but such looks is waited for. Then nothing comes.
const PATIENT: u32 = 60;
/// How long the last of them waits for real.
const LAST: Duration = Duration::from_millis(50);

thread_local! {
    /// How many goroutines of the schedule of this epoch sleep between two looks.
    static NAPPING: Cell<(u32, usize)> = const { Cell::new((0, 0)) };
}

/// Those who nap in this schedule, without and with one that begins (or ends) to do so. Not inlined: see `seam.rs`.
#[inline(never)]
fn napping(change: isize) -> usize {
    let (epoch, before) = NAPPING.get();
    let before = if epoch == seam::epoch() { before } else { 0 };
    NAPPING.set((seam::epoch(), before.saturating_add_signed(change)));
    before
}

/// How often a wait has looked already.
#[derive(Default)]
pub(super) struct Looks {
    all: u32,
    /// In a row, with nothing else to be waited for.
    idle: u32,
    /// Since it last slept until the next moment that somebody waits for.
    short: u32,
}

/// What is needed about a goroutine that waits, in its own frame.
struct Parked {
    desc: &'static PollDesc,
    g: &'static G,
    held: Held,
}

/// The direction of a descriptor whose lock a goroutine has while it waits.
struct Held {
    mode: Mode,
    fd: *const Fd,
}

/// The goroutine sleeps: puts it into its slot.
///
/// # Safety
///
/// `data` points to the `Parked` in the frame of a goroutine that has just been switched away from.
unsafe fn commit(data: *const ()) {
    // SAFETY: the frame is intact until the goroutine is readied, which can happen from the commit on only.
    let Parked { desc, g, held } = unsafe { std::ptr::read(data.cast::<Parked>()) };
    let mode = held.mode;
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
    p.desc.abandon(p.held.mode, p.g)
}

/// The goroutine never goes on, woken or not: closes what it will never close.
///
/// # Safety
///
/// `data` points to the `Held` in the frame of a goroutine that has parked, and that nobody runs any more.
unsafe fn orphan(data: *const ()) -> bool {
    // SAFETY: the frame is intact (the caller's promise), and its reference to the descriptor was never dropped.
    let (mode, fd) = unsafe {
        let p = &*data.cast::<Held>();
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
    pub(super) fn watched(&self) -> io::Result<Option<&'static PollDesc>> {
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
        looks: &mut Looks,
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
            None => self.look(mode, left, looks, at),
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
        let held = Held { mode, fd: self };
        let parked = Parked { desc, g, held };
        let data = std::ptr::from_ref(&parked).cast();
        let held = std::ptr::from_ref(&parked.held).cast();
        // SAFETY: `g` runs, and `parked` lives in this frame until it goes on or is abandoned.
        unsafe {
            g.set_orphan(Some(Abandon {
                run: orphan,
                data: held,
            }));
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

    /// Asks the system itself. Comes back soon, for the caller to look at everything again. Where it is explored, it does
    /// not if nothing will come: nobody else can run, and nothing else is waited for.
    fn look(
        &self,
        mode: Mode,
        left: Option<Duration>,
        looks: &mut Looks,
        at: &'static Location<'static>,
    ) {
        let Some((s, g)) = seam::current() else {
            self.poll(mode, left.map_or(SLICE, |l| l.min(SLICE)));
            return;
        };
        let nap = left.map_or(NAP, |l| l.min(NAP));
        looks.all += 1;
        looks.idle = match s.timers().len() > napping(0) {
            true => 0,
            false => looks.idle + 1,
        };
        let last = looks.idle > PATIENT && left.is_none();
        let wait = match (last, looks.all <= EAGER) {
            (true, _) => LAST,
            (false, true) if looks.all > AT_ONCE => nap,
            (false, _) => Duration::ZERO,
        };
        if !wait.is_zero() {
            s.waits_outside(wait);
        }
        if self.poll(mode, wait) {
            return;
        }
        let held = Held { mode, fd: self };
        // SAFETY: `g` runs, and `held` lives in this frame until it goes on or is abandoned.
        unsafe {
            g.set_orphan(Some(Abandon {
                run: orphan,
                data: std::ptr::from_ref(&held).cast(),
            }));
        }
        if last {
            wait::park_forever(WaitReason::IoWait, at);
        }
        let nanos = u64::try_from(nap.as_nanos()).unwrap_or(u64::MAX);
        let mut until = s.now().saturating_add(nanos);
        looks.short += 1;
        if looks.short > EAGER && looks.idle == 0 {
            // Everybody waits: nothing changes before the next of them has its time.
            looks.short = 0;
            until = until.max(s.timers().first().min(LATEST));
            if let Some(left) = left {
                let left = u64::try_from(left.as_nanos()).unwrap_or(u64::MAX);
                until = until.min(s.now().saturating_add(left));
            }
        }
        napping(1);
        wait::sleep_until(until, at);
        napping(-1);
        // SAFETY: `g` runs.
        unsafe { g.set_orphan(None) };
    }

    /// Whether something can be done within that time.
    fn poll(&self, mode: Mode, wait: Duration) -> bool {
        let flags = match mode {
            Mode::Read => PollFlags::IN,
            Mode::Write => PollFlags::OUT,
        };
        let fd = self.borrowed();
        let mut fds = [PollFd::from_borrowed_fd(fd, flags)];
        let t = Timespec {
            tv_sec: 0,
            tv_nsec: wait.subsec_nanos().into(),
        };
        rustix::event::poll(&mut fds, Some(&t)) == Ok(1)
    }
}
