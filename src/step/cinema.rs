//! The screen on which a trace is walked through: the machine above, the events around below.

use super::machine::Movie;
use super::number::Number;
use super::paint::Painter;
use super::screen::Left;
use crate::report::screen::{Key, Keys};
use crate::report::{Look, OrProblem as _, Result};
use crate::text;
use goroutines::trace::Kind;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout};
use ratatui::style::{Modifier, Style};

const HELP: [&str; 9] = [
    "→ space     the next event",
    "← b         the event before",
    "n N         on to the next switch, back to the last one",
    "s S         to the next steal, to the last one",
    "h H         to the next hand-off of a blocking call, to the last one",
    "p P         to the next preemption, to the last one",
    "1 2 … 9     on to the next event of that goroutine; where there are more: 1 2 for G12",
    "g G         to the start, to the end",
    "q Esc       leave; ? this help, and back",
];
/// The keys in the last line, as many as fit.
const KEYS_BELOW: [&str; 2] = [
    "→ on  ← back  n switch  s steal  h hand-off  p preemption  ? keys  q leave",
    "→ on  ← back  n switch  h hand-off  ? keys  q leave",
];
/// The columns of the keys in front.
const KEYS: usize = 12;

/// Walks through it until the learner leaves.
pub fn watch(movie: &Movie, look: Look) -> Result<Left> {
    let reading = || "read keys from the terminal".to_string();
    let writing = || "write to the terminal".to_string();
    let keys = Keys::enter_alternate().or_problem(reading)?;
    let mut canvas = keys.canvas().or_problem(writing)?;
    let mut view = View {
        movie,
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
            Key::Resized => {
                keys.clear().or_problem(writing)?;
                canvas = keys.canvas().or_problem(writing)?;
            }
            key => view.key(key),
        }
    }
}

struct View<'a> {
    movie: &'a Movie,
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
        if self.help {
            self.help = false;
            return;
        }
        let (last, movie) = (self.movie.last(), self.movie);
        if let Some(g) = self.number.typed(key, movie.most()) {
            let there = movie.next_of(self.at, g);
            self.to(there, &format!("nothing of G{g} after this"));
            return;
        }
        match key {
            Key::Right | Key::Enter | Key::Down | Key::Char(' ' | 'l' | 'j') => {
                self.at = (self.at + 1).min(last);
            }
            Key::Left | Key::Up | Key::Backspace | Key::Char('b' | 'k') => {
                self.at = self.at.saturating_sub(1);
            }
            Key::Tab => self.to(movie.next(self.at, Kind::Switch), "no switch after this"),
            Key::Char(c @ ('n' | 's' | 'h' | 'p' | 'N' | 'S' | 'H' | 'P')) => {
                let (kind, name) = match c.to_ascii_lowercase() {
                    'n' => (Kind::Switch, "switch"),
                    's' => (Kind::Steal, "steal"),
                    'h' => (Kind::HandOff, "hand-off"),
                    _ => (Kind::Preemption, "preemption"),
                };
                if c.is_ascii_lowercase() {
                    let there = movie.next(self.at, kind);
                    self.to(there, &format!("no {name} after this"));
                } else {
                    let there = movie.previous(self.at, kind);
                    self.to(there, &format!("no {name} before this"));
                }
            }
            Key::PageDown => self.at = (self.at + 10).min(last),
            Key::PageUp => self.at = self.at.saturating_sub(10),
            Key::Char('g') | Key::Home => self.at = 0,
            Key::Char('G' | 'e') | Key::End => self.at = last,
            Key::Char('?') => self.help = true,
            _ => {}
        }
    }

    fn to(&mut self, there: Option<usize>, or: &str) {
        match there {
            Some(at) => self.at = at,
            None => self.note = or.to_string(),
        }
    }

    fn draw(&self, frame: &mut Frame<'_>) {
        let [head, body, foot] = Layout::vertical([
            Constraint::Length(3),
            Constraint::Min(6),
            Constraint::Length(1),
        ])
        .areas(frame.area());
        let [upper, lower] =
            Layout::vertical([Constraint::Percentage(60), Constraint::Percentage(40)]).areas(body);
        let (paint, movie) = (Painter { look: self.look }, self.movie);
        let title = format!("{}  frame {} of {}", movie.title, self.at, movie.last());
        let there = format!(
            "in all: {}, {}, {}, {}",
            match movie.count(Kind::Switch) {
                1 => "1 switch".to_string(),
                n => format!("{n} switches"),
            },
            text::count(movie.count(Kind::Steal), "steal"),
            text::count(movie.count(Kind::HandOff), "hand-off"),
            text::count(movie.count(Kind::Preemption), "preemption"),
        );
        let says = if self.note.is_empty() {
            movie.says(self.at)
        } else {
            self.note.clone()
        };
        let bold = Style::default().add_modifier(Modifier::BOLD);
        paint.lines(frame, head, vec![title, there, says], bold);
        if self.help {
            let columns = usize::from(body.width.saturating_sub(2));
            paint.panel(frame, body, "keys", paint.keys(&HELP, KEYS, columns));
        } else {
            paint.panel(frame, upper, "the machine", movie.lines(self.at));
            let rows = usize::from(lower.height.saturating_sub(2));
            paint.panel(
                frame,
                lower,
                "events: µs, P, goroutine",
                movie.around(self.at, rows),
            );
        }
        let keys = match self.number.has_begun() {
            true => self.number.asks(),
            false => paint.first_that_fits(foot.width, &KEYS_BELOW),
        };
        let dim = Style::default().add_modifier(Modifier::DIM);
        paint.lines(frame, foot, vec![keys], dim);
    }
}
