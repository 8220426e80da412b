//! A list of goroutines through the goroutines themselves.

use super::{G, prefetch};

/// Goroutines that were dequeued under a lock, to be readied once it is released: Go's `gList` (`runtime/proc.go`).
///
/// Linked through the `G`s, so that nothing is allocated under the lock, however many they are; and not through their
/// sudogs: those lie on the stacks, and a million stacks are in no cache when one comes back to them.
#[must_use = "dequeued goroutines that nobody readies wait for ever"]
pub(crate) struct GList {
    /// The first and the last.
    ends: Option<(&'static G, &'static G)>,
}

impl GList {
    pub(crate) const fn new() -> GList {
        GList { ends: None }
    }

    /// To be readied after those that are there. Whoever puts a goroutine in has dequeued it, and so is alone in this.
    pub(crate) fn push(&mut self, g: &'static G) {
        g.link(None);
        if let Some((_, last)) = self.ends {
            last.link(Some(g));
        }
        self.ends = Some((self.ends.map_or(g, |(first, _)| first), g));
    }

    /// To be readied before those that are there.
    pub(crate) fn push_first(&mut self, g: &'static G) {
        g.link(self.ends.map(|(first, _)| first));
        self.ends = Some((g, self.ends.map_or(g, |(_, last)| last)));
    }
}

impl Iterator for GList {
    type Item = &'static G;

    #[inline]
    fn next(&mut self) -> Option<&'static G> {
        let (first, last) = self.ends?;
        let next = first.linked();
        if let Some(next) = next {
            prefetch(std::ptr::from_ref(next).addr());
        }
        self.ends = next.map(|next| (next, last));
        Some(first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_readied_in_the_order_that_was_asked_for() {
        let [a, b, c, d] = [(); 4].map(|()| G::take());
        let mut list = GList::new();
        list.push(b);
        list.push(c);
        list.push_first(a);
        list.push(d);
        // One that was in a list before may be in the next.
        let order: Vec<&G> = list.collect();
        assert_eq!(order, [a, b, c, d]);
        let mut list = GList::new();
        list.push_first(c);
        list.push_first(d);
        list.push(a);
        assert_eq!(list.next(), Some(d));
        list.push(b);
        assert_eq!(list.collect::<Vec<_>>(), [c, a, b]);
        assert_eq!(GList::new().next(), None);
        G::give_back([a, b, c, d]);
    }
}
