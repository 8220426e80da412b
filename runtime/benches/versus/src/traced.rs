//! What an event of a trace costs, Go's `runtime/trace` beside ours: the same work with the trace on and off (`--traced`).
//!
//! Four processes take turns: Go without a trace, Go with one, ours without, ours with one. An operation costs more with
//! the trace; by how many events it has, that is divided. Go's trace goes into a file, ours into memory, as each is used.
//! Who is traced says how many events it has noted: ours counts them, and Go's file is read by `go tool trace`.

use std::path::Path;

use crate::programs::{Measured, PROGRAMS, Places, Program};
use crate::works::{WORKS, Work};

/// The works, and how much of them is done: no more than four million events, which is what our trace keeps.
const TRACED: &[(&str, u64)] = &[
    ("pingpong", 100_000),
    ("gosched2", 300_000),
    ("spawn", 200_000),
];

/// So much is done where Go's events are counted: its file is read as text.
const COUNTED: u64 = 20_000;

/// Of one program at one work.
struct Cost {
    off: Vec<f64>,
    on: Vec<f64>,
    /// How many events an operation has.
    events: f64,
}

impl Cost {
    /// Nanoseconds for each event: the median of what each turn says.
    fn each(&self) -> f64 {
        median(self.on.iter().zip(&self.off).map(|(on, off)| on - off)) / self.events
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut all: Vec<f64> = values.collect();
    all.sort_by(f64::total_cmp);
    all.get(all.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Measures them, and gives back the table.
///
/// # Errors
///
/// A program that came out wrong.
pub fn table(places: &Places, procs: &[usize], runs: usize) -> Result<String, String> {
    let mut programs: Vec<Program> = PROGRAMS
        .iter()
        .filter(|p| ["go", "ours"].contains(&p.name))
        .copied()
        .collect();
    places.build(&mut programs)?;
    let mut out = format!(
        "What an event costs: the work with the trace on less the work with it off, median of {runs} turns.\n\n\
         | work | Ps | program | events an operation | off, ns | on, ns | an event, ns |\n|---|---|---|---|---|---|---|\n"
    );
    let folder = tempfile::tempdir().map_err(|e| e.to_string())?;
    let file = folder.path().join("trace");
    for (id, n) in TRACED {
        let work = WORKS
            .iter()
            .find(|w| w.id == *id)
            .ok_or_else(|| format!("there is no work {id}"))?;
        for &procs in procs {
            let mut costs = Vec::new();
            for program in &programs {
                costs.push(Cost {
                    off: Vec::new(),
                    on: Vec::new(),
                    events: events(places, program, work, procs, &file)?,
                });
            }
            for _ in 0..runs {
                for (program, cost) in programs.iter().zip(&mut costs) {
                    cost.off.push(each(places, program, work, procs, *n, None)?);
                    let on = each(places, program, work, procs, *n, Some(&file))?;
                    cost.on.push(on);
                }
            }
            for (program, cost) in programs.iter().zip(&costs) {
                let row = format!(
                    "| {id} | {procs} | {} | {:.2} | {:.0} | {:.0} | {:.0} |",
                    program.name,
                    cost.events,
                    median(cost.off.iter().copied()),
                    median(cost.on.iter().copied()),
                    cost.each(),
                );
                eprintln!("{row}");
                out.push_str(&row);
                out.push('\n');
            }
        }
    }
    Ok(out)
}

fn run(
    places: &Places,
    program: &Program,
    work: &Work,
    procs: usize,
    n: u64,
    trace: Option<&Path>,
) -> Result<Vec<Measured>, String> {
    places
        .run_traced(program, work, procs, n, trace)
        .map_err(|failure| format!("{} at {procs} Ps, {}: {failure:?}", work.id, program.name))
}

/// Nanoseconds for each operation.
fn each(
    places: &Places,
    program: &Program,
    work: &Work,
    procs: usize,
    n: u64,
    trace: Option<&Path>,
) -> Result<f64, String> {
    let lines = run(places, program, work, procs, n, trace)?;
    let line = lines
        .iter()
        .find(|l| l.row == work.id)
        .ok_or("it says nothing")?;
    Ok(line.value as f64 / line.ops as f64)
}

/// How many events an operation has.
fn events(
    places: &Places,
    program: &Program,
    work: &Work,
    procs: usize,
    file: &Path,
) -> Result<f64, String> {
    let lines = run(places, program, work, procs, COUNTED, Some(file))?;
    // Both trace their rehearsal, too.
    let operations = COUNTED + COUNTED / 10;
    let noted = match lines.iter().find(|l| l.row == "events") {
        Some(line) => line.value,
        None => places.events_of_go(file)?,
    };
    Ok(noted as f64 / operations as f64)
}
