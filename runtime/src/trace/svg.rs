//! A trace as a picture: a row for each goroutine and each P, arrows from who wakes to who is woken.

use std::fmt::Write;
use std::time::Duration;

use super::ascii::short;
use super::spans::{Being, Life, Spans};

const NAMES: f64 = 190.0;
const WIDTH: f64 = 760.0;
const ROW: f64 = 22.0;
const BAR: f64 = 14.0;
const TOP: f64 = 28.0;
/// The most rows of goroutines, spans and arrows; what is left out is said.
const ROWS: usize = 60;
const SPANS: usize = 20_000;
const ARROWS: usize = 400;

/// The colours stand out from each other for those who see few colours, too; each state also has a height of its own.
const STYLE: &str = "text{font:11px ui-monospace,Menlo,Consolas,monospace;fill:#222}\
.t{fill:#666}.run{fill:#2166ac}.ready{fill:#fdb863}.call{fill:#8073ac}.wait{fill:#d9d9d9}\
.w{stroke:#b2182b;stroke-width:1;fill:none;marker-end:url(#a)}.g{stroke:#eee}\
@media(prefers-color-scheme:dark){text{fill:#ddd}.t{fill:#aaa}.wait{fill:#444}.g{stroke:#333}}";

struct Scale {
    from: Duration,
    whole: f64,
}

impl Scale {
    fn x(&self, at: Duration) -> f64 {
        let part = at.saturating_sub(self.from).as_nanos() as f64;
        NAMES + part / self.whole * WIDTH
    }
}

/// Draws it.
pub(super) fn draw(spans: &Spans) -> String {
    let lives: Vec<&Life> = spans.lives.values().take(ROWS).collect();
    let from = lives.iter().map(|l| l.born).min().unwrap_or_default();
    let scale = Scale {
        from,
        whole: (spans.end.saturating_sub(from).as_nanos() as f64).max(1.0),
    };
    let rows = lives.len() + spans.procs;
    let height = TOP + ROW * (rows as f64 + 2.0);
    let mut out = String::new();
    let _ = writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {height}\" role=\"img\">\
         <title>What {} goroutines did on {} Ps</title><style>{STYLE}</style>\
         <defs><marker id=\"a\" viewBox=\"0 0 6 6\" refX=\"5\" refY=\"3\" markerWidth=\"5\" markerHeight=\"5\" \
         orient=\"auto\"><path d=\"M0 0L6 3L0 6z\" fill=\"#b2182b\"/></marker></defs>",
        NAMES + WIDTH + 10.0,
        spans.lives.len(),
        spans.procs
    );
    for part in 0..=4 {
        let at = (spans.end - from) * part / 4;
        let x = NAMES + WIDTH * f64::from(part) / 4.0;
        let anchor = if part == 4 { "end" } else { "start" };
        let _ = writeln!(
            out,
            "<path class=\"g\" d=\"M{x} {TOP}V{}\"/><text class=\"t\" x=\"{x}\" y=\"16\" text-anchor=\"{anchor}\">{}</text>",
            height - ROW * 2.0,
            short(at)
        );
    }
    let mut left = SPANS;
    for (i, life) in lives.iter().enumerate() {
        row(&mut out, life, i, &scale, &mut left);
    }
    for p in 0..spans.procs {
        proc_row(&mut out, p, lives.len() + p, spans, &scale, &mut left);
    }
    arrows(&mut out, spans, &lives, &scale);
    legend(&mut out, spans, &lives, TOP + ROW * (rows as f64 + 1.0));
    out.push_str("</svg>\n");
    out
}

fn y(row: usize) -> f64 {
    TOP + ROW * row as f64
}

fn label(out: &mut String, row: usize, text: &str) {
    let kept: String = text.chars().take(27).collect();
    let _ = writeln!(
        out,
        "<text x=\"4\" y=\"{}\"><title>{}</title>{}</text>",
        y(row) + 11.0,
        escaped(text),
        escaped(&kept)
    );
}

/// What may stand in a text of a picture.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

fn bar(out: &mut String, class: &str, (x, y): (f64, f64), (w, h): (f64, f64), says: &str) {
    let _ = writeln!(
        out,
        "<rect class=\"{class}\" x=\"{x:.2}\" y=\"{y:.1}\" width=\"{:.2}\" height=\"{h}\"><title>{}</title></rect>",
        w.max(0.4),
        escaped(says)
    );
}

fn row(out: &mut String, life: &Life, row: usize, scale: &Scale, left: &mut usize) {
    let whole = format!("G{} {}", life.g, life.label());
    label(out, row, &whole);
    for span in &life.spans {
        if *left == 0 {
            return;
        }
        *left -= 1;
        let (class, height, what) = match span.being {
            Being::Running { p, m } => ("run", BAR, format!("runs on P{p} (M{m})")),
            Being::Runnable => ("ready", BAR * 0.6, "could run".to_string()),
            Being::Syscall { .. } => ("call", BAR * 0.8, "in a blocking call".to_string()),
            Being::Waiting { reason, at, .. } => {
                let at = at.map_or(String::new(), |at| format!(" at {at}"));
                ("wait", 3.0, format!("waits: {reason}{at}"))
            }
        };
        let (x, to) = (scale.x(span.from), scale.x(span.to));
        let says = format!("G{} {what}, {}", life.g, short(span.to - span.from));
        let top = y(row) + (BAR - height) / 2.0;
        bar(out, class, (x, top), (to - x, height), &says);
    }
}

fn proc_row(
    out: &mut String,
    p: usize,
    row: usize,
    spans: &Spans,
    scale: &Scale,
    left: &mut usize,
) {
    label(out, row, &format!("P{p}"));
    for life in spans.lives.values() {
        for span in &life.spans {
            if !matches!(span.being, Being::Running { p: on, .. } if on == p) || *left == 0 {
                continue;
            }
            *left -= 1;
            let (x, to) = (scale.x(span.from), scale.x(span.to));
            let says = format!("G{} on P{p}, {}", life.g, short(span.to - span.from));
            bar(out, "run", (x, y(row)), (to - x, BAR), &says);
            if to - x > 22.0 {
                let _ = writeln!(
                    out,
                    "<text x=\"{:.1}\" y=\"{}\" style=\"fill:#fff\">G{}</text>",
                    x + 3.0,
                    y(row) + 11.0,
                    life.g
                );
            }
        }
    }
}

fn arrows(out: &mut String, spans: &Spans, lives: &[&Life], scale: &Scale) {
    let at = |g: u64| lives.iter().position(|l| l.g == g);
    for wake in spans.wakes.iter().take(ARROWS) {
        let (Some(from), Some(to)) = (wake.from.and_then(at), at(wake.to)) else {
            continue;
        };
        let x = scale.x(wake.time);
        let (from, to) = (y(from) + BAR / 2.0, y(to) + BAR / 2.0);
        let _ = writeln!(out, "<path class=\"w\" d=\"M{x:.2} {from}L{x:.2} {to}\"/>");
    }
}

fn legend(out: &mut String, spans: &Spans, lives: &[&Life], y: f64) {
    let mut x = NAMES;
    for (class, text) in [
        ("run", "runs"),
        ("ready", "could run"),
        ("call", "blocking call"),
        ("wait", "waits"),
    ] {
        let _ = writeln!(
            out,
            "<rect class=\"{class}\" x=\"{x}\" y=\"{}\" width=\"12\" height=\"10\"/><text x=\"{}\" y=\"{y}\">{text}</text>",
            y - 9.0,
            x + 16.0
        );
        x += 124.0;
    }
    let _ = writeln!(
        out,
        "<path class=\"w\" d=\"M{x} {}h14\"/><text x=\"{}\" y=\"{y}\">wakes</text>",
        y - 4.0,
        x + 20.0
    );
    let hidden = spans.lives.len() - lives.len();
    if hidden > 0 {
        let _ = writeln!(
            out,
            "<text class=\"t\" x=\"4\" y=\"{y}\">and {hidden} more goroutines</text>"
        );
    }
}
