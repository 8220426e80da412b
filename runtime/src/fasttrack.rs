//! `GODEBUG=race=1`: the race detector under the real scheduler.
//!
//! What the exploring scheduler is told, this observer is told too; it keeps the same clocks (`lab::Clocks`), under one
//! lock, and decides nothing. So a program runs as it would, slower, and each pair of places that race in this run is
//! reported once, in Go's form, on stderr. A process in which one was found ends with exit code 66, as Go's do.
//!
//! It sees what `Shared`, channels, WaitGroups and atomics tell it; what Rust itself keeps apart it need not see. Each
//! operation tells what it gives before it takes effect, and what it takes after: between the two a run may get an edge
//! too many, never one too few, so what is reported is a race.
//!
//! `GODEBUG=unwaited=1`: the same clocks, asked something else. When main ends, each goroutine whose last step main does
//! not come after is named on stderr, a line each: nobody waited for it, whether it has ended by then or not. So a sleep
//! that happens to be long enough is told from a wait.
//!
//! While both are off they cost nothing: nobody listens, and the hooks are the load and the branch that they always are.
//! Objects that are gone keep their clocks, so a program that makes channels without end needs ever more memory under it.

use std::collections::{HashMap, HashSet, VecDeque};
use std::fmt::Write;
use std::panic::Location;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Once, OnceLock};

use crate::goroutine::{G, Origin};
use crate::lab::Clocks;
use crate::primitives::{HOOKS, Lock, Tag};
use crate::seam::{self, Came, Hold, Observer, Op};
use crate::stderr;
use crate::traceback::{function, place};

type At = &'static Location<'static>;

/// Go's exit code of a process that had a race.
const EXIT: i32 = 66;
/// A goroutine's place among the clocks is used again when so many others have become free after it: the later, the
/// fewer races of the former with the new one are taken for one goroutine's own doing.
const REST: usize = 256;

/// A goroutine for good: its runtime's number, and its own.
type Name = (u64, u64);

struct Member {
    name: Name,
    origin: Origin,
    ended: bool,
    /// Stands for its last step, as a variable that it writes in each.
    steps: u32,
}

#[derive(Default)]
struct State {
    clocks: Clocks,
    index: HashMap<Name, u32>,
    members: Vec<Member>,
    free: VecDeque<u32>,
    told: HashSet<(At, At)>,
}

/// What the clocks are kept for.
#[derive(Clone, Copy, Default)]
pub(crate) struct Asked {
    pub(crate) races: bool,
    pub(crate) unwaited: bool,
}

static ASKED: OnceLock<Asked> = OnceLock::new();

fn asked() -> Asked {
    ASKED.get().copied().unwrap_or_default()
}

struct Native {
    state: Lock<Option<State>>,
}

static NATIVE: Native = Native {
    state: Lock::new(None),
};
static FOUND: AtomicUsize = AtomicUsize::new(0);

/// Switches it on, for the rest of the process.
pub(crate) fn enable(asked: Asked) {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let _ = ASKED.set(asked);
        let mut state = State::default();
        state.clocks.reset(true);
        *NATIVE.state.lock() = Some(state);
        seam::set_native(&NATIVE);
        HOOKS.fetch_add(1, Ordering::SeqCst);
    });
}

/// A program has ended well: if it had a race, its process will end with Go's exit code.
pub(crate) fn settle() {
    static ONCE: Once = Once::new();
    if FOUND.load(Ordering::Acquire) > 0 {
        // SAFETY: `leave` is a function for the whole life of the process.
        ONCE.call_once(|| unsafe {
            libc::atexit(leave);
        });
    }
}

/// Main, which runs here, ends: tells whom nobody has waited for, if that is asked.
pub(crate) fn main_ends() {
    if !asked().unwaited {
        return;
    }
    let mut lines = String::new();
    NATIVE.with(|s, me| {
        for who in s.unwaited(me) {
            let m = &s.members[who as usize];
            let at = m.origin.at.map_or(String::new(), place);
            let _ = writeln!(lines, "{UNWAITED}goroutine {}, created at {at}", m.name.1);
        }
    });
    if !lines.is_empty() {
        stderr::write(&lines);
    }
}

/// What stands before each goroutine that nobody has waited for.
pub const UNWAITED: &str = "not waited for: ";

extern "C" fn leave() {
    stderr::write(&format!(
        "Found {} data race(s)\n",
        FOUND.load(Ordering::Acquire)
    ));
    // SAFETY: ends the process at once; what Rust buffers it has written before this is called.
    unsafe { libc::_exit(EXIT) };
}

impl State {
    /// A goroutine's place among the clocks; one that nobody announced is made by nobody.
    fn of(&mut self, g: &'static G) -> u32 {
        match self.index.get(&(g.home(), g.id())) {
            Some(&i) => i,
            None => self.bear(g, None),
        }
    }

    fn bear(&mut self, g: &'static G, by: Option<u32>) -> u32 {
        let name = (g.home(), g.id());
        let member = Member {
            name,
            origin: g.origin(),
            ended: false,
            steps: Tag::new().native(),
        };
        let i = if self.free.len() > REST && !asked().unwaited {
            let i = self.free.pop_front().expect("it has more than some");
            self.index.remove(&self.members[i as usize].name);
            self.clocks.rebirth(i, by);
            self.members[i as usize] = member;
            i
        } else {
            self.clocks.birth(by);
            self.members.push(member);
            self.members.len() as u32 - 1
        };
        self.index.insert(name, i);
        if asked().unwaited {
            self.steps(i, g.origin().at);
        }
        i
    }

    /// `who` makes a step.
    fn steps(&mut self, who: u32, at: Option<At>) {
        let object = self.members[who as usize].steps;
        let at = at.unwrap_or(Location::caller());
        self.clocks.access(who, object, true, at, 0);
        self.clocks.race = None;
    }

    /// Those of its runtime whose last step `main` does not come after.
    fn unwaited(&mut self, main: u32) -> Vec<u32> {
        let home = self.members[main as usize].name.0;
        let mut found = Vec::new();
        for who in 0..self.members.len() as u32 {
            let (name, object) = (
                self.members[who as usize].name,
                self.members[who as usize].steps,
            );
            if who != main && name.0 == home {
                self.clocks
                    .access(main, object, false, Location::caller(), 0);
                if self.clocks.race.take().is_some() {
                    found.push(who);
                }
            }
        }
        found
    }

    /// Go's report of the race that was just found, unless these two places have been told.
    fn report(&mut self, tag: &Tag) -> Option<String> {
        let race = self.clocks.race.take()?;
        let ((first, first_at, first_wrote), (second, second_at, wrote)) =
            (race.first, race.second);
        if !self.told.insert((first_at, second_at)) || !self.told.insert((second_at, first_at)) {
            return None;
        }
        let address = std::ptr::from_ref(tag) as usize;
        let mut out = format!("{LINE}\nWARNING: DATA RACE\n");
        let mut access = |previous: bool, wrote: bool, who: u32, at: At| {
            let what = match (previous, wrote) {
                (false, false) => "Read",
                (false, true) => "Write",
                (true, false) => "Previous read",
                (true, true) => "Previous write",
            };
            let m = &self.members[who as usize - 1];
            let name = function((m.origin.name)());
            let _ = writeln!(
                out,
                "{what} at 0x{address:012x} by {}:\n  {name}()\n      {}\n",
                called(m),
                place(at)
            );
        };
        access(false, wrote, second, second_at);
        access(true, first_wrote, first, first_at);
        for who in [second, first] {
            let m = &self.members[who as usize - 1];
            let Some(at) = m.origin.at else { continue };
            let by = match m.origin.by {
                0 => "time.goFunc",
                _ => function((m.origin.by_name)()),
            };
            let state = if m.ended { "finished" } else { "running" };
            let _ = writeln!(
                out,
                "Goroutine {} ({state}) created at:\n  {by}()\n      {}\n",
                m.name.1,
                place(at)
            );
        }
        // The last empty line gives way to the rule.
        out.pop();
        out.push_str(LINE);
        out.push('\n');
        FOUND.fetch_add(1, Ordering::AcqRel);
        Some(out)
    }
}

const LINE: &str = "==================";

fn called(m: &Member) -> String {
    match m.origin.at {
        None => "main goroutine".to_string(),
        Some(_) => format!("goroutine {}", m.name.1),
    }
}

impl Native {
    /// Does something for the goroutine that runs on this thread, if one does.
    fn with(&self, f: impl FnOnce(&mut State, u32)) {
        if let Some((_, g)) = seam::current() {
            let mut guard = self.state.lock();
            if let Some(state) = &mut *guard {
                let me = state.of(g);
                f(state, me);
            }
        }
    }
}

impl Observer for Native {
    fn explores(&self) -> bool {
        false
    }

    fn point(&self, op: Op, tag: Option<&Tag>, at: At) {
        if asked().unwaited {
            self.with(|s, me| s.steps(me, Some(at)));
        }
        seam::at_native_point(op, tag, at);
    }

    fn outcome(&self, _: &mut dyn FnMut() -> String) {}

    fn choose(&self, _: usize) -> usize {
        0
    }

    fn acquire(&self, tag: &Tag, slot: usize) {
        self.with(|s, me| {
            let object = tag.native();
            s.clocks.acquire(me, object, slot);
        });
    }

    fn release(&self, tag: &Tag, slot: usize) {
        self.with(|s, me| {
            let object = tag.native();
            s.clocks.release(me, object, slot);
        });
    }

    fn came(&self, tag: &Tag, came: Came) {
        // What it leaves was told before it took effect.
        if came != Came::Stored {
            self.acquire(tag, 0);
        }
    }

    fn exchange(&self, tag: &Tag, slot: usize, who: Option<&'static G>) {
        self.with(|s, me| {
            let who = who.map_or(me, |g| s.of(g));
            let object = tag.native();
            s.clocks.exchange(who, object, slot);
        });
    }

    fn meet(&self, other: &'static G) {
        self.with(|s, me| {
            let other = s.of(other);
            s.clocks.meet(me, other);
        });
    }

    fn give(&self, other: &'static G) {
        self.with(|s, me| {
            let other = s.of(other);
            s.clocks.give(me, other);
        });
    }

    fn access(&self, tag: &Tag, write: bool, at: At) {
        if !asked().races {
            return;
        }
        let mut report = None;
        self.with(|s, me| {
            let object = tag.native();
            s.clocks.access(me, object, write, at, 0);
            report = s.report(tag);
        });
        if let Some(text) = report {
            stderr::write(&text);
        }
    }

    fn born(&self, g: &'static G) {
        let by = seam::current();
        let mut guard = self.state.lock();
        if let Some(state) = &mut *guard {
            let by = by.map(|(_, by)| state.of(by));
            state.bear(g, by);
        }
    }

    fn ended(&self, g: &'static G) {
        let mut guard = self.state.lock();
        if let Some(state) = &mut *guard {
            let i = state.of(g);
            state.members[i as usize].ended = true;
            state.clocks.ended(i);
            state.free.push_back(i);
        }
    }

    fn hold(&self, _: &Tag, _: Hold) {}

    fn made(&self, _: &Tag, _: &'static str, _: usize, _: At) {}

    fn looks(&self) {}

    fn raised(&self) {}

    fn asks_for(&self, _: u64) {}

    fn print(&self, _: &str, _: bool) {}
}
