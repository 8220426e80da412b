//! `check` and `replay`: from options to a report.

use std::sync::Arc;

use super::draw;
use super::guard::{Guard, guarded};
use super::options::{MAX_STEPS, Options};
use super::report::{Blocked, Failure, Kind, Report};
use super::schedule::Schedule;
use super::search::{Found, Rules, Runner, Task};
use super::shorten::shorten;
use super::spin;
use super::story::Story;
use crate::lab::{Driver, Exploration, Follow, Outcome, Plan, Random, Setup, Verdict};

/// Runs `f` as a program's main once for each of many schedules, and reports the shortest one that fails.
///
/// The same `f`, options and seed give the same report. `f` must make everything it works with anew each time it is
/// called: what it captured or keeps in statics is seen by the next schedule too.
///
/// With the environment variable `GOSCHEDULE` set to a schedule's token, only that schedule runs.
///
/// # Panics
///
/// If no stack can be had for a goroutine.
///
/// ```
/// use goroutines::explore::{check, Kind, Options};
/// use goroutines::prelude::*;
///
/// // Each of two goroutines locks one mutex and then the other's.
/// let report = check(&Options::new(), || {
///     let a = std::sync::Arc::new((Mutex::new(()), Mutex::new(())));
///     let b = a.clone();
///     let wg = WaitGroup::new();
///     wg.go(move || { let _x = b.0.lock(); let _y = b.1.lock(); });
///     let _y = a.1.lock();
///     let _x = a.0.lock();
/// });
/// let failure = report.failure.unwrap();
/// assert_eq!(failure.kind, Kind::Deadlock);
/// assert_eq!(failure.blocked.len(), 2);
/// assert_eq!(failure.preemptions, 1);
/// ```
pub fn check(opts: &Options, f: impl Fn() + Send + Sync + 'static) -> Report {
    let opts = opts.clone();
    guarded(move |guard| explore(&opts, f, guard))
}

/// Runs something on a thread of its own, and waits for it: who is abandoned in the middle of its unwinding leaves the
/// thread's count of panics as it is.
pub(super) fn apart<R: Send>(f: impl FnOnce() -> R + Send) -> R {
    std::thread::scope(|s| {
        let run = s.spawn(f).join();
        run.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

fn explore(opts: &Options, f: impl Fn() + Send + Sync + 'static, guard: &Guard) -> Report {
    if let Ok(token) = std::env::var("GOSCHEDULE") {
        return match token.parse() {
            Ok(schedule) => follow(opts, &schedule, f, guard),
            Err(e) => panic!("GOSCHEDULE: {e}"),
        };
    }
    let expect = opts.expect.clone();
    let mut launch = launcher(f);
    let mut runner = Runner::new(
        Exploration::new(),
        &mut launch,
        rules(opts, expect.as_deref().map(|e| e as &dyn Fn(&str) -> bool)),
    );
    guard.here(&runner.x);
    let tally = runner.explore(&Task {
        schedules: opts.schedules,
        seed: opts.seed,
        strategy: opts.strategy,
        first: &[],
        until: None,
        progress: Some(&guard.ran),
    });
    let failure = tally.found.as_ref().map(|found| {
        let failure = settle(&mut runner, found);
        let failure = unless_it_stays(&mut runner, tally.passed_first.as_ref(), failure);
        expecting(failure, opts)
    });
    let notes = tally.notes(failure.as_ref().map(|f| f.kind));
    Report {
        ran: tally.ran,
        distinct: tally.distinct,
        failed: tally.failed,
        exhausted: tally.exhausted,
        failure,
        first: tally.found.map(|found| found.index),
        notes,
    }
}

/// What must be printed goes with a schedule that failed because something else was.
fn expecting(mut f: Failure, opts: &Options) -> Failure {
    if f.kind == Kind::Output {
        f.schedule.expect = opts.expect.clone();
    }
    f
}

/// Runs `f` under one schedule: the one a report gave. A schedule out of a report knows what had to be printed; one that was
/// typed does not: for that, set `GOSCHEDULE` and call [`check`].
///
/// If the schedule cannot be followed, or does something else when it is run a second time, the failure is
/// [`Kind::Nondeterminism`].
///
/// ```
/// use goroutines::explore::{check, replay, Options};
/// use goroutines::prelude::*;
///
/// fn program() {
///     let ch = chan(0);
///     go!({ ch.send(1) });
/// }
/// let found = check(&Options::new().schedules(10), program).failure.unwrap();
/// let again = replay(&found.schedule, program).failure.unwrap();
/// assert_eq!(again, found);
/// ```
pub fn replay(schedule: &Schedule, f: impl Fn() + Send + Sync + 'static) -> Report {
    let schedule = schedule.clone();
    let opts = Options {
        expect: schedule.expect.clone(),
        ..Options::new()
    };
    guarded(move |guard| follow(&opts, &schedule, f, guard))
}

fn follow(
    opts: &Options,
    schedule: &Schedule,
    f: impl Fn() + Send + Sync + 'static,
    guard: &Guard,
) -> Report {
    let expect = opts.expect.clone();
    let mut launch = launcher(f);
    let mut runner = Runner::new(
        Exploration::new(),
        &mut launch,
        rules(opts, expect.as_deref().map(|e| e as &dyn Fn(&str) -> bool)),
    );
    guard.here(&runner.x);
    let failure = replayed(&mut runner, &schedule.plan);
    let failure = failure.map(|f| expecting(f, opts));
    Report {
        ran: 1,
        distinct: 1,
        failed: usize::from(failure.is_some()),
        exhausted: false,
        first: failure.is_some().then_some(1),
        failure,
        notes: Vec::new(),
    }
}

/// The failure that `plan` leads to, if any.
pub(super) fn replayed(runner: &mut Runner<'_>, plan: &Plan) -> Option<Failure> {
    let kind = runner.run(Driver::Follow(Follow::new(plan.clone())), true);
    let o = runner.x.result();
    let left = left(plan, &o);
    let fingerprint = o.fingerprint();
    let story = Story::of(&o);
    drop(o);
    let kind = runner.without_doubt(kind, plan);
    let Some(kind) = kind else {
        let message = format!(
            "the schedule cannot be followed: {}. Either the program has changed since, or it does not do the same each time: \
             {CAUSES}",
            left?
        );
        return Some(failure(runner, Kind::Nondeterminism, plan, message, story));
    };
    let found = Found {
        kind,
        plan: plan.clone(),
        cost: runner.cost(kind),
        index: 1,
        fingerprint,
    };
    Some(settle_as(runner, &found, plan))
}

/// Where the plan that was followed last could not be followed, if that was so.
pub(super) fn left(plan: &Plan, o: &Outcome<'_>) -> Option<String> {
    let (segment, steps) = o.left_at()?;
    // A leading `G1` is implied.
    let shift = usize::from(plan.0.first().is_none_or(|s| s.who != 1));
    let said = plan.0.get(segment.checked_sub(shift)?)?;
    Some(format!(
        "after {steps} of its steps, goroutine {} of `{}` does not exist, waits or has ended",
        said.who,
        Plan(vec![said.clone()]),
    ))
}

/// Runs `f` once under the random schedule of `seed` and gives back its steps: for lessons that draw them.
#[doc(hidden)]
pub fn record(seed: u64, f: impl Fn() + Send + Sync + 'static) -> Story {
    story_of(Driver::Random(Random::new(seed, 0, false)), f)
}

/// As [`record`], under a given schedule.
#[doc(hidden)]
pub fn record_schedule(schedule: &Schedule, f: impl Fn() + Send + Sync + 'static) -> Story {
    story_of(Driver::Follow(Follow::new(schedule.plan.clone())), f)
}

fn story_of(driver: Driver, f: impl Fn() + Send + Sync + 'static) -> Story {
    let mut launch = launcher(f);
    let mut x = Exploration::new();
    launch(
        &mut x,
        Setup {
            driver,
            max_steps: MAX_STEPS,
            relents: u64::MAX,
            races: true,
            provoking: false,
            recording: true,
            asking: None,
        },
    );
    Story::of(&x.result())
}

/// Starts `f` as main, again and again.
pub(super) fn launcher(
    f: impl Fn() + Send + Sync + 'static,
) -> impl FnMut(&mut Exploration, Setup) {
    let f = Arc::new(f);
    move |x, setup| {
        let f = f.clone();
        x.run(setup, move || f());
    }
}

pub(super) fn rules<'a>(opts: &Options, expect: Option<&'a dyn Fn(&str) -> bool>) -> Rules<'a> {
    Rules {
        max_steps: opts.max_steps,
        races: opts.races,
        leaks: opts.leaks,
        helps: true,
        expect,
    }
}

const CAUSES: &str = "it depends on something that no schedule decides, such as a static or a captured value that the \
    former schedule has changed, the order of a HashMap, a random number, the wall clock, an address, or a thread";

/// Shortens what was found, and writes it down.
pub(super) fn settle(runner: &mut Runner<'_>, found: &Found) -> Failure {
    match shorten(runner, found) {
        Some(short) => {
            let plan = short.plan.clone();
            settle_as(runner, &short, &plan)
        }
        None => {
            let kind = runner.run(Driver::Follow(Follow::new(found.plan.clone())), true);
            let story = Story::of(&runner.x.result());
            let then = kind.map_or_else(|| "passed".to_string(), |k| format!("ended in: {k}"));
            let message = format!(
                "the same schedule, run again, did something else: first it ended in: {}, then it {then}. {}",
                found.kind,
                sentence(CAUSES)
            );
            failure(runner, Kind::Nondeterminism, &found.plan, message, story)
        }
    }
}

/// A failure as it is; unless the very first schedule, which passed, now fails like this too: then something that a former
/// schedule has left behind is what makes it fail, and not the schedule.
fn unless_it_stays(runner: &mut Runner<'_>, passed: Option<&Plan>, f: Failure) -> Failure {
    let Some(passed) = passed.filter(|_| f.kind != Kind::Nondeterminism) else {
        return f;
    };
    let again = runner.run(Driver::Follow(Follow::new(passed.clone())), false);
    if again != Some(f.kind) {
        return f;
    }
    let how = f.message.lines().next().unwrap_or_default();
    Failure {
        message: format!(
            "the schedule that was run first went well then, and now it ends in: {} ({how}). {}",
            f.kind,
            sentence(CAUSES)
        ),
        kind: Kind::Nondeterminism,
        ..f
    }
}

/// Writes down a schedule that fails, run twice to see that it is the same each time. `token` is what it is called.
pub(super) fn settle_as(runner: &mut Runner<'_>, found: &Found, token: &Plan) -> Failure {
    let mut runs = Vec::with_capacity(2);
    for _ in 0..2 {
        let kind = runner.run(Driver::Follow(Follow::new(found.plan.clone())), true);
        let o = runner.x.result();
        runs.push((kind, Story::of(&o), o.fingerprint()));
    }
    let same = runs[0].0 == Some(found.kind)
        && runs[0].2 == found.fingerprint
        && runs[0].0 == runs[1].0
        && runs[0].1 == runs[1].1;
    let (second, first) = (runs.pop(), runs.pop());
    let (Some(first), Some(second)) = (first, second) else {
        unreachable!("two runs were made");
    };
    if same {
        let message = message(&runner.x.result(), found.kind, &second.1);
        return failure(runner, found.kind, token, message, second.1);
    }
    // It may be wrong for a reason of its own, whatever else it depends on.
    let ends = second.0.map_or_else(String::new, |kind| {
        let how = message(&runner.x.result(), kind, &second.1);
        let how = how.lines().next().unwrap_or_default();
        format!(" It ended in: {kind} ({how}).")
    });
    let message = format!(
        "the same schedule, run again, did something else: {}. {}{ends}",
        difference(&first.1, &second.1),
        sentence(CAUSES)
    );
    failure(runner, Kind::Nondeterminism, token, message, second.1)
}

fn sentence(s: &str) -> String {
    let mut c = s.chars();
    c.next()
        .map(|first| first.to_uppercase().chain(c).chain(['.']).collect())
        .unwrap_or_default()
}

/// Where two runs of one schedule part.
fn difference(a: &Story, b: &Story) -> String {
    let say = |s: &Story, i: usize| match s.moments.get(i) {
        Some(m) => {
            let at = m
                .place
                .as_ref()
                .map(|p| format!(" at {p}"))
                .unwrap_or_default();
            let out = if m.outcome.is_empty() {
                String::new()
            } else {
                format!(" {}", m.outcome)
            };
            format!("goroutine {} did {}{out}{at}", m.who, m.what)
        }
        None => "it was over".to_string(),
    };
    match (0..a.moments.len().max(b.moments.len())).find(|&i| a.moments.get(i) != b.moments.get(i))
    {
        Some(i) => {
            let (once, mut then) = (say(a, i), say(b, i));
            let object = |s: &Story| s.moments.get(i).map(|m| m.object);
            if once == then {
                then = match object(a) == object(b) {
                    true => "the same, of which something else came".to_string(),
                    false => "the same to another object".to_string(),
                };
            }
            format!("at step {}, once {once}, then {then}", i + 1)
        }
        None if a.output != b.output => {
            format!("once it printed {:?}, then {:?}", a.output, b.output)
        }
        None => "its steps were the same, its end was not".to_string(),
    }
}

/// The last schedule, as a failure.
fn failure(runner: &Runner<'_>, kind: Kind, plan: &Plan, message: String, story: Story) -> Failure {
    let o = runner.x.result();
    Failure {
        kind,
        schedule: Schedule::of(plan.clone()),
        preemptions: o.recorded().preemptions,
        steps: o.steps() as usize,
        output: o.output().to_string(),
        message,
        blocked: o
            .waiters()
            .into_iter()
            .filter_map(|w| {
                Some(Blocked {
                    goroutine: u64::from(w.who),
                    reason: w.reason.as_str().to_string(),
                    at: w.at?,
                })
            })
            .collect(),
        story: Arc::new(story),
    }
}

/// So many of those who are leaked, or have locked each other out, are named; `blocked` has them all.
const LEAKED: usize = 8;

/// What went wrong, in a line or two.
pub(super) fn message(o: &Outcome<'_>, kind: Kind, story: &Story) -> String {
    match (kind, o.verdict()) {
        (Kind::Panic, Verdict::Panic { text, .. }) => text.clone(),
        (Kind::Fatal, Verdict::Fatal { text, .. }) => text.to_string(),
        (Kind::Deadlock, Verdict::Deadlock { main_exited }) => {
            let out = draw::ring(story).filter(|r| !r.contains(&1) || story.main_returned);
            match out {
                Some(ring) => locked_out(&ring, story),
                None if *main_exited && story.waits.is_empty() => {
                    "no goroutines (main called runtime.Goexit) - deadlock!".to_string()
                }
                None => "all goroutines are asleep - deadlock!".to_string(),
            }
        }
        (Kind::Leak, _) => story
            .waits
            .iter()
            .take(LEAKED)
            .map(|w| {
                let at = w
                    .place
                    .as_ref()
                    .map(|p| format!(" at {p}"))
                    .unwrap_or_default();
                format!("goroutine {} waits for ever: {}{at}", w.who, w.reason)
            })
            .chain(
                (story.waits.len() > LEAKED)
                    .then(|| format!("and {} more", story.waits.len() - LEAKED)),
            )
            .collect::<Vec<_>>()
            .join("\n"),
        (Kind::Race, _) => race(story),
        (Kind::Output, _) => format!("printed {}, which was not expected", quoted(o.output())),
        (Kind::StepLimit, _) => {
            let who = if o.main_returned() {
                "main has returned, but others still run"
            } else {
                "the program came to no end"
            };
            let mut lines = vec![format!("{who} after {} steps", o.steps())];
            lines.extend(spin::told(story));
            lines.join("\n")
        }
        (kind, _) => kind.to_string(),
    }
}

/// Some have locked each other out, and main is not among them.
fn locked_out(ring: &[u64], story: &Story) -> String {
    let mut who: Vec<String> = ring
        .iter()
        .take(LEAKED)
        .map(|g| format!("goroutine {g}"))
        .collect();
    if ring.len() > LEAKED {
        who.push(format!("{} more", ring.len() - LEAKED));
    }
    let main = if story.main_returned {
        "main has returned"
    } else if story.waits.iter().any(|w| w.who == 1) {
        "main waits too"
    } else {
        "main goes on"
    };
    match &who[..] {
        [one] => format!("{one} waits for a lock that it holds itself; {main}"),
        _ => format!(
            "{} wait for each other's locks for ever; {main}",
            who.join(" and ")
        ),
    }
}

/// What a wrong output is beside the right one: both from where the difference can be seen.
pub(super) fn message_of_output(output: &str, expected: &str) -> String {
    let from = first_shown(output.trim_end(), expected.trim_end());
    format!(
        "printed {}, expected {}",
        quoted_from(output, from),
        quoted_from(expected, from)
    )
}

/// So many characters of an output are shown.
const SHOWN: usize = 30;

/// Where to begin with two texts, in bytes: at their beginning if they part soon enough, else at the line in which they
/// part, or at a word of it.
fn first_shown(a: &str, b: &str) -> usize {
    // Some characters after the place have to be there as well.
    const AFTER: usize = 4;
    let same = a.chars().zip(b.chars()).take_while(|(a, b)| a == b);
    let part: usize = same.map(|(c, _)| c.len_utf8()).sum();
    let far = |from: usize| a[from..part].chars().count() + AFTER > SHOWN;
    if !far(0) {
        return 0;
    }
    let line = a[..part].rfind('\n').map_or(0, |at| at + 1);
    if !far(line) {
        return line;
    }
    let words = a[line..part].char_indices().filter(|(_, c)| *c == ' ');
    words
        .map(|(at, _)| line + at + 1)
        .find(|&from| !far(from))
        .unwrap_or(part)
}

/// A short output whole, of a longer one the beginning.
fn quoted(s: &str) -> String {
    quoted_from(s, 0)
}

fn quoted_from(s: &str, from: usize) -> String {
    let before = if from > 0 { "…" } else { "" };
    let s = &s.trim_end()[from..];
    match s.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{before}{:?}…", &s[..end]),
        None => format!("{before}{s:?}"),
    }
}

fn race(story: &Story) -> String {
    let Some(r) = &story.race else {
        return String::new();
    };
    let access = |a: &super::story::Access| {
        format!(
            "goroutine {} {} at {}",
            a.who,
            if a.write { "writes" } else { "reads" },
            a.place
        )
    };
    if let Some((add, wait)) = story.race_for_a_group() {
        return format!(
            "race on a sync.WaitGroup: goroutine {} adds at {}, goroutine {} waits at {}, and nothing orders the two",
            add.who, add.place, wait.who, wait.place
        );
    }
    let what = match story.things.get(r.object) {
        Some(t) if !t.kind.is_empty() => match &t.place {
            Some(p) => format!("the {} made at {p}", t.kind),
            None => format!("a {}", t.kind),
        },
        _ => "one object".to_string(),
    };
    format!(
        "race on {what}: {}, {}, and nothing orders the two",
        access(&r.first),
        access(&r.second)
    )
}

#[cfg(test)]
mod tests {
    use super::message_of_output;

    #[test]
    fn two_outputs_are_shown_from_where_they_can_be_told_apart() {
        let told = [
            ("1\n", "2\n", r#"printed "1", expected "2""#),
            (
                "received 6 values, 20 in all of them\n",
                "received 6 values, 21 in all of them\n",
                r#"printed "received 6 values, 20 in all o"…, expected "received 6 values, 21 in all o"…"#,
            ),
            (
                "ping 1\npong 2\nping 3\npong 4\nping 5\n",
                "ping 1\npong 2\nping 3\npong 4\nping 5\npong 6\n",
                r#"printed …"ping 5", expected …"ping 5\npong 6""#,
            ),
            (
                "1 worker: a1 b1 c1 b2 c2 c3\n2 workers: 5 turns\n",
                "1 worker: a1 b1 c1 b2 c2 c3\n2 workers: 6 turns\n",
                r#"printed …"2 workers: 5 turns", expected …"2 workers: 6 turns""#,
            ),
            (
                "eins, zwei, drei, vier, fünf, sechs, acht",
                "eins, zwei, drei, vier, fünf, sechs, sieben",
                r#"printed …"drei, vier, fünf, sechs, acht", expected …"drei, vier, fünf, sechs, siebe"…"#,
            ),
            (
                "äääääääääääääääääääääääääääääääääää1",
                "äääääääääääääääääääääääääääääääääää2",
                r#"printed …"1", expected …"2""#,
            ),
        ];
        for (output, expected, message) in told {
            assert_eq!(message_of_output(output, expected), message);
        }
    }
}
