//! Measures the same work on Go, others and goroutines, in turn, and writes a table: `runtime/benches/versus/run`.
//!
//! What is measured, how, and how to read it stands in README.md beside this package.

mod chart;
mod instructions;
mod load;
mod programs;
mod results;
mod scale;
mod table;
mod traced;
mod works;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use programs::{PROGRAMS, Places, Program};
use results::Line;
use scale::SCALE;
use works::{WORKS, Work};

const HELP: &str = "\
The same work on Go 1.27.3, other runtimes and goroutines, measured in turn.

usage: runtime/benches/versus/run [options]
  --rows A,B       only works or rows whose names begin so (--list names them)
  --programs A,B   only these (go is what the ratios are to)
  --procs 1,2      at these numbers of Ps
  --runs N         how often each is measured (7; with --quick 3)
  --quick          fewer and shorter runs: to look, not to publish
  --scale          what an operation costs with 10 to 1,000,000 goroutines, of Go and ours, instead of the table
  --traced         what an event of a trace costs, of Go's runtime/trace and ours, instead of the table
  --out FOLDER     where table.md and chart.svg are written (target/versus)
  --json FILE      all figures, for programs
  --instructions   count instructions instead, and compare them with instructions.txt: 3 % more is an error
  --hooks          with --instructions: compare with a build that has none of the hooks for traces and observers
  --record         with --instructions: write what is counted as the new record
  --list           the names of rows and programs
  --help
";

struct Options {
    rows: Vec<String>,
    programs: Vec<Program>,
    procs: Vec<usize>,
    runs: usize,
    quick: bool,
    scale: bool,
    traced: bool,
    hooks: bool,
    out: Option<PathBuf>,
    json: Option<PathBuf>,
    instructions: bool,
    record: bool,
}

fn options() -> Result<Option<Options>, String> {
    let mut args = pico_args::Arguments::from_env();
    if args.contains(["-h", "--help"]) {
        print!("{HELP}");
        return Ok(None);
    }
    if args.contains("--list") {
        for row in WORKS.iter().chain(SCALE).flat_map(|w| w.rows) {
            println!("{:16} {}", row.id, row.title);
        }
        let names: Vec<&str> = PROGRAMS.iter().map(|p| p.name).collect();
        println!("programs: {}", names.join(", "));
        return Ok(None);
    }
    let mut list = |name: &'static str| -> Result<Option<Vec<String>>, String> {
        let given: Option<String> = args.opt_value_from_str(name).map_err(|e| e.to_string())?;
        Ok(given.map(|g| g.split(',').map(str::to_string).collect()))
    };
    let rows = list("--rows")?.unwrap_or_default();
    let programs = match list("--programs")? {
        None => PROGRAMS.to_vec(),
        Some(names) => {
            for name in &names {
                if !PROGRAMS.iter().any(|p| p.name == name) {
                    return Err(format!("there is no program {name}; --list names them"));
                }
            }
            // In their own order: Go first.
            let named = PROGRAMS
                .iter()
                .filter(|p| names.iter().any(|n| n == p.name));
            named.copied().collect()
        }
    };
    let procs = match list("--procs")? {
        None => vec![1, 2],
        Some(procs) => procs
            .iter()
            .map(|p| match p.as_str() {
                "1" => Ok(1),
                "2" => Ok(2),
                p => Err(format!("--procs takes 1 and 2, not {p}")),
            })
            .collect::<Result<_, _>>()?,
    };
    let scale = args.contains("--scale");
    let (traced, hooks) = (args.contains("--traced"), args.contains("--hooks"));
    for row in &rows {
        if !works(scale)
            .iter()
            .any(|w| is_wanted(w, std::slice::from_ref(row)))
        {
            return Err(format!("there is no row {row}; --list names them"));
        }
    }
    let quick = args.contains("--quick");
    let runs: Option<usize> = args
        .opt_value_from_str("--runs")
        .map_err(|e| e.to_string())?;
    let out = args
        .opt_value_from_str("--out")
        .map_err(|e| e.to_string())?;
    let json = args
        .opt_value_from_str("--json")
        .map_err(|e| e.to_string())?;
    let instructions = args.contains("--instructions");
    let record = args.contains("--record");
    if record && !(instructions && rows.is_empty()) {
        return Err("--record is of all --instructions".into());
    }
    if hooks && (record || !instructions) {
        return Err("--hooks is a way of --instructions".into());
    }
    let left = args.finish();
    if let Some(arg) = left.first() {
        return Err(format!(
            "what is {}? --help says what there is",
            arg.display()
        ));
    }
    Ok(Some(Options {
        rows,
        programs,
        procs,
        runs: runs.unwrap_or(if quick { 3 } else { 7 }).max(1),
        quick,
        scale,
        traced,
        hooks,
        out,
        json,
        instructions,
        record,
    }))
}

/// The table of works that are measured.
fn works(scale: bool) -> &'static [Work] {
    if scale { SCALE } else { WORKS }
}

fn is_wanted(work: &Work, names: &[String]) -> bool {
    let mut ids = work.rows.iter().map(|r| r.id).chain([work.id]);
    names.is_empty() || ids.any(|id| names.iter().any(|n| id.starts_with(n.as_str())))
}

fn main() -> ExitCode {
    match options().and_then(|options| options.map_or(Ok(()), |o| measure(&o))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("versus: {why}");
            ExitCode::FAILURE
        }
    }
}

fn measure(options: &Options) -> Result<(), String> {
    let places = Places::find();
    if options.instructions {
        return count(&places, options);
    }
    if options.traced {
        let table = traced::table(&places, &options.procs, options.runs)?;
        println!("{table}");
        return write(&places.target().join("traced.md"), &table);
    }
    let mut programs = options.programs.clone();
    if options.scale {
        programs.retain(|p| ["go", "ours"].contains(&p.name));
    }
    places.build(&mut programs)?;
    let mut lines = Vec::new();
    for work in works(options.scale)
        .iter()
        .filter(|w| is_wanted(w, &options.rows))
    {
        for &procs in options.procs.iter().filter(|p| work.procs.contains(p)) {
            lines.extend(one_work(&places, &programs, work, procs, options));
        }
    }
    let mut table = table::markdown(&lines, &programs, options.runs, options.quick);
    for said in scale::flatness(&lines) {
        table.push_str(&format!("\n- {said}"));
    }
    if options.scale {
        table.push('\n');
    }
    print!("{table}");
    let out = options.out.as_deref().unwrap_or(places.target());
    let name = if options.scale { "scale" } else { "table" };
    write(&out.join(format!("{name}.md")), &table)?;
    let chart = if options.scale { "scale" } else { "chart" };
    chart::write(&out.join(format!("{chart}.svg")), &lines, &programs)?;
    if let Some(path) = &options.json {
        let all: Vec<_> = lines.iter().map(Line::to_json).collect();
        write(path, &format!("{:#}\n", serde_json::Value::from(all)))?;
    }
    Ok(())
}

/// The guard of CI.
fn count(places: &Places, options: &Options) -> Result<(), String> {
    let ours = PROGRAMS.iter().filter(|p| p.name == "ours");
    places.build(&mut ours.copied().collect())?;
    let (package, binary) = (places.package(), places.ours());
    if options.hooks {
        instructions::hooks(package, places.target(), &binary, &options.rows)
    } else if options.record {
        instructions::record(package, &binary)
    } else {
        instructions::compare(package, places.target(), &binary, &options.rows)
    }
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    }
    std::fs::write(path, text).map_err(|e| format!("{}: {e}", path.display()))
}

/// All runs of one work: each program once, and again, so that what happens to the machine happens to all.
fn one_work(
    places: &Places,
    programs: &[Program],
    work: &'static Work,
    procs: usize,
    options: &Options,
) -> Vec<Line> {
    let n = if options.quick { work.quick } else { work.n };
    let mut lines: Vec<Line> = work
        .rows
        .iter()
        .map(|row| Line {
            row,
            procs,
            runs: BTreeMap::new(),
        })
        .collect();
    for _ in 0..options.runs {
        for program in programs {
            let failed = |line: &Line| {
                line.runs
                    .get(program.name)
                    .is_some_and(|r| r.failure.is_some())
            };
            if lines.iter().any(failed) {
                continue;
            }
            let result = places.run(program, work, procs, n);
            for line in &mut lines {
                let runs = line.runs.entry(program.name).or_default();
                match &result {
                    Ok(all) => {
                        let of_row = all.iter().filter(|m| m.row == line.row.id);
                        runs.figures
                            .extend(of_row.map(|m| line.row.unit.figure(m.value, m.ops)));
                    }
                    Err(failure) => runs.failure = Some(failure.clone()),
                }
            }
            if let Err(programs::Failure::Wrong(why)) = &result {
                eprintln!("{} at {procs} Ps, {}: {why}", work.id, program.name);
            }
        }
    }
    for line in &lines {
        let said: Vec<String> = programs
            .iter()
            .filter_map(|p| Some((p, line.runs.get(p.name)?)))
            .map(|(p, runs)| match (&runs.failure, line.ratio(p.name)) {
                (Some(failure), _) => format!("{} {failure}", p.name),
                (None, Some(ratio)) if p.name != "go" => {
                    format!("{} × {}", p.name, table::short(ratio))
                }
                _ => format!("{} {}", p.name, table::spread(runs, line.row.unit.name())),
            })
            .collect();
        eprintln!("{} at {procs}: {}", line.row.id, said.join(", "));
    }
    lines
}
