//! Tests: visiting one schedule of each kind shows all that visiting every schedule shows. More of them:
//!
//! ```text
//! EVERY_PROGRAMS=12000 cargo test --release -p goroutines --lib one_schedule_of_each -- --nocapture
//! ```

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex as StdMutex};

use crate::lab::{Driver, Every, Exploration, Setup, Tree, Verdict};
use programs::{FAMILIES, SMALL, draw, run};

mod programs;
mod shortest;

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

#[test]
fn one_schedule_of_each_kind_shows_all_there_is_to_see() {
    let mut x = Exploration::new();
    let (mut compared, mut forced, mut visited, mut cut) = (0, 0, 0, 0);
    let mut given_up = 0;
    let programs = std::env::var("EVERY_PROGRAMS")
        .map_or(1_500, |n| n.parse().expect("EVERY_PROGRAMS is a number"));
    // The last ones: three that are done, each of them early enough by itself, come before an `add` together; and main
    // returns or waits for ever, as it comes, so that a print counts or not.
    for seed in (0..programs).chain([4_758, 10_820]) {
        let family = FAMILIES[seed as usize % FAMILIES.len()];
        let note = Arc::new(StdMutex::new(Vec::new()));
        let program = Arc::new(draw(family, seed, SMALL));
        let main = {
            let (program, note) = (program.clone(), note.clone());
            move || run(&program, &note)
        };
        let Some((all, n)) = by_force(&mut x, &main, &note) else {
            continue;
        };
        let mut found = BTreeSet::new();
        let mut every = Box::new(Every::new());
        let mut runs = 0;
        loop {
            x.run(setup(Driver::Every(every)), main.clone());
            let Driver::Every(again) = x.take_driver() else {
                unreachable!("it was `Every`");
            };
            every = again;
            let s = seen(&x, &note);
            if every.counts() {
                found.insert(s);
            }
            runs += 1;
            assert!(
                runs <= 2 * n + 10,
                "{family:?}, seed {seed}: no fewer than all {n}"
            );
            if !every.another() {
                break;
            }
        }
        if every.gave_up() {
            // Then nothing is claimed.
            given_up += 1;
            continue;
        }
        let missing: Vec<_> = all.difference(&found).collect();
        let more: Vec<_> = found.difference(&all).collect();
        assert!(
            missing.is_empty() && more.is_empty(),
            "{family:?}, seed {seed}: of {n} schedules {} were visited, plain {}\n{program:?}\nmissing {missing:?}\nmore {more:?}",
            every.found,
            every.plain
        );
        compared += 1;
        forced += n;
        visited += every.found;
        cut += runs - every.found;
    }
    println!(
        "{compared} programs: {forced} schedules, {visited} interleavings, {cut} cut off; {given_up} given up"
    );
    assert!(compared >= 900, "{compared}");
}
