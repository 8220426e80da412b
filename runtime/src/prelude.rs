//! The names nearly every program needs: `use goroutines::prelude::*;`.
//!
//! The printing macros are not among them, since a glob does not win against std's: import them by name,
//! `use goroutines::println;`.
//!
//! ```
//! use goroutines::prelude::*;
//!
//! let (ch, wg) = (chan(1), WaitGroup::new());
//! run(move || {
//!     let out = ch.clone();
//!     wg.go(move || out.send("hello"));
//!     wg.wait();
//!     select! { recv(ch) -> v => assert_eq!(v, Some("hello")) }
//! });
//! ```

pub use crate::race::Shared;
pub use crate::sync::{Cond, Mutex, Once, RWMutex, WaitGroup};
pub use crate::{
    Builder, Chan, RecvChan, SendChan, chan, context, defer, go, run, runtime, select, sync, time,
};
