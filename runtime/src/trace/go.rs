//! A trace in the format of Go's execution traces, which `go tool trace` opens.
//!
//! The format has rules of its own, which Go's reader checks (`internal/trace/order.go`): a goroutine runs only on a
//! thread that has a P, a P is taken only out of a blocking call, whoever comes back from such a call starts anew. Our
//! events are followed here by a small machine that knows those rules, and what Go's runtime would have written beside
//! them is added: a goroutine whose thread was stopped gives way before its P is taken, one that blocked unannounced
//! began a call. One that went on without its P, up to 10 ms until the monitor saw it, is still in its call for Go.
//!
//! Everything is one *generation*: batches of events, one thread each, then the strings and stacks that they name. A
//! stack has one frame: the closure's name, and the line. Version 1.25 of the format, after Go's
//! `internal/trace/tracev2` and `internal/trace/generation.go`.

use std::collections::HashMap;

use super::event::{Event, Place, What};
use super::spans::short_name;
use super::varint::put;

const HEADER: &[u8; 16] = b"go 1.25 trace\0\0\0";
/// The most bytes of a batch; Go's reader takes 64 KiB.
const BATCH: usize = 60 << 10;
const GENERATION: u64 = 1;
/// "No thread", and "no goroutine's thread".
const NOBODY: u64 = u64::MAX;
/// The thread that stands for all that are none of the runtime's Ms.
const OTHERS: u64 = 1_000_000;
/// Time 0 means nothing.
const FIRST: u64 = 1;

/// The numbers of events in the format.
mod code {
    pub(super) const EVENT_BATCH: u8 = 1;
    pub(super) const STACKS: u8 = 2;
    pub(super) const STACK: u8 = 3;
    pub(super) const STRINGS: u8 = 4;
    pub(super) const STRING: u8 = 5;
    pub(super) const FREQUENCY: u8 = 8;
    pub(super) const PROCS_CHANGE: u8 = 9;
    pub(super) const PROC_START: u8 = 10;
    pub(super) const PROC_STOP: u8 = 11;
    pub(super) const PROC_STEAL: u8 = 12;
    pub(super) const PROC_STATUS: u8 = 13;
    pub(super) const GO_CREATE: u8 = 14;
    pub(super) const GO_START: u8 = 16;
    pub(super) const GO_DESTROY: u8 = 17;
    pub(super) const GO_DESTROY_SYSCALL: u8 = 18;
    pub(super) const GO_STOP: u8 = 19;
    pub(super) const GO_BLOCK: u8 = 20;
    pub(super) const GO_UNBLOCK: u8 = 21;
    pub(super) const GO_SYSCALL_BEGIN: u8 = 22;
    pub(super) const GO_SYSCALL_END: u8 = 23;
    pub(super) const GO_SYSCALL_END_BLOCKED: u8 = 24;
    pub(super) const GO_STATUS: u8 = 25;
    pub(super) const SYNC: u8 = 50;
    pub(super) const CLOCK_SNAPSHOT: u8 = 51;

    /// A P's status.
    pub(super) const P_IDLE: u64 = 2;
    /// A goroutine's status.
    pub(super) const G_RUNNABLE: u64 = 1;
}

/// One thread's events, in batches.
#[derive(Default)]
struct Stream {
    done: Vec<(u64, Vec<u8>)>,
    /// When the open batch began, and its last event.
    began: u64,
    last: u64,
    open: Vec<u8>,
}

impl Stream {
    fn event(&mut self, time: u64, code: u8, args: &[u64]) {
        if self.open.len() > BATCH {
            self.close();
        }
        if self.open.is_empty() {
            (self.began, self.last) = (time, time);
        }
        self.open.push(code);
        put(&mut self.open, time.saturating_sub(self.last));
        self.last = time.max(self.last);
        for arg in args {
            put(&mut self.open, *arg);
        }
    }

    fn close(&mut self) {
        if !self.open.is_empty() {
            self.done.push((self.began, std::mem::take(&mut self.open)));
        }
    }
}

/// Names by number, from 1 on.
#[derive(Default)]
struct Strings {
    by_text: HashMap<String, u64>,
    all: Vec<String>,
}

impl Strings {
    fn number(&mut self, text: &str) -> u64 {
        if let Some(n) = self.by_text.get(text) {
            return *n;
        }
        self.all.push(text.to_string());
        let n = self.all.len() as u64;
        self.by_text.insert(text.to_string(), n);
        n
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum GoIs {
    Runnable,
    Running,
    Waiting,
    Syscall,
}

struct Go {
    is: GoIs,
    seq: u64,
    name: &'static str,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum ProcIs {
    Idle,
    Running,
    Syscall,
}

struct Proc {
    is: ProcIs,
    seq: u64,
}

/// What Go's reader believes of a thread.
#[derive(Clone, Copy, Default)]
struct Thread {
    p: Option<usize>,
    g: Option<u64>,
}

#[derive(Default)]
struct Writer {
    streams: HashMap<u64, Stream>,
    strings: Strings,
    /// By closure and place.
    stacks: HashMap<(&'static str, Place), u64>,
    gs: HashMap<u64, Go>,
    ps: HashMap<usize, Proc>,
    threads: HashMap<u64, Thread>,
    /// GOMAXPROCS has changed. That is told by a thread that runs a goroutine.
    procs: Option<u64>,
}

/// The bytes of the file.
pub(super) fn write(events: &[Event]) -> Vec<u8> {
    let mut w = Writer::default();
    for e in events {
        w.event(e);
    }
    w.file()
}

fn thread(e: &Event) -> u64 {
    e.m.map_or(OTHERS, |m| m as u64)
}

fn time(e: &Event) -> u64 {
    FIRST + u64::try_from(e.time.as_nanos()).unwrap_or(u64::MAX - FIRST)
}

impl Writer {
    fn put(&mut self, m: u64, e: &Event, code: u8, args: &[u64]) {
        self.streams
            .entry(m)
            .or_default()
            .event(time(e), code, args);
    }

    /// The number of a stack of one frame; 0 for none.
    fn stack(&mut self, g: Option<u64>, at: Option<Place>) -> u64 {
        let name = g.and_then(|g| self.gs.get(&g)).map(|g| g.name);
        match (name, at) {
            (Some(name), Some(at)) => self.frame(name, at),
            _ => 0,
        }
    }

    fn frame(&mut self, name: &'static str, at: Place) -> u64 {
        let next = self.stacks.len() as u64 + 1;
        *self.stacks.entry((name, at)).or_insert(next)
    }

    fn is(&self, g: u64) -> Option<GoIs> {
        self.gs.get(&g).map(|g| g.is)
    }

    fn set(&mut self, g: u64, is: GoIs) {
        if let Some(g) = self.gs.get_mut(&g) {
            g.is = is;
        }
    }

    fn seq_of_g(&mut self, g: u64) -> u64 {
        self.gs.get_mut(&g).map_or(0, |g| {
            g.seq += 1;
            g.seq
        })
    }

    fn seq_of_p(&mut self, p: usize) -> u64 {
        self.ps.get_mut(&p).map_or(0, |p| {
            p.seq += 1;
            p.seq
        })
    }

    fn set_p(&mut self, p: usize, is: ProcIs) {
        if let Some(p) = self.ps.get_mut(&p) {
            p.is = is;
        }
    }

    fn at(&mut self, m: u64) -> &mut Thread {
        self.threads.entry(m).or_default()
    }

    fn event(&mut self, e: &Event) {
        let m = thread(e);
        match e.what {
            What::Procs { n } => self.procs = Some(n as u64),
            What::ProcStart => self.proc_start(e, m),
            What::ProcStop => self.proc_stop(e, m),
            What::Retake => self.retake(e, m),
            What::Create { g, name, at } => self.create(e, m, g, name, at),
            What::Start => {
                if let Some(g) = e.g {
                    self.start(e, m, g);
                }
            }
            What::Yield | What::StandBack => self.stops(e, m, "runtime.Gosched"),
            What::Preempt => self.stops(e, m, "preempted"),
            What::Block { reason, at } => self.blocks(e, m, reason, at),
            What::End => self.ends(e, m),
            What::Unblock { g, .. } => {
                if self.is(g) == Some(GoIs::Waiting) {
                    let seq = self.seq_of_g(g);
                    self.put(m, e, code::GO_UNBLOCK, &[g, seq, 0]);
                    self.set(g, GoIs::Runnable);
                }
            }
            What::SyscallEnter { at } => self.enters(e, m, at),
            What::SyscallExit => self.comes_back(e, m),
            What::Sched { .. }
            | What::Queue { .. }
            | What::Stay
            | What::ThreadEnd
            | What::ThreadSleep { .. }
            | What::ThreadWake
            | What::Timer { .. }
            | What::Move { .. }
            | What::Steal { .. }
            | What::Poll { .. }
            | What::Make { .. }
            | What::Op { .. }
            | What::Chan { .. } => {}
        }
    }

    fn proc_start(&mut self, e: &Event, m: u64) {
        let Some(p) = e.p else { return };
        if !self.ps.contains_key(&p) {
            self.put(OTHERS, e, code::PROC_STATUS, &[p as u64, code::P_IDLE]);
            let is = ProcIs::Idle;
            self.ps.insert(p, Proc { is, seq: 0 });
        }
        let seq = self.seq_of_p(p);
        self.put(m, e, code::PROC_START, &[p as u64, seq]);
        self.set_p(p, ProcIs::Running);
        self.at(m).p = Some(p);
    }

    fn proc_stop(&mut self, e: &Event, m: u64) {
        let Thread { p, g } = *self.at(m);
        let (Some(p), true) = (p, p == e.p) else {
            // It was taken from a blocking call, which is told already.
            return;
        };
        if let Some(g) = g
            && self.is(g) == Some(GoIs::Running)
        {
            // Its thread was stopped where it was.
            self.stop(e, m, g, "preempted");
        }
        self.put(m, e, code::PROC_STOP, &[]);
        self.set_p(p, ProcIs::Idle);
        self.at(m).p = None;
    }

    fn retake(&mut self, e: &Event, m: u64) {
        let Some(p) = self.at(m).p else { return };
        if e.g.is_some_and(|g| self.is(g) == Some(GoIs::Running)) {
            // Nobody announced this call.
            self.enters(e, m, None);
        }
        if self.ps.get(&p).is_some_and(|p| p.is == ProcIs::Syscall) {
            let seq = self.seq_of_p(p);
            self.put(OTHERS, e, code::PROC_STEAL, &[p as u64, seq, m]);
            self.set_p(p, ProcIs::Idle);
            self.at(m).p = None;
        }
    }

    fn create(&mut self, e: &Event, m: u64, g: u64, name: &'static str, at: Option<Place>) {
        let Thread { p, g: by } = *self.at(m);
        let runs = by.is_none_or(|by| self.is(by) == Some(GoIs::Running));
        if p.is_some() && runs {
            // Go's tools group goroutines by this name: those of one `go` are one kind.
            let frame = at.map_or(0, |at| self.frame(name, at));
            let by = self.stack(by, at);
            self.put(m, e, code::GO_CREATE, &[g, frame, by]);
        } else {
            self.put(OTHERS, e, code::GO_STATUS, &[g, NOBODY, code::G_RUNNABLE]);
        }
        let is = GoIs::Runnable;
        self.gs.insert(g, Go { is, seq: 0, name });
    }

    fn start(&mut self, e: &Event, m: u64, g: u64) {
        let free = self.at(m).p.is_some() && self.at(m).g.is_none();
        if free && self.is(g) == Some(GoIs::Runnable) {
            let seq = self.seq_of_g(g);
            self.put(m, e, code::GO_START, &[g, seq]);
            self.set(g, GoIs::Running);
            self.at(m).g = Some(g);
            if let Some(n) = self.procs.take() {
                self.put(m, e, code::PROCS_CHANGE, &[n, 0]);
            }
        }
    }

    fn stop(&mut self, e: &Event, m: u64, g: u64, reason: &str) {
        let reason = self.strings.number(reason);
        self.put(m, e, code::GO_STOP, &[reason, 0]);
        self.set(g, GoIs::Runnable);
        self.at(m).g = None;
    }

    /// The goroutine of this thread, as the event says, and how it is.
    fn here(&mut self, e: &Event, m: u64) -> Option<(u64, GoIs)> {
        let g = e.g.filter(|_| self.at(m).g == e.g)?;
        Some((g, self.is(g)?))
    }

    fn stops(&mut self, e: &Event, m: u64, reason: &str) {
        match self.here(e, m) {
            Some((g, GoIs::Running)) => self.stop(e, m, g, reason),
            Some((g, GoIs::Syscall)) => self.end_blocked(e, m, g),
            _ => {}
        }
    }

    fn blocks(&mut self, e: &Event, m: u64, reason: &str, at: Option<Place>) {
        match self.here(e, m) {
            Some((g, GoIs::Running)) => {
                let reason = self.strings.number(reason);
                let stack = self.stack(Some(g), at);
                self.put(m, e, code::GO_BLOCK, &[reason, stack]);
                self.set(g, GoIs::Waiting);
                self.at(m).g = None;
            }
            // It came back without a P, and waits before it has one: for Go it is runnable until it is woken.
            Some((g, GoIs::Syscall)) => self.end_blocked(e, m, g),
            _ => {}
        }
    }

    fn ends(&mut self, e: &Event, m: u64) {
        let Some((g, is)) = self.here(e, m) else {
            return;
        };
        match is {
            GoIs::Running => self.put(m, e, code::GO_DESTROY, &[]),
            GoIs::Syscall if self.at(m).p.is_none() => {
                self.put(m, e, code::GO_DESTROY_SYSCALL, &[]);
            }
            _ => return,
        }
        self.gs.remove(&g);
        self.at(m).g = None;
    }

    fn enters(&mut self, e: &Event, m: u64, at: Option<Place>) {
        if let (Some((g, GoIs::Running)), Some(p)) = (self.here(e, m), self.at(m).p) {
            let seq = self.seq_of_p(p);
            let stack = self.stack(Some(g), at);
            self.put(m, e, code::GO_SYSCALL_BEGIN, &[seq, stack]);
            self.set(g, GoIs::Syscall);
            self.set_p(p, ProcIs::Syscall);
        }
    }

    fn comes_back(&mut self, e: &Event, m: u64) {
        let Some((g, GoIs::Syscall)) = self.here(e, m) else {
            return;
        };
        let kept = self
            .at(m)
            .p
            .filter(|p| self.ps.get(p).is_some_and(|p| p.is == ProcIs::Syscall));
        if let Some(p) = kept {
            self.put(m, e, code::GO_SYSCALL_END, &[]);
            self.set(g, GoIs::Running);
            self.set_p(p, ProcIs::Running);
            return;
        }
        self.end_blocked(e, m, g);
        if e.p.is_some() {
            self.start(e, m, g);
        }
    }

    fn end_blocked(&mut self, e: &Event, m: u64, g: u64) {
        self.put(m, e, code::GO_SYSCALL_END_BLOCKED, &[]);
        self.set(g, GoIs::Runnable);
        self.at(m).g = None;
    }

    fn file(mut self) -> Vec<u8> {
        let mut out = HEADER.to_vec();
        let mut sync = vec![code::SYNC, code::FREQUENCY];
        put(&mut sync, 1_000_000_000);
        sync.push(code::CLOCK_SNAPSHOT);
        // The trace's clock, the monotonic one and the wall's: the last two are not known.
        for n in [0, FIRST, 0, 0] {
            put(&mut sync, n);
        }
        batch(&mut out, NOBODY, FIRST, &sync);
        let mut threads: Vec<_> = self.streams.drain().collect();
        threads.sort_unstable_by_key(|(m, _)| *m);
        for (m, mut stream) in threads {
            stream.close();
            for (began, data) in &stream.done {
                batch(&mut out, m, *began, data);
            }
        }
        let mut stacks: Vec<_> = self.stacks.drain().collect();
        stacks.sort_unstable_by_key(|(_, number)| *number);
        let framed: Vec<_> = stacks
            .into_iter()
            .map(|((name, at), number)| {
                let name = self.strings.number(short_name(name));
                (number, name, self.strings.number(at.file), at.line)
            })
            .collect();
        table(
            &mut out,
            code::STACKS,
            framed,
            |data, (number, name, file, line)| {
                data.push(code::STACK);
                // One frame, whose address is the stack's number.
                for n in [number, 1, number, name, file, u64::from(line)] {
                    put(data, n);
                }
            },
        );
        let strings = std::mem::take(&mut self.strings.all);
        let numbered = strings.into_iter().zip(1..);
        table(&mut out, code::STRINGS, numbered, |data, (text, number)| {
            data.push(code::STRING);
            put(data, number);
            // Go's reader takes 1 KiB.
            let text = &text.as_bytes()[..text.len().min(1000)];
            put(data, text.len() as u64);
            data.extend_from_slice(text);
        });
        out
    }
}

fn batch(out: &mut Vec<u8>, m: u64, began: u64, data: &[u8]) {
    out.push(code::EVENT_BATCH);
    for n in [GENERATION, m, began, data.len() as u64] {
        put(out, n);
    }
    out.extend_from_slice(data);
}

/// A table, in as many batches as it needs.
fn table<T>(
    out: &mut Vec<u8>,
    kind: u8,
    rows: impl IntoIterator<Item = T>,
    row: impl Fn(&mut Vec<u8>, T),
) {
    let mut data = vec![kind];
    for r in rows {
        row(&mut data, r);
        if data.len() > BATCH {
            batch(out, NOBODY, FIRST, &data);
            data.truncate(1);
        }
    }
    batch(out, NOBODY, FIRST, &data);
}
