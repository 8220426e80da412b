//! The mutex itself: Go's, in both its modes, without anything that an observer wants to know.
//!
//! # The protocol
//!
//! A word has three flags, `LOCKED`, `WOKEN`, `STARVING`, and above them the number of goroutines that wait in a
//! semaphore.
//!
//! *Normal mode.* A locker that finds `LOCKED` tries again a little if the holder seems to be running, then counts itself
//! as waiting and sleeps. An unlocker clears `LOCKED` first, and then, if somebody waits and nobody is on its way
//! already, sets `WOKEN` and wakes the one who has waited longest. Who is woken does not have the lock: it competes with
//! whoever comes by, and those run already, so they often win ("barging"). That is what makes the lock fast: it changes
//! hands without a switch. Who loses sleeps again, in front of all others.
//!
//! *Starvation mode.* Who wakes and finds that it has waited more than 1 ms, but the lock taken, sets `STARVING`. From
//! then on an unlocker wakes the first who waits and hands the lock to it (`LOCKED` stays clear on the way, `STARVING`
//! keeps all others out: they queue). It ends when the one who gets the lock waited less than 1 ms or is the last.
//!
//! # Invariants
//!
//! - `WOKEN` is set while one goroutine, and not more, is awake on its way to the lock: an unlocker need not wake another.
//! - `STARVING` is set only while somebody waits.
//!
//! Under exploration nobody spins and there is no starvation mode: luck and time are what an exploration does not have,
//! and each order that a hand-off brings about is one of those that barging does. `tests/models_locks.rs` tries both modes
//! in all orders.

use std::panic::Location;

use super::sema::Sema;
use crate::goroutine::WaitReason;
use crate::primitives::atomic::{AtomicU32, Ordering};
use crate::primitives::const_fn;
use crate::seam;
use crate::wait::{self, Turn};

const LOCKED: u32 = 1;
const WOKEN: u32 = 2;
const STARVING: u32 = 4;
const WAITER: u32 = 8;

/// How long one waits before it is unfair, in nanoseconds.
const STARVED: u64 = 1_000_000;
/// How often a locker tries again before it sleeps, and how many pauses it makes in between. Go makes 30: with as few, two
/// who hardly leave the lock take its cache line from each other at every look, and both are slower by a fifth or more.
const TRIES: u32 = 4;
const PAUSES: u32 = 100;

pub(super) struct Bare {
    state: AtomicU32,
    sema: Sema,
}

/// An unlock of what was not locked.
#[derive(Debug)]
#[must_use]
pub(super) struct Misuse;

impl Bare {
    const_fn! {
        pub(super) fn new() -> Self {
            Bare {
                state: AtomicU32::new(0),
                sema: Sema::new(),
            }
        }
    }

    /// Makes it as new. Only for one whose goroutines are gone.
    pub(super) fn clear(&self) {
        self.state.store(0, Ordering::Relaxed);
        self.sema.clear();
    }

    #[inline]
    pub(super) fn lock(&self, at: &'static Location<'static>) {
        if self
            .state
            .compare_exchange(0, LOCKED, Ordering::Acquire, Ordering::Relaxed)
            .is_err()
        {
            self.lock_slow(at);
        }
    }

    #[inline]
    pub(super) fn try_lock(&self) -> bool {
        // Somebody may wait: we run already, as in `lock`.
        let old = self.state.load(Ordering::Relaxed);
        old & (LOCKED | STARVING) == 0
            && self
                .state
                .compare_exchange(old, old | LOCKED, Ordering::Acquire, Ordering::Relaxed)
                .is_ok()
    }

    #[inline]
    pub(super) fn unlock(&self) -> Result<(), Misuse> {
        let old = self.state.fetch_sub(LOCKED, Ordering::Release);
        if old == LOCKED {
            return Ok(());
        }
        self.unlock_slow(old)
    }

    #[cold]
    #[inline(never)]
    fn lock_slow(&self, at: &'static Location<'static>) {
        let observed = seam::observed();
        // How long it takes is nothing to an exploration.
        let now = || match seam::current() {
            Some((s, _)) if !observed => s.now(),
            _ => 0,
        };
        let mut since = None;
        let (mut starving, mut woken, mut tries) = (false, false, 0);
        let mut old = self.state.load(Ordering::Relaxed);
        loop {
            if old & (LOCKED | STARVING) == LOCKED && tries < TRIES && !observed && can_spin() {
                // Says that somebody is awake, so that the unlocker wakes nobody else.
                woken = woken
                    || (old & WOKEN == 0
                        && old >= WAITER
                        && self.swap(old, old | WOKEN, Ordering::Relaxed));
                for _ in 0..PAUSES {
                    std::hint::spin_loop();
                }
                tries += 1;
                old = self.state.load(Ordering::Relaxed);
                continue;
            }
            let mut new = old;
            if old & STARVING == 0 {
                new |= LOCKED;
            }
            if old & (LOCKED | STARVING) != 0 {
                new += WAITER;
            }
            if starving && old & LOCKED != 0 {
                new |= STARVING;
            }
            if woken {
                debug_assert_ne!(new & WOKEN, 0);
                new &= !WOKEN;
            }
            if !self.swap(old, new, Ordering::Acquire) {
                old = self.state.load(Ordering::Relaxed);
                continue;
            }
            if old & (LOCKED | STARVING) == 0 {
                return;
            }
            let turn = if since.is_some() {
                Turn::First
            } else {
                Turn::Last
            };
            let began = *since.get_or_insert_with(now);
            self.sema.acquire(turn, WaitReason::Mutex, at);
            starving = !observed && (starving || now().saturating_sub(began) > STARVED);
            old = self.state.load(Ordering::Relaxed);
            if old & STARVING != 0 {
                // The lock was handed to us: `LOCKED` is ours to set, and we are still counted as waiting.
                debug_assert!(old & (LOCKED | WOKEN) == 0 && old >= WAITER);
                let last = old < 2 * WAITER;
                let change = if starving && !last {
                    WAITER - LOCKED
                } else {
                    WAITER - LOCKED + STARVING
                };
                self.state.fetch_sub(change, Ordering::Acquire);
                return;
            }
            woken = true;
            tries = 0;
        }
    }

    #[cold]
    #[inline(never)]
    fn unlock_slow(&self, old: u32) -> Result<(), Misuse> {
        if old & LOCKED == 0 {
            self.state.fetch_add(LOCKED, Ordering::Relaxed);
            return Err(Misuse);
        }
        let mut old = old - LOCKED;
        if old & STARVING != 0 {
            // Hand it over, and let the new owner run now.
            self.sema.hand_over();
            if seam::current().is_some() {
                wait::stand_back();
            }
            return Ok(());
        }
        loop {
            // Nobody waits, or somebody is awake or has the lock already: that one's unlock will see to the rest.
            if old < WAITER || old & (LOCKED | WOKEN | STARVING) != 0 {
                return Ok(());
            }
            if self.swap(old, (old - WAITER) | WOKEN, Ordering::Relaxed) {
                self.sema.release();
                return Ok(());
            }
            old = self.state.load(Ordering::Relaxed);
        }
    }

    fn swap(&self, old: u32, new: u32, success: Ordering) -> bool {
        self.state
            .compare_exchange_weak(old, new, success, Ordering::Relaxed)
            .is_ok()
    }
}

fn can_spin() -> bool {
    seam::current().is_some_and(|(s, _)| s.can_spin())
}
