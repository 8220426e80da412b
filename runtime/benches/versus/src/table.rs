//! The results as a table in Markdown.

use std::fmt::Write as _;

use crate::programs::{Failure, Program};
use crate::results::{Line, Runs};

/// One line a row and number of Ps: Go's figure and ours, and everybody's ratio to Go.
///
/// Below it: what is to be known of the programs, and why there is no figure where there is none.
pub fn markdown(lines: &[Line], programs: &[Program], runs: usize, quick: bool) -> String {
    let has = |name: &str| programs.iter().any(|p| p.name == name);
    let is_peer = |p: &&Program| !["go", "ours"].contains(&p.name) && has_something(lines, p.name);
    let shown: Vec<&Program> = programs.iter().filter(is_peer).collect();
    let peers: Vec<&str> = shown.iter().map(|p| p.name).collect();
    let mut text = String::new();
    if quick {
        text.push_str(
            "Quick: fewer runs, each of a part of the work, to look and not to publish.\n\n",
        );
    }
    write!(
        text,
        "Medians of {runs} runs in turn (least–most), and the median of the ratios to Go, turn by turn; below 1 is ahead \
         of Go, for figures per second above 1. Bold: at or ahead of Go. ✓: the aim is reached.\n\n"
    )
    .expect("a string takes all");
    let mut head = vec!["work", "Ps", "Go", "ours", "ours × Go", "aim"];
    head.extend(&peers);
    if has("go") && !peers.is_empty() {
        head.push("best peer");
    }
    writeln!(text, "| {} |", head.join(" | ")).expect("a string takes all");
    let right = |name: &&str| if *name == "work" { "---" } else { "--:" };
    let rule: Vec<&str> = head.iter().map(right).collect();
    writeln!(text, "| {} |", rule.join(" | ")).expect("a string takes all");
    for line in lines {
        let mut cells = vec![
            line.row.title.to_string(),
            line.procs.to_string(),
            figure(line, "go"),
            figure(line, "ours"),
            ours(line),
            line.aim().map_or_else(|| "–".into(), short),
        ];
        cells.extend(peers.iter().map(|peer| peer_cell(line, peer)));
        if has("go") && !peers.is_empty() {
            cells.push(best(line, &peers));
        }
        writeln!(text, "| {} |", cells.join(" | ")).expect("a string takes all");
    }
    for note in notes(lines, &shown) {
        write!(text, "\n- {note}").expect("a string takes all");
    }
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

/// Whether there is anything to show in the column of `program`.
fn has_something(lines: &[Line], program: &str) -> bool {
    lines
        .iter()
        .filter_map(|line| line.runs.get(program))
        .any(|runs| runs.failure != Some(Failure::NotThere))
}

fn notes(lines: &[Line], shown: &[&Program]) -> Vec<String> {
    let mut notes: Vec<String> = shown
        .iter()
        .map(|p| format!("{}: {}", p.name, p.about))
        .collect();
    for line in lines {
        for (name, runs) in &line.runs {
            let place = format!("{}, {} P, {name}", line.row.title, line.procs);
            match &runs.failure {
                Some(Failure::Wrong(why)) => {
                    // How it ended, and the first that it said.
                    let first: Vec<&str> = why.trim().lines().take(3).map(str::trim).collect();
                    let first = first.join(" ");
                    notes.push(format!("{place}: not counted, it came out wrong: {first}"));
                }
                Some(Failure::Never(limit)) => {
                    notes.push(format!("{place}: no end in {} s.", limit.as_secs()));
                }
                Some(Failure::NotThere) | None => {}
            }
        }
    }
    notes
}

fn ours(line: &Line) -> String {
    let Some(ratio) = line.ratio("ours") else {
        return "–".into();
    };
    let mut text = short(ratio);
    if line.reaches(1.0) == Some(true) {
        text = format!("**{text}**");
    }
    if line.aim().and_then(|aim| line.reaches(aim)) == Some(true) {
        text.push_str(" ✓");
    }
    text
}

/// The ratio to Go; without Go, the figure.
fn peer_cell(line: &Line, peer: &str) -> String {
    line.ratio(peer).map_or_else(|| figure(line, peer), short)
}

fn best(line: &Line, peers: &[&str]) -> String {
    let ratios = peers
        .iter()
        .filter_map(|peer| line.ratio(peer).map(|ratio| (ratio, *peer)));
    let better = |a: &(f64, &str), b: &(f64, &str)| {
        let order = a.0.total_cmp(&b.0);
        if line.row.unit.more_is_better() {
            order.reverse()
        } else {
            order
        }
    };
    match ratios.min_by(better) {
        Some((ratio, peer)) => format!("{peer} {}", short(ratio)),
        None => "–".into(),
    }
}

/// The median with its unit, and from what to what.
fn figure(line: &Line, program: &str) -> String {
    let Some(runs) = line.runs.get(program) else {
        return "–".into();
    };
    if let Some(failure) = &runs.failure {
        return failure.to_string();
    }
    spread(runs, line.row.unit.name())
}

pub fn spread(runs: &Runs, unit: &str) -> String {
    match (runs.median(), runs.least_and_most()) {
        (Some(median), Some((least, most))) => format!(
            "{} {unit} ({}–{})",
            short(median),
            short(least),
            short(most)
        ),
        _ => "–".into(),
    }
}

/// Three digits that say something.
pub fn short(figure: f64) -> String {
    match figure {
        f if f >= 1_000.0 => {
            let digits = format!("{f:.0}");
            let (mut text, n) = (String::new(), digits.len());
            for (i, digit) in digits.chars().enumerate() {
                if i > 0 && (n - i) % 3 == 0 {
                    text.push(',');
                }
                text.push(digit);
            }
            text
        }
        f if f >= 100.0 => format!("{f:.0}"),
        f if f >= 10.0 => format!("{f:.1}"),
        f => format!("{f:.2}"),
    }
}

#[test]
fn figures_are_short() {
    assert_eq!(short(1_234_567.8), "1,234,568");
    assert_eq!(short(123.45), "123");
    assert_eq!(short(12.345), "12.3");
    assert_eq!(short(0.345), "0.34");
}

#[test]
fn what_has_no_figure_is_explained() {
    use std::collections::BTreeMap;

    use crate::programs::PROGRAMS;
    use crate::results::Runs;
    use crate::works::WORKS;

    let of = |figures: &[f64], failure| Runs {
        figures: figures.to_vec(),
        failure,
    };
    let runs = BTreeMap::from([
        ("go", of(&[2.0, 4.0], None)),
        ("ours", of(&[1.0, 1.0], None)),
        ("may", of(&[], Some(Failure::Wrong("41 items".into())))),
        ("smol", of(&[], Some(Failure::NotThere))),
    ]);
    let line = Line {
        row: &WORKS[0].rows[0],
        procs: 2,
        runs,
    };
    assert_eq!(line.times("ours"), Some((0.25, 0.375, 0.5)));
    assert_eq!(line.times("may"), None);
    let text = markdown(&[line], PROGRAMS, 2, false);
    assert!(
        text.contains("2 P, may: not counted, it came out wrong: 41 items"),
        "{text}"
    );
    // A program without any figure, or a reason for none, has no column.
    assert!(!text.contains("smol"), "{text}");
    assert!(text.contains("- may: coroutines"), "{text}");
}
