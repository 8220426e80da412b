//! The runtimes of this process, by number: where a wake-up from one goes that is for another, and whether any of the others
//! can still make one.
//!
//! # When all of a runtime sleeps
//!
//! Then it is a deadlock, unless another runtime may wake somebody. Who shares what with whom is nowhere written, so the
//! others are asked whether all of them sleep, too ([`others`]). They are asked one after the other, and what was true of
//! the first may be false when the last has answered. But one that sleeps is awakened only by a wake-up from outside, by
//! the end of a runtime that one of its threads waits for, or by a thread that is none of a runtime's. The first two are
//! counted (*crossings*), each once it has taken effect, by a thread that is awake meanwhile. So if the count is the same
//! before the first question and after the last, and who asks sleeps then, all slept at one moment: a wake-up that came
//! after its runtime had answered was counted later than that, by one who was not asleep before. Counted before it took
//! effect it might be missed. Other threads are looked for by who asks (`sched/outside.rs`); one whose runtime has just
//! ended is such a one, though it still sleeps in `run`.
//!
//! A thread that called `run` waits for that runtime ([`Caller`]) and does nothing else. So if it is a goroutine's, that
//! goroutine's runtime may sleep although this thread of it does not: else a deadlock inside of a nested `run` would never
//! be told.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::current_scheduler;
use crate::goroutine::G;
use crate::primitives::Lock;
use crate::timers::Fire;

/// Where a wake-up from outside is delivered, and who answers for a runtime.
pub(crate) trait Inbox: Sync {
    /// Makes `g` runnable if this is still runtime `home` and `g` still waits.
    fn deliver(&self, home: u64, g: &'static G);
    /// Has a call made by a thread of the runtime, soon. `false`: it has ended, or makes none for others.
    fn call_soon(&self, _home: u64, _call: Arc<dyn Fire>) -> bool {
        false
    }
    /// Its goroutines as Go prints them.
    fn dump(&self) -> String {
        String::new()
    }
    /// Whether nobody of runtime `home` runs, or will without a wake-up from outside. `false` while it begins or ends.
    fn sleeps(&self, _home: u64) -> bool {
        true
    }
    /// A goroutine of runtime `home` has woken one of another runtime, or was woken by one.
    fn met(&self, _home: u64) {}
}

static HOMES: Lock<Option<HashMap<u64, &'static dyn Inbox>>> = Lock::new(None);
static NEXT_HOME: AtomicU64 = AtomicU64::new(1);
/// How often something came about that lets one runtime go on because of another.
static CROSSINGS: AtomicU64 = AtomicU64::new(0);
/// The threads that have called `run`, and the runtimes that they wait for.
static CALLERS: Lock<Vec<(i32, u64)>> = Lock::new(Vec::new());

/// Registers a runtime and gives it its number.
pub(crate) fn open_home(inbox: &'static dyn Inbox) -> u64 {
    let id = NEXT_HOME.fetch_add(1, Ordering::Relaxed);
    HOMES
        .lock()
        .get_or_insert_with(HashMap::new)
        .insert(id, inbox);
    CROSSINGS.fetch_add(1, Ordering::SeqCst);
    id
}

/// The runtime has ended: nothing is delivered to it any more.
pub(crate) fn close_home(id: u64) {
    if let Some(homes) = HOMES.lock().as_mut() {
        homes.remove(&id);
    }
    CROSSINGS.fetch_add(1, Ordering::SeqCst);
}

/// Whether the runtime of this number has not ended.
pub(crate) fn lives(home: u64) -> bool {
    inbox(home).is_some()
}

fn inbox(home: u64) -> Option<&'static dyn Inbox> {
    HOMES.lock().as_ref()?.get(&home).copied()
}

/// All runtimes but `home`.
fn beside(home: u64) -> Vec<(u64, &'static dyn Inbox)> {
    let homes = HOMES.lock();
    let all = homes.iter().flatten().filter(|(id, _)| **id != home);
    all.map(|(&id, &inbox)| (id, inbox)).collect()
}

/// The goroutines of every runtime as Go prints them.
pub(crate) fn dump_everybody() -> String {
    let texts: Vec<String> = beside(0).iter().map(|(_, i)| i.dump()).collect();
    texts.join("\n")
}

/// From a thread that is not of runtime `home`: has a call made there. `false`: nobody makes it.
#[cold]
pub(crate) fn call_from_outside(home: u64, call: Arc<dyn Fire>) -> bool {
    cross(home, |inbox| inbox.call_soon(home, call)).unwrap_or(false)
}

/// `ready` from a thread that is not of `g`'s runtime.
#[cold]
pub(crate) fn ready_from_outside(g: &'static G) {
    let home = g.home();
    let _ = cross(home, |inbox| inbox.deliver(home, g));
}

/// Delivers something to runtime `home`, if it lives.
fn cross<R>(home: u64, deliver: impl FnOnce(&'static dyn Inbox) -> R) -> Option<R> {
    let to = inbox(home)?;
    let from = current_scheduler().map(|s| s.home());
    let from = from.filter(|&from| from != home);
    if let Some((from, waker)) = from.and_then(|from| Some((from, inbox(from)?))) {
        waker.met(from);
        to.met(home);
    }
    let delivered = deliver(to);
    CROSSINGS.fetch_add(1, Ordering::SeqCst);
    Some(delivered)
}

// ---- whether others can wake somebody --------------------------------------------------------------------------

/// How the other runtimes fare, seen from one in which nobody runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Others {
    /// There are none.
    None,
    /// All sleep, and would for ever. `youngest`: who asks is the last that began.
    Sleep { youngest: bool },
    /// One of them runs, or will.
    Wake,
}

/// How often something was done for a runtime that another one may have done.
pub(crate) fn crossings() -> u64 {
    CROSSINGS.load(Ordering::SeqCst)
}

/// Whether there is no other runtime than `home`.
pub(crate) fn stands_alone(home: u64) -> bool {
    HOMES.lock().iter().flatten().all(|(&id, _)| id == home)
}

/// How the runtimes beside `home` fare. Asks each of them under its lock, so the caller must hold none of its own.
pub(crate) fn others(home: u64) -> Others {
    let others = beside(home);
    if others.is_empty() {
        Others::None
    } else if others.iter().all(|(id, inbox)| inbox.sleeps(*id)) {
        let youngest = others.iter().all(|(id, _)| *id < home);
        Others::Sleep { youngest }
    } else {
        Others::Wake
    }
}

/// The name of thread `m` of runtime `home`: a thread that a goroutine makes has it, too, unless it is given one.
pub(crate) fn thread_name(m: usize, home: u64) -> String {
    format!("M{m}/{home}")
}

/// The runtime that a thread of this name belongs to, or whose goroutine has made it.
pub(crate) fn runtime_of(thread_name: &str) -> Option<u64> {
    let (_, runtime) = thread_name.strip_prefix('M')?.split_once('/')?;
    runtime.trim_end().parse().ok()
}

/// A thread that waits in `run`, until this is dropped.
pub(crate) struct Caller {
    thread: i32,
    home: u64,
}

impl Caller {
    /// This thread waits for runtime `home`.
    pub(crate) fn waits_for(home: u64) -> Caller {
        let thread = rustix::thread::gettid().as_raw_nonzero().get();
        CALLERS.lock().push((thread, home));
        Caller { thread, home }
    }
}

impl Drop for Caller {
    fn drop(&mut self) {
        let me = (self.thread, self.home);
        let mut callers = CALLERS.lock();
        if let Some(i) = callers.iter().rposition(|c| *c == me) {
            callers.swap_remove(i);
        }
    }
}

/// The threads that are in `run`, and whether they wait there: a runtime that has ended lets its thread go on.
pub(crate) fn callers() -> HashMap<i32, bool> {
    let callers = CALLERS.lock().clone();
    let mut waits = HashMap::new();
    for (thread, home) in callers {
        // In the innermost, if there are several.
        waits.insert(thread, lives(home));
    }
    waits
}
