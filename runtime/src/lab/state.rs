//! The state of the schedule that is being run: who there is and how each stands, and the clock.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::panic::Location;
use std::sync::Arc;
use std::time::Duration;

use super::clocks::Clocks;
use super::facts::{Counts, Fact};
use super::footprint::{Footprint, How, Touch};
use super::handed::{Asking, Handed};
use super::idle::{Idle, Tries};
use super::objects::Object;
use super::owners::Owners;
use super::pulse::Pulse;
use super::record::{Holding, Record, Recorded, Untold, What};
use super::rng::mix;
use super::strategy::{Asked, Driver, Intent, Random};
use super::structure::Structure;
use crate::goroutine::{G, WaitReason};
use crate::seam::Op;
use crate::timers::{Due, Fire, Heap, Key, NEVER};

pub(super) type At = &'static Location<'static>;

/// No goroutine.
pub(super) const NOBODY: u32 = u32::MAX;
/// The object that stands for the program's output.
pub(super) const OUTPUT: u32 = 1;
/// In footprints: with a goroutine's number, by what it is woken where it waits in several queues.
pub(super) const CLAIM: u32 = 1 << 30;
/// In footprints: the timers that are set.
pub(super) const TIMERS: u32 = u32::MAX - 1;
/// And what the clock says.
pub(super) const NOW: u32 = u32::MAX - 2;
/// The virtual clock's first moment, in nanoseconds.
pub(super) const DAWN: u64 = 1_000_000_000;
/// A hundred years in nanoseconds: no timer for later wins against work that is ready. `Duration::MAX` means for ever.
const A_LIFE: u64 = 100 * 365 * 24 * 3_600 * 1_000_000_000;
/// A goroutine gives way when its fruitless operations weigh this much: three tries, twelve reads, or 24 locks that it
/// takes one after the other with nothing else in between.
pub(super) const PATIENCE: u8 = 48;
/// So often, in steps, it is looked whether somebody who could run has had no turn for twice as long: then it has it.
/// However long others go on among themselves, on a real machine they would not keep it from that.
const LOOK: u64 = 1_024;
/// How many more steps a schedule may have once some goroutines have locked each other out.
const AFTER_A_RING: u64 = 2_000;
/// How many more steps it may have once main has returned: who goes on for ever then is soon known to.
const AFTER_MAIN: u64 = 100_000;

/// How a schedule ended.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Verdict {
    /// main returned, and all others ended.
    Passed,
    Panic {
        who: u32,
        text: String,
        at: Option<String>,
    },
    Fatal {
        who: u32,
        text: Cow<'static, str>,
    },
    /// main waits, or has left by `goexit`, and nobody can run; or some have locked each other out.
    Deadlock {
        main_exited: bool,
    },
    /// main returned, and somebody waits for ever.
    Leak,
    /// It made as many steps as are allowed.
    StepLimit,
}

/// A goroutine that waits once nobody can run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Waiter {
    pub(crate) who: u32,
    pub(crate) reason: WaitReason,
    pub(crate) at: Option<At>,
    /// What it waits on; 0: nothing that is known.
    pub(crate) object: u32,
}

/// What a goroutine will do in its next step.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pending {
    pub(super) what: What,
    pub(super) object: u32,
    pub(super) at: Option<At>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Stand {
    Ready,
    Waits,
    Ended,
}

/// What is known of one goroutine.
#[derive(Debug)]
pub(super) struct Slot {
    pub(super) g: &'static G,
    /// The same in every schedule in which the same goroutine makes it in the same place of its own course.
    pub(super) ident: u64,
    pub(super) children: u32,
    /// Operations begun.
    pub(super) ops: u32,
    /// The step that it made last, or at which it came to be able to make one.
    pub(super) since: u64,
    pub(super) stand: Stand,
    pub(super) pending: Pending,
    /// What it last did, for who waits.
    pub(super) last: Pending,
    pub(super) fruitless: u8,
    pub(super) tries: Tries,
    pub(super) held: u32,
    /// Locks it has ever had.
    pub(super) had: u32,
    /// The locks that it has, a bit each; a bit may stand for several.
    pub(super) locks: u64,
    pub(super) begun: bool,
    pub(super) amid: bool,
    pub(super) wrote: bool,
    pub(super) printed: bool,
    pub(super) handed: Handed,
    /// It has begun a blocking call.
    pub(super) called: bool,
    /// It has come to a receive or a select.
    pub(super) listens: bool,
    /// It has waited at a condition variable.
    pub(super) conditional: bool,
    /// It has done something after main had returned.
    pub(super) went_on: bool,
}

/// See the file's head. Everything is reused from schedule to schedule.
pub(super) struct State {
    pub(super) epoch: u32,
    pub(super) max_steps: u64,
    /// From this step on whoever can go on does, and when it waits or gives way it is drawn who comes next. Two who get in
    /// each other's way only because they go on in step for ever would need the most unlikely of schedules.
    pub(super) relents: u64,
    pub(super) recording: bool,
    /// What is asked apart.
    pub(super) asking: Option<Asking>,
    /// Who waited to send when it was the turn of the one that comes last; none yet.
    pub(super) held_up: Option<u32>,
    /// While one comes last, until it is its turn: how many values lie in each channel.
    pub(super) lies: BTreeMap<u32, u32>,
    pub(super) provoking: bool,
    /// While provoking, or where one comes last: who can run and is not kept waiting.
    pub(super) eager: Vec<u32>,
    pub(super) driver: Driver,
    /// Whether the driver is asked where only one can run.
    pub(super) asked: Asked,
    /// Whether nothing but the driver is asked, and nothing but turns and counts is kept.
    pub(super) plain: bool,
    /// Somebody made steps alone since the driver was last asked.
    pub(super) alone: bool,
    /// Whether steps leave footprints, and that of the present one.
    pub(super) tracing: bool,
    pub(super) print: Footprint,
    /// Objects that were known before it.
    pub(super) known: u32,
    /// The first timer, and how many there are; and how many have been set in the present step.
    pub(super) timed: (u64, usize),
    pub(super) timers_set: usize,
    /// Who can make a step, and who would wait in it.
    pub(super) can: Vec<u32>,
    pub(super) stopped: Vec<(u32, Touch)>,
    pub(super) current: u32,
    pub(super) next: u32,
    pub(super) steps: u64,
    pub(super) verdict: Option<Verdict>,
    pub(super) main_returned: bool,
    /// Main has come to an operation that waits for others.
    pub(super) main_waited: bool,
    pub(super) output: String,
    pub(super) counts: Counts,
    pub(super) recorded: Recorded,
    pub(super) records: Vec<Record>,
    /// How many of them were left out, after the first [`KEPT`](super::record::KEPT).
    pub(super) left_out: usize,
    /// And what they come to.
    pub(super) untold: Untold,
    pub(super) holdings: Vec<Holding>,
    pub(super) owners: Owners,
    pub(super) structure: Structure,
    /// Those who wait in the middle of their unwinding.
    pub(super) unwinding: Vec<u32>,
    /// Where somebody first did.
    pub(super) unwound_at: Option<At>,
    pub(super) clocks: Clocks,
    pub(super) now: u64,
    pub(super) idle: Idle,
    pub(super) pulse: &'static Pulse,
    pub(super) timers: &'static Heap,
    /// Functions of timers that are due: the engine calls them, with nothing of this borrowed, and decides again.
    pub(super) calls: Vec<(Arc<dyn Fire>, Key)>,
    pub(super) slots: Vec<Slot>,
    /// Goroutines that no goroutine made: main, and those of timers.
    pub(super) strays: u32,
    pub(super) runnable: Vec<u32>,
    pub(super) fresh: Vec<u32>,
    pub(super) intents: Vec<Intent>,
    pub(super) alive: usize,
    pub(super) objects: Vec<Object>,
    pub(super) workers: u32,
    pub(super) amid: u32,
    /// Blocking calls under way.
    pub(super) away: u32,
    /// How long the system was waited for, at most.
    pub(super) outside: Duration,
}

impl State {
    pub(super) fn new() -> State {
        State {
            epoch: 0,
            max_steps: 0,
            relents: u64::MAX,
            recording: false,
            asking: None,
            held_up: None,
            lies: BTreeMap::new(),
            provoking: false,
            eager: Vec::new(),
            driver: Driver::Random(Random::new(0, 0, false)),
            asked: Asked::Always,
            plain: false,
            alone: false,
            tracing: false,
            print: Footprint::default(),
            known: 0,
            timed: (NEVER, 0),
            timers_set: 0,
            can: Vec::new(),
            stopped: Vec::new(),
            current: NOBODY,
            next: NOBODY,
            steps: 0,
            verdict: None,
            main_returned: false,
            main_waited: false,
            output: String::new(),
            counts: Counts::ZERO,
            recorded: Recorded::default(),
            records: Vec::new(),
            left_out: 0,
            untold: Untold::default(),
            holdings: Vec::new(),
            owners: Owners::default(),
            structure: Structure::default(),
            unwinding: Vec::new(),
            unwound_at: None,
            clocks: Clocks::default(),
            now: DAWN,
            idle: Idle::new(),
            pulse: Box::leak(Box::new(Pulse::new())),
            timers: Box::leak(Box::new(Heap::new())),
            calls: Vec::new(),
            slots: Vec::new(),
            strays: 0,
            runnable: Vec::new(),
            fresh: Vec::new(),
            intents: Vec::new(),
            alive: 0,
            objects: Vec::new(),
            workers: 0,
            amid: 0,
            away: 0,
            outside: Duration::ZERO,
        }
    }

    pub(super) fn reset(&mut self, epoch: u32, races: bool) {
        self.epoch = epoch;
        self.held_up = None;
        self.lies.clear();
        self.alone = false;
        self.tracing = false;
        self.print.clear();
        self.timed = (NEVER, 0);
        self.timers_set = 0;
        self.known = 0;
        self.current = NOBODY;
        self.next = NOBODY;
        self.steps = 0;
        self.verdict = None;
        self.main_returned = false;
        self.main_waited = false;
        self.output.clear();
        self.counts = Counts::ZERO;
        self.recorded.reset();
        self.records.clear();
        self.left_out = 0;
        self.untold = Untold::default();
        self.holdings.clear();
        self.owners.reset();
        self.structure.reset();
        self.unwinding.clear();
        self.unwound_at = None;
        self.clocks.reset(races);
        self.now = DAWN;
        self.idle = Idle::new();
        self.slots.clear();
        self.strays = 0;
        self.runnable.clear();
        self.fresh.clear();
        self.intents.clear();
        self.alive = 0;
        self.objects.clear();
        self.workers = 0;
        self.amid = 0;
        self.away = 0;
        self.outside = Duration::ZERO;
        // 0 is no object, 1 is the output.
        self.objects.push(Object::new());
        self.objects.push(Object::new());
    }

    #[inline]
    pub(super) fn slot(&mut self, who: u32) -> &mut Slot {
        &mut self.slots[who as usize - 1]
    }

    #[inline]
    pub(super) fn g(&self, who: u32) -> &'static G {
        self.slots[who as usize - 1].g
    }

    /// Goroutines that have not ended.
    pub(super) fn alive(&self) -> usize {
        self.alive
    }

    /// The number of the goroutine to be made next.
    pub(super) fn next_id(&self) -> u32 {
        self.slots.len() as u32 + 1
    }

    pub(super) fn everybody(&self) -> impl Iterator<Item = (&'static G, bool)> + '_ {
        self.slots.iter().map(|s| (s.g, s.stand == Stand::Ended))
    }

    // ---- births, waits, ends --------------------------------------------------------------------------------------

    pub(super) fn born(&mut self, g: &'static G) {
        let who = self.next_id();
        self.is_ready(who);
        let by = (self.current != NOBODY).then_some(self.current);
        let ident = match by {
            Some(by) => {
                let parent = self.slot(by);
                parent.children += 1;
                mix(parent.ident, u64::from(parent.children))
            }
            // main, or a timer's.
            None => {
                self.strays += 1;
                u64::from(self.strays)
            }
        };
        self.slots.push(Slot {
            g,
            ident,
            children: 0,
            ops: 0,
            since: self.steps,
            stand: Stand::Ready,
            pending: Pending {
                what: What::Begins,
                object: 0,
                at: None,
            },
            last: Pending {
                what: What::Begins,
                object: 0,
                at: None,
            },
            fruitless: 0,
            tries: Tries::default(),
            held: 0,
            had: 0,
            locks: 0,
            begun: false,
            amid: false,
            wrote: false,
            printed: false,
            handed: Handed::default(),
            called: false,
            listens: false,
            conditional: false,
            went_on: false,
        });
        self.runnable.push(who);
        self.fresh.push(who);
        self.idle.progress();
        self.intents.push(Intent::NOTHING);
        self.alive += 1;
        self.clocks.birth(by.map(|by| by - 1));
        let main = u32::from(self.slots[0].stand != Stand::Ended);
        self.counts.at_least(Fact::alive, self.alive as u32 - main);
        if self.tracing {
            self.print.enabled.push(who);
            if who != 1 && by != Some(1) {
                self.numbers(false);
            }
        }
        if who != 1 && by.is_some() {
            self.counts.add(Fact::goroutines);
            if !self.main_waited {
                self.counts.add(Fact::forked);
            }
        }
    }

    fn unrunnable(&mut self, who: u32) {
        self.idle.progress();
        if let Ok(i) = self.runnable.binary_search(&who) {
            self.runnable.remove(i);
        }
    }

    pub(super) fn parked(&mut self, who: u32) {
        self.unrunnable(who);
        self.intents[who as usize - 1].object = 0;
        let slot = self.slot(who);
        slot.stand = Stand::Waits;
        slot.fruitless = 0;
        slot.pending.what = What::Wakes;
        let reason = slot.g.wait_reason();
        let object = slot.last.object;
        self.count_wait(who, object, reason);
        if self.tracing {
            self.waits(object, reason);
        }
        if self.owners.waits(who, object, reason, &self.holdings) {
            // Whatever the others still do, this is how it ends: they need not be watched for long.
            self.max_steps = self.max_steps.min(self.steps + AFTER_A_RING);
        }
        if self.recording
            && let Some(r) = self.records.last_mut()
        {
            r.parked = Some(reason);
        }
    }

    /// Writes down that somebody can run from here on.
    #[inline]
    fn is_ready(&mut self, who: u32) {
        if self.recording
            && let Some(r) = self.records.last_mut()
        {
            r.ready.push(who);
        }
    }

    pub(super) fn woken(&mut self, who: u32) {
        let steps = self.steps;
        let slot = self.slot(who);
        debug_assert_eq!(slot.stand, Stand::Waits);
        slot.stand = Stand::Ready;
        slot.since = steps;
        self.is_ready(who);
        self.owners.wakes(who);
        if self.tracing {
            self.print.enabled.push(who);
        }
        if let Err(i) = self.runnable.binary_search(&who) {
            self.runnable.insert(i, who);
            self.fresh.push(who);
            self.idle.progress();
        }
    }

    /// `who`, whom a panic unwinds, waits.
    #[cold]
    pub(super) fn waits_unwinding(&mut self, who: u32) {
        // Once somebody does, everybody seems to unwind.
        if self.unwinding.is_empty() {
            self.unwinding.push(who);
            let g = self.g(who);
            self.unwound_at = self.unwound_at.or(g.place());
        }
    }

    pub(super) fn ended(&mut self, who: u32) {
        self.unrunnable(who);
        self.alive -= 1;
        self.clocks.ended(who - 1);
        let slot = self.slot(who);
        slot.stand = Stand::Ended;
        self.unwinding.retain(|&w| w != who);
        let slot = self.slot(who);
        let amid = slot.amid;
        let counts_off = slot.ops == 1 && slot.last.what == What::Does(Op::Done);
        let idle = slot.ops == 0 || counts_off;
        if who != 1 {
            if idle {
                self.counts.add(Fact::idle);
            }
            self.workers -= 1;
            self.amid -= u32::from(amid);
        }
        if self.recording
            && let Some(r) = self.records.last_mut()
        {
            r.ended = true;
        }
    }

    pub(super) fn main_returns(&mut self) {
        self.main_returned = true;
        self.max_steps = self.max_steps.min(self.steps + AFTER_MAIN);
        if self.relents != u64::MAX {
            self.relents = self.relents.min(self.steps + AFTER_MAIN / 2);
        }
        if self.tracing {
            // What is printed from here on is not seen.
            self.print.touch(OUTPUT, How::Write);
        }
    }

    /// Whether it is the moment to ask who is [`State::starved`].
    #[inline(always)]
    pub(super) fn looks_round(&self) -> bool {
        self.steps.is_multiple_of(LOOK) && self.steps > 0
    }

    /// Who could run, and has had no turn for very long: of several the one that waits longest.
    pub(super) fn starved(&self) -> Option<u32> {
        if !self.looks_round() {
            return None;
        }
        let since = |&&who: &&u32| self.slots[who as usize - 1].since;
        let first = self.runnable.iter().min_by_key(since)?;
        (since(&first) + 2 * LOOK <= self.steps).then_some(*first)
    }

    // ---- the clock ------------------------------------------------------------------------------------------------

    /// When the next timer is due, or what somebody polls for.
    fn next_moment(&self) -> u64 {
        self.timers.first().min(self.idle.asked_for())
    }

    /// Whether the clock may move though somebody could run: not to a timer that is set for more than [`A_LIFE`].
    #[inline]
    pub(super) fn may_move(&self) -> bool {
        self.next_moment() <= self.now.saturating_add(A_LIFE)
    }

    /// All who can run poll: time goes on.
    #[cold]
    pub(super) fn let_time_pass(&mut self) {
        self.opaque();
        let before = self.now;
        if !self.move_clock() {
            let to = self.idle.stride(self.now);
            self.idle.moved(self.steps);
            self.now = to.unwrap_or(self.now);
        }
        // No plan says it, since it comes by itself; who reads the schedule must see it.
        if self.now > before {
            self.steps += 1;
            if self.recording {
                self.clock_moved("nobody gets anywhere");
            }
        }
    }

    /// Whether the clock has stood for so long that it moves, though somebody gets somewhere. Asked where it is the moment
    /// to look round.
    pub(super) fn has_stood_long(&self) -> bool {
        let steps = self.steps;
        self.idle.has_stood(steps)
            && (self.may_move() || self.idle.was_read(steps))
            && !self.runnable.is_empty()
    }

    /// The clock has stood for too long: time goes on.
    #[cold]
    pub(super) fn time_goes_on(&mut self) {
        self.opaque();
        if !(self.may_move() && self.move_clock()) {
            let to = self.idle.stride(self.now);
            self.idle.moved(self.steps);
            self.now = to.unwrap_or(self.now);
        }
        self.idle.loses_patience();
        self.steps += 1;
        if self.recording {
            self.clock_moved("it has stood for very long");
        }
    }

    /// Moves to the next timer, wakes all sleepers that are due, and puts the functions that are due into `calls`.
    pub(super) fn move_clock(&mut self) -> bool {
        let when = self.next_moment();
        if when == NEVER {
            return false;
        }
        self.now = self.now.max(when);
        self.idle.moved(self.steps);
        while let Some(due) = self.timers.pop_due(self.now) {
            match due {
                Due::Wake(g) => {
                    let woken = g.wake();
                    debug_assert!(woken, "a sleeper was woken by something else");
                    self.woken(g.slot());
                }
                Due::Call(call, key) => self.calls.push((call, key)),
            }
        }
        true
    }

    // ---- afterwards -----------------------------------------------------------------------------------------------

    /// Equal for two schedules that differ only in the order of operations that do not touch each other.
    pub(super) fn fingerprint(&self) -> u64 {
        // Every touch has a key of its own, so no two objects have the same history, and they need no names.
        self.objects
            .iter()
            .map(|o| mix(o.whole(), 0x5bd1_e995))
            .fold(0, u64::wrapping_add)
    }

    /// How many steps each goroutine began, main first.
    pub(super) fn lengths(&self) -> impl Iterator<Item = u32> + '_ {
        self.slots.iter().map(|s| s.ops)
    }

    /// Who waits, by number.
    pub(super) fn waiters(&self) -> Vec<Waiter> {
        self.slots
            .iter()
            .zip(1..)
            .filter(|(s, _)| s.stand == Stand::Waits)
            .map(|(s, who)| Waiter {
                who,
                reason: s.g.wait_reason(),
                at: s.g.place(),
                object: s.last.object,
            })
            .collect()
    }
}
