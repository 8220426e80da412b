//! What a trace is made of: the events of one runtime, each with when, where and who.

use super::spans::label;
use std::fmt;
use std::time::Duration;

/// A line of the program.
///
/// ```
/// let place = goroutines::trace::Place { file: "src/main.rs", line: 7 };
/// assert_eq!(place.to_string(), "src/main.rs:7");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// As the compiler was given it.
    pub file: &'static str,
    /// From 1.
    pub line: u32,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// Who made a waiting goroutine runnable.
///
/// ```
/// use goroutines::trace::Waker;
///
/// assert_eq!(Waker::Timer.as_str(), "timer");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Waker {
    /// The goroutine of the event: it sent, received, unlocked, closed and so on.
    Goroutine,
    /// A timer that was due.
    Timer,
    /// The netpoller: a descriptor is ready, or a deadline has passed.
    Netpoller,
    /// A thread that runs no goroutine of this runtime.
    Outside,
}

impl Waker {
    /// A word for it.
    ///
    /// ```
    /// assert_eq!(goroutines::trace::Waker::Netpoller.as_str(), "netpoller");
    /// ```
    pub fn as_str(self) -> &'static str {
        match self {
            Waker::Goroutine => "goroutine",
            Waker::Timer => "timer",
            Waker::Netpoller => "netpoller",
            Waker::Outside => "outside",
        }
    }

    /// The one of this word.
    pub(super) fn named(word: &str) -> Option<Waker> {
        [
            Waker::Goroutine,
            Waker::Timer,
            Waker::Netpoller,
            Waker::Outside,
        ]
        .into_iter()
        .find(|waker| waker.as_str() == word)
    }
}

/// What became of a timer.
///
/// ```
/// use goroutines::trace::Timing;
///
/// assert_eq!(Timing::SetAnew.as_str(), "set anew");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Timing {
    /// It is in a heap from here on.
    Set,
    /// It was there already, and is due at another moment.
    SetAnew,
    /// It was taken out before it was due.
    Stopped,
    /// It was due, and was taken out by whoever does what it is for.
    Fires,
}

impl Timing {
    const ALL: [Timing; 4] = [Timing::Set, Timing::SetAnew, Timing::Stopped, Timing::Fires];

    /// Words for it.
    ///
    /// ```
    /// assert_eq!(goroutines::trace::Timing::Fires.as_str(), "fires");
    /// ```
    pub fn as_str(self) -> &'static str {
        match self {
            Timing::Set => "set",
            Timing::SetAnew => "set anew",
            Timing::Stopped => "stopped",
            Timing::Fires => "fires",
        }
    }

    /// The one of these words.
    pub(super) fn named(words: &str) -> Option<Timing> {
        Timing::ALL.into_iter().find(|how| how.as_str() == words)
    }
}

/// What happened. The goroutine that an event is about is the event's own `g`, unless its text says otherwise.
///
/// ```
/// use goroutines::prelude::*;
/// use goroutines::trace::{Sink, What};
///
/// let sink = Sink::new();
/// Builder::new().procs(1).trace(sink.clone()).run(|| {
///     let done = chan(0);
///     let tell = done.clone();
///     go!(tell.send(1));
///     done.recv();
/// });
/// let trace = sink.take();
/// let waits = trace.events().iter().find(|e| matches!(e.what, What::Block { .. })).unwrap();
/// assert_eq!(waits.g, Some(1));
/// assert!(matches!(waits.what, What::Block { reason: "chan receive", .. }));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum What {
    /// GOMAXPROCS is so many from here on.
    Procs {
        /// How many Ps there are.
        n: usize,
    },
    /// The event's M holds the event's P from here on.
    ProcStart,
    /// The event's M does not hold the event's P any more.
    ProcStop,
    /// A goroutine was made, by the event's goroutine; main is made by none. It is runnable.
    Create {
        /// Its number.
        g: u64,
        /// The name of its closure, as the compiler has it.
        name: &'static str,
        /// The `go` that made it.
        at: Option<Place>,
    },
    /// It runs from here on.
    Start,
    /// It gave way (`gosched`), and is runnable.
    Yield,
    /// It let the others of its P go first, and is runnable, at the end of their queue.
    StandBack,
    /// Its time slice was over: it was made to give way, and is runnable.
    Preempt,
    /// Its thread waits for its turn with it, and runs nobody else: it was stopped there, or is tied to it.
    Stay,
    /// It waits.
    Block {
        /// Why, in Go's words: `chan receive`, `select`, `sync.Mutex.Lock` and so on.
        reason: &'static str,
        /// Where.
        at: Option<Place>,
    },
    /// It has ended.
    End,
    /// The event's M has ended, with a goroutine that was tied to it.
    ThreadEnd,
    /// The event's M has nothing to do, and sleeps from here on: the last of the idle ones, and the first to be called. One
    /// that sleeps in the netpoller is the last to be called.
    ThreadSleep {
        /// It sleeps in the netpoller, and wakes when somebody's descriptor is ready.
        polls: bool,
        /// When it wakes by itself, since the trace began: the first timer is due then, or a deadline of the netpoller's.
        until: Option<Duration>,
    },
    /// The event's M is none of the idle ones any more, but holds no P: it woke by itself, or had none to wait for.
    ThreadWake,
    /// A P's heap of timers has changed, and how it stands after that. What has no entry in a heap is not told of: a
    /// channel's timer has one only while somebody waits on the channel.
    Timer {
        /// What became of which timer.
        how: Timing,
        /// The goroutine that sleeps until then; 0: it is a channel's, a function's or a deadline's.
        g: u64,
        /// When it is due, or was to be, since the trace began.
        when: Duration,
        /// The number of the P. Whoever runs dry fires what is due in the heaps of others, too.
        of: u32,
        /// How many timers are in the heap now.
        len: u32,
        /// When the first of them is due, since the trace began.
        first: Option<Duration>,
    },
    /// A goroutine that waited is runnable.
    Unblock {
        /// Which one.
        g: u64,
        /// Whose doing it was.
        by: Waker,
    },
    /// The event's P took goroutines from another one's queue.
    Steal {
        /// Whose queue it was.
        from: usize,
        /// How many there are in the thief's hands now.
        n: usize,
        /// The one that it runs first.
        g: u64,
    },
    /// A goroutine that can run stands at the end of another queue now: stolen with another, fetched from the global queue
    /// with another, sent there because a P's queue is full or its P is no more, or found by the netpoller.
    Move {
        /// Which one.
        g: u64,
        /// Whose queue it is; `None` for the global one.
        to: Option<usize>,
    },
    /// It began a blocking call that it announced ([`crate::runtime::syscall`], files, and so on). It still has its P.
    SyscallEnter {
        /// Where, as far as is known.
        at: Option<Place>,
    },
    /// It is back from a blocking call: with a P (the event's), and runs on, or without one, and is runnable.
    SyscallExit,
    /// The event's P was taken from its M, whose goroutine is in a blocking call: the hand-off.
    Retake,
    /// The netpoller was asked.
    Poll {
        /// How many goroutines it made runnable.
        ready: usize,
    },
    /// The scheduler at one moment, every 10 ms while somebody runs; a [`What::Queue`] for each P follows.
    Sched {
        /// Ps that nobody holds.
        idle_procs: usize,
        /// Threads, the monitor included.
        threads: usize,
        /// Ms that look for work.
        spinning: usize,
        /// Ms that sleep.
        idle_threads: usize,
        /// Goroutines in the global queue.
        global: usize,
    },
    /// The event's P at the same moment.
    Queue {
        /// Goroutines in its queue, `runnext` apart.
        len: usize,
        /// How many goroutines it has run.
        ran: u32,
    },
    /// An object was made.
    Make {
        /// Its number, from 1 on.
        object: u32,
        /// What it is, in Go's words: `chan`, `sync.Mutex`.
        kind: &'static str,
        /// A channel's capacity.
        detail: usize,
        /// Where.
        at: Option<Place>,
    },
    /// It is about to do something with an object: to send, to lock, and so on.
    Op {
        /// A word for it: `send`, `recv`, `lock`.
        op: &'static str,
        /// With which object; 0 for none.
        object: u32,
        /// Where.
        at: Option<Place>,
    },
    /// How a channel stands after an operation on it.
    Chan {
        /// Which one.
        object: u32,
        /// How many values are in its buffer.
        len: u32,
        /// The place in the buffer that the next receive takes.
        recvx: u32,
        /// How many goroutines wait to receive.
        receivers: u32,
        /// How many wait to send.
        senders: u32,
        /// Whether it is closed.
        closed: bool,
    },
}

/// A moment since the trace began, in microseconds, as events have it. What lies centuries ahead is never.
pub(super) fn moment(at: Duration) -> String {
    const CENTURY: u64 = 100 * 365 * 24 * 3600;
    if at.as_secs() > CENTURY {
        return "never".to_string();
    }
    format!("{} µs", at.as_micros())
}

/// One thing that happened in a runtime.
///
/// ```
/// use goroutines::prelude::*;
/// use goroutines::trace::Sink;
///
/// let sink = Sink::new();
/// Builder::new().procs(2).trace(sink.clone()).run(|| runtime::gosched());
/// for event in sink.take().events() {
///     println!("{event}");
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Event {
    /// Since the trace began.
    pub time: Duration,
    /// The thread it happened on, or to; `None` for a thread that is none of the runtime's Ms.
    pub m: Option<usize>,
    /// The P that thread held.
    pub p: Option<usize>,
    /// The goroutine that did it, or that it happened to.
    pub g: Option<u64>,
    /// What.
    pub what: What,
}

/// A line about an event, for people: time in microseconds, P, goroutine, what.
impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let micros = self.time.as_nanos() as f64 / 1000.0;
        write!(f, "{micros:>12.3} ")?;
        match self.p {
            Some(p) => write!(f, "P{p:<3} ")?,
            None => write!(f, "-    ")?,
        }
        match self.g {
            Some(g) => write!(f, "G{g:<5} ")?,
            None => write!(f, "-      ")?,
        }
        let at = |f: &mut fmt::Formatter<'_>, at: Option<Place>| match at {
            Some(at) => write!(f, " at {at}"),
            None => Ok(()),
        };
        match self.what {
            What::Procs { n } => write!(f, "GOMAXPROCS is {n}"),
            What::ProcStart => write!(f, "is held by M{}", self.m.unwrap_or(0)),
            What::ProcStop => write!(f, "is left by M{}", self.m.unwrap_or(0)),
            What::Create { g, name, at: place } => {
                write!(f, "makes G{g} {}", label(name, place))
            }
            What::Start => write!(f, "runs on M{}", self.m.unwrap_or(0)),
            What::Yield => f.write_str("gives way"),
            What::StandBack => f.write_str("lets the others of its P go first"),
            What::Stay => write!(f, "waits for its turn on M{}", self.m.unwrap_or(0)),
            What::ThreadEnd => write!(f, "M{} ends", self.m.unwrap_or(0)),
            What::ThreadSleep { polls, until } => {
                write!(f, "M{} sleeps", self.m.unwrap_or(0))?;
                f.write_str(if polls { " in the netpoller" } else { "" })?;
                match until {
                    Some(until) => write!(f, " until {}", moment(until)),
                    None => Ok(()),
                }
            }
            What::ThreadWake => write!(f, "M{} is awake", self.m.unwrap_or(0)),
            What::Timer {
                how,
                g,
                when,
                of,
                len,
                first,
            } => {
                let when = moment(when);
                match (how, g) {
                    (Timing::Set, 0) => write!(f, "sets a timer for {when}")?,
                    (Timing::SetAnew, _) => write!(f, "sets a timer anew, for {when}")?,
                    (Timing::Stopped, _) => write!(f, "stops a timer that was set for {when}")?,
                    (Timing::Fires, 0) => write!(f, "a timer fires that was set for {when}")?,
                    (Timing::Fires, g) => write!(f, "the timer of G{g} fires")?,
                    (_, g) => write!(f, "a timer wakes G{g} at {when}")?,
                }
                match (first, len) {
                    (Some(first), 1) => write!(f, "; P{of} has 1 timer, for {}", moment(first)),
                    (Some(first), n) => {
                        write!(f, "; P{of} has {n} timers, the first for {}", moment(first))
                    }
                    (None, _) => write!(f, "; P{of} has no timer"),
                }
            }
            What::Move { g, to: Some(p) } => write!(f, "G{g} goes to the queue of P{p}"),
            What::Move { g, to: None } => write!(f, "G{g} goes to the global queue"),
            What::Preempt => f.write_str("is preempted"),
            What::Block { reason, at: place } => {
                write!(f, "waits: {reason}")?;
                at(f, place)
            }
            What::End => f.write_str("ends"),
            What::Unblock { g, by } => match by {
                Waker::Goroutine => write!(f, "wakes G{g}"),
                Waker::Timer => write!(f, "G{g} is woken by a timer"),
                Waker::Netpoller => write!(f, "G{g} is woken by the netpoller"),
                Waker::Outside => write!(f, "G{g} is woken by a thread outside"),
            },
            What::Steal { from, n, g } => write!(f, "steals {n} from P{from}, G{g} first"),
            What::SyscallEnter { at: place } => {
                f.write_str("begins a blocking call")?;
                at(f, place)
            }
            What::SyscallExit => f.write_str("is back from a blocking call"),
            What::Retake => write!(f, "is in a blocking call: its P is taken"),
            What::Poll { ready } => write!(f, "the netpoller has {ready}"),
            What::Sched {
                idle_procs,
                threads,
                idle_threads,
                global,
                ..
            } => write!(
                f,
                "{idle_procs} idle Ps, {threads} threads, {idle_threads} asleep, {global} in the global queue"
            ),
            What::Queue { len, ran } => write!(f, "has {len} in its queue, ran {ran}"),
            What::Make {
                object,
                kind,
                detail,
                at: place,
            } => {
                write!(f, "makes {kind} #{object} ({detail})")?;
                at(f, place)
            }
            What::Op {
                op,
                object,
                at: place,
            } => {
                f.write_str(op)?;
                if object != 0 {
                    write!(f, " #{object}")?;
                }
                at(f, place)
            }
            What::Chan {
                object,
                len,
                receivers,
                senders,
                closed,
                ..
            } => {
                write!(
                    f,
                    "#{object}: {len} in the buffer, {receivers} wait to receive, {senders} to send"
                )?;
                f.write_str(if closed { ", closed" } else { "" })
            }
        }
    }
}
