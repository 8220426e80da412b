//! The decisions in a schedule: what is asked at a point, who goes on, and what a step leaves.

use super::does::does;
use super::facts::Fact;
use super::footprint::How;
use super::plan::CLOCK;
use super::record::{KEPT, Record, What};
use super::rng::mix;
use super::state::{At, DAWN, OUTPUT, PATIENCE, Pending, Stand, State, Verdict};
use super::strategy::{self, Asked, Driver, Intent, View, Why};
use crate::primitives::Tag;
use crate::seam::Op;

/// Where chance says who is next, it takes somebody who could go on from his turn once in so many steps.
const SELDOM: u64 = 16;

impl State {
    /// The goroutine that runs stands at a point.
    #[inline]
    pub(super) fn arrive(&mut self, op: Op, tag: Option<&Tag>, at: At) -> Why {
        let object = match (tag, op) {
            (Some(tag), _) => self.object(tag),
            (None, Op::Print) => OUTPUT,
            (None, _) => 0,
        };
        let does = does(op);
        let i = self.current as usize - 1;
        let slot = &mut self.slots[i];
        self.intents[i] = Intent {
            object,
            reads: does.reads,
            ops: slot.ops,
        };
        slot.pending = Pending {
            what: What::Does(op),
            object,
            at: Some(at),
        };
        if slot.fruitless > 0 && looks(slot.last.what) {
            self.counts.add(Fact::vain);
        }
        let Some(weight) = does.weight else {
            slot.fruitless = 0;
            self.idle.progress();
            return Why::Point;
        };
        slot.fruitless += weight;
        if op == Op::Now {
            self.idle.reads(self.steps);
        }
        if op == Op::Gosched {
            slot.fruitless = 0;
            self.idle.gives_way(&mut slot.tries);
            return Why::Yield;
        }
        // The fourth try is the one that waits for the others' turn.
        if slot.fruitless > PATIENCE {
            slot.fruitless = weight;
            self.counts.add(Fact::polls);
            self.idle.gives_way(&mut slot.tries);
            return Why::Yield;
        }
        Why::Point
    }

    /// Who makes the next step; `None`: functions of timers are to be called first (`calls`), or the schedule is over, and
    /// `verdict` says how.
    #[inline(always)]
    pub(super) fn decide(&mut self, why: Why) -> Option<u32> {
        if why == Why::Yield && self.idle.all_poll(self.runnable.len()) {
            self.let_time_pass();
            return self.choose_one(why);
        }
        // Most decisions: nothing is to be looked at but who can run.
        if self.plain
            && self.steps < self.max_steps.min(self.relents)
            && !self.looks_round()
            && !(self.asked == Asked::WithATimer && self.may_move())
        {
            let (current, others) = (self.current, self.runnable.len() > 1);
            let usual;
            let who = match &self.runnable[..] {
                [] => return self.choose_one(why),
                &[who] => {
                    self.alone = true;
                    usual = who;
                    who
                }
                runnable => {
                    usual = strategy::usual(runnable, current, why);
                    let who = match &mut self.driver {
                        Driver::Random(r) => r.draw(runnable, current, why),
                        driver => driver.next(&View {
                            runnable,
                            current,
                            why,
                            usual,
                            starved: false,
                            steps: self.steps,
                            timer: false,
                            fresh: &self.fresh,
                            intents: &self.intents,
                            alone: self.alone,
                        }),
                    };
                    self.alone = false;
                    self.fresh.clear();
                    who
                }
            };
            self.steps += 1;
            self.recorded.turn(who, current, why, usual, others);
            self.begin_step(who);
            return Some(who);
        }
        self.choose_one(why)
    }

    /// The same where there is something to decide.
    #[inline(never)]
    fn choose_one(&mut self, why: Why) -> Option<u32> {
        if self.looks_round() && self.has_stood_long() {
            self.time_goes_on();
        }
        if self.tracing {
            return self.visit(why);
        }
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
            // Nobody to choose among.
            if let [who] = self.runnable[..]
                && self.comes_last().is_none()
                && match self.asked {
                    Asked::Never => true,
                    Asked::WithATimer => !self.may_move(),
                    Asked::Always => false,
                }
            {
                self.alone = true;
                self.steps += 1;
                self.recorded.turn(who, self.current, why, who, false);
                self.step(who);
                return Some(who);
            }
            let last = self.comes_last();
            if let Some(last) = last {
                if self.waits_for_time(last) && self.move_clock() {
                    continue;
                }
                self.without(last);
            } else if self.provoking {
                self.find_eager();
            }
            let runnable = if self.provoking || last.is_some() {
                &self.eager
            } else {
                &self.runnable
            };
            let starved = self.starved().filter(|who| Some(*who) != last);
            let usual = starved.unwrap_or_else(|| strategy::usual(runnable, self.current, why));
            // Who comes last does not go on either, as if it could not.
            let kept = last == Some(self.current) && runnable[..] != [self.current];
            let (why_asked, usual_asked) = match starved {
                None if kept => (
                    Why::Forced,
                    strategy::usual(runnable, self.current, Why::Forced),
                ),
                _ => (why, usual),
            };
            let who = if self.steps >= self.relents {
                self.by_chance(runnable, why, starved, usual)
            } else {
                self.driver.next(&View {
                    runnable,
                    current: self.current,
                    why: why_asked,
                    usual: usual_asked,
                    starved: starved.is_some(),
                    steps: self.steps,
                    timer: self.may_move(),
                    fresh: &self.fresh,
                    intents: &self.intents,
                    alone: self.alone,
                })
            };
            self.alone = false;
            self.fresh.clear();
            self.steps += 1;
            let others = self.runnable.len() > 1;
            self.recorded.turn(who, self.current, why, usual, others);
            if who == CLOCK {
                if self.recording {
                    self.preempted(why);
                    self.clock_moved("");
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

    /// Who is next where the driver is not asked any more: mostly the one that runs, as long as it can.
    fn by_chance(&self, among: &[u32], why: Why, starved: Option<u32>, usual: u32) -> u32 {
        let drawn = mix(self.steps, 0x1e7_f0a1);
        if starved.is_some() || why == Why::Point && !drawn.is_multiple_of(SELDOM) {
            return usual;
        }
        among[(drawn / SELDOM) as usize % among.len()]
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

    /// The same where somebody unwinds: who that is goes on, if it is `me`.
    #[cold]
    #[inline(never)]
    pub(super) fn decide_unwinding(&mut self, me: u32, why: Why) -> Option<u32> {
        if self.unwinding.is_empty() || self.unwinding.contains(&me) {
            self.insist(me)
        } else {
            self.decide(why)
        }
    }

    /// As many steps have been made as may be.
    pub(super) fn too_long(&mut self) {
        self.verdict = Some(if self.owners.ring_stands() {
            Verdict::Deadlock { main_exited: false }
        } else {
            Verdict::StepLimit
        });
    }

    /// Nobody can run, and no timer is left.
    pub(super) fn quiet(&mut self) {
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
    pub(super) fn step(&mut self, who: u32) {
        self.begin_step(who);
        let pending = self.slots[who as usize - 1].pending;
        if self.tracing {
            self.begins(pending);
        }
        if self.recording {
            self.record(who, pending);
        }
    }

    /// The same where nobody keeps a record of it.
    #[inline(always)]
    fn begin_step(&mut self, who: u32) {
        self.current = who;
        let steps = self.steps;
        let slot = &mut self.slots[who as usize - 1];
        slot.since = steps;
        // Field by field, as they were written: a wider load would have to wait for the stores.
        let Pending { what, object, at } = slot.pending;
        self.pulse.mark(who, at);
        if let What::Does(op) = what {
            let does = does(op);
            slot.last.what = what;
            slot.last.object = object;
            slot.last.at = at;
            slot.ops += 1;
            // A lock is touched when it is had (see `hold`): how often somebody asked for it in vain is no difference.
            if object != 0 && !matches!(op, Op::Lock | Op::RLock) {
                let key = mix(slot.ident, u64::from(slot.ops));
                self.objects[object as usize].touch(key, does.reads);
            }
            if let Some(fact) = does.fact {
                self.counts.add(fact);
            }
            if does.more || who == 1 {
                self.count(who, op);
            }
            if self.main_returned {
                self.goes_on(who);
            }
        }
        if !self.slots[who as usize - 1].amid && who != 1 {
            self.comes_in(who);
        }
    }

    /// `who` has not made a step yet while another one was in its course.
    #[inline(never)]
    fn comes_in(&mut self, who: u32) {
        let slot = &mut self.slots[who as usize - 1];
        if !slot.begun {
            slot.begun = true;
            self.workers += 1;
            self.counts.at_least(Fact::overlap, 1);
        }
        if self.workers >= 2 {
            slot.amid = true;
            self.amid += 1;
            self.counts.at_least(Fact::overlap, self.amid);
        }
    }

    /// What the goroutine that runs has just begun to do is about this object, too.
    pub(super) fn also(&mut self, tag: &Tag) {
        let object = self.object(tag);
        let slot = &self.slots[self.current as usize - 1];
        let key = mix(slot.ident, u64::from(slot.ops));
        self.objects[object as usize].touch(key, false);
        self.touch(object, How::Write);
    }

    /// Writes down that the clock has moved, and why, where it is not that it could.
    pub(super) fn clock_moved(&mut self, because: &str) {
        let moves = Pending {
            what: What::Clock,
            object: 0,
            at: None,
        };
        self.record(CLOCK, moves);
        if let Some(r) = self.records.last_mut() {
            r.outcome.push_str(because);
        }
    }

    fn record(&mut self, who: u32, p: Pending) {
        if self.records.len() >= 4 * KEPT {
            // Nobody reads what lies between.
            for r in self.records.drain(KEPT..3 * KEPT) {
                self.untold.count(&r);
            }
            self.left_out += 2 * KEPT;
        }
        self.records.push(Record {
            who,
            what: p.what,
            object: p.object,
            time: self.now.saturating_sub(DAWN),
            at: p.at,
            outcome: String::new(),
            parked: None,
            ended: false,
            preempted: false,
            printed: String::new(),
            ready: Vec::new(),
            stands: Vec::new(),
            held: self.holdings.clone(),
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
}

/// Whether it is a look that waits for nothing, or may be one.
fn looks(what: What) -> bool {
    matches!(what, What::Does(op) if does(op).looks)
}
