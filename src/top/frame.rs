//! What a program tells of itself at one moment, as the library writes it, and how fast it went between two moments.

use serde::{Deserialize, Serialize};

/// A line that a runtime has sent.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Frame {
    pub pid: u32,
    /// Which of the process's runtimes.
    pub runtime: u64,
    /// Milliseconds since its first line.
    pub at_ms: u64,
    pub goroutines: u64,
    pub procs: usize,
    pub idle_procs: usize,
    pub threads: usize,
    pub idle_threads: usize,
    pub searching: usize,
    /// Goroutines in the global queue.
    pub global: usize,
    pub timers: usize,
    pub ps: Vec<P>,
    pub ms: Vec<M>,
    pub groups: Vec<Group>,
    /// Goroutines that are in none of the groups.
    pub others: u64,
    /// In the last line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<String>,
}

/// A P; the numbers count from the start.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct P {
    pub p: usize,
    pub m: Option<usize>,
    pub g: Option<u64>,
    pub next: bool,
    pub queue: usize,
    /// How many timers it has, and in how many milliseconds the first is due.
    #[serde(default)]
    pub timers: usize,
    #[serde(default)]
    pub first_ms: Option<u64>,
    pub ran: u64,
    pub stolen: u64,
    pub handed_off: u64,
    pub preempted: u64,
}

/// A thread.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct M {
    pub m: usize,
    pub is: String,
    pub p: Option<usize>,
    pub g: Option<u64>,
}

/// Goroutines that do the same at the same place.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Group {
    pub n: u64,
    pub state: String,
    pub why: String,
    pub at: Option<String>,
    pub longest_ms: Option<u64>,
}

impl Group {
    /// Why it waits, or else what it does.
    pub fn doing(&self) -> &str {
        match self.state.as_str() {
            "waiting" => &self.why,
            "syscall" => "blocking call",
            other => other,
        }
    }

    pub fn place(&self) -> &str {
        self.at.as_deref().unwrap_or("main")
    }
}

/// So many a second.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Rates {
    /// Goroutines that began to run on a P: switches.
    pub switches: f64,
    pub steals: f64,
    pub hand_offs: f64,
    pub preemptions: f64,
    /// Switches of each P.
    pub by_p: Vec<f64>,
}

impl Rates {
    /// Between two moments of one runtime.
    pub fn between(before: &Frame, now: &Frame) -> Rates {
        let seconds = now.at_ms.saturating_sub(before.at_ms) as f64 / 1000.0;
        let rate = |n: u64| {
            if seconds > 0.0 {
                n as f64 / seconds
            } else {
                0.0
            }
        };
        // GOMAXPROCS may have changed: a P that was not there had done nothing.
        let of = |p: &P, count: fn(&P) -> u64| {
            let old = before.ps.iter().find(|b| b.p == p.p).map_or(0, count);
            rate(count(p).saturating_sub(old))
        };
        let all = |count: fn(&P) -> u64| now.ps.iter().map(|p| of(p, count)).sum();
        Rates {
            switches: all(|p| p.ran),
            steals: all(|p| p.stolen),
            hand_offs: all(|p| p.handed_off),
            preemptions: all(|p| p.preempted),
            by_p: now.ps.iter().map(|p| of(p, |p| p.ran)).collect(),
        }
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// A moment of two Ps, so many milliseconds and switches of the first after the start.
    pub fn frame(at_ms: u64, ran: u64) -> Frame {
        let p = |p, ran| P {
            p,
            m: Some(p),
            g: Some(7),
            next: true,
            queue: 3,
            timers: 1 - p,
            first_ms: (p == 0).then_some(1500),
            ran,
            stolen: 0,
            handed_off: 2,
            preempted: 0,
        };
        let group = |n, state: &str, why: &str, at: Option<&str>| Group {
            n,
            state: state.to_string(),
            why: why.to_string(),
            at: at.map(str::to_string),
            longest_ms: (state == "waiting").then_some(1500),
        };
        Frame {
            pid: 1,
            runtime: 1,
            at_ms,
            goroutines: 103,
            procs: 2,
            idle_procs: 0,
            threads: 4,
            idle_threads: 1,
            searching: 0,
            global: 5,
            timers: 1,
            ps: vec![p(0, ran), p(1, 0)],
            ms: vec![M {
                m: 3,
                is: "call".to_string(),
                p: None,
                g: Some(9),
            }],
            groups: vec![
                group(100, "waiting", "chan receive", Some("src/main.rs:7")),
                group(1, "running", "", None),
                group(2, "waiting", "sleep", Some("src/main.rs:9")),
            ],
            others: 0,
            ended: None,
        }
    }

    #[test]
    fn rates_are_per_second_and_a_new_p_began_at_nothing() {
        let (mut before, now) = (frame(100, 1000), frame(600, 2000));
        let rates = Rates::between(&before, &now);
        assert_eq!((rates.switches, rates.hand_offs), (2000.0, 0.0));
        assert_eq!(rates.by_p, [2000.0, 0.0]);
        before.ps.pop();
        assert_eq!(Rates::between(&before, &now).hand_offs, 4.0);
        assert_eq!(Rates::between(&now, &now).switches, 0.0);
    }
}
