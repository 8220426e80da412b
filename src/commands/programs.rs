//! Demos that are programs of their own: those of somebody else's course. They are built in the workbook, beside the
//! exercises, with its runtime, and run with limits.

use super::{Context, check};
use crate::check as checking;
use crate::check::compile::{self, NotBuilt, Plan};
use crate::check::execute::{self, Cancel, Ended, Limits};
use crate::progress::write_whole;
use crate::report::{OrProblem as _, Problem, Result};
use crate::stage::{Program, Stage};
use crate::workbook;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

/// A demo is looked at while it runs: this is long.
const TIME: Duration = Duration::from_secs(60);
const OUTPUT: usize = 1 << 20;

/// A demo that was built.
#[derive(Debug)]
pub struct Ready {
    file: PathBuf,
    folder: PathBuf,
    cancel: Cancel,
}

/// Builds a demo's program. The inner error says what is wrong with the demo itself.
pub fn build(cx: &Context, program: &Program) -> Result<std::result::Result<Ready, Problem>> {
    let book = cx.workbook()?;
    let cancel = check::signals()?;
    check::say_first_build(cx, &book);
    let dir = book.dot().join("demos");
    std::fs::create_dir_all(&dir).or_problem(|| format!("make the folder {}", dir.display()))?;
    // The names of exercises are taken: both are built in one place.
    let bin = |name: &str| format!("demo--{name}");
    let all: Vec<(String, String)> = cx
        .course
        .lessons
        .iter()
        .flat_map(|l| l.shows())
        .filter_map(|show| match show {
            crate::curriculum::Show::Program(p) => {
                Some((bin(p.name), p.file.display().to_string()))
            }
            crate::curriculum::Show::Linked(_) => None,
        })
        .collect();
    let programs = all.iter().map(|(name, file)| (name.as_str(), file.clone()));
    renew(&dir.join("Cargo.toml"), &workbook::manifest_for(programs))?;
    renew(&dir.join("Cargo.lock"), &workbook::trial_lock())?;
    let target_dir = checking::target_dir(&book);
    let wanted = bin(program.name);
    let plan = Plan {
        dir: &dir,
        target_dir: &target_dir,
        bins: &[&wanted],
        colour: cx.report.look().colour,
        throwaway: false,
    };
    let built = compile::build(&plan, &cancel).map_err(|e| match e {
        NotBuilt::Cancelled => Problem::new("given up"),
        NotBuilt::CouldNot { what, text } => Problem::new(what).mend(text),
    })?;
    if let Some(refused) = built.refused.first() {
        let file = program.file.display();
        let line = refused.line.map_or(String::new(), |n| format!(":{n}"));
        return Ok(Err(Problem::new(format!(
            "{file}{line} does not compile: {}",
            refused.message
        ))
        .mend("tell whoever wrote the course")));
    }
    match built.programs.into_iter().find(|(name, _)| *name == wanted) {
        Some((_, file)) => Ok(Ok(Ready {
            file,
            folder: book.root().to_path_buf(),
            cancel,
        })),
        None => Err(Problem::new(format!(
            "the demo `{}` was not built",
            program.name
        ))),
    }
}

/// Cargo looks at times of change: a file that would stay the same stays as it is.
fn renew(file: &std::path::Path, text: &str) -> Result<()> {
    match std::fs::read(file) {
        Ok(now) if now == text.as_bytes() => Ok(()),
        _ => write_whole(file, text.as_bytes()),
    }
}

impl Ready {
    /// Runs it, and shows what it printed.
    pub fn run(&self, stage: &mut Stage) -> io::Result<()> {
        let mut command = Command::new(&self.file);
        command
            .current_dir(&self.folder)
            .env("COLUMNS", stage.width().to_string());
        if let Some(seed) = stage.fixed() {
            command.env("GOTOUR_SEED", seed.to_string());
        }
        let limits = Limits {
            time: TIME,
            memory: None,
            output: OUTPUT,
            ask_where: false,
        };
        let ran = execute::run(&mut command, &limits, &self.cancel)?;
        stage.write_all(&ran.stdout)?;
        stage.flush()?;
        let last = String::from_utf8_lossy(&ran.stderr).trim_end().to_string();
        let last = last
            .lines()
            .last()
            .map_or(String::new(), |l| format!(": {l}"));
        Err(io::Error::other(match ran.ended {
            Ended::Exit(0) => return Ok(()),
            Ended::Exit(code) => format!("it ended with exit code {code}{last}"),
            Ended::Signal(n) => format!("signal {n} ended it{last}"),
            Ended::Time => format!("it did not end within {} s", TIME.as_secs()),
            Ended::Output => format!("it printed more than {} KiB", OUTPUT >> 10),
            Ended::Memory(_) => "it took too much memory".to_string(),
            Ended::Cancelled => "given up".to_string(),
        }))
    }
}
