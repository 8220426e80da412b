//! `gotour watch`: what the watch shows, and what its keys do.

use super::{Context, check, exercise, tour};
use crate::check::execute::Cancel;
use crate::check::{self as checking, Checked, Options};
use crate::curriculum::Entry;
use crate::report::{Exit, Report, Result};
use crate::watch::{self, Watch};
use crate::workbook::Workbook;

/// `gotour watch [EXERCISE]`.
pub fn watch(cx: &Context, wanted: Option<&str>) -> Result<Exit> {
    cx.must_be_there(wanted)?;
    let book = cx.workbook()?;
    let store = book.progress();
    let progress = cx.load(&store)?;
    let first = cx.exercise(wanted, &progress)?;
    cx.change(&store, |p| p.current = Some(first.name.to_string()))?;
    check::say_first_build(cx, &book);
    let dir = book.root().join("exercises");
    let terminal = cx.report.moves();
    let watch = Watch {
        dir: &dir,
        names: cx.course.exercises().map(|e| e.name.to_string()).collect(),
        first: first.name.to_string(),
        terminal,
    };
    let desk = Desk {
        cx,
        book: &book,
        terminal,
    };
    watch::watch(&watch, &desk)
}

struct Desk<'a> {
    cx: &'a Context,
    book: &'a Workbook,
    terminal: bool,
}

impl Desk<'_> {
    /// As large as the terminal is now.
    fn report(&self) -> Report {
        Report::new(self.cx.report.is_json())
    }

    fn entry(&self, name: &str) -> Result<Entry> {
        self.cx.course.find_exercise(name)
    }

    fn try_check(&self, name: &str, cancel: &Cancel) -> Result<Checked> {
        let exercise = self.entry(name)?.read()?;
        let options = Options {
            look: self.report().look(),
            seed: check::SEED,
            cancel: cancel.clone(),
        };
        Ok(checking::check(&exercise, self.book, &options))
    }
}

impl watch::Desk for Desk<'_> {
    fn check(&self, name: &str, cancel: &Cancel) -> Checked {
        self.try_check(name, cancel)
            .unwrap_or_else(|problem| checking::problem(&problem).into())
    }

    fn begin(&self, name: &str) {
        let r = self.report();
        if r.is_json() {
            return;
        }
        let label = self
            .entry(name)
            .map_or(String::new(), |e| format!("{} ", e.label()));
        let note = if checking::is_first_build(self.book) {
            " (the runtime too, which is done once and takes about half a minute)"
        } else {
            ""
        };
        r.line(r.dim(&format!("· {label}{name}: checking{note} ...")));
    }

    fn show(&self, name: &str, checked: &Checked) -> Result<()> {
        let e = self.entry(name)?;
        let mut noted = check::note(self.cx, self.book, &e, &checked.verdict)?;
        if self.terminal && !noted.next.is_empty() {
            noted.next = "next: n".to_string();
        }
        check::show_noted(&self.report(), &e, checked, &noted, false)
    }

    fn hint(&self, name: &str) -> Result<()> {
        exercise::hint(self.cx, Some(name)).map(drop)
    }

    fn list(&self) -> Result<()> {
        tour::list(self.cx).map(drop)
    }

    fn next(&self, name: &str) -> Result<Option<String>> {
        let store = self.book.progress();
        let progress = self.cx.load(&store)?;
        let all: Vec<Entry> = self.cx.course.exercises().collect();
        let at = all.iter().position(|e| e.name == name).unwrap_or(0);
        // After this one first, then from the beginning.
        let next = all[at + 1..]
            .iter()
            .chain(&all[..at])
            .find(|e| !progress.is_solved(e.name));
        let Some(next) = next else { return Ok(None) };
        self.cx
            .change(&store, |p| p.current = Some(next.name.to_string()))?;
        Ok(Some(next.name.to_string()))
    }

    fn keys(&self, name: &str) {
        let r = self.report();
        if !self.terminal {
            return;
        }
        let file = self.book.shown(&self.book.exercise(name));
        r.blank();
        r.line(r.dim(&format!("{file}, checked when you save it")));
        r.part(r.dim("q quit   h hint   n next   r check again   l list"));
    }

    fn say(&self, text: &str) {
        self.report().line(text);
    }
}
