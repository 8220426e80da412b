//! The screen on which a schedule is walked through: source and output at the left, goroutines and objects at the right.

use super::Walk;
use super::paint::Painter;
use crate::report::screen::{Key, Keys};
use crate::report::{Look, OrProblem as _, Result};
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout};
use ratatui::style::{Modifier, Style};

const HELP: [&str; 7] = [
    "→ space     the next step",
    "← b         the step before",
    "n           on to the next switch to another goroutine",
    "1 2 … 9     on to the next step of that goroutine",
    "g G         to the start, to the end",
    "?           this help, and back",
    "q Esc       leave",
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
    };
    loop {
        canvas.draw(|frame| view.draw(frame)).or_problem(writing)?;
        match keys.read().or_problem(reading)? {
            Key::Interrupt => return Ok(Left::Interrupted),
            Key::Char('q' | 'Q') => return Ok(Left::Done),
            Key::Escape if !view.help => return Ok(Left::Done),
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
}

impl View<'_> {
    fn key(&mut self, key: Key) {
        let last = self.walk.steps();
        if self.help {
            self.help = false;
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
            Key::Char(c) if c.is_ascii_digit() => {
                let who = u64::from(c.to_digit(10).unwrap_or(0));
                self.at = self.walk.next_of(who, self.at).unwrap_or(self.at);
            }
            Key::PageDown => self.at = (self.at + 10).min(last),
            Key::PageUp => self.at = self.at.saturating_sub(10),
            Key::Char('g') | Key::Home => self.at = 0,
            Key::Char('G' | 'e') | Key::End => self.at = last,
            Key::Char('?') => self.help = true,
            _ => {}
        }
    }

    fn draw(&self, frame: &mut Frame<'_>) {
        let [head, body, foot] = Layout::vertical([
            Constraint::Length(2),
            Constraint::Min(6),
            Constraint::Length(1),
        ])
        .areas(frame.area());
        let [left, right] =
            Layout::horizontal([Constraint::Percentage(52), Constraint::Percentage(48)])
                .areas(body);
        let [source, output] =
            Layout::vertical([Constraint::Percentage(70), Constraint::Percentage(30)]).areas(left);
        let [who, what] =
            Layout::vertical([Constraint::Percentage(50), Constraint::Percentage(50)]).areas(right);
        let w = self.walk;
        let paint = Painter { look: self.look };
        let end = if self.at == w.steps() {
            format!("the end: {}", w.ending)
        } else {
            w.says(self.at)
        };
        let title = format!("{}  {}  {}", w.title, w.token, w.counted(self.at));
        paint.lines(
            frame,
            head,
            vec![title, end],
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
        let keys = paint.first_that_fits(
            foot.width,
            &[
                "→ step  ← back  n switch  1-9 goroutine  G end  ? keys  q leave",
                "→ step  ← back  n switch  G end  ? keys  q leave",
            ],
        );
        paint.lines(
            frame,
            foot,
            vec![keys],
            Style::default().add_modifier(Modifier::DIM),
        );
    }
}
