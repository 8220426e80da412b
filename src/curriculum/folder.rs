//! A course that is read from a folder: somebody else's lessons, in the format of this one's.
//!
//! All of it is read and looked at before anything is shown, so that a mistake is told with its file and line, and not
//! met half-way by a learner. What was read stays until the end of the process, as what is compiled in does.

use super::{
    Course, Exercise, Last, Lesson, OTHER_FENCE, OTHERS, Part, THEN, Texts, at, directive,
    folder_number, from_toml, heading, slug,
};
use crate::lessons::{ExerciseFiles, LessonFiles};
use crate::report::{Problem, Result};
use crate::stage::Program;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// `course.toml`, the file that makes a folder a course.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CourseToml {
    title: String,
}

/// What has been read so far.
struct Reader {
    root: &'static str,
    demos: BTreeSet<&'static str>,
    exercises: BTreeSet<&'static str>,
}

impl Course {
    /// The course in `folder`.
    pub fn in_folder(folder: &Path) -> Result<Course> {
        let whole = fs::canonicalize(folder).map_err(|e| {
            Problem::new(format!("there is no course in {}: {e}", folder.display()))
                .mend("give the folder that its course.toml is in")
        })?;
        let Some(root) = whole.to_str().map(|s| kept(s.to_string())) else {
            return Err(Problem::new(format!(
                "the path {} is not UTF-8, so no program can be built from it",
                whole.display()
            ))
            .mend("move the course"));
        };
        if !whole.join("course.toml").is_file() {
            return Err(
                Problem::new(format!("{root} has no course.toml, so it is no course"))
                    .mend("a course begins with one, and in it `title = \"…\"`"),
            );
        }
        let mut reader = Reader {
            root,
            demos: BTreeSet::new(),
            exercises: BTreeSet::new(),
        };
        let toml = reader.read("course.toml")?;
        let about: CourseToml = from_toml(root, "course.toml", toml)?;
        if about.title.trim().is_empty() {
            let line = line_of(toml, "title");
            return Err(at(root, "course.toml", line, "the `title` is empty"));
        }
        let mut table = Vec::new();
        for folder in reader.folders()? {
            table.push(reader.lesson(folder)?);
        }
        let texts = Texts {
            root,
            terms: reader.read_if_there("lessons/glossary.toml")?,
            end: reader.read_if_there("lessons/end.md")?,
        };
        let course = Course {
            folder: Some(Path::new(root)),
            ..Course::of(kept(about.title), table.leak(), texts)
        };
        reader.terms(&course)?;
        reader.end(&course)?;
        for lesson in &course.lessons {
            reader.questions(lesson)?;
            for e in lesson.exercises() {
                reader.afterword(&e.read()?)?;
            }
        }
        Ok(course)
    }
}

impl Reader {
    fn read(&self, path: &str) -> Result<&'static str> {
        match fs::read_to_string(Path::new(self.root).join(path)) {
            // Some editors put a mark of their own before the first letter.
            Ok(text) => match text.strip_prefix('\u{feff}') {
                Some(rest) => Ok(kept(rest.to_string())),
                None => Ok(kept(text)),
            },
            Err(e) => Err(Problem::new(format!(
                "could not read {}/{path}: {e}",
                self.root
            ))),
        }
    }

    /// Nothing, where the file is not there.
    fn read_if_there(&self, path: &str) -> Result<&'static str> {
        match Path::new(self.root).join(path).exists() {
            true => self.read(path),
            false => Ok(""),
        }
    }

    /// The lessons' folders, in the order of their numbers.
    fn folders(&self) -> Result<Vec<&'static str>> {
        let lessons = Path::new(self.root).join("lessons");
        let all = || -> std::io::Result<Vec<String>> {
            let mut names = Vec::new();
            for entry in fs::read_dir(&lessons)? {
                let entry = entry?;
                if entry.path().is_dir() {
                    names.push(entry.file_name().to_string_lossy().into_owned());
                }
            }
            Ok(names)
        };
        let all = all().map_err(|e| {
            Problem::new(format!("could not read {}: {e}", lessons.display()))
                .mend("the lessons of a course are in its folder `lessons`")
        })?;
        let mut folders: Vec<&'static str> = Vec::new();
        for name in all.into_iter().filter(|name| !name.starts_with('.')) {
            if folder_number(&name) == 0 || !is_name(slug(&name)) || slug(&name) == name {
                return Err(Problem::new(format!(
                    "{}/{name}: the folder of a lesson has a number and a name, such as 01-first-steps",
                    lessons.display()
                )));
            }
            folders.push(kept(name));
        }
        folders.sort_by_key(|f| (folder_number(f), *f));
        let same = |a: &str, b: &str| folder_number(a) == folder_number(b) || slug(a) == slug(b);
        for (i, folder) in folders.iter().enumerate() {
            if let Some(other) = folders[..i].iter().find(|other| same(other, folder)) {
                return Err(Problem::new(format!(
                    "{0}/{folder} and {0}/{other} have the same number or name",
                    lessons.display()
                )));
            }
        }
        if folders.is_empty() {
            return Err(
                Problem::new(format!("there is no lesson in {}", lessons.display()))
                    .mend("a lesson is a folder such as 01-first-steps, with a lesson.md"),
            );
        }
        Ok(folders)
    }

    /// One lesson, with the demos and the exercises that its text names.
    fn lesson(&mut self, folder: &'static str) -> Result<LessonFiles> {
        let path = format!("lessons/{folder}/lesson.md");
        let text = self.read(&path)?;
        if heading(text).is_empty() {
            return Err(at(
                self.root,
                &path,
                1,
                "a lesson begins with its title: `# …`",
            ));
        }
        let (mut programs, mut exercises) = (Vec::new(), Vec::new());
        // The line in which the code begins that has not ended yet.
        let mut code = None;
        for (i, line) in text.lines().enumerate() {
            if line.starts_with("```") {
                code = match code {
                    None => Some(i + 1),
                    Some(_) => None,
                };
            }
            let wrong = |what: String| at(self.root, &path, i + 1, &what);
            if code.is_none() && line.trim_start().starts_with("~~~") {
                return Err(wrong(OTHER_FENCE.into()));
            }
            if code.is_some() || !line.starts_with('@') {
                continue;
            }
            let named = match directive(line.trim_end()).map_err(&wrong)? {
                Part::Demo(name) | Part::Picture(name) | Part::Exercise(name) => name,
                Part::Quiz | Part::Text(_) => continue,
            };
            if !is_name(named) {
                return Err(wrong(format!(
                    "`{named}` is no name: names are of small letters, digits and hyphens"
                )));
            }
            if line.starts_with("@exercise") {
                if !self.exercises.insert(named) {
                    return Err(wrong(format!("the exercise `{named}` stands twice")));
                }
                let files = self.exercise(named);
                exercises.push(files.map_err(|p| wrong(p.what().to_string()))?);
            } else {
                if !self.demos.insert(named) {
                    return Err(wrong(format!("the demo `{named}` stands twice")));
                }
                let file = format!("lessons/{folder}/demos/{named}.rs");
                let source = self.read(&file).map_err(|p| wrong(p.what().to_string()))?;
                programs.push(self.program(named, &file, source)?);
            }
        }
        if let Some(line) = code {
            let what = "the code that begins here has no end: ```";
            return Err(at(self.root, &path, line, what));
        }
        Ok(LessonFiles {
            root: self.root,
            folder,
            text,
            quiz: self.read_if_there(&format!("lessons/{folder}/quiz.toml"))?,
            demos: &[],
            programs: programs.leak(),
            exercises: exercises.leak(),
        })
    }

    fn program(&self, name: &'static str, path: &str, source: &'static str) -> Result<Program> {
        let first = source.lines().next().and_then(|l| l.strip_prefix("//!"));
        let title = first.map(|t| t.trim().trim_end_matches('.'));
        match title.filter(|t| !t.is_empty()) {
            Some(title) => Ok(Program {
                name,
                title,
                file: Path::new(kept(format!("{}/{path}", self.root))),
            }),
            None => Err(at(
                self.root,
                path,
                1,
                "a demo opens with `//!` and its title",
            )),
        }
    }

    fn exercise(&self, name: &'static str) -> Result<ExerciseFiles> {
        let read = |of: &str, file: &str| self.read(&format!("{of}/{name}/{file}"));
        Ok(ExerciseFiles {
            root: self.root,
            name,
            toml: read("exercises", "exercise.toml")?,
            start: read("exercises", "start.rs")?,
            hints: read("exercises", "hints.md")?,
            solution: read("solutions", "solution.rs")?,
            why: read("solutions", "why.md")?,
            expected: read("solutions", "expected.txt")?,
        })
    }

    /// Whether `why.md` has its three parts.
    fn afterword(&self, exercise: &Exercise) -> Result<()> {
        let said = exercise.afterword();
        for (part, head) in [(said.others, OTHERS), (said.then, THEN)] {
            if part.is_empty() {
                let path = format!("solutions/{}/why.md", exercise.name);
                let last = exercise.why.lines().count().max(1);
                let what = format!("`{head}` is missing, or nothing stands behind it");
                return Err(at(self.root, &path, last, &what));
            }
        }
        Ok(())
    }

    /// Whether each term is explained where its row says, and no two have a form in common.
    fn terms(&self, course: &Course) -> Result<()> {
        const PATH: &str = "lessons/glossary.toml";
        let text = course.texts.terms;
        let wrong = |near: &str, what: String| at(self.root, PATH, line_of(text, near), &what);
        let mut seen = BTreeSet::new();
        for term in course.glossary()? {
            if let Some(form) = term.forms().find(|form| !seen.insert(form.to_string())) {
                let near = format!("\"{form}\"");
                return Err(wrong(&near, format!("the term `{form}` stands twice")));
            }
            let (folder, heading) = term.place();
            let there = course
                .lessons
                .iter()
                .find(|l| l.folder() == folder)
                .is_some_and(|l| headings(l.text).any(|h| h == heading));
            if !there {
                let what = format!(
                    "`{}` is no heading of a lesson, such as 01-first-steps#The title",
                    term.first
                );
                return Err(wrong(&term.first, what));
            }
        }
        Ok(())
    }

    /// Whether the last page can be shown.
    fn end(&self, course: &Course) -> Result<()> {
        for (i, line) in course.texts.end.lines().enumerate() {
            if line.starts_with('@') && Last::directive(line).is_none() {
                let what =
                    format!("`{line}` is no directive; here there are @learned and @timeline");
                return Err(at(self.root, "lessons/end.md", i + 1, &what));
            }
        }
        Ok(())
    }

    /// Whether the quiz of a lesson can be asked.
    fn questions(&self, lesson: &Lesson) -> Result<()> {
        let path = format!("lessons/{}/quiz.toml", lesson.folder());
        let text = self.read_if_there(&path)?;
        let wrong = |near: &str, what: String| at(self.root, &path, line_of(text, near), &what);
        let quiz = lesson.quiz()?;
        if quiz.question.is_empty() && lesson.parts()?.contains(&Part::Quiz) {
            let path = format!("lessons/{}/lesson.md", lesson.folder());
            let what = "`@quiz` asks the questions of quiz.toml, and there are none";
            return Err(at(self.root, &path, line_of(lesson.text, "@quiz"), what));
        }
        for p in &quiz.predict {
            let near = format!("\"{}\"", p.demo);
            if !lesson.shows().any(|s| s.name() == p.demo) {
                let what = format!(
                    "a prediction for `{}`, which lesson.md does not name",
                    p.demo
                );
                return Err(wrong(&near, what));
            }
            if p.choices.len() < 2 || !(1..=p.choices.len()).contains(&p.answer) {
                let what = format!(
                    "`answer` is the number of one of at least two `choices`, and not {} of {}",
                    p.answer,
                    p.choices.len()
                );
                return Err(wrong(&near, what));
            }
        }
        for q in &quiz.question {
            let near: String = q.text.lines().next().unwrap_or_default().to_string();
            let right = q.choice.iter().filter(|c| c.right).count();
            if right != 1 {
                let what =
                    format!("a question has one choice with `right = true`, and not {right}");
                return Err(wrong(&near, what));
            }
            if q.choice.len() < 2 {
                let what = "a question has at least two choices";
                return Err(wrong(&near, what.to_string()));
            }
            let mute =
                |c: &&super::Choice| !c.right && (c.misconception.is_empty() || c.says.is_empty());
            if let Some(choice) = q.choice.iter().find(mute) {
                let what = "a wrong choice has a `misconception` and `says` what is wrong with it";
                let near = format!("\"{}\"", choice.text);
                return Err(wrong(&near, what.to_string()));
            }
        }
        Ok(())
    }
}

/// The headings of a text, the title among them.
fn headings(text: &str) -> impl Iterator<Item = &str> {
    let mut fenced = false;
    text.lines().filter_map(move |line| {
        fenced ^= line.starts_with("```");
        let heading = line.trim_start_matches('#');
        (!fenced && heading.len() < line.len()).then(|| heading.trim())
    })
}

/// The first line that has `near` in it.
fn line_of(text: &str, near: &str) -> usize {
    text.lines()
        .position(|l| l.contains(near))
        .map_or(1, |i| i + 1)
}

/// A name that can be a file's and a program's.
fn is_name(s: &str) -> bool {
    let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    s.bytes().next().is_some_and(|b| b.is_ascii_lowercase()) && s.bytes().all(fits)
}

/// Keeps a text to the end of the process.
fn kept(s: String) -> &'static str {
    s.leak()
}
