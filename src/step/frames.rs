//! A schedule as frames: what every goroutine and every object was after each of its steps.

use super::hchan::{Channel, Sudog};
use goroutines::explore::Story;

/// What a goroutine is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Is {
    Unborn,
    CanRun,
    Waits { reason: String, object: usize },
    Ended,
}

/// A goroutine in a frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub id: u64,
    pub is: Is,
    /// The line of its last step.
    pub line: Option<u32>,
}

/// All there is to see after a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    pub rows: Vec<Row>,
    pub channels: Vec<Channel>,
    /// Variables, and what was last read or written: object and value.
    pub values: Vec<(usize, String)>,
    /// Locks that are held: object and who.
    pub held: Vec<(usize, u64)>,
    pub output: String,
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
        held: Vec::new(),
        output: String::new(),
    };
    // The object of each goroutine's last operation: what it waits for, if it waits.
    let mut last = vec![0; story.members.len() + 1];
    // Whether it waits for a lock.
    let mut wanted = vec![false; story.members.len() + 1];
    let mut all = vec![now.clone()];
    for m in &story.moments {
        let who = usize::try_from(m.who).unwrap_or(0);
        if m.object > 0
            && let Some(object) = last.get_mut(who)
        {
            *object = m.object;
        }
        let object = last.get(who).copied().unwrap_or(0);
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
        locks(&mut now, m, object, wanted.get(who) == Some(&true), &is);
        if let Some(wanted) = wanted.get_mut(who) {
            *wanted = m.parked.as_deref() == Some("sync.Mutex.Lock");
        }
        now.output.push_str(&m.printed);
        all.push(now.clone());
    }
    all
}

type Moment = goroutines::explore::Moment;

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
    if !matches!(thing.kind.as_str(), "variable" | "atomic") || m.outcome.is_empty() {
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

/// A lock is held from a `lock` that does not wait, or from the step in which one who `wanted` it goes on, to `unlock`.
fn locks(now: &mut Frame, m: &Moment, object: usize, wanted: bool, is: &Is) {
    let waits = matches!(is, Is::Waits { .. });
    match m.what.as_str() {
        "unlock" => now.held.retain(|(o, _)| *o != object),
        "lock" if !waits => now.held.push((object, m.who)),
        "wakes" if wanted && !waits => now.held.push((object, m.who)),
        _ => {}
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
}
