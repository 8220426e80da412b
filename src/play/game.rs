//! A level being played: the picks so far, and what the program is after them.
//!
//! Nothing is imitated. After each pick the level's program is run once more, on the exploring scheduler, under the
//! schedule that the picks are; its steps tell what is the case. What a goroutine would do next is found by letting it:
//! the program is run with that pick more.

use super::levels::Level;
use crate::step::frames::Is;
use crate::step::{Texts, Walk};
use goroutines::explore::{self, Fewest, Kind, Moment, Options, Schedule, Watched};

/// One step: who makes it, and what a select takes that has several cases ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pick {
    /// 0: the clock moves.
    pub who: u64,
    /// Among the cases that are ready, from 0.
    pub choice: usize,
}

/// Somebody who can be picked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    pub pick: Pick,
    /// What the step would be.
    pub what: String,
    pub line: Option<u32>,
}

/// The program after the picks.
#[derive(Debug)]
pub struct Now {
    /// The whole run, which goes its usual way after the picks.
    pub walk: Walk,
    /// How many of its steps are behind us.
    pub at: usize,
    pub switches: usize,
    pub turns: Vec<Turn>,
    pub end: Option<End>,
}

/// How it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End {
    pub failure: Option<(Kind, String)>,
    /// The schedule, as it is typed.
    pub token: String,
}

#[derive(Debug)]
pub struct Game {
    pub level: &'static Level,
    picks: Vec<Pick>,
    /// How many picks there were before each thing that was done.
    before: Vec<usize>,
    pub now: Now,
}

impl Game {
    pub fn new(level: &'static Level) -> Game {
        Game::after(level, Vec::new())
    }

    /// As it is after these picks, which are not taken back.
    pub fn after(level: &'static Level, picks: Vec<Pick>) -> Game {
        Game {
            level,
            before: Vec::new(),
            now: now(level, &picks),
            picks,
        }
    }

    /// Lets one of those who can run make a step.
    pub fn step(&mut self, pick: Pick) {
        self.add([pick]);
    }

    /// Lets it go on until it waits, ends or gives way.
    pub fn run_on(&mut self, pick: Pick) {
        let mut picks = self.picks.clone();
        picks.push(pick);
        let story = watch(self.level, &token(&picks)).story;
        let steps = story.moments.iter().skip(self.now.at);
        let mut more = 0;
        for m in steps.skip_while(|m| m.who != pick.who) {
            if m.who != pick.who || pick.who == 0 && more > 0 {
                break;
            }
            more += 1;
            if m.parked.is_some() || m.ended || m.what == "gosched" {
                break;
            }
        }
        let usual = Pick { choice: 0, ..pick };
        self.add([pick].into_iter().chain((1..more).map(|_| usual)));
    }

    /// Lets everything go its usual way from here.
    pub fn play_out(&mut self) {
        let rest = &self.now.walk.story.moments[self.now.at..];
        // The clock that moves by itself needs no pick.
        let by_itself = |m: &&Moment| m.who == 0 && !m.outcome.is_empty();
        let picks: Vec<Pick> = rest
            .iter()
            .filter(|m| !by_itself(m))
            .map(|m| Pick {
                who: m.who,
                choice: 0,
            })
            .collect();
        self.add(picks);
    }

    fn add(&mut self, picks: impl IntoIterator<Item = Pick>) {
        if self.now.end.is_some() {
            return;
        }
        self.before.push(self.picks.len());
        self.picks.extend(picks);
        self.now = now(self.level, &self.picks);
    }

    /// Takes back what was done last.
    pub fn undo(&mut self) {
        if let Some(n) = self.before.pop() {
            self.picks.truncate(n);
            self.now = now(self.level, &self.picks);
        }
    }

    pub fn restart(&mut self) {
        *self = Game::new(self.level);
    }

    pub fn picks(&self) -> &[Pick] {
        &self.picks
    }

    /// Who made the last step.
    pub fn last(&self) -> Option<u64> {
        self.picks().last().map(|p| p.who)
    }

    /// Whether it is over, and the program has failed.
    pub fn is_won(&self) -> bool {
        let end = self.now.end.as_ref();
        end.is_some_and(|e| e.failure.is_some())
    }
}

/// What counts as a failure of a level.
fn options(level: &Level) -> Options {
    // Races are left out: a level is broken when something goes wrong that can be seen.
    Options::new()
        .races(false)
        .max_steps(2_000)
        .expect(level.right)
}

/// The schedule that the picks are.
fn token(picks: &[Pick]) -> Schedule {
    let mut parts: Vec<(u64, usize, usize)> = Vec::new();
    for p in picks {
        match parts.last_mut() {
            Some((who, steps, 0)) if *who == p.who && p.choice == 0 => *steps += 1,
            _ => parts.push((p.who, 1, p.choice)),
        }
    }
    let parts: Vec<String> = parts
        .iter()
        .map(|(who, steps, choice)| {
            let who = match who {
                0 => "T".to_string(),
                n => format!("G{n}"),
            };
            match choice {
                0 => format!("{who}x{steps}"),
                c => format!("{who}x{steps}c({c})"),
            }
        })
        .collect();
    // Without a pick nothing is behind us, whatever the schedule.
    parts.join(".").parse().unwrap_or_default()
}

fn watch(level: &Level, schedule: &Schedule) -> Watched {
    let run = level.run;
    explore::watch(&options(level), schedule, run)
}

fn walk(level: &Level, watched: &Watched) -> Walk {
    Walk::new(
        level.title.to_string(),
        watched.schedule.to_string(),
        ending(watched),
        watched.story.clone(),
        Texts::Given(level.file, level.text),
    )
}

/// How a schedule ends, in a line.
fn ending(watched: &Watched) -> String {
    match &watched.failure {
        Some((kind, message)) => says(*kind, message),
        None => "it came to its right end".to_string(),
    }
}

/// A failure in a line.
pub fn says(kind: Kind, message: &str) -> String {
    let line = message.lines().next().unwrap_or_default();
    if line.is_empty() {
        kind.to_string()
    } else if line.contains(&kind.to_string()) || kind == Kind::Output {
        line.to_string()
    } else {
        format!("{kind}: {line}")
    }
}

fn now(level: &'static Level, picks: &[Pick]) -> Now {
    let watched = watch(level, &token(picks));
    let moments = &watched.story.moments;
    // The clock moves by itself now and then.
    let at = picks.iter().fold(0, |at, p| {
        let rest = moments.iter().skip(at);
        at + rest.take_while(|m| m.who != p.who).count() + 1
    });
    let at = at.min(moments.len());
    let over = at == moments.len();
    let walk = walk(level, &watched);
    Now {
        at,
        switches: if picks.is_empty() {
            0
        } else {
            watched.preemptions
        },
        turns: if over {
            Vec::new()
        } else {
            turns(level, picks, &walk, at)
        },
        end: over.then(|| End {
            failure: watched.failure.clone(),
            token: watched.schedule.to_string(),
        }),
        walk,
    }
}

/// Everybody who could make the next step, and what it would be.
fn turns(level: &'static Level, picks: &[Pick], so_far: &Walk, at: usize) -> Vec<Turn> {
    let mut turns = Vec::new();
    for row in so_far.rows(at).iter().filter(|r| r.is == Is::CanRun) {
        let mut former: Option<Moment> = None;
        let mut ready = Vec::new();
        for choice in 0.. {
            let pick = Pick {
                who: row.id,
                choice,
            };
            let Some((walk, m)) = next(level, picks, pick, at) else {
                break;
            };
            if let Some(former) = &former
                && (&former.outcome, &former.stands) == (&m.outcome, &m.stands)
            {
                break;
            }
            let waits = m.parked.is_some();
            let mut what = walk.does(&m);
            if waits {
                what.push_str(", would wait");
            }
            let line = m.place.as_ref().map_or(row.line, |p| Some(p.line));
            ready.push((Turn { pick, what, line }, m.outcome.clone()));
            if m.what != "select" || waits {
                break;
            }
            former = Some(m);
        }
        let several = ready.len() > 1;
        turns.extend(ready.into_iter().map(|(mut turn, outcome)| {
            if several {
                turn.what.push_str(&format!(" {outcome}"));
            }
            turn
        }));
    }
    let clock = Pick { who: 0, choice: 0 };
    if !turns.is_empty()
        && let Some((walk, m)) = next(level, picks, clock, at)
        && m.outcome.is_empty()
    {
        let what = walk.does(&m);
        turns.push(Turn {
            pick: clock,
            what,
            line: None,
        });
    }
    turns
}

/// The step that one more pick leads to, in its run.
fn next(level: &'static Level, picks: &[Pick], pick: Pick, at: usize) -> Option<(Walk, Moment)> {
    let mut picks = picks.to_vec();
    picks.push(pick);
    let watched = watch(level, &token(&picks));
    if watched.left_at.is_some() {
        return None;
    }
    let walk = walk(level, &watched);
    let mut rest = walk.story.moments.iter().skip(at);
    let moment = rest
        .find(|m| pick.who == 0 || m.who != 0)
        .filter(|m| m.who == pick.who)?
        .clone();
    Some((walk, moment))
}

/// A level played to its end under a schedule that was typed.
#[derive(Debug)]
pub struct Played {
    pub walk: Walk,
    pub switches: usize,
    pub failure: Option<(Kind, String)>,
    pub token: String,
    /// The part of the schedule, from 0, that could not be followed.
    pub left_at: Option<usize>,
}

/// Plays it; what the schedule does not say goes its usual way.
pub fn played(level: &'static Level, schedule: &Schedule) -> Played {
    let watched = watch(level, schedule);
    Played {
        walk: walk(level, &watched),
        switches: watched.preemptions,
        token: watched.schedule.to_string(),
        failure: watched.failure,
        left_at: watched.left_at,
    }
}

/// The fewest switches that break a level, by trying all orders; `None` where the budget was spent.
pub fn fewest(level: &Level) -> Option<Fewest> {
    explore::fewest(&options(level), level.run)
}

/// What was typed as picks (`2,2,3`: a step each) as a schedule's text; a schedule is one already.
pub fn as_schedule(typed: &str) -> String {
    let typed = typed.trim();
    let numbers = |part: &str| part.chars().next().is_some_and(|c| c.is_ascii_digit());
    let is_list = typed.contains(',') || numbers(typed);
    if !is_list {
        return typed.to_string();
    }
    let parts: Vec<String> = typed
        .split(',')
        .map(str::trim)
        .map(|part| {
            let part = match part {
                // As the keys have it: the clock.
                "0" => "T".to_string(),
                _ if numbers(part) => format!("G{part}"),
                _ => part.to_string(),
            };
            match part.split_once('c') {
                _ if part.contains(['x', 'T', 't']) => part,
                Some((who, choice)) => format!("{who}x1c{choice}"),
                None => format!("{part}x1"),
            }
        })
        .collect();
    parts.join(".")
}
