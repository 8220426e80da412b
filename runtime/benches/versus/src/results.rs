//! What was measured: all runs of all programs, their medians, and their ratios to Go.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::programs::Failure;
use crate::works::Row;

/// The runs of one program on one row.
#[derive(Debug, Clone, Default)]
pub struct Runs {
    /// One figure a turn; a turn that failed ends them.
    pub figures: Vec<f64>,
    pub failure: Option<Failure>,
}

impl Runs {
    pub fn median(&self) -> Option<f64> {
        median(&self.figures)
    }

    pub fn least_and_most(&self) -> Option<(f64, f64)> {
        let least = self.figures.iter().copied().reduce(f64::min)?;
        let most = self.figures.iter().copied().reduce(f64::max)?;
        Some((least, most))
    }

    /// The median of the ratios to the other's runs, turn by turn: what slows the machine slows both.
    pub fn ratio_to(&self, other: &Runs) -> Option<f64> {
        median(&self.ratios_to(other))
    }

    fn ratios_to(&self, other: &Runs) -> Vec<f64> {
        let pairs = self.figures.iter().zip(&other.figures);
        pairs.map(|(a, b)| a / b).collect()
    }
}

/// The middle one; of an even number, between the middle two.
pub fn median(figures: &[f64]) -> Option<f64> {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => None,
        n if n % 2 == 1 => Some(sorted[middle]),
        _ => Some(f64::midpoint(sorted[middle - 1], sorted[middle])),
    }
}

/// One row at one number of Ps.
#[derive(Debug)]
pub struct Line {
    pub row: &'static Row,
    pub procs: usize,
    /// By the program's name.
    pub runs: BTreeMap<&'static str, Runs>,
}

impl Line {
    /// The median ratio of `program` to Go.
    pub fn ratio(&self, program: &str) -> Option<f64> {
        let runs = self.runs.get(program)?;
        // A program that failed once is not counted.
        if runs.failure.is_some() {
            return None;
        }
        runs.ratio_to(self.runs.get("go")?)
    }

    /// What `program` takes as a multiple of what Go takes: least, median, most of all turns. Below 1 is ahead in all
    /// units.
    pub fn times(&self, program: &str) -> Option<(f64, f64, f64)> {
        let runs = self.runs.get(program)?;
        if runs.failure.is_some() {
            return None;
        }
        let ratios = runs.ratios_to(self.runs.get("go")?);
        let times: Vec<f64> = ratios.iter().map(|r| self.as_time(*r)).collect();
        let least = times.iter().copied().reduce(f64::min)?;
        let most = times.iter().copied().reduce(f64::max)?;
        Some((least, median(&times)?, most))
    }

    /// A ratio to Go as one of times.
    pub fn as_time(&self, ratio: f64) -> f64 {
        if self.row.unit.more_is_better() {
            1.0 / ratio
        } else {
            ratio
        }
    }

    pub fn aim(&self) -> Option<f64> {
        self.row.aim.get(self.procs - 1).copied().flatten()
    }

    /// Whether our figure is at least as good as `wanted` times Go's.
    pub fn reaches(&self, wanted: f64) -> Option<bool> {
        let ratio = self.ratio("ours")?;
        Some(if self.row.unit.more_is_better() {
            ratio >= wanted
        } else {
            ratio <= wanted
        })
    }

    pub fn to_json(&self) -> Value {
        let programs: serde_json::Map<String, Value> = self
            .runs
            .iter()
            .map(|(name, runs)| {
                let failure = runs.failure.as_ref().map(|f| format!("{f:?}"));
                let value = json!({
                    "figures": runs.figures,
                    "median": runs.median(),
                    "ratio_to_go": self.ratio(name),
                    "failure": failure,
                });
                ((*name).to_string(), value)
            })
            .collect();
        json!({
            "row": self.row.id,
            "title": self.row.title,
            "unit": self.row.unit.name(),
            "more_is_better": self.row.unit.more_is_better(),
            "procs": self.procs,
            "aim": self.aim(),
            "programs": programs,
        })
    }
}

#[test]
fn ratios_are_taken_turn_by_turn() {
    let of = |figures: &[f64]| Runs {
        figures: figures.to_vec(),
        failure: None,
    };
    // The last turn was slow for both.
    let (ours, go) = (of(&[1.0, 1.0, 9.0]), of(&[2.0, 2.0, 18.0]));
    assert_eq!(ours.ratio_to(&go), Some(0.5));
    assert_eq!(median(&[4.0, 1.0, 3.0, 2.0]), Some(2.5));
    assert_eq!(median(&[]), None);
}

#[test]
fn more_of_what_is_better_is_less_time() {
    use crate::works::WORKS;

    let of = |figures: &[f64]| Runs {
        figures: figures.to_vec(),
        failure: None,
    };
    let echo = WORKS.iter().flat_map(|w| w.rows).find(|r| r.id == "echo64");
    let line = Line {
        row: echo.expect("it is in the table"),
        procs: 1,
        runs: BTreeMap::from([("go", of(&[100.0])), ("ours", of(&[200.0]))]),
    };
    assert_eq!(line.times("ours"), Some((0.5, 0.5, 0.5)));
    assert_eq!(line.reaches(1.5), Some(true));
}
