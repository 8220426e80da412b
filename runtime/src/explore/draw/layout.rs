//! Puts rows into columns: a lane a goroutine where there is room, else a list.

use super::rows::{Row, Rows, called};
use super::source::Sources;
use crate::explore::story::Story;

/// The narrowest lane that can be read.
const NARROWEST: usize = 17;
/// Wider ones only part what belongs together.
const WIDEST: usize = 30;
/// The column of the steps' numbers, with its margin.
const STEPS: usize = 8;

/// The columns of `s`, each character counted as one.
fn wide(s: &str) -> usize {
    s.chars().count()
}

/// `s` in exactly `n` columns.
fn fit(s: &str, n: usize) -> String {
    let w = wide(s);
    if w <= n {
        return format!("{s}{}", " ".repeat(n - w));
    }
    let mut out: String = s.chars().take(n.saturating_sub(1)).collect();
    out.push('…');
    out
}

/// The steps as a table of at most `width` columns.
pub(super) fn table(r: &Rows, width: usize) -> String {
    if r.rows.is_empty() {
        return String::new();
    }
    let variables: usize = r
        .variables
        .iter()
        .zip(0..)
        .map(|(v, i)| column(r, v, i))
        .sum();
    let notes = r.rows.iter().map(|row| wide(&row.note)).max().unwrap_or(0);
    let rest = width.saturating_sub(STEPS + variables + notes);
    let lane = (rest / r.lanes.len().max(1)).min(WIDEST);
    if lane >= NARROWEST {
        let needed = r
            .rows
            .iter()
            .map(|row| wide(&row.text) + wide(&line_of(r, row)) + 3)
            .chain(r.lanes.iter().map(|l| wide(&heading(l)) + 2))
            .max()
            .unwrap_or(NARROWEST);
        in_lanes(r, lane.min(needed.max(NARROWEST)))
    } else {
        as_list(r, width)
    }
}

/// The width of a variable's column.
fn column(r: &Rows, name: &str, i: usize) -> usize {
    let values = r
        .rows
        .iter()
        .filter_map(|row| row.values[i].as_deref())
        .map(wide);
    values.chain([wide(name)]).max().unwrap_or(1).min(12) + 3
}

fn heading(l: &super::rows::Lane) -> String {
    match &l.start {
        Some(p) => format!("{} {}:{}", l.name, p.name(), p.line),
        None => l.name.clone(),
    }
}

/// Where a row's step stands: only the line where the file is known from the heading.
fn line_of(r: &Rows, row: &Row) -> String {
    let Some(p) = &row.place else {
        return String::new();
    };
    let one_file = r
        .lanes
        .iter()
        .filter_map(|l| l.start.as_ref())
        .all(|s| s.file == p.file);
    if one_file {
        format!(":{}", p.line)
    } else {
        format!("{}:{}", p.name(), p.line)
    }
}

/// So many steps are left out, where there are any.
fn skipped(n: usize) -> String {
    let s = if n == 1 { "" } else { "s" };
    match n {
        0 => String::new(),
        n => format!("{}… {n} step{s}\n", " ".repeat(STEPS)),
    }
}

fn in_lanes(r: &Rows, lane: usize) -> String {
    let mut out = format!("  {}", fit("step", STEPS - 2));
    for l in &r.lanes {
        let mut heading = heading(l);
        if wide(&heading) >= lane {
            // The lines name the file.
            heading = l
                .start
                .as_ref()
                .map_or_else(|| l.name.clone(), |p| format!("{} :{}", l.name, p.line));
        }
        out.push_str(&fit(&heading, lane));
    }
    for (i, v) in r.variables.iter().enumerate() {
        out.push_str(&fit(&fit(v, column(r, v, i) - 2), column(r, v, i)));
    }
    out.push('\n');
    for row in &r.rows {
        out.push_str(&skipped(row.skipped[0]));
        if let Some(rule) = &row.rule {
            out.push_str(&format!(
                "{}{}\n",
                " ".repeat(STEPS),
                rule_line(rule, lane * r.lanes.len())
            ));
        }
        out.push_str(&skipped(row.skipped[1]));
        if row.who == 0 {
            continue;
        }
        out.push_str(&fit(&format!("{:>4}", row.number), STEPS));
        for (l, alive) in r.lanes.iter().zip(&row.alive) {
            if l.who == row.who {
                let place = line_of(r, row);
                let room = lane.saturating_sub(wide(&place) + 3);
                out.push_str(&fit(&row.text, room));
                out.push_str(&format!(" {place}  "));
            } else {
                out.push_str(&fit(if *alive { "·" } else { "" }, lane));
            }
        }
        for (i, (v, name)) in row.values.iter().zip(&r.variables).enumerate() {
            let c = column(r, name, i);
            out.push_str(&fit(&fit(v.as_deref().unwrap_or(""), c - 2), c));
        }
        out.push_str(&row.note);
        out.push('\n');
    }
    out
}

/// `──── G2 is preempted ──────`.
fn rule_line(says: &str, width: usize) -> String {
    let room = width.saturating_sub(wide(says) + 2 + 2);
    // In a narrow table a long text begins further to the left.
    let left = room.saturating_sub(4).clamp(4, 17);
    let right = room.saturating_sub(left).max(4);
    format!("{} {says} {}", "─".repeat(left), "─".repeat(right))
}

fn as_list(r: &Rows, width: usize) -> String {
    let names = r
        .lanes
        .iter()
        .map(|l| wide(&l.name))
        .max()
        .unwrap_or(4)
        .max(4)
        + 2;
    let places = r
        .rows
        .iter()
        .map(|row| wide(&line_of(r, row)))
        .max()
        .unwrap_or(0)
        .max(5)
        + 1;
    let room = width
        .saturating_sub(STEPS + names + places + 1)
        .clamp(12, 40);
    let mut out = format!(
        "  {}{}{} where\n",
        fit("step", STEPS - 2),
        fit("who", names),
        fit("what", room)
    );
    for row in &r.rows {
        out.push_str(&skipped(row.skipped[0]));
        if let Some(rule) = &row.rule {
            out.push_str(&format!("{}── {rule} ──\n", " ".repeat(STEPS)));
        }
        out.push_str(&skipped(row.skipped[1]));
        if row.who == 0 {
            continue;
        }
        out.push_str(&fit(&format!("{:>4}", row.number), STEPS));
        out.push_str(&fit(&called(row.who), names));
        out.push_str(&fit(&row.text, room));
        out.push_str(&format!(" {}\n", line_of(r, row)));
        if !row.note.is_empty() {
            out.push_str(&format!("{}{}\n", " ".repeat(STEPS + names), row.note));
        }
    }
    out
}

/// The lines of the source that something is said of.
pub(super) fn quotes(r: &Rows, sources: &mut Sources, width: usize) -> String {
    let mut out = String::new();
    let mut lines: Vec<(String, String, &str)> = Vec::new();
    for q in &r.quotes {
        let Some(line) = sources.line(&q.place) else {
            continue;
        };
        lines.push((
            q.place.line.to_string(),
            line.trim_start().to_string(),
            &q.says,
        ));
    }
    let numbers = lines.iter().map(|(n, ..)| wide(n)).max().unwrap_or(0);
    let says = lines.iter().map(|(.., s)| wide(s)).max().unwrap_or(0);
    let room = width.saturating_sub(numbers + 5 + 4 + says);
    let code = lines
        .iter()
        .map(|(_, l, _)| wide(l))
        .max()
        .unwrap_or(0)
        .min(room.max(20));
    for (number, line, says) in &lines {
        if room >= 20 {
            out.push_str(&format!(
                "  {number:>numbers$} │ {}    {says}\n",
                fit(line, code)
            ));
        } else {
            let code = width.saturating_sub(numbers + 5);
            out.push_str(&format!("  {number:>numbers$} │ {}\n", fit(line, code)));
            out.push_str(&format!("  {:>numbers$} │   ← {says}\n", ""));
        }
    }
    out
}

/// When each goroutine ran, from left to right.
pub(super) fn lanes(story: &Story, width: usize) -> String {
    let names = story
        .members
        .iter()
        .map(|m| wide(&called(m.id)))
        .max()
        .unwrap_or(4)
        + 4;
    let room = width.saturating_sub(names).max(10);
    let n = story.moments.len();
    let shown = n.min(room);
    let mut out = String::new();
    for member in &story.members {
        let mut line = String::new();
        for cell in 0..shown {
            let range = cell * n / shown..(cell + 1) * n / shown;
            let mine = story.moments[range.clone()]
                .iter()
                .any(|m| m.who == member.id);
            let before = &story.moments[..range.end];
            let began = member.id == 1 || before.iter().any(|m| m.who == member.id);
            let last = before.iter().rfind(|m| m.who == member.id);
            line.push(match last {
                _ if mine => '█',
                Some(m) if m.ended => ' ',
                Some(m) if m.parked.is_some() => '·',
                _ if began => '─',
                _ => ' ',
            });
        }
        out.push_str(&format!("  {}{line}\n", fit(&called(member.id), names - 2)));
    }
    out
}
