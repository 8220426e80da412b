//! `gotour dev new`: the skeleton of a lesson or an exercise, put where it belongs, and nothing overwritten.

use super::Context;
use super::authors::root;
use crate::page;
use crate::progress::write_whole;
use crate::report::{Exit, OrProblem as _, Problem, Result};
use crate::skeleton::{self, Made, Place};
use crate::text;
use serde_json::json;
use std::fs;
use std::io::Write as _;
use std::path::Path;

/// What is there already and gets a line or more: its path and its new text.
type Change = (String, String);

/// `gotour dev new exercise NAME LESSON`.
pub fn exercise(cx: &Context, name: &str, lesson: &str) -> Result<Exit> {
    must_be_in(cx)?;
    must_be_a_name(name)?;
    free(cx, name)?;
    let lesson = cx.course.find_lesson(lesson)?;
    let headings = page::headings(lesson.text);
    let place = Place {
        folder: lesson.folder().to_string(),
        number: lesson.number,
        // The first below the title, where a mechanism is explained.
        heading: headings
            .get(1)
            .or(headings.first())
            .unwrap_or(&"")
            .to_string(),
    };
    let path = format!("lessons/{}/lesson.md", place.folder);
    let text = read(root(cx), &path)?;
    let mut changes = vec![(path, skeleton::offered(&text, name))];
    if cx.course.folder.is_none() {
        let table = read(root(cx), TABLE)?;
        let table = skeleton::with_exercise(&table, &place.folder, name)?;
        changes.push((TABLE.to_string(), table));
    }
    write(cx, &skeleton::exercise(name, true, &place), &changes, name)
}

/// `gotour dev new lesson NN-NAME`.
pub fn lesson(cx: &Context, folder: &str) -> Result<Exit> {
    must_be_in(cx)?;
    let parts = folder
        .split_once('-')
        .and_then(|(n, slug)| Some((n.parse().ok()?, slug)));
    let Some((number, slug)) = parts.filter(|(n, _)| *n > 0_usize) else {
        return Err(Problem::new(format!("`{folder}` is no folder of a lesson"))
            .mend("it has a number and a name: `gotour dev new lesson 14-first-steps`"));
    };
    must_be_a_name(slug)?;
    let folder = format!("{number:02}-{slug}");
    if let Some(other) = cx
        .course
        .lessons
        .iter()
        .find(|l| l.number == number || l.slug == slug)
    {
        return Err(Problem::new(format!("{} is there already", other.folder()))
            .mend("choose another number and name"));
    }
    let place = Place {
        folder,
        number,
        heading: String::new(),
    };
    let linked = cx.course.folder.is_none();
    let exercises = ["repair", "build"].map(|kind| format!("{slug}-{kind}"));
    for name in &exercises {
        free(cx, name)?;
    }
    let mut changes = Vec::new();
    if linked {
        let table = read(root(cx), TABLE)?;
        let table = skeleton::with_row(&table, &place, &exercises)?;
        changes.push((TABLE.to_string(), table));
        let go = read(root(cx), GO)?;
        changes.push((GO.to_string(), go + &skeleton::go(&place)));
    }
    write(
        cx,
        &skeleton::lesson(&place, linked),
        &changes,
        &exercises.join(" "),
    )
}

const TABLE: &str = "lessons/mod.rs";
const GO: &str = "lessons/go.toml";

/// Our own course is added to from inside of its checkout only: nobody else may mean it.
fn must_be_in(cx: &Context) -> Result<()> {
    let whole = |path: &Path| fs::canonicalize(path).ok();
    let root = root(cx);
    let is_in = match (whole(&cx.from), whole(root)) {
        (Some(from), Some(root)) => from.starts_with(root),
        _ => false,
    };
    if is_in || cx.course.folder.is_some() {
        return Ok(());
    }
    Err(Problem::new(format!(
        "this folder is not in {}, which gotour was built from, so nothing is made",
        root.display()
    ))
    .mend("run it in there, or with --course DIR for a course of your own"))
}

fn must_be_a_name(name: &str) -> Result<()> {
    let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    let begins = name.bytes().next().is_some_and(|b| b.is_ascii_lowercase());
    if begins && name.bytes().all(fits) && !name.ends_with('-') {
        return Ok(());
    }
    Err(Problem::new(format!("`{name}` is no name"))
        .mend("names are of small letters, digits and hyphens: `own-copy`"))
}

/// An exercise of that name would be another one.
fn free(cx: &Context, name: &str) -> Result<()> {
    match cx.course.exercises().find(|e| e.name == name) {
        Some(e) => Err(
            Problem::new(format!("{} is called {name} already", e.label()))
                .mend("choose another name"),
        ),
        None => Ok(()),
    }
}

fn read(root: &Path, path: &str) -> Result<String> {
    let path = root.join(path);
    fs::read_to_string(&path).map_err(|e| {
        Problem::new(format!("could not read {}: {e}", path.display()))
            .mend("run it with the checkout that gotour was built from, or with --course DIR")
    })
}

/// Writes everything, or nothing where a file is in the way.
fn write(cx: &Context, made: &[Made], changes: &[Change], exercises: &str) -> Result<Exit> {
    let (r, root) = (&cx.report, root(cx));
    if let Some(there) = made.iter().find(|m| root.join(&m.path).exists()) {
        return Err(Problem::new(format!(
            "{} is there already, and is not overwritten",
            root.join(&there.path).display()
        ))
        .mend("choose another name, or move it away"));
    }
    for file in made {
        let path = root.join(&file.path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)
                .or_problem(|| format!("make the folder {}", folder.display()))?;
        }
        fs::File::create_new(&path)
            .and_then(|mut f| f.write_all(file.text.as_bytes()))
            .or_problem(|| format!("write {}", path.display()))?;
    }
    for (path, text) in changes {
        write_whole(&root.join(path), text.as_bytes())?;
    }
    if r.is_json() {
        let made: Vec<_> = made
            .iter()
            .map(|m| json!({ "file": m.path, "holds": m.holds }))
            .collect();
        let changed: Vec<_> = changes.iter().map(|(path, _)| path).collect();
        r.json(&json!({ "folder": root, "made": made, "changed": changed }));
        return Ok(Exit::Passed);
    }
    r.text(format!(
        "Made {} in {}:",
        text::count(made.len(), "file"),
        root.display()
    ));
    for file in made {
        r.line(format!("  {}", file.path));
        for line in text::wrap(file.holds, r.look().width.saturating_sub(6)) {
            r.line(r.dim(&format!("      {line}")));
        }
    }
    for (path, _) in changes {
        r.line(format!("  {path}, changed"));
    }
    r.blank();
    let (of, again) = match cx.course.folder {
        Some(folder) => (format!(" --course {}", typed(folder, &cx.from)), ""),
        None => (String::new(), ", when gotour is built again"),
    };
    r.text(format!(
        "{} proves it{again}.",
        r.command(&format!("gotour dev check {exercises}{of}"))
    ));
    Ok(Exit::Passed)
}

/// A folder as it can be typed in a shell, from where the learner is.
fn typed(folder: &Path, from: &Path) -> String {
    let shown = match folder.strip_prefix(from) {
        Ok(below) if below.as_os_str().is_empty() => ".".to_string(),
        Ok(below) => below.display().to_string(),
        Err(_) => folder.display().to_string(),
    };
    let plain = |c: char| c.is_alphanumeric() || "/._-+".contains(c);
    if shown.chars().all(plain) {
        shown
    } else {
        format!("'{}'", shown.replace('\'', r"'\''"))
    }
}
