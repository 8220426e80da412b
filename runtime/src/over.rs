//! Why a context is done, for those that must know it and are below contexts.

use std::fmt;

/// Why a context is done. What [`Context::err`](crate::context::Context::err) returns.
///
/// ```
/// use goroutines::prelude::*;
/// use context::Error;
///
/// run(|| {
///     let (ctx, cancel) = context::with_cancel(&context::background());
///     assert_eq!(ctx.err(), None);
///     cancel();
///     assert_eq!(ctx.err(), Some(Error::Canceled));
///     assert_eq!(Error::Canceled.to_string(), "context canceled");
/// });
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Error {
    /// It was cancelled. Go's `context.Canceled`.
    Canceled,
    /// Its deadline has passed. Go's `context.DeadlineExceeded`.
    DeadlineExceeded,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Error::Canceled => "context canceled",
            Error::DeadlineExceeded => "context deadline exceeded",
        })
    }
}

impl std::error::Error for Error {}
