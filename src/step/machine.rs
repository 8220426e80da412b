//! A trace, frame by frame: the Ms, the Ps and their queues after each event that moves somebody.

use goroutines::trace::{Event, Kind, Machine, Trace};

/// From one kept machine to the next, in events: those between are worked out anew.
const KEPT: usize = 512;

/// A trace to be walked through.
#[derive(Debug)]
pub struct Movie {
    pub title: String,
    events: Vec<Event>,
    /// The events that moved somebody, with what each was.
    moved: Vec<(usize, Kind)>,
    /// The machine before every so many events.
    kept: Vec<Machine>,
}

impl Movie {
    pub fn new(title: String, trace: &Trace) -> Movie {
        let events = trace.events().to_vec();
        let mut machine = Machine::new();
        let (mut moved, mut kept) = (Vec::new(), Vec::new());
        for (i, event) in events.iter().enumerate() {
            if i % KEPT == 0 {
                kept.push(machine.clone());
            }
            moved.extend(machine.step(event).map(|kind| (i, kind)));
        }
        Movie {
            title,
            events,
            moved,
            kept,
        }
    }

    /// The number of the last frame; 0 is before anything has moved.
    pub fn last(&self) -> usize {
        self.moved.len()
    }

    /// How many events of this kind there are.
    pub fn count(&self, kind: Kind) -> usize {
        self.moved.iter().filter(|(_, k)| *k == kind).count()
    }

    /// The event that led to this frame.
    fn event(&self, at: usize) -> Option<&Event> {
        let (i, _) = self.moved.get(at.checked_sub(1)?)?;
        self.events.get(*i)
    }

    /// The machine in this frame.
    pub fn machine(&self, at: usize) -> Machine {
        let Some((end, _)) = at.checked_sub(1).and_then(|i| self.moved.get(i)) else {
            return Machine::new();
        };
        let kept = end / KEPT;
        let mut machine = self.kept.get(kept).cloned().unwrap_or_default();
        for event in &self.events[kept * KEPT..=*end] {
            machine.step(event);
        }
        machine
    }

    /// What led to this frame, as a sentence.
    pub fn says(&self, at: usize) -> String {
        match self.event(at) {
            None => "nothing has happened yet".to_string(),
            Some(event) => {
                let said = event.to_string();
                let words = said.split_whitespace().skip(1);
                // A dash stands for no P, and for no goroutine.
                let words: Vec<&str> = words.filter(|w| *w != "-").collect();
                words.join(" ")
            }
        }
    }

    /// The events around this frame, `rows` of them, with a mark at its own.
    pub fn around(&self, at: usize, rows: usize) -> Vec<String> {
        let first = at.saturating_sub(rows / 2).max(1);
        (first..=self.last())
            .take(rows)
            .filter_map(|i| {
                let mark = if i == at { '▶' } else { ' ' };
                Some(format!("{mark}{}", self.event(i)?))
            })
            .collect()
    }

    /// The machine line by line, with a mark at those that this frame has changed.
    pub fn lines(&self, at: usize) -> Vec<String> {
        // At the start nothing has changed.
        let before = self.machine(at.saturating_sub(1)).to_string();
        let before: Vec<&str> = before.lines().collect();
        let now = self.machine(at).to_string();
        now.lines()
            .map(|line| {
                let mark = if before.contains(&line) { ' ' } else { '▶' };
                format!("{mark}{line}")
            })
            .collect()
    }

    /// The next frame to which an event of this kind has led.
    pub fn next(&self, at: usize, kind: Kind) -> Option<usize> {
        (at + 1..=self.last()).find(|i| self.moved[i - 1].1 == kind)
    }

    /// The last frame before this one to which an event of this kind has led.
    pub fn previous(&self, at: usize, kind: Kind) -> Option<usize> {
        (1..at).rev().find(|i| self.moved[i - 1].1 == kind)
    }

    /// The next frame to which an event of this goroutine's own has led.
    pub fn next_of(&self, at: usize, g: u64) -> Option<usize> {
        (at + 1..=self.last()).find(|i| self.event(*i).and_then(|e| e.g) == Some(g))
    }

    /// The largest number of a goroutine that does anything.
    pub fn most(&self) -> u64 {
        self.events.iter().filter_map(|e| e.g).max().unwrap_or(0)
    }

    /// All frames as text, one below the other.
    pub fn print(&self, mut line: impl FnMut(String)) {
        for at in 0..=self.last() {
            line(format!("frame {at} of {}: {}", self.last(), self.says(at)));
            for l in self.lines(at) {
                line(format!(" {l}"));
            }
            line(String::new());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use goroutines::prelude::*;
    use goroutines::trace::{Sink, Spot};

    fn movie() -> Movie {
        let sink = Sink::new();
        Builder::new().procs(1).trace(sink.clone()).run(|| {
            let wg = WaitGroup::new();
            for _ in 0..300 {
                wg.go(runtime::gosched);
            }
            wg.wait();
        });
        Movie::new("test".to_string(), &sink.take())
    }

    #[test]
    fn a_frame_is_the_same_from_wherever_one_comes() {
        let movie = movie();
        let mut machine = Machine::new();
        let mut at = 0;
        for event in &movie.events {
            if machine.step(event).is_some() {
                at += 1;
                if at % 97 == 0 || at == movie.last() {
                    assert_eq!(movie.machine(at).to_string(), machine.to_string(), "{at}");
                }
            }
        }
        assert_eq!(at, movie.last());
        assert!(movie.events.len() > 2 * KEPT, "{}", movie.events.len());
    }

    #[test]
    fn a_switch_is_followed_by_the_next_one_and_preceded_by_the_last() {
        let movie = movie();
        let first = movie.next(0, Kind::Switch).expect("main begins");
        assert_eq!(movie.machine(first).spot(1), Some(Spot::Running(0)));
        assert!(
            movie
                .lines(first)
                .iter()
                .any(|l| l.starts_with("▶P0  M0 runs G1"))
        );
        let second = movie.next(first, Kind::Switch).expect("another");
        assert_eq!(movie.previous(second, Kind::Switch), Some(first));
        assert_eq!(movie.previous(first, Kind::Switch), None);
        // 300 begin and go on, main begins and goes on.
        assert_eq!(movie.count(Kind::Switch), 602);
        assert!(
            movie.says(first).contains("runs on M0"),
            "{}",
            movie.says(first)
        );
    }
}
