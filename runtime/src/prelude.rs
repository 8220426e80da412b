//! The names nearly every program needs: `use goroutines::prelude::*;`.
//!
//! The printing macros are not among them, since a glob does not win against std's: import them by name,
//! `use goroutines::println;`.

pub use crate::race::Shared;
pub use crate::sync::{Cond, Mutex, Once, RWMutex, WaitGroup};
pub use crate::{
    Builder, Chan, RecvChan, SendChan, chan, context, defer, go, run, runtime, select, sync, time,
};
