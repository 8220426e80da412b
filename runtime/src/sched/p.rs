//! P: the right to run goroutines, with the queue, the timers and the caches that go with it.

use std::sync::Arc;
use std::sync::atomic::{AtomicPtr, AtomicU32, AtomicU64, Ordering};

use super::M;
use crate::goroutine::G;
use crate::primitives::{CachePadded, Lock};
use crate::queue::RunQueue;
use crate::stack::{StackCache, StackPool};
use crate::timers::Heap;

/// Goroutine numbers that a P draws at a time.
pub(crate) const ID_BATCH: u64 = 16;

/// A processor in Go's sense. The M that holds it is the only one to put into its queue; everybody may steal from it.
pub(crate) struct P {
    pub(crate) id: usize,
    pub(crate) queue: CachePadded<RunQueue>,
    /// Goroutines it has run, for the look at the global queue every 61st time.
    pub(crate) tick: AtomicU32,
    /// How often it was taken from a blocking call.
    pub(crate) taken: AtomicU32,
    /// How often a goroutine ran on it, those that inherit a slice too. Counted only while somebody looks (`top.rs`).
    pub(crate) ran: AtomicU64,
    /// How often goroutines came to it from another P.
    pub(crate) stolen: AtomicU32,
    /// How often a goroutine had to give way on it.
    pub(crate) preempted: AtomicU32,
    /// The M that holds it; null while it is idle.
    holder: AtomicPtr<M>,
    pub(crate) timers: Heap,
    /// What only the holder uses; the lock is never contended while the program runs.
    pub(crate) local: Lock<Local>,
}

/// What a P keeps near.
pub(crate) struct Local {
    pub(crate) pool: Option<Arc<StackPool>>,
    pub(crate) stacks: StackCache,
    pub(crate) free: Vec<&'static G>,
    pub(crate) next_id: u64,
    pub(crate) last_id: u64,
    /// Goroutines born here less goroutines that ended here; the sum over all Ps is how many there are.
    pub(crate) alive: i64,
}

impl P {
    pub(crate) fn new(id: usize) -> P {
        P {
            id,
            queue: CachePadded(RunQueue::new()),
            tick: AtomicU32::new(0),
            taken: AtomicU32::new(0),
            ran: AtomicU64::new(0),
            stolen: AtomicU32::new(0),
            preempted: AtomicU32::new(0),
            holder: AtomicPtr::new(std::ptr::null_mut()),
            timers: Heap::new(),
            local: Lock::new(Local {
                pool: None,
                stacks: StackCache::new(),
                free: Vec::new(),
                next_id: 0,
                last_id: 0,
                alive: 0,
            }),
        }
    }

    /// The M that holds it.
    #[allow(unsafe_code, reason = "see the comment")]
    pub(super) fn holder(&self) -> Option<&'static M> {
        // SAFETY: null, or stored from a `&'static M` in `held_by`.
        unsafe { self.holder.load(Ordering::Acquire).as_ref() }
    }

    pub(super) fn held_by(&self, m: Option<&'static M>) {
        let m = m.map_or(std::ptr::null_mut(), |m| std::ptr::from_ref(m).cast_mut());
        self.holder.store(m, Ordering::Release);
    }

    /// When its first timer is due; `timers::NEVER` for none.
    #[inline]
    pub(crate) fn first_timer(&self) -> u64 {
        self.timers.first()
    }

    /// How many timers it has.
    pub(crate) fn timer_count(&self) -> usize {
        self.timers.len()
    }

    /// Forgets everything of the runtime that has ended. Its goroutines are dealt with elsewhere.
    pub(crate) fn reset(&self) {
        while self.queue.get().is_some() {}
        let mut l = self.local.lock();
        if let Some(pool) = l.pool.take() {
            l.stacks.flush(&pool);
        }
        l.free.clear();
        (l.next_id, l.last_id, l.alive) = (0, 0, 0);
        self.tick.store(0, Ordering::Relaxed);
        self.taken.store(0, Ordering::Relaxed);
        self.ran.store(0, Ordering::Relaxed);
        self.stolen.store(0, Ordering::Relaxed);
        self.preempted.store(0, Ordering::Relaxed);
        self.held_by(None);
    }
}
