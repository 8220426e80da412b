//! What an operation costs with ever more goroutines: 10 to 1,000,000, measured with `--scale`.
//!
//! All goroutines are there and wait before the clock starts. Then they yield, or talk in pairs, until all have done
//! their share. The share is 20 operations at least, so that starting them weighs little.

use crate::results::Line;
use crate::table::short;
use crate::works::{Row, Unit, Work, same};

/// How far apart the cheapest and the dearest size may be before the cost is not flat.
const FLAT: f64 = 2.0;

const fn row(id: &'static str, title: &'static str) -> [Row; 1] {
    [Row {
        id,
        title,
        unit: Unit::NsEach,
        aim: [Some(1.0), Some(1.0)],
    }]
}

const fn scaled(id: &'static str, goroutines: u64, least: u64, rows: &'static [Row]) -> Work {
    let n = if goroutines * 20 > least {
        goroutines * 20
    } else {
        least
    };
    Work {
        id,
        n,
        // The shares stay whole.
        quick: if n / 5 < goroutines {
            goroutines
        } else {
            n / 5
        },
        procs: &[1, 2],
        sum: same,
        rows,
        connections: 0,
    }
}

const fn yields(id: &'static str, goroutines: u64, rows: &'static [Row]) -> Work {
    scaled(id, goroutines, 2_000_000, rows)
}

/// Of each pair, both goroutines are counted: it makes half as many round trips as there are operations.
const fn pairs(id: &'static str, goroutines: u64, rows: &'static [Row]) -> Work {
    scaled(id, goroutines, 1_000_000, rows)
}

pub const SCALE: &[Work] = &[
    yields("yield/10", 10, &row("yield/10", "gosched, 10 goroutines")),
    yields("yield/100", 100, &row("yield/100", "gosched, 100")),
    yields("yield/1000", 1_000, &row("yield/1000", "gosched, 1,000")),
    yields(
        "yield/10000",
        10_000,
        &row("yield/10000", "gosched, 10,000"),
    ),
    yields(
        "yield/100000",
        100_000,
        &row("yield/100000", "gosched, 100,000"),
    ),
    yields(
        "yield/1000000",
        1_000_000,
        &row("yield/1000000", "gosched, 1,000,000"),
    ),
    pairs(
        "pairs/10",
        10,
        &row(
            "pairs/10",
            "half a round trip, unbuffered, 10 goroutines in pairs",
        ),
    ),
    pairs(
        "pairs/100",
        100,
        &row("pairs/100", "half a round trip, 100"),
    ),
    pairs(
        "pairs/1000",
        1_000,
        &row("pairs/1000", "half a round trip, 1,000"),
    ),
    pairs(
        "pairs/10000",
        10_000,
        &row("pairs/10000", "half a round trip, 10,000"),
    ),
    pairs(
        "pairs/100000",
        100_000,
        &row("pairs/100000", "half a round trip, 100,000"),
    ),
    pairs(
        "pairs/1000000",
        1_000_000,
        &row("pairs/1000000", "half a round trip, 1,000,000"),
    ),
];

/// For each operation, number of Ps and program: from what to what the cost goes, and whether that is flat.
pub fn flatness(lines: &[Line]) -> Vec<String> {
    let mut said = Vec::new();
    for family in ["yield/", "pairs/"] {
        for procs in [1, 2] {
            for program in ["go", "ours"] {
                let of = |line: &&Line| line.row.id.starts_with(family) && line.procs == procs;
                let costs: Vec<(f64, &str)> = lines
                    .iter()
                    .filter(of)
                    .filter_map(|line| {
                        let cost = line.runs.get(program)?.median()?;
                        Some((cost, line.row.id.trim_start_matches(family)))
                    })
                    .collect();
                let least = costs.iter().min_by(|a, b| a.0.total_cmp(&b.0));
                let most = costs.iter().max_by(|a, b| a.0.total_cmp(&b.0));
                let (Some(least), Some(most), true) = (least, most, costs.len() > 1) else {
                    continue;
                };
                let times = most.0 / least.0;
                let flat = if times <= FLAT { "flat" } else { "not flat" };
                said.push(format!(
                    "{}, {procs} P, {program}: {} ns with {} goroutines to {} ns with {}, × {}: {flat} within {FLAT} ×.",
                    family.trim_end_matches('/'),
                    short(least.0),
                    least.1,
                    short(most.0),
                    most.1,
                    short(times),
                ));
            }
        }
    }
    said
}

#[test]
fn the_cost_is_flat_within_two_times() {
    use std::collections::BTreeMap;

    use crate::results::Runs;

    let line = |work: usize, cost: f64| {
        let runs = Runs {
            figures: vec![cost],
            failure: None,
        };
        Line {
            row: &SCALE[work].rows[0],
            procs: 1,
            runs: BTreeMap::from([("ours", runs)]),
        }
    };
    let said = flatness(&[line(0, 10.0), line(1, 15.0), line(2, 30.0), line(6, 7.0)]);
    assert_eq!(said.len(), 1, "one size alone says nothing: {said:?}");
    assert!(said[0].contains("× 3.00: not flat"), "{said:?}");
}

#[test]
fn every_goroutine_has_the_same_share() {
    for work in SCALE {
        let goroutines: u64 = work.id[6..].parse().expect("the name ends with it");
        for n in [work.n, work.quick] {
            assert!(
                n >= goroutines && n.is_multiple_of(goroutines),
                "{}",
                work.id
            );
        }
    }
}
