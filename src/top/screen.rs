//! The screen on which a program is looked at while it runs: its goroutines at the left, Ps and threads at the right.

use super::program::{Program, Runtime};
use super::show::{self, Order};
use crate::report::screen::{Key, Keys};
use crate::report::{Look, OrProblem as _, Result};
use crate::step::Painter;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout};
use ratatui::style::{Modifier, Style};
use std::time::Duration;

const HELP: [&str; 7] = [
    "s         another order: how many, how long, state, place",
    "/         only where state or place has these letters; Enter keeps them, Esc shows all again",
    "p space   stand still, and go on",
    "↑ ↓ g G   move through the list, to its start, its end",
    "r         the next runtime, if the program has several",
    "?         this help, and back",
    "q Esc     end the program, and leave",
];
/// The columns of the keys in front.
const KEYS: usize = 10;

/// With fewer columns the panels stand one below the other.
const NARROW: u16 = 76;

/// How often it is looked whether something has come from the program. A key is seen at once.
const TICK: Duration = Duration::from_millis(40);

/// How it was left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Left {
    /// The program has ended.
    Over,
    /// By a key; the program still ran.
    Done,
    /// The time to look is over; the program still ran.
    Time,
    Interrupted,
}

/// Shows it until it ends, until the learner leaves, or for `most`.
pub fn look(program: &mut Program, name: &str, look: Look, most: Option<Duration>) -> Result<Left> {
    let reading = || "read keys from the terminal".to_string();
    let writing = || "write to the terminal".to_string();
    let keys = Keys::enter_alternate().or_problem(reading)?;
    let mut canvas = keys.canvas().or_problem(writing)?;
    let mut view = View {
        name,
        look,
        order: Order::Count,
        wanted: String::new(),
        typing: false,
        still: false,
        help: false,
        from: 0,
        runtime: 0,
    };
    let mut changed = true;
    loop {
        if changed {
            canvas
                .draw(|frame| view.draw(frame, program))
                .or_problem(writing)?;
        }
        if program.ending().is_some() {
            return Ok(Left::Over);
        }
        if most.is_some_and(|most| program.age() >= most) {
            return Ok(Left::Time);
        }
        changed = false;
        // What was typed at one time is drawn at one time.
        let mut tick = TICK;
        while let Some(key) = keys.read_for(tick).or_problem(reading)? {
            changed = true;
            tick = Duration::from_millis(1);
            match key {
                Key::Interrupt => return Ok(Left::Interrupted),
                Key::Resized => {
                    keys.clear().or_problem(writing)?;
                    canvas = keys.canvas().or_problem(writing)?;
                }
                key if view.key(key) => return Ok(Left::Done),
                _ => {}
            }
        }
        let doing = || "look at the program".to_string();
        let printed = program.out.bytes.len() + program.err.bytes.len();
        let news = program.look(Duration::ZERO).or_problem(doing)?;
        let silent = program.runtimes().iter().all(|r| r.silence().is_some());
        changed |= !view.still && (news || silent)
            || printed != program.out.bytes.len() + program.err.bytes.len();
    }
}

struct View<'a> {
    name: &'a str,
    look: Look,
    order: Order,
    wanted: String,
    typing: bool,
    still: bool,
    help: bool,
    /// The first of the groups that is shown.
    from: usize,
    runtime: usize,
}

impl View<'_> {
    /// `true`: it is left.
    fn key(&mut self, key: Key) -> bool {
        if self.help {
            self.help = false;
            return false;
        }
        if self.typing {
            match key {
                Key::Char(c) => self.wanted.push(c),
                Key::Backspace => _ = self.wanted.pop(),
                Key::Enter => self.typing = false,
                Key::Escape => {
                    self.typing = false;
                    self.wanted.clear();
                }
                _ => {}
            }
            self.from = 0;
            return false;
        }
        match key {
            Key::Char('q' | 'Q') => return true,
            Key::Escape if !self.wanted.is_empty() => self.wanted.clear(),
            Key::Escape => return true,
            Key::Char('s') => self.order = self.order.next(),
            Key::Char('/') => self.typing = true,
            Key::Char('p' | ' ') => self.still = !self.still,
            Key::Char('r') | Key::Tab => self.runtime += 1,
            Key::Char('?') => self.help = true,
            Key::Down | Key::Char('j') => self.from += 1,
            Key::Up | Key::Char('k') => self.from = self.from.saturating_sub(1),
            Key::PageDown => self.from += 10,
            Key::PageUp => self.from = self.from.saturating_sub(10),
            Key::Char('g') | Key::Home => self.from = 0,
            // The drawing knows where the end is.
            Key::Char('G') | Key::End => self.from = usize::MAX,
            _ => {}
        }
        false
    }

    fn title(&self, program: &Program, shown: Option<&Runtime>, of: usize) -> String {
        let mut title = format!("{}  {:.1} s", self.name, program.age().as_secs_f64());
        if of > 1 {
            title.push_str(&format!("  runtime {} of {of}", self.runtime % of + 1));
        }
        if self.still {
            title.push_str("  standing still: p goes on");
        }
        if let Some(silence) = shown.and_then(Runtime::silence) {
            title.push_str(&format!(
                "  no news for {} s: it is stopped, or gets no CPU",
                silence.as_secs()
            ));
        }
        title
    }

    fn draw(&mut self, frame: &mut Frame<'_>, program: &Program) {
        let [head, body, foot] = Layout::vertical([
            Constraint::Length(4),
            Constraint::Min(6),
            Constraint::Length(1),
        ])
        .areas(frame.area());
        let paint = Painter { look: self.look };
        let runtimes = program.runtimes();
        let shown = runtimes
            .get(self.runtime.checked_rem(runtimes.len()).unwrap_or(0))
            .copied();
        let mut lines = vec![self.title(program, shown, runtimes.len())];
        let width = usize::from(head.width);
        if let Some((runtime, now)) = shown.and_then(|r| Some((r, r.now()?))) {
            let (counts, few) = (show::counts(now), show::few_counts(now));
            lines.push(paint.first_that_fits(head.width, &[&counts, &few]));
            lines.push(show::speeds(&runtime.rates()));
            lines.push(format!(
                "switches {}",
                show::sparkline(&runtime.history(), width.saturating_sub(9), self.look.ascii)
            ));
        } else {
            lines.push(format!(
                "it has not called goroutines::run yet, after {} s",
                program.age().as_secs()
            ));
        }
        let bold = Style::default().add_modifier(Modifier::BOLD);
        paint.lines(frame, head, lines, bold);
        if self.help {
            let columns = usize::from(body.width.saturating_sub(2));
            paint.panel(frame, body, "keys", paint.keys(&HELP, KEYS, columns));
        } else {
            let narrow = body.width < NARROW;
            let most = if narrow { 4 } else { 6 };
            let [upper, lower] =
                Layout::vertical([Constraint::Min(4), Constraint::Max(most)]).areas(body);
            let mut groups = Vec::new();
            let mut machine = Vec::new();
            if let Some((runtime, now)) = shown.and_then(|r| Some((r, r.now()?))) {
                let columns = usize::from(upper.width.saturating_sub(2));
                machine = show::machine(now, &runtime.rates(), if narrow { columns } else { 0 });
            }
            // Side by side they would both be cut where there are few columns.
            let [left, right] = if narrow {
                let rows = u16::try_from(machine.len() + 2).unwrap_or(u16::MAX);
                let rows = rows.min(upper.height * 3 / 5);
                Layout::vertical([Constraint::Min(3), Constraint::Length(rows)]).areas(upper)
            } else {
                Layout::horizontal([Constraint::Min(40), Constraint::Max(33)]).areas(upper)
            };
            if let Some(now) = shown.and_then(Runtime::now) {
                let columns = usize::from(left.width.saturating_sub(2));
                let mut all = show::groups(now, self.order, &self.wanted, columns).into_iter();
                // The heading stays.
                groups.extend(all.next());
                let room = usize::from(left.height.saturating_sub(3));
                self.from = self.from.min(all.len().saturating_sub(room));
                groups.extend(all.skip(self.from));
            }
            let title = if self.wanted.is_empty() && !self.typing {
                format!("goroutines, by {}", self.order.word())
            } else {
                let cursor = if self.typing { "_" } else { "" };
                format!("goroutines /{}{cursor}", self.wanted)
            };
            paint.panel(frame, left, &title, groups);
            paint.panel(frame, right, "Ps and threads", machine);
            let room = usize::from(lower.height.saturating_sub(2));
            let mut printed = program.out.lines(room);
            printed.extend(program.err.lines(room));
            let hidden = printed.len().saturating_sub(room);
            paint.panel(frame, lower, "printed", printed[hidden..].to_vec());
        }
        let keys = paint.first_that_fits(
            foot.width,
            &[
                "s order  / find  p stand still  ↑↓ move  r runtime  ? keys  q leave",
                "s order  / find  p stand still  ? keys  q leave",
            ],
        );
        let dim = Style::default().add_modifier(Modifier::DIM);
        paint.lines(frame, foot, vec![keys], dim);
    }
}
