//! From a story to the rows that are worth reading.

use super::source::Sources;
use super::waits;
use crate::explore::report::Kind;
use crate::explore::story::{Moment, Place, Story};

/// A goroutine's column.
#[derive(Debug)]
pub(super) struct Lane {
    pub(super) who: u64,
    /// `main`, or its number.
    pub(super) name: String,
    /// Where it was started.
    pub(super) start: Option<Place>,
}

/// A line of the table.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) number: u64,
    pub(super) who: u64,
    /// `n.get → 0`.
    pub(super) text: String,
    pub(super) place: Option<Place>,
    /// `overwrites step 6`; empty: nothing.
    pub(super) note: String,
    /// The variables' values after it.
    pub(super) values: Vec<Option<String>>,
    /// For each lane: born, and not ended before this row.
    pub(super) alive: Vec<bool>,
    /// What is said between this row and the one before it.
    pub(super) rule: Option<String>,
    /// Steps left out before this row: before what is said there, and after it.
    pub(super) skipped: [usize; 2],
    weight: u8,
}

/// What is said of a line of the source.
#[derive(Debug)]
pub(super) struct Quote {
    pub(super) place: Place,
    pub(super) says: String,
}

/// The table's content.
#[derive(Debug)]
pub(super) struct Rows {
    pub(super) lanes: Vec<Lane>,
    pub(super) variables: Vec<String>,
    pub(super) rows: Vec<Row>,
    pub(super) quotes: Vec<Quote>,
}

/// So many rows fit a screen beside the rest of a report.
const MOST: usize = 16;
/// A story that is drawn for itself has more room.
const MOST_OF_A_LESSON: usize = 60;
/// So many variables have a column.
const VARIABLES: usize = 3;

/// A read, another goroutine's write, and the write that wipes it out: indices into the moments.
struct Lost {
    read: usize,
    wiped: usize,
    write: usize,
    /// The other goroutine's read of the same value, if there was one.
    other_read: Option<usize>,
}

impl Rows {
    pub(super) fn of(story: &Story, sources: &mut Sources, kind: Option<Kind>) -> Rows {
        let m = &story.moments;
        let names = names(story, sources);
        let lost = match kind {
            Some(Kind::Output | Kind::Race | Kind::Panic) => lost_update(m),
            _ => None,
        };
        let mut weights: Vec<u8> = m.iter().map(weight).collect();
        let mut notes = vec![String::new(); m.len()];
        let mut quotes = Vec::new();
        if kind.is_some() {
            for (i, moment) in m.iter().enumerate() {
                // Who is left in the middle of something, and at whose cost.
                if moment.preempted {
                    weights[i] = weights[i].max(5);
                }
            }
        }
        if let Some(l) = &lost {
            notes[l.write] = format!("← overwrites step {}", m[l.wiped].number);
            for i in [Some(l.read), Some(l.wiped), Some(l.write), l.other_read]
                .into_iter()
                .flatten()
            {
                weights[i] = 9;
            }
            quotes = lost_quotes(m, l);
            // What is told is told without these.
            weights.iter_mut().filter(|w| **w <= 2).for_each(|w| *w = 0);
        }
        if let (Some(Kind::Race), Some(r)) = (kind, &story.race) {
            let find = |a: &crate::explore::story::Access| {
                m.iter()
                    .rposition(|x| x.who == a.who && x.place.as_ref() == Some(&a.place))
            };
            if let (Some(a), Some(b)) = (find(&r.first), find(&r.second)) {
                notes[b] = format!("← nothing orders it after step {}", m[a].number);
                weights[a] = 9;
                weights[b] = 9;
            }
        }
        if matches!(kind, Some(Kind::Panic | Kind::Fatal))
            && let Some(last) = m.iter().rposition(|x| x.place.is_some())
        {
            weights[last] = 9;
            notes[last] = match kind {
                Some(Kind::Panic) => "← panics".to_string(),
                _ => "← fatal".to_string(),
            };
        }
        for w in &story.waits {
            let parked = m.iter().rposition(|x| x.who == w.who && x.parked.is_some());
            if let Some(i) = parked.filter(|_| matches!(kind, Some(Kind::Deadlock | Kind::Leak))) {
                weights[i] = 8;
            }
        }
        if let (Some(Kind::Deadlock), Some(ring)) = (kind, waits::ring(story)) {
            // What others did after they had locked each other out is nobody's fault.
            let closed = m
                .iter()
                .rposition(|x| ring.contains(&x.who) && x.parked.is_some());
            if let Some(at) = closed {
                weights[at + 1..].fill(0);
            }
            // Where each of them took what the next one wants, and where it waits itself.
            for &who in &ring {
                let mine = |x: &Moment| x.who == who;
                let parked = m.iter().rposition(|x| mine(x) && x.parked.is_some());
                let took = story.holds.iter().filter(|h| h.who == who).filter_map(|h| {
                    let at = |x: &Moment| x.object == h.object && x.place == h.place;
                    m.iter().rposition(|x| mine(x) && at(x))
                });
                parked.into_iter().chain(took).for_each(|i| weights[i] = 9);
            }
        }
        if matches!(kind, Some(Kind::Deadlock | Kind::Leak)) {
            quotes = wait_quotes(story);
        }
        if let Some((wait, add)) = kind.and_then(|_| too_late(story)) {
            (weights[wait], weights[add]) = (9, 9);
            if notes[add].is_empty() {
                notes[add] = format!("← too late for the wait in step {}", m[wait].number);
            }
            if quotes.is_empty() {
                quotes = too_late_quotes(m, wait, add);
            }
        } else if let Some(quote) = kind.and_then(|_| too_early(story))
            && quotes.is_empty()
        {
            quotes.push(quote);
        }
        let most = if kind.is_some() {
            MOST
        } else {
            MOST_OF_A_LESSON
        };
        let shown = chosen(&weights, most);
        let picked = Picked {
            weights,
            notes,
            shown,
            quotes,
            lesson: kind.is_none(),
        };
        draw(story, sources, &names, picked)
    }
}

/// What each thing is called, by its index.
pub(super) fn names(story: &Story, sources: &mut Sources) -> Vec<String> {
    let mut names = vec![String::new(); story.things.len()];
    // What is done to a context stands where it was made, or a child of it.
    for (thing, name) in story.things.iter().zip(&mut names) {
        if let ("context", Some(p)) = (thing.kind.as_str(), &thing.place)
            && let Some(found) = sources.bound_first(p)
        {
            *name = found;
        }
    }
    for m in &story.moments {
        if let (Some(p), Some(name)) = (&m.place, names.get_mut(m.object))
            && m.object > 1
            && name.is_empty()
            && !is_by_cond(story, p, m.object)
            && let Some(found) = sources.receiver(p)
        {
            *name = found;
        }
    }
    names
}

/// Whether what is done at `p` to a mutex is done by a condition that is waited for there, whose name stands in the line.
pub(super) fn is_by_cond(story: &Story, p: &Place, object: usize) -> bool {
    story.things.get(object).is_some_and(|t| t.kind.is_empty())
        && story
            .moments
            .iter()
            .any(|m| m.object != object && m.what == "wait" && m.place.as_ref() == Some(p))
}

/// The name of the thing that a wait or a race is about, for the other tables.
pub(super) fn name_of(story: &Story, object: usize, sources: &mut Sources) -> String {
    let found = story
        .moments
        .iter()
        .filter(|m| m.object == object && object > 1)
        .filter_map(|m| m.place.as_ref())
        .filter(|p| !is_by_cond(story, p, object))
        .find_map(|p| sources.receiver(p));
    found
        .or_else(|| {
            let kind = story.things.get(object)?.kind.as_str();
            (!kind.is_empty()).then(|| format!("a {kind}"))
        })
        .unwrap_or_default()
}

/// How much a moment is worth; 0 is never shown.
fn weight(m: &Moment) -> u8 {
    let printed = !m.printed.is_empty();
    match m.what.as_str() {
        "clock" => 4,
        "begins" if m.ended && !printed => 1,
        "begins" => 0,
        "wakes" if m.parked.is_some() || !m.outcome.is_empty() => 4,
        "wakes" => 0,
        "go" => 2,
        "add" | "done" | "unlock" | "gosched" | "read unlock" => 2,
        "get" | "set" => 4,
        _ => 3,
    }
}

/// The heaviest, the later of equals, in their order; and all of a weight or none of it where it can be.
fn chosen(weights: &[u8], most: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..weights.len()).filter(|&i| weights[i] > 0).collect();
    if order.len() > most {
        order.sort_by_key(|&i| (std::cmp::Reverse(weights[i]), std::cmp::Reverse(i)));
        order.truncate(most);
        order.sort_unstable();
    }
    order
}

/// The first write that wipes out what its goroutine has not seen.
fn lost_update(m: &[Moment]) -> Option<Lost> {
    for (w, write) in m.iter().enumerate() {
        if write.what != "set" {
            continue;
        }
        let same = |x: &Moment| x.object == write.object;
        let read = m[..w].iter().rposition(|x| {
            same(x) && x.who == write.who && matches!(x.what.as_str(), "get" | "set")
        });
        let Some(read) = read.filter(|&r| m[r].what == "get") else {
            continue;
        };
        let wiped =
            (read + 1..w).rfind(|&i| same(&m[i]) && m[i].who != write.who && m[i].what == "set");
        if let Some(wiped) = wiped {
            let other_read = (0..wiped)
                .rfind(|&i| same(&m[i]) && m[i].who == m[wiped].who && m[i].what == "get")
                .filter(|&i| m[i].outcome == m[read].outcome);
            return Some(Lost {
                read,
                wiped,
                write: w,
                other_read,
            });
        }
    }
    None
}

fn lost_quotes(m: &[Moment], l: &Lost) -> Vec<Quote> {
    let mut quotes = Vec::new();
    let value = m[l.read].outcome.trim_start_matches('→').trim();
    let value = if value.is_empty() { "the same" } else { value };
    let (me, other) = (called(m[l.write].who), called(m[l.wiped].who));
    let both = l.other_read.is_some_and(|o| m[o].place == m[l.read].place);
    if let Some(place) = m[l.read].place.clone() {
        let says = if both {
            let (first, second) = if m[l.read].who < m[l.wiped].who {
                (&me, &other)
            } else {
                (&other, &me)
            };
            format!("{first} and {second} both read {value} here")
        } else {
            format!("{me} reads {value} here")
        };
        quotes.push(Quote { place, says });
    }
    if let Some(place) = m[l.write].place.clone() {
        let says = format!("so what {other} wrote is lost");
        match quotes
            .iter_mut()
            .find(|q| q.place.file == place.file && q.place.line == place.line)
        {
            Some(q) => q.says.push_str(&format!(", {says}")),
            None => quotes.push(Quote { place, says }),
        }
    }
    quotes
}

/// A wait for a WaitGroup at zero, and the first thing that a goroutine did which was there before: it raised it.
fn too_late(story: &Story) -> Option<(usize, usize)> {
    let m = &story.moments;
    m.iter().enumerate().find_map(|(add, raise)| {
        let first = m.iter().find(|x| x.who == raise.who && x.what != "begins");
        if raise.what != "add" || !first.is_some_and(|f| std::ptr::eq(f, raise)) {
            return None;
        }
        let born = m.iter().position(|x| x.ready.contains(&raise.who))?;
        let same = |x: &Moment| x.object == raise.object && x.who != raise.who;
        let passes = |x: &Moment| x.what == "wait" && x.parked.is_none();
        let wait = (born..add).find(|&i| same(&m[i]) && passes(&m[i]))?;
        Some((wait, add))
    })
}

/// A wait for a WaitGroup to which nobody has added yet, while some have not begun.
fn too_early(story: &Story) -> Option<Quote> {
    let m = &story.moments;
    let wait = m.iter().position(|x| {
        let unused = |y: &Moment| y.object != x.object;
        let early = m.iter().take_while(|y| !std::ptr::eq(*y, x)).all(unused);
        x.what == "wait" && x.parked.is_none() && x.object > 1 && early
    })?;
    let kind = story.things.get(m[wait].object)?.kind.as_str();
    let born = m[..wait].iter().flat_map(|x| &x.ready).copied();
    let mut idle: Vec<u64> = born
        .filter(|who| !m.iter().any(|x| x.who == *who))
        .collect();
    idle.dedup();
    let who = match idle.as_slice() {
        _ if kind != "sync.WaitGroup" => return None,
        [] => return None,
        [one] => format!("{} has not begun", called(*one)),
        many => format!("{} goroutines have not begun", many.len()),
    };
    Some(Quote {
        place: m[wait].place.clone()?,
        says: format!("{} finds nothing to wait for: {who}", called(m[wait].who)),
    })
}

fn too_late_quotes(m: &[Moment], wait: usize, add: usize) -> Vec<Quote> {
    let (waits, adds) = (called(m[wait].who), called(m[add].who));
    let quote = |i: usize, says: String| {
        let place = m[i].place.clone()?;
        Some(Quote { place, says })
    };
    [
        quote(wait, format!("{waits} finds nothing to wait for")),
        quote(add, format!("{adds} adds after that: add before the `go`")),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The lines on which somebody waits.
fn wait_quotes(story: &Story) -> Vec<Quote> {
    let mut quotes: Vec<(Quote, Vec<String>)> = Vec::new();
    for w in &story.waits {
        let Some(place) = &w.place else { continue };
        let who = called(w.who);
        let known = quotes.len();
        match quotes
            .iter_mut()
            .find(|(q, _)| q.place.file == place.file && q.place.line == place.line)
        {
            Some((_, names)) => names.push(who),
            None if known < 4 => {
                let quote = Quote {
                    place: place.clone(),
                    says: String::new(),
                };
                quotes.push((quote, vec![who]));
            }
            None => {}
        }
    }
    quotes
        .into_iter()
        .map(|(mut q, names)| {
            q.says = match names.as_slice() {
                [one] => format!("{one} waits here"),
                [rest @ .., last] if rest.len() < 4 => {
                    format!("{} and {last} wait here", rest.join(", "))
                }
                many => format!("{} goroutines wait here", many.len()),
            };
            q
        })
        .collect()
}

/// A goroutine as tables call it.
pub(in crate::explore) fn called(who: u64) -> String {
    match who {
        0 => "the clock".to_string(),
        1 => "main".to_string(),
        n => format!("G{n}"),
    }
}

/// What is to be drawn: by moment, except `shown`, which are moments.
struct Picked {
    weights: Vec<u8>,
    notes: Vec<String>,
    shown: Vec<usize>,
    quotes: Vec<Quote>,
    /// Everything is to be seen, main's preparations too.
    lesson: bool,
}

fn draw(story: &Story, sources: &mut Sources, names: &[String], picked: Picked) -> Rows {
    let m = &story.moments;
    let Picked {
        weights,
        notes,
        shown,
        quotes,
        lesson,
    } = picked;
    let mut who: Vec<u64> = shown.iter().map(|&i| m[i].who).filter(|&w| w > 0).collect();
    who.sort_unstable();
    who.dedup();
    let lanes: Vec<Lane> = who
        .iter()
        .map(|&who| Lane {
            who,
            name: called(who),
            start: story
                .members
                .iter()
                .find(|x| x.id == who)
                .and_then(|x| x.place.clone()),
        })
        .collect();
    let mut variables: Vec<usize> = Vec::new();
    for &i in &shown {
        let variable =
            matches!(m[i].what.as_str(), "get" | "set") && !names[m[i].object].is_empty();
        if variable && !variables.contains(&m[i].object) && variables.len() < VARIABLES {
            variables.push(m[i].object);
        }
    }
    let values = values(m, &variables);
    let mut rows = Vec::with_capacity(shown.len());
    let mut from = 0_usize;
    let mut last_who = 0;
    for &i in &shown {
        // Of steps that the story leaves out nobody knows what they were.
        let hidden = |of: std::ops::Range<usize>| {
            let untold: u64 = (of.start.max(1)..of.end.max(1))
                .map(|j| m[j].number - m[j - 1].number - 1)
                .sum();
            let told = of.filter(|&j| j < i && weights[j] > 0).count();
            told + untold as usize
        };
        let left = (from.saturating_sub(1)..i)
            .rfind(|&j| m[j].preempted)
            .filter(|&j| !rows.is_empty() && m[j].who == last_who && m[i].who != last_who);
        let rule = left.map(|j| format!("{} is preempted", called(m[j].who)));
        // It is said where it happened: what others did since then comes below.
        let parted = left.map_or(i + 1, |j| (j + 1).max(from));
        let skipped = [hidden(from..parted), hidden(parted..i + 1)];
        from = i + 1;
        if m[i].who > 0 {
            last_who = m[i].who;
        }
        let alive = lanes
            .iter()
            .map(|l| {
                let born = l.who == 1
                    || m[..i].iter().any(|x| x.who == l.who)
                    || was_started(story, l.who, i);
                born && !m[..i].iter().any(|x| x.who == l.who && x.ended)
            })
            .collect();
        let clock = m[i].what == "clock";
        rows.push(Row {
            number: m[i].number,
            who: m[i].who,
            text: text(story, i, names, sources),
            place: m[i].place.clone(),
            note: notes[i].clone(),
            values: values.iter().map(|v| v[i].clone()).collect(),
            alive,
            rule: if clock && !m[i].outcome.is_empty() {
                Some(format!("{}, so the clock moves", m[i].outcome))
            } else if clock {
                Some("the clock moves to the next timer".to_string())
            } else {
                rule
            },
            skipped,
            weight: weight(&m[i]),
        });
    }
    // A table that begins with main's preparations begins without them.
    while !lesson
        && rows.len() > 2
        && rows[0].weight <= 2
        && rows[0].note.is_empty()
        && rows[0].who == 1
    {
        rows.remove(0);
    }
    if let Some(first) = rows.first_mut() {
        first.skipped = [0; 2];
        first.rule = None;
    }
    Rows {
        lanes,
        variables: variables.iter().map(|&v| names[v].clone()).collect(),
        rows,
        quotes,
    }
}

/// Whether the `go` that made goroutine `who` was executed before moment `i`.
fn was_started(story: &Story, who: u64, i: usize) -> bool {
    let Some(member) = story.members.iter().find(|x| x.id == who) else {
        return false;
    };
    let nth = story
        .members
        .iter()
        .filter(|x| x.by == member.by && x.id <= who)
        .count();
    let gone = story.moments[..i]
        .iter()
        .filter(|x| x.who == member.by && x.what == "go")
        .count();
    gone >= nth
}

/// Each variable's value after each moment.
fn values(m: &[Moment], variables: &[usize]) -> Vec<Vec<Option<String>>> {
    variables
        .iter()
        .map(|&v| {
            let of = |x: &Moment| {
                let value = x.outcome.trim_start_matches('→').trim().to_string();
                (x.object == v && matches!(x.what.as_str(), "get" | "set") && !value.is_empty())
                    .then_some(value)
            };
            // What the first read saw was there from the beginning.
            let mut now = m
                .iter()
                .find(|x| x.object == v && matches!(x.what.as_str(), "get" | "set"))
                .filter(|x| x.what == "get")
                .and_then(of);
            m.iter()
                .map(|x| {
                    now = of(x).or(now.take());
                    now.clone()
                })
                .collect()
        })
        .collect()
}

/// Operations of one kind have many names, and the program has the one that was meant.
fn in_the_program(m: &Moment, sources: &mut Sources) -> Option<String> {
    if !matches!(m.what.as_str(), "update" | "timer" | "lock") {
        return None;
    }
    let method = sources.method(m.place.as_ref()?)?;
    (m.what != "lock" || method == "write").then_some(method)
}

/// What each step does, in the program's words.
pub(super) fn words(story: &Story, sources: &mut Sources) -> Vec<String> {
    let word = |m: &Moment| in_the_program(m, sources).unwrap_or_else(|| m.what.clone());
    story.moments.iter().map(word).collect()
}

/// `n.get → 0`, `wg.wait ⏸`, `print "1"`.
fn text(story: &Story, i: usize, names: &[String], sources: &mut Sources) -> String {
    let m = &story.moments[i];
    let receiver = if m.object > 1 {
        m.place
            .as_ref()
            .filter(|p| !is_by_cond(story, p, m.object))
            .and_then(|p| sources.receiver(p))
            .or_else(|| names.get(m.object).cloned())
            .filter(|n| !n.is_empty())
    } else {
        None
    };
    let mut what = m.what.clone();
    let mut receiver = receiver;
    if what == "wakes" {
        // What it did before it waited comes to its end now.
        let before = story.moments[..i]
            .iter()
            .rfind(|x| x.who == m.who && x.what != "wakes");
        if let Some(before) = before {
            what.clone_from(&before.what);
            receiver = before
                .place
                .as_ref()
                .and_then(|p| sources.receiver(p))
                .filter(|_| before.object > 1);
        }
    }
    if let Some(method) = in_the_program(m, sources) {
        what = method;
    }
    if what == "go" {
        let nth = story.moments[..i]
            .iter()
            .filter(|x| x.who == m.who && x.what == "go")
            .count();
        let child = story
            .members
            .iter()
            .filter(|x| x.by == m.who && x.id > 1)
            .nth(nth);
        if let Some(child) = child {
            what = format!("go {}", called(child.id));
        }
    }
    if what == "begins" && m.ended {
        what = "runs and ends".to_string();
    }
    let mut out = match receiver {
        Some(r) => format!("{r}.{what}"),
        None => what,
    };
    // Why the clock moved stands in the line above its step.
    if !m.outcome.is_empty() && m.what != "clock" {
        out.push(' ');
        out.push_str(&m.outcome);
    }
    if !m.printed.is_empty() {
        out.push_str(&format!(" {:?}", m.printed.trim_end()));
    }
    if m.parked.is_some() {
        out.push_str(" ⏸");
    }
    out
}
