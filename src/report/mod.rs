//! The one mouth: everything that gotour prints goes through a `Report`, and nothing else touches stdout or stderr.

pub mod screen;

use crate::text;
use colored::Colorize as _;
use std::io::{self, BufRead as _, IsTerminal as _, Write as _};
use std::os::fd::{AsFd as _, OwnedFd};

/// How a command ended, as the process's exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// 0: done, or passed.
    Passed,
    /// 1: the exercise is not solved yet.
    NotYet,
    /// 2: gotour could not do what was asked.
    CouldNot,
    /// 130: the learner pressed Ctrl-C. (`main` has 128 and the number of another signal.)
    Interrupted,
}

impl Exit {
    pub fn code(self) -> u8 {
        match self {
            Exit::Passed => 0,
            Exit::NotYet => 1,
            Exit::CouldNot => 2,
            Exit::Interrupted => 130,
        }
    }
}

/// Why gotour could not do something: what is wrong and where, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    what: String,
    mend: Option<String>,
}

impl Problem {
    pub fn new(what: impl Into<String>) -> Self {
        Problem {
            what: what.into(),
            mend: None,
        }
    }

    /// Adds what to do about it.
    pub fn mend(mut self, how: impl Into<String>) -> Self {
        self.mend = Some(how.into());
        self
    }

    pub fn what(&self) -> &str {
        &self.what
    }

    pub fn how(&self) -> Option<&str> {
        self.mend.as_deref()
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.what)?;
        match &self.mend {
            Some(how) => write!(f, "; {how}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Problem {}

pub type Result<T> = std::result::Result<T, Problem>;

/// Turns an error into a `Problem` that says what was being done.
pub trait OrProblem<T> {
    /// `doing` completes "could not …": `read /x/progress.json`.
    fn or_problem(self, doing: impl FnOnce() -> String) -> Result<T>;
}

impl<T, E: std::fmt::Display> OrProblem<T> for std::result::Result<T, E> {
    fn or_problem(self, doing: impl FnOnce() -> String) -> Result<T> {
        self.map_err(|e| Problem::new(format!("could not {}: {e}", doing())))
    }
}

/// What the place that is written to can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    pub width: usize,
    pub height: usize,
    /// Only ASCII: the terminal's locale is not UTF-8.
    pub ascii: bool,
    pub colour: bool,
}

impl Look {
    /// A fixed look.
    #[cfg(test)]
    pub fn plain(width: usize) -> Self {
        Look {
            width,
            height: usize::MAX,
            ascii: false,
            colour: false,
        }
    }

    /// Cuts `s` so that it takes at most `columns`, with a mark where something was left out.
    pub fn cut(&self, s: &str, columns: usize) -> String {
        let s = self.fit(s);
        text::cut(&s, columns, if self.ascii { "..." } else { "…" })
    }

    /// `s` as this place can show it.
    pub fn fit(&self, s: &str) -> String {
        let s = if self.colour {
            s.to_string()
        } else {
            text::plain(s)
        };
        if self.ascii { text::ascii(&s) } else { s }
    }
}

/// Where gotour prints, and how.
#[derive(Clone, Copy, Debug)]
pub struct Report {
    look: Look,
    json: bool,
    /// Both ends are a terminal: questions may be asked.
    interactive: bool,
    /// The terminal can move its cursor.
    moves: bool,
}

/// Lines longer than this are hard to read, however wide the terminal is.
const WIDEST: usize = 100;

impl Report {
    /// Looks at the environment and at what stdout is.
    pub fn new(json: bool) -> Self {
        let out = io::stdout().is_terminal();
        let dumb = set("TERM").is_none_or(|t| t == "dumb");
        let force = set("CLICOLOR_FORCE").is_some_and(|v| v != "0");
        let colour = set("NO_COLOR").is_none() && !json && (force || (out && !dumb));
        colored::control::set_override(colour);
        let (width, height) = if out {
            screen::size()
        } else {
            (80, usize::MAX)
        };
        let width = match set("COLUMNS").and_then(|c| c.parse().ok()) {
            Some(c) if !out && c > 0 => c,
            _ => width,
        };
        Report {
            look: Look {
                width: width.clamp(20, WIDEST),
                height,
                ascii: !utf8_locale(),
                colour,
            },
            json,
            interactive: out && io::stdin().is_terminal() && !json,
            moves: out && !dumb,
        }
    }

    /// The same, for the size that the window has now.
    pub fn anew(&self) -> Self {
        Report::new(self.json)
    }

    pub fn look(&self) -> Look {
        self.look
    }

    pub fn is_json(&self) -> bool {
        self.json
    }

    /// Whether there is someone who can be asked.
    pub fn interactive(&self) -> bool {
        self.interactive
    }

    /// Whether the terminal can move its cursor and read single keys.
    pub fn moves(&self) -> bool {
        self.interactive && self.moves
    }

    /// Prints one line as it is.
    pub fn line(&self, s: impl AsRef<str>) {
        let mut s = self.look.fit(s.as_ref());
        s.push('\n');
        out(s.as_bytes());
    }

    pub fn blank(&self) {
        out(b"\n");
    }

    /// Prints paragraphs, wrapped to the width.
    pub fn text(&self, s: impl AsRef<str>) {
        // Fitted before it is wrapped: some signs are longer in ASCII.
        for line in text::wrap_all(&self.look.fit(s.as_ref()), self.look.width) {
            self.line(line);
        }
    }

    /// Prints `s` without a line's end, and at once.
    pub fn part(&self, s: impl AsRef<str>) {
        out(self.look.fit(s.as_ref()).as_bytes());
    }

    /// Prints bytes that are not gotour's own (a program's output) as they are.
    pub fn raw(&self, bytes: &[u8]) {
        out(bytes);
    }

    /// As [`Report::raw`], on stderr.
    pub fn raw_err(&self, bytes: &[u8]) {
        // Where even that fails there is nobody left to tell.
        let _ = io::stderr().lock().write_all(bytes);
    }

    /// Prints one value for a program to read.
    pub fn json(&self, value: &impl serde::Serialize) {
        let mut s = serde_json::to_string_pretty(value)
            .unwrap_or_else(|e| format!("{{\"error\": \"could not be written as JSON: {e}\"}}"));
        s.push('\n');
        out(s.as_bytes());
    }

    /// Says on stderr what happened beside the thing that was asked for.
    pub fn note(&self, s: impl AsRef<str>) {
        for line in text::wrap(
            &self.look.fit(&format!("note: {}", s.as_ref())),
            self.look.width,
        ) {
            err(&line);
        }
    }

    /// Says on stderr why the thing that was asked for could not be done.
    pub fn problem(&self, p: &Problem) {
        if self.json {
            self.json(&serde_json::json!({ "error": p.what(), "do": p.how() }));
            return;
        }
        for line in text::wrap_all(&self.look.fit(&format!("gotour: {p}")), self.look.width) {
            err(&line);
        }
    }

    /// Asks one line; `None` without a terminal and at the end of the input.
    pub fn ask(&self, question: &str) -> Option<String> {
        if !self.interactive {
            return None;
        }
        self.part(question);
        let mut answer = String::new();
        match io::stdin().lock().read_line(&mut answer) {
            Ok(n) if n > 0 => Some(answer.trim().to_string()),
            _ => {
                self.blank();
                None
            }
        }
    }

    pub fn good(&self, s: &str) -> String {
        s.green().bold().to_string()
    }

    pub fn bad(&self, s: &str) -> String {
        s.red().bold().to_string()
    }

    pub fn warn(&self, s: &str) -> String {
        s.yellow().to_string()
    }

    pub fn bold(&self, s: &str) -> String {
        s.bold().to_string()
    }

    pub fn dim(&self, s: &str) -> String {
        s.dimmed().to_string()
    }

    /// A command that the learner can type.
    pub fn command(&self, s: &str) -> String {
        s.cyan().to_string()
    }

    /// A bar of `columns` that is filled to `part` of `whole`.
    pub fn bar(&self, part: usize, whole: usize, columns: usize) -> String {
        let filled = (part * columns).checked_div(whole).unwrap_or(0);
        let (full, empty) = if self.look.ascii {
            ("#", ".")
        } else {
            ("█", "░")
        };
        format!(
            "{}{}",
            full.repeat(filled).green(),
            empty.repeat(columns - filled).dimmed()
        )
    }
}

/// Writes to stdout. When its reader has gone there is no one to work for: the process ends as SIGPIPE would have ended it.
fn out(bytes: &[u8]) {
    // In raw mode a line's end does not go back to the first column by itself.
    let raw: Vec<u8>;
    let bytes = if screen::is_raw() {
        raw = bytes
            .split(|b| *b == b'\n')
            .collect::<Vec<_>>()
            .join(&b"\r\n"[..]);
        &raw
    } else {
        bytes
    };
    let mut stdout = io::stdout().lock();
    let result = stdout.write_all(bytes).and_then(|()| stdout.flush());
    if let Err(e) = result {
        screen::restore();
        if e.kind() != io::ErrorKind::BrokenPipe {
            err(&format!("gotour: could not write the output: {e}"));
            std::process::exit(Exit::CouldNot.code().into());
        }
        std::process::exit(141);
    }
}

/// Where errors go, for another process to write to.
pub fn error_stream() -> io::Result<OwnedFd> {
    io::stderr().as_fd().try_clone_to_owned()
}

/// Writes a line to stderr. Where even that fails there is nobody left to tell.
fn err(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// An environment variable that is set and not empty.
fn set(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|v| !v.is_empty())
}

fn utf8_locale() -> bool {
    ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .find_map(set)
        .is_some_and(|v| {
            let v = v.to_lowercase();
            v.contains("utf-8") || v.contains("utf8")
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_is_one_sentence() {
        let p = Problem::new("there is no lesson 9").mend("there are lessons 1 to 3");
        assert_eq!(
            p.to_string(),
            "there is no lesson 9; there are lessons 1 to 3"
        );
        let io: std::result::Result<(), _> = Err("no such file");
        let p = io.or_problem(|| "read x".to_string()).unwrap_err();
        assert_eq!(p.to_string(), "could not read x: no such file");
    }

    #[test]
    fn a_look_without_colour_or_utf8_takes_both_away() {
        let look = Look {
            ascii: true,
            ..Look::plain(60)
        };
        assert_eq!(look.fit("\u{1b}[32m✓\u{1b}[0m yes"), "ok yes");
    }
}
