//! A schedule, step by step: forward and back, on a screen of its own or printed.

mod cinema;
pub mod frames;
mod hchan;
pub mod machine;
mod number;
mod paint;
mod screen;

use crate::text;
use frames::{Frame, Held, Is, Row};
use goroutines::explore::{Moment, Place, Story};
use std::collections::{HashMap, HashSet};
use std::path::Path;

pub use cinema::watch;
pub use paint::Painter;
pub use screen::{Left, walk};

/// How many lines of the source are shown around the one that runs.
const AROUND: usize = 4;

/// A schedule to be walked through.
#[derive(Debug)]
pub struct Walk {
    pub title: String,
    pub token: String,
    /// How it ends, in a line.
    pub ending: String,
    pub story: Story,
    frames: Vec<Frame>,
    names: Vec<String>,
    sources: HashMap<String, Vec<String>>,
}

/// Where the lines of a program come from.
#[derive(Clone, Copy, Debug)]
pub enum Texts<'a> {
    /// The paths of the story begin in this folder.
    Below(&'a Path),
    /// The one file that matters: its name, and what stands in it.
    Given(&'a str, &'a str),
}

impl Texts<'_> {
    /// Of a library's file that is not here nothing is known.
    fn of(self, place: &Place) -> Option<String> {
        match self {
            Texts::Below(root) => std::fs::read_to_string(root.join(&place.file)).ok(),
            Texts::Given(name, text) => (place.name() == name).then(|| text.to_string()),
        }
    }
}

/// Several objects of one name get numbers: `ch#1`, `ch#2`.
fn told_apart(names: &mut [String]) {
    let mut all: HashMap<String, Vec<usize>> = HashMap::new();
    for (i, name) in names.iter().enumerate().filter(|(_, n)| !n.is_empty()) {
        all.entry(name.clone()).or_default().push(i);
    }
    for several in all.into_values().filter(|v| v.len() > 1) {
        for (i, n) in several.into_iter().zip(1..) {
            names[i].push_str(&format!("#{n}"));
        }
    }
}

impl Walk {
    pub fn new(
        title: String,
        token: String,
        ending: String,
        mut story: Story,
        texts: Texts<'_>,
    ) -> Walk {
        // Names are taken from the places that are told.
        let (mut names, words) = match texts {
            Texts::Below(root) => story.names(root),
            Texts::Given(..) => story.names_in(|place| texts.of(place)),
        };
        told_apart(&mut names);
        frames::straightened(&mut story);
        for (m, word) in story.moments.iter_mut().zip(words) {
            m.what = word;
        }
        let born = story.members.iter().filter_map(|m| m.place.as_ref());
        let places = story.moments.iter().filter_map(|m| m.place.as_ref());
        let places = places.chain(born);
        let mut sources = HashMap::new();
        for place in places {
            sources.entry(place.file.clone()).or_insert_with(|| {
                let text = texts.of(place).unwrap_or_default();
                text.lines().map(str::to_string).collect()
            });
        }
        Walk {
            frames: frames::of(&story),
            names,
            title,
            token,
            ending,
            story,
            sources,
        }
    }

    /// How many steps there are to walk through.
    pub fn steps(&self) -> usize {
        self.story.moments.len()
    }

    /// The number of this step among all that were made: those in the middle of a long schedule are not kept.
    pub fn number(&self, at: usize) -> u64 {
        self.moment(at).map_or(0, |m| m.number)
    }

    /// `step 3 of 20`.
    pub fn counted(&self, at: usize) -> String {
        format!("step {} of {}", self.number(at), self.number(self.steps()))
    }

    /// How many steps before this one were not kept.
    fn missing(&self, at: usize) -> u64 {
        let before = at.checked_sub(1).map_or(0, |before| self.number(before));
        self.number(at).saturating_sub(before + 1)
    }

    /// The step that led to this frame.
    fn moment(&self, at: usize) -> Option<&Moment> {
        self.story.moments.get(at.checked_sub(1)?)
    }

    /// The next frame to which another goroutine than that of frame `at` has led.
    fn next_switch(&self, at: usize) -> usize {
        let who = self.moment(at).map(|m| m.who);
        (at + 1..=self.steps())
            .find(|i| self.moment(*i).map(|m| m.who) != who)
            .unwrap_or(self.steps())
    }

    /// The next frame to which `who` has led.
    fn next_of(&self, who: u64, at: usize) -> Option<usize> {
        (at + 1..=self.steps()).find(|i| self.moment(*i).is_some_and(|m| m.who == who))
    }

    /// The largest number that a goroutine has.
    fn most(&self) -> u64 {
        self.story.members.iter().map(|m| m.id).max().unwrap_or(0)
    }

    /// What the program calls it, else its kind.
    pub fn name(&self, object: usize) -> String {
        match self.names.get(object) {
            Some(name) if !name.is_empty() => name.clone(),
            _ => match self.story.things.get(object) {
                Some(thing) if !thing.kind.is_empty() => format!("a {}", thing.kind),
                _ => String::new(),
            },
        }
    }

    /// What somebody does in a step, without what comes of it: `n.get`.
    pub fn does(&self, m: &Moment) -> String {
        match (self.name(m.object), m.what.as_str()) {
            (_, "clock") => "the clock moves on".to_string(),
            (name, what) if name.is_empty() => what.to_string(),
            (name, "wakes") => format!("wakes at {name}"),
            (name, what) => format!("{name}.{what}"),
        }
    }

    /// The goroutines after step `at`, those that are not made yet among them.
    pub fn rows(&self, at: usize) -> &[Row] {
        &self.frames[at].rows
    }

    /// What a step did: `G2 n.get → 0`.
    pub fn says(&self, at: usize) -> String {
        let Some(m) = self.moment(at) else {
            return "nothing has run yet".to_string();
        };
        let who = match m.who {
            0 => String::new(),
            who => format!("G{who} "),
        };
        let what = self.does(m);
        let mut out = match self.missing(at) {
            0 => String::new(),
            n => format!("({} not kept) ", text::count(n as usize, "step")),
        };
        out.push_str(&format!("{who}{what}"));
        if !m.outcome.is_empty() {
            out.push(' ');
            out.push_str(&m.outcome);
        }
        if let Some(reason) = &m.parked {
            out.push_str(&format!(", and waits: {reason}"));
        }
        if m.ended {
            out.push_str(", and ends");
        }
        out
    }

    /// The text of a place's file, where it is known.
    fn text(&self, place: &Place) -> &[String] {
        self.sources.get(&place.file).map_or(&[][..], Vec::as_slice)
    }

    /// Where a step is; and whether it is that step's own place. Of one that has none: where its goroutine was last, or
    /// was made; else where something was last; at the start, where something will be first.
    fn place(&self, at: usize) -> Option<(&Place, bool)> {
        let known = |place: &&Place| !self.text(place).is_empty();
        let moments = &self.story.moments;
        let past = &moments[..at.min(moments.len())];
        let who = self.moment(at).map(|m| m.who);
        let its = past.iter().rev().filter(|m| Some(m.who) == who);
        let born = self.story.members.iter().filter(|m| Some(m.id) == who);
        let own = its.filter_map(|m| m.place.as_ref());
        let mut own = own.chain(born.filter_map(|m| m.place.as_ref()));
        if let Some(place) = own.find(known) {
            return Some((place, true));
        }
        let places = past.iter().rev().chain(moments);
        let place = places.filter_map(|m| m.place.as_ref()).find(known);
        place.map(|place| (place, false))
    }

    /// The lines around the one of this step, with a mark at it.
    pub fn source(&self, at: usize, rows: usize) -> Vec<String> {
        let Some((place, its_own)) = self.place(at) else {
            return Vec::new();
        };
        let lines = self.text(place);
        let here = place.line as usize;
        let around = (rows / 2).min(rows.saturating_sub(1));
        let first = here.saturating_sub(around).max(1);
        (first..=lines.len())
            .take(rows)
            .map(|n| {
                let mark = if n == here && its_own { '▶' } else { ' ' };
                format!("{mark}{n:>4} {}", lines[n - 1])
            })
            .collect()
    }

    /// A line for each goroutine that was made.
    pub fn goroutines(&self, at: usize) -> Vec<String> {
        let who = self.moment(at).map(|m| m.who);
        let rows = self.frames[at].rows.iter();
        rows.filter(|r| r.is != Is::Unborn)
            .map(|r| {
                let mark = if Some(r.id) == who { '▶' } else { ' ' };
                format!("{mark}{}", self.goroutine(r))
            })
            .collect()
    }

    pub fn goroutine(&self, r: &Row) -> String {
        let name = if r.id == 1 {
            "G1 main".to_string()
        } else {
            format!("G{}", r.id)
        };
        let line = r.line.map_or(String::new(), |n| format!("  :{n}"));
        match &r.is {
            Is::Unborn => name,
            Is::CanRun => format!("{name} can run{line}"),
            Is::Ended => format!("{name} has ended"),
            Is::Silent => format!("{name} could run, and makes no step any more"),
            Is::Waits { reason, object } => {
                let on = self.name(*object);
                let for_it: Vec<&str> = [reason.as_str(), on.as_str()]
                    .into_iter()
                    .filter(|t| !t.is_empty())
                    .collect();
                let colon = if for_it.is_empty() { "" } else { ": " };
                format!("{name} waits{colon}{}{line}", for_it.join(", "))
            }
        }
    }

    /// Channels, variables, locks.
    pub fn objects(&self, at: usize) -> Vec<String> {
        let frame = &self.frames[at];
        let mut out: Vec<String> = Vec::new();
        for (object, value) in &frame.values {
            out.push(format!("{} = {value}", self.name(*object)));
        }
        for (object, n) in &frame.counters {
            out.push(format!("{} = {n}", self.name(*object)));
        }
        out.extend(self.holders(&frame.held));
        for c in &frame.channels {
            let line = |g| frame.rows.iter().find(|r| r.id == g)?.line;
            out.extend(c.drawn(&self.name(c.object), line));
        }
        out
    }

    /// A line for each lock that is held; those who read together share one.
    fn holders(&self, held: &[Held]) -> Vec<String> {
        let mut out: Vec<(&Held, String)> = Vec::new();
        for h in held {
            let same = |(first, _): &&mut (&Held, String)| {
                h.shared && first.shared && first.object == h.object
            };
            match out.iter_mut().find(same) {
                Some((_, line)) => line.push_str(&format!(", G{}", h.who)),
                None => {
                    let how = if h.shared { "read" } else { "held" };
                    let line = format!("{} {how} by G{}", self.name(h.object), h.who);
                    out.push((h, line));
                }
            }
        }
        out.into_iter().map(|(_, line)| line).collect()
    }

    /// What was printed until this frame.
    pub fn output(&self, at: usize) -> &str {
        &self.frames[at].output
    }

    /// All frames as text, one below the other; of a crowd of goroutines who stands otherwise than before.
    pub fn print(&self, mut line: impl FnMut(String)) {
        let mut crowd = Crowd::default();
        for at in 0..=self.steps() {
            line(format!("{}: {}", self.counted(at), self.says(at)));
            for l in self
                .source(at, AROUND)
                .into_iter()
                .filter(|l| l.starts_with('▶'))
            {
                line(format!("  {}", l.trim_end()));
            }
            for l in crowd.news(self.goroutines(at)) {
                line(format!("  {l}"));
            }
            for l in self.objects(at) {
                line(format!("   {l}"));
            }
            line(String::new());
        }
        let output = self.output(self.steps());
        if !output.is_empty() {
            line("printed:".to_string());
            output.lines().for_each(|l| line(format!("  {l}")));
        }
        line(self.ending.clone());
    }
}

/// So many goroutines stand in each frame that is printed.
const CROWD: usize = 16;

/// The goroutines, frame after frame: where they are many, those that stand as before are only counted. A program with a
/// thousand of them would print a million lines otherwise.
#[derive(Default)]
struct Crowd {
    before: HashSet<String>,
}

impl Crowd {
    fn news(&mut self, now: Vec<String>) -> Vec<String> {
        let before = std::mem::replace(&mut self.before, now.iter().cloned().collect());
        if now.len() <= CROWD {
            return now;
        }
        let all = now.len();
        let mut news: Vec<String> = now.into_iter().filter(|l| !before.contains(l)).collect();
        if news.len() < all {
            news.push(format!(" … and {} as before", all - news.len()));
        }
        news
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_crowd_those_are_printed_who_stand_otherwise() {
        let lines = |moved: usize, n: usize| -> Vec<String> {
            let line = |i| format!("G{i} {}", if i == moved { "runs" } else { "waits" });
            (1..=n).map(line).collect()
        };
        let mut crowd = Crowd::default();
        assert_eq!(crowd.news(lines(1, CROWD)), lines(1, CROWD));
        assert_eq!(crowd.news(lines(2, CROWD)), lines(2, CROWD));
        let new = format!("G{} waits", CROWD + 1);
        let news = crowd.news(lines(2, CROWD + 1));
        assert_eq!(news, [new, format!(" … and {CROWD} as before")]);
        let news = crowd.news(lines(3, CROWD + 1));
        assert_eq!(news[..2], ["G2 waits", "G3 runs"]);
    }
}
