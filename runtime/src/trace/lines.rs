//! A trace as lines, one an event, and a trace out of such lines: how a program's trace comes to another program.
//!
//! A line has its parts between tabs: nanoseconds, M, P, goroutine (a dash for none), what, and what belongs to it. The
//! first line says which version it is.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::str::{FromStr, Split};
use std::time::Duration;

use super::event::{Event, Place, Timing, Waker, What};

const VERSION: &str = "goroutines trace 2";

/// Writes them.
pub(super) fn write(events: &[Event], lost: usize) -> String {
    let mut out = format!("{VERSION}\t{lost}\n");
    for e in events {
        let _ = write!(out, "{}", e.time.as_nanos());
        for n in [e.m.map(|n| n as u64), e.p.map(|n| n as u64), e.g] {
            part(&mut out, &n.map_or("-".to_string(), |n| n.to_string()));
        }
        what(&mut out, &e.what);
        out.push('\n');
    }
    out
}

fn part(out: &mut String, text: &str) {
    out.push('\t');
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            c => out.push(c),
        }
    }
}

/// The parts of a line, after `name`.
macro_rules! parts {
    ($out:expr, $name:expr $(, $part:expr)*) => {{
        part($out, $name);
        $(part($out, &$part.to_string());)*
    }};
}

fn what(out: &mut String, what: &What) {
    let place = |at: &Option<Place>| at.map_or(String::new(), |at| at.to_string());
    let or_dash = |n: &Option<usize>| n.map_or("-".to_string(), |n| n.to_string());
    let moment = |t: &Option<Duration>| t.map_or("-".to_string(), |t| t.as_nanos().to_string());
    match what {
        What::Procs { n } => parts!(out, "procs", n),
        What::ProcStart => parts!(out, "proc-start"),
        What::ProcStop => parts!(out, "proc-stop"),
        What::Create { g, name, at } => parts!(out, "create", g, name, place(at)),
        What::Start => parts!(out, "start"),
        What::Yield => parts!(out, "yield"),
        What::StandBack => parts!(out, "stand-back"),
        What::Preempt => parts!(out, "preempt"),
        What::Stay => parts!(out, "stay"),
        What::Block { reason, at } => parts!(out, "block", reason, place(at)),
        What::End => parts!(out, "end"),
        What::ThreadEnd => parts!(out, "thread-end"),
        What::Unblock { g, by } => parts!(out, "unblock", g, by.as_str()),
        What::ThreadSleep { polls, until } => {
            parts!(out, "thread-sleep", u8::from(*polls), moment(until))
        }
        What::ThreadWake => parts!(out, "thread-wake"),
        What::Timer {
            how,
            g,
            when,
            of,
            len,
            first,
        } => parts!(
            out,
            "timer",
            how.as_str(),
            g,
            when.as_nanos(),
            of,
            len,
            moment(first)
        ),
        What::Steal { from, n, g } => parts!(out, "steal", from, n, g),
        What::Move { g, to } => parts!(out, "move", g, or_dash(to)),
        What::SyscallEnter { at } => parts!(out, "call", place(at)),
        What::SyscallExit => parts!(out, "call-end"),
        What::Retake => parts!(out, "retake"),
        What::Poll { ready } => parts!(out, "poll", ready),
        What::Sched {
            idle_procs,
            threads,
            spinning,
            idle_threads,
            global,
        } => parts!(
            out,
            "sched",
            idle_procs,
            threads,
            spinning,
            idle_threads,
            global
        ),
        What::Queue { len, ran } => parts!(out, "queue", len, ran),
        What::Make {
            object,
            kind,
            detail,
            at,
        } => parts!(out, "make", object, kind, detail, place(at)),
        What::Op { op, object, at } => parts!(out, "op", op, object, place(at)),
        What::Chan {
            object,
            len,
            recvx,
            receivers,
            senders,
            closed,
        } => parts!(
            out,
            "chan",
            object,
            len,
            recvx,
            receivers,
            senders,
            u8::from(*closed)
        ),
    }
}

/// Texts that stay, each once: an event's texts live as long as the program, as those do that it was written with.
#[derive(Default)]
struct Texts(HashMap<String, &'static str>);

impl Texts {
    fn keep(&mut self, text: &str) -> &'static str {
        if let Some(kept) = self.0.get(text) {
            return kept;
        }
        let kept: &'static str = Box::leak(text.to_string().into_boxed_str());
        self.0.insert(text.to_string(), kept);
        kept
    }
}

/// The parts of one line.
struct Line<'a> {
    parts: Split<'a, char>,
    texts: &'a mut Texts,
}

impl Line<'_> {
    fn raw(&mut self) -> Option<&str> {
        self.parts.next()
    }

    fn get<T: FromStr>(&mut self) -> Option<T> {
        self.raw()?.parse().ok()
    }

    /// A dash is none.
    fn some<T: FromStr>(&mut self) -> Option<Option<T>> {
        match self.raw()? {
            "-" => Some(None),
            n => n.parse().ok().map(Some),
        }
    }

    fn text(&mut self) -> Option<&'static str> {
        let mut text = String::new();
        let mut chars = self.raw()?.chars();
        while let Some(c) = chars.next() {
            match c {
                '\\' => text.push(match chars.next()? {
                    't' => '\t',
                    'n' => '\n',
                    c => c,
                }),
                c => text.push(c),
            }
        }
        Some(self.texts.keep(&text))
    }

    fn place(&mut self) -> Option<Option<Place>> {
        let text = self.text()?;
        if text.is_empty() {
            return Some(None);
        }
        let (file, line) = text.rsplit_once(':')?;
        let line = line.parse().ok()?;
        let file = self.texts.keep(file);
        Some(Some(Place { file, line }))
    }

    fn event(&mut self) -> Option<Event> {
        let event = Event {
            time: Duration::from_nanos(self.get()?),
            m: self.some()?,
            p: self.some()?,
            g: self.some()?,
            what: self.what()?,
        };
        self.raw().is_none().then_some(event)
    }

    fn what(&mut self) -> Option<What> {
        let name = self.text()?;
        Some(match name {
            "procs" => What::Procs { n: self.get()? },
            "proc-start" => What::ProcStart,
            "proc-stop" => What::ProcStop,
            "create" => What::Create {
                g: self.get()?,
                name: self.text()?,
                at: self.place()?,
            },
            "start" => What::Start,
            "yield" => What::Yield,
            "stand-back" => What::StandBack,
            "preempt" => What::Preempt,
            "stay" => What::Stay,
            "block" => What::Block {
                reason: self.text()?,
                at: self.place()?,
            },
            "end" => What::End,
            "thread-end" => What::ThreadEnd,
            "unblock" => What::Unblock {
                g: self.get()?,
                by: Waker::named(self.text()?)?,
            },
            "thread-sleep" => What::ThreadSleep {
                polls: self.get::<u8>()? != 0,
                until: self.some()?.map(Duration::from_nanos),
            },
            "thread-wake" => What::ThreadWake,
            "timer" => What::Timer {
                how: Timing::named(self.text()?)?,
                g: self.get()?,
                when: Duration::from_nanos(self.get()?),
                of: self.get()?,
                len: self.get()?,
                first: self.some()?.map(Duration::from_nanos),
            },
            "steal" => What::Steal {
                from: self.get()?,
                n: self.get()?,
                g: self.get()?,
            },
            "move" => What::Move {
                g: self.get()?,
                to: self.some()?,
            },
            "call" => What::SyscallEnter { at: self.place()? },
            "call-end" => What::SyscallExit,
            "retake" => What::Retake,
            "poll" => What::Poll { ready: self.get()? },
            "sched" => What::Sched {
                idle_procs: self.get()?,
                threads: self.get()?,
                spinning: self.get()?,
                idle_threads: self.get()?,
                global: self.get()?,
            },
            "queue" => What::Queue {
                len: self.get()?,
                ran: self.get()?,
            },
            "make" => What::Make {
                object: self.get()?,
                kind: self.text()?,
                detail: self.get()?,
                at: self.place()?,
            },
            "op" => What::Op {
                op: self.text()?,
                object: self.get()?,
                at: self.place()?,
            },
            "chan" => What::Chan {
                object: self.get()?,
                len: self.get()?,
                recvx: self.get()?,
                receivers: self.get()?,
                senders: self.get()?,
                closed: self.get::<u8>()? != 0,
            },
            _ => return None,
        })
    }
}

/// Reads them: the events, and how many there was no room for. An error names the line.
pub(super) fn read(text: &str) -> Result<(Vec<Event>, usize), String> {
    let mut lines = text.lines();
    let first = lines.next().unwrap_or_default();
    let lost = first
        .split_once('\t')
        .filter(|(version, _)| *version == VERSION)
        .and_then(|(_, lost)| lost.parse().ok())
        .ok_or_else(|| format!("line 1 is not `{VERSION}` and a number"))?;
    let mut texts = Texts::default();
    let mut events = Vec::new();
    for (i, text) in lines.enumerate() {
        let mut line = Line {
            parts: text.split('\t'),
            texts: &mut texts,
        };
        let event = line.event();
        events.push(event.ok_or_else(|| format!("line {} is no event: {text}", i + 2))?);
    }
    Ok((events, lost))
}
