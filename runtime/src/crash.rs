//! What ends a program before its time: the three kinds, and Go's text for each.

use std::fmt;

/// What `run` would have ended the process with; its `Display` is what `run` writes to stderr.
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
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct DeadlockReport {
    /// Everyone who waits.
    pub goroutines: Vec<u64>,
    /// The whole text.
    pub text: String,
}

/// A fatal error of the runtime.
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
