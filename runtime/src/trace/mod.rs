//! What a runtime did, event by event: recorded while it runs, drawn afterwards.
//!
//! A [`Sink`] is given to [`Builder::trace`](crate::Builder::trace); what it caught is [`taken`](Sink::take) as a
//! [`Trace`], which can be read event by event or drawn. A program whose environment has `GOTRACE=file` writes its trace
//! there when it ends, without being changed; the file's ending says as what: `.txt`, `.svg`, `.html`, `.json` (Chrome's
//! trace events), `.sched` (Go's `schedtrace`), `.frames` (the scheduler after each event that moves somebody), `.events`
//! (every event as a line), or anything else for Go's own format.
//!
//! ```
//! use goroutines::prelude::*;
//! use goroutines::trace::Sink;
//!
//! let sink = Sink::new();
//! Builder::new().procs(2).trace(sink.clone()).run(|| {
//!     let wg = WaitGroup::new();
//!     for _ in 0..3 {
//!         wg.go(runtime::gosched);
//!     }
//!     wg.wait();
//! });
//! println!("{}", sink.take().ascii());
//! ```
//!
//! # What it costs
//!
//! While nobody traces: a load and a branch at each switch, which is not measurable. While somebody does: some 50 ns an
//! event, of which the clock is half, and some ten bytes; `runtime/benches/versus/run --traced` measures it, beside Go.
//! 4 million events are kept; [`Trace::lost`] says how many came later. Taken out of a sink, an event has 88 bytes.

mod ascii;
mod event;
mod file;
mod frames;
mod go;
mod html;
mod lines;
mod machine;
mod packed;
mod perfetto;
mod schedtrace;
mod spans;
mod svg;
mod tape;
mod varint;

use std::sync::Arc;

pub use event::{Event, Place, Timing, Waker, What};
pub use machine::{Kind, Machine, Proc, Spot, Thread, Timers};
use spans::Spans;

pub(crate) use file::{Wanted, write_out};
pub(crate) use perfetto::quoted;
pub(crate) use schedtrace::Line;
pub(crate) use tape::{NONE, Note, Tape};

/// Catches the events of a runtime. Clones are the same sink.
///
/// Several runtimes that are given one sink are caught together, which is hardly ever wanted.
///
/// ```
/// use goroutines::Builder;
/// use goroutines::trace::Sink;
///
/// let sink = Sink::new();
/// Builder::new().trace(sink.clone()).run(|| ());
/// assert!(!sink.take().events().is_empty());
/// assert!(sink.take().events().is_empty(), "they were taken");
/// ```
#[derive(Clone)]
pub struct Sink(Arc<Owner>);

/// Gives the tape back when nobody can note on it any more.
struct Owner(&'static Tape);

impl Drop for Owner {
    fn drop(&mut self) {
        self.0.give_back();
    }
}

impl Sink {
    /// An empty one.
    ///
    /// ```
    /// assert!(goroutines::trace::Sink::new().take().events().is_empty());
    /// ```
    pub fn new() -> Sink {
        Sink(Arc::new(Owner(Tape::take())))
    }

    /// What has been caught since it was made, or since the last `take`. Also while the runtime runs.
    ///
    /// ```
    /// use goroutines::prelude::*;
    /// use goroutines::trace::Sink;
    ///
    /// let sink = Sink::new();
    /// let inside = sink.clone();
    /// Builder::new().trace(sink).run(move || {
    ///     runtime::gosched();
    ///     assert!(!inside.take().events().is_empty());
    /// });
    /// ```
    pub fn take(&self) -> Trace {
        let (events, lost) = self.0.0.drain();
        Trace { events, lost }
    }

    pub(crate) fn tape(&self) -> &'static Tape {
        self.0.0
    }
}

impl Default for Sink {
    fn default() -> Self {
        Sink::new()
    }
}

impl std::fmt::Debug for Sink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sink")
    }
}

/// The events of a runtime, in the order in which they happened, and the ways to draw them.
///
/// ```
/// use goroutines::prelude::*;
/// use goroutines::trace::{Sink, What};
///
/// let sink = Sink::new();
/// Builder::new().trace(sink.clone()).run(|| {
///     let wg = WaitGroup::new();
///     wg.go(|| {});
///     wg.wait();
/// });
/// let trace = sink.take();
/// let made = trace.events().iter().filter(|e| matches!(e.what, What::Create { .. }));
/// assert_eq!(made.count(), 2, "main and one more");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trace {
    events: Vec<Event>,
    lost: usize,
}

impl Trace {
    fn spans(&self) -> Spans {
        Spans::of(&self.events)
    }

    /// All events, by time.
    ///
    /// ```
    /// use goroutines::trace::Sink;
    ///
    /// let sink = Sink::new();
    /// goroutines::Builder::new().trace(sink.clone()).run(|| ());
    /// let trace = sink.take();
    /// assert!(trace.events().is_sorted_by_key(|e| e.time));
    /// ```
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// A timeline for a terminal, under 100 columns: a row for each goroutine and each P.
    ///
    /// ```
    /// use goroutines::prelude::*;
    /// use goroutines::trace::Sink;
    ///
    /// let sink = Sink::new();
    /// Builder::new().procs(1).trace(sink.clone()).run(|| {
    ///     let wg = WaitGroup::new();
    ///     wg.go(|| {});
    ///     wg.wait();
    /// });
    /// let drawn = sink.take().ascii();
    /// assert!(drawn.contains("G1 main") && drawn.contains("G2 "));
    /// ```
    pub fn ascii(&self) -> String {
        ascii::draw(&self.spans(), ascii::Look::default())
    }

    /// The same, in so many columns; at least 40.
    ///
    /// ```
    /// use goroutines::trace::Sink;
    ///
    /// let sink = Sink::new();
    /// goroutines::Builder::new().procs(1).trace(sink.clone()).run(|| ());
    /// assert!(sink.take().ascii_in(60).lines().all(|line| line.chars().count() <= 60));
    /// ```
    pub fn ascii_in(&self, width: usize) -> String {
        let look = ascii::Look {
            width: width.max(40),
            ..ascii::Look::default()
        };
        ascii::draw(&self.spans(), look)
    }

    /// The timeline as a picture (SVG): a row for each of the first 60 goroutines and for each P, with arrows from who wakes
    /// to who is woken.
    ///
    /// ```
    /// use goroutines::prelude::*;
    /// use goroutines::trace::Sink;
    ///
    /// let sink = Sink::new();
    /// Builder::new().trace(sink.clone()).run(runtime::gosched);
    /// assert!(sink.take().svg().starts_with("<svg "));
    /// ```
    pub fn svg(&self) -> String {
        svg::draw(&self.spans())
    }

    /// The timeline as one page that needs nothing else, and no network: it can be zoomed, moved and searched, says of each
    /// slice what it is, and shows how channels stood at any moment.
    ///
    /// ```
    /// use goroutines::prelude::*;
    /// use goroutines::trace::Sink;
    ///
    /// let sink = Sink::new();
    /// Builder::new().trace(sink.clone()).run(runtime::gosched);
    /// assert!(sink.take().html().starts_with("<!doctype html>"));
    /// ```
    pub fn html(&self) -> String {
        html::write(&self.spans(), &self.events, self.lost)
    }

    /// Chrome's trace events (JSON), for <https://ui.perfetto.dev> or `chrome://tracing`.
    ///
    /// ```
    /// use goroutines::prelude::*;
    /// use goroutines::trace::Sink;
    ///
    /// let sink = Sink::new();
    /// Builder::new().trace(sink.clone()).run(runtime::gosched);
    /// assert!(sink.take().perfetto().contains("traceEvents"));
    /// ```
    pub fn perfetto(&self) -> String {
        perfetto::write(&self.spans())
    }

    /// The lines that Go prints under `GODEBUG=schedtrace=10`. The first stands for the beginning.
    ///
    /// ```
    /// use goroutines::prelude::*;
    /// use goroutines::trace::Sink;
    ///
    /// let sink = Sink::new();
    /// Builder::new().trace(sink.clone()).run(runtime::gosched);
    /// assert!(sink.take().schedtrace().lines().all(|line| line.starts_with("SCHED ")));
    /// ```
    pub fn schedtrace(&self) -> String {
        schedtrace::write(&self.events)
    }

    /// Go's execution trace format: what it returns, in a file, is opened by `go tool trace FILE`. Channel and lock operations
    /// have no place in it.
    ///
    /// ```
    /// use goroutines::prelude::*;
    /// use goroutines::trace::Sink;
    ///
    /// let sink = Sink::new();
    /// Builder::new().trace(sink.clone()).run(runtime::gosched);
    /// assert!(sink.take().go().starts_with(b"go 1.25 trace"));
    /// ```
    pub fn go(&self) -> Vec<u8> {
        go::write(&self.events)
    }

    /// Each event that moves somebody, and how the scheduler stands after it: who holds which P, who runs, who is in which
    /// queue. For reading; [`Machine`] is for programs.
    ///
    /// ```
    /// use goroutines::prelude::*;
    /// use goroutines::trace::Sink;
    ///
    /// let sink = Sink::new();
    /// Builder::new().procs(1).trace(sink.clone()).run(runtime::gosched);
    /// assert!(sink.take().frames().contains("P0  M0 runs G1"));
    /// ```
    pub fn frames(&self) -> String {
        frames::write(&self.events)
    }

    /// Every event as a line, for [`Trace::from_lines`].
    ///
    /// ```
    /// use goroutines::prelude::*;
    /// use goroutines::trace::{Sink, Trace};
    ///
    /// let sink = Sink::new();
    /// Builder::new().trace(sink.clone()).run(runtime::gosched);
    /// let trace = sink.take();
    /// assert_eq!(Trace::from_lines(&trace.lines()).unwrap(), trace);
    /// ```
    pub fn lines(&self) -> String {
        lines::write(&self.events, self.lost)
    }

    /// The trace that another program has written as lines. The texts in it, each once, stay until this program ends.
    ///
    /// # Errors
    ///
    /// Names the line that is none.
    ///
    /// ```
    /// let error = goroutines::trace::Trace::from_lines("nonsense").unwrap_err();
    /// assert!(error.starts_with("line 1 "));
    /// ```
    pub fn from_lines(text: &str) -> Result<Trace, String> {
        let (events, lost) = lines::read(text)?;
        Ok(Trace { events, lost })
    }

    /// How many events came when there was no room any more.
    ///
    /// ```
    /// assert_eq!(goroutines::trace::Sink::new().take().lost(), 0);
    /// ```
    pub fn lost(&self) -> usize {
        self.lost
    }
}
