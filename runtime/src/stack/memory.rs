//! The addresses of slabs and stacks: mapping, guarding, looking at and giving back their pages.

use std::io;
use std::num::NonZeroUsize;
use std::ops::Range;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::error::{StackError, setting};

/// How many pages lie below each stack and fault; the module's page argues that there are several. Odd, so that a stack
/// of an even number of pages with its guard is an odd number: the tops of stacks that lie a multiple of four pages apart
/// compete for a fourth of the places that the processor has for translated addresses, and a thousand goroutines that
/// take turns then wait for page tables at each switch (a fifth of the whole turn, measured).
pub(super) const GUARD_PAGES: usize = 5;
/// How many bytes from its top a stack may have used and still be no reason to look at it.
const SHALLOW: usize = 16 * 1024;
/// How many ranges one call of `process_madvise` is given.
const RANGES: usize = 32;

/// Linux's advice that makes pages fault until they are unmapped, without splitting their mapping (since 6.13).
const MADV_GUARD_INSTALL: libc::c_int = 102;
/// In place of a descriptor of the calling process (Linux 6.14 and newer).
const PIDFD_SELF: libc::c_int = -10001;

/// The size of a page.
pub(super) fn page() -> usize {
    static PAGE: AtomicUsize = AtomicUsize::new(0);
    match PAGE.load(Ordering::Relaxed) {
        0 => {
            // SAFETY: `sysconf` only reads.
            let size = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
            let size = usize::try_from(size).unwrap_or(4096);
            PAGE.store(size, Ordering::Relaxed);
            size
        }
        size => size,
    }
}

/// `bytes` rounded up to whole pages, at least one.
pub(super) fn round_up(bytes: usize) -> usize {
    bytes
        .max(1)
        .checked_next_multiple_of(page())
        .unwrap_or(usize::MAX - page() + 1)
}

/// The bytes of a guard.
pub(super) fn guard_len() -> usize {
    GUARD_PAGES * page()
}

/// [`SHALLOW`] in whole pages.
fn shallow() -> usize {
    round_up(SHALLOW)
}

/// A limit of this process (`getrlimit`), if there is one.
pub(super) fn resource_limit(which: libc::__rlimit_resource_t) -> Option<usize> {
    let mut limit = libc::rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    // SAFETY: `limit` is writable for the call.
    let ok = unsafe { libc::getrlimit(which, &mut limit) } == 0;
    (ok && limit.rlim_cur != libc::RLIM_INFINITY).then_some(limit.rlim_cur as usize)
}

/// The stack of one goroutine, its guard below it. Owns its addresses as long as its pool lives; dropping it without
/// [`StackPool::put`](super::StackPool::put) loses them until then.
///
/// Two words, so that it is moved in registers: a stack goes to the next goroutine right after it was written down, and
/// what was written in small pieces and is read in large ones makes the processor wait.
#[derive(Debug)]
pub(crate) struct Stack {
    /// The lowest usable byte; the guard ends here.
    low: usize,
    /// How many bytes can be used from there, in [`UNIT`]s; and, in the upper half, how many bytes below its shallow part
    /// it kept when [`Stack::look_deep`] last looked.
    sizes: u64,
}

/// No page is smaller.
const UNIT: usize = 4096;

/// The most bytes of a stack: as many units as half of a word counts.
const LARGEST: usize = u32::MAX as usize * UNIT;

impl Stack {
    /// Where it is, in a word and a half: one past the highest usable byte, and how many can be used, in [`UNIT`]s.
    #[inline]
    pub(crate) fn place(&self) -> (usize, u32) {
        (self.top(), self.sizes as u32)
    }

    /// Of a stack with this [`place`](Stack::place): the start of its guard, the lowest usable address, and one past the
    /// highest. Async-signal-safe.
    pub(crate) fn addresses((top, size): (usize, u32)) -> [usize; 3] {
        let low = top - size as usize * UNIT;
        [low.saturating_sub(guard_len()), low, top]
    }

    /// The usable addresses: the lowest, and one past the highest.
    pub(crate) fn bounds(&self) -> (usize, usize) {
        (self.low, self.top())
    }

    /// One past the highest usable byte.
    #[inline]
    fn top(&self) -> usize {
        self.low + self.sizes as u32 as usize * UNIT
    }

    fn set_deep(&mut self, bytes: usize) {
        self.sizes = ((bytes / UNIT) as u64) << 32 | u64::from(self.sizes as u32);
    }

    /// The addresses that fault because this stack is full: the lowest, and one past the highest.
    pub(crate) fn guard(&self) -> (usize, usize) {
        (self.low - guard_len(), self.low)
    }

    /// How many bytes of it are memory at this moment.
    #[cfg(test)]
    pub(super) fn resident(&self) -> usize {
        resident(self.low, self.top())
    }

    /// The end of its shallow part.
    fn edge(&self) -> usize {
        self.top() - shallow().min(self.top() - self.low)
    }

    /// Looks how many bytes below its shallow part are memory, and notes it. One system call where there are none: what
    /// grew past a page has touched it on its way.
    pub(super) fn look_deep(&mut self) -> usize {
        let edge = self.edge();
        let any = edge > self.low && resident(edge - page(), edge) > 0;
        let deep = if any { resident(self.low, edge) } else { 0 };
        self.set_deep(deep);
        deep
    }

    /// What [`Stack::look_deep`] said last.
    pub(super) fn deep(&self) -> usize {
        (self.sizes >> 32) as usize * UNIT
    }

    /// Gives back all memory below the shallow part.
    pub(super) fn discard_deep(&mut self) {
        let edge = self.edge();
        if edge > self.low {
            // SAFETY: the range lies in this stack, which nobody uses: the exclusive borrow says so.
            unsafe { advise(std::slice::from_ref(&(self.low..edge)), libc::MADV_DONTNEED) };
        }
        self.set_deep(0);
    }
}

// SAFETY: the addresses belong to this `Stack` alone (the pool cuts each once and lists it only while it is idle), a
// guard lies at the bottom of them, and a pool's stacks have at least one page.
unsafe impl corosensei::stack::Stack for Stack {
    #[inline]
    fn base(&self) -> NonZeroUsize {
        NonZeroUsize::new(self.top()).expect("a stack is not mapped at address 0")
    }

    #[inline]
    fn limit(&self) -> NonZeroUsize {
        NonZeroUsize::new(self.guard().0).expect("a guard is not mapped at address 0")
    }
}

/// Gives back all memory of these stacks; neighbours are joined. The order of the slice is changed.
pub(super) fn discard(stacks: &mut [Stack]) {
    stacks.sort_unstable_by_key(|s| s.low);
    let mut ranges: Vec<Range<usize>> = Vec::new();
    for stack in stacks.iter() {
        match ranges.last_mut() {
            // Only a guard between them, and guards stay.
            Some(last) if last.end == stack.guard().0 => last.end = stack.top(),
            _ => ranges.push(stack.low..stack.top()),
        }
    }
    // SAFETY: the ranges hold stacks that nobody uses (the exclusive borrow says so) and the guards between them, which
    // this advice leaves standing, be they markers or protected.
    unsafe { advise(&ranges, libc::MADV_DONTNEED) };
}

/// One mapping with room for many stacks.
#[derive(Debug)]
pub(super) struct Slab {
    start: usize,
    stride: usize,
    stacks: usize,
}

impl Slab {
    /// Reserves room for `stacks` stacks of `size` usable bytes each, a multiple of a page. More than
    /// [`LARGEST`] is refused, as what the system has no place for.
    pub(super) fn reserve(stacks: usize, size: usize) -> Result<Slab, StackError> {
        let stride = size.saturating_add(guard_len());
        let len = stride.saturating_mul(stacks);
        if size > LARGEST {
            let error = io::Error::from_raw_os_error(libc::ENOMEM);
            return Err(StackError::of_mmap(len, error));
        }
        let start = map(len, libc::PROT_READ | libc::PROT_WRITE)
            .map_err(|error| StackError::of_mmap(len, error))?;
        Ok(Slab {
            start,
            stride,
            stacks,
        })
    }

    pub(super) fn start(&self) -> usize {
        self.start
    }

    pub(super) fn stacks(&self) -> usize {
        self.stacks
    }

    /// Its first address, and one past its last.
    #[cfg(test)]
    pub(super) fn range(&self) -> (usize, usize) {
        (self.start, self.start + self.stacks * self.stride)
    }

    /// Which stack of this slab it is.
    pub(super) fn index(&self, stack: &Stack) -> usize {
        (stack.low - self.start) / self.stride
    }

    /// Stack number `index`.
    ///
    /// # Safety
    ///
    /// No other [`Stack`] of this number exists, and its guard is installed before anyone else gets this one.
    pub(super) unsafe fn stack(&self, index: usize) -> Stack {
        assert!(index < self.stacks);
        let guard = self.start + index * self.stride;
        Stack {
            low: guard + guard_len(),
            sizes: ((self.stride - guard_len()) / UNIT) as u64,
        }
    }

    /// Unmaps it.
    ///
    /// # Safety
    ///
    /// No stack of it is in use, or will be.
    pub(super) unsafe fn release(self) {
        // SAFETY: the mapping is this slab's, and the caller promises that nobody uses what lies in it.
        let result =
            unsafe { libc::munmap(self.start as *mut libc::c_void, self.stacks * self.stride) };
        debug_assert_eq!(result, 0, "munmap of a slab");
    }
}

/// Maps `len` bytes that become memory when they are touched.
fn map(len: usize, protection: libc::c_int) -> io::Result<usize> {
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE | libc::MAP_STACK;
    // SAFETY: a new mapping at an address of the system's choice disturbs none that exists.
    let start = unsafe { libc::mmap(std::ptr::null_mut(), len, protection, flags, -1, 0) };
    if start == libc::MAP_FAILED {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the advice concerns the mapping just made and changes no content. A kernel without huge pages refuses it,
    // which is as good.
    unsafe {
        libc::madvise(start, len, libc::MADV_NOHUGEPAGE);
    }
    Ok(start as usize)
}

/// How a pool guards its stacks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Guards {
    /// As the system does best.
    Best,
    /// By `mprotect`: what a kernel without guard markers is left with.
    #[cfg_attr(not(test), allow(dead_code, reason = "forced by tests only"))]
    Protect,
}

/// How many guards of this process split a mapping.
static SPLITS: AtomicUsize = AtomicUsize::new(0);
/// How many mappings are left to the rest of the process where guards split mappings.
const SPARE: usize = 1024;

/// Forgets guards whose slab is unmapped.
pub(super) fn forget_splits(guards: usize) {
    SPLITS.fetch_sub(guards, Ordering::Relaxed);
}

/// Installs the guards of `stacks` from the first on. Says how many stand, how many of those split a mapping, and what
/// stopped it.
pub(super) fn guard(stacks: &[Stack], guards: Guards) -> (usize, usize, Result<(), StackError>) {
    let marked = match guards {
        Guards::Best => mark(stacks),
        Guards::Protect => 0,
    };
    let mut standing = marked;
    for stack in &stacks[marked..] {
        if let Err(error) = protect(stack) {
            return (standing, standing - marked, Err(error));
        }
        standing += 1;
    }
    (standing, standing - marked, Ok(()))
}

/// Guards by markers in the page tables: how many of `stacks`, from the first on, have one now.
fn mark(stacks: &[Stack]) -> usize {
    let ranges: Vec<Range<usize>> = stacks.iter().map(|s| s.guard().0..s.guard().1).collect();
    // SAFETY: guards belong to their stacks, and these stacks are not handed out yet.
    unsafe { advise(&ranges, MADV_GUARD_INSTALL) }
}

/// Guards by protection, which splits the mapping in two more.
fn protect(stack: &Stack) -> Result<(), StackError> {
    static LIMIT: OnceLock<usize> = OnceLock::new();
    let limit = *LIMIT.get_or_init(|| setting("/proc/sys/vm/max_map_count").unwrap_or(usize::MAX));
    let full = |guards| StackError::Mappings {
        guards,
        limit: setting("/proc/sys/vm/max_map_count").unwrap_or(limit),
    };
    let guards = SPLITS.fetch_add(1, Ordering::Relaxed);
    if guards
        .saturating_mul(2)
        .saturating_add(SPARE.min(limit / 2))
        >= limit
    {
        SPLITS.fetch_sub(1, Ordering::Relaxed);
        return Err(full(guards));
    }
    let (low, high) = stack.guard();
    // SAFETY: the guard belongs to this stack, which is not handed out yet.
    if unsafe { libc::mprotect(low as *mut libc::c_void, high - low, libc::PROT_NONE) } == 0 {
        return Ok(());
    }
    let error = io::Error::last_os_error();
    SPLITS.fetch_sub(1, Ordering::Relaxed);
    Err(match error.raw_os_error() {
        Some(libc::ENOMEM) if limit != usize::MAX => full(guards),
        _ => StackError::Refused {
            call: "mprotect",
            wanted: high - low,
            error,
        },
    })
}

/// Gives one piece of advice about many ranges, by one system call where there is one. Returns for how many of them,
/// from the first on, it was taken.
///
/// # Safety
///
/// Losing what the advice says may be lost harms nobody.
unsafe fn advise(ranges: &[Range<usize>], advice: libc::c_int) -> usize {
    let mut done = 0;
    while ranges.len() - done > 1 {
        let some = &ranges[done..ranges.len().min(done + RANGES)];
        // SAFETY: as the caller promises.
        match unsafe { advise_together(some, advice) } {
            0 => break,
            n => done += n,
        }
    }
    for range in &ranges[done..] {
        // SAFETY: as the caller promises.
        if unsafe { libc::madvise(range.start as *mut libc::c_void, range.len(), advice) } != 0 {
            break;
        }
        done += 1;
    }
    done
}

/// Gives advice about up to [`RANGES`] ranges in one system call. Returns for how many it was wholly taken: none where
/// the kernel is too old, or a sandbox forbids the call.
///
/// # Safety
///
/// As for `advise`.
unsafe fn advise_together(ranges: &[Range<usize>], advice: libc::c_int) -> usize {
    let mut vector = [libc::iovec {
        iov_base: std::ptr::null_mut(),
        iov_len: 0,
    }; RANGES];
    for (slot, range) in vector.iter_mut().zip(ranges) {
        *slot = libc::iovec {
            iov_base: range.start as *mut libc::c_void,
            iov_len: range.len(),
        };
    }
    let count = ranges.len().min(RANGES);
    // SAFETY: the vector has `count` entries, each a range for which the caller has promised.
    let taken = unsafe {
        libc::syscall(
            libc::SYS_process_madvise,
            PIDFD_SELF,
            vector.as_ptr(),
            count,
            advice,
            0,
        )
    };
    let Ok(mut taken) = usize::try_from(taken) else {
        return 0;
    };
    let mut whole = 0;
    for range in &ranges[..count] {
        if range.len() > taken {
            break;
        }
        taken -= range.len();
        whole += 1;
    }
    whole
}

/// How many bytes of the pages from `low` to `high` are memory.
fn resident(low: usize, high: usize) -> usize {
    let page = page();
    let (mut at, high) = (low - low % page, round_up(high));
    let mut pages = 0;
    let mut seen = [0u8; 512];
    while at < high {
        let len = (high - at).min(seen.len() * page);
        // SAFETY: `seen` has a byte for each page of the range; the call writes nothing else.
        let result =
            unsafe { libc::mincore(at as *mut libc::c_void, len, seen.as_mut_ptr().cast()) };
        if result == 0 {
            pages += seen[..len / page].iter().filter(|p| **p & 1 == 1).count();
        }
        at += len;
    }
    pages * page
}
