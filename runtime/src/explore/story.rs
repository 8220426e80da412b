//! One schedule, step by step, as plain data: what tables, lanes and lessons are drawn from.

use std::panic::Location;

use crate::lab::{CLOCK, Holding, Outcome, What};

/// A place in a program's source.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// The file, as the compiler was given it.
    pub file: String,
    /// From 1.
    pub line: u32,
    /// From 1.
    pub column: u32,
}

impl Place {
    pub(crate) fn of(l: &'static Location<'static>) -> Place {
        Place {
            file: l.file().to_string(),
            line: l.line(),
            column: l.column(),
        }
    }

    /// The file without its folders.
    pub fn name(&self) -> &str {
        self.file.rsplit(['/', '\\']).next().unwrap_or(&self.file)
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// One goroutine of a [`Story`].
#[derive(Clone, Debug, PartialEq, Default)]
#[non_exhaustive]
pub struct Member {
    /// Its number; main is 1.
    pub id: u64,
    /// Who made it; 0 for main.
    pub by: u64,
    /// The `go` that made it.
    pub place: Option<Place>,
}

/// One object of a [`Story`].
#[derive(Clone, Debug, PartialEq, Default)]
#[non_exhaustive]
pub struct Thing {
    /// What it is (`chan`, `sync.WaitGroup`, `variable`); empty where nobody said.
    pub kind: String,
    /// A channel's capacity.
    pub detail: u64,
    /// Where it was made.
    pub place: Option<Place>,
}

/// One step of a [`Story`].
#[derive(Clone, Debug, PartialEq, Default)]
#[non_exhaustive]
pub struct Moment {
    /// Its number, from 1.
    pub number: u64,
    /// The goroutine that made it; 0: the clock.
    pub who: u64,
    /// `begins`, `wakes`, `clock`, or the operation's name (`get`, `send`, `lock`, …).
    pub what: String,
    /// The object's index in [`Story::things`]; 0: none.
    pub object: usize,
    /// When, in nanoseconds of the schedule's clock: 0 until it first moves.
    pub time: u64,
    /// Where in the program.
    pub place: Option<Place>,
    /// The value that went in, or `→` and the one that came out.
    pub outcome: String,
    /// Why its goroutine waits after it, in Go's words.
    pub parked: Option<String>,
    /// It was the goroutine's last.
    pub ended: bool,
    /// The goroutine could have gone on, but another one did.
    pub preempted: bool,
    /// What it printed.
    pub printed: String,
    /// Who could run from then on: goroutines that it made or woke.
    pub ready: Vec<u64>,
    /// How the channels stood after it that it was about.
    pub stands: Vec<Stand>,
    /// Who held which lock after it: all locks, not only the one that it was about.
    pub holds: Vec<Hold>,
}

/// How a channel stood. A value is an empty text where its type is none of the common ones.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Stand {
    /// The channel, as an index.
    pub object: usize,
    /// The place that the next receive takes.
    pub recvx: u64,
    /// Whether it is closed.
    pub closed: bool,
    /// The values in its buffer, the oldest first.
    pub buf: Vec<String>,
    /// Who waits to send, longest first, and what. Whoever began to wait in this very step may be missing.
    pub sendq: Vec<(u64, String)>,
    /// Who waits to receive, longest first; with the same exception.
    pub recvq: Vec<u64>,
}

/// Somebody who waits at the end of a [`Story`].
#[derive(Clone, Debug, PartialEq, Default)]
#[non_exhaustive]
pub struct Wait {
    /// The goroutine.
    pub who: u64,
    /// Why, in Go's words.
    pub reason: String,
    /// Where.
    pub place: Option<Place>,
    /// What it waits on, as an index; 0: nothing.
    pub object: usize,
}

/// Somebody who holds a lock: after a [`Moment`], or at the end of a [`Story`].
#[derive(Clone, Debug, PartialEq, Default)]
#[non_exhaustive]
pub struct Hold {
    /// The goroutine.
    pub who: u64,
    /// The lock, as an index.
    pub object: usize,
    /// Where it was locked.
    pub place: Option<Place>,
    /// Held for reading.
    pub shared: bool,
}

impl Hold {
    fn of(h: &Holding) -> Hold {
        Hold {
            who: u64::from(h.who),
            object: h.object as usize,
            place: h.at.map(Place::of),
            shared: h.shared,
        }
    }
}

/// One of the two accesses of a race.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Access {
    /// The goroutine.
    pub who: u64,
    /// Where.
    pub place: Place,
    /// Whether it wrote.
    pub write: bool,
}

/// Two accesses that nothing orders.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Race {
    /// The variable, as an index.
    pub object: usize,
    /// The one that came first in this schedule.
    pub first: Access,
    /// The other.
    pub second: Access,
}

/// What the steps come to that a [`Story`] leaves out.
#[derive(Clone, Debug, PartialEq, Default)]
#[non_exhaustive]
pub struct Untold {
    /// Whose last step is among them.
    pub ended: Vec<u64>,
    /// Which object was used by whom.
    pub users: Vec<(usize, u64)>,
    /// How many values were sent on a channel, but for those of a select.
    pub sent: Vec<(usize, u64)>,
    /// On which channels a select may have sent.
    pub selected: Vec<usize>,
    /// What was added to a WaitGroup, less what was taken off.
    pub added: Vec<(usize, i64)>,
}

/// One schedule, step by step.
#[derive(Clone, Debug, PartialEq, Default)]
#[non_exhaustive]
pub struct Story {
    /// The goroutines, main first.
    pub members: Vec<Member>,
    /// The objects; index 0 is none, 1 the program's output.
    pub things: Vec<Thing>,
    /// The steps. Of a very long schedule only the first and the last: then their numbers jump.
    pub moments: Vec<Moment>,
    /// What those left out come to.
    pub untold: Untold,
    /// Who waits at the end.
    pub waits: Vec<Wait>,
    /// Who holds what at the end.
    pub holds: Vec<Hold>,
    /// The first race.
    pub race: Option<Race>,
    /// Whether main returned.
    pub main_returned: bool,
    /// What was printed on stdout until main returned.
    pub output: String,
}

/// How many steps are kept at each end of a long schedule.
const ENDS: usize = 500;

impl Untold {
    fn of(u: &crate::lab::Untold) -> Untold {
        Untold {
            ended: u.ended.iter().map(|&g| u64::from(g)).collect(),
            users: u
                .users
                .iter()
                .map(|&(o, g)| (o as usize, u64::from(g)))
                .collect(),
            sent: u.sent.iter().map(|(&o, &n)| (o as usize, n)).collect(),
            selected: u.selected.iter().map(|&o| o as usize).collect(),
            added: u.added.iter().map(|(&o, &n)| (o as usize, n)).collect(),
        }
    }
}

impl Story {
    /// The two sides of a race if they are an `add` and a `wait`.
    pub(super) fn race_for_a_group(&self) -> Option<(&Access, &Access)> {
        let r = self.race.as_ref()?;
        let (add, wait) = match r.first.write {
            true => (&r.second, &r.first),
            false => (&r.first, &r.second),
        };
        let did = |a: &Access, what: &str| {
            let there = |m: &Moment| m.who == a.who && m.place.as_ref() == Some(&a.place);
            self.moments.iter().any(|m| there(m) && m.what == what)
        };
        (did(add, "add") && did(wait, "wait")).then_some((add, wait))
    }

    /// Whether it is a close that races.
    pub(super) fn race_on_a_channel(&self) -> bool {
        self.race.as_ref().is_some_and(|r| {
            let there = |m: &Moment| {
                [&r.first, &r.second]
                    .iter()
                    .any(|a| a.write && m.who == a.who && m.place.as_ref() == Some(&a.place))
            };
            self.moments.iter().any(|m| there(m) && m.what == "close")
        })
    }

    pub(super) fn of(o: &Outcome<'_>) -> Story {
        let all = o.recorded_steps();
        let told = |i: usize| i < ENDS || i + ENDS >= all;
        let mut untold = o.untold().clone();
        o.records()
            .filter(|(i, _)| !told(*i))
            .for_each(|(_, r)| untold.count(r));
        let moments = o
            .records()
            .filter(|(i, _)| told(*i))
            .map(|(i, r)| Moment {
                number: i as u64 + 1,
                who: u64::from(r.who),
                what: match r.what {
                    What::Begins => "begins",
                    What::Wakes => "wakes",
                    What::Clock => "clock",
                    What::Does(op) => op.word(),
                }
                .to_string(),
                object: r.object as usize,
                time: r.time,
                place: r.at.map(Place::of),
                outcome: r.outcome.clone(),
                parked: r.parked.map(|p| p.as_str().to_string()),
                ended: r.ended,
                preempted: r.preempted && r.who != CLOCK,
                printed: r.printed.clone(),
                ready: r.ready.iter().map(|&g| u64::from(g)).collect(),
                stands: r
                    .stands
                    .iter()
                    .map(|s| Stand {
                        object: s.object as usize,
                        recvx: s.recvx as u64,
                        closed: s.closed,
                        buf: s.contents.buf.clone(),
                        sendq: s.contents.sendq.clone(),
                        recvq: s.contents.recvq.clone(),
                    })
                    .collect(),
                holds: r.held.iter().map(Hold::of).collect(),
            })
            .collect();
        let access = |(who, at, write): (u32, &'static Location<'static>, bool)| Access {
            who: u64::from(who),
            place: Place::of(at),
            write,
        };
        Story {
            members: o
                .origins()
                .into_iter()
                .zip(1..)
                .map(|((by, at), id)| Member {
                    id,
                    by,
                    place: at.map(Place::of),
                })
                .collect(),
            things: o
                .made()
                .into_iter()
                .map(|m| Thing {
                    kind: m.kind.to_string(),
                    detail: m.detail as u64,
                    place: m.at.map(Place::of),
                })
                .collect(),
            moments,
            untold: Untold::of(&untold),
            waits: o
                .waiters()
                .into_iter()
                .map(|w| Wait {
                    who: u64::from(w.who),
                    reason: w.reason.as_str().to_string(),
                    place: w.at.map(Place::of),
                    object: w.object as usize,
                })
                .collect(),
            holds: o.holdings().iter().map(Hold::of).collect(),
            race: o.race().map(|r| Race {
                object: r.object as usize,
                first: access(r.first),
                second: access(r.second),
            }),
            main_returned: o.main_returned(),
            output: o.output().to_string(),
        }
    }
}
