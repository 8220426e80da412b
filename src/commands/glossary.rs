//! `gotour glossary`: the terms of the course, all of them or one.

use super::Context;
use crate::curriculum::Term;
use crate::page::pager::{self, Ways, Went};
use crate::report::{Exit, Look, Result};
use crate::{page, text};
use serde_json::json;

/// `gotour glossary [TERM]`.
pub fn glossary(cx: &Context, wanted: &[String]) -> Result<Exit> {
    let r = &cx.report;
    if !wanted.is_empty() {
        let term = cx.course.find_term(&wanted.join(" "))?;
        if r.is_json() {
            r.json(&as_json(cx, &term));
        } else {
            for line in entry(cx, &term, r.look(), 0) {
                r.line(line);
            }
        }
        return Ok(Exit::Passed);
    }
    let terms = cx.course.glossary()?;
    if r.is_json() {
        r.json(&terms.iter().map(|t| as_json(cx, t)).collect::<Vec<_>>());
        return Ok(Exit::Passed);
    }
    if terms.is_empty() {
        r.text("This course has no glossary.");
        return Ok(Exit::Passed);
    }
    let widest = terms.iter().map(|t| text::width(&t.term)).max();
    let draw = |look: Look| -> Vec<String> {
        // Beside one another where there is room, else below.
        let column = widest.filter(|w| look.width >= w + 40).unwrap_or(0);
        terms
            .iter()
            .flat_map(|t| entry(cx, t, look, column))
            .collect()
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

/// A term and what it means: beside a column for the terms, or below where there is none.
fn entry(cx: &Context, term: &Term, look: Look, column: usize) -> Vec<String> {
    let r = &cx.report;
    let indent = if column == 0 { 2 } else { column + 2 };
    let narrow = Look {
        width: look.width.saturating_sub(indent),
        ..look
    };
    let mut body = page::lines(&term.says, narrow);
    if let Some((number, heading)) = place(cx, term) {
        let place = format!("lesson {number}, {heading}");
        body.extend(text::wrap(&place, narrow.width).iter().map(|l| r.dim(l)));
    }
    let mut lines = Vec::new();
    if column == 0 {
        lines.push(r.bold(&term.term));
    }
    for (i, line) in body.iter().enumerate() {
        let before = if column > 0 && i == 0 {
            format!("{}  ", r.bold(&text::pad(&look.fit(&term.term), column)))
        } else {
            " ".repeat(indent)
        };
        lines.push(look.fit(&format!("{before}{line}")));
    }
    lines
}

/// The number of the lesson that explains it, and the heading there.
fn place<'a>(cx: &Context, term: &'a Term) -> Option<(usize, &'a str)> {
    let (folder, heading) = term.place();
    let lesson = cx.course.lessons.iter().find(|l| l.folder() == folder)?;
    Some((lesson.number, heading))
}

fn as_json(cx: &Context, term: &Term) -> serde_json::Value {
    let place = place(cx, term);
    json!({
        "term": term.term,
        "as": term.r#as,
        "says": term.says,
        "lesson": place.map(|(number, _)| number),
        "heading": place.map(|(_, heading)| heading),
    })
}
