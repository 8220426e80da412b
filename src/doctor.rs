//! Whether everything that gotour needs is there; for each thing that is not, exactly what mends it.

use crate::check::compile::{self, NotBuilt, Plan};
use crate::check::execute::{self, Cancel, Ended, Limits};
use crate::workbook::{self, Workbook};
use std::fs;
use std::path::Path;
use std::time::Duration;

/// The oldest Rust that builds the runtime, as the workspace's `rust-version` says.
const RUST: &str = env!("CARGO_PKG_RUST_VERSION");

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// `cargo`, `runtime`, …
    pub what: &'static str,
    /// What was found.
    pub found: String,
    /// What to do, where it is not as it should be.
    pub mend: Option<String>,
}

impl Finding {
    fn good(what: &'static str, found: impl Into<String>) -> Self {
        Finding {
            what,
            found: found.into(),
            mend: None,
        }
    }

    fn bad(what: &'static str, found: impl Into<String>, mend: impl Into<String>) -> Self {
        Finding {
            what,
            found: found.into(),
            mend: Some(mend.into()),
        }
    }

    pub fn is_good(&self) -> bool {
        self.mend.is_none()
    }
}

/// Is cargo there, and new enough?
pub fn cargo(cancel: &Cancel) -> Finding {
    let mut command = compile::cargo();
    command.arg("--version");
    let ran = execute::run(&mut command, &limits(Duration::from_secs(60)), cancel);
    let no_cargo = "install Rust from https://rustup.rs, then open a new terminal";
    match ran {
        Ok(ran) if ran.ended == Ended::Exit(0) => {
            let text = String::from_utf8_lossy(&ran.stdout).trim().to_string();
            match version(&text) {
                Some(v) if Some(v) >= version(RUST) => Finding::good("cargo", text),
                Some(_) => Finding::bad(
                    "cargo",
                    format!("{text} is too old: {RUST} or newer is needed"),
                    "rustup update stable",
                ),
                None => Finding::bad(
                    "cargo",
                    format!("`cargo --version` printed {text:?}"),
                    no_cargo,
                ),
            }
        }
        Ok(ran) => {
            let said = String::from_utf8_lossy(&ran.stderr).trim().to_string();
            let mend = if said.contains("rustup") {
                "rustup default stable"
            } else {
                no_cargo
            };
            Finding::bad("cargo", format!("`cargo --version` failed: {said}"), mend)
        }
        Err(e) => Finding::bad("cargo", format!("could not be started: {e}"), no_cargo),
    }
}

/// The first `1.95` or `1.95.0` in a text.
fn version(text: &str) -> Option<(u32, u32)> {
    let word = text
        .split([' ', '-'])
        .find(|w| w.starts_with(|c: char| c.is_ascii_digit()))?;
    let mut numbers = word.split('.').map(|n| n.parse().ok());
    Some((numbers.next()??, numbers.next()??))
}

/// Is the runtime's source where this gotour was built?
pub fn runtime(dir: &Path) -> Finding {
    if dir.join("Cargo.toml").is_file() && dir.join("src/lib.rs").is_file() {
        return Finding::good("runtime", dir.display().to_string());
    }
    Finding::bad(
        "runtime",
        format!("{} is gone: the clone was moved or removed", dir.display()),
        "in the folder where the clone is now: cargo build",
    )
}

/// Is there a workbook, and can what it keeps be used?
pub fn workbook(book: Option<&Workbook>) -> Finding {
    let Some(book) = book else {
        return Finding::good("workbook", "none yet: `gotour next` makes one");
    };
    let shown = book.shown(book.root());
    let probe = tempfile::Builder::new()
        .prefix(".gotour-")
        .tempfile_in(book.dot());
    if let Err(e) = probe {
        return Finding::bad(
            "workbook",
            format!("{shown} cannot be written: {e}"),
            format!("chmod -R u+rwX {shown}"),
        );
    }
    match book.progress().load() {
        Ok((_, None)) => Finding::good("workbook", shown),
        Ok((_, Some(aside))) => Finding::good("workbook", format!("{shown}; {aside}")),
        Err(p) => Finding::bad(
            "workbook",
            format!("{shown}: {}", p.what()),
            p.how().unwrap_or("gotour init").to_string(),
        ),
    }
}

const TRIAL: &str = "use goroutines::prelude::*;\n\nfn main() {\n    let n = run(|| {\n        \
    let ch = chan(0);\n        let out = ch.clone();\n        go(move || out.send(7));\n        \
    ch.recv()\n    });\n    println!(\"{n:?}\");\n}\n";

/// Does a small program build and run?
pub fn trial(book: Option<&Workbook>, cancel: &Cancel) -> Finding {
    let made = tempfile::tempdir().and_then(|dir| {
        fs::write(dir.path().join("Cargo.toml"), workbook::trial_manifest())?;
        fs::write(dir.path().join("Cargo.lock"), workbook::trial_lock())?;
        fs::write(dir.path().join("trial.rs"), TRIAL)?;
        Ok(dir)
    });
    let dir = match made {
        Ok(dir) => dir,
        Err(e) => {
            return Finding::bad(
                "trial build",
                format!("no temporary folder: {e}"),
                "make room in the temporary folder, or set TMPDIR to one that can be written",
            );
        }
    };
    // The workbook's own target folder where there is one: the runtime is built there already, or will be needed there.
    let target = match book {
        Some(book) => crate::check::target_dir(book),
        None => dir.path().join("target"),
    };
    let plan = Plan {
        dir: dir.path(),
        target_dir: &target,
        bins: &["trial"],
        colour: false,
        throwaway: false,
    };
    match compile::build(&plan, cancel) {
        Ok(built) if built.refused.is_empty() => match built.programs.first() {
            Some((_, program)) => trial_run(program, cancel),
            None => Finding::bad(
                "trial build",
                "cargo built no program",
                "cargo clean, in the workbook",
            ),
        },
        Ok(built) => {
            let first = built.refused.first().map_or("", |e| &e.message);
            Finding::bad(
                "trial build",
                format!("the runtime does not compile here: {first}"),
                "git status, in the clone: something of it was changed",
            )
        }
        Err(NotBuilt::CouldNot { what, text }) => {
            Finding::bad("trial build", what, mend_build(&text))
        }
        Err(NotBuilt::Cancelled) => Finding::bad("trial build", "given up", "gotour doctor"),
    }
}

fn trial_run(program: &Path, cancel: &Cancel) -> Finding {
    let limits = limits(Duration::from_secs(20));
    let mut command = std::process::Command::new(program);
    match execute::run(&mut command, &limits, cancel) {
        Ok(ran) if ran.ended == Ended::Exit(0) && ran.stdout == b"Some(7)\n" => {
            Finding::good("trial build", "a program builds and runs")
        }
        Ok(ran) => Finding::bad(
            "trial build",
            format!(
                "the program was built, but ended as {:?}: {}",
                ran.ended,
                String::from_utf8_lossy(&ran.stderr).trim()
            ),
            "please report it with this text",
        ),
        Err(e) => Finding::bad(
            "trial build",
            format!("the program was built, but could not be started: {e}"),
            "mount the folder of the workbook without `noexec`, or use another one",
        ),
    }
}

/// What mends a build that could not be made, from what cargo said.
fn mend_build(said: &str) -> &'static str {
    let has = |s: &str| said.contains(s);
    if has("linker `cc` not found") || has("linking with `cc` failed") {
        return "install a C linker: sudo apt install build-essential (or your system's gcc)";
    }
    if has("No space left on device") {
        return "make room on the disk: cargo clean in the clone frees most";
    }
    if has("failed to download") || has("Could not resolve host") || has("offline") {
        return "with a network once: cargo fetch, in the clone";
    }
    if has("edition2024") || has("rustc") && has("is not supported") {
        return "rustup update stable";
    }
    "cargo build, in the workbook, shows all of cargo's words"
}

fn limits(time: Duration) -> Limits {
    Limits {
        time,
        memory: None,
        output: 1 << 20,
        ask_where: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_and_compared() {
        assert_eq!(
            version("cargo 1.95.0 (f2d3ce0bd 2026-03-21)"),
            Some((1, 95))
        );
        assert_eq!(version("cargo 1.99.0-nightly (abc)"), Some((1, 99)));
        assert_eq!(version("1.95"), Some((1, 95)));
        assert_eq!(version("cargo"), None);
        assert!(version("cargo 1.100.0") > version("1.95"));
        assert!(version(RUST).is_some());
    }

    #[test]
    fn a_runtime_that_is_gone_names_the_folder_and_the_mend() {
        assert!(runtime(workbook::runtime_dir()).is_good());
        let gone = runtime(Path::new("/nowhere/runtime"));
        assert!(gone.found.contains("/nowhere/runtime"), "{gone:?}");
        assert!(gone.mend.is_some());
    }

    #[test]
    fn what_cargo_says_has_its_mend() {
        assert!(mend_build("error: linker `cc` not found").contains("linker"));
        assert!(mend_build("failed to download from ...").contains("cargo fetch"));
        assert!(mend_build("No space left on device (os error 28)").contains("room"));
    }
}
