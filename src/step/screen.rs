//! The screen on which a schedule is walked through: source and output at the left, goroutines and objects at the right.

use super::Walk;
use super::number::Number;
use super::paint::Painter;
use crate::report::screen::{Key, Keys};
use crate::report::{Look, OrProblem as _, Result};
use crate::text;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout};
use ratatui::style::{Modifier, Style};

const HELP: [&str; 8] = [
    "→ space     the next step",
    "← b         the step before",
    "n           on to the next switch to another goroutine",
    "1 2 … 9     on to the next step of that goroutine; where there are more: 1 2 for G12",
    "g G         to the start, to the end",
    "ch#2        the second one that the source calls ch",
    "?           this help, and back",
    "q Esc       leave",
];
/// The most lines for what a step did, or how it ended.
const MOST: usize = 3;
/// The keys in the last line, as many as fit.
const KEYS_BELOW: [&str; 2] = [
    "→ step  ← back  n switch  1-9 goroutine  G end  ? keys  q leave",
    "→ step  ← back  n switch  G end  ? keys  q leave",
];
/// The columns of the keys in front.
const KEYS: usize = 12;

/// How the learner left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Left {
    Done,
    Interrupted,
}

/// Walks through it until the learner leaves.
pub fn walk(keys: &Keys, walk: &Walk, look: Look) -> Result<Left> {
    let reading = || "read keys from the terminal".to_string();
    let writing = || "write to the terminal".to_string();
    let mut canvas = keys.canvas().or_problem(writing)?;
    let mut view = View {
        walk,
        look,
        at: 0,
        help: false,
        number: Number::default(),
        note: String::new(),
    };
    loop {
        canvas.draw(|frame| view.draw(frame)).or_problem(writing)?;
        match keys.read().or_problem(reading)? {
            Key::Interrupt => return Ok(Left::Interrupted),
            Key::Char('q' | 'Q') => return Ok(Left::Done),
            Key::Escape if !view.help && !view.number.has_begun() => return Ok(Left::Done),
            // All is drawn anew. (The canvas's own `clear` would ask the terminal where its cursor is, and wait for it.)
            Key::Resized => {
                keys.clear().or_problem(writing)?;
                canvas = keys.canvas().or_problem(writing)?;
            }
            key => view.key(key),
        }
    }
}

/// Lines of a source without the blanks that all of them begin with: there is little room. In front of each stand a mark,
/// its number and a blank.
fn flush(lines: Vec<String>) -> Vec<String> {
    const FRONT: usize = 6;
    let code = |l: &String| -> String { l.chars().skip(FRONT).collect() };
    let blanks = |code: &String| code.len() - code.trim_start().len();
    let codes = lines.iter().map(code).filter(|c| !c.trim().is_empty());
    let common = codes.map(|c| blanks(&c)).min().unwrap_or(0);
    let flush = |l: &String| {
        let front = l.chars().take(FRONT);
        front.chain(l.chars().skip(FRONT + common)).collect()
    };
    lines.iter().map(flush).collect()
}

struct View<'a> {
    walk: &'a Walk,
    look: Look,
    at: usize,
    help: bool,
    number: Number,
    /// What the last key could not do.
    note: String,
}

impl View<'_> {
    fn key(&mut self, key: Key) {
        self.note.clear();
        let last = self.walk.steps();
        if self.help {
            self.help = false;
            return;
        }
        if let Some(g) = self.number.typed(key, self.walk.most()) {
            self.next_of(g);
            return;
        }
        match key {
            Key::Right | Key::Enter | Key::Down | Key::Char(' ' | 'l' | 'j') => {
                self.at = (self.at + 1).min(last);
            }
            Key::Left | Key::Up | Key::Backspace | Key::Char('b' | 'h' | 'k') => {
                self.at = self.at.saturating_sub(1);
            }
            Key::Char('n') | Key::Tab => self.at = self.walk.next_switch(self.at),
            Key::PageDown => self.at = (self.at + 10).min(last),
            Key::PageUp => self.at = self.at.saturating_sub(10),
            Key::Char('g') | Key::Home => self.at = 0,
            Key::Char('G' | 'e') | Key::End => self.at = last,
            Key::Char('?') => self.help = true,
            _ => {}
        }
    }

    fn next_of(&mut self, who: u64) {
        match self.walk.next_of(who, self.at) {
            Some(at) => self.at = at,
            None => self.note = format!("no step of G{who} after this"),
        }
    }

    fn draw(&self, frame: &mut Frame<'_>) {
        let w = self.walk;
        let end = if !self.note.is_empty() {
            self.note.clone()
        } else if self.at == w.steps() {
            format!("the end: {}", w.ending)
        } else {
            w.says(self.at)
        };
        let area = frame.area();
        let mut end = text::wrap(&self.look.fit(&end), usize::from(area.width));
        if end.len() > MOST {
            end.splice(MOST - 1.., [end[MOST - 1..].join(" ")]);
        }
        let [head, body, foot] = Layout::vertical([
            Constraint::Length(1 + end.len() as u16),
            Constraint::Min(6),
            Constraint::Length(1),
        ])
        .areas(area);
        let [left, right] =
            Layout::horizontal([Constraint::Percentage(52), Constraint::Percentage(48)])
                .areas(body);
        let [source, output] =
            Layout::vertical([Constraint::Percentage(70), Constraint::Percentage(30)]).areas(left);
        let [who, what] =
            Layout::vertical([Constraint::Percentage(50), Constraint::Percentage(50)]).areas(right);
        let paint = Painter { look: self.look };
        let title = format!("{}  {}  {}", w.title, w.token, w.counted(self.at));
        paint.lines(
            frame,
            head,
            [title].into_iter().chain(end).collect(),
            Style::default().add_modifier(Modifier::BOLD),
        );
        if self.help {
            let columns = usize::from(body.width.saturating_sub(2));
            paint.panel(frame, body, "keys", paint.keys(&HELP, KEYS, columns));
        } else {
            let rows = usize::from(source.height.saturating_sub(2));
            paint.panel(frame, source, "source", flush(w.source(self.at, rows)));
            let room = usize::from(output.height.saturating_sub(2));
            let printed: Vec<String> = w.output(self.at).lines().map(str::to_string).collect();
            let hidden = printed.len().saturating_sub(room);
            paint.panel(frame, output, "printed", printed[hidden..].to_vec());
            paint.panel(frame, who, "goroutines", w.goroutines(self.at));
            paint.panel(frame, what, "objects", w.objects(self.at));
        }
        let keys = match self.number.has_begun() {
            true => self.number.asks(),
            false => paint.first_that_fits(foot.width, &KEYS_BELOW),
        };
        paint.lines(
            frame,
            foot,
            vec![keys],
            Style::default().add_modifier(Modifier::DIM),
        );
    }
}
