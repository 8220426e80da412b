//! The timers of one P: a heap ordered by time, then by age.
//!
//! Passive: it hands back what is due and never calls up. Two timers of the same moment fire in the order in which they
//! were set. After Go's `runtime/time.go`, which keeps a heap a P too.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::goroutine::G;

struct Entry {
    when: u64,
    seq: u64,
    g: &'static G,
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        (self.when, self.seq) == (other.when, other.seq)
    }
}
impl Eq for Entry {}
impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Entry {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.when, self.seq).cmp(&(other.when, other.seq))
    }
}

/// Goroutines that sleep, earliest first.
#[derive(Default)]
pub(crate) struct Timers {
    heap: BinaryHeap<Reverse<Entry>>,
    seq: u64,
}

impl Timers {
    /// Wakes `g` at `when` (nanoseconds of the runtime's clock).
    pub(crate) fn add(&mut self, when: u64, g: &'static G) {
        self.seq += 1;
        self.heap.push(Reverse(Entry {
            when,
            seq: self.seq,
            g,
        }));
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.heap.len()
    }

    /// When the first is due.
    pub(crate) fn first(&self) -> Option<u64> {
        self.heap.peek().map(|Reverse(e)| e.when)
    }

    /// Takes the first one if it is due at `now`.
    pub(crate) fn pop_due(&mut self, now: u64) -> Option<&'static G> {
        if self.first()? > now {
            return None;
        }
        self.heap.pop().map(|Reverse(e)| e.g)
    }

    /// Forgets all.
    pub(crate) fn clear(&mut self) {
        self.heap = BinaryHeap::new();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn due_in_order_of_time_then_age() {
        let mut t = Timers::default();
        let g: Vec<_> = (0..4).map(|_| G::take()).collect();
        t.add(20, g[0]);
        t.add(10, g[1]);
        t.add(20, g[2]);
        t.add(30, g[3]);
        assert_eq!(t.first(), Some(10));
        assert!(t.pop_due(9).is_none());
        assert!(t.pop_due(25) == Some(g[1]));
        assert!(t.pop_due(25) == Some(g[0]));
        assert!(t.pop_due(25) == Some(g[2]));
        assert!(t.pop_due(25).is_none());
        t.clear();
        assert_eq!(t.first(), None);
    }
}
