//! The smallest parts everything else stands on: the lock, cache padding, the hook word and the tags of objects.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

pub(crate) use crate::lock::Lock;

/// The atomics of the files that `tests/models.rs` tries out, where they are loom's.
pub(crate) mod atomic {
    pub(crate) use std::sync::atomic::{
        AtomicPtr, AtomicU8, AtomicU32, AtomicU64, AtomicUsize, Ordering, fence,
    };
}

/// A `const fn`; where `tests/models_locks.rs` tries a file out, an ordinary one, because loom makes its atomics when it runs.
#[allow(
    unused_macros,
    reason = "those who take in this file alone have no use for it"
)]
macro_rules! const_fn {
    ($(#[$doc:meta])* $vis:vis fn $($rest:tt)*) => {
        $(#[$doc])*
        $vis const fn $($rest)*
    };
}
pub(crate) use const_fn;

/// Keeps what one thread writes often off the cache line of what others read.
#[derive(Debug, Default)]
#[repr(align(128))]
pub(crate) struct CachePadded<T>(pub(crate) T);

impl<T> std::ops::Deref for CachePadded<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}

/// How many reasons there are, in this process, for the hooks of the seam to do anything: explorations, traces, the race
/// detector, and goroutines that have been asked to give way.
///
/// Zero nearly always, and then every hook is one load of a word that is seldom written, and a branch that is not taken. A
/// hook that finds it non-zero asks the thread-local whether *this* thread is concerned.
pub(crate) static HOOKS: AtomicU32 = AtomicU32::new(0);

/// How many schedules are run now of which every step is written down: what came of an operation is told to nobody else.
pub(crate) static READERS: AtomicU32 = AtomicU32::new(0);

/// Whether the hooks have anything to do: see [`HOOKS`].
#[inline(always)]
pub(crate) fn hooked() -> bool {
    // A build without hooks is there to be compared with: see `benches/seam`.
    !cfg!(goroutines_without_hooks) && HOOKS.load(Ordering::Relaxed) != 0
}

/// The epoch of what is not explored. An exploration's schedules have smaller numbers.
const NATIVE: u32 = u32::MAX;

/// Whether anybody writes down what came of an operation.
#[inline(always)]
pub(crate) fn read() -> bool {
    !cfg!(goroutines_without_hooks) && READERS.load(Ordering::Relaxed) != 0
}

/// How many schedules are run now in which something is asked apart.
pub(crate) static ASKERS: AtomicU32 = AtomicU32::new(0);

/// Whether anybody asks who heeds what is handed over.
#[inline(always)]
pub(crate) fn asked() -> bool {
    !cfg!(goroutines_without_hooks) && ASKERS.load(Ordering::Relaxed) != 0
}

/// What an object (channel, lock, variable) is known as to an observer: assigned at first use, valid for one schedule.
///
/// An address would not do: it differs from run to run and is reused after a free.
#[derive(Debug)]
pub(crate) struct Tag(AtomicU64);

impl Tag {
    pub(crate) const fn new() -> Self {
        Tag(AtomicU64::new(0))
    }

    /// The index given in this epoch, if any.
    #[inline]
    pub(crate) fn get(&self, epoch: u32) -> Option<u32> {
        let v = self.0.load(Ordering::Relaxed);
        (v >> 32 == u64::from(epoch)).then_some(v as u32)
    }

    /// The number that it has for whoever looks on at the real scheduler, from 1; given at first use, for good.
    pub(crate) fn native(&self) -> u32 {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        if let Some(n) = self.get(NATIVE) {
            return n;
        }
        let n = NEXT.fetch_add(1, Ordering::Relaxed);
        let (old, new) = (
            self.0.load(Ordering::Relaxed),
            u64::from(NATIVE) << 32 | u64::from(n),
        );
        let swapped = self
            .0
            .compare_exchange(old, new, Ordering::Relaxed, Ordering::Relaxed);
        // Somebody else was first, on another thread.
        swapped.err().and_then(|_| self.get(NATIVE)).unwrap_or(n)
    }

    /// Binds the object to `index` for this epoch. Epochs are never zero.
    #[inline]
    pub(crate) fn set(&self, epoch: u32, index: u32) {
        debug_assert_ne!(epoch, 0);
        self.0
            .store(u64::from(epoch) << 32 | u64::from(index), Ordering::Relaxed);
    }
}

impl Default for Tag {
    fn default() -> Self {
        Tag::new()
    }
}
