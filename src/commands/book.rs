//! `gotour book DIR`: runs every demo once, writes the course as a book, and lets mdbook make its pages.

use super::{Context, demo};
use crate::book::{self, Shown};
use crate::check::execute::{self, Ended, Limits};
use crate::report::{Exit, Look, OrProblem as _, Problem, Result};
use crate::stage::Stage;
use crate::text;
use serde_json::json;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// Only an mdbook that hangs takes so long.
const TIME: Duration = Duration::from_secs(300);
const OUTPUT: usize = 1 << 20;

/// `gotour book DIR [--source] [--seed N]`.
pub fn book(cx: &Context, dir: &Path, source_only: bool, seed: u64) -> Result<Exit> {
    let r = &cx.report;
    let empty = match fs::read_dir(dir) {
        Ok(mut entries) => entries.next().is_none(),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => true,
        Err(e) => return Err(e).or_problem(|| format!("read the folder {}", dir.display())),
    };
    if !empty {
        return Err(Problem::new(format!("{} is not empty", dir.display()))
            .mend("name a folder that is not there yet"));
    }
    let files = book::files(&cx.course, &shown(cx, seed)?)?;
    for file in &files {
        let path = dir.join(&file.path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)
                .or_problem(|| format!("make the folder {}", folder.display()))?;
        }
        fs::write(&path, &file.text).or_problem(|| format!("write {}", path.display()))?;
    }
    let built = match source_only {
        true => None,
        false => Some(build(dir)?),
    };
    let count = |ending: &str| files.iter().filter(|f| f.path.ends_with(ending)).count();
    // SUMMARY.md is no page.
    let (pages, pictures) = (count(".md") - 1, count(".svg"));
    if r.is_json() {
        r.json(&json!({
            "source": dir, "html": built, "pages": pages, "pictures": pictures,
        }));
        return Ok(Exit::Passed);
    }
    r.text(format!(
        "{} and {} are in {}.",
        text::count(pages, "page"),
        text::count(pictures, "picture"),
        dir.display()
    ));
    match built {
        Some(index) => r.text(format!("Open {} in a browser.", index.display())),
        None => r.text(format!(
            "{} makes the book of them.",
            r.command(&format!("mdbook build {}", dir.display()))
        )),
    }
    Ok(Exit::Passed)
}

/// What each demo shows under one seed.
fn shown(cx: &Context, seed: u64) -> Result<Shown> {
    let look = Look {
        width: book::WIDE,
        height: usize::MAX,
        ascii: false,
        colour: true,
    };
    let mut shown = Shown::new();
    for lesson in &cx.course.lessons {
        if cx.report.interactive() {
            cx.report.note(format!(
                "lesson {}: {}",
                lesson.number,
                text::count(lesson.shows().count(), "demo")
            ));
        }
        for show in lesson.shows() {
            let run = demo::runner(cx, show)??;
            let mut output = String::new();
            let mut stage = Stage::new(look, Some(seed), |s| output.push_str(s));
            let ended = run(&mut stage);
            drop(stage);
            ended.map_err(|e| {
                Problem::new(format!("the demo `{}` could not run: {e}", show.name()))
                    .mend("`gotour doctor` looks for what may be missing")
            })?;
            shown.insert(show.name(), output);
        }
    }
    Ok(shown)
}

/// Lets mdbook make the pages; gives the first of them.
fn build(dir: &Path) -> Result<std::path::PathBuf> {
    let missing = "`cargo install mdbook` installs it, then `mdbook build` in that folder makes the book; \
                   with --source gotour does not ask for it";
    let limits = Limits {
        time: TIME,
        memory: None,
        output: OUTPUT,
        ask_where: false,
    };
    let mut command = Command::new("mdbook");
    command.arg("build").arg(dir);
    let cancel = super::check::signals()?;
    let ran = execute::run(&mut command, &limits, &cancel).map_err(|e| match e.kind() {
        std::io::ErrorKind::NotFound => Problem::new(format!(
            "the source of the book is in {}, and mdbook, which makes the pages, was not found",
            dir.display()
        ))
        .mend(missing),
        _ => Problem::new(format!("could not start mdbook: {e}")),
    })?;
    let said = String::from_utf8_lossy(&ran.stderr).trim().to_string();
    match ran.ended {
        Ended::Exit(0) => Ok(dir.join("book").join("index.html")),
        Ended::Cancelled => Err(Problem::new("given up")),
        _ => Err(Problem::new(format!(
            "mdbook could not make the book of {}: {said}",
            dir.display()
        ))
        .mend("gotour's books are tried with mdbook 0.5")),
    }
}
