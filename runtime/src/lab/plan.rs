//! A schedule as it is written down: who goes on, for how many steps.
//!
//! **The rule, for ever** (tokens are kept in files and typed by people):
//! - A goroutine's *step* is what it does from one choice point to the next; its first one reaches its first point.
//! - A schedule is a list of segments. `G2x3`: goroutine 2 makes three steps. `G2`: goroutine 2 goes on until it waits,
//!   ends or gives way (`gosched`, a third fruitless try in a row, a twelfth read, a 24th lock with nothing in between),
//!   or another one has its turn after very long. `T`: the clock moves to the next timer although somebody could run.
//!   Where all wait, or all who can run poll, or it has stood for very long (`idle.rs`), it moves by itself.
//! - `G2-9x3` is short for `G2x3.G3x3` and so on to `G9x3`, `G2-9` for `G2.G3` and so on.
//! - `R2` stands for the two segments before it once more, `R2x3` three times more. It is written where a list is long.
//! - A list that does not begin with a segment of goroutine 1 begins with `G1`.
//! - A segment whose goroutine cannot go on is left.
//! - After the last segment, and wherever no segment speaks: the goroutine that ran goes on; when it waits, ends or
//!   gives way, the next higher number that can run, and after the highest the lowest.
//! - When the schedule has a multiple of 1,024 steps, one who could run and has had no turn for 2,048 steps has it, unless a
//!   segment with a number speaks.
//! - `c` and digits after a segment are what was chosen among equals while it lasted (which ready case of a `select`),
//!   in order; what is not written is 0. Ten and more are letters, 36 and more stand in parentheses.

use std::fmt::{self, Write};
use std::str::FromStr;

/// From so many on they are written as one.
const MANY: usize = 4;
/// More than these together are a mistake of who has typed them.
const CROWD: u32 = 100_000;
/// A list of more characters is written with what comes again in it: at most so many parts again, if it has no more than
/// so many.
const LONG: usize = 40;
const BACK: usize = 12;
const FOLDED: usize = 1_000;

/// The clock's place among the goroutines' numbers.
pub(crate) const CLOCK: u32 = 0;

/// One goroutine's turn.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Segment {
    /// A goroutine's number, or [`CLOCK`].
    pub(crate) who: u32,
    /// Steps; `None`: until it waits, ends or gives way.
    pub(crate) count: Option<u32>,
    pub(crate) choices: Vec<u32>,
}

/// A list of turns.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub(crate) struct Plan(pub(crate) Vec<Segment>);

impl Plan {
    /// The same plan in its one written form.
    pub(crate) fn canonical(mut self) -> Plan {
        for s in &mut self.0 {
            while s.choices.last() == Some(&0) {
                s.choices.pop();
            }
        }
        let implied = |s: &Segment| s.who == 1 && s.count.is_none() && s.choices.is_empty();
        let next_is_main = self.0.get(1).is_some_and(|s| s.who == 1);
        if self.0.first().is_some_and(implied) && !next_is_main {
            self.0.remove(0);
        }
        self
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("G1");
        }
        let (mut text, mut crowds) = (String::new(), Vec::new());
        let mut rest = &self.0[..];
        while let Some(s) = rest.first() {
            if !text.is_empty() {
                text.push('.');
            }
            let crowd = crowd(rest);
            part(&mut text, s, crowd)?;
            crowds.push(crowd);
            rest = &rest[crowd..];
        }
        if text.len() > LONG && crowds.len() <= FOLDED {
            let parts: Vec<&str> = text.split('.').collect();
            text = with_repeats(&parts, &crowds);
        }
        f.write_str(&text)
    }
}

/// A segment, and as many of the next goroutines that are like it, written as one.
fn part(out: &mut String, s: &Segment, crowd: usize) -> fmt::Result {
    match s.who {
        CLOCK => out.push('T'),
        n => write!(out, "G{n}")?,
    }
    if crowd > 1 {
        write!(out, "-{}", s.who as usize + crowd - 1)?;
    }
    if let Some(n) = s.count
        && (s.who, n) != (CLOCK, 1)
    {
        write!(out, "x{n}")?;
    }
    if !s.choices.is_empty() {
        out.push('c');
        for &c in &s.choices {
            match char::from_digit(c, 36) {
                Some(d) => out.push(d),
                None => write!(out, "({c})")?,
            }
        }
    }
    Ok(())
}

/// Parts, of which each is written for so many segments, as one text in which what comes again is not written again, where
/// that is shorter.
fn with_repeats(parts: &[&str], segments: &[usize]) -> String {
    let mut out: Vec<String> = Vec::new();
    let mut i = 0;
    while i < parts.len() {
        // The parts before that come again, how often, and how many characters less that is.
        let again = |back: usize| {
            let same = |j: &usize| parts[*j] == parts[*j - back];
            let times = (i..parts.len()).take_while(same).count() / back;
            if times == 0 {
                return None;
            }
            let before: usize = segments[i - back..i].iter().sum();
            let text = match times {
                1 => format!("R{before}"),
                n => format!("R{before}x{n}"),
            };
            let left_out = &parts[i..i + times * back];
            let length: usize = left_out.iter().map(|p| p.len() + 1).sum();
            let less = length.checked_sub(text.len() + 2)?;
            Some((less, text, left_out.len()))
        };
        let found = (1..=i.min(BACK)).rev().filter_map(again);
        let (text, n) = match found.max_by_key(|(less, ..)| *less) {
            Some((_, text, n)) => (text, n),
            None => (parts[i].to_string(), 1),
        };
        out.push(text);
        i += n;
    }
    out.join(".")
}

/// `R2x3` behind so many segments: how many of them come again, and how often.
fn repeat(s: &str, before: usize) -> Option<(usize, usize)> {
    let s = s.trim().strip_prefix(['R', 'r'])?;
    let (back, times) = s.split_once('x').unwrap_or((s, "1"));
    let (back, times) = (number(back)? as usize, number(times)? as usize);
    let fits = (1..=before).contains(&back)
        && times > 0
        && times <= (CROWD as usize).saturating_sub(before) / back;
    fits.then_some((back, times))
}

impl FromStr for Plan {
    type Err = String;

    fn from_str(text: &str) -> Result<Plan, String> {
        let text = text.trim();
        if text.is_empty() {
            return Err("a schedule is empty; the plainest one is G1".to_string());
        }
        let mut all = Vec::new();
        for s in text.split('.') {
            if let Some((back, times)) = repeat(s, all.len()) {
                let again = all[all.len() - back..].to_vec();
                (0..times).for_each(|_| all.extend_from_slice(&again));
            } else {
                all.extend(segments(s).ok_or_else(|| wrong(text, s))?);
            }
        }
        Ok(Plan(all).canonical())
    }
}

/// How many segments at the beginning are written as one.
fn crowd(plan: &[Segment]) -> usize {
    let like = |(i, s): &(usize, &Segment)| {
        let first = &plan[0];
        s.who as usize == first.who as usize + i
            && s.count == first.count
            && s.choices.is_empty()
            && first.who != CLOCK
    };
    match plan.iter().enumerate().take_while(like).count() {
        n @ MANY.. => n,
        _ => 1,
    }
}

fn wrong(text: &str, part: &str) -> String {
    format!(
        "`{part}` in the schedule `{text}` is no segment; one looks like G2x3 (goroutine 2 makes 3 steps), \
         G2 (until it waits or ends), T (the clock moves) or R2x3 (the two segments before it, three times more)"
    )
}

/// What one part of a token stands for: one segment, or one of each of a crowd.
fn segments(s: &str) -> Option<Vec<Segment>> {
    let Some((first, rest)) = s.split_once('-') else {
        return segment(s).map(|s| vec![s]);
    };
    let (last, count) = match rest.split_once('x') {
        Some((last, n)) => (last, format!("x{n}")),
        None => (rest, String::new()),
    };
    if first.contains('x') {
        return None;
    }
    let first = segment(&format!("{first}{count}")).filter(|s| s.who != CLOCK)?;
    let last = number(last)?;
    let fits = last > first.who && last - first.who < CROWD && first.choices.is_empty();
    let one = |who| Segment {
        who,
        ..first.clone()
    };
    fits.then(|| (first.who..=last).map(one).collect())
}

fn segment(s: &str) -> Option<Segment> {
    let s = s.trim();
    let (head, choices) = match s.split_once('c') {
        Some((head, list)) => (head, parse_choices(list)?),
        None => (s, Vec::new()),
    };
    let (name, count) = match head.split_once('x') {
        Some((name, n)) => (name, Some(number(n)?)),
        None => (head, None),
    };
    let (who, count) = match name {
        "T" | "t" => (CLOCK, Some(count.unwrap_or(1))),
        _ => (number(name.strip_prefix(['G', 'g'])?)?, count),
    };
    let whole = if name.eq_ignore_ascii_case("t") {
        true
    } else {
        who > 0
    };
    (whole && count != Some(0)).then_some(Segment {
        who,
        count,
        choices,
    })
}

/// Digits only: `+3` is no number here.
fn number(s: &str) -> Option<u32> {
    s.bytes()
        .all(|b| b.is_ascii_digit())
        .then(|| s.parse().ok())?
}

fn parse_choices(list: &str) -> Option<Vec<u32>> {
    let mut out = Vec::new();
    let mut rest = list;
    while let Some(c) = rest.chars().next() {
        if let Some(inner) = rest.strip_prefix('(') {
            let (n, after) = inner.split_once(')')?;
            out.push(number(n)?);
            rest = after;
        } else {
            out.push(c.to_digit(36)?);
            rest = &rest[c.len_utf8()..];
        }
    }
    (!out.is_empty()).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round(s: &str) -> String {
        s.parse::<Plan>().map_or_else(|e| e, |p| p.to_string())
    }

    #[test]
    fn what_is_written_is_read_back() {
        for s in [
            "G1",
            "G1x2.G2x3.G1",
            "G2x2.G3",
            "T.G2",
            "G1x3.Tx2.G1",
            "G2x3c1",
            "G2c0z(40)1.G3",
            "G1.G1x2.G3",
            "G1c1",
            "G3.G1x4.G2-51x2.G7",
            "G2-5.G5-8x3.G9x3c1",
            "G2.G3.G4",
        ] {
            assert_eq!(round(s), s);
        }
        assert_eq!(round("G1.G2"), "G2");
        assert_eq!(round(" g2X3".to_lowercase().as_str()), "G2x3");
        assert_eq!(round("G2c100"), "G2c1");
        assert_eq!(round("G2x2.G3x2.G4x2.G5x2.G6"), "G2-5x2.G6");
        assert_eq!(round("G2-4"), "G2.G3.G4");
    }

    #[test]
    fn a_long_list_is_written_with_what_comes_again() {
        for (long, short) in [
            (
                "G2x4.G1.G2x1c1.G1.G2x1c1.G1.G2x1c1.G1.G2x1c1.G1.G2c1",
                "G2x4.G1.G2x1c1.R2x3.G1.G2c1",
            ),
            (
                "G2x2.G1.G2x1c1.G1.G2x1c1.G1.G2x2c1.G1.G2x2c1.G1.G2c1",
                "G2x2.G1.G2x1c1.R2.G1.G2x2c1.R2.G1.G2c1",
            ),
            (
                "G2x10.G3x10.G2x10.G3x10.G4.G2x10.G3x10.G2x10.G3x10.G4",
                "G2x10.G3x10.R2.G4.R5",
            ),
            (
                "G3-9x2.T.G3-9x2.T.G3-9x2.T.G3-9x2.T.G3-9x2.T.G3-9x2.G2",
                "G3-9x2.T.R8x4.G3-9x2.G2",
            ),
        ] {
            let plan: Plan = long.parse().expect(long);
            assert_eq!(plan.to_string(), short);
            assert_eq!(short.parse(), Ok(plan));
        }
        // What is short is written out.
        assert_eq!(round("G2x1.G3x1.R2x2"), "G2x1.G3x1.G2x1.G3x1.G2x1.G3x1");
        assert_eq!(round("G2x1.r1x2"), "G2x1.G2x1.G2x1");
    }

    #[test]
    fn nonsense_is_refused_with_what_would_be_right() {
        for s in [
            "",
            "G",
            "G0",
            "2x3",
            "G2x",
            "G2x0",
            "G2x3c",
            "G2..G3",
            "G2x3c(4",
            "G2x+3",
            "X2",
            "G2x3é",
            "G2-",
            "G-2",
            "G2-2",
            "G5-2",
            "G0-3",
            "T-3",
            "G2x3-4",
            "G2-4c1",
            "G2-999999999",
            "R1",
            "G2.R",
            "G2.R0",
            "G2.R2",
            "G2.Rx2",
            "G2.R1x0",
            "G2.R1x999999999",
        ] {
            let e = s.parse::<Plan>().expect_err(s);
            assert!(e.contains("G2") || e.contains("G1"), "{e}");
        }
    }
}
