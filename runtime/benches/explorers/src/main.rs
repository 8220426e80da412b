//! How many schedules a second and core goroutines, shuttle and loom make of the same programs, measured in turn.

mod loomed;
mod ours;
mod shuttled;

use std::fmt::Write as _;
use std::process::ExitCode;

use rustix::time::{ClockId, clock_gettime};

const HELP: &str = "\
How many schedules a second and core goroutines, shuttle and loom make of the same programs.

    run [--turns N] [--quick]        measures all in turn, prints a table and writes it to target/explorers/table.md
    run --only PROGRAM SIDE N        N schedules of one program on one side, for a profiler

  PROGRAM  locked, variable, pingpong, join, crowd
  SIDE     default, random, pct, shuttle, shuttle-pct, loom
";

#[derive(Clone, Copy, PartialEq, Eq)]
enum Program {
    /// Two goroutines lock a number ten times each and add one.
    Locked,
    /// The same with the number beside the lock, in a variable that is looked at for races.
    Variable,
    /// Ten messages between two.
    PingPong,
    /// Two that do nothing, waited for.
    Join,
    /// A thousand that add to one atomic number, waited for.
    Crowd,
}

const PROGRAMS: [(&str, &str, Program); 5] = [
    ("locked", "2 × 10 locked increments", Program::Locked),
    (
        "variable",
        "2 × 10 on a variable beside its lock",
        Program::Variable,
    ),
    ("pingpong", "ping-pong, 10 messages", Program::PingPong),
    ("join", "spawn 2, join", Program::Join),
    ("crowd", "1,000 add to an atomic", Program::Crowd),
];

/// At least so many schedules of a program, and says how many it were; `None`: it cannot.
type Run = fn(Program, usize) -> Option<usize>;

const SIDES: [(&str, &str, Run); 6] = [
    ("default", "goroutines", ours::default),
    ("random", "random", ours::random),
    ("pct", "PCT 3", ours::pct),
    ("shuttle", "shuttle random", shuttled::random),
    ("shuttle-pct", "shuttle PCT 3", shuttled::pct),
    ("loom", "loom", loomed::run),
];
/// Of the sides: what is compared with what.
const RANDOM: usize = 1;
const SHUTTLE: usize = 3;
const LOOM: usize = 5;

/// CPU time of this process so far, in seconds: all sides run on one thread at a time, and wait for nothing.
fn used() -> f64 {
    let t = clock_gettime(ClockId::ProcessCPUTime);
    t.tv_sec as f64 + t.tv_nsec as f64 / 1e9
}

/// Schedules a second of CPU time.
fn rate(run: Run, program: Program, least: usize) -> Option<f64> {
    let began = used();
    let ran = run(program, least)?;
    Some(ran as f64 / (used() - began))
}

fn median(mut of: Vec<f64>) -> Option<f64> {
    of.sort_by(f64::total_cmp);
    of.get(of.len() / 2).copied()
}

/// One row of the table: medians over `turns` turns of `seconds` for each side.
fn row(what: &str, program: Program, turns: usize, seconds: f64) -> String {
    // How many schedules fill the time.
    let fill: Vec<Option<usize>> = SIDES
        .iter()
        .map(|&(_, _, run)| {
            let few = if program == Program::Crowd { 20 } else { 500 };
            rate(run, program, few)?;
            Some((rate(run, program, few)? * seconds) as usize + 1)
        })
        .collect();
    let mut rates: Vec<Vec<f64>> = vec![Vec::new(); SIDES.len()];
    for _ in 0..turns {
        for (i, &(_, _, run)) in SIDES.iter().enumerate() {
            rates[i].extend(fill[i].and_then(|n| rate(run, program, n)));
        }
    }
    let times = |other: usize| {
        let each = rates[RANDOM].iter().zip(&rates[other]);
        let ratio = median(each.map(|(a, b)| a / b).collect());
        ratio.map_or("–".to_string(), |r| format!("{r:.1} ×"))
    };
    let (shuttle, loom) = (times(SHUTTLE), times(LOOM));
    let mut line = format!("| {what} ");
    for of in rates {
        let cell = median(of).map_or("–".to_string(), thousands);
        let _ = write!(line, "| {cell} ");
    }
    let _ = write!(line, "| {shuttle} | {loom} |");
    line
}

/// To three figures, with commas.
fn thousands(rate: f64) -> String {
    let unit = 10_f64.powi((rate.log10() as i32 - 2).max(0));
    let digits = format!("{:.0}", (rate / unit).round() * unit);
    let mut text = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(c);
    }
    text
}

fn table(turns: usize, seconds: f64) -> String {
    let mut text = String::from("| schedules a second and core ");
    for (_, title, _) in SIDES {
        let _ = write!(text, "| {title} ");
    }
    text.push_str("| random ÷ shuttle's | ÷ loom |\n|---");
    text.push_str(&"|--:".repeat(SIDES.len() + 2));
    text.push_str("|\n");
    for (_, what, program) in PROGRAMS {
        text.push_str(&row(what, program, turns, seconds));
        text.push('\n');
    }
    text.push_str(
        "\nThe first three are goroutines: the strategies it takes by itself, in turn; random alone; PCT of depth 3. Races, \
         leaks and deadlocks are looked for. shuttle and loom look for no races here. loom visits executions in order, and its \
         channel has no end of room. A dash: it has no such thing.\n",
    );
    text
}

fn only(args: &[String]) -> Option<()> {
    let [program, side, n] = args else {
        return None;
    };
    let &(_, _, program) = PROGRAMS.iter().find(|p| p.0 == program)?;
    let &(_, _, run) = SIDES.iter().find(|s| s.0 == side)?;
    let n = n.parse().ok()?;
    match rate(run, program, n) {
        Some(rate) => println!("{rate:.0} schedules a second"),
        None => println!("it has no such thing"),
    }
    Some(())
}

fn main() -> ExitCode {
    let mut args = pico_args::Arguments::from_env();
    if args.contains("--only") {
        let rest: Vec<String> = args
            .finish()
            .into_iter()
            .filter_map(|a| a.into_string().ok())
            .collect();
        if only(&rest).is_some() {
            return ExitCode::SUCCESS;
        }
        eprint!("{HELP}");
        return ExitCode::from(2);
    }
    if args.contains("--help") {
        print!("{HELP}");
        return ExitCode::SUCCESS;
    }
    let quick = args.contains("--quick");
    let turns = args.opt_value_from_str("--turns");
    let (Ok(turns), true) = (turns, args.finish().is_empty()) else {
        eprint!("{HELP}");
        return ExitCode::from(2);
    };
    let turns = turns.unwrap_or(if quick { 3 } else { 9 });
    let table = table(turns, if quick { 0.1 } else { 0.5 });
    print!("{table}");
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../target/explorers/table.md"
    );
    if let Err(e) = std::fs::write(path, &table) {
        eprintln!("{path}: {e}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
