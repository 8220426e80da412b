//! Who waits for whom: the tables of deadlocks and leaks.

use super::rows::{called, is_by_cond, name_of};
use super::source::Sources;
use super::wrap;
use crate::explore::story::{Moment, Place, Story, Wait};
use crate::op::{SENT, WOULD_BLOCK};

pub(super) fn place(p: Option<&Place>) -> String {
    p.map_or_else(String::new, |p| format!("{}:{}", p.name(), p.line))
}

/// How wide each column is.
fn widths(rows: &[Vec<String>]) -> Vec<usize> {
    let n = rows.iter().map(Vec::len).max().unwrap_or(0);
    (0..n)
        .map(|c| rows.iter().map(|r| r[c].chars().count()).max().unwrap_or(0))
        .collect()
}

/// Where the last column begins.
fn before_last(rows: &[Vec<String>]) -> usize {
    let wide = widths(rows);
    let others = &wide[..wide.len().saturating_sub(1)];
    2 + others.iter().map(|w| w + 2).sum::<usize>()
}

/// Rows in columns, two blanks between them; the last column may be long, and is wrapped below itself.
pub(super) fn columns(rows: &[Vec<String>], width: usize) -> String {
    let n = rows.iter().map(Vec::len).max().unwrap_or(0);
    let wide = widths(rows);
    let indent = before_last(rows);
    let mut out = String::new();
    for r in rows {
        let mut line = String::from("  ");
        for (c, cell) in r.iter().enumerate().take(n - 1) {
            line.push_str(cell);
            line.push_str(&" ".repeat(wide[c] - cell.chars().count() + 2));
        }
        let last = &r[n - 1];
        if indent + last.chars().count() <= width || width < indent + 16 {
            out.push_str(&format!("{line}{last}\n"));
        } else {
            let room = width - indent;
            for (i, part) in wrap(last, room).lines().enumerate() {
                let part = part.trim_start();
                if i == 0 {
                    out.push_str(&format!("{line}{part}\n"));
                } else {
                    out.push_str(&format!("{}{part}\n", " ".repeat(indent)));
                }
            }
        }
    }
    out
}

/// The table of a deadlock, and the cycle in it.
pub(super) fn deadlock(story: &Story, sources: &mut Sources, width: usize) -> String {
    if story.waits.is_empty() {
        return wrap(
            "main has ended with goexit, all others have ended too, and nobody is left to run.",
            width,
        );
    }
    let mut out = table(story, sources, width);
    if let Some(ring) = ring(story) {
        let names: Vec<String> = ring
            .iter()
            .chain(ring.first())
            .map(|&g| called(g))
            .collect();
        out.push('\n');
        out.push_str(&wrap(&format!("a cycle: {}", names.join(" → ")), width));
    }
    out
}

/// The table of a leak, and what became of the channels in it.
pub(super) fn leak(story: &Story, sources: &mut Sources, width: usize) -> String {
    let mut out = wrap("main has returned; who waits then waits for ever.", width);
    out.push('\n');
    out.push_str(&table(story, sources, width));
    let mut objects: Vec<usize> = story.waits.iter().map(|w| w.object).collect();
    objects.sort_unstable();
    objects.dedup();
    for object in objects {
        if let Some(says) = channel(story, object, sources) {
            out.push('\n');
            out.push_str(&wrap(&says, width));
        }
    }
    out
}

/// More rows than these tell nothing new.
const MOST: usize = 10;

/// Fewer columns for who could end a wait are too few.
const ROOM: usize = 24;

fn table(story: &Story, sources: &mut Sources, width: usize) -> String {
    let crowd = story.waits.len() > MOST;
    let all: Vec<Wait> = story.waits.iter().map(|w| on_its_own(story, w)).collect();
    let mut waits: Vec<&Wait> = all.iter().collect();
    if crowd && let Some(ring) = ring(story) {
        // Whose fault it is comes first.
        waits.sort_by_key(|w| w.who != 1 && !ring.contains(&w.who));
    }
    let what: Vec<String> = waits.iter().map(|w| waits_for(story, w, sources)).collect();
    let (whole, left_out) = rows(story, &waits, &what, &place);
    let mut out = if in_one_file(story) && before_last(&whole) + ROOM > width {
        // The file is known, and there is little room.
        columns(&rows(story, &waits, &what, &line_of).0, width)
    } else {
        columns(&whole, width)
    };
    if left_out > 0 {
        out.push_str(&format!("  … and {left_out} more\n"));
    }
    out
}

/// A wait for a condition is about that: the last thing that was done before it was to unlock the mutex.
fn on_its_own(story: &Story, w: &Wait) -> Wait {
    let begun = began(story, w).filter(|_| w.reason == "sync.Cond.Wait");
    Wait {
        object: begun.map_or(w.object, |i| story.moments[i].object),
        ..w.clone()
    }
}

/// The `wait` in which somebody waits, among the moments.
fn began(story: &Story, w: &Wait) -> Option<usize> {
    let begins = |m: &Moment| m.who == w.who && m.what == "wait" && m.place == w.place;
    story.moments.iter().rposition(begins)
}

/// What became of the signals of the condition that somebody waits for, if there were any.
fn signals(story: &Story, w: &Wait) -> Option<String> {
    let began = began(story, w)?;
    let is_signal = |m: &&Moment| {
        m.object == w.object && m.who != w.who && matches!(m.what.as_str(), "signal" | "broadcast")
    };
    if let Some(m) = story.moments[began..].iter().rfind(is_signal) {
        return Some(match m.ready.as_slice() {
            [other] if *other != w.who => format!(
                "nobody: the {} of {} woke {}, in step {}",
                m.what,
                called(m.who),
                called(*other),
                m.number
            ),
            _ => format!("nobody: {}", state(story, m.who)),
        });
    }
    let m = story.moments[..began].iter().rfind(is_signal)?;
    let (what, who, number) = (&m.what, called(m.who), m.number);
    Some(if m.ready.contains(&w.who) {
        format!("nobody: the {what} of {who} woke it in step {number}, and it waits again")
    } else {
        format!("nobody: the {what} of {who} came before, in step {number}")
    })
}

/// The rows of a table, its head first, and how many goroutines are in none of them.
fn rows(
    story: &Story,
    waits: &[&Wait],
    what: &[String],
    place: &dyn Fn(Option<&Place>) -> String,
) -> (Vec<Vec<String>>, usize) {
    let held = |w: &&Wait| w.object > 1 && story.holds.iter().any(|h| h.object == w.object);
    let all_held = waits.iter().all(held);
    let last = if all_held {
        "held by"
    } else {
        "who could end it"
    };
    let mut rows = vec![
        ["goroutine", "waits for", "at", last]
            .map(str::to_string)
            .to_vec(),
    ];
    // Where there are many, those who wait alike share a row.
    let crowd = waits.len() > MOST;
    let mut alike: Vec<(u64, usize, [String; 3])> = Vec::new();
    for (w, what) in waits.iter().zip(what) {
        let says = [
            what.clone(),
            place(w.place.as_ref()),
            who_could(story, w, all_held, place),
        ];
        match alike.iter_mut().find(|(.., s)| crowd && *s == says) {
            Some((_, more, _)) => *more += 1,
            None => alike.push((w.who, 0, says)),
        }
    }
    let left_out = alike.iter().skip(MOST).map(|(_, more, _)| more + 1).sum();
    for (who, more, says) in alike.into_iter().take(MOST) {
        let mut row = vec![match more {
            0 => called(who),
            n => format!("{} and {n} more", called(who)),
        }];
        row.extend(says);
        rows.push(row);
    }
    (rows, left_out)
}

/// What somebody waits for, by the name it has in the program.
fn waits_for(story: &Story, w: &Wait, sources: &mut Sources) -> String {
    if let Some(ask) = asks(story, w) {
        let name = name_of(story, ask.object, sources);
        return format!("{name}: acquire {}", ask.outcome);
    }
    let name = w
        .place
        .as_ref()
        .filter(|p| w.object > 1 && !is_by_cond(story, p, w.object))
        .and_then(|p| sources.receiver(p))
        .unwrap_or_else(|| name_of(story, w.object, sources));
    if name.is_empty() {
        w.reason.clone()
    } else {
        format!("{name}: {}", w.reason)
    }
}

/// A place in the one file that there is.
fn line_of(p: Option<&Place>) -> String {
    p.map_or_else(String::new, |p| format!(":{}", p.line))
}

/// Whether all places of a table are in one file.
fn in_one_file(story: &Story) -> bool {
    let waits = story.waits.iter().filter_map(|w| w.place.as_ref());
    let holds = story.holds.iter().filter_map(|h| h.place.as_ref());
    let mut files = waits.chain(holds).map(|p| &p.file);
    let first = files.next();
    files.all(|f| Some(f) == first)
}

/// Who could end a wait.
fn who_could(
    story: &Story,
    w: &Wait,
    brief: bool,
    place: &dyn Fn(Option<&Place>) -> String,
) -> String {
    let holders: Vec<_> = story
        .holds
        .iter()
        .filter(|h| h.object == w.object && w.object > 1)
        .collect();
    if !holders.is_empty() {
        let list: Vec<String> = holders
            .iter()
            .map(|h| {
                let since = place(h.place.as_ref());
                let gone = if has_ended(story, h.who) {
                    ", which has ended"
                } else {
                    ""
                };
                if h.who == w.who {
                    format!("itself, since {since}")
                } else if brief {
                    format!("{}, since {since}{gone}", called(h.who))
                } else {
                    format!("{}, who holds it since {since}{gone}", called(h.who))
                }
            })
            .collect();
        return list.join("; ");
    }
    let others = users(story, w);
    let nobody = |what: &str| {
        if others.is_empty() {
            format!("nobody: no other goroutine ever {what} it")
        } else {
            let list: Vec<String> = others.iter().map(|&g| state(story, g)).collect();
            format!("nobody: {}", list.join(", "))
        }
    };
    match w.reason.as_str() {
        r if r.contains("nil chan") => "nobody: the channel is nil".to_string(),
        "chan receive" if is_of_context(story, w.object) => {
            "nobody: its context was never cancelled".to_string()
        }
        "chan receive" if is_of_timer(story, w.object) => match silence(story, w.object) {
            Silence::Stopped(m) => format!(
                "nobody: {} stopped its timer in step {}",
                if m.who == w.who {
                    "it has itself".to_string()
                } else {
                    called(m.who)
                },
                m.number
            ),
            Silence::Taken => "nobody: its timer has fired, and does so once".to_string(),
            Silence::Untold => "nobody: its timer has fired, or was stopped".to_string(),
        },
        "chan receive" | "chan send" => nobody("used"),
        "select (no cases)" => "nobody: it has no cases".to_string(),
        "select" if let Some(units) = units(story, w) => units,
        "select" => "nobody: none of its cases can become ready".to_string(),
        "sync.WaitGroup.Wait" => match missing(story, w.object) {
            Some(n) if n > 0 => {
                let s = if n == 1 { "" } else { "s" };
                format!("nobody: {n} done{s} missing")
            }
            _ => nobody("did"),
        },
        "sync.Cond.Wait" => signals(story, w).unwrap_or_else(|| nobody("signalled")),
        _ => "nobody".to_string(),
    }
}

fn has_ended(story: &Story, who: u64) -> bool {
    story.untold.ended.contains(&who) || story.moments.iter().any(|m| m.who == who && m.ended)
}

fn state(story: &Story, who: u64) -> String {
    let what = if has_ended(story, who) {
        if who == 1 { "returned" } else { "ended" }
    } else {
        "waits too"
    };
    format!("{} {what}", called(who))
}

/// The other goroutines that worked with what somebody waits on.
fn users(story: &Story, w: &Wait) -> Vec<u64> {
    let mut users: Vec<u64> = story
        .moments
        .iter()
        .filter(|m| w.object > 1 && m.who != w.who)
        // A select is about all of its channels.
        .filter(|m| m.object == w.object || m.stands.iter().any(|s| s.object == w.object))
        .map(|m| m.who)
        .collect();
    let untold = story.untold.users.iter();
    users.extend(
        untold
            .filter(|(object, who)| w.object > 1 && *object == w.object && *who != w.who)
            .map(|(_, who)| who),
    );
    users.sort_unstable();
    users.dedup();
    users.truncate(4);
    users
}

/// What a WaitGroup still counts.
fn missing(story: &Story, object: usize) -> Option<i64> {
    let mut n = of(&story.untold.added, object);
    for m in story.moments.iter().filter(|m| m.object == object) {
        match m.what.as_str() {
            "add" => n += m.outcome.parse::<i64>().ok()?,
            "done" => n -= 1,
            _ => {}
        }
    }
    Some(n)
}

/// What is known of an object by its number.
fn of<T: Copy + Default>(list: &[(usize, T)], object: usize) -> T {
    let found = list.iter().find(|(o, _)| *o == object);
    found.map(|(_, n)| *n).unwrap_or_default()
}

/// The `acquire` of a semaphore in which somebody waits, by a select of the library's.
fn asks<'a>(story: &'a Story, w: &Wait) -> Option<&'a Moment> {
    let mut own = story.moments.iter().rev().filter(|m| m.who == w.who);
    let select = own.find(|m| m.what != "wakes")?;
    let before = own.next()?;
    let by_itself = w.reason == "select" && select.what == "select";
    (by_itself && before.what == "acquire" && before.place == select.place).then_some(before)
}

/// Who has units of the semaphore that somebody waits for.
fn units(story: &Story, w: &Wait) -> Option<String> {
    let asks = asks(story, w)?;
    // Who was served although its context was done has given back what it got: that is not told.
    let by_context = |m: &Moment| matches!(m.what.as_str(), "cancel" | "child" | "stop" | "clock");
    if !story.untold.users.is_empty() || story.moments.iter().any(by_context) {
        return Some("nobody: not enough is released".to_string());
    }
    let mut taken: Vec<(u64, i64)> = Vec::new();
    for m in story.moments.iter().filter(|m| m.object == asks.object) {
        let words: Vec<&str> = m.outcome.split(' ').collect();
        let n: i64 = words.first()?.parse().ok()?;
        let n = match m.what.as_str() {
            "acquire" => n,
            "try_acquire" if words.last() == Some(&"true") => n,
            "release" => -n,
            _ => 0,
        };
        match taken.iter_mut().find(|(who, _)| *who == m.who) {
            Some((_, sum)) => *sum += n,
            None => taken.push((m.who, n)),
        }
    }
    // What is asked for in vain is not taken.
    for other in &story.waits {
        if let Some(ask) = self::asks(story, other).filter(|a| a.object == asks.object)
            && let Some((_, sum)) = taken.iter_mut().find(|(who, _)| *who == other.who)
        {
            *sum -= ask.outcome.parse::<i64>().unwrap_or_default();
        }
    }
    taken.retain(|(_, n)| *n > 0);
    taken.sort_unstable();
    let list: Vec<String> = taken
        .iter()
        .map(|&(who, n)| match who {
            _ if who == w.who => format!("itself, who has {n}"),
            _ if has_ended(story, who) => format!("{}, who has {n} and has ended", called(who)),
            _ => format!("{}, who has {n}", called(who)),
        })
        .collect();
    Some(if list.is_empty() {
        "nobody: not enough is released".to_string()
    } else {
        list.join("; ")
    })
}

/// Whether it is what a context's `done` gave.
fn is_of_context(story: &Story, object: usize) -> bool {
    let thing = story.things.get(object);
    thing.is_some_and(|t| t.kind == "context's chan")
}

/// Whether it is what a timer or a ticker sends on.
fn is_of_timer(story: &Story, object: usize) -> bool {
    let thing = story.things.get(object);
    thing.is_some_and(|t| t.kind == "timer's chan")
}

/// Why nothing comes from a timer any more.
enum Silence<'a> {
    /// It was stopped in this step.
    Stopped(&'a Moment),
    /// What it was set for has come, and somebody has it.
    Taken,
    /// Either: it is not among the steps that are told.
    Untold,
}

/// Why nothing comes from the timer any more whose channel somebody waits on for ever.
fn silence(story: &Story, object: usize) -> Silence<'_> {
    let told = story.moments.iter().rev();
    for m in told.filter(|m| m.object == object && m.what == "timer") {
        match m.outcome.as_str() {
            // A ticker's stop answers nothing.
            "" | "→ true" => return Silence::Stopped(m),
            "→ false" => {}
            _ => return Silence::Taken,
        }
    }
    Silence::Untold
}

/// Goroutines of which each waits for a lock that the next one keeps it out of, and the last one for the first one's.
pub(in crate::explore) fn ring(story: &Story) -> Option<Vec<u64>> {
    story.waits.iter().find_map(|w| {
        let mut ring = Vec::new();
        reach(story, w.who, w.who, &mut ring).then_some(ring)
    })
}

/// Who keeps `w` out of the lock that it waits for.
fn keepers(story: &Story, w: &Wait) -> Vec<u64> {
    let writes = w.reason == "sync.RWMutex.Lock";
    let reads = w.reason == "sync.RWMutex.RLock";
    if w.object <= 1 || !(writes || reads || w.reason == "sync.Mutex.Lock") {
        return Vec::new();
    }
    let owners = story
        .holds
        .iter()
        .filter(|h| h.object == w.object && (writes || !h.shared))
        .map(|h| h.who);
    // The next writer keeps new readers, and the writers after it, out.
    let next_writer = story
        .waits
        .iter()
        .filter(|o| o.object == w.object && o.reason == "sync.RWMutex.Lock" && !writes)
        .map(|o| o.who);
    owners.chain(next_writer).collect()
}

fn reach(story: &Story, from: u64, to: u64, path: &mut Vec<u64>) -> bool {
    let Some(w) = story.waits.iter().find(|w| w.who == from) else {
        return false;
    };
    if path.contains(&from) {
        return false;
    }
    path.push(from);
    for next in keepers(story, w) {
        if next == to || reach(story, next, to, path) {
            return true;
        }
    }
    path.pop();
    false
}

/// How many came and went on a channel that somebody waits on for ever, and what to do.
fn channel(story: &Story, object: usize, sources: &mut Sources) -> Option<String> {
    let thing = story
        .things
        .get(object)
        .filter(|t| matches!(t.kind.as_str(), "chan" | "timer's chan" | "context's chan"))?;
    let name = name_of(story, object, sources);
    if is_of_context(story, object) {
        let at = thing.place.as_ref();
        let made = at.map_or_else(String::new, |p| format!(", made at {},", place(Some(p))));
        return Some(format!(
            "{name} is closed when its context{made} is cancelled, and nobody did that. Call its cancel when nothing waits for \
             the work any more: `defer!` sees to that on all ways out."
        ));
    }
    let made = thing
        .place
        .as_ref()
        .map(|p| format!(", made at {}", place(Some(p))))
        .unwrap_or_default();
    if is_of_timer(story, object) {
        let why = match silence(story, object) {
            Silence::Stopped(_) => "it was stopped, so nothing comes, and a stop closes nothing",
            Silence::Taken => "one value comes each time it is set, and the last one is taken",
            Silence::Untold => "it has fired or was stopped, so nothing comes any more",
        };
        return Some(format!(
            "{name} is the channel of a timer{made}: {why}. Wait in a select, with a case beside it that says when it is over."
        ));
    }
    let room = match thing.detail {
        0 => "without room".to_string(),
        n => format!("with room for {n}"),
    };
    let waiting = |reason: &str| {
        story
            .waits
            .iter()
            .filter(|w| w.object == object && w.reason == reason)
            .count()
    };
    let (senders, receivers) = (waiting("chan send"), waiting("chan receive"));
    let is_send = |m: &&Moment| match m.what.as_str() {
        "send" => true,
        "try_send" => !m.outcome.ends_with(WOULD_BLOCK),
        _ => false,
    };
    let told = story.moments.iter().filter(|m| m.object == object);
    let sends = told.filter(is_send).count() + of(&story.untold.sent, object) as usize - senders;
    // Which of its cases a select took is not told.
    let mut selects = story.moments.iter().filter(|m| m.outcome == SENT);
    let selected = selects.any(|m| m.stands.iter().any(|s| s.object == object))
        || story.untold.selected.contains(&object);
    let mend = if senders > 0 {
        format!(
            "Receive from it {} more, or make it with room for those who send last.",
            times(senders)
        )
    } else {
        "Close it when nobody will send any more, or send as often as is received.".to_string()
    };
    let wait = |n: usize, what: &str| match n {
        0 => None,
        1 => Some(format!("1 {what} waits for ever")),
        n => Some(format!("{n} {what}s wait for ever")),
    };
    let waits: Vec<String> = [wait(senders, "sender"), wait(receivers, "receiver")]
        .into_iter()
        .flatten()
        .collect();
    let came = match sends {
        _ if selected => String::new(),
        1 => "1 value was sent, ".to_string(),
        n => format!("{n} values were sent, "),
    };
    Some(format!(
        "{name} is a channel {room}{made}: {came}{}. {mend}",
        waits.join(", ")
    ))
}

fn times(n: usize) -> String {
    match n {
        1 => "once".to_string(),
        2 => "twice".to_string(),
        n => format!("{n} times"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Sources, deadlock};
    use crate::explore::{Options, check};
    use crate::prelude::*;
    use std::path::Path;
    use std::sync::Arc;

    #[test]
    fn where_there_is_little_room_a_place_is_its_line() {
        let first = line!() + 2;
        let f = || {
            let account = Arc::new(Mutex::new(()));
            let _held = account.lock();
            let _again = account.lock();
        };
        let f = check(&Options::new().schedules(5), f).failure;
        let story = f.expect("a deadlock").story;
        let mut sources = Sources::new(Path::new(env!("CARGO_MANIFEST_DIR")));
        let mut row = |width| {
            let table = deadlock(&story, &mut sources, width);
            let row = table.lines().nth(1).unwrap_or_default();
            row.split("sync.Mutex.Lock  ")
                .nth(1)
                .unwrap_or_default()
                .to_string()
        };
        let (at, since) = (first + 2, first + 1);
        assert_eq!(
            row(99),
            format!("waits.rs:{at}  itself, since waits.rs:{since}")
        );
        assert_eq!(row(60), format!(":{at}  itself, since :{since}"));
    }
}
