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
use super::packed::{self, Writer};
use crate::primitives::{CachePadded, Lock};

/// As many as there can be Ps.
const LANES: usize = 1024;
/// The most events that are kept; later ones are counted only.
const MOST: usize = 4 << 20;
/// So many of them a lane may note at least, and at most, before it asks for more.
const RATION: (usize, usize) = (256, 1 << 17);

/// An event as it is noted: [`Event`] without what is slow.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Note {
    pub(crate) time: u64,
    pub(crate) g: u64,
    pub(crate) m: u32,
    pub(crate) p: u32,
    pub(crate) what: What,
}

/// No M, or no P.
pub(crate) const NONE: u32 = u32::MAX;

/// How many bytes a piece of a lane has at least, and at most. Pieces are never moved: what was noted is touched once.
const PIECE: (usize, usize) = (4 << 10, 1 << 20);

/// What was noted by one writer, in order.
#[derive(Default)]
struct Notes {
    writer: Writer,
    full: Vec<Vec<u8>>,
    piece: Vec<u8>,
    /// How many more may be noted, and how many that was when it was last asked.
    left: usize,
    ration: usize,
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
        if lane.left == 0 && !self.allow(&mut lane) {
            self.lost.fetch_add(1, Ordering::Relaxed);
            return;
        }
        lane.left -= 1;
        lane.write(&note);
    }

    /// Lets a lane note more; `false` once all of them together have noted too much.
    #[cold]
    fn allow(&self, lane: &mut Notes) -> bool {
        let more = (2 * lane.ration).clamp(RATION.0, RATION.1);
        if self.kept.fetch_add(more, Ordering::Relaxed) + more > MOST {
            self.kept.fetch_sub(more, Ordering::Relaxed);
            return false;
        }
        lane.ration = more;
        lane.left = more;
        true
    }

    /// Takes what has been noted, in order, and how many events there was no room for.
    pub(super) fn drain(&self) -> (Vec<Event>, usize) {
        let lanes = self.lanes.iter().filter_map(|lane| Some(&**lane.get()?));
        let mut notes = Vec::new();
        for lane in lanes.chain([&self.shared]) {
            let lane = std::mem::take(&mut *lane.lock());
            notes.extend(lane.read());
        }
        self.kept.store(0, Ordering::Relaxed);
        // Stable: within a lane they are in order, also where the clock stood still.
        notes.sort_by_key(|n| n.time);
        let start = self.start.load(Ordering::Relaxed);
        let events = notes.iter().map(|n| n.event(start)).collect();
        (events, self.lost.swap(0, Ordering::Relaxed))
    }
}

impl Notes {
    fn write(&mut self, note: &Note) {
        if self.piece.capacity() - self.piece.len() < packed::MOST {
            self.grow();
        }
        self.writer.write(&mut self.piece, note);
    }

    /// Makes room, in pieces that grow.
    #[cold]
    fn grow(&mut self) {
        let more = (2 * self.piece.capacity()).clamp(PIECE.0, PIECE.1);
        let full = std::mem::replace(&mut self.piece, Vec::with_capacity(more));
        self.full.push(full);
    }

    fn read(mut self) -> Vec<Note> {
        self.full.push(self.piece);
        self.writer.read(&self.full)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn started(time: u64) -> Note {
        Note {
            time,
            g: 1,
            m: 0,
            p: 0,
            what: What::Start,
        }
    }

    #[test]
    fn lanes_are_put_in_order_by_time() {
        let tape = Tape::take();
        for time in [10, 30] {
            tape.note(Some(0), started(time));
            tape.note(Some(1), started(time + 1));
            tape.note(None, started(time + 2));
        }
        let times = tape.drain().0.into_iter().map(|e| e.time.as_nanos());
        assert_eq!(times.collect::<Vec<_>>(), [10, 11, 12, 30, 31, 32]);
        tape.give_back();
    }

    #[test]
    fn what_there_is_no_room_for_is_counted_until_the_rest_is_taken() {
        let tape = Tape::take();
        tape.kept.store(MOST - RATION.0, Ordering::Relaxed);
        for time in 0..RATION.0 as u64 + 3 {
            tape.note(Some(0), started(time));
        }
        let (events, lost) = tape.drain();
        assert_eq!((events.len(), lost), (RATION.0, 3));
        tape.note(Some(0), started(0));
        let (events, lost) = tape.drain();
        assert_eq!((events.len(), lost), (1, 0));
        tape.give_back();
    }
}
