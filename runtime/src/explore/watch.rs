//! One schedule looked at whatever comes of it, and the failing schedule of fewest preemptions there is: for those who let
//! people choose who runs.

use super::check::{apart, launcher, message, rules};
use super::options::Options;
use super::report::Kind;
use super::schedule::Schedule;
use super::search::{Cost, Runner};
use super::story::Story;
use crate::lab::{Driver, Exploration, Follow, Setup, Tree};

/// What came of a schedule.
#[doc(hidden)]
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Watched {
    /// Its steps.
    pub story: Story,
    /// In which way it failed, if it did, and that in a line or two.
    pub failure: Option<(Kind, String)>,
    /// How often a goroutine that could have gone on had to stop for another (or for the clock).
    pub preemptions: usize,
    /// The schedule in the form in which it is written.
    pub schedule: Schedule,
    /// The segment of what was asked for, from 0, that could not be followed.
    pub left_at: Option<usize>,
}

/// The failing schedule of fewest preemptions.
#[doc(hidden)]
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Fewest {
    /// In which way it fails.
    pub kind: Kind,
    /// The shortest of those that have so few.
    pub schedule: Schedule,
    /// How many it has.
    pub preemptions: usize,
    /// Every schedule of fewer was tried.
    pub proven: bool,
}

/// How many schedules, and how many steps of them, [`fewest`] may try.
const SCHEDULES: usize = 200_000;
const STEPS: u64 = 10_000_000;

/// Runs `f` under one schedule, and says what came of it.
#[doc(hidden)]
pub fn watch(opts: &Options, schedule: &Schedule, f: impl Fn() + Send + Sync + 'static) -> Watched {
    apart(|| {
        let expect = opts.expect.clone();
        let mut launch = launcher(f);
        let mut runner = Runner::new(
            Exploration::new(),
            &mut launch,
            rules(opts, expect.as_deref().map(|e| e as &dyn Fn(&str) -> bool)),
        );
        watched(&mut runner, schedule)
    })
}

/// The same for a main that can be called once, on this thread.
pub(crate) fn once(schedule: &Schedule, main: Box<dyn FnOnce()>) -> Watched {
    let mut main = Some(main);
    let mut launch = |x: &mut Exploration, setup: Setup| {
        if let Some(main) = main.take() {
            x.run(setup, main);
        }
    };
    let mut runner = Runner::new(
        Exploration::new(),
        &mut launch,
        rules(&Options::new(), None),
    );
    watched(&mut runner, schedule)
}

fn watched(runner: &mut Runner<'_>, schedule: &Schedule) -> Watched {
    let kind = runner.run(Driver::Follow(Follow::new(schedule.plan.clone())), true);
    let o = runner.x.result();
    let story = Story::of(&o);
    // A leading `G1` is implied.
    let shift = usize::from(schedule.plan.0.first().is_none_or(|s| s.who != 1));
    let mut watched = Watched {
        failure: kind.map(|k| (k, message(&o, k, &story))),
        preemptions: o.recorded().preemptions,
        schedule: Schedule::of(o.plan()),
        left_at: o.left_at().and_then(|(at, _)| at.checked_sub(shift)),
        story,
    };
    drop(o);
    if runner.without_doubt(kind, &schedule.plan).is_none() {
        watched.failure = None;
    }
    watched
}

/// The failing schedule of fewest preemptions: all without one are tried, then all with one, and so on. `None` where
/// nothing failed before the budget was spent.
#[doc(hidden)]
pub fn fewest(opts: &Options, f: impl Fn() + Send + Sync + 'static) -> Option<Fewest> {
    apart(|| {
        let expect = opts.expect.clone();
        let mut launch = launcher(f);
        let mut runner = Runner::new(
            Exploration::new(),
            &mut launch,
            rules(opts, expect.as_deref().map(|e| e as &dyn Fn(&str) -> bool)),
        );
        let mut search = Search {
            runner: &mut runner,
            best: None,
            ran: 0,
        };
        let mut proven = true;
        for bound in 0.. {
            // Where the clock may win, or who gives way may go on, there are more.
            for whole in [false, true] {
                let tree = match whole {
                    false => Tree::new(Some(bound)),
                    true => Tree::whole(Some(bound)),
                };
                let (complete, more) = search.all_of(tree);
                if search.best.is_some() || search.spent() {
                    break;
                }
                proven &= complete;
                if !more {
                    break;
                }
            }
            if search.best.is_some() || search.spent() {
                break;
            }
        }
        search.best.map(|(cost, token, kind)| Fewest {
            kind,
            schedule: token.parse().unwrap_or_default(),
            preemptions: cost.preemptions,
            proven,
        })
    })
}

struct Search<'a, 'b> {
    runner: &'a mut Runner<'b>,
    best: Option<(Cost, String, Kind)>,
    ran: usize,
}

impl Search<'_, '_> {
    fn spent(&self) -> bool {
        self.ran >= SCHEDULES || self.runner.steps >= STEPS
    }

    /// Tries every schedule of a tree: whether all were, and whether the whole tree has more.
    fn all_of(&mut self, mut tree: Tree) -> (bool, bool) {
        loop {
            if self.spent() {
                return (false, tree.more);
            }
            self.ran += 1;
            if let Some(kind) = self.runner.run(Driver::Tree(tree), false) {
                let token = self.runner.x.result().plan().to_string();
                let cost = Cost {
                    rank: 0,
                    length: token.len(),
                    ..self.runner.cost(kind)
                };
                // Of equals the first in the alphabet.
                let better = |(c, t, _): &(Cost, String, Kind)| (&cost, &token) < (c, t);
                if self.best.as_ref().is_none_or(better) {
                    self.best = Some((cost, token, kind));
                }
            }
            let Driver::Tree(again) = self.runner.x.take_driver() else {
                return (false, false);
            };
            tree = again;
            if !tree.another() {
                return (true, tree.more);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prelude::*;

    fn two_additions() {
        let n = Shared::new(0);
        let wg = WaitGroup::new();
        for _ in 0..2 {
            let n = n.clone();
            wg.go(move || {
                let v = n.get();
                n.set(v + 1);
            });
        }
        wg.wait();
        assert!(n.get() == 2, "an addition was lost");
    }

    fn opts() -> Options {
        Options::new().races(false)
    }

    #[test]
    fn what_is_watched_is_told_whether_it_fails_or_not() {
        let right = watch(&opts(), &Schedule::default(), two_additions);
        assert_eq!((&right.failure, right.preemptions), (&None, 0));
        assert!(right.story.main_returned);
        let token: Schedule = "G2x2.G3".parse().unwrap();
        let wrong = watch(&opts(), &token, two_additions);
        assert_eq!(wrong.failure.map(|f| f.0), Some(Kind::Panic));
        assert_eq!((wrong.preemptions, wrong.schedule), (1, token));
        let none = watch(&opts(), &"G2x2.G7".parse().unwrap(), two_additions);
        assert_eq!(none.left_at, Some(1));
    }

    #[test]
    fn the_fewest_preemptions_are_found_and_known_to_be_the_fewest() {
        let found = fewest(&opts(), two_additions).expect("an addition can be lost");
        assert_eq!((found.preemptions, found.proven), (1, true));
        let again = watch(&opts(), &found.schedule, two_additions);
        assert_eq!(again.failure.map(|f| f.0), Some(found.kind));
        assert_eq!(again.preemptions, 1);
        // Nobody has to be stopped to be late.
        let late = || {
            let ch = chan(1);
            let (a, b) = (ch.clone(), ch.clone());
            go!(a.send(1));
            go!(b.send(2));
            assert_eq!(ch.recv(), Some(1));
        };
        let found = fewest(&opts().leaks(false), late).expect("the second can be the first");
        assert_eq!((found.preemptions, found.proven), (0, true));
        assert_eq!(fewest(&opts(), || ()), None);
    }
}
