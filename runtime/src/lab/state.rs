//! The state of the schedule that is being run, and the decisions in it.

use std::panic::Location;

use super::clocks::{Clocks, RaceFound};
use super::engine::Pulse;
use super::facts::{Counts, Fact};
use super::owners::Owners;
use super::plan::CLOCK;
use super::record::{Holding, Made, Record, Recorded, What};
use super::rng::mix;
use super::strategy::{self, Driver, Intent, Random, View, Why};
use crate::goroutine::{G, WaitReason};
use crate::primitives::Tag;
use crate::seam::{Hold, Op};
use std::sync::Arc;

use crate::timers::{Due, Fire, Heap, Key, NEVER};

type At = &'static Location<'static>;

/// No goroutine.
pub(super) const NOBODY: u32 = u32::MAX;
/// The object that stands for the program's output.
const OUTPUT: u32 = 1;
/// The virtual clock's first moment, in nanoseconds.
const DAWN: u64 = 1_000_000_000;
/// A goroutine gives way when its fruitless operations weigh this much: three tries, or more reads.
const PATIENCE: u8 = 12;
/// How many more steps a schedule may have once some goroutines have locked each other out.
const AFTER_A_RING: u64 = 2_000;

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
        text: &'static str,
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
struct Pending {
    what: What,
    object: u32,
    at: Option<At>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stand {
    Ready,
    Waits,
    Ended,
}

/// What is known of one goroutine.
#[derive(Debug)]
struct Slot {
    g: &'static G,
    /// The same in every schedule in which the same goroutine makes it in the same place of its own course.
    ident: u64,
    children: u32,
    /// Operations begun.
    ops: u32,
    stand: Stand,
    pending: Pending,
    /// What it last did, for who waits.
    last: Pending,
    fruitless: u8,
    held: u32,
    /// Locks it has ever had.
    had: u32,
    begun: bool,
    amid: bool,
    wrote: bool,
    printed: bool,
}

/// What is known of one object.
#[derive(Debug)]
struct Object {
    /// Fingerprint of the writes so far, and of the reads since the last one.
    writes: u64,
    reads: u64,
    made: Made,
    locked: bool,
}

/// See the file's head. Everything is reused from schedule to schedule.
pub(super) struct State {
    pub(super) epoch: u32,
    pub(super) max_steps: u64,
    pub(super) recording: bool,
    pub(super) provoking: bool,
    /// While provoking: who can run and is not kept waiting.
    eager: Vec<u32>,
    pub(super) driver: Driver,
    pub(super) current: u32,
    pub(super) next: u32,
    pub(super) steps: u64,
    pub(super) verdict: Option<Verdict>,
    pub(super) main_returned: bool,
    /// Main has come to an operation that waits for others.
    main_waited: bool,
    pub(super) output: String,
    pub(super) counts: Counts,
    pub(super) recorded: Recorded,
    pub(super) records: Vec<Record>,
    pub(super) holdings: Vec<Holding>,
    pub(super) owners: Owners,
    pub(super) clocks: Clocks,
    pub(super) now: u64,
    pub(super) pulse: &'static Pulse,
    pub(super) timers: &'static Heap,
    /// Functions of timers that are due: the engine calls them, with nothing of this borrowed, and decides again.
    pub(super) calls: Vec<(Arc<dyn Fire>, Key)>,
    slots: Vec<Slot>,
    /// Goroutines that no goroutine made: main, and those of timers.
    strays: u32,
    runnable: Vec<u32>,
    fresh: Vec<u32>,
    intents: Vec<Intent>,
    alive: usize,
    objects: Vec<Object>,
    workers: u32,
    amid: u32,
}

impl State {
    pub(super) fn new() -> State {
        State {
            epoch: 0,
            max_steps: 0,
            recording: false,
            provoking: false,
            eager: Vec::new(),
            driver: Driver::Random(Random::new(0, 0, false)),
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
            holdings: Vec::new(),
            owners: Owners::default(),
            clocks: Clocks::default(),
            now: DAWN,
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
        }
    }

    pub(super) fn reset(&mut self, epoch: u32, races: bool) {
        self.epoch = epoch;
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
        self.holdings.clear();
        self.owners.reset();
        self.clocks.reset(races);
        self.now = DAWN;
        self.slots.clear();
        self.strays = 0;
        self.runnable.clear();
        self.fresh.clear();
        self.intents.clear();
        self.alive = 0;
        self.objects.clear();
        self.workers = 0;
        self.amid = 0;
        // 0 is no object, 1 is the output.
        self.objects.push(Object::new());
        self.objects.push(Object::new());
    }

    fn slot(&mut self, who: u32) -> &mut Slot {
        &mut self.slots[who as usize - 1]
    }

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
            held: 0,
            had: 0,
            begun: false,
            amid: false,
            wrote: false,
            printed: false,
        });
        self.runnable.push(who);
        self.fresh.push(who);
        self.intents.push(Intent::NOTHING);
        self.alive += 1;
        self.clocks.birth(by.map(|by| by - 1));
        if who != 1 && by.is_some() {
            self.counts.add(Fact::goroutines);
            if !self.main_waited {
                self.counts.add(Fact::forked);
            }
        }
    }

    fn unrunnable(&mut self, who: u32) {
        if let Ok(i) = self.runnable.binary_search(&who) {
            self.runnable.remove(i);
        }
    }

    pub(super) fn parked(&mut self, who: u32) {
        self.unrunnable(who);
        self.intents[who as usize - 1] = Intent::NOTHING;
        let slot = self.slot(who);
        slot.stand = Stand::Waits;
        slot.fruitless = 0;
        slot.pending.what = What::Wakes;
        let reason = slot.g.wait_reason();
        let object = slot.last.object;
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

    pub(super) fn woken(&mut self, who: u32) {
        let slot = self.slot(who);
        debug_assert_eq!(slot.stand, Stand::Waits);
        slot.stand = Stand::Ready;
        self.owners.wakes(who);
        if let Err(i) = self.runnable.binary_search(&who) {
            self.runnable.insert(i, who);
            self.fresh.push(who);
        }
    }

    pub(super) fn ended(&mut self, who: u32) {
        self.unrunnable(who);
        self.alive -= 1;
        self.clocks.ended(who - 1);
        let slot = self.slot(who);
        slot.stand = Stand::Ended;
        let amid = slot.amid;
        if who != 1 {
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
        self.counts.0[Fact::unfinished as usize] = self.alive as u32 - 1;
    }

    // ---- the clock ------------------------------------------------------------------------------------------------

    /// Moves to the next timer, wakes all sleepers that are due, and puts the functions that are due into `calls`.
    pub(super) fn move_clock(&mut self) -> bool {
        let when = self.timers.first();
        if when == NEVER {
            return false;
        }
        self.now = self.now.max(when);
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

    // ---- decisions ------------------------------------------------------------------------------------------------

    /// The goroutine that runs stands at a point.
    #[inline]
    pub(super) fn arrive(&mut self, op: Op, tag: Option<&Tag>, at: At) -> Why {
        let object = match (tag, op) {
            (Some(tag), _) => self.object(tag),
            (None, Op::Print) => OUTPUT,
            (None, _) => 0,
        };
        self.intents[self.current as usize - 1] = Intent {
            object,
            reads: only_reads(op),
        };
        let slot = self.slot(self.current);
        slot.pending = Pending {
            what: What::Does(op),
            object,
            at: Some(at),
        };
        let weight = fruitlessness(op);
        slot.fruitless = if weight == 0 {
            0
        } else {
            slot.fruitless + weight
        };
        if op == Op::Gosched {
            slot.fruitless = 0;
            return Why::Yield;
        }
        // The fourth try is the one that waits for the others' turn.
        if slot.fruitless > PATIENCE {
            slot.fruitless = weight;
            return Why::Yield;
        }
        Why::Point
    }

    /// Who makes the next step; `None`: functions of timers are to be called first (`calls`), or the schedule is over, and
    /// `verdict` says how.
    #[inline]
    pub(super) fn decide(&mut self, why: Why) -> Option<u32> {
        loop {
            if !self.calls.is_empty() {
                return None;
            }
            if self.runnable.is_empty() {
                if self.move_clock() {
                    continue;
                }
                self.quiet();
                return None;
            }
            if self.steps >= self.max_steps {
                self.too_long();
                return None;
            }
            if self.provoking {
                self.find_eager();
            }
            let usual = strategy::usual(&self.runnable, self.current, why);
            let who = self.driver.next(&View {
                runnable: if self.provoking {
                    &self.eager
                } else {
                    &self.runnable
                },
                current: self.current,
                why,
                usual,
                steps: self.steps,
                timer: self.timers.first() != NEVER,
                fresh: &self.fresh,
                intents: &self.intents,
            });
            self.fresh.clear();
            self.steps += 1;
            let others = self.runnable.len() > 1;
            self.recorded.turn(who, self.current, why, usual, others);
            if who == CLOCK {
                if self.recording {
                    self.preempted(why);
                    self.record(
                        CLOCK,
                        Pending {
                            what: What::Clock,
                            object: 0,
                            at: None,
                        },
                    );
                }
                self.move_clock();
                continue;
            }
            if self.recording && who != self.current {
                self.preempted(why);
            }
            self.step(who);
            return Some(who);
        }
    }

    /// `who` goes on without a decision: no turn is counted, so that plans stay what they are.
    pub(super) fn insist(&mut self, who: u32) -> Option<u32> {
        if self.steps >= self.max_steps {
            self.too_long();
            return None;
        }
        self.steps += 1;
        self.step(who);
        Some(who)
    }

    /// Those who can run, without those who have a lock and are about to take another, if there are such.
    fn find_eager(&mut self) {
        self.eager.clear();
        for &who in &self.runnable {
            let slot = &self.slots[who as usize - 1];
            let wants = matches!(slot.pending.what, What::Does(Op::Lock | Op::RLock));
            if !(wants && slot.held > 0) {
                self.eager.push(who);
            }
        }
        if self.eager.is_empty() {
            self.eager.extend_from_slice(&self.runnable);
        }
    }

    /// As many steps have been made as may be.
    fn too_long(&mut self) {
        self.verdict = Some(if self.owners.ring_stands() {
            Verdict::Deadlock { main_exited: false }
        } else {
            Verdict::StepLimit
        });
    }

    /// Nobody can run, and no timer is left.
    fn quiet(&mut self) {
        self.verdict = Some(if self.owners.ring_stands() {
            Verdict::Deadlock { main_exited: false }
        } else if self.main_returned {
            if self.alive == 0 {
                Verdict::Passed
            } else {
                Verdict::Leak
            }
        } else {
            Verdict::Deadlock {
                main_exited: self.slots[0].stand == Stand::Ended,
            }
        });
    }

    /// `who` makes a step: what it is about to do happens now.
    #[inline]
    fn step(&mut self, who: u32) {
        self.current = who;
        let slot = &mut self.slots[who as usize - 1];
        let pending = slot.pending;
        if who != 1 {
            if !slot.begun {
                slot.begun = true;
                self.workers += 1;
                self.counts.at_least(Fact::overlap, 1);
            }
            if self.workers >= 2 && !slot.amid {
                slot.amid = true;
                self.amid += 1;
                self.counts.at_least(Fact::overlap, self.amid);
            }
        }
        self.pulse.mark(who, pending.at);
        if let What::Does(op) = pending.what {
            slot.last = pending;
            slot.ops += 1;
            // A lock is touched when it is had (see `hold`): how often somebody asked for it in vain is no difference.
            if pending.object != 0 && !matches!(op, Op::Lock | Op::RLock) {
                let key = mix(slot.ident, u64::from(slot.ops));
                self.objects[pending.object as usize].touch(key, only_reads(op));
            }
            self.count(who, op);
        }
        if self.recording {
            self.record(who, pending);
        }
    }

    /// What the goroutine that runs has just begun to do is about this object, too.
    pub(super) fn also(&mut self, tag: &Tag) {
        let object = self.object(tag);
        let slot = &self.slots[self.current as usize - 1];
        let key = mix(slot.ident, u64::from(slot.ops));
        self.objects[object as usize].touch(key, false);
    }

    fn record(&mut self, who: u32, p: Pending) {
        self.records.push(Record {
            who,
            what: p.what,
            object: p.object,
            at: p.at,
            outcome: String::new(),
            parked: None,
            ended: false,
            preempted: false,
            printed: String::new(),
        });
    }

    fn preempted(&mut self, why: Why) {
        if why == Why::Point
            && let Some(r) = self.records.last_mut()
        {
            r.preempted = true;
        }
    }

    pub(super) fn choose(&mut self, n: usize) -> usize {
        if n < 2 {
            return 0;
        }
        let c = self.driver.choose(n);
        self.recorded.choice(c);
        c
    }

    // ---- objects --------------------------------------------------------------------------------------------------

    /// The number of an object in this schedule.
    #[inline]
    pub(super) fn object(&mut self, tag: &Tag) -> u32 {
        match tag.get(self.epoch) {
            Some(i) => i,
            None => self.meet_object(tag),
        }
    }

    /// Whether nobody has used the object in this schedule.
    pub(super) fn unmet(&self, tag: &Tag) -> bool {
        tag.get(self.epoch).is_none()
    }

    fn meet_object(&mut self, tag: &Tag) -> u32 {
        let i = self.objects.len() as u32;
        self.objects.push(Object::new());
        tag.set(self.epoch, i);
        i
    }

    pub(super) fn made(&mut self, tag: &Tag, made: Made) {
        let i = self.object(tag);
        self.objects[i as usize].made = made;
        if made.kind == "chan" {
            self.counts.add(Fact::chans);
            if made.detail > 0 {
                self.counts.add(Fact::buffered_chans);
            }
        }
    }

    /// So much is added to a WaitGroup.
    pub(super) fn added(&mut self, n: u64) {
        let n = u32::try_from(n).unwrap_or(u32::MAX);
        self.counts.sum(Fact::added, n);
        if self.current == 1 {
            self.counts.sum(Fact::main_adds, n);
        }
    }

    pub(super) fn made_as(&self, object: u32) -> Made {
        self.objects[object as usize].made
    }

    pub(super) fn object_count(&self) -> u32 {
        self.objects.len() as u32
    }

    pub(super) fn hold(&mut self, tag: &Tag, how: Hold) {
        let object = self.object(tag);
        let who = self.current;
        let at = self.slots[who as usize - 1].last.at;
        match how {
            Hold::Exclusive | Hold::Shared => {
                let slot = self.slot(who);
                slot.held += 1;
                slot.had += 1;
                slot.fruitless = 0;
                let key = mix(slot.ident ^ 0x1ced, u64::from(slot.had));
                self.objects[object as usize].touch(key, how == Hold::Shared);
                if how == Hold::Exclusive {
                    self.wrote();
                }
                if !std::mem::replace(&mut self.objects[object as usize].locked, true) {
                    self.counts.add(Fact::mutexes);
                }
                self.holdings.push(Holding {
                    object,
                    who,
                    at,
                    shared: how == Hold::Shared,
                });
                if self.slots[who as usize - 1].held > 1 {
                    self.owners.got_another(who, &self.holdings);
                }
            }
            Hold::Released | Hold::SharedReleased => {
                let shared = how == Hold::SharedReleased;
                // Its own if it has one: a lock may also be given back by another than who took it.
                let of = |h: &Holding| h.object == object && h.shared == shared;
                let found = self
                    .holdings
                    .iter()
                    .rposition(|h| of(h) && h.who == who)
                    .or_else(|| self.holdings.iter().rposition(of));
                if let Some(i) = found {
                    let h = self.holdings.swap_remove(i);
                    self.slot(h.who).held -= 1;
                }
            }
        }
    }

    /// The goroutine that runs got somewhere: what it does is no fruitless try.
    #[inline]
    pub(super) fn fruitful(&mut self) {
        let slot = self.slot(self.current);
        slot.fruitless = 0;
        if let What::Does(op) = slot.last.what
            && matches!(op, Op::TrySend | Op::Select)
        {
            self.wrote();
        }
    }

    pub(super) fn race(&self) -> Option<RaceFound> {
        self.clocks.race
    }

    // ---- facts ----------------------------------------------------------------------------------------------------

    fn wrote(&mut self) {
        let who = self.current;
        let slot = self.slot(who);
        if who != 1 && !std::mem::replace(&mut slot.wrote, true) {
            self.counts.add(Fact::workers_that_wrote);
        }
    }

    #[inline]
    fn count(&mut self, who: u32, op: Op) {
        let held = self.slots[who as usize - 1].held;
        if who == 1 && matches!(op, Op::Recv | Op::Select | Op::Wait | Op::CondWait) {
            self.main_waited = true;
        }
        let c = &mut self.counts;
        match op {
            Op::Sleep => c.add(Fact::sleeps),
            Op::Gosched => c.add(Fact::gosched),
            Op::Send => {
                c.add(Fact::sends);
                self.wrote();
            }
            Op::TrySend => c.add(Fact::sends),
            Op::Recv | Op::TryRecv => c.add(Fact::recvs),
            Op::Select => c.add(Fact::selects),
            Op::Close => c.add(Fact::closes),
            Op::Lock | Op::RLock => c.add(Fact::locks),
            Op::Add => c.add(Fact::adds),
            Op::Done => c.add(Fact::dones),
            Op::Wait => c.add(Fact::waits),
            Op::AtomicLoad => c.add(Fact::atomics),
            Op::AtomicStore | Op::AtomicUpdate => {
                c.add(Fact::atomics);
                self.wrote();
            }
            Op::Get => {
                c.add(Fact::shared_reads);
                if held == 0 {
                    c.add(Fact::unlocked_reads);
                }
            }
            Op::Set => {
                c.add(Fact::shared_writes);
                if held == 0 {
                    c.add(Fact::unlocked_writes);
                }
                if who == 1 {
                    c.add(Fact::writes_by_main);
                }
                self.wrote();
            }
            _ => {}
        }
    }

    pub(super) fn print(&mut self, text: &str, to_stderr: bool) {
        let who = self.current;
        self.counts.add(Fact::prints);
        if who == 1 {
            self.counts.add(Fact::main_prints);
        }
        if !std::mem::replace(&mut self.slot(who).printed, true) {
            self.counts.add(Fact::printers);
        }
        self.wrote();
        if !to_stderr && !self.main_returned {
            self.output.push_str(text);
        }
        if self.recording
            && let Some(r) = self.records.last_mut()
        {
            r.printed.push_str(text);
        }
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
                at: s.g.wait_at(),
                object: s.last.object,
            })
            .collect()
    }
}

impl Object {
    fn new() -> Object {
        Object {
            writes: 0,
            reads: 0,
            made: Made {
                kind: "",
                detail: 0,
                at: None,
            },
            locked: false,
        }
    }

    #[inline]
    fn touch(&mut self, key: u64, read: bool) {
        if read {
            self.reads = self.reads.wrapping_add(mix(key, self.writes));
        } else {
            self.writes = mix(self.whole(), key);
            self.reads = 0;
        }
    }

    fn whole(&self) -> u64 {
        self.writes.wrapping_add(self.reads)
    }
}

/// Whether two such operations on one object can change places.
fn only_reads(op: Op) -> bool {
    matches!(
        op,
        Op::Get | Op::AtomicLoad | Op::Len | Op::Err | Op::RLock | Op::RUnlock
    )
}

/// What an operation weighs that may have come to nothing; 0 for those that always come to something.
fn fruitlessness(op: Op) -> u8 {
    match op {
        Op::TrySend | Op::TryRecv | Op::TryLock | Op::TryRLock | Op::Select => PATIENCE / 3,
        Op::AtomicLoad | Op::AtomicUpdate | Op::Get | Op::Len | Op::Now | Op::Err => 1,
        _ => 0,
    }
}
