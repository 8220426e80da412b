//! Builds one program of the workbook with cargo and sorts what comes back: built, refused by the compiler, or not
//! possible here.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use serde::Deserialize;

use super::execute::{self, Cancel, Ended, Limits};

/// Compiling the dependencies on a slow machine is no reason to give up; a cargo that hangs is.
const TIME: Duration = Duration::from_secs(900);

/// What to build, and how.
#[derive(Debug, Clone, Copy)]
pub struct Plan<'a> {
    /// The folder with the Cargo.toml.
    pub dir: &'a Path,
    pub target_dir: &'a Path,
    /// The programs to build; all of the package when empty.
    pub bins: &'a [&'a str],
    /// Whether the compiler's messages come with colours.
    pub colour: bool,
    /// Many programs that are built once: nothing is kept to build them again faster, or to look into them.
    pub throwaway: bool,
}

/// What came of it.
#[derive(Debug)]
pub struct Built {
    /// Each program that was built: its name and its file.
    pub programs: Vec<(String, PathBuf)>,
    /// What the compiler has against the others.
    pub refused: Vec<Refusal>,
    /// As the compiler printed them.
    pub warnings: Vec<String>,
    /// A crate was missing and the registry was asked.
    pub went_online: bool,
}

/// Nothing was built, and the programs are not the reason.
#[derive(Debug)]
pub enum NotBuilt {
    CouldNot {
        what: String,
        /// What cargo said.
        text: String,
    },
    Cancelled,
}

/// One error of the compiler.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The program it is in.
    pub bin: String,
    /// As the compiler printed it.
    pub rendered: String,
    /// Its first line, without colours.
    pub message: String,
    /// `E0308`.
    pub code: Option<String>,
    pub line: Option<usize>,
}

/// The cargo to use: the one that runs this tool, else the one on the path.
pub fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Builds, without the network unless a crate is missing.
pub fn build(plan: &Plan<'_>, cancel: &Cancel) -> Result<Built, NotBuilt> {
    let first = attempt(plan, true, cancel)?;
    if first.lacks_a_crate() {
        return attempt(plan, false, cancel)?.sort(true);
    }
    first.sort(false)
}

/// Makes sure that cargo sees a text that it did not build yet.
///
/// Cargo compares times of change. A file put in place with an old time (`mv`, `cp -p`, a checkout) would be taken
/// for the one built last, and the verdict would be about another program. `record` keeps the text built last; a
/// different text that is not newer than it gets the present as its time.
pub fn freshen(file: &Path, bytes: &[u8], record: &Path) -> io::Result<()> {
    let Ok(built) = fs::read(record) else {
        return Ok(());
    };
    if built == bytes {
        return Ok(());
    }
    let changed = fs::metadata(file)?.modified()?;
    let recorded = fs::metadata(record)?.modified()?;
    if changed <= recorded {
        File::options()
            .write(true)
            .open(file)?
            .set_modified(SystemTime::now())?;
    }
    Ok(())
}

/// Keeps the text that was built, for `freshen`.
pub fn record(record: &Path, bytes: &[u8]) -> io::Result<()> {
    if fs::read(record).is_ok_and(|built| built == bytes) {
        return Ok(());
    }
    if let Some(dir) = record.parent() {
        fs::create_dir_all(dir)?;
    }
    fs::write(record, bytes)
}

struct Output {
    code: i32,
    messages: Vec<Message>,
    stderr: String,
}

fn attempt(plan: &Plan<'_>, offline: bool, cancel: &Cancel) -> Result<Output, NotBuilt> {
    let mut command = cargo();
    command.arg("build").current_dir(plan.dir);
    if offline {
        command.arg("--offline");
    }
    for bin in plan.bins {
        command.args(["--bin", bin]);
    }
    if plan.bins.is_empty() {
        command.args(["--bins", "--keep-going"]);
    }
    command
        .arg(if plan.colour {
            "--message-format=json-diagnostic-rendered-ansi"
        } else {
            "--message-format=json"
        })
        .arg("--target-dir")
        .arg(plan.target_dir)
        // The line tables of the profile stay in, though the linker has an eighth more to do with them: a program that is
        // stuck without an operation of the library is told with its line.
        .env("CARGO_TERM_PROGRESS_WHEN", "never")
        .env("CARGO_TERM_COLOR", "never");
    if plan.throwaway {
        command
            .env("CARGO_INCREMENTAL", "0")
            .env("CARGO_PROFILE_DEV_DEBUG", "0");
    }
    let limits = Limits {
        time: TIME,
        memory: None,
        output: 64 << 20,
        ask_where: false,
    };
    let ran = execute::run(&mut command, &limits, cancel).map_err(|error| NotBuilt::CouldNot {
        what: if error.kind() == io::ErrorKind::NotFound && plan.dir.is_dir() {
            "cargo was not found".to_string()
        } else {
            "cargo could not be started".to_string()
        },
        text: error.to_string(),
    })?;
    let stderr = String::from_utf8_lossy(&ran.stderr).into_owned();
    let could_not = |what: String| {
        Err(NotBuilt::CouldNot {
            what,
            text: stderr.clone(),
        })
    };
    match ran.ended {
        Ended::Exit(code) => Ok(Output {
            code,
            messages: String::from_utf8_lossy(&ran.stdout)
                .lines()
                .filter_map(|line| serde_json::from_str(line).ok())
                .collect(),
            stderr,
        }),
        Ended::Cancelled => Err(NotBuilt::Cancelled),
        Ended::Time => could_not(format!(
            "cargo was still at work after {} minutes",
            TIME.as_secs() / 60
        )),
        Ended::Output => could_not("cargo printed without end".to_string()),
        Ended::Signal(signal) => could_not(format!("cargo was killed by signal {signal}")),
        Ended::Memory(_) => could_not("cargo took too much memory".to_string()),
    }
}

#[derive(Deserialize)]
struct Message {
    reason: String,
    target: Option<Target>,
    message: Option<Diagnostic>,
    executable: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
}

#[derive(Deserialize)]
struct Diagnostic {
    level: String,
    message: String,
    code: Option<Code>,
    rendered: Option<String>,
    #[serde(default)]
    spans: Vec<Span>,
}

#[derive(Deserialize)]
struct Code {
    code: String,
}

#[derive(Deserialize)]
struct Span {
    line_start: usize,
    is_primary: bool,
}

impl Output {
    fn lacks_a_crate(&self) -> bool {
        self.code != 0
            && self.messages.is_empty()
            && [
                "--offline",
                "no matching package",
                "failed to download",
                "unable to update registry",
            ]
            .iter()
            .any(|sign| self.stderr.contains(sign))
    }

    fn sort(self, went_online: bool) -> Result<Built, NotBuilt> {
        let mut programs = Vec::new();
        let mut warnings = Vec::new();
        let mut refused = Vec::new();
        let mut broken = None;
        for message in self.messages {
            // An error in a library is none of the learner's.
            let (bin, theirs) = message
                .target
                .map(|t| (t.name, t.kind.iter().any(|k| k == "bin")))
                .unwrap_or_default();
            match (message.reason.as_str(), message.message, message.executable) {
                ("compiler-artifact", _, Some(file)) => programs.push((bin, file)),
                ("compiler-message", Some(diagnostic), _) => match diagnostic.level.as_str() {
                    "warning" if theirs && !diagnostic.spans.is_empty() => {
                        warnings.extend(diagnostic.rendered)
                    }
                    "error" if diagnostic.is_summary() => {}
                    "error" if theirs && !diagnostic.is_about_the_machine() => {
                        refused.push(diagnostic.refusal(bin))
                    }
                    "error" | "error: internal compiler error" => broken = Some(diagnostic),
                    _ => {}
                },
                _ => {}
            }
        }
        let could_not = |what: &str, text: String| {
            Err(NotBuilt::CouldNot {
                what: what.to_string(),
                text,
            })
        };
        if let Some(diagnostic) = broken {
            let what = diagnostic.message.lines().next().unwrap_or_default();
            return could_not(what, diagnostic.rendered.unwrap_or_default());
        }
        if self.code != 0 && refused.is_empty() {
            return could_not("cargo could not build it", self.stderr);
        }
        Ok(Built {
            programs,
            refused,
            warnings,
            went_online,
        })
    }
}

impl Diagnostic {
    /// The line at the end that only counts.
    fn is_summary(&self) -> bool {
        self.spans.is_empty() && self.message.starts_with("aborting due to")
    }

    /// Linker missing or failing, disk full, a crate built by another compiler: no edit of the program mends it.
    fn is_about_the_machine(&self) -> bool {
        let signs = [
            "linker `",
            "linking with `",
            "No space left on device",
            "could not write output",
            "failed to write",
        ];
        let codes = ["E0514", "E0463", "E0460"];
        signs.iter().any(|sign| self.message.contains(sign))
            || self.code.as_ref().is_some_and(|c| {
                codes.contains(&c.code.as_str()) && !self.message.contains("can't find crate")
            })
    }

    fn refusal(self, bin: String) -> Refusal {
        Refusal {
            bin,
            line: self
                .spans
                .iter()
                .find(|s| s.is_primary)
                .map(|s| s.line_start),
            rendered: self.rendered.unwrap_or_else(|| self.message.clone()),
            message: self.message,
            code: self.code.map(|c| c.code),
        }
    }
}
