//! Go's reader/writer lock, called by hand.
//!
//! A writer first takes an ordinary mutex, which settles who among the writers is next. Then it lowers the number of
//! readers by more than there can be: newcomers see a negative number and wait; those inside are counted into
//! `departing`, and the last of them lets the writer in. An unlocking writer raises the number again, lets everyone in
//! who came meanwhile, and only then gives up the mutex: so readers and writers take turns and none starves.

use std::fmt;
use std::panic::{Location, RefUnwindSafe, UnwindSafe};
use std::sync::atomic::{AtomicI32, Ordering};

use super::super::bare::{Bare, Misuse};
use super::super::sema::Sema;
use crate::goroutine::WaitReason;
use crate::panics;
use crate::primitives::{Tag, hooked};
use crate::seam::{self, Hold, Op};
use crate::wait::{Turn, Who};

/// More readers than there can be.
const MANY: i32 = 1 << 30;

/// What a writer's unlock releases into, for whoever locks next.
const WRITTEN: usize = 0;
/// What readers' unlocks release into, for the next writer: read locks order nothing among themselves.
const READ: usize = 1;

/// A reader/writer lock without a value: Go's `sync.RWMutex`.
///
/// Any number of readers, or one writer. A writer that waits keeps new readers out, so it gets its turn; therefore a
/// goroutine must not take the read lock twice. It has no owner.
///
/// Memory order: a writer's unlock comes before every lock after it; a reader's unlock comes before the next writer's
/// lock. Readers are not ordered among themselves.
///
/// ```
/// use goroutines::sync::raw::RWMutex;
///
/// let m = RWMutex::new();
/// m.rlock();
/// assert!(m.try_rlock());
/// assert!(!m.try_lock());
/// m.runlock();
/// m.runlock();
/// m.lock();
/// m.unlock();
/// ```
pub struct RWMutex {
    writers: Bare,
    /// Those inside, and, once a writer is there, those who wait; less [`MANY`] while a writer is.
    readers: AtomicI32,
    /// Those inside whom a writer waits for.
    departing: AtomicI32,
    writer: Sema,
    waiting_readers: Sema,
    tag: Tag,
}

impl RWMutex {
    /// An unlocked lock.
    ///
    /// ```
    /// static LOCK: goroutines::sync::raw::RWMutex = goroutines::sync::raw::RWMutex::new();
    /// assert!(LOCK.try_lock());
    /// ```
    pub const fn new() -> Self {
        RWMutex {
            writers: Bare::new(),
            readers: AtomicI32::new(0),
            departing: AtomicI32::new(0),
            writer: Sema::new(),
            waiting_readers: Sema::new(),
            tag: Tag::new(),
        }
    }

    /// Locks it for reading; waits while a writer has it or waits for it. Go's `RLock`.
    ///
    /// One atomic instruction while there is no writer.
    ///
    /// ```
    /// let m = goroutines::sync::raw::RWMutex::new();
    /// m.rlock();
    /// m.runlock();
    /// ```
    #[inline]
    #[track_caller]
    pub fn rlock(&self) {
        let at = Location::caller();
        if hooked() {
            self.rlock_hooked(at);
        } else {
            self.enter_to_read(at);
        }
    }

    /// The same where somebody may listen. Out of the way, as in `Mutex`: one look at the hooks a call.
    #[cold]
    #[inline(never)]
    fn rlock_hooked(&self, at: &'static Location<'static>) {
        self.approach(Op::RLock, at);
        self.enter_to_read(at);
        self.entered_to_read();
    }

    #[inline(always)]
    fn enter_to_read(&self, at: &'static Location<'static>) {
        if self.readers.fetch_add(1, Ordering::Acquire) < 0 {
            self.await_turn_to_read(at);
        }
    }

    #[cold]
    #[inline(never)]
    fn await_turn_to_read(&self, at: &'static Location<'static>) {
        if !Who::can_wait() {
            if self.turn_back() {
                seam::outside("this call would block");
            }
            // On its way.
            while !self.waiting_readers.take() {
                std::thread::yield_now();
            }
            return;
        }
        self.waiting_readers
            .acquire(Turn::Last, WaitReason::RWMutexRead, at);
    }

    /// For a reader that was counted and cannot wait. `false`: a writer has let it in meanwhile, so that it need not.
    fn turn_back(&self) -> bool {
        let out = |n: i32| (n < 0).then(|| n - 1);
        self.readers
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, out)
            .is_ok()
    }

    /// Locks it for reading if that needs no waiting, and says whether it did. Go's `TryRLock`.
    ///
    /// ```
    /// let m = goroutines::sync::raw::RWMutex::new();
    /// m.lock();
    /// assert!(!m.try_rlock());
    /// ```
    #[inline]
    #[track_caller]
    pub fn try_rlock(&self) -> bool {
        self.approach(Op::TryRLock, Location::caller());
        let mut n = self.readers.load(Ordering::Relaxed);
        let got = loop {
            if n < 0 {
                break false;
            }
            match self
                .readers
                .compare_exchange_weak(n, n + 1, Ordering::Acquire, Ordering::Relaxed)
            {
                Ok(_) => break true,
                Err(now) => n = now,
            }
        };
        seam::outcome(|| format!("→ {got}"));
        if got {
            self.entered_to_read();
        }
        got
    }

    /// Undoes one [`rlock`](RWMutex::rlock). Go's `RUnlock`.
    ///
    /// If it is not locked for reading, the program ends: `fatal error: sync: RUnlock of unlocked RWMutex`.
    ///
    /// ```
    /// use goroutines::prelude::*;
    ///
    /// let crash = Builder::new().try_run(|| sync::raw::RWMutex::new().runlock()).unwrap_err();
    /// assert!(crash.to_string().starts_with("fatal error: sync: RUnlock of unlocked RWMutex\n"));
    /// ```
    #[inline]
    #[track_caller]
    pub fn runlock(&self) {
        self.runlock_at(Location::caller());
    }

    #[inline]
    pub(in super::super) fn runlock_at(&self, at: &'static Location<'static>) {
        if hooked() {
            self.about_to_runlock(at);
        }
        let before = self.readers.fetch_sub(1, Ordering::Release);
        if before <= 0 {
            self.runlock_slow(before);
        }
    }

    #[cold]
    #[inline(never)]
    fn about_to_runlock(&self, at: &'static Location<'static>) {
        self.approach(Op::RUnlock, at);
        seam::gave(&self.tag, READ, Hold::SharedReleased);
    }

    #[cold]
    #[inline(never)]
    fn runlock_slow(&self, before: i32) {
        if before == 0 || before == -MANY {
            self.readers.fetch_add(1, Ordering::Relaxed);
            panics::fatal("sync: RUnlock of unlocked RWMutex");
        }
        if self.departing.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.writer.release();
        }
    }

    /// Locks it for writing; waits for all readers and writers before it. Go's `Lock`.
    ///
    /// ```
    /// let m = goroutines::sync::raw::RWMutex::new();
    /// m.lock();
    /// m.unlock();
    /// ```
    #[inline]
    #[track_caller]
    pub fn lock(&self) {
        let at = Location::caller();
        if hooked() {
            self.lock_hooked(at);
        } else {
            self.enter_to_write(at);
        }
    }

    #[cold]
    #[inline(never)]
    fn lock_hooked(&self, at: &'static Location<'static>) {
        self.approach(Op::Lock, at);
        self.enter_to_write(at);
        self.entered_to_write();
    }

    #[inline(always)]
    fn enter_to_write(&self, at: &'static Location<'static>) {
        self.writers.lock(at);
        let free = self
            .readers
            .compare_exchange(0, -MANY, Ordering::Acquire, Ordering::Relaxed);
        if free.is_err() {
            self.await_readers(at);
        }
    }

    #[cold]
    #[inline(never)]
    fn await_readers(&self, at: &'static Location<'static>) {
        if !Who::can_wait() {
            // Before anybody could see that it waits.
            self.leave_writers();
            seam::outside("this call would block");
        }
        let inside = self.readers.fetch_sub(MANY, Ordering::Acquire);
        // They may have left since they were counted, and have counted themselves out already.
        if inside != 0 && self.departing.fetch_add(inside, Ordering::AcqRel) + inside != 0 {
            self.writer
                .acquire(Turn::Last, WaitReason::RWMutexWrite, at);
        }
    }

    /// Locks it for writing if that needs no waiting, and says whether it did. Go's `TryLock`.
    ///
    /// ```
    /// let m = goroutines::sync::raw::RWMutex::new();
    /// m.rlock();
    /// assert!(!m.try_lock());
    /// ```
    #[track_caller]
    pub fn try_lock(&self) -> bool {
        self.approach(Op::TryLock, Location::caller());
        let got = self.try_enter();
        seam::outcome(|| format!("→ {got}"));
        if got {
            self.entered_to_write();
        }
        got
    }

    fn try_enter(&self) -> bool {
        if !self.writers.try_lock() {
            return false;
        }
        if self
            .readers
            .compare_exchange(0, -MANY, Ordering::Acquire, Ordering::Relaxed)
            .is_err()
        {
            self.leave_writers();
            return false;
        }
        true
    }

    /// Unlocks it for writing. Go's `Unlock`.
    ///
    /// If it is not locked for writing, the program ends: `fatal error: sync: Unlock of unlocked RWMutex`.
    ///
    /// ```
    /// use goroutines::prelude::*;
    ///
    /// let crash = Builder::new().try_run(|| sync::raw::RWMutex::new().unlock()).unwrap_err();
    /// assert!(crash.to_string().starts_with("fatal error: sync: Unlock of unlocked RWMutex\n"));
    /// ```
    #[inline]
    #[track_caller]
    pub fn unlock(&self) {
        if hooked() {
            self.about_to_unlock(Location::caller());
        }
        self.unlock_told();
    }

    /// What follows `about_to_unlock`.
    #[inline]
    pub(in super::super) fn unlock_told(&self) {
        let before = self.readers.fetch_add(MANY, Ordering::Release);
        if before != -MANY {
            self.let_readers_in(before);
        }
        self.leave_writers();
    }

    /// Tells of an unlock. Only where anybody listens.
    #[cold]
    #[inline(never)]
    pub(in super::super) fn about_to_unlock(&self, at: &'static Location<'static>) {
        self.approach(Op::Unlock, at);
        seam::gave(&self.tag, WRITTEN, Hold::Released);
    }

    #[cold]
    #[inline(never)]
    fn let_readers_in(&self, before: i32) {
        if before >= 0 {
            self.readers.fetch_sub(MANY, Ordering::Relaxed);
            panics::fatal("sync: Unlock of unlocked RWMutex");
        }
        for _ in 0..before + MANY {
            self.waiting_readers.release();
        }
    }

    #[inline]
    fn leave_writers(&self) {
        if let Err(Misuse) = self.writers.unlock() {
            panics::fatal("sync: unlock of unlocked mutex");
        }
    }

    #[inline(always)]
    fn approach(&self, op: Op, at: &'static Location<'static>) {
        if hooked() {
            if seam::unmet(&self.tag) {
                self.writers.clear();
                self.readers.store(0, Ordering::Relaxed);
                self.departing.store(0, Ordering::Relaxed);
                self.writer.clear();
                self.waiting_readers.clear();
            }
            seam::point_at(op, &self.tag, at);
        }
    }

    #[inline(always)]
    fn entered_to_read(&self) {
        seam::took(&self.tag, WRITTEN, Hold::Shared);
    }

    #[inline(always)]
    fn entered_to_write(&self) {
        // Told first, so that it is known that this is a lock.
        seam::took(&self.tag, READ, Hold::Exclusive);
        seam::acquire(&self.tag, WRITTEN);
    }
}

impl Default for RWMutex {
    fn default() -> Self {
        RWMutex::new()
    }
}

impl fmt::Debug for RWMutex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RWMutex").finish_non_exhaustive()
    }
}

impl UnwindSafe for RWMutex {}
impl RefUnwindSafe for RWMutex {}
