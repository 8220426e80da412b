//! Small programs in Go and here, side by side: what they print, what they say on stderr and how they exit is equal.
//!
//! A case is a name, a function in a file of this folder, and a function in `go/`. `record.txt` has what Go did; ours is
//! compared with it always, and Go is asked again where a `go` of that version is on the path (`GOTOUR_ASK_GO`: then
//! there must be one). Beside the cases, scripts made by chance are run by both (`script.rs`).
//!
//! | | |
//! |---|---|
//! | `cargo test -p goroutines --test differential` | every case, and the recorded scripts |
//! | `… -- chan/` | the cases whose names contain this |
//! | `GOTOUR_ROUNDS=50 …` | all cases so many times |
//! | `GOTOUR_SCRIPTS=5000 GOTOUR_SEED=7 … -- scripts` | so many scripts, of this seed |
//! | `GOTOUR_RECORD=1 …` | asks Go, and writes the record anew |

#[path = "../limit/mod.rs"]
mod limit;
mod said;
mod table;
mod normal;
mod process;
mod record;
mod script;
mod generate;
mod scripts;
mod chan;
mod contexts;
mod deadlocks;
mod dumps;
mod order;
mod panics;
mod selects;
mod sockets;
mod syncs;
mod times;

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Failed, Trial};

use process::{Program, Ran};
use table::Case;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["case", name] => {
            let case = cases().into_iter().find(|c| c.name == name);
            let case = case.expect("the name of a case");
            goroutines::run(case.run);
            print!("{}", said::take());
            ExitCode::SUCCESS
        }
        ["scripts"] if std::env::var_os("GOMAXPROCS").is_some() => {
            script::interpret();
            ExitCode::SUCCESS
        }
        _ => tests(),
    }
}

fn cases() -> Vec<Case> {
    [
        chan::CASES,
        selects::CASES,
        syncs::CASES,
        times::CASES,
        contexts::CASES,
        sockets::CASES,
        panics::CASES,
        deadlocks::CASES,
        dumps::CASES,
        order::CASES,
    ]
    .concat()
}

/// A number from the environment.
fn number(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(
        text.parse()
            .unwrap_or_else(|_| panic!("{name}={text} is no number")),
    )
}

fn tests() -> ExitCode {
    let args = Arguments::from_args();
    if std::env::var_os("GOTOUR_RECORD").is_some() {
        return make_record();
    }
    let rounds = number("GOTOUR_ROUNDS").unwrap_or(1);
    // The limit is the children's: whoever waits for one here waits for a minute at most, and many rounds take long.
    // SAFETY: ends a timer of this process, which has no other use.
    unsafe { libc::alarm(0) };
    let record = Arc::new(record::read());
    let mut trials = vec![Trial::test("every_case_is_everywhere", {
        let record = record.clone();
        move || same_names(&record)
    })];
    for case in cases() {
        let record = record.clone();
        trials.push(Trial::test(case.name, move || {
            (0..rounds).try_for_each(|_| compare(&case, &record))
        }));
    }
    trials.extend(scripts::trials());
    libtest_mimic::run(&args, trials).exit_code()
}

/// No case without its record and its half in Go, and the other way round.
fn same_names(record: &BTreeMap<String, Ran>) -> Result<(), Failed> {
    let ours: Vec<String> = cases().iter().map(|c| c.name.to_string()).collect();
    same(
        "the record",
        &ours,
        &record.keys().cloned().collect::<Vec<_>>(),
    )?;
    match Program::go() {
        Some(go) => same("Go", &ours, &go.names()),
        None => Ok(()),
    }
}

fn same(whose: &str, ours: &[String], theirs: &[String]) -> Result<(), Failed> {
    let only = |of: &[String], other: &[String]| -> Vec<String> {
        of.iter().filter(|n| !other.contains(n)).cloned().collect()
    };
    let (here, there) = (only(ours, theirs), only(theirs, ours));
    if here.is_empty() && there.is_empty() {
        return Ok(());
    }
    Err(format!("only here: {here:?}\nonly {whose} has: {there:?}").into())
}

fn compare(case: &Case, record: &BTreeMap<String, Ran>) -> Result<(), Failed> {
    let Some(expected) = record.get(case.name) else {
        return Err("it is not in the record".into());
    };
    for &procs in case.procs {
        let ours = (0..case.tries).map(|_| case.ran_by(&Program::ours(), procs));
        if let Err(ours) = until_equal(ours, expected) {
            return Err(differ(case, procs, "the record", expected, "ours", &ours).into());
        }
        if let Some(go) = Program::go() {
            // Go's monitor counts time in which the machine did not run it: on a busy one it may cut in.
            let again = (0..3).map(|_| case.ran_by(&go, procs));
            if let Err(now) = until_equal(again, expected) {
                return Err(differ(case, procs, "the record", expected, "Go now", &now).into());
            }
        }
    }
    Ok(())
}

fn until_equal(runs: impl Iterator<Item = Ran>, expected: &Ran) -> Result<(), Ran> {
    let mut last = None;
    for ran in runs {
        if ran == *expected {
            return Ok(());
        }
        last = Some(ran);
    }
    last.map_or(Ok(()), Err)
}

fn differ(case: &Case, procs: usize, one: &str, a: &Ran, other: &str, b: &Ran) -> String {
    format!(
        "with GOMAXPROCS={procs}\n{one}:\n{}\n{other}:\n{}",
        record::show(case.name, a),
        record::show(case.name, b)
    )
}

fn make_record() -> ExitCode {
    let Some(go) = Program::go() else {
        return ExitCode::FAILURE;
    };
    let mut record = BTreeMap::new();
    for case in cases() {
        let runs: Vec<Ran> = case
            .procs
            .iter()
            .flat_map(|procs| [procs; 5])
            .map(|procs| case.ran_by(&go, *procs))
            .collect();
        let Some(ran) = most(&runs) else {
            eprintln!("Go itself is not of one mind about {}.", case.name);
            for ran in &runs {
                eprintln!("{}", record::show(case.name, ran));
            }
            return ExitCode::FAILURE;
        };
        record.insert(case.name.to_string(), ran.clone());
    }
    record::write(&record);
    scripts::make_record(&go)
}

/// What most of them are, if most of them are alike: on a busy machine Go's monitor may cut in.
fn most<T: PartialEq>(all: &[T]) -> Option<&T> {
    let alike = |one: &T| all.iter().filter(|other| *other == one).count();
    all.iter().find(|one| 2 * alike(one) > all.len())
}
