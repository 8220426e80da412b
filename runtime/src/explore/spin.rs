//! Why a schedule came to no end: who goes round, where, what it asks for, and who changes that.

use std::collections::BTreeMap;

use super::story::{Moment, Place, Story, Thing};

/// The last steps tell it.
const LOOKED_AT: usize = 400;
/// More are counted only.
const MOST: usize = 3;

/// What may be done again and again without getting anywhere.
fn asks(m: &Moment) -> bool {
    matches!(
        m.what.as_str(),
        "get"
            | "load"
            | "len"
            | "now"
            | "err"
            | "try_send"
            | "try_recv"
            | "try_lock"
            | "try_read"
            | "try_acquire"
            | "look"
            | "select"
    )
}

/// What changes nothing for others, and is no question either.
fn is_idle(m: &Moment) -> bool {
    matches!(
        m.what.as_str(),
        "gosched" | "lock" | "unlock" | "read" | "read unlock" | "wakes" | "sleep" | "begins"
    )
}

/// A sentence for each goroutine that went on to the end, and one for those who wait.
pub(super) fn told(story: &Story) -> Vec<String> {
    let from = story.moments.len().saturating_sub(LOOKED_AT);
    let last = &story.moments[from..];
    let mut everybody: BTreeMap<u64, Vec<&Moment>> = BTreeMap::new();
    for m in last.iter().filter(|m| m.who != 0) {
        everybody.entry(m.who).or_default().push(m);
    }
    everybody.retain(|_, all| !all.iter().any(|m| m.ended));
    if everybody.is_empty() {
        return one_starts_the_next(last).into_iter().collect();
    }
    everybody.retain(|who, _| !story.waits.iter().any(|w| w.who == *who));
    let mut out: Vec<String> = everybody
        .iter()
        .take(MOST)
        .map(|(&who, all)| goes_round(who, all, last, story))
        .collect();
    if everybody.len() > MOST {
        out.push(format!(
            "{} more go round like this",
            everybody.len() - MOST
        ));
    }
    let waits = story.waits.iter().take(MOST).map(|w| {
        let at = at(w.place.as_ref());
        format!("{} waits meanwhile: {}{at}", name(w.who), w.reason)
    });
    out.extend(waits);
    out
}

/// Nobody goes on for long, and there is always somebody.
fn one_starts_the_next(last: &[Moment]) -> Option<String> {
    let starts: Vec<&Moment> = last.iter().filter(|m| m.what == "go").collect();
    let first = starts.first()?;
    let same = starts.iter().all(|m| m.place == first.place);
    (same && 3 * starts.len() >= last.len()).then(|| {
        format!(
            "each goroutine starts the next one{}, and no one is the last",
            at(first.place.as_ref())
        )
    })
}

fn goes_round(who: u64, all: &[&Moment], last: &[Moment], story: &Story) -> String {
    let who = name(who);
    let does: Vec<&&Moment> = all.iter().filter(|m| !is_idle(m)).collect();
    if does.is_empty() {
        // It only gives way, or locks and unlocks.
        let m = often(all.iter().copied());
        let what = match m.what.as_str() {
            "gosched" => "gives way again and again".to_string(),
            "wakes" | "sleep" => "sleeps again and again".to_string(),
            _ => format!("takes {} again and again", thing(m, story)),
        };
        return format!(
            "{who} {what}{}, and asks for nothing that could end it",
            at(m.place.as_ref())
        );
    }
    if !does.iter().all(|m| asks(m)) {
        let m = often(does.iter().copied().copied().filter(|m| !asks(m)));
        let thing = thing(m, story);
        let more = match thing.contains("timer's chan") {
            true => "the next tick comes each time",
            false => "more of it each time",
        };
        return format!(
            "{who} goes round in a loop{}: {} of {thing}, and {more}",
            at(m.place.as_ref()),
            m.what,
        );
    }
    let m = often(does.iter().copied().copied());
    if m.what == "select" && m.parked.is_some() {
        // It does wait, and never for long.
        let waits: Vec<u64> = (does
            .iter()
            .filter(|o| o.place == m.place && o.parked.is_some()))
        .map(|o| o.time)
        .collect();
        let ends = match waits.windows(2).all(|w| w[0] < w[1]) {
            true => "the next timer ends its wait each time",
            false => "something ends its wait each time",
        };
        return format!(
            "{who} goes round in a loop{}: it waits in a select, and {ends}",
            at(m.place.as_ref())
        );
    }
    let asks = format!(
        "{who} asks again and again{}: {}",
        at(m.place.as_ref()),
        m.what
    );
    if m.object == 0 {
        return format!("{asks}, and the answer is never what it waits for");
    }
    let thing = known(m, story);
    let of = thing
        .as_ref()
        .map(|t| format!(" of {t}"))
        .unwrap_or_default();
    let changes = |o: &&Moment| o.object == m.object && !asks_or_idle(o);
    match last.iter().find(changes) {
        Some(o) => format!(
            "{asks}{of}. {} changes it{}, but never to what {who} waits for",
            capital(&name(o.who)),
            at(o.place.as_ref())
        ),
        None if thing.is_some() => format!("{asks}{of}, and nobody changes that any more"),
        None => format!("{asks}, and nobody changes what it reads there any more"),
    }
}

fn asks_or_idle(m: &Moment) -> bool {
    asks(m) || is_idle(m)
}

/// The step that is made most often; of equals the first.
fn often<'a>(all: impl Iterator<Item = &'a Moment>) -> &'a Moment {
    let mut counts: Vec<(usize, &Moment)> = Vec::new();
    for m in all {
        let same = |(_, o): &&mut (usize, &Moment)| {
            (&o.what, o.object, &o.place) == (&m.what, m.object, &m.place)
        };
        match counts.iter_mut().find(same) {
            Some((n, _)) => *n += 1,
            None => counts.push((1, m)),
        }
    }
    let most = counts.iter().map(|c| c.0).max().unwrap_or(0);
    let found = counts.iter().find(|c| c.0 == most);
    found.expect("a goroutine is here by its steps").1
}

fn thing(m: &Moment, story: &Story) -> String {
    known(m, story).unwrap_or_else(|| "the same thing".to_string())
}

fn known(m: &Moment, story: &Story) -> Option<String> {
    match story.things.get(m.object)? {
        Thing {
            kind,
            place: Some(p),
            ..
        } if !kind.is_empty() => Some(format!("the {kind} made at {p}")),
        t if !t.kind.is_empty() => Some(format!("a {}", t.kind)),
        _ => None,
    }
}

fn name(who: u64) -> String {
    match who {
        1 => "main".to_string(),
        n => format!("goroutine {n}"),
    }
}

fn capital(s: &str) -> String {
    let mut c = s.chars();
    c.next()
        .map(|first| first.to_uppercase().chain(c).collect())
        .unwrap_or_default()
}

fn at(place: Option<&Place>) -> String {
    place.map(|p| format!(" at {p}")).unwrap_or_default()
}
