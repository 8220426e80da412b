//! What a step touched, and whether two steps can change places.

/// How an object was touched. What is not named otherwise conflicts with everything.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum How {
    /// Changes nothing: two of these can change places.
    Read,
    /// Changes it in a way that does not depend on the order among its like: a `done`, an `runlock` of one's own.
    Adds,
    /// An RWMutex was locked for reading by one who would have waited for it: as `Adds`, and it cannot come before the
    /// writer's unlock that made it possible.
    Shares,
    /// As `Adds`, and there is nothing left: one more of its like would fail.
    Empties,
    Write,
    /// A lock was taken by one who would have waited for it. It cannot come before the unlock that made it possible.
    Locks,
    /// A writer waits for the readers that are inside, and lets no others in.
    Announces,
    /// A lock was taken by who would not have waited: what `Locks` and `Shares` may come before.
    Takes,
    /// A WaitGroup was raised from zero: what `Passes` may come before.
    Sets,
    /// It was raised further.
    Raises,
    Unlocks,
    /// A `wait` that found the group at zero, or a lock that was asked for in vain by the last who could run.
    Passes,
}

impl How {
    /// Whether it matters that an object is touched in the way of `other` before it is in this.
    fn meets(self, other: How) -> bool {
        use How::{Adds, Empties, Passes, Read, Shares};
        !matches!(
            (self, other),
            (Read | Passes, Read | Passes) | (Adds | Empties | Shares, Adds | Shares)
        )
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Touch {
    pub(super) object: u32,
    pub(super) how: How,
    /// Of a WaitGroup: by how much it was raised, or what a `done` has left and one more; 0: that says nothing.
    pub(super) n: u32,
}

/// All that one step touched.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Footprint {
    pub(super) touches: Vec<Touch>,
    /// Nobody knows what else: it conflicts with every other step.
    pub(super) everything: bool,
    /// It was the first to meet an object, which is known by another number where another one meets it first.
    pub(super) unnamed: bool,
    /// Goroutines that it made or woke.
    pub(super) enabled: Vec<u32>,
}

impl Footprint {
    pub(super) fn clear(&mut self) {
        self.touches.clear();
        self.everything = false;
        self.unnamed = false;
        self.enabled.clear();
    }

    pub(super) fn touch(&mut self, object: u32, how: How) {
        let touch = Touch { object, how, n: 0 };
        if !self.touches.contains(&touch) {
            self.touches.push(touch);
        }
    }

    /// What `other` touched is in here, too, from now on.
    pub(super) fn add(&mut self, other: &Footprint) {
        for t in &other.touches {
            if !self.touches.contains(t) {
                self.touches.push(*t);
            }
        }
        self.everything |= other.everything;
        self.unnamed |= other.unnamed;
    }

    /// Whether it matters that `other` is made before this.
    pub(super) fn meets(&self, other: &Footprint) -> bool {
        self.everything
            || other.everything
            || self.unnamed
            || other.unnamed
            || self.touches.iter().any(|a| {
                let with = |b: &Touch| a.object == b.object && a.how.meets(b.how);
                other.touches.iter().any(with)
            })
    }
}
