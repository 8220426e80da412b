//! Reads the machine: the snapshot for pictures, the dump for people.

use super::Sched;
use crate::goroutine::{G, Status};
use crate::snapshot::{GSnapshot, MSnapshot, PSnapshot, SchedSnapshot};
use crate::traceback::{self, Traced};

impl Sched {
    /// See [`SchedSnapshot`].
    pub(crate) fn look(&'static self) -> SchedSnapshot {
        let state = self.state.lock();
        let ms = state
            .ms
            .iter()
            .map(|m| MSnapshot {
                id: m.id(),
                p: m.p().map(|p| p.id),
                g: m.running().map(G::id),
            })
            .collect();
        let ps = self
            .all_ps()
            .map(|p| {
                let (runnext, run_queue) = p.queue.look();
                PSnapshot {
                    id: p.id,
                    runnext,
                    run_queue,
                }
            })
            .collect();
        let mut goroutines: Vec<GSnapshot> = state
            .all
            .iter()
            .filter(|g| g.status() != Status::Dead)
            .map(|g| GSnapshot {
                id: g.id(),
                status: Traced::of(g, 0).state,
            })
            .collect();
        goroutines.sort_by_key(|g| g.id);
        SchedSnapshot {
            ms,
            ps,
            global_queue: state.global.iter().map(|g| g.id()).collect(),
            idle_ms: state.idle_ms.iter().map(|m| m.id()).collect(),
            idle_ps: state.idle_ps.iter().map(|p| p.id).collect(),
            goroutines,
        }
    }

    /// Every goroutine as Go prints it, `first` in front.
    pub(crate) fn dump(&'static self, first: &G, at: Option<String>) -> String {
        let now = self.nanos();
        let state = self.state.lock();
        let all = state
            .all
            .iter()
            .filter(|g| g.status() != Status::Dead)
            .map(|g| {
                let t = Traced::of(g, now);
                if g.id() == first.id() {
                    t.standing(at.clone())
                } else {
                    t
                }
            })
            .collect();
        drop(state);
        traceback::dump(first.id(), all)
    }
}
