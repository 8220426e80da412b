//! Go's package `sync`: locks, groups of goroutines to wait for, and things done once.
//!
//! Everything here is built from two parts: a word of state that is changed by one atomic instruction while nobody has to
//! wait, and a `Sema` in which goroutines wait, first come first served. Who is woken competes with whoever comes by,
//! as in Go; a mutex for which one waits too long is handed over (see `bare.rs`).
//!
//! There is no poisoning: a panic while a lock is held releases it, as a deferred `Unlock` does in Go.
//!
//! Every operation is a choice point for the exploring scheduler, and tells the race detector what it orders.
//!
//! ```
//! use std::sync::Arc;
//!
//! use goroutines::prelude::*;
//!
//! run(|| {
//!     let (n, wg) = (Arc::new(Mutex::new(0)), WaitGroup::new());
//!     for _ in 0..10 {
//!         let n = n.clone();
//!         wg.go(move || *n.lock() += 1);
//!     }
//!     wg.wait();
//!     assert_eq!(*n.lock(), 10);
//! });
//! ```

pub mod atomic;
mod bare;
mod cond;
mod map;
#[allow(unsafe_code, reason = "a value that only who holds the lock touches")]
mod mutex;
mod once;
mod pool;
#[allow(unsafe_code, reason = "a value that only who holds the lock touches")]
mod quiet;
pub mod raw;
#[allow(unsafe_code, reason = "a value that only who holds the lock touches")]
mod rwmutex;
mod sema;
mod waitgroup;

pub use cond::Cond;
pub use map::Map;
pub use mutex::{Mutex, MutexGuard};
pub use once::{Once, OnceFunc, OnceValue};
pub use pool::Pool;
pub use rwmutex::{RWMutex, RWMutexReadGuard, RWMutexWriteGuard};
pub use waitgroup::WaitGroup;
