//! Tests: visiting one schedule of each kind shows all that visiting every schedule shows. More of them:
//!
//! ```text
//! EVERY_PROGRAMS=12000 cargo test --release -p goroutines --lib one_schedule_of_each -- --nocapture
//! ```
//!
//! `EVERY_FAMILIES=Words,Ends` takes these families only, `EVERY_FROM=5000` begins there. What is abandoned at the end of a
//! schedule is leaked: some thousands of programs take some gigabytes, so a long run is better made in pieces.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex as StdMutex};

use crate::lab::{Driver, Every, Exploration, Setup, Tree, Verdict};
use programs::{FAMILIES, Family, MORE, SMALL, draw, run};

mod programs;
mod shortest;
mod whole;

/// How a schedule ended and what anybody could see of it.
type Seen = (String, String, Vec<Vec<i64>>, Vec<&'static str>, bool);

fn seen(x: &Exploration, note: &StdMutex<Vec<Vec<i64>>>) -> Seen {
    let o = x.result();
    let verdict = match o.verdict() {
        // Numbers are given in the order of births.
        Verdict::Panic { text, .. } => format!("panic {text}"),
        Verdict::Fatal { text, .. } => format!("fatal {text}"),
        v => format!("{v:?}"),
    };
    // When a panic ends it, some stand before a lock that others wait for already: that is no difference.
    let crashed = matches!(o.verdict(), Verdict::Panic { .. } | Verdict::Fatal { .. });
    let mut waiters: Vec<_> = o
        .waiters()
        .iter()
        .filter(|_| !crashed)
        .map(|w| w.reason.as_str())
        .collect();
    waiters.sort_unstable();
    let notes = std::mem::take(&mut *note.lock().unwrap());
    (
        verdict,
        o.output().to_string(),
        notes,
        waiters,
        o.race().is_some(),
    )
}

fn setup(driver: Driver) -> Setup {
    Setup {
        driver,
        relents: u64::MAX,
        max_steps: 300,
        races: true,
        provoking: false,
        recording: false,
        asking: None,
    }
}

/// All there is to be seen under every schedule; `None`: there are too many of them.
fn by_force(
    x: &mut Exploration,
    main: &(impl Fn() + Clone + 'static),
    note: &StdMutex<Vec<Vec<i64>>>,
) -> Option<(BTreeSet<Seen>, usize)> {
    let mut all = BTreeSet::new();
    let mut tree = Tree::whole(None);
    for n in 1..=MOST {
        x.run(setup(Driver::Tree(tree)), main.clone());
        all.insert(seen(x, note));
        let Driver::Tree(again) = x.take_driver() else {
            unreachable!("it was a tree");
        };
        tree = again;
        if !tree.another() {
            return Some((all, n));
        }
    }
    None
}

const MOST: usize = 20_000;

/// What every schedule shows, and what those show that are visited.
struct Compared {
    all: BTreeSet<Seen>,
    forced: usize,
    found: BTreeSet<Seen>,
    every: Box<Every>,
    runs: usize,
}

impl Compared {
    /// `None`: there are too many schedules.
    fn new(
        x: &mut Exploration,
        main: &(impl Fn() + Clone + 'static),
        note: &StdMutex<Vec<Vec<i64>>>,
    ) -> Option<Compared> {
        let (all, forced) = by_force(x, main, note)?;
        let mut found = BTreeSet::new();
        let mut every = Box::new(Every::new());
        let mut runs = 0;
        loop {
            x.run(setup(Driver::Every(every)), main.clone());
            let Driver::Every(again) = x.take_driver() else {
                unreachable!("it was `Every`");
            };
            every = again;
            let s = seen(x, note);
            if every.counts() {
                found.insert(s);
            }
            runs += 1;
            if runs > 2 * forced + 10 || !every.another() {
                break;
            }
        }
        Some(Compared {
            all,
            forced,
            found,
            every,
            runs,
        })
    }

    /// Nothing is missing, and nothing else is seen; nor is it more work.
    fn check(&self, what: &dyn std::fmt::Debug) {
        let missing: Vec<_> = self.all.difference(&self.found).collect();
        let more: Vec<_> = self.found.difference(&self.all).collect();
        let n = self.forced;
        assert!(
            missing.is_empty() && more.is_empty(),
            "{what:?}\nof {n} schedules {} were visited, plain {}\nmissing {missing:?}\nmore {more:?}",
            self.every.found,
            self.every.plain
        );
        assert!(self.runs <= 2 * n + 10, "{what:?}\nno fewer than all {n}");
    }
}

#[test]
fn one_schedule_of_each_kind_shows_all_there_is_to_see() {
    let number = |name: &str, else_: u64| {
        std::env::var(name).map_or(else_, |n| n.parse().expect("it is a number"))
    };
    let (programs, from) = (number("EVERY_PROGRAMS", 1_500), number("EVERY_FROM", 0));
    let named = std::env::var("EVERY_FAMILIES").ok();
    let wanted = |f: &Family| {
        let name = format!("{f:?}");
        named
            .as_ref()
            .is_none_or(|some| some.split(',').any(|s| s == name))
    };
    // The first ones more often: their programs have fewer schedules, and meet all that there is to decide.
    let of: Vec<Family> = [&FAMILIES[..], &FAMILIES, &FAMILIES, &MORE]
        .concat()
        .iter()
        .filter(|f| wanted(f))
        .copied()
        .collect();
    let mut x = Exploration::new();
    let (mut compared, mut forced, mut visited, mut cut) = (0, 0, 0, 0);
    let mut given_up = 0;
    let drawn = (from..from + programs).map(|seed| (of[seed as usize % of.len()], seed));
    // Three that are done, each of them early enough by itself, come before an `add` together; and main returns or waits for
    // ever, as it comes, so that a print counts or not.
    let known = [(Family::Groups, 4_758), (Family::Mixed, 10_820)];
    for (family, seed) in drawn.chain(known) {
        let note = Arc::new(StdMutex::new(Vec::new()));
        let program = Arc::new(draw(family, seed, SMALL));
        let main = {
            let (program, note) = (program.clone(), note.clone());
            move || run(&program, &note)
        };
        let Some(c) = Compared::new(&mut x, &main, &note) else {
            continue;
        };
        if c.every.gave_up() {
            // Then nothing is claimed.
            given_up += 1;
            continue;
        }
        c.check(&(seed, &program));
        compared += 1;
        forced += c.forced;
        visited += c.every.found;
        cut += c.runs - c.every.found;
    }
    println!(
        "{compared} programs: {forced} schedules, {visited} interleavings, {cut} cut off; {given_up} given up"
    );
    // Of some families most programs are too large.
    assert!(
        named.is_some() || 4 * compared >= 3 * programs,
        "{compared}"
    );
}
