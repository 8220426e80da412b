//! The screen on which a schedule is walked through: source and output at the left, goroutines and objects at the right.

use super::Walk;
use crate::report::screen::{Key, Keys};
use crate::report::{Look, OrProblem as _, Result};
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::Line;
use ratatui::widgets::{Block, BorderType, Borders, Paragraph};

const HELP: [&str; 8] = [
    "→ space     the next step",
    "← b         the step before",
    "n           on to the next switch to another goroutine",
    "1 2 … 9     on to the next step of that goroutine",
    "g G         to the start, to the end",
    "?           this help, and back",
    "q Esc       leave",
    "",
];

/// How the learner left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Left {
    Done,
    Interrupted,
}

/// Walks through it until the learner leaves.
pub fn walk(walk: &Walk, look: Look) -> Result<Left> {
    let reading = || "read keys from the terminal".to_string();
    let writing = || "write to the terminal".to_string();
    let keys = Keys::enter_alternate().or_problem(reading)?;
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
        let end = if self.at == w.steps() {
            format!("the end: {}", w.ending)
        } else {
            w.says(self.at)
        };
        let title = format!(
            "{}  {}  step {} of {}",
            w.title,
            w.token,
            self.at,
            w.steps()
        );
        self.lines(
            frame,
            head,
            vec![title, end],
            Style::default().add_modifier(Modifier::BOLD),
        );
        if self.help {
            let help = HELP.iter().map(|l| (*l).to_string()).collect();
            self.panel(frame, body, "keys", help);
        } else {
            let rows = usize::from(source.height.saturating_sub(2));
            self.panel(frame, source, "source", w.source(self.at, rows));
            let room = usize::from(output.height.saturating_sub(2));
            let printed: Vec<String> = w.output(self.at).lines().map(str::to_string).collect();
            let hidden = printed.len().saturating_sub(room);
            self.panel(frame, output, "printed", printed[hidden..].to_vec());
            self.panel(frame, who, "goroutines", w.goroutines(self.at));
            self.panel(frame, what, "objects", w.objects(self.at));
        }
        let keys = "→ step  ← back  n switch  1-9 goroutine  G end  ? keys  q leave";
        self.lines(
            frame,
            foot,
            vec![keys.to_string()],
            Style::default().add_modifier(Modifier::DIM),
        );
    }

    /// A text that is cut where the room ends; in colour, and beyond ASCII, only where that can be shown.
    fn fit(&self, text: &str, width: u16) -> String {
        self.look.cut(text, usize::from(width))
    }

    fn lines(&self, frame: &mut Frame<'_>, area: Rect, lines: Vec<String>, style: Style) {
        let lines: Vec<Line<'_>> = lines
            .iter()
            .map(|l| Line::from(self.fit(l, area.width)))
            .collect();
        frame.render_widget(Paragraph::new(lines).style(style), area);
    }

    fn panel(&self, frame: &mut Frame<'_>, area: Rect, title: &str, lines: Vec<String>) {
        let inner = area.width.saturating_sub(2);
        let room = usize::from(area.height.saturating_sub(2));
        let more = lines.len().saturating_sub(room);
        let mut shown: Vec<Line<'_>> = Vec::new();
        for (i, line) in lines.iter().enumerate().take(room) {
            // The last row says what there is no room for.
            let text = if more > 0 && i + 1 == room {
                format!(" and {} more", more + 1)
            } else {
                line.clone()
            };
            let here = line.starts_with('▶');
            let style = if here && self.look.colour {
                Style::default().fg(Color::Yellow)
            } else if here {
                Style::default().add_modifier(Modifier::BOLD)
            } else {
                Style::default()
            };
            shown.push(Line::from(self.fit(&text, inner)).style(style));
        }
        let mut block = Block::default().title(title.to_string());
        if self.look.ascii {
            block = block.borders(Borders::TOP).border_set(ASCII);
        } else {
            block = block
                .borders(Borders::ALL)
                .border_type(BorderType::Plain)
                .border_style(Style::default().add_modifier(Modifier::DIM));
        }
        frame.render_widget(Paragraph::new(shown).block(block), area);
    }
}

/// Borders for a terminal that has no lines to draw.
const ASCII: ratatui::symbols::border::Set = ratatui::symbols::border::Set {
    top_left: "+",
    top_right: "+",
    bottom_left: "+",
    bottom_right: "+",
    vertical_left: "|",
    vertical_right: "|",
    horizontal_top: "-",
    horizontal_bottom: "-",
};
