//! A trace as spans: what each goroutine was, from when to when, and who woke whom. All drawings start from here.

use std::collections::BTreeMap;
use std::time::Duration;

use super::event::{Event, Place, Waker, What};

/// What a goroutine is during a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Being {
    /// It could run, and nobody runs it.
    Runnable,
    /// It runs on this P, on this M.
    Running { p: usize, m: usize },
    Waiting {
        reason: &'static str,
        at: Option<Place>,
        /// What it waits for, as far as is known; 0 for nothing.
        object: u32,
    },
    /// It is in a blocking call; with the P, or without.
    Syscall { p: Option<usize> },
}

/// From when to when a goroutine was what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) from: Duration,
    pub(super) to: Duration,
    pub(super) being: Being,
    /// How it ended, for whoever asks: `preempted`, `gave way`.
    pub(super) end: &'static str,
}

/// The life of one goroutine.
#[derive(Clone, Debug)]
pub(super) struct Life {
    pub(super) g: u64,
    pub(super) name: &'static str,
    pub(super) at: Option<Place>,
    pub(super) born: Duration,
    /// When it ended; `None`: it was still there when the trace was taken.
    pub(super) ended: Option<Duration>,
    pub(super) spans: Vec<Span>,
    /// The object of its last operation.
    last: u32,
}

/// Somebody made somebody runnable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wake {
    pub(super) time: Duration,
    /// The goroutine that did it.
    pub(super) from: Option<u64>,
    pub(super) to: u64,
    pub(super) by: Waker,
}

/// A whole trace, for drawing.
#[derive(Clone, Debug, Default)]
pub(super) struct Spans {
    /// By number.
    pub(super) lives: BTreeMap<u64, Life>,
    pub(super) wakes: Vec<Wake>,
    /// The time of the last event.
    pub(super) end: Duration,
    /// The highest GOMAXPROCS.
    pub(super) procs: usize,
}

impl Life {
    fn begin(&mut self, being: Being, now: Duration) {
        self.spans.push(Span {
            from: now,
            to: now,
            being,
            end: "",
        });
    }

    fn stop(&mut self, how: &'static str, now: Duration) {
        if let Some(last) = self.spans.last_mut()
            && self.ended.is_none()
        {
            last.to = now;
            last.end = how;
        }
    }

    fn is(&self) -> Option<Being> {
        self.spans.last().map(|s| s.being)
    }
}

impl Spans {
    pub(super) fn of(events: &[Event]) -> Spans {
        let mut all = Spans::default();
        for e in events {
            // What a thread does once nobody runs any more is no part of the picture.
            let aside = matches!(
                e.what,
                What::ThreadSleep { .. }
                    | What::ThreadWake
                    | What::Sched { .. }
                    | What::Queue { .. }
            );
            if !aside {
                all.end = all.end.max(e.time);
            }
            match e.what {
                What::Procs { n } => all.procs = all.procs.max(n),
                What::Create { g, name, at } => {
                    let mut life = Life {
                        g,
                        name,
                        at,
                        born: e.time,
                        ended: None,
                        spans: Vec::new(),
                        last: 0,
                    };
                    life.begin(Being::Runnable, e.time);
                    all.lives.insert(g, life);
                }
                What::Unblock { g, by } => {
                    all.wakes.push(Wake {
                        time: e.time,
                        from: e.g.filter(|_| by == Waker::Goroutine),
                        to: g,
                        by,
                    });
                    all.turn(g, Some(Being::Runnable), "woken", e.time);
                }
                _ => {
                    if let Some(g) = e.g {
                        all.own(g, e);
                    }
                }
            }
        }
        let end = all.end;
        for life in all.lives.values_mut() {
            if life.ended.is_none()
                && let Some(last) = life.spans.last_mut()
            {
                last.to = end;
            }
        }
        all
    }

    /// What a goroutine does itself, or what is done to it.
    fn own(&mut self, g: u64, e: &Event) {
        let now = e.time;
        match e.what {
            What::Start => {
                let being = Being::Running {
                    p: e.p.unwrap_or(0),
                    m: e.m.unwrap_or(0),
                };
                self.turn(g, Some(being), "started", now);
            }
            What::Yield | What::StandBack => {
                self.turn(g, Some(Being::Runnable), "gave way", now);
            }
            What::Preempt => self.turn(g, Some(Being::Runnable), "preempted", now),
            What::Block { reason, at } => {
                let object = self.lives.get(&g).map_or(0, |l| l.last);
                let being = Being::Waiting { reason, at, object };
                self.turn(g, Some(being), reason, now);
            }
            What::Op { object, .. } => {
                if let Some(life) = self.lives.get_mut(&g) {
                    life.last = object;
                }
            }
            What::SyscallEnter { .. } => {
                self.turn(g, Some(Being::Syscall { p: e.p }), "blocking call", now);
            }
            What::Retake => {
                self.turn(g, Some(Being::Syscall { p: None }), "its P was taken", now);
            }
            What::SyscallExit => {
                let being = match (e.p, e.m) {
                    (Some(p), Some(m)) => Being::Running { p, m },
                    _ => Being::Runnable,
                };
                self.turn(g, Some(being), "back", now);
            }
            What::End => self.turn(g, None, "ended", now),
            _ => {}
        }
    }

    fn turn(&mut self, g: u64, being: Option<Being>, how: &'static str, now: Duration) {
        let Some(life) = self.lives.get_mut(&g) else {
            return;
        };
        if being.is_some() && life.is() == being && being == Some(Being::Runnable) {
            // It was told twice: back from a call without a P, and then that it gave way.
            return;
        }
        life.stop(how, now);
        match being {
            Some(being) => life.begin(being, now),
            None => life.ended = Some(now),
        }
    }
}

/// The function that a closure stands in, without the crate and the crate's own wrappers: `main` of
/// `goroutines::…::go<prog::main::{{closure}}>::{{closure}}`.
pub(super) fn short_name(name: &str) -> &str {
    let inner = match name.find('<') {
        Some(i) if name.starts_with("goroutines::") => {
            let rest = &name[i + 1..];
            rest.rfind('>').map_or(rest, |end| &rest[..end])
        }
        _ => name,
    };
    let inner = inner.split_once("::").map_or(inner, |(_, rest)| rest);
    inner.split("::{{closure}}").next().unwrap_or(inner)
}

impl Life {
    /// What a person calls it: where it was made, and in which function.
    pub(super) fn label(&self) -> String {
        label(self.name, self.at)
    }
}

/// As [`Life::label`].
pub(super) fn label(name: &str, at: Option<Place>) -> String {
    match at {
        None => "main".to_string(),
        Some(at) => {
            let file = at.file.rsplit('/').next().unwrap_or(at.file);
            // The file says where it is: its name will do, without the modules.
            let inner = short_name(name).rsplit("::").next().unwrap_or(name);
            format!("{file}:{} {inner}", at.line)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_inside_the_wrapper_is_shown() {
        assert_eq!(
            short_name("goroutines::sync::WaitGroup::go<prog::main::{{closure}}>::{{closure}}"),
            "main"
        );
        assert_eq!(
            short_name("prog::a::work::{{closure}}::{{closure}}"),
            "a::work"
        );
        assert_eq!(short_name("main"), "main");
    }
}
