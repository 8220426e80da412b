//! The results as a table in Markdown.

use std::fmt::Write as _;

use crate::programs::Program;
use crate::results::{Line, Runs};

/// One line a row and number of Ps: Go's figure and ours, and everybody's ratio to Go.
pub fn markdown(lines: &[Line], programs: &[Program], runs: usize) -> String {
    let has = |name: &str| programs.iter().any(|p| p.name == name);
    let peers: Vec<&str> = programs
        .iter()
        .map(|p| p.name)
        .filter(|name| !["go", "ours"].contains(name))
        .collect();
    let mut text = format!(
        "Medians of {runs} runs in turn (least–most), and the median of the ratios to Go, turn by turn; below 1 is ahead \
         of Go, for figures per second above 1. Bold: at or ahead of Go. ✓: the aim is reached.\n\n"
    );
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
    text
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
