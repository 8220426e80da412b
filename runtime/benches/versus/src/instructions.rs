//! Instructions counted by callgrind, compared with a record: a change that costs more than 3 % says so.
//!
//! The works are those of the table, at 1 P, in the program that is measured there. What one operation costs is the
//! difference of a long and a short run, so that starting and ending are left out. Only the threads that run goroutines
//! are counted: the first thread, the monitor, looks as often as the clock says, and would make the count a matter of luck.
//!
//! The count depends on the compiler and the C library. Where they are not those of the record, its commit is taken out of
//! the repository, built and counted here, and stands for the record.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::table::short;

/// What more an operation may cost, in per cent.
const ALLOWED: f64 = 3.0;

/// The file of the record, beside Cargo.toml.
const RECORD: &str = "instructions.txt";

/// A work, and the sizes of its short and its long run: some ten million instructions lie between them.
struct Counted {
    work: &'static str,
    short: u64,
    long: u64,
}

const fn counted(work: &'static str, short: u64, long: u64) -> Counted {
    Counted { work, short, long }
}

const COUNTED: &[Counted] = &[
    counted("spawn", 10_000, 20_000),
    counted("gosched2", 2_000, 32_000),
    counted("gosched1000", 10_000, 40_000),
    counted("pingpong", 1_000, 11_000),
    counted("chan1", 1_000, 41_000),
    counted("select4", 1_000, 21_000),
    counted("select4u", 1_000, 9_000),
    counted("selectdefault", 10_000, 410_000),
    counted("mutex1", 10_000, 410_000),
    counted("mutex8", 10_000, 410_000),
    counted("rwmutex8", 8_000, 168_000),
    counted("cond", 1_000, 21_000),
    counted("waitgroup", 10_000, 20_000),
    counted("timerstop", 10_000, 20_000),
    counted("context", 11_110, 22_220),
];

/// What decides about the count beside the source.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Tools(String);

impl Tools {
    fn here() -> Result<Tools, String> {
        let compiler = output(Command::new("rustc").arg("-vV"))?;
        let of = |name: &str| {
            let line = compiler.lines().find_map(|l| l.strip_prefix(name));
            line.map(str::trim)
                .ok_or(format!("rustc -vV says no {name}"))
        };
        let library = output(Command::new("getconf").arg("GNU_LIBC_VERSION"))
            .unwrap_or_else(|_| "another C library".into());
        Ok(Tools(format!(
            "rustc {}, {}, {}",
            of("release:")?,
            of("host:")?,
            library.trim()
        )))
    }
}

/// Instructions for each operation, by work.
#[derive(Debug, Clone, PartialEq)]
struct Record {
    tools: Tools,
    counts: Vec<(String, f64)>,
}

impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "# Instructions for each operation at 1 P. Written by `runtime/benches/versus/run --instructions --record`."
        )?;
        writeln!(f, "tools: {}", self.tools.0)?;
        for (work, count) in &self.counts {
            writeln!(f, "{work} {count:.2}")?;
        }
        Ok(())
    }
}

impl Record {
    fn read(text: &str) -> Result<Record, String> {
        let mut record = Record {
            tools: Tools(String::new()),
            counts: Vec::new(),
        };
        for line in text.lines().filter(|l| !l.starts_with('#')) {
            if let Some(tools) = line.strip_prefix("tools: ") {
                record.tools.0 = tools.into();
                continue;
            }
            let read = line.split_once(' ').and_then(|(work, count)| {
                let count = count.parse::<f64>().ok().filter(|c| *c > 0.0)?;
                Some((work.to_string(), count))
            });
            record
                .counts
                .push(read.ok_or_else(|| format!("{RECORD}: what is {line:?}?"))?);
        }
        Ok(record)
    }

    fn of(&self, work: &str) -> Option<f64> {
        self.counts
            .iter()
            .find(|(w, _)| w == work)
            .map(|(_, count)| *count)
    }
}

/// How a work stands to its record.
#[derive(Debug, PartialEq)]
enum Judged {
    Within,
    CostsMore,
    CostsLess,
}

fn judge(before: f64, after: f64) -> Judged {
    match (after / before - 1.0) * 100.0 {
        more if more > ALLOWED => Judged::CostsMore,
        more if more < -ALLOWED => Judged::CostsLess,
        _ => Judged::Within,
    }
}

/// Counts the works whose names begin as one of `names` does, and compares them with the record.
///
/// # Errors
///
/// A work that costs more than is allowed; valgrind that is not there.
pub fn compare(package: &Path, target: &Path, ours: &Path, names: &[String]) -> Result<(), String> {
    let text =
        std::fs::read_to_string(package.join(RECORD)).map_err(|e| format!("{RECORD}: {e}"))?;
    let record = Record::read(&text)?;
    let here = Tools::here()?;
    let then = if record.tools == here {
        None
    } else {
        eprintln!("the record is of {}, this is {}", record.tools.0, here.0);
        match of_the_record(package, target) {
            Ok(binary) => Some(binary),
            Err(why) => {
                println!(
                    "NOT COMPARED: the instructions of the record's commit cannot be counted here: {why}"
                );
                return Ok(());
            }
        }
    };
    let (mut worse, mut better) = (Vec::new(), Vec::new());
    println!("instructions for each operation, 1 P: recorded → now");
    for counted in wanted(names) {
        let before = match &then {
            Some(binary) => count(binary, counted, 2)?,
            None => record
                .of(counted.work)
                .ok_or_else(|| format!("{RECORD} has no {}: --record writes it", counted.work))?,
        };
        let mut after = count(ours, counted, 1)?;
        // What disturbs only adds: the least of several is the one that was disturbed least.
        if judge(before, after) == Judged::CostsMore {
            after = after.min(count(ours, counted, 3)?);
        }
        let said = format!(
            "{:14} {:>8} → {:>8}  {:+.1} %",
            counted.work,
            short(before),
            short(after),
            (after / before - 1.0) * 100.0
        );
        match judge(before, after) {
            Judged::Within => println!("{said}"),
            Judged::CostsMore => {
                println!("{said}  costs more");
                worse.push(said);
            }
            Judged::CostsLess => {
                println!("{said}  costs less");
                better.push(counted.work);
            }
        }
    }
    if !worse.is_empty() {
        return Err(format!(
            "more than {ALLOWED} % more instructions:\n{}\nIf it is worth that, `runtime/benches/versus/run \
             --instructions --record` writes the new figures, and the commit says why.",
            worse.join("\n")
        ));
    }
    if !better.is_empty() {
        println!(
            "Cheaper now: {}. `--instructions --record` keeps it so.",
            better.join(", ")
        );
    }
    Ok(())
}

/// Counts the same works in a build that has no hook at all, neither for traces nor for observers, and says what the hooks
/// cost while nobody uses them.
///
/// # Errors
///
/// Of cargo and valgrind.
pub fn hooks(package: &Path, target: &Path, ours: &Path, names: &[String]) -> Result<(), String> {
    let built = target.join("without-hooks");
    output(
        Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()))
            .current_dir(package)
            .args(["build", "--quiet", "--release", "--locked", "--bin", "ours"])
            .env("RUSTFLAGS", "--cfg goroutines_without_hooks")
            .env("CARGO_TARGET_DIR", &built),
    )?;
    let bare = built.join("release/ours");
    println!("instructions for each operation, 1 P: without hooks → with hooks that nobody uses");
    for counted in wanted(names) {
        let (before, after) = (count(&bare, counted, 1)?, count(ours, counted, 1)?);
        println!(
            "{:14} {:>8} → {:>8}  {:+.1}",
            counted.work,
            short(before),
            short(after),
            after - before
        );
    }
    Ok(())
}

/// Writes what is counted now as the record.
///
/// # Errors
///
/// valgrind that is not there.
pub fn record(package: &Path, ours: &Path) -> Result<(), String> {
    let mut record = Record {
        tools: Tools::here()?,
        counts: Vec::new(),
    };
    for counted in COUNTED {
        let count = count(ours, counted, 3)?;
        println!("{:14} {:>8}", counted.work, short(count));
        record.counts.push((counted.work.into(), count));
    }
    let path = package.join(RECORD);
    std::fs::write(&path, record.to_string()).map_err(|e| format!("{RECORD}: {e}"))
}

fn wanted(names: &[String]) -> impl Iterator<Item = &'static Counted> {
    COUNTED
        .iter()
        .filter(|c| names.is_empty() || names.iter().any(|n| c.work.starts_with(n.as_str())))
}

/// Instructions for each operation: the least of `times` long runs, without the least of `times` short ones.
fn count(binary: &Path, counted: &Counted, times: usize) -> Result<f64, String> {
    let least = |n: u64| -> Result<u64, String> {
        let counts: Result<Vec<u64>, String> =
            (0..times).map(|_| run(binary, counted.work, n)).collect();
        Ok(counts?.into_iter().min().unwrap_or(0))
    };
    let (short, long) = (least(counted.short)?, least(counted.long)?);
    // The rehearsal is counted too: a tenth of the work.
    let done = |n: u64| n + n / 10;
    let operations = done(counted.long) - done(counted.short);
    let each = long.saturating_sub(short) as f64 / operations as f64;
    if each < 1.0 {
        return Err(format!(
            "{}: {short} and {long} instructions cannot be: which threads run goroutines?",
            counted.work
        ));
    }
    Ok(each)
}

/// The instructions of all threads but the first, in one run.
fn run(binary: &Path, work: &str, n: u64) -> Result<u64, String> {
    let folder = tempfile::tempdir().map_err(|e| e.to_string())?;
    let out = folder.path().join("out");
    let mut command = Command::new("valgrind");
    command
        .args(["--tool=callgrind", "--separate-threads=yes"])
        .arg(format!("--callgrind-out-file={}", out.display()))
        .arg(binary)
        .args([work, "1", &n.to_string()])
        .env_remove("GODEBUG");
    output(&mut command)?;
    let mut sum = 0;
    let files = std::fs::read_dir(folder.path()).map_err(|e| e.to_string())?;
    for file in files {
        let path = file.map_err(|e| e.to_string())?.path();
        // One file for each thread, `out-01` for the first; `out` itself is empty.
        if path == out || path == folder.path().join("out-01") {
            continue;
        }
        let text = std::fs::read_to_string(&path).map_err(|e| e.to_string())?;
        sum += total(&text).ok_or_else(|| format!("{work}: callgrind says no total"))?;
    }
    Ok(sum)
}

fn total(text: &str) -> Option<u64> {
    let line = text.lines().find_map(|l| l.strip_prefix("totals:"))?;
    line.trim().parse().ok()
}

/// Builds the program of the commit that wrote the record.
fn of_the_record(package: &Path, target: &Path) -> Result<PathBuf, String> {
    let git = |args: &[&str]| output(Command::new("git").current_dir(package).args(args));
    if git(&["rev-parse", "--is-shallow-repository"])?.trim() != "false" {
        return Err("the repository's history is not here".into());
    }
    let commit = git(&["log", "-1", "--format=%H", "--", RECORD])?;
    let commit = commit.trim();
    if commit.is_empty() {
        return Err(format!("{RECORD} is in no commit"));
    }
    let root = PathBuf::from(git(&["rev-parse", "--show-toplevel"])?.trim());
    let inside = package
        .strip_prefix(&root)
        .map_err(|_| "the package is in no repository")?;
    let (sources, built) = (target.join("recorded"), target.join("recorded-target"));
    // What an earlier one left is of another commit.
    if sources.exists() {
        std::fs::remove_dir_all(&sources).map_err(|e| e.to_string())?;
    }
    std::fs::create_dir_all(&sources).map_err(|e| e.to_string())?;
    let archive = target.join("recorded.tar");
    output(
        Command::new("git")
            .current_dir(&root)
            .args(["archive", "--format=tar", "-o"])
            .arg(&archive)
            .arg(commit),
    )?;
    output(
        Command::new("tar")
            .arg("-xf")
            .arg(&archive)
            .arg("-C")
            .arg(&sources),
    )?;
    eprintln!("building {commit}, which wrote the record");
    output(
        Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()))
            .current_dir(sources.join(inside))
            .args(["build", "--quiet", "--release", "--locked", "--bin", "ours"])
            .arg("--target-dir")
            .arg(&built),
    )?;
    Ok(built.join("release/ours"))
}

/// What a command prints.
fn output(command: &mut Command) -> Result<String, String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let out = command
        .stdin(Stdio::null())
        .output()
        .map_err(|e| format!("{name} does not start: {e}"))?;
    if !out.status.success() {
        let errors = String::from_utf8_lossy(&out.stderr);
        return Err(format!("{name}: {}\n{errors}", out.status));
    }
    Ok(String::from_utf8_lossy(&out.stdout).into_owned())
}

#[test]
fn a_record_is_read_as_it_was_written() {
    let record = Record {
        tools: Tools("rustc 1, here, libc 2".into()),
        counts: vec![("spawn".into(), 899.5), ("mutex1".into(), 17.0)],
    };
    assert_eq!(Record::read(&record.to_string()), Ok(record.clone()));
    assert_eq!(record.of("mutex1"), Some(17.0));
    assert!(Record::read("spawn fast\n").is_err());
}

#[test]
fn three_per_cent_are_allowed() {
    assert_eq!(judge(100.0, 102.9), Judged::Within);
    assert_eq!(judge(100.0, 103.1), Judged::CostsMore);
    assert_eq!(judge(100.0, 96.9), Judged::CostsLess);
}

#[test]
fn each_counted_work_is_one_of_the_table() {
    for counted in COUNTED {
        assert!(
            crate::works::WORKS.iter().any(|w| w.id == counted.work),
            "{}",
            counted.work
        );
        assert!(counted.long > counted.short);
    }
}

#[test]
fn the_total_of_a_thread_is_found() {
    assert_eq!(total("events: Ir\nsummary: 41\ntotals: 42\n"), Some(42));
    assert_eq!(total("events: Ir\n"), None);
}
