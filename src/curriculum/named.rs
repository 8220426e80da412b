//! What runs, by the name that was typed: an exercise or a demo.

use super::{Course, Entry, Lesson, Show, number};
use crate::report::{Problem, Result};
use crate::stage::Demo;
use crate::text;

/// What a name is the name of.
#[derive(Debug)]
pub enum Named<'a> {
    Exercise(Entry),
    Demo(&'a Lesson, &'static Demo),
}

impl Course {
    /// A demo by its name, the first one of that name, or by LESSON/NAME; with its lesson.
    pub fn find_show(&self, wanted: &str) -> Result<(&Lesson, Show)> {
        if let Some((lesson, name)) = wanted.split_once('/') {
            let lesson = self.find_lesson(lesson)?;
            let found = lesson.shows().find(|show| show.name() == name);
            return found.map(|show| (lesson, show)).ok_or_else(|| {
                let n = lesson.number;
                Problem::new(format!("lesson {n} has no demo `{name}`"))
                    .mend("`gotour demo` shows them all")
            });
        }
        match self.shows().find(|(_, show)| show.name() == wanted) {
            Some(found) => Ok(found),
            None => {
                let names: Vec<&str> = self.shows().map(|(_, show)| show.name()).collect();
                super::not_a_name("demo", wanted, names.into_iter())
            }
        }
    }

    fn shows(&self) -> impl Iterator<Item = (&Lesson, Show)> {
        let of = |l| Lesson::shows(l).map(move |show| (l, show));
        self.lessons.iter().flat_map(of)
    }

    /// What finds this demo: its name, and its lesson before it where an earlier one has a demo of that name.
    pub fn way_to(&self, lesson: &Lesson, demo: &str) -> String {
        match self.find_show(demo) {
            Ok((first, _)) if first.slug != lesson.slug => format!("{}/{demo}", lesson.number),
            _ => demo.to_string(),
        }
    }

    /// A demo that is linked, so that it can be looked into.
    pub fn find_demo(&self, wanted: &str) -> Result<(&Lesson, &'static Demo)> {
        match self.find_show(wanted)? {
            (lesson, Show::Linked(demo)) => Ok((lesson, demo)),
            (_, Show::Program(program)) => Err(Problem::new(format!(
                "the demo `{}` is a program of another course: it can only be run",
                program.name
            ))
            .mend(format!("`gotour demo {}` runs it", program.name))),
        }
    }

    /// An exercise, or a demo: the exercise, where both have this name.
    pub fn find_named(&self, wanted: &str) -> Result<Named<'_>> {
        let no_exercise = match self.find_exercise(wanted) {
            Ok(e) => return Ok(Named::Exercise(e)),
            Err(problem) => problem,
        };
        let no_demo = match self.find_show(wanted) {
            Ok(_) => {
                return self
                    .find_demo(wanted)
                    .map(|(lesson, demo)| Named::Demo(lesson, demo));
            }
            Err(problem) => problem,
        };
        if number(&wanted.trim().to_lowercase(), "exercise").is_some() {
            return Err(no_exercise);
        }
        if wanted.contains('/') {
            return Err(no_demo);
        }
        let exercises: Vec<&str> = self.exercises().map(|e| e.name).collect();
        let demos = self.shows().map(|(_, show)| show.name());
        let problem = Problem::new(format!("there is no exercise and no demo `{wanted}`"));
        Err(match text::near(wanted, demos.chain(exercises)) {
            Some(name) => problem.mend(format!("did you mean `{name}`?")),
            None => problem.mend("`gotour list` shows the exercises, `gotour demo` the demos"),
        })
    }
}
