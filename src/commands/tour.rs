//! Where the learner is: `gotour` alone, `gotour next`, `gotour list`.

use super::lesson::{Sitting, Spot};
use super::{Context, certificate, start};
use crate::curriculum::{Entry, Exercise, Lesson};
use crate::progress::Progress;
use crate::report::{Exit, Result};
use crate::text;
use crate::workbook::Workbook;
use serde_json::{Value, json};

/// What comes next.
#[derive(Clone, Copy, Debug)]
pub enum Todo<'a> {
    /// A lesson, from the part where it was left.
    Read {
        lesson: &'a Lesson,
        place: usize,
    },
    Solve(Entry),
    Done,
}

/// Lessons in their order, each followed by its exercises. An exercise whose solution was asked for holds nobody up.
pub fn todo<'a>(cx: &'a Context, progress: &Progress) -> Todo<'a> {
    for lesson in cx.in_order(progress) {
        let read = progress.lesson(lesson.slug);
        if read.read.is_none() {
            return Todo::Read {
                lesson,
                place: read.place,
            };
        }
        let open = |e: &Entry| !progress.is_solved(e.name) && !progress.exercise(e.name).gave_up;
        if let Some(e) = lesson.exercises().find(open) {
            return Todo::Solve(e);
        }
    }
    Todo::Done
}

/// `gotour` alone.
pub fn status(cx: &Context) -> Result<Exit> {
    let r = &cx.report;
    let book = cx.found();
    let progress = match &book {
        Some(book) => cx.load(&book.progress())?,
        None => Progress::default(),
    };
    let todo = todo(cx, &progress);
    let read = lessons_read(cx, &progress);
    let solved = cx
        .course
        .exercises()
        .filter(|e| progress.is_solved(e.name))
        .count();
    let (lessons, exercises) = (cx.course.lessons.len(), cx.course.exercises().count());
    if r.is_json() {
        r.json(&json!({
            "workbook": book.as_ref().map(|b| b.root()),
            "lessons": { "read": read, "all": lessons },
            "exercises": { "solved": solved, "all": exercises },
            "next": todo_json(&todo)?,
        }));
        return Ok(Exit::Passed);
    }
    let about = match cx.course.folder {
        Some(_) => cx.course.title,
        None => "concurrency, as Go does it, in Rust",
    };
    for line in text::wrap(&format!("gotour · {about}"), r.look().width) {
        match line.strip_prefix("gotour ") {
            Some(about) => r.line(format!("{} {}", r.bold("gotour"), r.dim(about))),
            None => r.line(r.dim(&line)),
        }
    }
    r.blank();
    r.line(format!(
        "  {}  lessons    {read} of {lessons} read",
        r.bar(read, lessons, 20)
    ));
    r.line(format!(
        "  {}  exercises  {solved} of {exercises} solved",
        r.bar(solved, exercises, 20)
    ));
    r.blank();
    match &todo {
        Todo::Read { lesson, place } => {
            let how = if *place == 0 {
                "Next"
            } else {
                "You are in"
            };
            r.text(format!("{how}: lesson {}, {}", lesson.number, lesson.title));
        }
        Todo::Solve(e) => {
            let ex = e.read()?;
            r.text(format!(
                "Next: {}, {} ({})",
                e.label(),
                ex.title,
                minutes(&ex)
            ));
        }
        Todo::Done => r.text(
            "Everything is read and solved. The last page says what you have learned, and where to go.",
        ),
    }
    r.blank();
    let mut rows = vec![("gotour next", "opens it")];
    if start::at_the_start(&progress) {
        rows.push((
            "gotour quiz start",
            "where to begin, if you know some of it",
        ));
    }
    let (check, hint);
    if let Todo::Solve(e) = &todo {
        check = format!("gotour check {}", e.number);
        hint = format!("gotour hint {}", e.number);
        rows.push((&check, "when you think that it is right"));
        rows.push((&hint, "when you are stuck"));
    }
    rows.push(("gotour list", "all lessons and exercises"));
    rows.push(("gotour --help", "all commands"));
    commands(cx, &rows);
    cx.how_to_call_it();
    Ok(Exit::Passed)
}

/// Prints commands, and beside each what it does.
pub fn commands(cx: &Context, rows: &[(&str, &str)]) {
    let widest = rows.iter().map(|(c, _)| text::width(c)).max().unwrap_or(0);
    for (command, does) in rows {
        let gap = " ".repeat(widest - text::width(command));
        cx.report
            .line(format!("  {}{gap}   {does}", cx.report.command(command)));
    }
}

fn lessons_read(cx: &Context, progress: &Progress) -> usize {
    cx.course
        .lessons
        .iter()
        .filter(|l| progress.lesson(l.slug).read.is_some())
        .count()
}

fn todo_json(todo: &Todo) -> Result<Value> {
    Ok(match todo {
        Todo::Read { lesson, place } => json!({
            "kind": "lesson",
            "number": lesson.number,
            "name": lesson.slug,
            "title": lesson.title,
            "place": place,
            "parts": lesson.parts()?.len(),
        }),
        Todo::Solve(e) => json!({
            "kind": "exercise",
            "number": e.number,
            "name": e.name,
            "title": e.read()?.title,
        }),
        Todo::Done => Value::Null,
    })
}

/// `gotour next`.
pub fn next(cx: &Context) -> Result<Exit> {
    let book = cx.workbook()?;
    let progress = cx.load(&book.progress())?;
    let todo = todo(cx, &progress);
    if cx.report.is_json() {
        let mut value = todo_json(&todo)?;
        if let Todo::Solve(e) = &todo {
            value["file"] = json!(book.exercise(e.name));
        }
        cx.report.json(&value);
        return Ok(Exit::Passed);
    }
    match todo {
        Todo::Read { lesson, .. } => {
            if start::at_the_start(&progress) && cx.report.interactive() {
                cx.report
                    .text("Do you know some of this? gotour quiz start finds out where to begin.");
                cx.report.blank();
            }
            let spot = Spot::left(lesson, &progress.lesson(lesson.slug))?;
            Sitting::new(cx, lesson, Some(&book))?.read_from(spot)
        }
        Todo::Solve(e) => {
            cx.change(&book.progress(), |p| p.current = Some(e.name.to_string()))?;
            brief(cx, &e, Some(&book))?;
            cx.how_to_call_it();
            Ok(Exit::Passed)
        }
        Todo::Done => certificate::last_page(cx, &progress),
    }
}

/// An exercise as it is given: what, where, and the commands for it.
pub fn brief(cx: &Context, e: &Entry, book: Option<&Workbook>) -> Result<()> {
    let r = &cx.report;
    let ex = e.read()?;
    r.line(r.bold(&format!("{} · {}", e.label(), ex.title)));
    cx.markdown(format!(
        "{}, about {}. {}",
        match ex.kind {
            crate::curriculum::ExerciseKind::Repair => "A program to repair",
            crate::curriculum::ExerciseKind::Construct => "A program to complete",
        },
        minutes(&ex),
        ex.teaches
    ));
    r.blank();
    if let Some(book) = book {
        r.line(format!("  file: {}", book.shown(&book.exercise(e.name))));
        r.blank();
    }
    let check = format!("gotour check {}", e.number);
    let watch = format!("gotour watch {}", e.number);
    let hint = format!("gotour hint {}", e.number);
    commands(
        cx,
        &[
            (&check, "when you think that it is right"),
            (&watch, "to check again at each save"),
            (&hint, "when you are stuck"),
        ],
    );
    Ok(())
}

pub fn minutes(ex: &Exercise) -> String {
    text::count(ex.minutes as usize, "minute")
}

/// `gotour list`.
pub fn list(cx: &Context) -> Result<Exit> {
    let r = &cx.report;
    let progress = match cx.found() {
        Some(book) => cx.load(&book.progress())?,
        None => Progress::default(),
    };
    if r.is_json() {
        r.json(&list_json(cx, &progress)?);
        return Ok(Exit::Passed);
    }
    let todo = todo(cx, &progress);
    let all = cx.course.exercises().count();
    let solved = cx
        .course
        .exercises()
        .filter(|e| progress.is_solved(e.name))
        .count();
    let longest = |widths: &mut dyn Iterator<Item = usize>| widths.max().unwrap_or(0);
    let names = longest(&mut cx.course.exercises().map(|e| text::width(e.name)));
    let mut read = Vec::new();
    for e in cx.course.exercises() {
        read.push(e.read()?);
    }
    let titles = longest(&mut read.iter().map(|ex| text::width(&ex.title)));
    // Number, mark, name, title, minutes, and "<- next"; where that does not fit, the name says enough.
    let rest = 7 + 3 + 2 + 6 + 9;
    let room = r.look().width.saturating_sub(rest);
    let titles = if names + titles <= room { titles } else { 0 };
    for lesson in &cx.course.lessons {
        let p = progress.lesson(lesson.slug);
        let is_next = matches!(&todo, Todo::Read { lesson: l, .. } if l.number == lesson.number);
        let state = match (&p.read, p.place) {
            (Some(_), _) => r.good("read"),
            (None, 0) => r.dim("not read"),
            (None, n) => {
                let parts = lesson.parts()?.len();
                r.warn(&format!("{} %", n * 100 / parts.max(1)))
            }
        };
        r.line(format!(
            "{} {}  {state}{}",
            r.bold(&format!("{:>2}", lesson.number)),
            r.bold(lesson.title),
            pointer(is_next)
        ));
        for e in lesson.exercises() {
            let ex = &read[e.number - 1];
            let is_next = matches!(&todo, Todo::Solve(t) if t.number == e.number);
            let mark = if progress.is_solved(e.name) {
                r.good(&r.look().fit("✓"))
            } else if progress.exercise(e.name).gave_up {
                r.warn(&r.look().fit("○"))
            } else {
                r.dim(&r.look().fit("·"))
            };
            let mut line = format!(
                "    {:>2} {} {}",
                e.number,
                // In ASCII a tick is two letters: the column is.
                text::pad(&mark, 2),
                text::pad(e.name, names),
            );
            if titles > 0 {
                line.push_str(&format!("  {}", text::pad(&ex.title, titles)));
            }
            line.push_str(&format!("  {}", r.dim(&format!("{:>2} min", ex.minutes))));
            line.push_str(pointer(is_next));
            r.line(line);
        }
    }
    r.blank();
    r.line(format!(
        "{} {solved} of {} solved",
        r.bar(solved, all, 30),
        text::count(all, "exercise")
    ));
    Ok(Exit::Passed)
}

fn pointer(is_next: bool) -> &'static str {
    if is_next { "  ← next" } else { "" }
}

fn list_json(cx: &Context, progress: &Progress) -> Result<Value> {
    let mut lessons = Vec::new();
    for lesson in &cx.course.lessons {
        let p = progress.lesson(lesson.slug);
        let mut exercises = Vec::new();
        for e in lesson.exercises() {
            let ex = e.read()?;
            let p = progress.exercise(e.name);
            exercises.push(json!({
                "number": e.number,
                "name": e.name,
                "title": ex.title,
                "minutes": ex.minutes,
                "solved": p.solved,
                "attempts": p.attempts,
                "hints": p.hints,
                "gave_up": p.gave_up,
            }));
        }
        lessons.push(json!({
            "number": lesson.number,
            "name": lesson.slug,
            "title": lesson.title,
            "read": p.read,
            "place": p.place,
            "parts": lesson.parts()?.len(),
            "demos": lesson.shows().map(|d| d.name()).collect::<Vec<_>>(),
            "exercises": exercises,
        }));
    }
    Ok(json!({ "lessons": lessons }))
}
