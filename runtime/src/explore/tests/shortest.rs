//! Shortening finds what trying every schedule finds: the fewest preemptions, and of those the fewest steps.
//!
//! The programs are drawn (`programs.rs`), and those are taken of which no schedule has more than [`STEPS`] steps. Whatever
//! they fail with, their worst failing schedule is shortened, and the first one. More of them:
//!
//! ```text
//! SHORTEN_PROGRAMS=20000 cargo test --release -p goroutines --lib shortest -- --nocapture
//! ```

use std::collections::HashMap;
use std::sync::{Arc, Mutex as StdMutex};
use std::time::{Duration, Instant};

use super::programs::{FAMILIES, Program, SMALL, WIDE, draw, run};
use crate::explore::Kind;
use crate::explore::search::{Cost, Found, Rules, Runner};
use crate::explore::shorten::shorten;
use crate::lab::{Driver, Exploration, Follow, Plan, Setup, Tree};

/// No schedule of a program has more.
const STEPS: u64 = 12;
/// Programs with more schedules are left out: they would take most of the time.
const MOST: usize = 200_000;
/// How long one shortening may take.
const TIME: Duration = Duration::from_millis(50);

/// The failing schedules of one kind, by trying all.
struct Fails {
    first: Found,
    worst: Found,
    best: Cost,
}

/// What a program fails with; `None`: it is too long, or has too many schedules.
fn by_force(runner: &mut Runner<'_>) -> Option<HashMap<Kind, Fails>> {
    let mut all: HashMap<Kind, Fails> = HashMap::new();
    let mut tree = Tree::whole(None);
    for _ in 0..MOST {
        let kind = runner.run(Driver::Tree(tree), false);
        let Driver::Tree(again) = runner.x.take_driver() else {
            unreachable!("it was a tree");
        };
        tree = again;
        if runner.x.result().steps() > STEPS {
            return None;
        }
        if let Some(kind) = kind {
            let o = runner.x.result();
            let found = Found {
                kind,
                plan: o.plan(),
                cost: Cost {
                    rank: kind.rank(),
                    preemptions: o.recorded().preemptions,
                    steps: o.steps(),
                    length: 0,
                },
                index: 1,
                fingerprint: o.fingerprint(),
            };
            let f = all.entry(kind).or_insert_with(|| Fails {
                first: found.clone(),
                worst: found.clone(),
                best: found.cost,
            });
            f.best = f.best.min(found.cost);
            if found.cost > f.worst.cost {
                f.worst = found;
            }
        }
        if !tree.another() {
            return Some(all);
        }
    }
    None
}

#[derive(Default)]
struct Sums {
    drawn: u64,
    programs: usize,
    left_out: usize,
    failing: usize,
    shortened: usize,
    kinds: HashMap<Kind, usize>,
    longest: Duration,
}

fn compare(seed: u64, sums: &mut Sums) {
    let family = FAMILIES[seed as usize % FAMILIES.len()];
    let lengths = if (seed / 6).is_multiple_of(2) {
        SMALL
    } else {
        WIDE
    };
    let program: Arc<Program> = Arc::new(draw(family, seed, lengths));
    let note = Arc::new(StdMutex::new(Vec::new()));
    let (own, notes) = (program.clone(), note.clone());
    let mut launch = move |x: &mut Exploration, setup: Setup| {
        let (own, notes) = (own.clone(), notes.clone());
        x.run(setup, move || run(&own, &notes));
    };
    let usual = StdMutex::new(None);
    // What the plainest schedule prints is what is expected.
    let expect = |output: &str| {
        let mut usual = usual.lock().unwrap();
        usual.get_or_insert_with(|| output.to_string()) == output
    };
    let mut runner = Runner::new(
        Exploration::new(),
        &mut launch,
        Rules {
            max_steps: STEPS + 1,
            races: (seed / 12).is_multiple_of(2),
            leaks: true,
            helps: true,
            expect: Some(&expect),
        },
    );
    runner.run(Driver::Follow(Follow::new(Plan::default())), false);
    if runner.x.result().steps() > STEPS {
        return;
    }
    let Some(fails) = by_force(&mut runner) else {
        sums.left_out += usize::from(runner.x.result().steps() <= STEPS);
        return;
    };
    sums.programs += 1;
    sums.failing += usize::from(!fails.is_empty());
    for (kind, f) in fails {
        for from in [&f.worst, &f.first] {
            let mut timed = || {
                let start = Instant::now();
                let short = shorten(&mut runner, from).expect("it fails again");
                (start.elapsed(), short)
            };
            let (mut took, short) = timed();
            // Others may have had the machine.
            for _ in 0..2 {
                if took > TIME {
                    took = took.min(timed().0);
                }
            }
            sums.longest = sums.longest.max(took);
            let (best, cost) = (f.best, short.cost);
            assert!(
                (cost.preemptions, cost.steps) == (best.preemptions, best.steps),
                "{family:?}, seed {seed}, {kind}: {} ({} preemptions, {} steps) of {}, and there is one of {} and {}\n{program:?}",
                short.plan,
                cost.preemptions,
                cost.steps,
                from.plan,
                best.preemptions,
                best.steps,
            );
            let again = runner.run(Driver::Follow(Follow::new(short.plan.clone())), false);
            assert_eq!(again, Some(kind), "{}", short.plan);
            sums.shortened += 1;
        }
        *sums.kinds.entry(kind).or_default() += 1;
    }
}

#[test]
fn the_shortest_is_what_trying_all_finds() {
    let asked = std::env::var("SHORTEN_PROGRAMS")
        .map_or(500, |n| n.parse().expect("SHORTEN_PROGRAMS is a number"));
    let mut sums = Sums::default();
    while sums.failing < asked {
        compare(sums.drawn, &mut sums);
        sums.drawn += 1;
    }
    println!(
        "of {} programs {} have at most {STEPS} steps ({} more have over {MOST} schedules), {} of them fail: {:?}; \
         {} times shortened, the longest took {:?}",
        sums.drawn,
        sums.programs,
        sums.left_out,
        sums.failing,
        sums.kinds,
        sums.shortened,
        sums.longest
    );
    assert!(sums.kinds.len() >= 5, "{:?}", sums.kinds);
    assert!(sums.longest <= TIME, "{:?}", sums.longest);
}
