//! What is looked at beside the counts: who closes whose channels, and which lock is had at each access of a variable.

/// A `Shared`, as far as workers use it: main, who makes it before and reads it after, is left out.
#[derive(Debug, Default)]
struct Guarded {
    /// Its first worker; 0: none yet.
    first: u32,
    /// The locks that were had at each access since a second worker came; a bit may stand for several.
    locks: u64,
    by_two: bool,
    told: bool,
}

/// What an access of a variable shows.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Touched {
    /// It is the first by a second worker.
    pub(super) second: bool,
    /// It is the first at which no lock is common to all.
    pub(super) unguarded: bool,
}

/// Of one schedule.
#[derive(Debug, Default)]
pub(super) struct Structure {
    /// By channel, a bit for each goroutine that has sent: a thousand of them may send a thousand times.
    senders: Vec<Vec<u64>>,
    /// By object.
    guarded: Vec<Guarded>,
}

/// The bit of a lock, or of a goroutine in its word.
#[inline]
pub(super) fn bit(number: u32) -> u64 {
    1 << (number % 64)
}

impl Structure {
    pub(super) fn reset(&mut self) {
        self.senders.iter_mut().for_each(Vec::clear);
        self.guarded.clear();
    }

    pub(super) fn sends(&mut self, who: u32, channel: u32) {
        let (i, word) = (channel as usize, who as usize / 64);
        if self.senders.len() <= i {
            self.senders.resize_with(i + 1, Vec::new);
        }
        let of = &mut self.senders[i];
        if of.len() <= word {
            of.resize(word + 1, 0);
        }
        of[word] |= bit(who);
    }

    /// Whether others have sent on a channel that `who` closes, and `who` has not.
    pub(super) fn closes_for_others(&self, who: u32, channel: u32) -> bool {
        let of = self.senders.get(channel as usize);
        of.is_some_and(|of| !of.is_empty()) && !self.has_sent(who, channel)
    }

    pub(super) fn has_sent(&self, who: u32, channel: u32) -> bool {
        let of = self.senders.get(channel as usize);
        let word = of.and_then(|of| of.get(who as usize / 64));
        word.is_some_and(|w| w & bit(who) != 0)
    }

    /// A worker touches a variable, having `locks`.
    #[inline]
    pub(super) fn touches(&mut self, who: u32, variable: u32, locks: u64) -> Touched {
        let i = variable as usize;
        if self.guarded.len() <= i {
            self.guarded.resize_with(i + 1, Guarded::default);
        }
        let g = &mut self.guarded[i];
        if g.first == 0 {
            *g = Guarded {
                first: who,
                locks,
                ..Guarded::default()
            };
            return Touched::default();
        }
        // What one does alone, before others come, needs no lock; its last locks stand for it.
        let second = who != g.first && !std::mem::replace(&mut g.by_two, true);
        g.locks = if g.by_two { g.locks & locks } else { locks };
        let unguarded = g.by_two && g.locks == 0 && !std::mem::replace(&mut g.told, true);
        Touched { second, unguarded }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_lock_at_every_access_is_guarded_and_two_locks_are_not() {
        let mut s = Structure::default();
        let (a, b) = (bit(5), bit(6));
        for (who, locks) in [(2, 0), (2, a | b), (3, a), (2, a), (3, a | b)] {
            assert!(!s.touches(who, 9, locks).unguarded, "{who}");
        }
        assert!(s.touches(2, 9, b).unguarded);
        assert!(!s.touches(3, 9, 0).unguarded, "once is enough");
        assert!(!s.touches(2, 4, 0).unguarded);
        assert!(s.touches(3, 4, 0).unguarded);
    }

    #[test]
    fn a_second_worker_is_seen_once() {
        let mut s = Structure::default();
        let second = [2, 2, 3, 3, 2, 4].map(|who| s.touches(who, 5, bit(1)).second);
        assert_eq!(second, [false, false, true, false, false, false]);
    }

    #[test]
    fn who_has_sent_may_close() {
        let mut s = Structure::default();
        assert!(!s.closes_for_others(1, 3), "nobody sent");
        s.sends(2, 3);
        assert!(s.closes_for_others(1, 3));
        assert!(!s.closes_for_others(2, 3));
        assert!(!s.closes_for_others(1, 4));
        s.sends(700, 3);
        assert!(!s.closes_for_others(700, 3));
        assert!(
            s.closes_for_others(700 - 64, 3),
            "another word, the same bit"
        );
        s.reset();
        assert!(!s.closes_for_others(1, 3));
    }
}
