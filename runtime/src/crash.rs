//! What ends a program before its time: the three kinds, and Go's text for each.

use std::fmt;

/// What `run` would have ended the process with; its `Display` is what `run` writes to stderr.
///
/// ```
/// use goroutines::{Builder, Crash, chan};
///
/// let crash = Builder::new().try_run(|| chan::<()>(0).recv()).unwrap_err();
/// assert!(matches!(crash, Crash::Deadlock(_)));
/// assert!(crash.to_string().starts_with("fatal error: all goroutines are asleep - deadlock!\n"));
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Crash {
    /// A panic that nobody recovered.
    Panic(PanicReport),
    /// Every goroutine waits, and nothing can wake one.
    Deadlock(DeadlockReport),
    /// An error that cannot be recovered.
    Fatal(FatalReport),
}

/// A panic that reached the first frame of its goroutine.
///
/// ```
/// use goroutines::{Builder, Crash};
///
/// let Err(Crash::Panic(report)) = Builder::new().try_run(|| panic!("at the disco")) else {
///     unreachable!()
/// };
/// assert_eq!((report.goroutine, report.message.as_str()), (1, "at the disco"));
/// assert!(report.text.starts_with("panic: at the disco\n\ngoroutine 1 [running]:\n"));
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct PanicReport {
    /// The goroutine that panicked.
    pub goroutine: u64,
    /// The panic's own text, without `panic: `; a chain has one line each. Further lines of a text are indented, as in Go.
    pub message: String,
    /// The whole text.
    pub text: String,
}

/// All goroutines are asleep.
///
/// ```
/// use goroutines::{Builder, Crash, chan};
///
/// let Err(Crash::Deadlock(report)) = Builder::new().try_run(|| chan(0).send(1)) else {
///     unreachable!()
/// };
/// assert_eq!(report.goroutines, [1]);
/// assert!(report.text.contains("goroutine 1 [chan send]:\n"));
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct DeadlockReport {
    /// Everyone who waits.
    pub goroutines: Vec<u64>,
    /// The whole text.
    pub text: String,
}

/// A fatal error of the runtime.
///
/// ```
/// use goroutines::sync::raw::Mutex;
/// use goroutines::{Builder, Crash};
///
/// let Err(Crash::Fatal(report)) = Builder::new().try_run(|| Mutex::new().unlock()) else {
///     unreachable!()
/// };
/// assert_eq!(report.message, "sync: unlock of unlocked mutex");
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct FatalReport {
    /// The goroutine that ran into it; 0 where it was none.
    pub goroutine: u64,
    /// The error's own text, without `fatal error: `.
    pub message: String,
    /// The whole text.
    pub text: String,
}

impl fmt::Display for Crash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Crash::Panic(r) => &r.text,
            Crash::Deadlock(r) => &r.text,
            Crash::Fatal(r) => &r.text,
        })
    }
}

impl std::error::Error for Crash {}
