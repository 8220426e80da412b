//! Notes in few bytes, so that a trace touches little memory: some ten bytes for an event where a [`Note`] has eighty.
//!
//! A note is a byte that says what it is and what of it is as in the note before, then the time since that one, then what
//! is left. Texts and places of the program are numbers of a table, which each lane has of its own. Numbers are short
//! where they are small ([`varint`]).

use std::collections::HashMap;
use std::hash::Hash;
use std::time::Duration;

use super::event::{Place, Timing, Waker, What};
use super::tape::Note;
use super::varint::{between, beyond, get, put};

/// The most bytes that a note takes: its head, its time, goroutine, M and P, and the largest of [`What`].
pub(super) const MOST: usize = 1 + 4 * NUMBER + 6 * (1 + NUMBER);
/// Of one number.
const NUMBER: usize = 10;

/// In a note's first byte, above its code: the same as in the note before.
const SAME_G: u8 = 1 << 5;
const SAME_M: u8 = 1 << 6;
const SAME_P: u8 = 1 << 7;
const CODE: u8 = SAME_G - 1;

/// Who and when, of the note before.
#[derive(Clone, Copy, Default)]
struct Before {
    time: u64,
    g: u64,
    m: u32,
    p: u32,
}

/// Writes the notes of one lane.
#[derive(Default)]
pub(super) struct Writer {
    before: Before,
    texts: Table<Text>,
    places: Table<Place>,
}

impl Writer {
    /// Writes one, which takes no more than [`MOST`] bytes.
    pub(super) fn write(&mut self, out: &mut Vec<u8>, note: &Note) {
        let Before { time, g, m, p } = self.before;
        let same = |same: bool, flag: u8| if same { flag } else { 0 };
        let (same_g, same_m, same_p) = (note.g == g, note.m == m, note.p == p);
        out.push(
            code(&note.what) | same(same_g, SAME_G) | same(same_m, SAME_M) | same(same_p, SAME_P),
        );
        put(out, between(time, note.time));
        if !same_g {
            put(out, note.g);
        }
        if !same_m {
            put(out, note.m.into());
        }
        if !same_p {
            put(out, note.p.into());
        }
        self.before = Before {
            time: note.time,
            g: note.g,
            m: note.m,
            p: note.p,
        };
        write_fields(note.what, self, out);
    }

    /// The notes in what was written, piece by piece.
    pub(super) fn read(&self, pieces: &[Vec<u8>]) -> Vec<Note> {
        let mut notes = Vec::new();
        let mut reader = Reader {
            bytes: &[],
            before: Before::default(),
            written_by: self,
        };
        for piece in pieces {
            reader.bytes = piece;
            while let Some((&head, rest)) = reader.bytes.split_first() {
                reader.bytes = rest;
                notes.push(reader.note(head));
            }
        }
        notes
    }
}

/// Reads them in the order in which they were written.
struct Reader<'a> {
    bytes: &'a [u8],
    before: Before,
    written_by: &'a Writer,
}

impl Reader<'_> {
    fn note(&mut self, head: u8) -> Note {
        self.before.time = beyond(self.before.time, get(&mut self.bytes));
        if head & SAME_G == 0 {
            self.before.g = Field::read(self);
        }
        if head & SAME_M == 0 {
            self.before.m = Field::read(self);
        }
        if head & SAME_P == 0 {
            self.before.p = Field::read(self);
        }
        let what = read_fields(head & CODE, self);
        let Before { time, g, m, p } = self.before;
        Note {
            time,
            g,
            m,
            p,
            what,
        }
    }
}

/// Each kind of event with its code and its fields, in the order in which they are written.
macro_rules! kinds {
    ($($code:literal $kind:ident { $($field:ident),* })*) => {
        fn code(what: &What) -> u8 {
            match what {
                $(What::$kind { .. } => $code,)*
            }
        }

        #[inline]
        fn write_fields(what: What, writer: &mut Writer, out: &mut Vec<u8>) {
            match what {
                $(What::$kind { $($field),* } => {
                    $($field.write(writer, out);)*
                })*
            }
        }

        fn read_fields(code: u8, reader: &mut Reader<'_>) -> What {
            match code {
                $($code => What::$kind { $($field: Field::read(reader)),* },)*
                _ => unreachable!("no kind of event has the code {code}"),
            }
        }

        const _: () = { $(assert!($code < SAME_G);)* };
    };
}

kinds! {
    0 Procs { n }
    1 ProcStart {}
    2 ProcStop {}
    3 Create { g, name, at }
    4 Start {}
    5 Yield {}
    6 StandBack {}
    7 Preempt {}
    8 Stay {}
    9 Block { reason, at }
    10 End {}
    11 ThreadEnd {}
    12 ThreadSleep { polls, until }
    13 ThreadWake {}
    14 Timer { how, g, when, of, len, first }
    15 Unblock { g, by }
    16 Steal { from, n, g }
    17 Move { g, to }
    18 SyscallEnter { at }
    19 SyscallExit {}
    20 Retake {}
    21 Poll { ready }
    22 Sched { idle_procs, threads, spinning, idle_threads, global }
    23 Queue { len, ran }
    24 Make { object, kind, detail, at }
    25 Op { op, object, at }
    26 Chan { object, len, recvx, receivers, senders, closed }
}

/// What a kind of event can have: at most one byte and one number.
trait Field: Sized {
    fn write(self, writer: &mut Writer, out: &mut Vec<u8>);
    fn read(reader: &mut Reader<'_>) -> Self;
}

macro_rules! numbers {
    ($($t:ty)*) => {$(
        impl Field for $t {
            #[inline]
            fn write(self, _: &mut Writer, out: &mut Vec<u8>) {
                put(out, self as u64);
            }

            fn read(reader: &mut Reader<'_>) -> $t {
                get(&mut reader.bytes) as $t
            }
        }
    )*};
}

numbers! { u32 u64 usize }

impl Field for bool {
    #[inline]
    fn write(self, _: &mut Writer, out: &mut Vec<u8>) {
        out.push(self.into());
    }

    fn read(reader: &mut Reader<'_>) -> bool {
        u32::read(reader) != 0
    }
}

impl<T: Field> Field for Option<T> {
    #[inline]
    fn write(self, writer: &mut Writer, out: &mut Vec<u8>) {
        self.is_some().write(writer, out);
        if let Some(v) = self {
            v.write(writer, out);
        }
    }

    fn read(reader: &mut Reader<'_>) -> Option<T> {
        bool::read(reader).then(|| T::read(reader))
    }
}

/// A moment of the clock, of which a note has its own close by.
impl Field for Duration {
    fn write(self, writer: &mut Writer, out: &mut Vec<u8>) {
        put(out, between(writer.before.time, self.as_nanos() as u64));
    }

    fn read(reader: &mut Reader<'_>) -> Duration {
        let way = get(&mut reader.bytes);
        Duration::from_nanos(beyond(reader.before.time, way))
    }
}

macro_rules! words {
    ($($t:ident { $($word:ident),* })*) => {$(
        impl Field for $t {
            #[inline]
            fn write(self, _: &mut Writer, out: &mut Vec<u8>) {
                out.push(self as u8);
            }

            fn read(reader: &mut Reader<'_>) -> $t {
                let n = u32::read(reader);
                let all = [$($t::$word),*].into_iter();
                all.clone().find(|&word| word as u32 == n).expect("it was written as one of them")
            }
        }
    )*};
}

words! {
    Waker { Goroutine, Timer, Netpoller, Outside }
    Timing { Set, SetAnew, Stopped, Fires }
}

impl Field for &'static str {
    #[inline]
    fn write(self, writer: &mut Writer, out: &mut Vec<u8>) {
        let n = writer.texts.number(Text(self));
        put(out, n.into());
    }

    fn read(reader: &mut Reader<'_>) -> &'static str {
        let n = usize::read(reader);
        reader.written_by.texts.all[n].0
    }
}

impl Field for Place {
    #[inline]
    fn write(self, writer: &mut Writer, out: &mut Vec<u8>) {
        let n = writer.places.number(self);
        put(out, n.into());
    }

    fn read(reader: &mut Reader<'_>) -> Place {
        let n = usize::read(reader);
        reader.written_by.places.all[n]
    }
}

/// A text of the program: the same if it lies at the same place.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Text(&'static str);

/// What was met, each once, with its number.
struct Table<T> {
    all: Vec<T>,
    numbers: HashMap<T, u32>,
    /// Numbers of those that were met last, found without hashing.
    recent: [u32; RECENT],
}

/// More than a loop of a program has places.
const RECENT: usize = 128;

impl<T> Default for Table<T> {
    fn default() -> Self {
        Table {
            all: Vec::new(),
            numbers: HashMap::new(),
            recent: [0; RECENT],
        }
    }
}

impl<T: Seen> Table<T> {
    #[inline]
    fn number(&mut self, v: T) -> u32 {
        let recent = v.lies_at() % RECENT;
        let n = self.recent[recent];
        match self.all.get(n as usize) {
            Some(known) if known.is(&v) => n,
            _ => self.look_up(v, recent),
        }
    }

    #[cold]
    fn look_up(&mut self, v: T, recent: usize) -> u32 {
        let n = *self.numbers.entry(v).or_insert_with(|| {
            self.all.push(v);
            (self.all.len() - 1) as u32
        });
        self.recent[recent] = n;
        n
    }
}

/// What is known by where it lies.
trait Seen: Copy + Eq + Hash {
    /// A number of few collisions for neighbours.
    fn lies_at(&self) -> usize;
    /// Whether it is the very same. Two that are equal need not be.
    fn is(&self, other: &Self) -> bool;
}

impl Seen for Text {
    fn lies_at(&self) -> usize {
        self.0.as_ptr().addr()
    }

    fn is(&self, other: &Text) -> bool {
        std::ptr::eq(self.0, other.0)
    }
}

impl Seen for Place {
    fn lies_at(&self) -> usize {
        self.file.as_ptr().addr() ^ self.line as usize
    }

    fn is(&self, other: &Place) -> bool {
        self.line == other.line && std::ptr::eq(self.file, other.file)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tape::NONE;
    use super::*;

    const HERE: Place = Place {
        file: "here.rs",
        line: 7,
    };

    /// One of each kind, with numbers that are small, large and the largest.
    fn some_of_each(n: usize) -> Vec<What> {
        let g = n as u64;
        let half = n as u32;
        let (at, when) = (Some(HERE), Duration::from_nanos(g));
        vec![
            What::Procs { n },
            What::ProcStart,
            What::ProcStop,
            What::Create {
                g,
                name: "main",
                at,
            },
            What::Start,
            What::Yield,
            What::StandBack,
            What::Preempt,
            What::Stay,
            What::Block {
                reason: "select",
                at: None,
            },
            What::End,
            What::ThreadEnd,
            What::ThreadSleep {
                polls: true,
                until: Some(when),
            },
            What::ThreadSleep {
                polls: false,
                until: None,
            },
            What::ThreadWake,
            What::Timer {
                how: Timing::Stopped,
                g,
                when,
                of: half,
                len: half,
                first: Some(when),
            },
            What::Unblock {
                g,
                by: Waker::Outside,
            },
            What::Steal { from: n, n, g },
            What::Move { g, to: Some(n) },
            What::Move { g, to: None },
            What::SyscallEnter { at },
            What::SyscallExit,
            What::Retake,
            What::Poll { ready: n },
            What::Sched {
                idle_procs: n,
                threads: n,
                spinning: n,
                idle_threads: n,
                global: n,
            },
            What::Queue { len: n, ran: half },
            What::Make {
                object: half,
                kind: "chan",
                detail: n,
                at,
            },
            What::Op {
                op: "send",
                object: half,
                at,
            },
            What::Chan {
                object: half,
                len: half,
                recvx: half,
                receivers: half,
                senders: half,
                closed: true,
            },
        ]
    }

    #[test]
    fn what_is_written_is_read_from_however_many_pieces() {
        let mut writer = Writer::default();
        let mut pieces = vec![Vec::new()];
        let mut notes = Vec::new();
        for (i, n) in [0, 1, 300, usize::MAX].into_iter().enumerate() {
            for what in some_of_each(n) {
                // The clock goes back where threads without a P take turns.
                for (time, g, m) in [(n as u64, 0, NONE), (1_000, 5, 2), (900, 5, 2)] {
                    let note = Note {
                        time,
                        g,
                        m,
                        p: i as u32,
                        what,
                    };
                    let piece = pieces.last_mut().unwrap();
                    let before = piece.len();
                    writer.write(piece, &note);
                    assert!(piece.len() - before <= MOST, "{note:?}");
                    notes.push(note);
                    if notes.len() % 50 == 0 {
                        pieces.push(Vec::new());
                    }
                }
            }
        }
        assert_eq!(writer.read(&pieces), notes);
    }

    #[test]
    fn an_event_like_the_one_before_takes_few_bytes() {
        let (mut writer, mut out) = (Writer::default(), Vec::new());
        let what = What::Op {
            op: "send",
            object: 3,
            at: Some(HERE),
        };
        for time in [1_000_000, 1_000_050] {
            out.clear();
            let note = Note {
                time,
                g: 70_000,
                m: 1,
                p: 1,
                what,
            };
            writer.write(&mut out, &note);
        }
        assert_eq!(out.len(), 6);
    }

    #[test]
    fn texts_and_places_have_one_number_each_however_many_there_are() {
        let mut table = Table::default();
        let lines = || (0..1_000).map(|line| Place { line, ..HERE });
        for _ in 0..2 {
            for place in lines() {
                assert_eq!(table.number(place), place.line);
            }
        }
        assert_eq!(table.all, lines().collect::<Vec<_>>());
    }
}
