//! Reads the machine: the snapshot for pictures, the dump for people.

use std::collections::HashSet;

use super::{Sched, State};
use crate::goroutine::{G, Status};
use crate::snapshot::{GSnapshot, MSnapshot, PSnapshot, SchedSnapshot};
use crate::traceback::{self, Traced};

/// The goroutines that are in blocking calls they announced.
fn in_syscalls(state: &State) -> HashSet<u64> {
    let blocked = state.ms.iter().filter(|m| m.in_syscall());
    blocked.filter_map(|m| m.running()).map(G::id).collect()
}

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
        let blocked = in_syscalls(&state);
        let mut goroutines: Vec<GSnapshot> = state
            .all
            .iter()
            .filter(|g| g.status() != Status::Dead)
            .map(|g| GSnapshot {
                id: g.id(),
                status: Traced::of(g, 0).in_syscall(blocked.contains(&g.id())).state,
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

    /// Every goroutine as Go prints it.
    pub(super) fn dump_all(&'static self) -> String {
        self.dump_from(0, None)
    }

    /// Every goroutine as Go prints it, `first` in front.
    pub(crate) fn dump(&'static self, first: &G, at: Option<String>) -> String {
        self.dump_from(first.id(), at)
    }

    fn dump_from(&'static self, first: u64, at: Option<String>) -> String {
        let now = self.nanos();
        let state = self.state.lock();
        let blocked = in_syscalls(&state);
        let all = state
            .all
            .iter()
            .filter(|g| g.status() != Status::Dead)
            .map(|g| {
                let t = Traced::of(g, now).in_syscall(blocked.contains(&g.id()));
                if g.id() == first {
                    t.standing(at.clone())
                } else {
                    t
                }
            })
            .collect();
        drop(state);
        traceback::dump(first, all)
    }
}
