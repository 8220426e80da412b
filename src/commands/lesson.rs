//! Lessons as they are gone through: their parts one after the other, and the place where the learner left.

use super::{Context, demo, quiz, tour};
use crate::curriculum::{Lesson, Part, Quiz};
use crate::page::{
    self,
    pager::{self, Ways, Went},
};
use crate::progress::{LessonProgress, Progress};
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
    sitting.read_from(Spot::default())
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

/// A place in a lesson: a part, and how much of it was seen, in thousandths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spot {
    part: usize,
    seen: usize,
}

impl Spot {
    /// Where a lesson was left, although it may have other parts by now.
    pub fn left(lesson: &Lesson, progress: &LessonProgress) -> Result<Spot> {
        let spots = spots(&lesson.parts()?);
        let at = progress.place.min(spots.len().saturating_sub(1));
        let found = match &progress.under {
            Some(under) if spots.get(at) != Some(under) => {
                // The same part, else the last one of its heading that is not beyond it.
                let same = spots.iter().position(|s| s == under);
                same.or_else(|| {
                    let near = |s: &(String, usize)| s.0 == under.0 && s.1 <= under.1;
                    spots.iter().rposition(near)
                })
            }
            _ => None,
        };
        Ok(Spot {
            part: found.unwrap_or(at),
            seen: progress.seen,
        })
    }
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

    /// Goes through the lesson from a place on, and remembers how far the learner came.
    pub fn read_from(&self, from: Spot) -> Result<Exit> {
        let (r, lesson) = (&self.cx.report, self.lesson);
        let parts = lesson.parts()?;
        let spots = spots(&parts);
        if from != Spot::default() {
            let heading = match spots.get(from.part) {
                Some((heading, _)) if *heading != lesson.title => format!(": {heading}"),
                _ => String::new(),
            };
            r.text(r.dim(&format!(
                "lesson {}, {}{heading}, from where you left it",
                lesson.number, lesson.title
            )));
            r.blank();
        }
        for (i, part) in parts.iter().enumerate().skip(from.part) {
            let on = on(parts.get(i + 1));
            let mut seen = 0;
            let step = match part {
                Part::Text(md) => {
                    let before = if i == from.part { from.seen } else { 0 };
                    let (step, until) = self.prose(md, on, before)?;
                    seen = until;
                    step
                }
                Part::Demo(name) | Part::Picture(name) => self.demo(name, on)?,
                Part::Exercise(name) => self.exercise(name)?,
                Part::Quiz => quiz::ask_all(self)?,
            };
            if let Step::Left(exit) = step {
                // The part that was left is where it goes on: it was not seen to its end.
                self.remember(Spot { part: i, seen }, &spots)?;
                if exit == Exit::Passed && self.book.is_some() {
                    r.text(format!("{} goes on from here.", r.command("gotour next")));
                    self.cx.how_to_call_it();
                }
                return Ok(exit);
            }
            self.remember(
                Spot {
                    part: i + 1,
                    seen: 0,
                },
                &spots,
            )?;
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

    fn remember(&self, at: Spot, spots: &[(String, usize)]) -> Result<()> {
        let Some(book) = self.book else { return Ok(()) };
        self.cx.change(&book.progress(), |p| {
            let l = p.lesson_mut(self.lesson.slug);
            // Reading a lesson again does not make it unread.
            if at.part >= spots.len() && l.read.is_none() {
                l.read = Some(text::now());
            }
            if l.read.is_some() {
                (l.place, l.under, l.seen) = (spots.len(), None, 0);
            } else if at.part >= l.place {
                l.place = at.part;
                l.under = spots.get(at.part).cloned();
                l.seen = at.seen;
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

    /// Shows a text from the screen that was left; says how far it was shown.
    fn prose(&self, md: &str, on: &str, seen: usize) -> Result<(Step, usize)> {
        let ways = Ways { on, stop: "stop" };
        let draw = |look| page::lines(md, look);
        let (went, seen) = pager::show_from(&self.cx.report, &draw, ways, seen)?;
        if matches!(went, Went::On) {
            self.cx.report.blank();
        }
        Ok((went.into(), seen))
    }

    /// A demo at its place: a prediction, the demo, why.
    fn demo(&self, name: &str, on: &str) -> Result<Step> {
        let Some(demo) = self.lesson.shows().find(|d| d.name() == name) else {
            return Err(Problem::new(format!(
                "lessons/{}/lesson.md names a demo `{name}` that is not there",
                self.lesson.folder()
            )));
        };
        match demo::predicted(self, demo)? {
            (Step::On, _) if !self.cx.report.interactive() => Ok(Step::On),
            (Step::On, seen) => {
                let ways = Ways { on, stop: "stop" };
                Ok(pager::after(&self.cx.report, &|look| seen.lines(look), ways)?.into())
            }
            (left, _) => Ok(left),
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

/// The heading that each part stands under, and the which of the parts there it is.
fn spots(parts: &[Part]) -> Vec<(String, usize)> {
    let mut heading = String::new();
    let mut count = 0;
    let mut spots = Vec::new();
    for part in parts {
        let headings: Vec<&str> = match part {
            Part::Text(md) => page::headings(md),
            _ => Vec::new(),
        };
        // A text that opens with its heading stands under that.
        let opens = matches!(part, Part::Text(md) if md.trim_start().starts_with('#'));
        if opens && let Some(first) = headings.first() {
            (heading, count) = (first.to_string(), 0);
        }
        spots.push((heading.clone(), count));
        count += 1;
        if let Some(last) = headings.last().filter(|last| **last != heading) {
            (heading, count) = (last.to_string(), 0);
        }
    }
    spots
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_has_a_place_of_its_own() {
        let parts = [
            Part::Text("# A\n\nx"),
            Part::Demo("one"),
            Part::Text("## B\n\ny\n\n## C\n\nz"),
            Part::Demo("two"),
            Part::Text("more"),
            Part::Quiz,
        ];
        let spots = spots(&parts);
        let shown: Vec<_> = spots.iter().map(|(h, n)| format!("{h}{n}")).collect();
        assert_eq!(shown, ["A0", "A1", "B0", "C0", "C1", "C2"]);
    }
}
