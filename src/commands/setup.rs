//! Before the first lesson: making a workbook, looking whether all is there, completions for the shell.

use super::{Context, tour};
use crate::check::execute::Cancel;
use crate::cli;
use crate::doctor::{self, Finding};
use crate::report::{Exit, OrProblem as _, Result};
use crate::workbook::{self, Workbook};
use serde_json::json;
use std::path::Path;

/// `gotour init [DIR]`.
pub fn init(cx: &Context, dir: Option<&Path>) -> Result<Exit> {
    let r = &cx.report;
    let root = match dir {
        Some(dir) => cx.from.join(dir),
        None => match cx.found() {
            Some(book) => book.root().to_path_buf(),
            None => cx
                .from
                .join(cx.chosen.as_deref().unwrap_or(Path::new(workbook::USUAL))),
        },
    };
    let was_there = Workbook::find(Some(&root), &cx.from).is_some();
    let (book, notes) = Workbook::init(&cx.course, &root)?;
    let exercises = cx.course.exercises().count();
    if r.is_json() {
        r.json(&json!({
            "workbook": book.root(),
            "new": !was_there,
            "exercises": exercises,
            "notes": notes,
        }));
        return Ok(Exit::Passed);
    }
    let shown = book.shown(book.root());
    if was_there {
        r.text(format!("{shown} is a workbook already."));
        for note in &notes {
            r.text(note);
        }
        if notes.is_empty() {
            r.text("Nothing in it was missing.");
        }
    } else {
        r.text(format!(
            "Made the workbook {shown} with {exercises} exercises. Open that folder in your editor."
        ));
    }
    r.blank();
    let next = match Workbook::find(cx.chosen.as_deref(), &cx.from) {
        Some(found) if found.root() == book.root() => "gotour next".to_string(),
        _ => format!("cd {shown} && gotour next"),
    };
    tour::commands(cx, &[(&next, "opens the first thing to do")]);
    cx.how_to_call_it();
    Ok(Exit::Passed)
}

/// `gotour doctor`.
pub fn doctor(cx: &Context) -> Result<Exit> {
    let r = &cx.report;
    let cancel = Cancel::on_signals().or_problem(|| "listen for Ctrl-C".to_string())?;
    let book = cx.found();
    let mut all: Vec<Finding> = Vec::new();
    let mut found = |f: Finding| {
        let good = f.is_good();
        if !r.is_json() {
            show(cx, &f);
        }
        all.push(f);
        good
    };
    let cargo = found(doctor::cargo(&cancel));
    let runtime = found(doctor::runtime(workbook::runtime_dir()));
    found(doctor::workbook(book.as_ref()));
    if cargo && runtime {
        let building = "building a small program, a minute the first time ...";
        if r.moves() {
            r.part(r.dim(&format!("  {building}")));
        } else {
            r.note(building);
        }
        let trial = doctor::trial(book.as_ref(), &cancel);
        if r.moves() {
            r.raw(b"\r\x1b[K");
        }
        if cancel.is_set() {
            return Ok(Exit::Interrupted);
        }
        found(trial);
    }
    let terminal = format!(
        "{} columns, {}, {}",
        r.look().width,
        if r.look().ascii {
            "ASCII: set LANG to a UTF-8 locale for better drawings"
        } else {
            "UTF-8"
        },
        if r.look().colour {
            "colours"
        } else {
            "no colours"
        }
    );
    found(Finding {
        what: "terminal",
        found: terminal,
        mend: None,
    });
    let bad = all.iter().filter(|f| !f.is_good()).count();
    if r.is_json() {
        let findings: Vec<_> = all
            .iter()
            .map(|f| json!({ "what": f.what, "good": f.is_good(), "found": f.found, "do": f.mend }))
            .collect();
        r.json(&findings);
    } else {
        r.blank();
        if bad == 0 {
            r.text("All is there. gotour next opens the next thing to do.");
        } else {
            r.text("Mend the first of these, then run gotour doctor again.");
        }
    }
    Ok(if bad == 0 {
        Exit::Passed
    } else {
        Exit::CouldNot
    })
}

fn show(cx: &Context, f: &Finding) {
    let r = &cx.report;
    let mark = if f.is_good() {
        r.good("✓")
    } else {
        r.bad("✗")
    };
    r.text(format!("{mark} {}: {}", f.what, f.found));
    if let Some(mend) = &f.mend {
        r.text(format!("    do: {}", r.command(mend)));
    }
}

/// `gotour completions SHELL`.
pub fn completions(cx: &Context, shell: cli::Shell) -> Exit {
    cx.report.raw(&cli::completions(shell));
    Exit::Passed
}
