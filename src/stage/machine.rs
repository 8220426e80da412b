//! The picture of a scheduler at one moment: its Ps with whom they run and their queues, the Ms without a P, who waits.

use super::Stage;
use crate::text;
use goroutines::runtime::SchedSnapshot;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// What stands where there is nobody.
const NOBODY: &str = "—";

/// `G2 G3 G4`, or the first ones and how many there are if they would be wider than `columns`.
pub fn goroutines(ids: &[u64], columns: usize) -> String {
    let Some(last) = ids.last() else {
        return NOBODY.to_string();
    };
    let all: Vec<String> = ids.iter().map(|id| format!("G{id}")).collect();
    let whole = all.join(" ");
    if ids.len() < 3 || text::width(&whole) <= columns {
        return whole;
    }
    format!(
        "{} … G{last} ({})",
        all[0],
        text::thousands(ids.len() as u64)
    )
}

/// `G7`, or a dash.
pub fn goroutine(id: Option<u64>) -> String {
    id.map_or_else(|| NOBODY.to_string(), |id| format!("G{id}"))
}

/// The goroutines that wait, by what they wait for.
pub fn waiting(at: &SchedSnapshot) -> BTreeMap<&str, Vec<u64>> {
    let mut by_reason: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    for g in &at.goroutines {
        if !["running", "runnable", "syscall"].contains(&g.status.as_str()) {
            by_reason.entry(&g.status).or_default().push(g.id);
        }
    }
    by_reason
}

impl Stage<'_> {
    /// A scheduler at one moment. A table: a row for each P, with the M that holds it, then one for each M without a P
    /// that has a goroutine; below it, who is in no P's queue.
    ///
    /// How many Ms sleep differs from run to run: a fixed stage does not show it.
    pub fn machine(&mut self, at: &SchedSnapshot) -> io::Result<()> {
        let room = self.width().saturating_sub(28);
        let mut rows = vec![["P", "M", "runs", "next", "its queue"].map(String::from)];
        for p in &at.ps {
            let m = at.ms.iter().find(|m| m.p == Some(p.id));
            rows.push([
                format!("P{}", p.id),
                m.map_or_else(|| NOBODY.to_string(), |m| format!("M{}", m.id)),
                goroutine(m.and_then(|m| m.g)),
                goroutine(p.runnext),
                goroutines(&p.run_queue, room),
            ]);
        }
        for m in at.ms.iter().filter(|m| m.p.is_none()) {
            if m.g.is_some() {
                rows.push([
                    NOBODY.to_string(),
                    format!("M{}", m.id),
                    goroutine(m.g),
                    String::new(),
                    "blocks, without a P".to_string(),
                ]);
            }
        }
        self.rows(&rows)?;
        writeln!(
            self,
            "  global queue: {}",
            goroutines(&at.global_queue, room)
        )?;
        for (reason, ids) in waiting(at) {
            writeln!(self, "  {reason}: {}", goroutines(&ids, room))?;
        }
        if self.fixed().is_none() && !at.idle_ms.is_empty() {
            let asleep: Vec<String> = at.idle_ms.iter().map(|id| format!("M{id}")).collect();
            writeln!(self, "  asleep: {}", asleep.join(" "))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Look;
    use goroutines::prelude::*;

    #[test]
    fn a_long_queue_is_told_by_its_ends() {
        assert_eq!(goroutines(&[], 20), "—");
        assert_eq!(goroutines(&[7, 8], 1), "G7 G8");
        assert_eq!(goroutines(&[7, 8, 9], 8), "G7 G8 G9");
        assert_eq!(goroutines(&[7, 8, 9], 7), "G7 … G9 (3)");
    }

    #[test]
    fn the_picture_has_every_goroutine_once() {
        let at = Builder::new().procs(1).run(|| {
            let nothing = chan::<()>(0);
            for _ in 0..2 {
                let nothing = nothing.clone();
                go! { nothing.recv(); }
            }
            runtime::gosched();
            for _ in 0..3 {
                go! {}
            }
            runtime::snapshot()
        });
        let mut shown = String::new();
        let mut stage = Stage::new(Look::plain(60), Some(1), |s| shown.push_str(s));
        stage.machine(&at).unwrap();
        drop(stage);
        let of: Vec<&str> = shown
            .split_whitespace()
            .filter(|w| w.starts_with('G'))
            .collect();
        assert_eq!(of, ["G1", "G6", "G4", "G5", "G2", "G3"], "{shown}");
        assert!(shown.contains("chan receive: G2 G3"), "{shown}");
    }
}
