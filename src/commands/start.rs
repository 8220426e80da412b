//! The questions at the start: one a lesson, and from the answers where to begin.

use super::Context;
use super::quiz::answer;
use crate::curriculum::{Lesson, Question};
use crate::page::pager::{self, Ways, Went};
use crate::progress::Progress;
use crate::report::{Exit, Result};
use crate::text;
use serde_json::json;

/// So many answers that were not known end it: what comes later is built on them.
const MISSES: usize = 2;

/// How it ended.
enum Asked<'a> {
    /// The first lesson whose question was not answered; none where all were.
    Begin(Option<&'a Lesson>),
    Left(Exit),
}

/// `gotour quiz start`.
pub fn start(cx: &Context) -> Result<Exit> {
    let r = &cx.report;
    let mut questions: Vec<(&Lesson, Question)> = Vec::new();
    for lesson in &cx.course.lessons {
        // The first one is about the first thing that the lesson teaches.
        questions.extend(
            lesson
                .quiz()?
                .question
                .into_iter()
                .next()
                .map(|q| (lesson, q)),
        );
    }
    if r.is_json() {
        let all: Vec<_> = questions
            .iter()
            .map(|(lesson, q)| {
                let choices: Vec<_> = q
                    .choice
                    .iter()
                    .map(|c| json!({ "text": c.text, "right": c.right }))
                    .collect();
                json!({ "lesson": lesson.number, "name": lesson.slug, "text": q.text, "choices": choices })
            })
            .collect();
        r.json(&json!({ "questions": all }));
        return Ok(Exit::Passed);
    }
    if questions.is_empty() {
        r.text("This course asks no questions.");
        return Ok(Exit::Passed);
    }
    if !r.interactive() {
        for (lesson, q) in &questions {
            ask(cx, lesson, q, None);
            r.blank();
        }
        r.text(
            "In a terminal each is asked, and the answers say where to begin. Begin with the first lesson whose question \
             you cannot answer: gotour quiz LESSON has the answers.",
        );
        return Ok(Exit::Passed);
    }
    r.text(format!(
        "{}, one a lesson. Enter alone skips one, which counts as not known. After {MISSES} that you do not know it is over.",
        text::count(questions.len(), "question")
    ));
    r.blank();
    match ask_all(cx, &questions)? {
        Asked::Left(exit) => Ok(exit),
        Asked::Begin(lesson) => recommend(cx, lesson),
    }
}

/// Whether nothing was done yet: then the questions at the start are the ones that are meant.
pub fn at_the_start(progress: &Progress) -> bool {
    progress.lessons.is_empty() && progress.exercises.is_empty() && progress.begin.is_none()
}

fn ask(cx: &Context, lesson: &Lesson, q: &Question, of: Option<(usize, usize)>) {
    let r = &cx.report;
    let head = match of {
        Some((n, all)) => format!("Question {n} of {all}."),
        None => format!("Lesson {}.", lesson.number),
    };
    cx.markdown(format!("{} {}", r.bold(&head), q.text));
    for (n, choice) in q.choice.iter().enumerate() {
        cx.markdown(format!("  {}. {}", n + 1, choice.text));
    }
}

fn ask_all<'a>(cx: &Context, questions: &[(&'a Lesson, Question)]) -> Result<Asked<'a>> {
    let r = &cx.report;
    let (mut first, mut missed) = (None, 0);
    for (i, (lesson, q)) in questions.iter().enumerate() {
        ask(cx, lesson, q, Some((i + 1, questions.len())));
        let choice = match pager::choose(r, "Your answer", q.choice.len(), "skip")? {
            Ok(choice) => choice.map(|n| &q.choice[n - 1]),
            Err(Went::Interrupted) => return Ok(Asked::Left(Exit::Interrupted)),
            Err(_) => return Ok(Asked::Left(Exit::Passed)),
        };
        if let Some(c) = choice {
            cx.markdown(answer(cx, c));
        }
        if !choice.is_some_and(|c| c.right) {
            missed += 1;
            first = first.or(Some(*lesson));
        }
        r.blank();
        if missed == MISSES {
            break;
        }
    }
    Ok(Asked::Begin(first))
}

/// Says where to begin, and lets `gotour next` begin there where the learner wants it.
fn recommend(cx: &Context, lesson: Option<&Lesson>) -> Result<Exit> {
    let r = &cx.report;
    let Some(lesson) = lesson else {
        r.text(
            "You know what these lessons ask. The exercises ask more: gotour list shows them, gotour check NAME judges \
             one. Whatever you get stuck at has its lesson.",
        );
        return Ok(Exit::Passed);
    };
    r.text(format!(
        "{} {}, {}.",
        r.bold("Begin with lesson"),
        lesson.number,
        lesson.title
    ));
    if cx
        .course
        .lessons
        .first()
        .is_some_and(|l| l.slug == lesson.slug)
    {
        r.text(format!("{} opens it.", r.command("gotour next")));
        return Ok(Exit::Passed);
    }
    r.text("What comes before it is kept for later: gotour next comes back to it when the others are done.");
    let ways = Ways {
        on: "next begins there",
        stop: "no",
    };
    match pager::show(r, &|_| Vec::new(), ways)? {
        Went::Interrupted => return Ok(Exit::Interrupted),
        Went::Stop => {}
        Went::On => {
            let book = cx.workbook()?;
            cx.change(&book.progress(), |p| {
                p.begin = Some(lesson.slug.to_string())
            })?;
            r.text(format!("{} opens it.", r.command("gotour next")));
        }
    }
    Ok(Exit::Passed)
}
