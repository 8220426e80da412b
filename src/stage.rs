//! What a demo writes to: text, bars and tables that fit the place they are shown in.

mod channel;
mod recorded;

pub use channel::{address, waiting};
pub use recorded::{also, check, recorded};
pub use timeline::in_ms;

use crate::report::Look;
use crate::text;
use goroutines::explore::Schedule;
use goroutines::trace::{Sink, Trace};
use goroutines::{Builder, Crash};
use std::cell::RefCell;
use std::io::{self, Write};

pub mod machine;
pub mod memory;
mod timeline;

/// A demo of a lesson: a program of ours that shows something on the learner's own machine.
#[derive(Clone, Copy, Debug)]
pub struct Demo {
    /// What `@demo NAME` and `gotour demo NAME` call it.
    pub name: &'static str,
    pub title: &'static str,
    pub run: fn(&mut Stage) -> io::Result<()>,
}

/// A demo that is a program of its own: one of a course that gotour was not built with.
#[derive(Clone, Copy, Debug)]
pub struct Program {
    pub name: &'static str,
    pub title: &'static str,
    /// Its source, one file.
    pub file: &'static std::path::Path,
}

/// Where a demo shows what it does.
///
/// It is a `Write`. Lines go out as they end, so that a demo that takes a while is seen to work.
/// A fixed stage (`gotour demo NAME --seed 7`, and every snapshot test) shows the same thing each time:
/// programs run under the schedule of the seed, and `measured` gives no figures.
pub struct Stage<'a> {
    out: Box<dyn FnMut(&str) + 'a>,
    look: Look,
    seed: Option<u64>,
    /// Bytes of a line, or of a character, that have not gone out.
    pending: Vec<u8>,
}

impl std::fmt::Debug for Stage<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stage")
            .field("look", &self.look)
            .field("seed", &self.seed)
            .finish_non_exhaustive()
    }
}

impl<'a> Stage<'a> {
    /// A stage that hands `out` what is to be shown, as text.
    pub fn new(look: Look, seed: Option<u64>, out: impl FnMut(&str) + 'a) -> Self {
        Stage {
            out: Box::new(out),
            look,
            seed,
            pending: Vec::new(),
        }
    }

    /// The columns there are.
    pub fn width(&self) -> usize {
        self.look.width
    }

    /// Only ASCII can be shown. What is written is turned into ASCII anyway; ask where another drawing would be better.
    pub fn ascii(&self) -> bool {
        self.look.ascii
    }

    /// The seed of a fixed stage, which shows the same thing each time.
    pub fn fixed(&self) -> Option<u64> {
        self.seed
    }

    /// `s` in bold where that can be shown.
    pub fn bold(&self, s: &str) -> String {
        self.painted("1", s)
    }

    /// `s` in a colour that says "look here".
    pub fn mark(&self, s: &str) -> String {
        self.painted("33", s)
    }

    fn painted(&self, code: &str, s: &str) -> String {
        if self.look.colour {
            format!("\u{1b}[{code}m{s}\u{1b}[0m")
        } else {
            s.to_string()
        }
    }

    /// A figure that was measured: on a fixed stage a mark of the same meaning, because it differs each time.
    pub fn measured(&self, figure: impl std::fmt::Display) -> String {
        match self.seed {
            Some(_) => "(measured)".to_string(),
            None => figure.to_string(),
        }
    }

    /// A paragraph, wrapped to the width.
    pub fn say(&mut self, s: &str) -> io::Result<()> {
        for line in text::wrap_all(&self.look.fit(s), self.look.width) {
            writeln!(self, "{line}")?;
        }
        Ok(())
    }

    /// A bar for each value, as long beside the others as it is large beside them.
    ///
    /// On a fixed stage the bars are full and the figures left out: a measured length would differ each time.
    pub fn bars(&mut self, values: &[(&str, f64)], unit: &str) -> io::Result<()> {
        let labels = values
            .iter()
            .map(|(l, _)| text::width(l))
            .max()
            .unwrap_or(0)
            .min(self.look.width / 3);
        let figures: Vec<String> = values
            .iter()
            .map(|(_, v)| self.measured(format!("{} {unit}", figure(*v))))
            .collect();
        let widest = figures.iter().map(|f| text::width(f)).max().unwrap_or(0);
        let room = self
            .look
            .width
            .saturating_sub(labels + widest + 4)
            .clamp(4, 50);
        let most = values.iter().map(|(_, v)| *v).fold(0.0, f64::max);
        for ((label, value), figure) in values.iter().zip(&figures) {
            let label = text::pad(&self.look.cut(label, labels), labels);
            let share = if self.seed.is_some() {
                1.0
            } else if most > 0.0 {
                (value / most).clamp(0.0, 1.0)
            } else {
                0.0
            };
            let bar = drawn(share * room as f64, self.look.ascii);
            let figure = " ".repeat(widest - text::width(figure)) + figure;
            writeln!(self, "  {label} {figure} {}", self.mark(&bar))?;
        }
        Ok(())
    }

    /// A table: the first row is its heading, columns are as wide as they need to be.
    pub fn table(&mut self, rows: &[&[&str]]) -> io::Result<()> {
        let columns = rows.iter().map(|r| r.len()).max().unwrap_or(0);
        let mut widths = vec![0; columns];
        for row in rows {
            for (w, cell) in widths.iter_mut().zip(*row) {
                *w = (*w).max(text::width(cell));
            }
        }
        // The widest column gives way where the table does not fit.
        let gaps = 2 + 2 * columns.saturating_sub(1);
        while gaps + widths.iter().sum::<usize>() > self.look.width {
            match widths.iter_mut().max() {
                Some(w) if *w > 6 => *w -= 1,
                _ => break,
            }
        }
        for (i, row) in rows.iter().enumerate() {
            let cells: Vec<Vec<String>> = row
                .iter()
                .zip(&widths)
                .map(|(c, w)| text::wrap(c, (*w).max(1)))
                .collect();
            let tall = cells.iter().map(Vec::len).max().unwrap_or(0);
            for n in 0..tall {
                let mut line = String::from(" ");
                for (cell, w) in cells.iter().zip(&widths) {
                    let piece = cell.get(n).map_or("", String::as_str);
                    line.push(' ');
                    line.push_str(&text::pad(piece, *w));
                    line.push(' ');
                }
                let line = line.trim_end();
                if i == 0 {
                    let line = self.bold(line);
                    writeln!(self, "{line}")?;
                } else {
                    writeln!(self, "{line}")?;
                }
            }
            if i == 0 {
                let rule: Vec<String> = widths.iter().map(|w| "─".repeat(*w)).collect();
                writeln!(self, "  {}", rule.join("  "))?;
            }
        }
        Ok(())
    }

    /// A table whose cells were made for it.
    pub fn rows<const N: usize>(&mut self, rows: &[[String; N]]) -> io::Result<()> {
        let rows: Vec<[&str; N]> = rows
            .iter()
            .map(|r| r.each_ref().map(String::as_str))
            .collect();
        let rows: Vec<&[&str]> = rows.iter().map(|r| r.as_slice()).collect();
        self.table(&rows)
    }

    /// Shows what is complete in `pending`: whole lines, or whole characters when `all`.
    fn show(&mut self, all: bool) {
        let until = if all {
            match std::str::from_utf8(&self.pending) {
                Ok(_) => self.pending.len(),
                // Half a character waits for its other half; bytes that are no text go out as they can.
                Err(e) if e.error_len().is_none() => e.valid_up_to(),
                Err(_) => self.pending.len(),
            }
        } else {
            match self.pending.iter().rposition(|b| *b == b'\n') {
                Some(end) => end + 1,
                None => return,
            }
        };
        let bytes: Vec<u8> = self.pending.drain(..until).collect();
        let shown = self.look.fit(&String::from_utf8_lossy(&bytes));
        (self.out)(&shown);
    }
}

impl Write for Stage<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.pending.extend_from_slice(bytes);
        self.show(false);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if !self.pending.is_empty() {
            self.show(true);
        }
        Ok(())
    }
}

impl Drop for Stage<'_> {
    fn drop(&mut self) {
        let _ = self.flush();
    }
}

/// Runs `main` as the main goroutine of a runtime of its own, of which nothing stays: no thread, no stack.
///
/// `run` would do for a program that ends with its main. A demo goes on, and others come after it.
pub fn program<R>(builder: Builder, main: impl FnOnce() -> R) -> io::Result<R> {
    if TRACED.with_borrow(Option::is_none) {
        return run(builder, main);
    }
    let (r, trace) = caught(builder, main);
    keep(&trace);
    r
}

/// As [`program`], for a demo that shows how programs fail: what `run` would have ended gotour with.
///
/// Who records the demo gets its steps; it runs for the demo all the same, which looks at how it failed.
pub fn failing<R>(builder: Builder, main: impl Fn() -> R) -> Result<R, Crash> {
    if let Some(schedule) = recorded::next(Schedule::default) {
        let (_, watched) = goroutines::record_once(&schedule, &main);
        recorded::keep(watched);
    }
    if TRACED.with_borrow(Option::is_none) {
        return builder.try_run(main);
    }
    let sink = Sink::new();
    let r = builder.trace(sink.clone()).try_run(main);
    keep(&sink.take());
    r
}

/// As [`program`], and what it did, for a demo that draws it.
fn drawn_from<R>(builder: Builder, main: impl FnOnce() -> R) -> io::Result<(R, Trace)> {
    let (r, trace) = caught(builder, main);
    keep(&trace);
    Ok((r?, trace))
}

fn run<R>(builder: Builder, main: impl FnOnce() -> R) -> io::Result<R> {
    if let Some(schedule) = recorded::next(Schedule::default) {
        if !builder.can_be_recorded() {
            return Err(io::Error::other("its stacks are too large to be recorded"));
        }
        let (r, watched) = goroutines::record_once(&schedule, main);
        let ended = watched.failure.as_ref().map(|(_, why)| why.clone());
        recorded::keep(watched);
        return r.ok_or_else(|| io::Error::other(ended.unwrap_or_default()));
    }
    builder
        .try_run(main)
        .map_err(|crash| io::Error::other(crash.to_string()))
}

fn caught<R>(builder: Builder, main: impl FnOnce() -> R) -> (io::Result<R>, Trace) {
    let sink = Sink::new();
    let r = run(builder.trace(sink.clone()), main);
    (r, sink.take())
}

/// For `traced`, if it waits for them.
fn keep(trace: &Trace) {
    TRACED.with_borrow_mut(|traces| {
        if let Some(traces) = traces {
            traces.push(trace.clone());
        }
    });
}

/// The OS's number of the thread that this goroutine runs on now. Out of line, because after the next switch the answer
/// may be another one.
#[inline(never)]
pub fn os_thread() -> u64 {
    let linux = std::fs::read_link("/proc/thread-self")
        .ok()
        .and_then(|p| p.file_name()?.to_str()?.parse().ok());
    linux.unwrap_or_else(|| {
        use std::hash::{DefaultHasher, Hash as _, Hasher as _};
        let mut hasher = DefaultHasher::new();
        std::thread::current().id().hash(&mut hasher);
        hasher.finish()
    })
}

thread_local! {
    /// What each program did that was run while `traced` waits for them.
    static TRACED: RefCell<Option<Vec<Trace>>> = const { RefCell::new(None) };
}

/// Runs `f`, and gives back what the programs did that it ran with [`program`] on this thread.
pub fn traced<R>(f: impl FnOnce() -> R) -> (R, Vec<Trace>) {
    TRACED.set(Some(Vec::new()));
    let r = f();
    (r, TRACED.take().unwrap_or_default())
}

/// A number as short as it stays readable.
fn figure(v: f64) -> String {
    if v >= 100.0 || v.fract() == 0.0 {
        text::thousands(v.round() as u64)
    } else if v >= 10.0 {
        format!("{v:.1}")
    } else {
        format!("{v:.2}")
    }
}

/// A bar of so many columns, to an eighth of one where the signs are there.
fn drawn(columns: f64, ascii: bool) -> String {
    if ascii {
        return "#".repeat((columns.round() as usize).max(1));
    }
    let eighths = ((columns * 8.0).round() as usize).max(1);
    let mut bar = "█".repeat(eighths / 8);
    bar.push_str(["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8]);
    bar
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(
        look: Look,
        seed: Option<u64>,
        f: impl FnOnce(&mut Stage) -> io::Result<()>,
    ) -> String {
        let mut out = String::new();
        let mut stage = Stage::new(look, seed, |s| out.push_str(s));
        f(&mut stage).unwrap();
        drop(stage);
        out
    }

    #[test]
    fn half_a_character_waits_and_ascii_is_ascii() {
        let look = Look {
            ascii: true,
            ..Look::plain(40)
        };
        let out = shown(look, None, |s| {
            let arrow = "→".as_bytes();
            s.write_all(&arrow[..1])?;
            s.flush()?;
            s.write_all(&arrow[1..])?;
            s.write_all(b" x")
        });
        assert_eq!(out, "-> x");
    }

    #[test]
    fn bars_are_as_long_as_their_values_and_fit() {
        let out = shown(Look::plain(40), None, |s| {
            s.bars(&[("thread", 1_400.0), ("goroutine", 140.0)], "ns")
        });
        let lines: Vec<&str> = out.lines().collect();
        assert!(lines.iter().all(|l| text::width(l) <= 40), "{out}");
        let long = lines[0].matches('█').count();
        let short = lines[1].matches('█').count();
        assert!(long > 15 && short <= long / 10 + 1, "{out}");
        assert!(lines[0].contains("1,400 ns"), "{out}");
    }

    #[test]
    fn a_fixed_stage_shows_no_figure_that_was_measured() {
        let a = shown(Look::plain(60), Some(1), |s| s.bars(&[("x", 1.5)], "ms"));
        let b = shown(Look::plain(60), Some(1), |s| s.bars(&[("x", 9.0)], "ms"));
        assert_eq!(a, b);
    }

    #[test]
    fn a_table_gives_way_to_a_narrow_place() {
        let rows: &[&[&str]] = &[
            &["what", "says"],
            &["a", "one two three four five six seven eight nine"],
        ];
        let out = shown(Look::plain(30), None, |s| s.table(rows));
        assert!(out.lines().all(|l| text::width(l) <= 30), "{out}");
        assert!(out.contains("nine"));
    }
}
