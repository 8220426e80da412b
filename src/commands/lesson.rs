//! Lessons as they are gone through: their parts one after the other, and the place where the learner left.

use super::{Context, demo, quiz, tour};
use crate::curriculum::{Lesson, Part, Quiz};
use crate::page::{
    self,
    pager::{self, Ways, Went},
};
use crate::progress::Progress;
use crate::report::{Exit, Problem, Result};
use crate::text;
use crate::workbook::Workbook;
use serde_json::json;

/// How a part of a lesson ended.
pub enum Step {
    On,
    Left(Exit),
}

impl From<Went> for Step {
    fn from(went: Went) -> Self {
        match went {
            Went::On => Step::On,
            Went::Stop => Step::Left(Exit::Passed),
            Went::Interrupted => Step::Left(Exit::Interrupted),
        }
    }
}

/// `gotour read [LESSON]`: from its beginning.
pub fn read(cx: &Context, wanted: Option<&str>, seed: Option<u64>) -> Result<Exit> {
    let book = cx.found();
    let lesson = named_or_current(cx, wanted, book.as_ref())?;
    if cx.report.is_json() {
        let parts: Vec<_> = lesson
            .parts()?
            .into_iter()
            .map(|p| match p {
                Part::Text(t) => json!({ "text": t }),
                Part::Demo(n) => json!({ "demo": n }),
                Part::Picture(n) => json!({ "picture": n }),
                Part::Exercise(n) => json!({ "exercise": n }),
                Part::Quiz => json!({ "quiz": lesson.slug }),
            })
            .collect();
        cx.report.json(&json!({
            "number": lesson.number,
            "name": lesson.slug,
            "title": lesson.title,
            "parts": parts,
        }));
        return Ok(Exit::Passed);
    }
    let mut sitting = Sitting::new(cx, lesson, book.as_ref())?;
    sitting.seed = seed;
    sitting.read_from(0)
}

/// The lesson that was named, else the one that the learner is in.
pub fn named_or_current<'a>(
    cx: &'a Context,
    wanted: Option<&str>,
    book: Option<&Workbook>,
) -> Result<&'a Lesson> {
    if let Some(wanted) = wanted {
        return cx.course.find_lesson(wanted);
    }
    let progress = match book {
        Some(book) => cx.load(&book.progress())?,
        None => Progress::default(),
    };
    Ok(match tour::todo(cx, &progress) {
        tour::Todo::Read { lesson, .. } => lesson,
        tour::Todo::Solve(e) => cx.course.lesson_of(&e),
        tour::Todo::Done => &cx.course.lessons[0],
    })
}

/// A learner with a lesson.
#[derive(Debug)]
pub struct Sitting<'a> {
    pub cx: &'a Context,
    pub lesson: &'a Lesson,
    pub quiz: Quiz,
    /// Where answers and the place are kept; without one they are not.
    pub book: Option<&'a Workbook>,
    /// Demos run under the schedule of this seed.
    pub seed: Option<u64>,
}

impl<'a> Sitting<'a> {
    pub fn new(cx: &'a Context, lesson: &'a Lesson, book: Option<&'a Workbook>) -> Result<Self> {
        Ok(Sitting {
            cx,
            lesson,
            quiz: lesson.quiz()?,
            book,
            seed: None,
        })
    }

    /// Goes through the lesson from a part on, and remembers how far the learner came.
    pub fn read_from(&self, place: usize) -> Result<Exit> {
        let (r, lesson) = (&self.cx.report, self.lesson);
        let parts = lesson.parts()?;
        // A text that became shorter since: its last part is shown again.
        let place = place.min(parts.len().saturating_sub(1));
        if place > 0 {
            r.line(r.dim(&format!(
                "lesson {}, {}, from where you left it",
                lesson.number, lesson.title
            )));
            r.blank();
        }
        for (i, part) in parts.iter().enumerate().skip(place) {
            let on = on(parts.get(i + 1));
            let step = match part {
                Part::Text(md) => self.prose(md, on)?,
                Part::Demo(name) | Part::Picture(name) => self.demo(name, on)?,
                Part::Exercise(name) => self.exercise(name)?,
                Part::Quiz => quiz::ask_all(self)?,
            };
            if let Step::Left(exit) = step {
                // The part that was left is where it goes on: it was not seen to its end.
                if exit == Exit::Passed && self.book.is_some() {
                    r.text(format!("{} goes on from here.", r.command("gotour next")));
                    self.cx.how_to_call_it();
                }
                return Ok(exit);
            }
            self.remember(i + 1, parts.len())?;
        }
        r.text(format!(
            "This is the end of lesson {}, {}.",
            lesson.number, lesson.title
        ));
        let what = match lesson.exercises().next() {
            Some(_) => "Its exercises come next",
            None => "Go on",
        };
        r.text(format!("{what}: {}", r.command("gotour next")));
        self.cx.how_to_call_it();
        Ok(Exit::Passed)
    }

    fn remember(&self, place: usize, parts: usize) -> Result<()> {
        let Some(book) = self.book else { return Ok(()) };
        self.cx.change(&book.progress(), |p| {
            let l = p.lesson_mut(self.lesson.slug);
            // Reading a lesson again does not make it unread.
            if place >= parts && l.read.is_none() {
                l.read = Some(text::now());
            }
            if l.read.is_some() {
                l.place = parts;
            } else {
                l.place = l.place.max(place);
            }
        })
    }

    /// Keeps the first answer that was given.
    pub fn answered(&self, key: &str, choice: Option<usize>) -> Result<()> {
        if let (Some(book), Some(choice)) = (self.book, choice) {
            self.cx.change(&book.progress(), |p| {
                p.lesson_mut(self.lesson.slug)
                    .answers
                    .entry(key.to_string())
                    .or_insert(choice);
            })?;
        }
        Ok(())
    }

    fn prose(&self, md: &str, on: &str) -> Result<Step> {
        let ways = Ways { on, stop: "stop" };
        let went = pager::show(&self.cx.report, &|look| page::lines(md, look), ways)?;
        if matches!(went, Went::On) {
            self.cx.report.blank();
        }
        Ok(went.into())
    }

    /// A demo at its place: a prediction, the demo, why.
    fn demo(&self, name: &str, on: &str) -> Result<Step> {
        let Some(demo) = self.lesson.demos.iter().find(|d| d.name == name) else {
            return Err(Problem::new(format!(
                "lessons/{}/lesson.md names a demo `{name}` that is not there",
                self.lesson.folder()
            )));
        };
        match demo::predicted(self, demo)? {
            Step::On => self.pause(Ways { on, stop: "stop" }),
            left => Ok(left),
        }
    }

    /// An exercise at its place: it is offered, and reading can go on.
    fn exercise(&self, name: &str) -> Result<Step> {
        let (cx, r) = (self.cx, &self.cx.report);
        let e = cx.course.find_exercise(name)?;
        if let Some(book) = self.book
            && cx.load(&book.progress())?.is_solved(e.name)
        {
            let title = e.read()?.title;
            r.text(format!(
                "{} {} · {title}, which you have solved",
                r.good("✓"),
                e.label()
            ));
            r.blank();
            return Ok(Step::On);
        }
        tour::brief(cx, &e, self.book)?;
        r.blank();
        self.pause(Ways {
            on: "read on",
            stop: "solve it now",
        })
    }

    /// Waits for the learner where one is there.
    fn pause(&self, ways: Ways) -> Result<Step> {
        if !self.cx.report.interactive() {
            return Ok(Step::On);
        }
        Ok(pager::show(&self.cx.report, &|_| Vec::new(), ways)?.into())
    }
}

/// What Enter does, in the words of the part that follows.
fn on(next: Option<&Part>) -> &'static str {
    match next {
        Some(Part::Demo(_)) => "a demo",
        Some(Part::Picture(_)) => "a picture",
        Some(Part::Exercise(_)) => "an exercise",
        Some(Part::Quiz) => "the quiz",
        Some(Part::Text(_)) => "go on",
        None => "the end",
    }
}
