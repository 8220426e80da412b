//! Where a runtime's events go while it runs: one lane for each P, and one for whoever holds none.
//!
//! The M that holds a P is the only one to write into its lane, so the lane's lock is free nearly always; it is there for
//! whoever takes the events while the program runs. Events of different lanes are put in order by their times when they
//! are taken: the clock is the system's monotonic one, which goes on between two events of which one causes the other.
//! Whoever makes a goroutine runnable therefore notes it *before* it puts it into a queue, and whoever runs it notes it
//! after he has taken it out.
//!
//! Tapes are pooled and never freed, as Ms are: what notes an event holds a plain reference.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use super::event::{Event, Place, What};
use crate::huge;
use crate::primitives::{CachePadded, Lock};

/// As many as there can be Ps.
const LANES: usize = 1024;
/// The most events that are kept; later ones are counted only.
const MOST: usize = 4 << 20;

/// An event as it is noted: [`Event`] without what is slow.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Note {
    pub(crate) time: u64,
    pub(crate) g: u64,
    pub(crate) m: u32,
    pub(crate) p: u32,
    pub(crate) what: What,
}

/// No M, or no P.
pub(crate) const NONE: u32 = u32::MAX;

/// How many notes a piece of a lane holds at least, and at most. Pieces are never moved: what was noted is touched once.
const PIECE: (usize, usize) = (256, (16 << 20) / size_of::<Note>());

/// What was noted by one writer, in order.
#[derive(Default)]
struct Notes {
    full: Vec<Vec<Note>>,
    piece: Vec<Note>,
}

type Lane = CachePadded<Lock<Notes>>;

/// The events of one runtime.
pub(crate) struct Tape {
    lanes: [OnceLock<Box<Lane>>; LANES],
    shared: Lane,
    start: AtomicU64,
    kept: AtomicUsize,
    lost: AtomicUsize,
}

static POOL: Lock<Vec<&'static Tape>> = Lock::new(Vec::new());

impl Tape {
    /// An empty one that nobody uses.
    pub(super) fn take() -> &'static Tape {
        POOL.lock().pop().unwrap_or_else(|| {
            Box::leak(Box::new(Tape {
                lanes: [const { OnceLock::new() }; LANES],
                shared: Lane::default(),
                start: AtomicU64::new(0),
                kept: AtomicUsize::new(0),
                lost: AtomicUsize::new(0),
            }))
        })
    }

    /// Nobody notes anything on it any more.
    pub(super) fn give_back(&'static self) {
        self.drain();
        self.start.store(0, Ordering::Relaxed);
        POOL.lock().push(self);
    }

    /// The clock shows `now`, and time counts from here unless it does already.
    pub(crate) fn begin(&self, now: u64) {
        let _ = self
            .start
            .compare_exchange(0, now, Ordering::Relaxed, Ordering::Relaxed);
    }

    /// Notes an event. Its lane is that of the P which the caller's M holds.
    pub(crate) fn note(&self, lane: Option<usize>, note: Note) {
        let lane = match lane.and_then(|p| self.lanes.get(p)) {
            Some(lane) => lane.get_or_init(Box::default),
            None => &self.shared,
        };
        let mut lane = lane.lock();
        if lane.piece.len() == lane.piece.capacity() && !self.grow(&mut lane) {
            self.lost.fetch_add(1, Ordering::Relaxed);
            return;
        }
        lane.piece.push(note);
    }

    /// Makes room in a lane, in pieces that grow with it; `false` once all of them together hold too much.
    #[cold]
    fn grow(&self, lane: &mut Notes) -> bool {
        let more = (2 * lane.piece.capacity()).clamp(PIECE.0, PIECE.1);
        if self.kept.fetch_add(more, Ordering::Relaxed) + more > MOST {
            self.kept.fetch_sub(more, Ordering::Relaxed);
            return false;
        }
        let mut piece = Vec::with_capacity(more);
        huge::advise(piece.spare_capacity_mut());
        let full = std::mem::replace(&mut lane.piece, piece);
        lane.full.push(full);
        true
    }

    /// Takes what has been noted, in order, and how many events there was no room for.
    pub(super) fn drain(&self) -> (Vec<Event>, usize) {
        let lanes = self.lanes.iter().filter_map(|lane| Some(&**lane.get()?));
        let mut notes = Vec::new();
        for lane in lanes.chain([&self.shared]) {
            let lane = std::mem::take(&mut *lane.lock());
            notes.extend(lane.full.into_iter().flatten().chain(lane.piece));
        }
        self.kept.store(0, Ordering::Relaxed);
        // Stable: within a lane they are in order, also where the clock stood still.
        notes.sort_by_key(|n| n.time);
        let start = self.start.load(Ordering::Relaxed);
        let events = notes.iter().map(|n| n.event(start)).collect();
        (events, self.lost.swap(0, Ordering::Relaxed))
    }
}

impl Note {
    fn event(&self, start: u64) -> Event {
        let some = |n: u32| (n != NONE).then_some(n as usize);
        // Told by the clock; a moment before the start is the start.
        let since = |t: Duration| t.saturating_sub(Duration::from_nanos(start));
        Event {
            time: Duration::from_nanos(self.time.saturating_sub(start)),
            m: some(self.m),
            p: some(self.p),
            g: (self.g != 0).then_some(self.g),
            what: match self.what {
                What::Timer {
                    how,
                    g,
                    when,
                    of,
                    len,
                    first,
                } => What::Timer {
                    how,
                    g,
                    when: since(when),
                    of,
                    len,
                    first: first.map(since),
                },
                What::ThreadSleep { polls, until } => What::ThreadSleep {
                    polls,
                    until: until.map(since),
                },
                what => what,
            },
        }
    }
}

impl From<&'static std::panic::Location<'static>> for Place {
    fn from(at: &'static std::panic::Location<'static>) -> Place {
        Place {
            file: at.file(),
            line: at.line(),
        }
    }
}
