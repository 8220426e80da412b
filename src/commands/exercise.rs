//! Help with one exercise: hints, its solution, and its file as it was shipped.

use super::{Context, tour};
use crate::report::{Exit, Problem, Result};
use serde_json::json;

/// `gotour hint [EXERCISE]`: all that were shown, and one more.
pub fn hint(cx: &Context, wanted: Option<&str>) -> Result<Exit> {
    let r = &cx.report;
    cx.must_be_there(wanted)?;
    let book = cx.workbook()?;
    let store = book.progress();
    let progress = cx.load(&store)?;
    let e = cx.exercise(wanted, &progress)?;
    let ex = e.read()?;
    let all = ex.hints.len();
    let level = cx.change(&store, |p| {
        p.current = Some(e.name.to_string());
        let p = p.exercise_mut(e.name);
        p.hints = (p.hints + 1).min(all);
        p.hints
    })?;
    if r.is_json() {
        r.json(&json!({
            "exercise": e.number,
            "name": e.name,
            "level": level,
            "of": all,
            "hints": &ex.hints[..level],
        }));
        return Ok(Exit::Passed);
    }
    r.line(r.bold(&format!("{} · {}", e.label(), ex.title)));
    for (i, hint) in ex.hints.iter().enumerate().take(level) {
        r.blank();
        r.line(r.warn(&format!("hint {} of {all}", i + 1)));
        cx.markdown(hint);
    }
    r.blank();
    if level < all {
        r.line(r.dim(&format!("one more: gotour hint {}", e.number)));
    } else {
        r.line(r.dim(&format!(
            "that is all; the whole of it: gotour solution {} --give-up",
            e.number
        )));
    }
    Ok(Exit::Passed)
}

/// `gotour solution [EXERCISE] [--give-up]`.
pub fn solution(cx: &Context, wanted: Option<&str>, give_up: bool) -> Result<Exit> {
    let r = &cx.report;
    cx.must_be_there(wanted)?;
    let book = cx.workbook()?;
    let store = book.progress();
    let progress = cx.load(&store)?;
    // The one that was just solved is meant, not the next.
    let last = || {
        progress
            .current
            .as_deref()
            .and_then(|n| cx.course.find_exercise(n).ok())
    };
    let e = match wanted {
        Some(name) => cx.course.find_exercise(name)?,
        None => match last() {
            Some(e) => e,
            None => cx.exercise(None, &progress)?,
        },
    };
    let solved = progress.is_solved(e.name);
    let seen = progress.exercise(e.name).gave_up;
    if !solved && !seen && !give_up {
        return Err(
            Problem::new(format!("{} is not solved yet", e.label())).mend(format!(
                "`gotour hint {0}` helps, `gotour solution {0} --give-up` shows it all the same",
                e.number
            )),
        );
    }
    if !solved && !seen {
        cx.change(&store, |p| p.exercise_mut(e.name).gave_up = true)?;
    }
    let ex = e.read()?;
    if r.is_json() {
        r.json(&json!({
            "exercise": e.number,
            "name": e.name,
            "solution": ex.solution,
            "why": ex.why,
        }));
        return Ok(Exit::Passed);
    }
    r.line(r.bold(&format!("{} · {} · a solution", e.label(), ex.title)));
    r.blank();
    let code = format!("```rust\n{}\n```", ex.solution.trim_end());
    cx.markdown(code);
    r.blank();
    cx.markdown(ex.why);
    Ok(Exit::Passed)
}

/// `gotour reset EXERCISE`.
pub fn reset(cx: &Context, wanted: &str) -> Result<Exit> {
    let r = &cx.report;
    let e = cx.course.find_exercise(wanted)?;
    let book = cx.workbook()?;
    let file = book.exercise(e.name);
    let kept = book.reset(&e)?;
    if r.is_json() {
        r.json(&json!({
            "exercise": e.number,
            "name": e.name,
            "file": file,
            "kept": kept,
        }));
        return Ok(Exit::Passed);
    }
    match kept {
        Some(copy) => {
            r.text(format!("{} is as it was shipped again.", book.shown(&file)));
            r.text(format!("Yours is kept as {}.", book.shown(&copy)));
        }
        None => r.text(format!(
            "{} is as it was shipped: there was nothing to put back.",
            book.shown(&file)
        )),
    }
    r.blank();
    let check = format!("gotour check {}", e.number);
    tour::commands(cx, &[(&check, "when you have changed it")]);
    Ok(Exit::Passed)
}
