//! Texts that are longer than the screen, a screen at a time, on the ordinary screen: what was read stays above.

use crate::report::screen::{Key, Keys};
use crate::report::{Look, OrProblem as _, Report, Result};
use crate::text;

/// How the learner left a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Went {
    /// Read to its end: go on.
    On,
    /// `q`: enough for now.
    Stop,
    /// Ctrl-C.
    Interrupted,
}

/// What the two ways from a page are called.
#[derive(Clone, Copy, Debug)]
pub struct Ways<'a> {
    /// What Enter does.
    pub on: &'a str,
    /// What `q` does.
    pub stop: &'a str,
}

/// Shows lines, and on a terminal waits at their end for the learner to go on.
///
/// `draw` gives the lines for a look: it is asked again when the window changes its width.
/// Without a terminal everything is printed and nothing is asked.
pub fn show(report: &Report, draw: &dyn Fn(Look) -> Vec<String>, ways: Ways) -> Result<Went> {
    show_from(report, draw, ways, 0).map(|(went, _)| went)
}

/// As `show`, from the screen that ends so many thousandths into the text; says where it ended when it was left.
pub fn show_from(
    report: &Report,
    draw: &dyn Fn(Look) -> Vec<String>,
    ways: Ways,
    seen: usize,
) -> Result<(Went, usize)> {
    if !report.moves() {
        for line in draw(report.look()) {
            report.line(line);
        }
        if !report.interactive() {
            return Ok((Went::On, 0));
        }
        let ask = format!("[Enter: {}, q: {}] ", ways.on, ways.stop);
        let went = match report.ask(&ask).as_deref() {
            None | Some("q" | "Q") => Went::Stop,
            Some(_) => Went::On,
        };
        return Ok((went, 0));
    }
    let keys = Keys::enter().or_problem(|| "read keys from the terminal".to_string())?;
    let mut pager = Pager::new(report, draw);
    let went = pager.run(&keys, ways, seen);
    drop(keys);
    Ok((went?, pager.seen()))
}

/// Waits below lines that were printed already: what has gone off the screen can be seen again.
pub fn after(report: &Report, draw: &dyn Fn(Look) -> Vec<String>, ways: Ways) -> Result<Went> {
    if !report.moves() {
        return show(report, &|_| Vec::new(), ways);
    }
    let keys = Keys::enter().or_problem(|| "read keys from the terminal".to_string())?;
    let mut pager = Pager::new(report, draw);
    pager.shown = pager.lines.len();
    let went = pager.keys(&keys, ways);
    drop(keys);
    went
}

struct Pager<'a> {
    report: &'a Report,
    draw: &'a dyn Fn(Look) -> Vec<String>,
    look: Look,
    lines: Vec<String>,
    /// How many lines were printed, from the first: the screen shows the last ones of them.
    shown: usize,
}

impl<'a> Pager<'a> {
    fn new(report: &'a Report, draw: &'a dyn Fn(Look) -> Vec<String>) -> Self {
        let look = report.look();
        Pager {
            report,
            draw,
            look,
            lines: draw(look),
            shown: 0,
        }
    }

    /// The rows above the prompt.
    fn rows(&self) -> usize {
        self.look.height.saturating_sub(1).max(1)
    }

    /// How much of the text was shown, in thousandths.
    fn seen(&self) -> usize {
        (self.shown * 1000)
            .checked_div(self.lines.len())
            .unwrap_or(0)
    }

    fn run(&mut self, keys: &Keys, ways: Ways, seen: usize) -> Result<Went> {
        // What stands above that screen was read before.
        let end = (self.lines.len() * seen.min(1000)).div_ceil(1000);
        self.shown = end.saturating_sub(self.rows());
        self.more(self.rows());
        self.keys(keys, ways)
    }

    /// Does what the keys say until one of them leads away.
    fn keys(&mut self, keys: &Keys, ways: Ways) -> Result<Went> {
        let doing = || "write to the terminal".to_string();
        loop {
            self.prompt(ways);
            let key = keys
                .read()
                .or_problem(|| "read keys from the terminal".to_string())?;
            keys.clear_line().or_problem(doing)?;
            let end = self.shown == self.lines.len();
            let page = self.rows();
            match key {
                Key::Interrupt => return Ok(Went::Interrupted),
                Key::Char('q' | 'Q') | Key::Escape => return Ok(Went::Stop),
                Key::Enter | Key::Char(' ' | 'n') if end => return Ok(Went::On),
                Key::Char(' ' | 'f') | Key::PageDown => self.more(page),
                Key::Enter | Key::Down | Key::Char('j') => self.more(1),
                Key::End | Key::Char('G') => self.more(self.lines.len()),
                Key::Up | Key::Char('k') => self.back(keys, 1)?,
                Key::PageUp | Key::Char('b') | Key::Backspace => self.back(keys, page)?,
                Key::Home | Key::Char('g') => self.back(keys, self.lines.len())?,
                Key::Resized => self.resized(keys)?,
                Key::Char(_) | Key::Left | Key::Right | Key::Tab => {}
            }
        }
    }

    /// What can be pressed here, on the last row, cut to it.
    fn prompt(&self, ways: Ways) {
        let Ways { on, stop } = ways;
        let left = self.lines.len() - self.shown;
        let back = if self.shown > self.rows() {
            " · ↑ back"
        } else {
            ""
        };
        let s = if left == 0 {
            format!("[Enter: {on}{back} · q: {stop}]")
        } else {
            format!(
                "[space: more, {}{back} · q: {stop}]",
                text::count(left, "line")
            )
        };
        let s = self.look.cut(&s, self.look.width.saturating_sub(1));
        self.report.part(self.report.dim(&s));
    }

    /// Prints the next `n` lines.
    fn more(&mut self, n: usize) {
        let until = self.lines.len().min(self.shown.saturating_add(n));
        for line in &self.lines[self.shown..until] {
            self.report.line(line);
        }
        self.shown = until;
    }

    /// Goes `n` lines back, drawing the screen anew.
    fn back(&mut self, keys: &Keys, n: usize) -> Result<()> {
        if self.shown <= self.rows() {
            return Ok(());
        }
        self.shown = self.shown.saturating_sub(n).max(self.rows());
        self.again(keys)
    }

    /// Draws for the new size, at about the same place of the text.
    fn resized(&mut self, keys: &Keys) -> Result<()> {
        let before = self.lines.len().max(1);
        self.look = self.report.anew().look();
        self.lines = (self.draw)(self.look);
        self.shown = (self.shown * self.lines.len())
            .div_ceil(before)
            .max(self.rows())
            .min(self.lines.len());
        self.again(keys)
    }

    fn again(&mut self, keys: &Keys) -> Result<()> {
        keys.clear()
            .or_problem(|| "write to the terminal".to_string())?;
        let from = self.shown.saturating_sub(self.rows());
        for line in &self.lines[from..self.shown] {
            self.report.line(line);
        }
        Ok(())
    }
}

/// Asks for one of the choices 1 to `choices`; `None` where the learner skips it, which is called `skip`.
///
/// A digit chooses, Enter confirms: so an Enter that is pressed out of habit answers nothing else.
/// `Err(Went)` when the learner leaves instead.
pub fn choose(
    report: &Report,
    what: &str,
    choices: usize,
    skip: &str,
) -> Result<std::result::Result<Option<usize>, Went>> {
    if !report.interactive() {
        return Ok(Ok(None));
    }
    let question = format!("{what}, 1 to {choices} and Enter (only Enter: {skip}): ");
    if !report.moves() {
        loop {
            let Some(answer) = report.ask(&question) else {
                return Ok(Err(Went::Stop));
            };
            match answer.parse() {
                Ok(n) if (1..=choices).contains(&n) => return Ok(Ok(Some(n))),
                _ if answer.is_empty() => return Ok(Ok(None)),
                _ if answer == "q" => return Ok(Err(Went::Stop)),
                _ => report.line(format!("Type a number from 1 to {choices}, or only Enter.")),
            }
        }
    }
    let keys = Keys::enter().or_problem(|| "read keys from the terminal".to_string())?;
    report.part(&question);
    let mut chosen = None;
    let answer = loop {
        let key = keys
            .read()
            .or_problem(|| "read keys from the terminal".to_string())?;
        let now = match key {
            Key::Interrupt => break Err(Went::Interrupted),
            Key::Escape | Key::Char('q' | 'Q') => break Err(Went::Stop),
            Key::Enter | Key::Char(' ') => break Ok(chosen),
            Key::Backspace => None,
            Key::Char(c) => match number(c) {
                Some(n) if (1..=choices).contains(&n) => Some(n),
                _ => continue,
            },
            _ => continue,
        };
        // One digit at most stands there.
        if chosen.is_some() {
            report.raw(b"\x08 \x08");
        }
        if let Some(n) = now {
            report.part(n.to_string());
        }
        chosen = now;
    };
    report.blank();
    Ok(answer)
}

/// Which choice a key names: a, b, c will do as well.
fn number(c: char) -> Option<usize> {
    match c.to_digit(10) {
        Some(n) => Some(n as usize),
        None => (c.to_ascii_lowercase() as usize)
            .checked_sub('a' as usize)
            .map(|n| n + 1),
    }
}
