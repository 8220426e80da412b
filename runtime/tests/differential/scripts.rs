//! Scripts made by chance, run by both programs with one P: what comes out must be equal, to the order.

use std::path::PathBuf;
use std::process::ExitCode;

use fastrand::Rng;
use libtest_mimic::{Failed, Trial};

use crate::generate;
use crate::number;
use crate::process::{Interpreter, Program};

/// How many are made where nobody says otherwise, and from which seed.
const SCRIPTS: u64 = 1500;
const SEED: u64 = 1;
/// How many are in the record, beside those that showed a difference once.
const RECORDED: u64 = 200;

fn path() -> PathBuf {
    PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/differential/scripts.txt"
    ))
}

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("scripts/recorded", recorded),
        Trial::test("scripts/random", random),
    ]
}

/// The scripts of the record: a line each, and below it what Go makes of it.
fn read() -> Vec<(String, String)> {
    let text = std::fs::read_to_string(path()).unwrap_or_default();
    let lines: Vec<&str> = text
        .lines()
        .filter(|l| !l.is_empty() && !l.starts_with('#'))
        .collect();
    let pairs = lines.chunks(2);
    pairs
        .map(|pair| (pair[0].to_string(), pair[1].to_string()))
        .collect()
}

/// Ours, against the record.
fn recorded() -> Result<(), Failed> {
    let all = read();
    if all.is_empty() {
        return Err("there is no record".into());
    }
    let mut ours = Program::ours().interpreter();
    for (script, expected) in all {
        // A machine that pauses makes a Mutex starve, and others get it.
        let mut said = String::new();
        for _ in 0..4 {
            said = ours.run(&script)?;
            if said == expected {
                break;
            }
        }
        if said != expected {
            return Err(format!("{script}\nrecord: {expected}\nours:   {said}").into());
        }
    }
    Ok(())
}

/// A pair of interpreters, and how often each of them is started anew: what waits for ever is never taken away.
struct Pair {
    programs: [Program; 2],
    running: [Interpreter; 2],
    runs: u32,
}

impl Pair {
    fn new(go: Program) -> Pair {
        let programs = [go, Program::ours()];
        Pair {
            running: [programs[0].interpreter(), programs[1].interpreter()],
            programs,
            runs: 0,
        }
    }

    fn restart(&mut self) {
        self.running = [
            self.programs[0].interpreter(),
            self.programs[1].interpreter(),
        ];
        self.runs = 0;
    }

    /// What each makes of it.
    fn both(&mut self, script: &str) -> [Result<String, String>; 2] {
        self.runs += 1;
        if self.runs > 2000 {
            self.restart();
        }
        let both = self.running.each_mut().map(|p| p.run(script));
        if both.iter().any(Result::is_err) {
            self.restart();
        }
        both
    }

    /// Whether they differ each time: a busy machine can make Go's monitor cut in, or a Mutex starve.
    fn differ(&mut self, script: &str) -> Option<[Result<String, String>; 2]> {
        let mut last = None;
        for _ in 0..4 {
            let both = self.both(script);
            if both[0] == both[1] {
                return None;
            }
            last = Some(both);
        }
        last
    }
}

/// Ours and Go, side by side.
fn random() -> Result<(), Failed> {
    let Some(go) = Program::go() else {
        return Ok(());
    };
    let (count, seed) = (
        number("GOTOUR_SCRIPTS").unwrap_or(SCRIPTS),
        number("GOTOUR_SEED").unwrap_or(SEED),
    );
    let mut rng = Rng::with_seed(seed);
    let mut pair = Pair::new(go);
    for i in 0..count {
        let script = generate::script(&mut rng);
        if pair.differ(&script).is_some() {
            let script = shortest(&mut pair, script);
            let [go, ours] = pair.both(&script);
            return Err(format!(
                "seed {seed}, script {i}; shortened, it is\n{script}\nGo:   {go:?}\nours: {ours:?}"
            )
            .into());
        }
    }
    Ok(())
}

/// Takes away what is not needed for the difference.
fn shortest(pair: &mut Pair, mut script: String) -> String {
    loop {
        let shorter = generate::shorter(&script)
            .into_iter()
            .find(|s| pair.differ(s).is_some());
        match shorter {
            Some(s) => script = s,
            None => return script,
        }
    }
}

/// Asks Go for what is recorded: the scripts that are there, and new ones up to the number.
pub fn make_record(go: &Program) -> ExitCode {
    let mut text = String::from(
        "# Scripts (see script.rs), and below each what Go 1.27 makes of it with GOMAXPROCS=1. Lines of scripts may be\n\
         # added with any line below; GOTOUR_RECORD=1 cargo test -p goroutines --test differential asks Go anew.\n",
    );
    let mut all: Vec<String> = read().into_iter().map(|(script, _)| script).collect();
    let mut rng = Rng::with_seed(SEED);
    for _ in 0..RECORDED {
        let script = generate::script(&mut rng);
        if !all.contains(&script) {
            all.push(script);
        }
    }
    let mut interpreter = go.interpreter();
    for script in all {
        let runs: Vec<_> = (0..5).map(|_| interpreter.run(&script)).collect();
        match crate::most(&runs) {
            Some(Ok(said)) => text += &format!("\n{script}\n{said}\n"),
            _ => {
                eprintln!("Go itself is not of one mind: {script}\n{runs:#?}");
                return ExitCode::FAILURE;
            }
        }
    }
    std::fs::write(path(), text).expect("the record can be written");
    ExitCode::SUCCESS
}
