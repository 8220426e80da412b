//! What rustc says to two goroutines that add to an ordinary variable: asked now, or as it was noted.

use crate::stage::Stage;
use std::io::{self, Write};
use std::process::{Command, Stdio};

/// The program of the lesson's page.
const PROGRAM: &str = "\
fn go(f: impl FnOnce() + Send + 'static) {
    std::thread::spawn(f);
}

fn main() {
    let mut n = 0;
    go(|| n += 1);
    go(|| n += 1);
    println!(\"{n}\");
}
";

/// What rustc 1.95.0 said to it.
const NOTED: &str = include_str!("rustc-1.95.txt");

/// The error that is about two at once.
const TWO_AT_ONCE: &str = "error[E0499]";

pub(super) fn rustc_refuses(stage: &mut Stage) -> io::Result<()> {
    let (who, said) = match stage.fixed() {
        // Another rustc may have other words.
        Some(_) => ("rustc 1.95.0 said, when this was written".to_string(), NOTED.to_string()),
        None => match asked() {
            Some((version, said)) => (format!("{version} says"), said),
            None => (
                "There is no rustc here that can be asked. rustc 1.95.0 said".to_string(),
                NOTED.to_string(),
            ),
        },
    };
    let errors: Vec<&str> = said.split("\n\n").collect();
    let heads: Vec<&str> = errors
        .iter()
        .filter(|e| e.starts_with("error["))
        .filter_map(|e| e.lines().next())
        .collect();
    stage.say(&format!("{who} {} times no:", heads.len()))?;
    writeln!(stage)?;
    for head in &heads {
        stage.say(&format!("- {head}"))?;
    }
    writeln!(stage)?;
    let two = errors.iter().find(|e| e.starts_with(TWO_AT_ONCE));
    if let Some(error) = two {
        stage.say("One of them in full, the one about two at once:")?;
        writeln!(stage)?;
        let head_is_shown = 1;
        for line in error
            .lines()
            .skip(head_is_shown)
            .take_while(|l| !l.starts_with("note:"))
        {
            writeln!(stage, "{line}")?;
        }
    }
    Ok(())
}

/// Which rustc there is, and what it says to the program. Nothing is written to the disk but a file of its own.
fn asked() -> Option<(String, String)> {
    let version = Command::new("rustc").arg("--version").output().ok()?;
    // `rustc 1.95.0 (59807616e 2026-04-14)`
    let version = String::from_utf8(version.stdout).ok()?;
    let version: Vec<&str> = version.split_whitespace().take(2).collect();

    let folder = tempfile::tempdir().ok()?;
    let mut rustc = Command::new("rustc")
        .args(["--edition", "2024", "--emit", "metadata", "--color", "never"])
        .args(["--crate-name", "main", "-o", "main.rmeta", "-"])
        .current_dir(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .ok()?;
    rustc.stdin.take()?.write_all(PROGRAM.as_bytes()).ok()?;
    let out = rustc.wait_with_output().ok()?;
    let said = String::from_utf8(out.stderr).ok()?;
    // A rustc that cannot work at all says something else.
    said.contains(TWO_AT_ONCE)
        .then(|| (version.join(" "), said.replace("<anon>", "main.rs")))
}
