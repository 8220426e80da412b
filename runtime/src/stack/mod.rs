//! Guarded coroutine stacks: cut from slabs, handed out last in first out, and given back to the system when idle.
//!
//! # Concepts
//!
//! A **stack** is a range of addresses with a guard below it. Its pages become memory when they are first touched, so a
//! stack of 512 KiB costs one page for as long as its goroutine uses no more. A **slab** is one mapping that holds many
//! stacks. A **pool** owns the slabs of one runtime; a **cache** stands before it at each P. An idle stack is **warm**
//! while it keeps its pages, **cold** once it has given them back, **fresh** if nobody has had it yet.
//!
//! ```text
//! slab   | guard | stack 0 ......... | guard | stack 1 ......... | guard | stack 2 ...
//!                  ^ low       base ^  a stack grows down from `base`; what passes `low` faults in the guard
//! ```
//!
//! # Invariants
//!
//! 1. A [`Stack`] exists at most once for its addresses, and its guard stands for as long as it exists.
//! 2. No lock is held over a system call other than the `mmap` and `munmap` of a slab.
//! 3. A stack that goes from one goroutine to the next through a cache costs no system call.
//! 4. What is kept warm is bounded: [`cache::KEPT`] stacks at each P, and in the pool no more than were in use at once,
//!    of which half go each second while they are not needed; the bytes of deep ones by step 4 below.
//!
//! # The way of a stack
//!
//! 1. A goroutine gets its stack when it first runs (`coro.rs`): `get` takes the warmest of its P's cache; an empty cache
//!    takes half of what it holds from the pool at once: warm ones, else cold ones, else fresh ones. Fresh ones are cut a
//!    few at a time, more as the program has more, and their guards are installed by one system call for all of them.
//! 2. `put` lays it on the cache; a full cache gives its coldest half to the pool, so no P hoards.
//! 3. The pool keeps what comes, for what came once comes again: a wave of goroutines that ends and starts anew pays no
//!    page fault, and the end of a million pays no system call. `tidy`, called about once a second, takes the pages of
//!    half of those that nobody needed since, those that have lain longest first, in batches. Neighbours are joined
//!    before: a thousand goroutines that were made together and ended together are a few system calls.
//! 4. A goroutine may have been deep once and left megabytes behind, and nothing tells that for free. So it is sampled:
//!    one `put` in [`cache::SAMPLE`], and one stack in [`pool::SAMPLE`] that come to the pool, ask whether the page 16 KiB
//!    down is resident. One deep stack found makes the cache look at all it holds, and the pool at every stack that comes
//!    until [`pool::CALM`] in a row were shallow. A cache keeps [`cache::DEEP_KEPT`] bytes that way, the pool
//!    [`pool::DEEP_KEPT`]: a program whose goroutines are deep each time does not pay for it each time. The rest is given
//!    back, but for the tops.
//! 5. `tidy` also unmaps slabs whose stacks are all cold: nothing else gives page tables back. Cold stacks are handed out
//!    from the lowest slabs, so that the others fall idle. Before each round the caches of Ps that nobody holds are
//!    flushed. The monitor calls (`sched/monitor.rs`), also while everything is idle, until nothing is warm.
//! 6. A pool that is dropped unmaps every slab.
//!
//! # The guard
//!
//! [`memory::GUARD_PAGES`] pages. One would do for Rust, whose frames touch each page they pass (a stack probe); foreign
//! code often has frames of some thousand bytes that do not. More pages cost addresses only: they are markers in a page
//! table that the top of the stack below needs anyway. `MADV_GUARD_INSTALL` (Linux 6.13) leaves the slab one mapping.
//! Without it, `mprotect` splits the slab at each guard, and the pool stops short of `vm.max_map_count` with an error
//! that says so, while the rest of the process can still map memory. There is never a stack without a guard.
//!
//! # Rejected
//!
//! - *A mapping a stack*: 3 system calls each, two of them under the process's one lock, and the mapping limit.
//! - *Stacks that move or grow by copying*, as Go's do: Rust has pointers into stacks.
//! - *Small stacks, or many sizes*: what is reserved and not touched costs nothing but page tables. A page table covers
//!   2 MiB, so a stack of 512 KiB has a quarter of one, 1 KiB, beside its page; one of 64 KiB would have 128 bytes and
//!   no room for a frame of 256 KiB.
//! - *Giving pages back at each `put`*: a system call of 1 to 6 µs, and as much again to fault them in.
//! - *`MADV_FREE`*: as dear to call, and the pages still count as resident until memory is short.
//! - *A word left at a depth and looked at in `put`*: reading an untouched page is a page fault, writing it a page.
//! - *A second, soft guard that marks the stack as deep and steps aside*: exact and free, but a system call that is
//!   handed a buffer across it fails with `EFAULT` where it should have worked.
//! - *`mincore` at each `put`*: more than 1 µs, as dear as ten spawns.
//! - *Touching the tops of fresh stacks in batches* (`MADV_POPULATE_WRITE`): 2.9 µs each, as dear as the page faults.
//! - *Tops at different offsets in their pages*, so that they do not compete for the same sets of a cache: a turn among
//!   1,000 goroutines was some 5 % faster with 32 offsets of 64 bytes, which half a page of each stack is too much for.
//!   What helps is in `memory.rs` (`GUARD_PAGES`) and in `queue.rs` (`prefetch`).
//! - *Huge pages*: 2 MiB resident at the first touch.

mod cache;
mod error;
mod memory;
mod pool;
#[cfg(test)]
mod tests;

pub(crate) use cache::StackCache;
pub(crate) use error::StackError;
pub(crate) use memory::Stack;
#[cfg(test)]
pub(crate) use pool::NO_MARKERS;
pub(crate) use pool::{StackPool, Tidied};

/// What a goroutine's stack may hold unless `Builder::max_stack` says otherwise.
///
/// Room for a frame of 256 KiB and a recursion beside it; a million of them are half a tebibyte of the 128 that a
/// process can address.
pub(crate) const DEFAULT_MAX_STACK: usize = 512 * 1024;
