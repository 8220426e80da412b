//! The screen on which a level is played: the source with everybody's place in it, who can run, and what is held and waited
//! for; and what came of it in the end.

use super::game::{Game, Turn, fewest, says};
use super::levels::Level;
use crate::report::screen::{Key, Keys};
use crate::report::{Look, OrProblem as _, Result};
use crate::step::Painter;
use crate::step::frames::Is;
use crate::text;
use goroutines::explore::Fewest;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Modifier, Style};

const HELP: [&str; 8] = [
    "↑ ↓  1 2 3   who is to run; 0 is the clock, if it can move",
    "Enter space  that one makes a step",
    "s            it goes on until it waits, ends or gives way",
    "e            everything goes its usual way to the end",
    "u ←          takes back what you did last",
    "r            from the start",
    "?            this help, and back",
    "q Esc        leave",
];
/// The columns of the keys in front.
const KEYS: usize = 13;
const HELP_TEXTS: [&str; 2] = [
    "In the source stand the numbers of the goroutines, each at what it does next or waits for. A step goes from one \
     operation on something that others see to the next.",
    "A switch counts where you stop one that could have gone on. When one waits or ends, somebody else runs for nothing.",
];

/// With fewer columns the source has all of them, and what is beside it otherwise stands below.
const NARROW: u16 = 76;

/// How the learner left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Left {
    Done,
    Interrupted,
    /// On to the next level.
    Next,
}

/// A level that was won: with which schedule, and what is known of the fewest switches.
#[derive(Clone, Debug)]
pub struct Win {
    pub token: String,
    pub switches: usize,
    pub fewest: Option<Fewest>,
}

/// Plays until the learner leaves. `won` is told of each win at once.
///
/// The program's panics are no panics of gotour: the keys must have been taken before the first of them (see
/// `report::screen`), else its hook takes them for gotour's own.
pub fn play(
    keys: &Keys,
    level: &'static Level,
    look: Look,
    mut won: impl FnMut(&Win) -> Result<()>,
) -> Result<Left> {
    let reading = || "read keys from the terminal".to_string();
    let writing = || "write to the terminal".to_string();
    keys.clear().or_problem(writing)?;
    let mut canvas = keys.canvas().or_problem(writing)?;
    let mut view = View::new(level, look);
    loop {
        canvas.draw(|frame| view.draw(frame)).or_problem(writing)?;
        match keys.read().or_problem(reading)? {
            Key::Interrupt => return Ok(Left::Interrupted),
            Key::Char('q' | 'Q') => return Ok(Left::Done),
            Key::Escape if !view.help => return Ok(Left::Done),
            Key::Char('n') if view.win.is_some() => return Ok(Left::Next),
            // All is drawn anew.
            Key::Resized => {
                keys.clear().or_problem(writing)?;
                canvas = keys.canvas().or_problem(writing)?;
            }
            key => {
                view.key(key);
                if let Some(win) = view.judge() {
                    won(win)?;
                }
            }
        }
    }
}

struct View {
    game: Game,
    look: Look,
    /// Among those who can be picked.
    selected: usize,
    help: bool,
    win: Option<Win>,
}

impl View {
    fn new(level: &'static Level, look: Look) -> View {
        View {
            game: Game::new(level),
            look,
            selected: 0,
            help: false,
            win: None,
        }
    }

    fn key(&mut self, key: Key) {
        if self.help {
            self.help = false;
            return;
        }
        let turns = &self.game.now.turns;
        let selected = turns.get(self.selected).map(|t| t.pick);
        match key {
            Key::Down | Key::Tab | Key::Char('j') if !turns.is_empty() => {
                self.selected = (self.selected + 1) % turns.len();
                return;
            }
            Key::Up | Key::Char('k') if !turns.is_empty() => {
                self.selected = (self.selected + turns.len() - 1) % turns.len();
                return;
            }
            Key::Char(c) if c.is_ascii_digit() => {
                self.select(u64::from(c.to_digit(10).unwrap_or(0)));
                return;
            }
            Key::Char('?') => {
                self.help = true;
                return;
            }
            Key::Enter | Key::Right | Key::Char(' ') => {
                if let Some(pick) = selected {
                    self.game.step(pick);
                }
            }
            Key::Char('s') => {
                if let Some(pick) = selected {
                    self.game.run_on(pick);
                }
            }
            Key::Char('e') | Key::End => self.game.play_out(),
            Key::Char('u') | Key::Backspace | Key::Left => self.game.undo(),
            Key::Char('r') | Key::Home => self.game.restart(),
            _ => return,
        }
        self.selected = self.usual();
    }

    /// The next one of `who`'s turns, from the one that is selected on.
    fn select(&mut self, who: u64) {
        let turns = &self.game.now.turns;
        let n = turns.len();
        let next = (1..=n).map(|i| (self.selected + i) % n);
        let own = |i: &usize| turns[*i].pick.who == who;
        if let Some(i) = next.into_iter().find(own) {
            self.selected = i;
        }
    }

    /// Who would run if nobody chose: the one that ran, else the next number, and after the highest the lowest.
    fn usual(&self) -> usize {
        let last = self.game.last().unwrap_or(0);
        let turns = &self.game.now.turns;
        let place = |f: &dyn Fn(&Turn) -> bool| turns.iter().position(f);
        place(&|t| t.pick.who == last)
            .or_else(|| place(&|t| t.pick.who > last))
            .unwrap_or(0)
    }

    /// Whether the level has just been won.
    fn judge(&mut self) -> Option<&Win> {
        if !self.game.is_won() {
            self.win = None;
            return None;
        }
        if self.win.is_some() {
            return None;
        }
        let end = self.game.now.end.as_ref()?;
        self.win = Some(Win {
            token: end.token.clone(),
            switches: self.game.now.switches,
            fewest: fewest(self.game.level),
        });
        self.win.as_ref()
    }

    fn draw(&self, frame: &mut Frame<'_>) {
        // How it all begins is read whole, where a few lines are enough for it.
        let columns = usize::from(frame.area().width).max(20);
        let mut happened = text::wrap(&self.happened(), columns);
        happened.truncate(if self.help { 0 } else { 4 });
        let [head, body, foot] = Layout::vertical([
            Constraint::Length(2 + happened.len() as u16),
            Constraint::Min(6),
            Constraint::Length(1),
        ])
        .areas(frame.area());
        let [source, printed, who, what] = self.panels(body);
        let paint = Painter { look: self.look };
        let (level, now) = (self.game.level, &self.game.now);
        let title = format!(
            "{} {}   switches: {}   steps: {}",
            level.number(),
            level.title,
            now.switches,
            now.at
        );
        let bold = Style::default().add_modifier(Modifier::BOLD);
        let goal = format!("goal: {}", level.goal);
        let mut lines = vec![title, goal];
        lines.extend(happened);
        paint.lines(frame, head, lines, bold);
        let room = |area: Rect| usize::from(area.height.saturating_sub(2));
        if self.help {
            let columns = usize::from(body.width).clamp(20, 80) - 2;
            let mut help = paint.keys(&HELP, KEYS, columns);
            for text in HELP_TEXTS.iter().chain([&level.story]) {
                help.push(String::new());
                help.extend(text::wrap(text, columns));
            }
            // Rather close together than cut.
            if help.len() > room(body) {
                help.retain(|l| !l.is_empty());
            }
            paint.panel(frame, body, "keys", help);
        } else {
            if now.end.is_some() {
                let columns = usize::from(source.width.saturating_sub(3));
                let (name, lines) = self.outcome(columns);
                paint.panel(frame, source, name, lines);
            } else {
                paint.panel(frame, source, "source", self.source(room(source)));
            }
            let lines: Vec<String> = now.walk.output(now.at).lines().map(String::from).collect();
            let hidden = lines.len().saturating_sub(room(printed));
            paint.panel(frame, printed, "printed", lines[hidden..].to_vec());
            paint.panel(frame, who, "goroutines", self.goroutines());
            paint.panel(frame, what, "objects", now.walk.objects(now.at));
        }
        let keys: &[&str] = if self.win.is_some() {
            &["n next level  u undo  r from the start  ? keys  q leave"]
        } else if now.end.is_some() {
            &["u undo  r from the start  ? keys  q leave"]
        } else {
            &[
                "↑↓ who  Enter step  s run on  e to the end  u undo  r restart  ? keys  q leave",
                "↑↓ who  Enter step  s run on  u undo  ? keys  q leave",
            ]
        };
        let keys = paint.first_that_fits(foot.width, keys);
        let dim = Style::default().add_modifier(Modifier::DIM);
        paint.lines(frame, foot, vec![keys], dim);
    }

    /// Where the source stands or what came of it, what was printed, the goroutines, and the objects.
    fn panels(&self, body: Rect) -> [Rect; 4] {
        if body.width >= NARROW {
            let [left, right] =
                Layout::horizontal([Constraint::Percentage(58), Constraint::Percentage(42)])
                    .areas(body);
            let [source, printed] =
                Layout::vertical([Constraint::Min(4), Constraint::Length(4)]).areas(left);
            let [who, what] =
                Layout::vertical([Constraint::Percentage(55), Constraint::Percentage(45)])
                    .areas(right);
            return [source, printed, who, what];
        }
        // What came of it is a text that is read whole; the source can be looked at in parts.
        let below = if self.game.now.end.is_some() {
            let (_, lines) = self.outcome(usize::from(body.width.saturating_sub(3)));
            let text = u16::try_from(lines.len()).unwrap_or(u16::MAX);
            body.height
                .saturating_sub(text.saturating_add(5))
                .clamp(4, 9)
        } else {
            7
        };
        let [source, below, printed] = Layout::vertical([
            Constraint::Min(6),
            Constraint::Max(below),
            Constraint::Max(3),
        ])
        .areas(body);
        let [who, what] =
            Layout::horizontal([Constraint::Percentage(55), Constraint::Percentage(45)])
                .areas(below);
        [source, printed, who, what]
    }

    /// The last step, or how it all begins.
    fn happened(&self) -> String {
        let now = &self.game.now;
        match now.at {
            0 => self.game.level.story.to_string(),
            at => now.walk.says(at),
        }
    }

    /// The program, with the number of each goroutine at its place.
    fn source(&self, room: usize) -> Vec<String> {
        let now = &self.game.now;
        let selected = now.turns.get(self.selected);
        let here = selected.and_then(|t| t.line);
        let lines: Vec<(u32, String)> = self.game.level.lines().collect();
        let at = here.and_then(|here| lines.iter().position(|(n, _)| *n == here));
        let first = at
            .map_or(0, |at| at.saturating_sub(room / 2))
            .min(lines.len().saturating_sub(room));
        lines[first..]
            .iter()
            .take(room)
            .map(|(n, code)| {
                let mark = if Some(*n) == here { '▶' } else { ' ' };
                format!("{mark}{:<3}{n:>3} {code}", self.standing(*n))
            })
            .collect()
    }

    /// The goroutines whose next step, or wait, is in this line.
    fn standing(&self, line: u32) -> String {
        const ROOM: usize = 3;
        let now = &self.game.now;
        let rows = now.walk.rows(now.at).iter();
        let all: String = rows
            .filter(|r| match r.is {
                Is::Unborn | Is::Ended | Is::Silent => false,
                Is::Waits { .. } => r.line == Some(line),
                Is::CanRun => {
                    let own = |t: &&Turn| t.pick.who == r.id;
                    now.turns.iter().find(own).and_then(|t| t.line) == Some(line)
                }
            })
            .map(|r| r.id.to_string())
            .collect();
        if all.len() > ROOM {
            format!("{}+", &all[..ROOM - 1])
        } else {
            all
        }
    }

    /// Who can run and what that would do, who waits, who has ended.
    fn goroutines(&self) -> Vec<String> {
        let now = &self.game.now;
        let at = |line: Option<u32>| line.map_or(String::new(), |n| format!(" :{n}"));
        let mut out = Vec::new();
        let picked = |out: &mut Vec<String>, who: u64, name: &str| {
            for (i, t) in now.turns.iter().enumerate() {
                if t.pick.who == who {
                    let mark = if i == self.selected { '▶' } else { ' ' };
                    out.push(format!("{mark}{name} {}{}", t.what, at(t.line)));
                }
            }
        };
        for r in now.walk.rows(now.at) {
            let name = format!("G{}", r.id);
            match &r.is {
                Is::Unborn | Is::Silent => {}
                Is::CanRun if now.end.is_none() => picked(&mut out, r.id, &name),
                Is::CanRun => out.push(format!(" {name} could go on{}", at(r.line))),
                Is::Ended => out.push(format!(" {name} has ended")),
                Is::Waits { reason, object } => {
                    // A select waits at several.
                    let on = match reason.as_str() {
                        "select" => String::new(),
                        _ => now.walk.name(*object),
                    };
                    let dot = if on.is_empty() { "" } else { "." };
                    let call = call(reason);
                    out.push(format!(" {name} waits: {on}{dot}{call}{}", at(r.line)));
                }
            }
        }
        picked(&mut out, 0, "0 ");
        out
    }

    /// What came of it: the panel's name, and its lines.
    fn outcome(&self, columns: usize) -> (&'static str, Vec<String>) {
        let level = self.game.level;
        let Some(end) = &self.game.now.end else {
            return ("source", Vec::new());
        };
        let Some((kind, message)) = &end.failure else {
            let lines = wrapped(
                &[
                    "The program came to its right end. Nothing is broken yet.",
                    "",
                    "u takes back your last step, r begins anew.",
                ],
                columns,
            );
            return ("not yet", lines);
        };
        let came = format!("It is broken: {}", says(*kind, message));
        let count = match &self.win {
            Some(win) => counted(win.switches, win.fewest.as_ref()),
            None => String::new(),
        };
        let again = format!("gotour step --level {} {}", level.name, end.token);
        let lines = wrapped(
            &[
                &came,
                &count,
                "",
                level.because,
                "",
                "Step by step:",
                &again,
            ],
            columns,
        );
        ("broken", lines)
    }
}

/// The call that somebody waits in, by the reason in Go's words.
fn call(reason: &str) -> &str {
    match reason {
        "chan receive" => "recv",
        "chan send" => "send",
        "sync.Mutex.Lock" => "lock",
        "sync.WaitGroup.Wait" | "sync.Cond.Wait" => "wait",
        other => other,
    }
}

/// Your switches, and the fewest there are.
pub fn counted(switches: usize, fewest: Option<&Fewest>) -> String {
    let yours = match switches {
        0 => "You needed no switch".to_string(),
        n => format!("You needed {}", switches_in_words(n)),
    };
    match fewest {
        Some(f) if f.preemptions >= switches => format!("{yours}; no order needs fewer."),
        Some(f) if f.preemptions == 0 => format!("{yours}; it can be done without one."),
        Some(f) if f.proven => format!(
            "{yours}; it can be done with {}, and not with fewer.",
            f.preemptions
        ),
        Some(f) => format!("{yours}; it can be done with {}.", f.preemptions),
        None => format!("{yours}."),
    }
}

/// `1 switch`, `2 switches`.
pub fn switches_in_words(n: usize) -> String {
    match n {
        1 => "1 switch".to_string(),
        n => format!("{n} switches"),
    }
}

fn wrapped(paragraphs: &[&str], columns: usize) -> Vec<String> {
    paragraphs
        .iter()
        .flat_map(|p| match *p {
            "" => vec![String::new()],
            p => text::wrap(p, columns),
        })
        .map(|l| format!(" {l}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::game::played;
    use super::super::levels::LEVELS;
    use super::*;
    use goroutines::explore::Moment;
    use ratatui::Terminal;
    use ratatui::backend::TestBackend;

    fn drawn(view: &View) -> String {
        let mut terminal = Terminal::new(TestBackend::new(60, 24)).expect("a terminal");
        terminal.draw(|frame| view.draw(frame)).expect("drawn");
        terminal.backend().to_string()
    }

    #[test]
    fn sixty_columns_are_enough_for_each_level_and_what_came_of_it() {
        let look = Look::plain(60);
        for level in LEVELS {
            let mut view = View::new(level, look);
            let widest = level.lines().map(|(_, code)| text::width(&code)).max();
            assert!(widest.is_some_and(|w| w + 8 <= 58), "{}", level.name);
            let first = level.lines().next().expect("it has a source").1;
            let begun = drawn(&view);
            assert!(begun.contains(&first) && !begun.contains('…'), "{begun}");
            view.help = true;
            let help = drawn(&view);
            assert!(!help.contains('…') && !help.contains(" more  "), "{help}");
            view.help = false;
            let found = fewest(level).expect("it can be broken");
            let moments = played(level, &found.schedule).walk.story.moments;
            let by_itself = |m: &&Moment| m.who == 0 && !m.outcome.is_empty();
            for m in moments.iter().filter(|m| !by_itself(m)) {
                let turns = &view.game.now.turns;
                let Some(turn) = turns.iter().find(|t| t.pick.who == m.who) else {
                    break;
                };
                view.game.step(turn.pick);
            }
            // Where a select has a choice, another case may have led elsewhere.
            if view.judge().is_some() {
                let won = drawn(&view);
                assert!(won.contains("gotour step --level"), "{won}");
            }
        }
    }
}
