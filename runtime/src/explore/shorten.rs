//! Makes a failing schedule short: fewest preemptions first, then fewest steps, then the shortest token; but a token that
//! is too long to be typed becomes shorter before all that, whatever it costs.
//!
//! A schedule is a list of turns. A part of the turns is left out or changed, what is left is followed, and what the
//! plan's rule adds makes a whole schedule of it again; if that one still fails in the same way and costs less, it is
//! the new one. After delta debugging (Zeller and Hildebrandt, 2002), with moves that fit schedules: ending early,
//! leaving turns out in ever smaller groups, joining two turns of one goroutine, running on instead of counting.
//! When few preemptions are left, every schedule with fewer is tried, as far as the budget goes: then the number is
//! known to be the smallest.

use super::Kind;
use super::search::{Cost, Found, OUTSIDE, Runner};
use super::turned::Turned;
use crate::lab::{Driver, Follow, Plan, Segment, Tree};

/// How many replays and steps may be spent.
const REPLAYS: usize = 3_000;
const STEPS: u64 = 1_500_000;
/// The same for one whose token is too long to be typed.
const LONG: u64 = 6_000_000;
/// A replay has at most so many steps, or four times as many as the schedule that is shortened: in a program that goes on
/// for ever each one that does not fail would cost as many as a schedule may have.
const REPLAY: u64 = 10_000;
/// Each of a crowd makes at most so many steps before the next one does.
const DEEP: u32 = 8;
/// So many beginnings are tried with their turns gathered.
const TURNS: usize = 400;
/// The most characters of a token that people can be asked to type.
const TYPED: usize = 40;

struct Shortener<'a, 'b> {
    runner: &'a mut Runner<'b>,
    kind: Kind,
    best: Plan,
    token: String,
    cost: Cost,
    fingerprint: u64,
    replays: usize,
    until: u64,
    /// How many steps a schedule may have.
    most: u64,
    outside: std::time::Duration,
}

/// The shortest schedule that fails as `found` does; `None` if `found` itself does not fail again.
pub(super) fn shorten(runner: &mut Runner<'_>, found: &Found) -> Option<Found> {
    let most = runner.rules.max_steps;
    if found.kind != Kind::StepLimit {
        runner.rules.max_steps = most.min(REPLAY.max(4 * found.cost.steps));
    }
    let short = shorten_within(runner, found, most);
    runner.rules.max_steps = most;
    short
}

/// The same, where a replay has fewer steps than a schedule may have, which are `most`.
fn shorten_within(runner: &mut Runner<'_>, found: &Found, most: u64) -> Option<Found> {
    let until = runner.steps + STEPS;
    let outside = runner.outside + OUTSIDE;
    let mut s = Shortener {
        runner,
        kind: found.kind,
        best: found.plan.clone(),
        token: String::new(),
        cost: Cost {
            length: usize::MAX,
            ..found.cost
        },
        fingerprint: found.fingerprint,
        replays: 0,
        until,
        most,
        outside,
    };
    // Where the plainest schedule comes to no end either nothing is shorter, and a replay takes as long as any can.
    let endless = found.kind == Kind::StepLimit;
    if endless && s.runner.run(follow(&Plan::default()), false) == Some(found.kind) && s.take() {
        return Some(s.found(found.index));
    }
    let kind = s.runner.run(follow(&found.plan), false);
    if kind != Some(found.kind) {
        return None;
    }
    s.take();
    if s.cost.length > TYPED {
        s.until = until.max(s.runner.steps + LONG);
        s.in_a_row();
        s.in_one_go();
    }
    while s.cost.preemptions > 0 || !s.best.0.is_empty() {
        let before = (s.cost, s.token.clone());
        s.end_early();
        s.leave_out();
        s.join();
        s.run_on();
        if (s.cost, &s.token) == (before.0, &before.1) || s.spent() {
            break;
        }
    }
    s.search_fewer();
    Some(s.found(found.index))
}

fn follow(plan: &Plan) -> Driver {
    Driver::Follow(Follow::new(plan.clone()))
}

impl Shortener<'_, '_> {
    /// The best schedule so far.
    fn found(self, index: usize) -> Found {
        Found {
            kind: self.kind,
            plan: self.best,
            cost: self.cost,
            index,
            fingerprint: self.fingerprint,
        }
    }

    fn spent(&self) -> bool {
        self.replays >= REPLAYS
            || self.runner.steps >= self.until
            || self.runner.outside >= self.outside
    }

    /// The last run failed as wanted: is it better?
    fn take(&mut self) -> bool {
        let mut cost = self.runner.cost(self.kind);
        // One that was cut off here would go on there.
        if self.runner.rules.max_steps < self.most && cost.steps >= self.runner.rules.max_steps {
            return false;
        }
        let o = self.runner.x.result();
        let plan = o.plan();
        let fingerprint = o.fingerprint();
        // What races in a shorter one may be another send, after which the close always comes.
        let turned = Turned::of(&o).filter(|_| self.kind == Kind::Race);
        drop(o);
        let token = plan.to_string();
        cost.length = token.len();
        // Of equals the first in the alphabet: which one is shown does not depend on which one was found.
        let too_long = |c: &Cost| c.length.saturating_sub(TYPED);
        let better = (too_long(&cost), cost, &token)
            < (too_long(&self.cost), self.cost, &self.token)
            && turned.is_none_or(|t| self.runner.is_a_race(&plan, cost.steps, t));
        if better {
            (self.best, self.cost, self.fingerprint) = (plan, cost, fingerprint);
            self.token = token;
        }
        better
    }

    /// Follows `plan`, and keeps what came of it if that fails and is better.
    fn try_plan(&mut self, plan: Vec<Segment>) -> bool {
        if self.spent() {
            return false;
        }
        self.replays += 1;
        let driver = Driver::Follow(Follow::new(Plan(plan)));
        self.runner.run(driver, false) == Some(self.kind) && self.take()
    }

    /// The usual course from some turn on.
    fn end_early(&mut self) {
        let n = self.best.0.len();
        let mut kept = 0;
        while kept < n {
            if self.try_plan(self.best.0[..kept].to_vec()) {
                return;
            }
            kept = if kept < 8 { kept + 1 } else { kept * 2 };
        }
    }

    /// Everybody the same number of steps, in the order of their numbers, and then the usual course.
    fn in_a_row(&mut self) {
        let mut who: Vec<u32> = self.best.0.iter().map(|s| s.who).collect();
        who.retain(|&who| who > 1);
        let (Some(&first), Some(&last)) = (who.iter().min(), who.iter().max()) else {
            return;
        };
        for steps in 1..=DEEP {
            let all = first..=last;
            let plan = all.map(|who| Segment {
                who,
                count: Some(steps),
                choices: Vec::new(),
            });
            if self.try_plan(plan.collect()) {
                return;
            }
        }
    }

    /// The course up to some turn, but with all that one does in one turn, and from there on the usual one.
    fn in_one_go(&mut self) {
        let turns = self.best.0.clone();
        for kept in (1..=turns.len()).rev().step_by(turns.len() / TURNS + 1) {
            let mut gathered: Vec<Segment> = Vec::new();
            for s in &turns[..kept] {
                match gathered.iter().position(|g| g.who == s.who) {
                    Some(i) => {
                        let before = gathered.remove(i);
                        gathered.push(both(&before, s));
                    }
                    None => gathered.push(s.clone()),
                }
            }
            if self.try_plan(gathered) || self.spent() {
                return;
            }
        }
    }

    /// Without some turns: half of them, a quarter, … one.
    fn leave_out(&mut self) {
        let mut size = self.best.0.len().div_ceil(2);
        while size > 0 {
            let mut from = 0;
            while from < self.best.0.len() {
                let to = (from + size).min(self.best.0.len());
                let mut rest = self.best.0[..from].to_vec();
                rest.extend_from_slice(&self.best.0[to..]);
                if !self.try_plan(joined(rest)) {
                    from = to;
                }
                if self.spent() {
                    return;
                }
            }
            size /= 2;
        }
    }

    /// Two turns of one goroutine in one, at the place of either.
    fn join(&mut self) {
        let mut i = 0;
        while i < self.best.0.len() {
            let who = self.best.0[i].who;
            let next = (i + 1..self.best.0.len()).find(|&j| self.best.0[j].who == who);
            let Some(j) = next else {
                i += 1;
                continue;
            };
            let mut early = self.best.0.clone();
            let later = early.remove(j);
            early[i] = both(&early[i], &later);
            let mut late = self.best.0.clone();
            let earlier = late.remove(i);
            late[j - 1] = both(&earlier, &late[j - 1]);
            if !self.try_plan(joined(early)) && !self.try_plan(joined(late)) {
                i += 1;
            }
            if self.spent() {
                return;
            }
        }
    }

    /// As long as it goes instead of so many steps; and fewer steps.
    fn run_on(&mut self) {
        let mut i = 0;
        while i < self.best.0.len() {
            if let Some(n) = self.best.0[i].count {
                for count in [None, Some(1), Some(n / 2), Some(n.saturating_sub(1))] {
                    if count == Some(0) || count == self.best.0.get(i).and_then(|s| s.count) {
                        continue;
                    }
                    let mut plan = self.best.0.clone();
                    let Some(s) = plan.get_mut(i) else { break };
                    s.count = count;
                    if self.try_plan(plan) {
                        break;
                    }
                }
            }
            i += 1;
            if self.spent() {
                return;
            }
        }
    }

    /// Every schedule of fewer preemptions, fewest first, as long as the budget lasts.
    fn search_fewer(&mut self) {
        for bound in 0..=self.cost.preemptions {
            // Most have nothing more in the whole tree; where they do it may have no end.
            if self.search(Tree::new(Some(bound))) {
                self.search(Tree::whole(Some(bound)));
            }
            if self.cost.preemptions <= bound || self.spent() {
                return;
            }
        }
    }

    /// Every schedule of a tree; whether the whole tree has more.
    fn search(&mut self, mut tree: Tree) -> bool {
        loop {
            if self.spent() {
                return false;
            }
            self.replays += 1;
            let kind = self.runner.run(Driver::Tree(tree), false);
            // Before another schedule is run.
            let driver = self.runner.x.take_driver();
            if kind == Some(self.kind) {
                self.take();
            }
            let Driver::Tree(again) = driver else {
                return false;
            };
            tree = again;
            if !tree.another() {
                return tree.more;
            }
        }
    }
}

/// Neighbours of one goroutine become one turn.
fn joined(plan: Vec<Segment>) -> Vec<Segment> {
    let mut out: Vec<Segment> = Vec::with_capacity(plan.len());
    for s in plan {
        match out.last_mut() {
            Some(last) if last.who == s.who => *last = both(last, &s),
            _ => out.push(s),
        }
    }
    out
}

fn both(a: &Segment, b: &Segment) -> Segment {
    Segment {
        who: a.who,
        count: a.count.zip(b.count).map(|(a, b)| a + b),
        choices: a.choices.iter().chain(&b.choices).copied().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::options::{Options, Strategy};
    use super::super::search::{Rules, Task};
    use super::super::{check, replay};
    use super::*;
    use crate::chan::chan;
    use crate::explore::Kind;
    use crate::lab::{Exploration, Rng, Setup};
    use crate::race::Shared;
    use crate::sync::WaitGroup;
    use crate::sync::raw::Mutex;
    use std::sync::Arc;

    /// Three goroutines, each a list of small operations on two variables and two locks, drawn from `seed`.
    fn program(seed: u64) -> impl Fn() + Clone {
        move || {
            let vars: Vec<Shared<i64>> = (0..2).map(|_| Shared::new(0)).collect();
            let locks: Arc<Vec<Mutex>> = Arc::new((0..2).map(|_| Mutex::new()).collect());
            let wg = WaitGroup::new();
            for who in 0..3 {
                let (vars, locks) = (vars.clone(), locks.clone());
                wg.go(move || {
                    let mut rng = Rng::new(seed, who);
                    let mut held = [false; 2];
                    for _ in 0..3 {
                        let i = rng.below(2);
                        match rng.below(3) {
                            0 => vars[i].update(|v| v * 2 + who as i64 + 1),
                            1 if held[i] => {
                                held[i] = false;
                                locks[i].unlock();
                            }
                            1 => {
                                held[i] = true;
                                locks[i].lock();
                            }
                            _ => vars[i].set(vars[1 - i].get() + 1),
                        }
                    }
                    for (lock, held) in locks.iter().zip(held) {
                        if held {
                            lock.unlock();
                        }
                    }
                });
            }
            wg.wait();
            let sum = vars[0].get() * 100 + vars[1].get();
            assert!(sum % 5 != 0, "a sum of {sum}");
        }
    }

    #[test]
    fn the_shortest_still_fails_is_no_longer_and_has_the_fewest_preemptions_there_are() {
        let mut found_any = 0;
        for seed in 0..60 {
            let main = program(seed);
            let mut launch = |x: &mut Exploration, setup: Setup| x.run(setup, main.clone());
            let mut runner = Runner::new(
                Exploration::new(),
                &mut launch,
                Rules {
                    max_steps: 10_000,
                    races: false,
                    leaks: true,
                    helps: true,
                    expect: None,
                },
            );
            let tally = runner.explore(&Task {
                schedules: 300,
                seed,
                strategy: Strategy::Random,
                first: &[],
                until: None,
                progress: None,
            });
            let Some(found) = tally.found else { continue };
            found_any += 1;
            let short = shorten(&mut runner, &found).expect("it fails again");
            assert_eq!(short.kind, found.kind);
            assert!(short.cost.preemptions <= found.cost.preemptions);
            assert!(short.plan.to_string().len() <= 40, "{}", short.plan);
            for _ in 0..3 {
                assert_eq!(runner.run(follow(&short.plan), false), Some(found.kind));
                assert_eq!(
                    runner.x.result().recorded().preemptions,
                    short.cost.preemptions
                );
                assert_eq!(runner.x.result().plan(), short.plan);
            }
            // By trying all: nothing fails in the same way with fewer.
            for bound in 0..short.cost.preemptions {
                let mut tree = Tree::new(Some(bound));
                loop {
                    let kind = runner.run(Driver::Tree(tree), false);
                    assert_ne!(kind, Some(found.kind), "seed {seed}, bound {bound}");
                    let Driver::Tree(again) = runner.x.take_driver() else {
                        unreachable!("it was a tree");
                    };
                    tree = again;
                    if !tree.another() {
                        break;
                    }
                }
            }
        }
        assert!(found_any > 20, "{found_any}");
    }

    #[test]
    fn many_preemptions_become_one() {
        let main = || {
            let n = Shared::new(0);
            let wg = WaitGroup::new();
            for _ in 0..2 {
                let n = n.clone();
                wg.go(move || (0..40).for_each(|_| n.update(|v| v + 1)));
            }
            wg.wait();
            assert!(n.get() == 80);
        };
        let mut launch = |x: &mut Exploration, setup: Setup| x.run(setup, main);
        let mut runner = Runner::new(
            Exploration::new(),
            &mut launch,
            Rules {
                max_steps: 10_000,
                races: false,
                leaks: true,
                helps: true,
                expect: None,
            },
        );
        let tally = runner.explore(&Task {
            schedules: 1,
            seed: 3,
            strategy: Strategy::Random,
            first: &[],
            until: None,
            progress: None,
        });
        let found = tally.found.expect("a random schedule loses some of 80");
        assert!(found.cost.preemptions > 50);
        let short = shorten(&mut runner, &found).expect("it fails again");
        assert_eq!((short.kind, short.cost.preemptions), (Kind::Panic, 1));
    }

    #[test]
    fn a_token_that_is_too_long_to_be_typed_costs_more_than_steps() {
        // It fails in each order, and the fewest steps are those of an order that changes all the time.
        let main = || {
            let done = chan(0);
            let turns: Vec<_> = (0..3).map(|_| chan(0)).collect();
            for mine in turns.clone() {
                let done = done.clone();
                crate::go!({
                    for _ in &mine {
                        done.send(());
                    }
                });
            }
            for _ in 0..10 {
                for turn in &turns {
                    turn.send(());
                    done.recv();
                }
            }
            panic!("in the end");
        };
        let failure = check(&Options::new(), main).failure.expect("always");
        let token = failure.schedule.to_string();
        assert!(token.len() <= TYPED, "{token}");
        assert!(replay(&failure.schedule, main).failure.is_some());
    }
}
