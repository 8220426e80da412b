//! A schedule as frames: what every goroutine and every object was after each of its steps, as far as it was kept.

use super::hchan::{Channel, Sudog};
use goroutines::explore::Story;
use std::collections::{HashMap, HashSet};

/// What a goroutine is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Is {
    Unborn,
    CanRun,
    /// The reason is empty if it is among what was not kept.
    Waits {
        reason: String,
        object: usize,
    },
    Ended,
    /// Behind steps that were not kept: it could run, and makes no step any more.
    Silent,
}

/// A goroutine in a frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub id: u64,
    pub is: Is,
    /// The line of its last step.
    pub line: Option<u32>,
}

/// A lock that is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    pub object: usize,
    pub who: u64,
    /// For reading.
    pub shared: bool,
}

/// All there is to see after a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    pub rows: Vec<Row>,
    pub channels: Vec<Channel>,
    /// Variables, and what was last read or written: object and value.
    pub values: Vec<(usize, String)>,
    /// Where the counters of WaitGroups stand.
    pub counters: Vec<(usize, i64)>,
    pub held: Vec<Held>,
    pub output: String,
}

const COND: &str = "sync.Cond.Wait";

/// Where a step is told of with the lock of a guard, and is something else to whoever walks through it: an `unlock` has no
/// place of its own, for a guard knows only where it was made, as the function that cancels a context does; who waits for a
/// Cond waits, and wakes, at the Cond; and who wakes in a select does so at the channel of one case.
pub fn straightened(story: &mut Story) {
    let (mut locked, mut sleeps, mut waits) = (HashSet::new(), HashSet::new(), HashMap::new());
    // Who has woken whom out of a select, by which channel.
    let (mut selects, mut woken) = (HashSet::new(), HashMap::new());
    for m in &mut story.moments {
        let by = (m.what == "wakes").then(|| woken.remove(&m.who)).flatten();
        match m.what.as_str() {
            "lock" | "try_lock" | "read" | "try_read" => {
                locked.insert((m.object, m.place.clone()));
            }
            "unlock" | "read unlock" if locked.contains(&(m.object, m.place.clone())) => {
                m.place = None;
            }
            "cancel" => m.place = None,
            "wait" => {
                waits.insert(m.who, (m.object, m.place.clone()));
            }
            "wakes" if sleeps.remove(&m.who) => {
                if let Some(at) = waits.get(&m.who) {
                    (m.object, m.place) = at.clone();
                }
            }
            "wakes" if selects.remove(&m.who) && m.object == 0 => {
                m.object = by.unwrap_or(0);
            }
            _ => {}
        }
        match m.parked.as_deref() {
            Some(COND) => sleeps.insert(m.who),
            Some("select") => selects.insert(m.who),
            _ => false,
        };
        let thing = story.things.get(m.object);
        if thing.is_some_and(|t| t.kind.ends_with("chan")) {
            woken.extend(m.ready.iter().map(|g| (*g, m.object)));
        }
    }
    for w in story.waits.iter_mut().filter(|w| w.reason == COND) {
        w.object = waits.get(&w.who).map_or(0, |(object, _)| *object);
    }
}

/// Frame 0 is the start; frame i is after step i.
pub fn of(story: &Story) -> Vec<Frame> {
    let mut now = Frame {
        rows: story
            .members
            .iter()
            .map(|m| Row {
                id: m.id,
                is: if m.id == 1 { Is::CanRun } else { Is::Unborn },
                line: m.place.as_ref().map(|p| p.line),
            })
            .collect(),
        channels: Vec::new(),
        values: Vec::new(),
        counters: Vec::new(),
        held: Vec::new(),
        output: String::new(),
    };
    // The Cond that each goroutine has asked last: its mutex is what it does something with before it waits.
    let mut cond = vec![0; story.members.len() + 1];
    let mut all = vec![now.clone()];
    let mut number = 0;
    for (i, m) in story.moments.iter().enumerate() {
        if m.number != number + 1 {
            resume(&mut now, story, i);
            cond.fill(0);
        }
        number = m.number;
        let who = usize::try_from(m.who).unwrap_or(0);
        if let ("wait", Some(object)) = (m.what.as_str(), cond.get_mut(who)) {
            *object = m.object;
        }
        let object = match m.parked.as_deref() {
            Some(COND) => cond.get(who).copied().unwrap_or(0),
            _ => m.object,
        };
        let is = if m.ended {
            Is::Ended
        } else if let Some(reason) = &m.parked {
            Is::Waits {
                reason: reason.clone(),
                object,
            }
        } else {
            Is::CanRun
        };
        if let Some(row) = now.rows.iter_mut().find(|r| r.id == m.who) {
            row.is = is.clone();
            if let Some(place) = &m.place {
                row.line = Some(place.line);
            }
        }
        for g in &m.ready {
            if let Some(row) = now.rows.iter_mut().find(|r| r.id == *g) {
                row.is = Is::CanRun;
            }
        }
        stands(&mut now, story, m);
        now.channels.iter_mut().for_each(|c| c.woken(&m.ready));
        queues(&mut now, m, &is);
        values(&mut now, story, m);
        counters(&mut now, story, m);
        let held = |h: &goroutines::explore::Hold| Held {
            object: h.object,
            who: h.who,
            shared: h.shared,
        };
        now.held = m.holds.iter().map(held).collect();
        now.output.push_str(&m.printed);
        all.push(now.clone());
    }
    all
}

type Moment = goroutines::explore::Moment;

/// The steps before moment `next` were not kept. Of everybody it is known what they came to, and what the steps after them
/// and the end say of it; of channels and variables nothing, until they are told of again.
fn resume(now: &mut Frame, story: &Story, next: usize) {
    let rest = &story.moments[next..];
    for row in now.rows.iter_mut().filter(|r| r.is != Is::Ended) {
        let acts = |m: &&Moment| m.who == row.id;
        let first = rest.iter().find(acts);
        let woken = rest
            .iter()
            .take_while(|m| !acts(m))
            .any(|m| m.ready.contains(&row.id));
        let at_the_end = story.waits.iter().find(|w| w.who == row.id);
        (row.is, row.line) = match (first, woken) {
            (Some(m), true) if m.what == "begins" => (Is::Unborn, row.line),
            (Some(m), true) => (
                Is::Waits {
                    reason: String::new(),
                    object: m.object,
                },
                m.place.as_ref().map(|p| p.line),
            ),
            (Some(_), false) => (Is::CanRun, None),
            (None, _) => match at_the_end {
                Some(w) => (
                    Is::Waits {
                        reason: w.reason.clone(),
                        object: w.object,
                    },
                    w.place.as_ref().map(|p| p.line),
                ),
                None if story.untold.ended.contains(&row.id) => (Is::Ended, row.line),
                None => (Is::Silent, None),
            },
        };
    }
    now.channels.clear();
    now.values.clear();
    for &(object, by) in &story.untold.added {
        add(&mut now.counters, object, by);
    }
    let printed: String = rest.iter().map(|m| m.printed.as_str()).collect();
    match story.output.strip_suffix(&printed) {
        Some(before) => now.output = before.to_string(),
        None => now.output.push_str("…\n"),
    }
}

fn stands(now: &mut Frame, story: &Story, m: &Moment) {
    for stand in &m.stands {
        let cap = story.things.get(stand.object).map_or(0, |t| t.detail);
        let at = now.channels.iter().position(|c| c.object == stand.object);
        let at = at.unwrap_or_else(|| {
            now.channels.push(Channel::new(stand.object, cap));
            now.channels.len() - 1
        });
        now.channels[at].stands(stand);
    }
}

/// Whoever has just begun to wait at a channel stands in one of its queues.
fn queues(now: &mut Frame, m: &Moment, is: &Is) {
    let Is::Waits { reason, object } = is else {
        return;
    };
    if let Some(c) = now.channels.iter_mut().find(|c| c.object == *object) {
        let (queue, elem) = match reason.as_str() {
            "chan receive" => (&mut c.recvq, ""),
            "chan send" => (&mut c.sendq, m.outcome.as_str()),
            _ => return,
        };
        if queue.iter().all(|w| w.g != m.who) {
            queue.push(Sudog {
                g: m.who,
                elem: elem.to_string(),
            });
        }
    }
}

fn values(now: &mut Frame, story: &Story, m: &Moment) {
    let Some(thing) = story.things.get(m.object) else {
        return;
    };
    if thing.kind != "variable" || m.outcome.is_empty() {
        return;
    }
    let value = m.outcome.rsplit("→ ").next().unwrap_or(&m.outcome);
    match now
        .values
        .iter_mut()
        .find(|(object, _)| *object == m.object)
    {
        Some((_, old)) => *old = value.to_string(),
        None => now.values.push((m.object, value.to_string())),
    }
}

fn counters(now: &mut Frame, story: &Story, m: &Moment) {
    let Some(thing) = story.things.get(m.object) else {
        return;
    };
    let by = match m.what.as_str() {
        "add" => m.outcome.parse().unwrap_or(0),
        "done" => m.outcome.parse().unwrap_or(-1),
        _ => return,
    };
    if thing.kind != "sync.WaitGroup" {
        return;
    }
    add(&mut now.counters, m.object, by);
}

fn add(counters: &mut Vec<(usize, i64)>, object: usize, by: i64) {
    match counters.iter_mut().find(|(o, _)| *o == object) {
        Some((_, n)) => *n += by,
        None => counters.push((object, by)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use goroutines::explore::record_schedule;
    use goroutines::prelude::*;

    fn is_of(frame: &Frame, id: u64) -> &Is {
        &frame
            .rows
            .iter()
            .find(|r| r.id == id)
            .expect("it is there")
            .is
    }

    #[test]
    fn a_channel_stands_in_each_frame_as_it_stood() {
        let token = "G1".parse().expect("a schedule");
        let story = record_schedule(&token, || {
            let ch = chan(1);
            let to = ch.clone();
            go!({
                to.send(7);
                to.send(8);
                to.close();
            });
            while ch.recv().is_some() {}
        });
        let frames = of(&story);
        assert_eq!(frames.len(), story.moments.len() + 1);
        assert_eq!(is_of(&frames[0], 1), &Is::CanRun);
        assert_eq!(is_of(&frames[0], 2), &Is::Unborn);
        let waits = frames
            .iter()
            .position(|f| matches!(is_of(f, 1), Is::Waits { .. }))
            .expect("main waits at some time");
        assert_eq!(frames[waits].channels[0].recvq, [Sudog::receives(1)]);
        let sent = frames[waits..]
            .iter()
            .find(|f| is_of(f, 1) == &Is::CanRun)
            .expect("it is woken");
        assert!(sent.channels[0].recvq.is_empty());
        let last = frames.last().expect("there are frames");
        assert!(last.channels[0].closed);
        assert!(last.rows.iter().all(|r| r.is == Is::Ended));
    }

    #[test]
    fn a_lock_has_a_holder_and_a_variable_a_value() {
        let token = "G1".parse().expect("a schedule");
        let story = record_schedule(&token, || {
            let mu = std::sync::Arc::new(Mutex::new(()));
            let n = Shared::new(0);
            let wg = WaitGroup::new();
            for _ in 0..2 {
                let (mu, n) = (mu.clone(), n.clone());
                wg.go(move || {
                    let held = mu.lock();
                    n.set(n.get() + 1);
                    drop(held);
                });
            }
            wg.wait();
        });
        let frames = of(&story);
        assert!(frames.iter().any(|f| f.held.len() == 1));
        assert!(frames.iter().all(|f| f.held.len() < 2));
        let last = frames.last().expect("there are frames");
        assert!(last.held.is_empty());
        assert_eq!(last.values.first().map(|(_, v)| v.as_str()), Some("2"));
    }

    #[test]
    fn readers_writers_and_those_who_only_tried_hold_what_they_hold() {
        let story = record_schedule(&"G1".parse().expect("a schedule"), || {
            let rw = std::sync::Arc::new(RWMutex::new(0));
            let mu = Mutex::new(());
            let held = mu.try_lock();
            let wg = WaitGroup::new();
            for _ in 0..2 {
                let rw = rw.clone();
                wg.go(move || {
                    let first = rw.read();
                    runtime::gosched();
                    drop(first);
                    *rw.write() += 1;
                });
            }
            wg.wait();
            drop(held);
        });
        let frames = of(&story);
        let named = |what: &str| {
            let m = story.moments.iter().find(|m| m.what == what);
            m.expect("it is made").object
        };
        let (mu, rw) = (named("try_lock"), named("read"));
        let holders = |f: &Frame, object, shared| {
            let held = f.held.iter();
            held.filter(|h| h.object == object && h.shared == shared)
                .count()
        };
        assert!(frames.iter().any(|f| holders(f, mu, false) == 1));
        assert!(frames.iter().any(|f| holders(f, rw, true) == 2));
        let writers = |who| {
            let all = frames.iter();
            all.filter(|f| {
                f.held.contains(&Held {
                    object: rw,
                    who,
                    shared: false,
                })
            })
            .count()
        };
        assert!(
            writers(2) > 0 && writers(3) > 0,
            "one waits for readers, one for the other"
        );
        assert!(frames.iter().all(|f| holders(f, rw, false) < 2));
        let most = frames
            .iter()
            .flat_map(|f| &f.counters)
            .map(|(_, n)| *n)
            .max();
        let last = frames.last().expect("there are frames");
        assert_eq!(most, Some(2));
        assert_eq!(last.counters.first().map(|(_, n)| *n), Some(0));
        assert!(last.held.is_empty());
    }

    #[test]
    fn behind_the_steps_that_were_not_kept_only_what_is_known_is_shown() {
        let story = record_schedule(&"G1".parse().expect("a schedule"), || {
            let mu = std::sync::Arc::new(Mutex::new(0));
            let n = Shared::new(0);
            let wg = WaitGroup::new();
            for who in 2..5 {
                let (mu, n, group) = (mu.clone(), n.clone(), wg.clone());
                wg.go(move || {
                    if who == 3 {
                        group.add(2);
                        group.add(-2);
                    }
                    for _ in 0..if who == 3 { 1 } else { 400 } {
                        let held = mu.lock();
                        n.set(n.get() + 1);
                        says(who);
                        drop(held);
                    }
                });
            }
            wg.wait();
        });
        let gap = story
            .moments
            .windows(2)
            .position(|w| w[1].number != w[0].number + 1)
            .expect("some are left out");
        let frames = of(&story);
        let behind = &frames[gap + 2];
        assert!(behind.held.len() < 2, "{:?}", behind.held);
        let counter = |f: &Frame| f.counters.first().map(|(_, n)| *n);
        assert_eq!(is_of(&frames[gap + 1], 3), &Is::CanRun);
        assert_eq!(is_of(behind, 3), &Is::Ended);
        assert_eq!(counter(behind), Some(1));
        assert_eq!(frames.last().and_then(counter), Some(0));
        let lines = |f: &Frame| f.output.lines().count();
        assert_eq!(lines(frames.last().expect("frames")), 801);
        assert!(lines(behind) > lines(&frames[gap + 1]) + 1);
        for f in &frames[gap + 2..] {
            assert!(f.held.iter().all(|h| {
                let holder = f.rows.iter().find(|r| r.id == h.who).map(|r| &r.is);
                matches!(holder, Some(Is::CanRun))
            }));
        }
        assert_eq!(is_of(frames.last().expect("frames"), 1), &Is::Ended);
    }

    #[test]
    fn every_place_is_the_programs() {
        let story = record_schedule(&"G1".parse().expect("a schedule"), || {
            let (up, cancel) = context::with_cancel(&context::background());
            let (down, also) = context::with_timeout(&up, time::Duration::from_secs(1));
            let stop = context::after_func(&down, || ());
            let wg = WaitGroup::new();
            let twice = cancel.clone();
            wg.go(twice);
            wg.go(move || assert!(down.done().recv().is_none()));
            cancel();
            also();
            stop();
            wg.wait();
        });
        let places = story.moments.iter().filter_map(|m| m.place.as_ref());
        let others: Vec<_> = places.filter(|p| p.name() != "frames.rs").collect();
        assert!(others.is_empty(), "{others:?}");
        let words = ["child", "stop", "cancel"];
        assert!(
            words
                .iter()
                .all(|w| story.moments.iter().any(|m| m.what == *w))
        );
    }

    /// The exploring scheduler sees what `goroutines::println!` prints.
    fn says(who: u64) {
        goroutines::println!("{who}");
    }
}
