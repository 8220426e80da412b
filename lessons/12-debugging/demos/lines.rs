//! The lines of a report, fit for a narrow page: what stands before the last names of a function and of a path is left
//! out.

use crate::stage::Stage;
use goroutines::explore::wire::WireFailure;
use goroutines::explore::{Failure, Render, Story};
use std::io::{self, Write};

/// A report's lines, each with its long names cut.
pub(super) fn shortened(report: &str) -> Vec<String> {
    report.lines().map(short).collect()
}

/// Lines of a report, a little further in than the text.
pub(super) fn show(stage: &mut Stage, lines: &[String]) -> io::Result<()> {
    for line in lines {
        match line.is_empty() {
            true => writeln!(stage)?,
            false => writeln!(stage, "    {line}")?,
        }
    }
    Ok(())
}

fn short(line: &str) -> String {
    let start = line.len() - line.trim_start().len();
    let (indent, text) = line.split_at(start);
    let indent = indent.replace('\t', "    ");
    if let Some((_, file)) = text.rsplit_once('/') {
        // A place: the folders are the same for all.
        return format!("{indent}{file}");
    }
    match text.strip_prefix("created by ") {
        Some(by) => match by.split_once(" in ") {
            Some((by, whom)) => format!("{indent}created by {} in {whom}", last_names(by)),
            None => format!("{indent}created by {}", last_names(by)),
        },
        None if text.contains("::") => format!("{indent}{}", last_names(text)),
        None => format!("{indent}{text}"),
    }
}

/// The function's own name: `a::b::c::{{closure}}` is `c::{{closure}}`.
fn last_names(path: &str) -> String {
    let names: Vec<&str> = path.split("::").collect();
    let own = names
        .iter()
        .rposition(|n| !n.starts_with("{{closure}}"))
        .unwrap_or(0);
    names[own..].join("::")
}

/// A failing schedule, as a check draws it.
pub(super) fn draw(stage: &mut Stage, failure: Failure) -> io::Result<()> {
    let told = WireFailure {
        kind: failure.kind,
        schedule: failure.schedule,
        schedule_index: 1,
        preemptions: failure.preemptions,
        steps: failure.steps,
        output: failure.output,
        expected: None,
        message: failure.message,
        blocked: Vec::new(),
        story: Story::clone(&failure.story),
    };
    let table = told.render(&Render {
        width: stage.width(),
        ascii: stage.ascii(),
        source_root: env!("CARGO_MANIFEST_DIR").into(),
        // Without a name there is no line that says how to see it again: it is no exercise.
        program: String::new(),
        replayed: false,
    });
    writeln!(stage, "{table}")
}
