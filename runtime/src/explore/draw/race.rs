//! The two sides of a race, and the edge between them that is missing.

use super::rows::called;
use super::source::Sources;
use super::waits::{columns, place};
use super::wrap;
use crate::explore::story::{Access, Race, Story};

/// The two accesses of a race, and what is missing between them.
pub(super) fn race(story: &Story, sources: &mut Sources, width: usize) -> String {
    let Some(r) = &story.race else {
        return String::new();
    };
    let kind = story
        .things
        .get(r.object)
        .map(|t| t.kind.clone())
        .unwrap_or_default();
    // As the older of the two calls it: the other one has a copy of the handle.
    let mut both = [&r.first, &r.second];
    both.sort_by_key(|x| x.who);
    let name = both
        .iter()
        .find_map(|x| sources.receiver(&x.place))
        .unwrap_or_else(|| {
            if kind.is_empty() {
                "it".to_string()
            } else {
                format!("a {kind}")
            }
        });
    let group = story.race_for_a_group().is_some();
    let channel = story.race_on_a_channel();
    let row = |a: &Access| {
        let started = story
            .members
            .iter()
            .find(|m| m.id == a.who)
            .and_then(|m| m.place.as_ref())
            .map_or_else(
                || "the program's first".to_string(),
                |p| format!("started at {}", place(Some(p))),
            );
        let does = match (group, a.write) {
            (true, true) => "waits for",
            (true, false) => "adds to",
            (false, true) if channel => "closes",
            (false, false) if channel => "sends on",
            (false, true) => "writes",
            (false, false) => "reads",
        };
        vec![
            called(a.who),
            format!("{does} {name}"),
            place(Some(&a.place)),
            started,
        ]
    };
    let mut out = columns(&[row(&r.first), row(&r.second)], width);
    out.push('\n');
    let missing = match story.race_for_a_group() {
        Some((add, wait)) => format!(
            "Where {} comes first, it finds the counter at zero and does not wait. Call `add` before the `go`, in the goroutine \
             that starts {}: then it comes before the wait.",
            called(wait.who),
            called(add.who)
        ),
        None => missing(story, r, &name, sources),
    };
    out.push_str(&wrap(
        &format!(
            "Nothing orders these two. {missing} In another run they happen in the other order, or at once."
        ),
        width,
    ));
    out
}

/// Why nothing orders the two: the edge that is not there.
fn missing(story: &Story, r: &Race, name: &str, sources: &mut Sources) -> String {
    let (a, b) = (&r.first, &r.second);
    let find = |x: &Access, from: usize| {
        story
            .moments
            .iter()
            .enumerate()
            .skip(from)
            .rfind(|(_, m)| m.who == x.who && m.place.as_ref() == Some(&x.place))
            .map(|(i, _)| i)
    };
    let (Some(at_a), Some(at_b)) = (find(a, 0), find(b, 0)) else {
        return String::new();
    };
    let variable = story
        .things
        .get(r.object)
        .is_some_and(|t| t.kind == "variable");
    let mut says = Vec::new();
    if variable {
        says.extend(locks(story, (a, at_a), (b, at_b), sources));
    }
    if says.is_empty() {
        says.extend(room(story, (a, at_a), (b, at_b), sources));
    }
    if says.is_empty() {
        says.push(descent(story, (a, at_a), (b, at_b), name));
    }
    says.join(" ")
}

/// The locks that somebody has at a moment, and whether only to read.
fn had(story: &Story, who: u64, until: usize) -> Vec<(usize, bool)> {
    let mut had: Vec<(usize, bool)> = Vec::new();
    for m in story.moments[..until].iter().filter(|m| m.who == who) {
        let got = !m.what.starts_with("try") || m.outcome.ends_with("true");
        match m.what.as_str() {
            "lock" | "try_lock" if got => had.push((m.object, false)),
            "read" | "try_read" if got => had.push((m.object, true)),
            "unlock" | "read unlock" => {
                if let Some(i) = had.iter().rposition(|h| h.0 == m.object) {
                    had.remove(i);
                }
            }
            _ => {}
        }
    }
    had
}

/// What the locks that they have do not do.
fn locks(
    story: &Story,
    (a, at_a): (&Access, usize),
    (b, at_b): (&Access, usize),
    sources: &mut Sources,
) -> Option<String> {
    let (of_a, of_b) = (had(story, a.who, at_a), had(story, b.who, at_b));
    let (who_a, who_b) = (called(a.who), called(b.who));
    let mut name = |(object, _): (usize, bool)| {
        let said = story.moments.iter().find(|m| m.object == object)?;
        let found = said.place.as_ref().and_then(|p| sources.receiver(p));
        Some(found.unwrap_or_else(|| "a lock".to_string()))
    };
    let both = of_a.iter().find(|x| of_b.iter().any(|y| y.0 == x.0));
    Some(match (of_a.first(), of_b.first()) {
        (None, None) => return None,
        _ if let Some(&both) = both => format!(
            "Both have {}, but only to read: who reads keeps no reader out, so whoever writes must lock it to write.",
            name(both)?
        ),
        (Some(&x), None) => one_lock(a, (name(x)?, x.1), b),
        (None, Some(&y)) => one_lock(b, (name(y)?, y.1), a),
        (Some(&x), Some(&y)) => {
            let (x, y) = (name(x)?, name(y)?);
            let other = if x == y { "another one".to_string() } else { y };
            format!(
                "{who_a} has {x} and {who_b} has {other}: two locks keep nobody out. Let both take one and the same."
            )
        }
    })
}

/// What a lock does not do that only one of the two has, perhaps only to read.
fn one_lock(has: &Access, (lock, shared): (String, bool), other: &Access) -> String {
    let (who, other) = (called(has.who), called(other.who));
    match (shared, has.write) {
        (true, true) => format!(
            "{who} has {lock}, but only to read, and {other} has no lock: whoever writes must lock it to write, and whoever \
             reads must lock it, too."
        ),
        (true, false) => format!(
            "{who} has {lock} to read, and {other} has no lock: a lock keeps out only those who take it. Take it there too, to \
             write."
        ),
        (false, _) => format!(
            "{who} has {lock}, and {other} has no lock: a lock keeps out only those who take it. Take it there too."
        ),
    }
}

/// A channel with room that they take for a meeting: one receives after its access, the other sends before.
fn room(
    story: &Story,
    (a, at_a): (&Access, usize),
    (b, at_b): (&Access, usize),
    sources: &mut Sources,
) -> Option<String> {
    let earlier = |who: u64, at: usize, what: &str| {
        story.moments[..at]
            .iter()
            .filter(move |m| m.who == who && m.object > 1)
            .filter(|m| m.what == what)
            .map(|m| (m.object, m.place.clone()))
            .collect::<Vec<_>>()
    };
    let later = |who: u64, at: usize, object: usize| {
        story.moments[at..]
            .iter()
            .any(|m| m.who == who && m.object == object && m.what == "recv")
    };
    let pairs = [(a, at_a, b, at_b), (b, at_b, a, at_a)];
    for (receives, at_r, sends, at_s) in pairs {
        for (object, at) in earlier(sends.who, at_s, "send") {
            let Some(thing) = story.things.get(object) else {
                continue;
            };
            if thing.detail > 0 && later(receives.who, at_r, object) {
                let name = at
                    .and_then(|p| sources.receiver(&p))
                    .unwrap_or_else(|| "the channel".to_string());
                return Some(format!(
                    "{} sends on {name} before and {} receives from it after, but {name} has room for {}: a send into a free \
                     place waits for no receive. Without room it would.",
                    called(sends.who),
                    called(receives.who),
                    thing.detail
                ));
            }
        }
    }
    None
}

/// Who started whom, and who does not wait.
fn descent(
    story: &Story,
    (a, _): (&Access, usize),
    (b, at_b): (&Access, usize),
    name: &str,
) -> String {
    let (who_a, who_b) = (called(a.who), called(b.who));
    let member = |who: u64| story.members.iter().find(|m| m.id == who);
    let line = |who: u64| {
        let p = member(who).and_then(|m| m.place.as_ref());
        p.map_or_else(String::new, |p| format!(" at {}", place(Some(p))))
    };
    // Of `below`'s ancestors, the one whom `above` started.
    let child = |above: u64, below: u64| {
        let mut at = below;
        loop {
            let by = member(at)?.by;
            if by == above {
                return Some(at);
            }
            at = by;
        }
    };
    if let Some(started) = child(b.who, a.who) {
        let between = story.moments[..at_b].iter().filter(|m| m.who == b.who);
        let slept = between.clone().any(|m| m.what == "sleep");
        let sleep = if slept {
            " A sleep waits for the clock, and for nobody."
        } else {
            ""
        };
        return format!(
            "{who_b} started {}{}, and comes to {name} without waiting for it: there is no wg.wait and no receive that says \
             {who_a} is done.{sleep}",
            called(started),
            line(started)
        );
    }
    if let Some(started) = child(a.who, b.who) {
        return format!(
            "{who_a} comes to {name} when it has started {}{} already: what is done after `go` is not ordered with the new \
             goroutine. Do it before, or let the two meet.",
            called(started),
            line(started)
        );
    }
    // Nobody started a timer's function.
    let timer = [(a, b), (b, a)];
    let timer = timer
        .iter()
        .find(|(x, _)| x.who > 1 && member(x.who).is_some_and(|m| m.by == 0));
    if let Some((timer, other)) = timer {
        return format!(
            "{} is the function of the timer set{}: the clock says when it runs, and neither a sleep nor a stop waits until it is \
             done with {name}. Let {} learn that by a channel or a WaitGroup, or let both take a lock.",
            called(timer.who),
            line(timer.who),
            called(other.who)
        );
    }
    format!(
        "{who_a}, started{}, and {who_b}, started{}, run side by side: no lock that both take, no channel, no WaitGroup by which \
         {who_b} could know that {who_a} is done with {name}.",
        line(a.who),
        line(b.who)
    )
}
