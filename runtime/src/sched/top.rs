//! `GOTOP=SOCKET`: whoever listens there is told ten times a second how the runtime stands, as a line of JSON.
//!
//! The monitor tells it. It never waits for who listens: what the socket does not take at once is kept, and until that
//! has gone no further line is made. A line that takes long to make, because goroutines are many, is made more seldom,
//! so that no more than a twentieth of the monitor's time goes into it.
//!
//! While the state's lock is held nothing is allocated: a goroutine may have been stopped with the allocator's lock, and
//! whoever runs it on needs the state's.
//!
//! `GOTOP_PARENT=PID`: whoever looks has started the program for that, and the program ends when he does, however he ends
//! ([`end_with`]).

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::os::unix::net::UnixStream;
use std::panic::Location;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::time::Duration;

use rustix::process::Pid;

use super::{M, P, Sched, State};
use crate::crash::Crash;
use crate::goroutine::{G, Status};
use crate::stderr;
use crate::tid::Tid;
use crate::timers::NEVER;
use crate::trace::quoted;

/// From one line to the next, in nanoseconds.
const EVERY: u64 = 100_000_000;
/// How many times as long as a line took to make it is until the next, at least.
const SELDOM: u64 = 20;
/// So many groups of goroutines are told one by one, the largest first.
const GROUPS: usize = 200;
/// How long the last line may take on its way.
const PATIENCE: Duration = Duration::from_millis(200);

impl Sched {
    /// Sees whether anybody wants to be told. Before there are threads: who runs goroutines asks once.
    pub(super) fn begin_top(&'static self) {
        let wanted = std::env::var_os("GOTOP").filter(|path| !path.is_empty());
        let top = wanted.and_then(|path| {
            let top = Top::begin(self, path.into());
            if let Some(parent) = parent() {
                end_with(parent, top.is_some());
            }
            top
        });
        if top.is_some() {
            // Who waits before the monitor looks for the first time has waited since then.
            self.coarse.store(self.nanos(), Ordering::Relaxed);
        }
        self.watched.store(top.is_some(), Ordering::Release);
        *self.top.lock() = top;
    }

    /// Whether somebody is told how this runtime stands.
    pub(super) fn is_watched(&self) -> bool {
        self.watched.load(Ordering::Acquire)
    }

    /// When he is told next.
    pub(super) fn due_at_top(&self) -> Option<u64> {
        if !self.is_watched() {
            return None;
        }
        self.top.lock().as_ref().map(|top| top.next)
    }

    /// Tells him, if it is time.
    pub(super) fn tell_top(&'static self, now: u64) {
        if self.is_watched() {
            self.top.lock().take_if(|top| !top.tick(self, now));
        }
    }

    /// Tells him how it stands at its end, and how it came to that.
    pub(super) fn tell_top_last(&'static self, crash: Option<&Crash>) {
        if self.is_watched()
            && let Some(top) = self.top.lock().take()
        {
            top.last(self, crash);
        }
    }
}

/// Who has started the program to look at it, if that is said.
fn parent() -> Option<Pid> {
    let pid: u32 = std::env::var("GOTOP_PARENT").ok()?.parse().ok()?;
    Pid::from_raw(pid.try_into().ok()?)
}

/// Ends the program when `parent` ends, whose child it is; at once if that has ended already. `listens`: somebody is there
/// at the other end of GOTOP.
///
/// The kernel sends the signal to the thread that asks for it: this one stays until its runtime has ended, and asks anew
/// for the next. It sends none for a parent that was dead before, so who the parent is is looked at once more after
/// asking. Who has another parent was started by something in between, which is none of ours, as long as somebody
/// listens. If nobody does, its starter died before it came here.
fn end_with(parent: Pid, listens: bool) {
    use rustix::process::{Signal, getpid, getppid, kill_process};
    let is_here = || getppid() == Some(parent);
    let lives_on = if is_here() {
        // It fails only for a signal that there is not.
        let _ = rustix::process::set_parent_process_death_signal(Some(Signal::KILL));
        is_here()
    } else {
        listens
    };
    if !lives_on {
        let _ = kill_process(getpid(), Signal::KILL);
    }
}

/// What is told to whom, and when next.
pub(super) struct Top {
    socket: UnixStream,
    /// What the socket has not taken yet, from `sent` on.
    out: Vec<u8>,
    sent: usize,
    began: u64,
    next: u64,
    gs: Vec<&'static G>,
    ms: Vec<Thread>,
    /// By the addresses of what tells groups apart.
    groups: Groups,
}

/// An M, as it was found.
struct Thread {
    m: &'static M,
    is: &'static str,
}

type Groups = HashMap<[usize; 3], (Group, Members)>;

/// Counts members of one group.
fn count(groups: &mut Groups, run: Option<([usize; 3], Group, Members)>) {
    if let Some((key, group, members)) = run {
        let (_, all) = groups.entry(key).or_insert((group, Members::default()));
        all.join(members.n, members.since);
    }
}

/// Goroutines that do the same at the same place.
#[derive(Clone, Copy)]
struct Group {
    state: &'static str,
    why: &'static str,
    at: Option<&'static Location<'static>>,
}

impl Group {
    /// What tells it apart: texts of the library, and a place of the program.
    fn key(&self) -> [usize; 3] {
        let at = self.at.map_or(0, |at| std::ptr::from_ref(at).addr());
        [self.state.as_ptr().addr(), self.why.as_ptr().addr(), at]
    }
}

#[derive(Clone, Copy, Default)]
struct Members {
    n: usize,
    /// Since when the first of them has waited; 0: not known.
    since: u64,
}

impl Members {
    fn join(&mut self, n: usize, since: u64) {
        self.n += n;
        if since != 0 && (self.since == 0 || since < self.since) {
            self.since = since;
        }
    }
}

impl Top {
    /// `None`: nobody listens there.
    fn begin(sched: &'static Sched, path: PathBuf) -> Option<Top> {
        let socket = UnixStream::connect(&path).and_then(|s| {
            s.set_nonblocking(true)?;
            Ok(s)
        });
        match socket {
            Ok(socket) => Some(Top {
                socket,
                out: Vec::new(),
                sent: 0,
                began: sched.nanos(),
                next: 0,
                gs: Vec::new(),
                ms: Vec::new(),
                groups: HashMap::new(),
            }),
            Err(e) => {
                // The program is not to blame, and there is nobody else to tell.
                stderr::write(&format!(
                    "GOTOP: nobody listens at {}: {e}\n",
                    path.display()
                ));
                None
            }
        }
    }

    /// `false`: nobody listens any more.
    fn tick(&mut self, sched: &'static Sched, now: u64) -> bool {
        if now < self.next {
            return true;
        }
        if self.send().is_err() {
            return false;
        }
        self.next = now + EVERY;
        if self.sent == self.out.len() {
            // By its own CPU: on a busy machine it may stand still in between.
            let thread = Tid::none();
            thread.here();
            let before = thread.cpu_time();
            self.compose(sched, now, None);
            let took = thread.cpu_time().saturating_sub(before);
            self.next = now + EVERY.max(took * SELDOM);
        }
        self.send().is_ok()
    }

    fn last(mut self, sched: &'static Sched, crash: Option<&Crash>) {
        let how = match crash {
            None => "main returned",
            Some(Crash::Panic(_)) => "panic",
            Some(Crash::Deadlock(_)) => "deadlock",
            Some(_) => "fatal error",
        };
        let whole = self.socket.set_nonblocking(false).is_ok()
            && self.socket.set_write_timeout(Some(PATIENCE)).is_ok()
            && self.send().is_ok();
        if whole && self.sent == self.out.len() {
            self.compose(sched, sched.nanos(), Some(how));
            // Who does not read in time does not get it.
            let _ = self.send();
        }
    }

    /// Sends what the socket takes.
    fn send(&mut self) -> io::Result<()> {
        while self.sent < self.out.len() {
            match self.socket.write(&self.out[self.sent..]) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(n) => self.sent += n,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => break,
                Err(e) => return Err(e),
            }
        }
        Ok(())
    }

    /// Reads the machine: who is there, and where.
    fn read(&mut self, sched: &'static Sched, now: u64) -> usize {
        let global = loop {
            let state = sched.state.lock();
            let (gs, ms) = (state.all.len(), state.ms.len());
            if self.gs.capacity() >= gs && self.ms.capacity() >= ms {
                self.gs.clear();
                self.gs.extend_from_slice(&state.all);
                self.ms.clear();
                self.ms
                    .extend(state.ms.iter().map(|&m| Thread { m, is: state.is(m) }));
                break state.global.len();
            }
            drop(state);
            self.gs.reserve(2 * gs);
            self.ms.reserve(2 * ms);
        };
        self.groups.clear();
        let calls: HashSet<u64> = self
            .ms
            .iter()
            .filter(|t| t.m.in_syscall())
            .filter_map(|t| t.m.running().map(G::id))
            .collect();
        // Those who wait at one place often stand side by side: they are looked up once.
        let mut run: Option<([usize; 3], Group, Members)> = None;
        for g in &self.gs {
            let (state, why) = match g.status() {
                Status::Dead => continue,
                Status::Runnable => ("runnable", ""),
                Status::Running if calls.contains(&g.id()) => ("syscall", ""),
                Status::Running => ("running", ""),
                Status::Waiting => ("waiting", g.wait_reason().as_str()),
            };
            let group = Group {
                state,
                why,
                at: g.place().or_else(|| g.origin().at),
            };
            let since = match state {
                "waiting" => g.wait_since().min(now),
                _ => 0,
            };
            let key = group.key();
            match &mut run {
                Some((same, _, members)) if *same == key => members.join(1, since),
                _ => {
                    count(&mut self.groups, run.take());
                    run = Some((key, group, Members { n: 1, since }));
                }
            }
        }
        count(&mut self.groups, run);
        global
    }

    /// Makes a line of how it stands.
    fn compose(&mut self, sched: &'static Sched, now: u64, ended: Option<&str>) {
        let global = self.read(sched, now);
        let mut line = String::new();
        let timers: usize = sched.ps_ever().map(P::timer_count).sum();
        let goroutines: usize = self.groups.values().map(|(_, members)| members.n).sum();
        let asleep = |t: &&Thread| matches!(t.is, "sleeps" | "polls");
        let _ = write!(
            line,
            "{{\"gotop\":1,\"pid\":{},\"runtime\":{},\"at_ms\":{},\"goroutines\":{goroutines},\"procs\":{},\"idle_procs\":{},\
             \"threads\":{},\"idle_threads\":{},\"searching\":{},\"global\":{global},\"timers\":{timers},\"ps\":[",
            std::process::id(),
            sched.home.load(Ordering::Relaxed),
            now.saturating_sub(self.began) / 1_000_000,
            sched.procs(),
            sched.idle.ps(),
            // The monitor is one, too.
            self.ms.len() + 1,
            self.ms.iter().filter(asleep).count(),
            sched.idle.spinning(),
        );
        write_ps(&mut line, sched, now);
        line.push_str("],\"ms\":[");
        self.write_ms(&mut line);
        line.push_str("],\"groups\":[");
        let others = self.write_groups(&mut line, now);
        let _ = write!(line, "],\"others\":{others}");
        if let Some(how) = ended {
            let _ = write!(line, ",\"ended\":\"{how}\"");
        }
        line.push_str("}\n");
        self.out = line.into_bytes();
        self.sent = 0;
    }

    fn write_ms(&mut self, line: &mut String) {
        self.ms.sort_unstable_by_key(|t| t.m.id());
        for (i, t) in self.ms.iter().enumerate() {
            let _ = write!(
                line,
                "{}{{\"m\":{},\"is\":\"{}\",\"p\":{},\"g\":{}}}",
                comma(i),
                t.m.id(),
                t.is,
                or_null(t.m.p().map(|p| p.id as u64)),
                or_null(t.m.running().map(G::id)),
            );
        }
    }

    /// The largest groups; how many goroutines are in others.
    fn write_groups(&mut self, line: &mut String, now: u64) -> usize {
        let mut groups: Vec<(Group, Members)> = self.groups.drain().map(|(_, g)| g).collect();
        groups.sort_unstable_by_key(|(group, members)| {
            let at = group.at.map(|at| (at.file(), at.line(), at.column()));
            (std::cmp::Reverse(members.n), group.state, group.why, at)
        });
        for (i, (group, members)) in groups.iter().take(GROUPS).enumerate() {
            let at = group.at.map_or("null".to_string(), |at| {
                quoted(&format!("{}:{}", at.file(), at.line()))
            });
            let oldest = (members.since != 0).then(|| (now - members.since) / 1_000_000);
            let _ = write!(
                line,
                "{}{{\"n\":{},\"state\":\"{}\",\"why\":{},\"at\":{at},\"longest_ms\":{}}}",
                comma(i),
                members.n,
                group.state,
                quoted(group.why),
                or_null(oldest),
            );
        }
        let rest = groups.get(GROUPS..).unwrap_or_default();
        rest.iter().map(|(_, members)| members.n).sum()
    }
}

/// What stands between number `i` of a list and the one before.
fn comma(i: usize) -> &'static str {
    if i > 0 { "," } else { "" }
}

fn or_null(n: Option<u64>) -> String {
    n.map_or("null".to_string(), |n| n.to_string())
}

fn write_ps(line: &mut String, sched: &'static Sched, now: u64) {
    for (i, p) in sched.all_ps().enumerate() {
        let m = p.holder();
        let next = p.queue.next().is_some();
        let first = Some(p.first_timer()).filter(|when| *when != NEVER);
        let _ = write!(
            line,
            "{}{{\"p\":{},\"m\":{},\"g\":{},\"next\":{next},\"queue\":{},\"timers\":{},\"first_ms\":{},\"ran\":{},\
                 \"stolen\":{},\"handed_off\":{},\"preempted\":{}}}",
            comma(i),
            p.id,
            or_null(m.map(|m| m.id() as u64)),
            or_null(m.and_then(M::running).map(G::id)),
            p.queue.len().saturating_sub(usize::from(next)),
            p.timer_count(),
            or_null(first.map(|when| when.saturating_sub(now) / 1_000_000)),
            p.ran.load(Ordering::Relaxed),
            p.stolen.load(Ordering::Relaxed),
            p.taken.load(Ordering::Relaxed),
            p.preempted.load(Ordering::Relaxed),
        );
    }
}

impl State {
    /// What an M does, in a word.
    fn is(&self, m: &'static M) -> &'static str {
        let among = |ms: &[&'static M]| ms.iter().any(|x| std::ptr::eq(*x, m));
        match (m.p().is_some(), m.running().is_some()) {
            (true, true) if m.in_syscall() => "call",
            (true, true) => "runs",
            (true, false) => "looks",
            (false, true) if m.stop.is_parked() || among(&self.locked_ms) => "stopped",
            (false, true) if m.in_syscall() => "call",
            (false, true) => "blocked",
            (false, false) if self.netpoller.is_some_and(|x| std::ptr::eq(x, m)) => "polls",
            (false, false) if among(&self.idle_ms) => "sleeps",
            (false, false) => "looks",
        }
    }
}
