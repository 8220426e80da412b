//! What the commands do: one file a group of them, and here what they share.

mod authors;
mod book;
mod certificate;
mod check;
mod demo;
mod exercise;
mod glossary;
mod lesson;
mod play;
mod programs;
mod quiz;
mod setup;
mod skeletons;
mod start;
mod step;
mod top;
pub mod tour;
mod trace;
mod watch;

use crate::cli::{Cli, Command, Dev, DevNew};
use crate::curriculum::{Course, Entry, Lesson};
use crate::page;
use crate::progress::{Progress, SetAside, Store};
use crate::report::{Exit, OrProblem as _, Problem, Report, Result};
use crate::workbook::{self, Workbook};
use std::path::{Path, PathBuf};

/// What every command has at hand.
#[derive(Debug)]
pub struct Context {
    pub report: Report,
    pub course: Course,
    chosen: Option<PathBuf>,
    from: PathBuf,
}

/// Runs what was typed.
pub fn run(cli: Cli) -> Exit {
    let report = Report::new(cli.shared.json);
    let shared = cli.shared;
    let context = Context::new(report, shared.course.as_deref(), shared.workbook);
    match context.and_then(|c| c.dispatch(cli.command)) {
        Ok(exit) => exit,
        Err(problem) => {
            report.problem(&problem);
            Exit::CouldNot
        }
    }
}

impl Context {
    fn new(report: Report, course: Option<&Path>, chosen: Option<PathBuf>) -> Result<Self> {
        let from = std::env::current_dir().or_problem(|| "find the current folder".to_string())?;
        let found = Workbook::find(chosen.as_deref(), &from);
        let course = match (course, found.as_ref().and_then(Workbook::course)) {
            (Some(folder), _) => Course::in_folder(&from.join(folder))?,
            // A workbook knows whose exercises it has.
            (None, Some(folder)) => Course::in_folder(&folder).map_err(|p| {
                let book = found.as_ref().map(|b| b.shown(b.root()));
                let book = book.unwrap_or_default();
                Problem::new(format!("the workbook {book} is of another course: {p}"))
            })?,
            (None, None) => Course::embedded(),
        };
        let chosen = match course.folder {
            Some(folder) => Some(book_of(&course, folder, chosen, found, &from)?),
            None => chosen,
        };
        Ok(Context {
            report,
            course,
            chosen,
            from,
        })
    }

    fn dispatch(&self, command: Option<Command>) -> Result<Exit> {
        let Some(command) = command else {
            return tour::status(self);
        };
        match command {
            Command::Next => tour::next(self),
            Command::Read { lesson, seed } => lesson::read(self, lesson.as_deref(), seed),
            Command::Demo { name, seed } => demo::demo(self, name.as_deref(), seed),
            Command::Quiz { lesson } => quiz::quiz(self, lesson.as_deref()),
            Command::List => tour::list(self),
            Command::Glossary { term } => glossary::glossary(self, &term),
            Command::Book { dir, source, seed } => book::book(self, &dir, source, seed),
            Command::Certificate { svg, output } => {
                certificate::certificate(self, svg, output.as_deref())
            }
            Command::Run { exercise } => check::run(self, exercise.as_deref()),
            Command::Check(args) => check::check(self, &args),
            Command::Watch { exercise } => watch::watch(self, exercise.as_deref()),
            Command::Hint { exercise } => exercise::hint(self, exercise.as_deref()),
            Command::Solution { exercise, give_up } => {
                exercise::solution(self, exercise.as_deref(), give_up)
            }
            Command::Reset { exercise } => exercise::reset(self, &exercise),
            Command::Init { dir } => setup::init(self, dir.as_deref()),
            Command::Doctor => setup::doctor(self),
            Command::Completions { shell } => Ok(setup::completions(self, shell)),
            Command::Replay { exercise, token } => check::replay(self, &exercise, &token),
            Command::Step(args) => step::step(self, &args),
            Command::Play(args) => play::play(self, &args),
            Command::Trace(args) => trace::trace(self, &args),
            Command::Top(args) => top::top(self, &args),
            Command::Dev(Dev::Check(args)) => authors::check(self, &args),
            Command::Dev(Dev::New(DevNew::Exercise { name, lesson })) => {
                skeletons::exercise(self, &name, &lesson)
            }
            Command::Dev(Dev::New(DevNew::Lesson { folder })) => skeletons::lesson(self, &folder),
        }
    }

    /// Who runs gotour through `cargo run` cannot type the commands that it names: says how they can.
    pub fn how_to_call_it(&self) {
        if !self.report.interactive() || on_the_path("gotour") {
            return;
        }
        let Ok(program) = std::env::current_exe() else {
            return;
        };
        self.report.blank();
        self.report
            .text("Your shell does not know the word gotour yet. For this shell:");
        let program = program.display();
        self.report.line(format!(
            "    {}",
            self.report.command(&format!("alias gotour='{program}'"))
        ));
    }

    /// Prints Markdown, drawn for the place it is read in.
    pub fn markdown(&self, s: impl AsRef<str>) {
        for line in page::lines(s.as_ref(), self.report.look()) {
            self.report.line(line);
        }
    }

    /// The workbook, made or completed where needed; what that took is said.
    pub fn workbook(&self) -> Result<Workbook> {
        let (book, notes) = Workbook::open(&self.course, self.chosen.as_deref(), &self.from)?;
        for note in notes {
            self.report.note(note);
        }
        Ok(book)
    }

    /// The workbook if there is one. Nothing is made.
    pub fn found(&self) -> Option<Workbook> {
        Workbook::find(self.chosen.as_deref(), &self.from)
    }

    /// The progress in `store`; says what had to be set aside.
    pub fn load(&self, store: &Store) -> Result<Progress> {
        let (mut progress, aside) = store.load()?;
        self.say(aside);
        progress.follow(&self.lessons_now());
        Ok(progress)
    }

    /// Changes the progress in `store`; says what had to be set aside.
    pub fn change<R>(&self, store: &Store, f: impl FnOnce(&mut Progress) -> R) -> Result<R> {
        let (r, aside) = store.change(|progress| {
            progress.follow(&self.lessons_now());
            f(progress)
        })?;
        self.say(aside);
        Ok(r)
    }

    /// The lessons by name, and what they have.
    fn lessons_now(&self) -> Vec<(&str, Vec<&str>)> {
        let has = |l: &Lesson| -> Vec<&str> {
            let shows = l.shows().map(|show| show.name());
            let exercises = l.exercises().map(|e| e.name);
            std::iter::once(l.title)
                .chain(shows)
                .chain(exercises)
                .collect()
        };
        self.course
            .lessons
            .iter()
            .map(|l| (l.slug, has(l)))
            .collect()
    }

    fn say(&self, aside: Option<SetAside>) {
        if let Some(aside) = aside {
            self.report.note(aside.to_string());
        }
    }

    /// A name that is wrong is said before a workbook is made for it.
    pub fn must_be_there(&self, named: Option<&str>) -> Result<()> {
        match named {
            Some(name) => self.course.find_exercise(name).map(|_| ()),
            None => Ok(()),
        }
    }

    /// The exercise that was named, else the one that is worked on.
    pub fn exercise(&self, named: Option<&str>, progress: &Progress) -> Result<Entry> {
        match named {
            Some(name) => self.course.find_exercise(name),
            None => self.current(progress).ok_or_else(|| {
                Problem::new("every exercise is solved, so none is the next one")
                    .mend("name one: `gotour list` shows them")
            }),
        }
    }

    /// The lessons as they are gone through: from where the learner begins, then what stands before.
    pub fn in_order(&self, progress: &Progress) -> impl Iterator<Item = &Lesson> {
        let all = &self.course.lessons;
        let is_it = |l: &Lesson| progress.begin.as_deref() == Some(l.slug);
        let from = all.iter().position(is_it).unwrap_or(0);
        all[from..].iter().chain(&all[..from])
    }

    /// The exercise that is worked on: the last one touched while it is not solved, else the first that is not solved,
    /// those first whose solution was not asked for.
    pub fn current(&self, progress: &Progress) -> Option<Entry> {
        let open = |e: &Entry| !progress.is_solved(e.name);
        let fresh = |e: &Entry| open(e) && !progress.exercise(e.name).gave_up;
        let last = progress
            .current
            .as_deref()
            .and_then(|name| self.course.exercises().find(|e| e.name == name))
            .filter(open);
        let all = || self.in_order(progress).flat_map(Lesson::exercises);
        last.or_else(|| all().find(fresh))
            .or_else(|| all().find(open))
    }
}

/// The workbook for a course that is read from a folder: each has one of its own.
fn book_of(
    course: &Course,
    folder: &Path,
    chosen: Option<PathBuf>,
    found: Option<Workbook>,
    from: &Path,
) -> Result<PathBuf> {
    if let Some(book) = found.filter(|b| b.is_of(course)) {
        return Ok(book.root().to_path_buf());
    }
    let named = folder.file_name().unwrap_or_default().to_string_lossy();
    let usual = || PathBuf::from(format!("{named}-{}", workbook::USUAL));
    let root = chosen.unwrap_or_else(usual);
    match Workbook::find(Some(&root), from) {
        Some(book) if !book.is_of(course) => Err(Problem::new(format!(
            "the workbook {} is of another course",
            book.shown(book.root())
        ))
        .mend("choose another folder with --workbook DIR")),
        _ => Ok(root),
    }
}

/// Whether a shell would find `program`.
fn on_the_path(program: &str) -> bool {
    let Some(path) = std::env::var_os("PATH") else {
        return false;
    };
    std::env::split_paths(&path).any(|dir| dir.join(program).is_file())
}
