//! What becomes of a program that is asked to do something that it does not do by itself: other numbers, a panic elsewhere, a
//! goroutine that makes no step.
//!
//! Every schedule of a program is right with the values that it has, and that is all that schedules show. A loop that stops
//! at -1 is right as long as nobody sends -1; a `done` for job 2 alone as long as no other job panics; a receiver that
//! listens to one after the other as long as the first one goes on. So one schedule is run again, once for each thing that
//! might be, and only its end is looked at: that the output is another one is only natural.

use super::heed::{MOST, run};
use super::search::Runner;
use crate::lab::{Asking, Plan, Verdict};

/// How many of the numbers make the program end otherwise, if a goroutine hands over that number and no other.
pub(super) fn signs(runner: &mut Runner<'_>, numbers: &[i64]) -> u64 {
    let plain = Plan(Vec::new());
    let end = run(runner, &plain, Asking::Who);
    let asked = others(runner.x.result().handed().map(|(handed, _)| handed.any));
    let mut told_apart = |number: &&i64| {
        asked
            .iter()
            .any(|who| run(runner, &plain, Asking::Become(*who, **number)).verdict != end.verdict)
    };
    numbers.iter().filter(|n| told_apart(n)).count() as u64
}

/// How many goroutines leave somebody waiting for ever, if they panic where they first print.
pub(super) fn jumped(runner: &mut Runner<'_>) -> u64 {
    let plain = Plan(Vec::new());
    run(runner, &plain, Asking::Who);
    let asked = others(runner.x.result().handed().map(|(_, printed)| printed));
    // A panic that nobody recovers ends the program: it says nothing of those who would wait.
    let mut waits = |who: &&u32| {
        run(runner, &plain, Asking::Panic(**who));
        matches!(
            runner.x.result().verdict(),
            Verdict::Deadlock { .. } | Verdict::Leak
        )
    };
    asked.iter().filter(|who| waits(who)).count() as u64
}

/// How many wait to send, at the most, for as long as one goroutine that only sends makes no step, and how many values of
/// others lie in channels meanwhile.
///
/// Only such a one, for who receives keeps those waiting who send to it, and that is as it should be.
pub(super) fn held_up(runner: &mut Runner<'_>) -> u64 {
    let plain = Plan(Vec::new());
    run(runner, &plain, Asking::Who);
    let only_sends = {
        let o = runner.x.result();
        others(
            o.handed()
                .zip(o.listens())
                .map(|((handed, _), listens)| handed.any && !listens),
        )
    };
    let mut most = 0;
    for who in only_sends {
        run(runner, &plain, Asking::Last(who));
        most = most.max(u64::from(runner.x.result().held_up(who)));
    }
    most
}

/// The goroutines other than main of which something is true, not too many of them.
fn others(is_one: impl Iterator<Item = bool>) -> Vec<u32> {
    (1..)
        .zip(is_one)
        .filter(|(who, is_one)| *is_one && *who != 1)
        .map(|(who, _)| who)
        .take(MOST)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::check::{apart, launcher, rules};
    use super::super::options::Options;
    use super::*;
    use crate::lab::Exploration;
    use crate::prelude::*;
    use crate::println;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    fn asked(
        question: impl Fn(&mut Runner<'_>) -> u64 + Send + Sync,
        f: impl Fn() + Send + Sync + 'static,
    ) -> u64 {
        apart(|| {
            let mut launch = launcher(f);
            question(&mut Runner::new(
                Exploration::new(),
                &mut launch,
                rules(&Options::new(), None),
            ))
        })
    }

    #[test]
    fn a_number_that_is_taken_for_the_end_is_a_sign() {
        let lowest = |end: Option<i64>| {
            move || {
                let c = chan(0);
                let d = c.clone();
                go!({
                    for n in [3, 0, -2] {
                        d.send(n);
                    }
                    d.close();
                });
                let mut lowest = i64::MAX;
                while let Some(n) = c.recv().filter(|n| Some(*n) != end) {
                    lowest = lowest.min(n);
                }
                println!("{lowest}");
            }
        };
        let some = [i64::MIN, -1, 0, 1, 7];
        assert_eq!(asked(|r| signs(r, &some), lowest(Some(7))), 1);
        assert_eq!(asked(|r| signs(r, &some), lowest(Some(i64::MIN))), 1);
        assert_eq!(asked(|r| signs(r, &some), lowest(None)), 0);
    }

    #[test]
    fn a_panic_that_jumps_over_a_line_is_seen_where_it_is_recovered() {
        let jobs = |deferred: bool, recovered: bool| {
            move || {
                let wg = WaitGroup::new();
                for job in 1..=2 {
                    wg.add(1);
                    let wg = wg.clone();
                    go(move || {
                        let last = wg.clone();
                        defer! {
                            if deferred {
                                last.done();
                            }
                        }
                        let work = || {
                            println!("{job}");
                            if !deferred {
                                wg.done();
                            }
                        };
                        if recovered {
                            let _ = catch_unwind(AssertUnwindSafe(work));
                        } else {
                            work();
                        }
                    });
                }
                wg.wait();
            }
        };
        assert_eq!(asked(jumped, jobs(false, true)), 2);
        assert_eq!(asked(jumped, jobs(true, true)), 0);
        assert_eq!(asked(jumped, jobs(false, false)), 0);
    }

    #[test]
    fn who_listens_to_one_alone_holds_up_the_other() {
        fn letters(n: i32) -> Chan<i32> {
            letters_into(chan(0), n)
        }
        fn letters_into(c: Chan<i32>, n: i32) -> Chan<i32> {
            let d = c.clone();
            go!({
                for n in 0..n {
                    d.send(n);
                }
                d.close();
            });
            c
        }
        let in_turn = || {
            let (a, b) = (letters(2), letters(3));
            println!("{}", a.iter().chain(&b).sum::<i32>());
        };
        let both = || {
            let (mut a, mut b) = (letters(2), letters(3));
            let mut sum = 0;
            while !(a.is_nil() && b.is_nil()) {
                select! {
                    recv(a) -> v => match v {
                        Some(v) => sum += v,
                        None => a = Chan::nil(),
                    },
                    recv(b) -> v => match v {
                        Some(v) => sum += v,
                        None => b = Chan::nil(),
                    },
                }
            }
            println!("{sum}");
        };
        let merged = || {
            let (all, wg) = (chan(0), WaitGroup::new());
            for c in [letters(2), letters(3)] {
                let all = all.clone();
                wg.go(move || {
                    for v in &c {
                        all.send(v);
                    }
                });
            }
            let end = all.clone();
            go!({
                wg.wait();
                end.close();
            });
            println!("{}", all.iter().sum::<i32>());
        };
        // With room the other one's letters lie there, and wait as well.
        let in_turn_with_room = || {
            let (a, b) = (letters_into(chan(8), 2), letters_into(chan(8), 3));
            println!("{}", a.iter().chain(&b).sum::<i32>());
        };
        // One list of all that came, read when both have said that they are done.
        let one_list = || {
            let (all, done) = (chan(8), chan(0));
            for n in [2, 3] {
                let (all, done) = (all.clone(), done.clone());
                go!({
                    for n in 0..n {
                        all.send(n);
                    }
                    done.send(());
                });
            }
            for _ in 0..2 {
                done.recv();
            }
            all.close();
            println!("{}", all.iter().sum::<i32>());
        };
        assert_eq!(asked(held_up, in_turn), 1);
        assert_eq!(asked(held_up, in_turn_with_room), 3);
        assert_eq!(asked(held_up, one_list), 0);
        assert_eq!(asked(held_up, both), 0);
        assert_eq!(asked(held_up, merged), 0);
    }
}
