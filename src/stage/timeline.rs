//! Who did what, and when: a row for each goroutine of a program, drawn from the program's own trace.

use super::{Stage, drawn_from};
use crate::text;
use goroutines::Builder;
use goroutines::explore::{self, Schedule, Story};
use goroutines::trace::{Event, Trace, What};
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// The most columns of time.
const WIDEST: usize = 60;

/// What a goroutine is, as far as a lesson asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Being {
    /// It runs, or it sleeps: in demos a sleep stands for work that is done elsewhere.
    Works,
    Receives,
    Sends,
    /// It waits for the first of several things.
    Selects,
    /// It waits for something else: a lock, a group, its turn.
    Waits,
}

impl Being {
    const ALL: [Being; 5] = [
        Being::Works,
        Being::Receives,
        Being::Sends,
        Being::Selects,
        Being::Waits,
    ];

    fn of(reason: &str) -> Being {
        match reason {
            "sleep" => Being::Works,
            "select" => Being::Selects,
            r if r.starts_with("chan receive") => Being::Receives,
            r if r.starts_with("chan send") => Being::Sends,
            _ => Being::Waits,
        }
    }

    fn sign(self) -> char {
        match self {
            Being::Works => '█',
            Being::Receives => '‹',
            Being::Sends => '›',
            Being::Selects => '▒',
            Being::Waits => '·',
        }
    }

    fn says(self) -> &'static str {
        match self {
            Being::Works => "works",
            Being::Receives => "waits to receive",
            Being::Sends => "waits to send",
            Being::Selects => "waits in a select",
            Being::Waits => "waits",
        }
    }
}

/// One goroutine: what it was, each from a moment on; `None` from its end on.
type Lane = Vec<(Duration, Option<Being>)>;

/// What the goroutines of a program did, and how long main lasted.
#[derive(Debug, Default)]
pub struct Timeline {
    /// By the goroutines' numbers, so in the order in which they were made.
    lanes: BTreeMap<u64, Lane>,
    pub lasted: Duration,
}

/// The number of main.
const MAIN: u64 = 1;

impl Timeline {
    fn turn(&mut self, g: u64, being: Option<Being>, at: Duration) {
        self.lanes.entry(g).or_default().push((at, being));
        if g == MAIN && being.is_none() {
            self.lasted = at;
        }
    }

    fn of_trace(trace: &Trace) -> Timeline {
        let mut all = Timeline::default();
        // How long the OS needs to start a thread for main is no part of it.
        let begins = |e: &&Event| e.g == Some(MAIN) && e.what == What::Start;
        let dawn = trace.events().iter().find(begins).map(|e| e.time);
        for e in trace.events() {
            let at = e.time.saturating_sub(dawn.unwrap_or_default());
            match (e.what, e.g) {
                (What::Create { g, .. } | What::Unblock { g, .. }, _) => {
                    all.turn(g, Some(Being::Waits), at);
                }
                (What::Start, Some(g)) => all.turn(g, Some(Being::Works), at),
                (What::SyscallExit, Some(g)) if e.p.is_some() => {
                    all.turn(g, Some(Being::Works), at);
                }
                (What::SyscallExit | What::Yield | What::StandBack | What::Preempt, Some(g)) => {
                    all.turn(g, Some(Being::Waits), at);
                }
                (What::Block { reason, .. }, Some(g)) => {
                    all.turn(g, Some(Being::of(reason)), at);
                }
                (What::End, Some(g)) => all.turn(g, None, at),
                _ => {}
            }
        }
        all
    }

    /// Under a schedule time passes only while everybody waits.
    fn of_story(story: &Story) -> Timeline {
        let mut all = Timeline::default();
        for m in story.moments.iter().filter(|m| m.who != 0) {
            let at = Duration::from_nanos(m.time);
            if m.ended {
                all.turn(m.who, None, at);
            } else {
                let being = m.parked.as_deref().map_or(Being::Works, Being::of);
                all.turn(m.who, Some(being), at);
            }
        }
        all
    }

    /// What a goroutine was for most of the time between two moments.
    fn mostly(lane: &Lane, from: Duration, to: Duration) -> Option<Being> {
        let mut most = (Duration::ZERO, None);
        let kinds = Being::ALL.map(Some).into_iter().chain([None]);
        for kind in kinds {
            let mut long = Duration::ZERO;
            // Before its first moment it was not there.
            let before = (Duration::ZERO, None);
            let starts = std::iter::once(&before).chain(lane);
            let ends = lane.iter().map(|(at, _)| *at).chain([to]);
            for ((begins, being), ends) in starts.zip(ends) {
                if *being == kind {
                    long += ends.min(to).saturating_sub((*begins).max(from));
                }
            }
            if long > most.0 {
                most = (long, kind);
            }
        }
        most.1
    }
}

impl Stage<'_> {
    /// Runs a program on one P and watches it: its work is what it sleeps.
    ///
    /// A fixed stage runs it under a schedule whose clock stands still while anybody can run, so that every moment is the
    /// same each time.
    pub fn watch<R: Send + 'static>(
        &self,
        main: impl Fn() -> R + Send + Sync + 'static,
    ) -> io::Result<(R, Timeline)> {
        if self.fixed().is_none() {
            let (r, trace) = drawn_from(Builder::new().procs(1), main)?;
            return Ok((r, Timeline::of_trace(&trace)));
        }
        let main = Arc::new(main);
        let theirs = main.clone();
        super::also(move || drop(theirs()));
        let result = Arc::new(Mutex::new(None));
        let out = result.clone();
        let story = explore::record_schedule(&Schedule::default(), move || {
            let r = main();
            *out.lock().unwrap() = Some(r);
        });
        let r = result.lock().unwrap().take();
        let r = r.ok_or_else(|| io::Error::other("its program did not come to its end"))?;
        Ok((r, Timeline::of_story(&story)))
    }

    /// A row for each of the goroutines that are named: main, and the others in the order in which they were made.
    ///
    /// ```text
    ///          0 ms                30 ms
    ///   main   ‹‹‹‹‹‹‹‹‹‹‹‹‹‹‹‹‹‹‹‹‹‹‹‹‹
    ///   first  ██████████████›››››
    /// ```
    pub fn timeline(&mut self, t: &Timeline, names: &[&str]) -> io::Result<()> {
        self.timeline_until(t, names, t.lasted)
    }

    /// The same on a scale that ends at `whole`, beside another one.
    pub fn timeline_until(
        &mut self,
        t: &Timeline,
        names: &[&str],
        whole: Duration,
    ) -> io::Result<()> {
        let wide = names.iter().map(|n| text::width(n)).max().unwrap_or(0);
        let columns = self.width().saturating_sub(wide + 5).clamp(20, WIDEST);
        let whole = whole.max(Duration::from_micros(1));
        let end = in_ms(whole);
        let between = columns.saturating_sub(4);
        writeln!(self, "  {}  0 ms{end:>between$}", text::pad("", wide))?;
        let mut seen = [false; Being::ALL.len()];
        let at = |column: usize| whole * column as u32 / columns as u32;
        for (name, lane) in names.iter().zip(t.lanes.values()) {
            let row: String = (0..columns)
                .map(|c| {
                    let being = Timeline::mostly(lane, at(c), at(c + 1));
                    being.map_or(' ', |being| {
                        seen[being as usize] = true;
                        being.sign()
                    })
                })
                .collect();
            writeln!(self, "  {}  {}", text::pad(name, wide), row.trim_end())?;
        }
        writeln!(self)?;
        let signs: Vec<String> = Being::ALL
            .into_iter()
            .filter(|being| seen[*being as usize])
            .map(|being| format!("{} {}", being.sign(), being.says()))
            .collect();
        self.say(&signs.join("   "))
    }
}

/// `35 ms`.
pub fn in_ms(d: Duration) -> String {
    format!("{:.0} ms", d.as_secs_f64() * 1e3)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Look;
    use goroutines::prelude::*;

    fn ms(n: u64) -> Duration {
        Duration::from_millis(n)
    }

    /// main receives after 10 ms; the other one can send after 5, and ends after 15.
    fn two() -> &'static str {
        let ch = chan::<()>(0);
        let out = ch.clone();
        let wg = WaitGroup::new();
        wg.go(move || {
            time::sleep(ms(5));
            out.send(());
            time::sleep(ms(5));
        });
        time::sleep(ms(10));
        ch.recv();
        wg.wait();
        "done"
    }

    #[test]
    fn a_fixed_stage_draws_what_the_clock_of_the_schedule_says() {
        let mut shown = String::new();
        let mut stage = Stage::new(Look::plain(40), Some(1), |s| shown.push_str(s));
        let (r, t) = stage.watch(two).unwrap();
        assert_eq!((r, t.lasted), ("done", ms(15)));
        stage.timeline(&t, &["main", "other"]).unwrap();
        drop(stage);
        let rows: Vec<&str> = shown.lines().collect();
        assert_eq!(
            rows[..3],
            [
                "         0 ms                     15 ms",
                "  main   ████████████████████··········",
                "  other  ██████████››››››››››██████████",
            ]
        );
        assert_eq!(rows[4], "█ works   › waits to send   · waits");
    }

    #[test]
    fn a_real_run_has_the_same_rows() {
        let stage = Stage::new(Look::plain(40), None, |_| ());
        let (_, t) = stage.watch(two).unwrap();
        assert!(t.lasted >= ms(15));
        let lane = &t.lanes[&2];
        assert_eq!(Timeline::mostly(lane, ms(0), ms(5)), Some(Being::Works));
        assert_eq!(Timeline::mostly(lane, t.lasted, t.lasted + ms(9)), None);
        assert!(lane.iter().any(|(_, b)| *b == Some(Being::Sends)));
    }
}
