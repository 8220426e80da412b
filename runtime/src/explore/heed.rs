//! Who takes notice of what a goroutine hands over: a schedule is run again with its values changed on their way.
//!
//! A program may start the goroutines that it is asked for, have each of them send something, and print what main knew
//! from the start. Every schedule of it is right. So one schedule is run once for each goroutine, with all that this one
//! hands over made another value (`change.rs`): what it sends, writes into a `Shared` or an atomic, or leaves under a lock.
//! If the program prints the same and ends the same, nobody needed what the goroutine found out.
//!
//! Where it is not known, a goroutine counts as heeded: if a value was of a type that cannot be changed. Not counted at all
//! is one that has handed over nothing in any of the ways above; one that printed, for that is its work, and what it hands
//! over may only say that it is done; and main, who may leave things that nobody needs any more.
//!
//! # Rejected
//!
//! - *Changing what a program is given* (another input, other constants): it takes an author to write the other
//!   input, a program that leaves the input where it is, and a second compilation. A main that works everything out alone passes.
//! - *Following values* from their making to the print, as taint trackers do: not without a compiler of one's own.
//! - *Asking in many schedules*: a value that nobody heeds is not heeded in any. In one where the others come first, a right
//!   program may not need the last one; so who takes notice in the plain schedule or in that with the goroutine's own
//!   steps first is enough.

use super::search::Runner;
use crate::lab::{Asking, Driver, Follow, Plan, Segment, Setup, Verdict};

/// How many goroutines are asked about: main, the first ones and the last ones. Each costs three schedules at the most.
pub(super) const MOST: usize = 16;

/// How a schedule ended, as far as anybody can see.
#[derive(PartialEq)]
pub(super) struct End {
    pub(super) verdict: std::mem::Discriminant<Verdict>,
    output: String,
}

/// What came of the question.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Heeded {
    /// Of so many goroutines other than main somebody takes notice.
    pub(super) heeded: u64,
    /// Of so many nobody does.
    pub(super) unheeded: u64,
    /// With other values of so many the program does not come to an end any more.
    pub(super) endless: u64,
}

/// Of how many goroutines other than main somebody takes notice, and of how many nobody does.
pub(super) fn heed(runner: &mut Runner<'_>) -> Heeded {
    let plain = Plan(Vec::new());
    let end = run(runner, &plain, Asking::Who);
    let asked: Vec<u32> = (1..)
        .zip(runner.x.result().handed())
        .filter(|(_, (handed, _))| handed.any)
        .map(|(who, _)| who)
        .collect();
    let asked = match asked.len() {
        n if n > MOST => [&asked[..MOST / 2], &asked[n - MOST / 2..]].concat(),
        _ => asked,
    };
    let mut found = Heeded::default();
    for who in asked {
        let mut notice = takes_notice(runner, &plain, &end, who);
        if !notice.is_taken() {
            // Second, a schedule in which it goes as far as it can when it is there.
            let early = Plan(vec![Segment {
                who,
                count: None,
                choices: Vec::new(),
            }]);
            let end = run(runner, &early, Asking::Who);
            notice = takes_notice(runner, &early, &end, who);
        }
        match notice {
            Notice::Taken { for_ever } => {
                found.heeded += u64::from(who != 1);
                found.endless += u64::from(for_ever);
            }
            Notice::None if who != 1 => found.unheeded += 1,
            Notice::None | Notice::Prints => {}
        }
    }
    found
}

#[derive(Clone, Copy, PartialEq)]
enum Notice {
    /// The program ends otherwise, or it might.
    Taken {
        /// It does not come to an end any more.
        for_ever: bool,
    },
    None,
    /// None, and that says nothing: the goroutine prints for itself.
    Prints,
}

impl Notice {
    fn is_taken(self) -> bool {
        matches!(self, Notice::Taken { .. })
    }
}

/// Whether anybody takes notice, in a schedule that has this end, of what `who` hands over.
fn takes_notice(runner: &mut Runner<'_>, plan: &Plan, end: &End, who: u32) -> Notice {
    let other = run(runner, plan, Asking::Change(who));
    if other != *end {
        let for_ever = other.verdict == std::mem::discriminant(&Verdict::StepLimit);
        return Notice::Taken { for_ever };
    }
    match runner.x.result().handed().nth(who as usize - 1) {
        Some((handed, prints)) if !handed.unknown => match prints {
            true => Notice::Prints,
            false => Notice::None,
        },
        _ => Notice::Taken { for_ever: false },
    }
}

pub(super) fn run(runner: &mut Runner<'_>, plan: &Plan, asking: Asking) -> End {
    let setup = Setup {
        races: false,
        asking: Some(asking),
        ..runner.setup(Driver::Follow(Follow::new(plan.clone())))
    };
    (runner.launch)(&mut runner.x, setup);
    let o = runner.x.result();
    End {
        verdict: std::mem::discriminant(o.verdict()),
        output: o.output().to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::check::{apart, launcher, rules};
    use super::super::options::Options;
    use super::*;
    use crate::lab::Exploration;
    use crate::prelude::*;
    use crate::println;
    use crate::sync::atomic::Int64;

    fn asked(f: impl Fn() + Send + Sync + 'static) -> (u64, u64) {
        apart(|| {
            let mut launch = launcher(f);
            let found = heed(&mut Runner::new(
                Exploration::new(),
                &mut launch,
                rules(&Options::new(), None),
            ));
            (found.heeded, found.unheeded)
        })
    }

    #[test]
    fn what_is_printed_is_heeded_and_what_is_thrown_away_is_not() {
        let both = |used: bool| {
            move || {
                let c = chan(0);
                for n in [20, 22] {
                    let c = c.clone();
                    go!(c.send(n));
                }
                let sum: i32 = (0..2).filter_map(|_| c.recv()).sum();
                println!("{}", if used { sum } else { 42 });
            }
        };
        assert_eq!(asked(both(true)), (2, 0));
        assert_eq!(asked(both(false)), (0, 2));
    }

    #[test]
    fn each_way_of_handing_over_is_seen() {
        /// Has `leave` done by a goroutine of its own, and prints what `look` finds.
        fn through<T: Clone + Send + Sync + 'static>(
            thing: T,
            leave: fn(&T),
            look: fn(&T) -> i64,
        ) -> (u64, u64) {
            asked(move || {
                // Each schedule has the same thing, so what is left is left anew.
                let (mine, wg) = (thing.clone(), WaitGroup::new());
                let theirs = thing.clone();
                wg.go(move || leave(&theirs));
                wg.wait();
                println!("{}", look(&mine));
            })
        }
        use std::sync::Arc;
        let one = (1, 0);
        assert_eq!(through(Shared::new(0), |s| s.set(7), Shared::get), one);
        assert_eq!(
            through(Arc::new(Mutex::new(0)), |m| *m.lock() = 7, |m| *m.lock()),
            one
        );
        assert_eq!(
            through(Arc::new(RWMutex::new(0)), |m| *m.write() = 7, |m| *m.read()),
            one
        );
        assert_eq!(
            through(Arc::new(Int64::new(0)), |a| a.store(7), |a| a.load()),
            one
        );
        assert_eq!(
            through(
                chan(1),
                |c| {
                    select! { send(c, 7) => {} }
                },
                |c| c.recv().unwrap_or(0)
            ),
            one
        );
        assert_eq!(
            through(
                chan(1),
                |c| {
                    let _ = c.try_send(7);
                },
                |c| c.recv().unwrap_or(0)
            ),
            one
        );
    }

    #[test]
    fn each_has_a_place_in_one_list() {
        let places = |read: bool| {
            move || {
                let list = std::sync::Arc::new(Mutex::new(vec![0; 3]));
                let wg = WaitGroup::new();
                for n in 0..3 {
                    let list = list.clone();
                    wg.go(move || list.lock()[n] = 7);
                }
                wg.wait();
                let list = list.lock();
                println!("{:?}", if read { &list[..] } else { &[7, 7, 7] });
            }
        };
        assert_eq!(asked(places(true)), (3, 0));
        assert_eq!(asked(places(false)), (0, 3));
    }

    #[test]
    fn who_sends_a_variable_hands_over_what_is_in_it() {
        let sent = |read: bool| {
            move || {
                let c = chan(1);
                let d = c.clone();
                go!(d.send(Shared::new(7)));
                let n = c.recv().map(|v| v.get());
                println!("{:?}", if read { n } else { Some(7) });
            }
        };
        assert_eq!(asked(sent(true)), (1, 0));
        assert_eq!(asked(sent(false)), (0, 1));
    }

    #[test]
    fn what_is_left_in_a_pointer_may_be_heeded_and_in_a_value_is_known() {
        use crate::sync::atomic::{Pointer, Value};
        use std::sync::Arc;
        let pointer = || {
            let (p, wg) = (Arc::new(Pointer::new(None)), WaitGroup::new());
            let q = p.clone();
            wg.go(move || q.store(Some(Arc::new(7))));
            wg.wait();
            println!("{:?}", p.load());
        };
        let value = |read: bool| {
            move || {
                let (v, wg) = (Arc::new(Value::new()), WaitGroup::new());
                let w = v.clone();
                wg.go(move || w.store(7));
                wg.wait();
                let found: Option<i32> = v.load();
                println!("{:?}", if read { found } else { Some(7) });
            }
        };
        assert_eq!(asked(pointer), (1, 0));
        assert_eq!(asked(value(true)), (1, 0));
        assert_eq!(asked(value(false)), (0, 1));
    }

    #[test]
    fn one_who_comes_too_late_in_the_plain_schedule_gets_another() {
        // In the plain one the first to send is goroutine 2, and main takes the first only.
        let first = || {
            let c = chan(2);
            for n in [1, 2] {
                let c = c.clone();
                go!(c.send(n));
            }
            println!("{:?}", c.recv());
        };
        assert_eq!(asked(first), (2, 0));
    }

    #[test]
    fn one_who_prints_for_himself_is_not_asked_for_more() {
        let done = |prints: bool| {
            move || {
                let c = chan(0);
                let d = c.clone();
                go!({
                    if prints {
                        println!("line");
                    }
                    d.send(());
                });
                c.recv();
                if !prints {
                    println!("line");
                }
            }
        };
        assert_eq!(asked(done(true)), (0, 0));
        assert_eq!(asked(done(false)), (0, 1));
    }

    #[test]
    fn a_type_that_is_not_known_gets_the_benefit_of_the_doubt() {
        struct Word(#[allow(dead_code, reason = "it only has to be there")] u64);
        let send = || {
            let c = chan(0);
            let d = c.clone();
            go!(d.send(Word(1)));
            c.recv();
            println!("line");
        };
        assert_eq!(asked(send), (1, 0));
    }

    #[test]
    fn looking_under_a_lock_hands_nothing_over() {
        let look = || {
            let m = std::sync::Arc::new(Mutex::new(3));
            let wg = WaitGroup::new();
            let n = m.clone();
            wg.go(move || println!("{}", *n.lock()));
            wg.wait();
        };
        assert_eq!(asked(look), (0, 0));
    }

    #[test]
    fn of_many_the_first_and_the_last_are_asked() {
        let many = || {
            let c = chan(0);
            for n in 0..100 {
                let c = c.clone();
                go!(c.send(n));
            }
            let sum: i32 = (0..100).filter_map(|_| c.recv()).sum();
            println!("{sum}");
        };
        assert_eq!(asked(many), (MOST as u64, 0));
    }
}
