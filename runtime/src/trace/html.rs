//! A trace as one page that needs nothing else: `page.html` with the spans in it.

use std::collections::HashMap;
use std::fmt::Write;

use super::event::{Event, Place, Waker, What};
use super::perfetto::quoted;
use super::spans::{Being, Span, Spans, short_name};

const PAGE: &str = include_str!("page.html");

/// Texts by number, each written once.
#[derive(Default)]
struct Texts {
    numbers: HashMap<String, usize>,
    all: Vec<String>,
}

impl Texts {
    fn number(&mut self, text: &str) -> isize {
        if text.is_empty() {
            return -1;
        }
        let next = self.all.len();
        let n = *self.numbers.entry(text.to_string()).or_insert(next);
        if n == next {
            self.all.push(text.to_string());
        }
        isize::try_from(n).unwrap_or(-1)
    }

    fn place(&mut self, at: Option<Place>) -> isize {
        at.map_or(-1, |at| self.number(&at.to_string()))
    }
}

/// Writes it.
pub(super) fn write(spans: &Spans, events: &[Event], lost: usize) -> String {
    let mut texts = Texts::default();
    let mut data = String::new();
    let _ = write!(
        data,
        "{{\"title\":\"Goroutines\",\"procs\":{},\"end\":{},\"events\":{},\"lost\":{lost},\n\"gs\":[",
        spans.procs,
        spans.end.as_nanos(),
        events.len()
    );
    let mut comma = "";
    for life in spans.lives.values() {
        let (name, label) = (
            texts.number(short_name(life.name)),
            texts.number(&life.label()),
        );
        let at = texts.place(life.at);
        let ended = life.ended.map_or(-1, |t| t.as_nanos() as i128);
        let _ = write!(data, "{comma}[{},{name},{label},{at},{ended}]", life.g);
        comma = ",";
    }
    data.push_str("],\n\"spans\":[");
    comma = "";
    for life in spans.lives.values() {
        data.push_str(comma);
        comma = ",\n";
        data.push('[');
        for (i, span) in life.spans.iter().enumerate() {
            if i > 0 {
                data.push(',');
            }
            one(&mut data, span, &mut texts);
        }
        data.push(']');
    }
    data.push_str("],\n\"wakes\":[");
    comma = "";
    for wake in &spans.wakes {
        let from = wake.from.map_or_else(|| nobody(wake.by), |g| g as i128);
        let _ = write!(data, "{comma}{},{from},{}", wake.time.as_nanos(), wake.to);
        comma = ",";
    }
    data.push_str("],\n");
    objects(&mut data, events, &mut texts);
    data.push_str(",\n\"texts\":[");
    comma = "";
    for text in &texts.all {
        data.push_str(comma);
        data.push_str(&quoted(text));
        comma = ",";
    }
    data.push_str("]}");
    PAGE.replacen("@DATA@", &data, 1)
}

/// In the place of the goroutine that wakes, where none does: as the page's `NOBODY` counts.
fn nobody(by: Waker) -> i128 {
    match by {
        Waker::Timer => -1,
        Waker::Netpoller => -2,
        Waker::Goroutine | Waker::Outside => -3,
    }
}

/// `from, to, kind, p, reason, place, object, end`, as the page reads them.
fn one(data: &mut String, span: &Span, texts: &mut Texts) {
    let (kind, p, reason, at, object) = match span.being {
        Being::Running { p, .. } => (0, p as i64, "", None, 0),
        Being::Runnable => (1, -1, "", None, 0),
        Being::Waiting { reason, at, object } => (2, -1, reason, at, object),
        Being::Syscall { p } => (3, p.map_or(-1, |p| p as i64), "", None, 0),
    };
    let (reason, at, end) = (
        texts.number(reason),
        texts.place(at),
        texts.number(span.end),
    );
    let _ = write!(
        data,
        "{},{},{kind},{p},{reason},{at},{object},{end}",
        span.from.as_nanos(),
        span.to.as_nanos()
    );
}

/// The objects that were made, and how channels stood.
fn objects(data: &mut String, events: &[Event], texts: &mut Texts) {
    data.push_str("\"makes\":[");
    let mut comma = "";
    for e in events {
        if let What::Make {
            object,
            kind,
            detail,
            at,
        } = e.what
        {
            let (kind, at) = (texts.number(kind), texts.place(at));
            let time = e.time.as_nanos();
            let _ = write!(data, "{comma}[{object},{kind},{detail},{at},{time}]");
            comma = ",";
        }
    }
    data.push_str("],\n\"chans\":[");
    comma = "";
    for e in events {
        if let What::Chan {
            object,
            len,
            recvx,
            receivers,
            senders,
            closed,
        } = e.what
        {
            let _ = write!(
                data,
                "{comma}{},{object},{len},{recvx},{receivers},{senders},{}",
                e.time.as_nanos(),
                u8::from(closed)
            );
            comma = ",";
        }
    }
    data.push(']');
}
