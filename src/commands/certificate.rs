//! What a learner ends with: `gotour certificate`, a picture of their own way, and the last page of the course.

use super::Context;
use crate::curriculum::Last;
use crate::page;
use crate::page::pager::{self, Ways, Went};
use crate::progress::{Progress, free_name};
use crate::report::{Exit, Look, OrProblem as _, Problem, Result};
use crate::text;
use crate::timeline::{Row, Way};
use serde_json::json;
use std::fs::File;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

/// `gotour certificate [--svg] [--output FILE]`.
pub fn certificate(cx: &Context, svg: bool, output: Option<&Path>) -> Result<Exit> {
    let r = &cx.report;
    let progress = match cx.found() {
        Some(book) => cx.load(&book.progress())?,
        None => Progress::default(),
    };
    let way = way(cx, &progress);
    if svg || output.is_some() {
        let (file, path) = match output {
            Some(path) => create(path)?,
            None => create(&free(&cx.from))?,
        };
        let mut file = file;
        file.write_all(way.svg().as_bytes())
            .or_problem(|| format!("write {}", path.display()))?;
        if r.is_json() {
            r.json(&json!({ "file": path }));
        } else {
            r.text(format!(
                "Your way is in {}: open it in a browser.",
                path.display()
            ));
        }
        return Ok(Exit::Passed);
    }
    if r.is_json() {
        r.json(&as_json(cx, &progress, &way));
        return Ok(Exit::Passed);
    }
    r.line(r.bold(&way.title));
    r.blank();
    for line in way.lines(r.look()) {
        r.line(line);
    }
    Ok(Exit::Passed)
}

/// `certificate.svg` here, or the first name that is free.
fn free(folder: &Path) -> PathBuf {
    let usual = folder.join("certificate.svg");
    match std::fs::symlink_metadata(&usual) {
        Ok(_) => free_name(folder, "certificate", "svg"),
        Err(_) => usual,
    }
}

/// A file that was not there before.
fn create(path: &Path) -> Result<(File, PathBuf)> {
    match File::create_new(path) {
        Ok(file) => Ok((file, path.to_path_buf())),
        Err(e) if e.kind() == ErrorKind::AlreadyExists => Err(Problem::new(format!(
            "{} is there already, and is not overwritten",
            path.display()
        ))
        .mend("give another name with --output")),
        Err(e) => Err(
            Problem::new(format!("could not write {}: {e}", path.display()))
                .mend("give another place with --output"),
        ),
    }
}

fn way(cx: &Context, progress: &Progress) -> Way {
    let at = |moment: &Option<String>| moment.as_deref().and_then(text::seconds);
    let row = |lesson: &crate::curriculum::Lesson| Row {
        label: format!("{} {}", lesson.number, lesson.title),
        read: at(&progress.lesson(lesson.slug).read),
        solved: lesson
            .exercises()
            .filter_map(|e| Some((e.name.to_string(), at(&progress.exercise(e.name).solved)?)))
            .collect(),
        exercises: lesson.exercises().count(),
    };
    Way {
        title: format!("My way through {}", cx.course.title),
        rows: cx.course.lessons.iter().map(row).collect(),
    }
}

fn as_json(cx: &Context, progress: &Progress, way: &Way) -> serde_json::Value {
    let lessons: Vec<_> = cx
        .course
        .lessons
        .iter()
        .map(|lesson| {
            let exercises: Vec<_> = lesson
                .exercises()
                .map(|e| json!({ "name": e.name, "solved": progress.exercise(e.name).solved }))
                .collect();
            json!({
                "number": lesson.number,
                "name": lesson.slug,
                "read": progress.lesson(lesson.slug).read,
                "exercises": exercises,
            })
        })
        .collect();
    json!({ "title": way.title, "summary": way.summary(), "lessons": lessons })
}

/// The last page: what was learned, where to go, and the way.
pub fn last_page(cx: &Context, progress: &Progress) -> Result<Exit> {
    let r = &cx.report;
    let learned = cx.course.learned();
    let way = way(cx, progress);
    let draw = |look: Look| -> Vec<String> {
        let mut lines = Vec::new();
        for part in cx.course.last_page() {
            if !lines.is_empty() {
                lines.push(String::new());
            }
            match part {
                Last::Text(markdown) => lines.extend(page::lines(markdown, look)),
                Last::Learned => lines.extend(page::lines(&learned, look)),
                Last::Way => lines.extend(way.lines(look)),
            }
        }
        lines
    };
    let ways = Ways {
        on: "the end",
        stop: "stop",
    };
    Ok(match pager::show(r, &draw, ways)? {
        Went::On | Went::Stop => Exit::Passed,
        Went::Interrupted => Exit::Interrupted,
    })
}
