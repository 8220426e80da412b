//! The timer of a function: where it is in a heap, and how it is set anew and stopped.
//!
//! A timer that is made, put off and stopped before it is due (a deadline) locks its heap for each of these, and nothing
//! else. It keeps the slot that it was given when it was made, and looks there first: a slot says itself whether it holds
//! this call (`timers.rs`).
//!
//! Once it has fired or was stopped, or where it is set anew in another heap, it gets another place. That is in `later`,
//! and `slot` is [`MOVED`] from then on. *Into a heap it comes only under the lock of `later`*, by one who has seen there
//! that it is in none: so it is in one heap at most, and in the first one never again.
//!
//! Taken out of its heap to be called is started: `stop` says `false` then.

use std::panic::Location;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::birth;
use crate::primitives::{Lock, Tag};
use crate::seam::{self, Op};
use crate::timers::{Fire, Heap, Key};

/// A heap, and a slot of it.
type Place = (&'static Heap, u32);

/// In place of a slot: it is in its first heap no more.
const MOVED: u32 = u32::MAX;

pub(super) struct Call {
    /// Where it was set when it was made, and in which slot of it.
    home: &'static Heap,
    slot: AtomicU32,
    /// Where it was set last since it has moved.
    later: Lock<Option<Place>>,
    tag: Tag,
    at: &'static Location<'static>,
    f: Box<dyn Fn() + Send + Sync>,
}

impl Call {
    /// Has `f` called at `when`. `home` is where the goroutine that runs sets its timers.
    #[track_caller]
    pub(super) fn new(home: &'static Heap, when: u64, f: Box<dyn Fn() + Send + Sync>) -> Arc<Call> {
        let call = Arc::new(Call {
            home,
            slot: AtomicU32::new(MOVED),
            later: Lock::new(None),
            tag: Tag::new(),
            at: Location::caller(),
            f,
        });
        seam::made(&call.tag, "time.Timer", 0);
        seam::point(Op::Timer, &call.tag);
        seam::release(&call.tag, 0);
        let (key, first) = home.add(when, call.clone());
        // Nobody else has the timer yet.
        call.slot.store(key.place().1, Ordering::Relaxed);
        if first {
            seam::timer_was_set(when);
        }
        call
    }

    /// Sets it anew. Says whether it was pending.
    #[track_caller]
    pub(super) fn set(self: &Arc<Self>, when: u64) -> bool {
        seam::point(Op::Timer, &self.tag);
        seam::release(&self.tag, 0);
        let slot = self.slot.load(Ordering::Acquire);
        if slot != MOVED
            && seam::current_scheduler().is_some_and(|s| std::ptr::eq(s.timers(), self.home))
            && let Some(first) = self.home.set_anew(slot, self, when)
        {
            if first {
                seam::timer_was_set(when);
            }
            return true;
        }
        self.set_elsewhere(when)
    }

    /// The same where it is not in the slot that it had at first, or shall not be there any more.
    fn set_elsewhere(self: &Arc<Self>, when: u64) -> bool {
        let mut later = self.later.lock();
        let was_pending = self.take_out(&mut later).is_some();
        *later = seam::call_at(when, self.clone()).map(Key::place);
        was_pending
    }

    /// Says whether it was pending; it is not any more.
    #[track_caller]
    pub(super) fn stop(self: &Arc<Self>) -> bool {
        seam::point(Op::Timer, &self.tag);
        let slot = self.slot.load(Ordering::Acquire);
        if slot != MOVED && self.home.remove_from(slot, self).is_some() {
            return true;
        }
        let mut later = self.later.lock();
        self.take_out(&mut later).is_some()
    }

    /// Takes it out of the heap that it is in.
    fn take_out(self: &Arc<Self>, later: &mut Option<Place>) -> Option<Arc<dyn Fire>> {
        let slot = self.slot.swap(MOVED, Ordering::AcqRel);
        if slot != MOVED {
            return self.home.remove_from(slot, self);
        }
        let (heap, slot) = later.take()?;
        heap.remove_from(slot, self)
    }
}

impl Fire for Call {
    fn fire(self: Arc<Self>, _: Key, _now: u64) {
        let at = self.at;
        birth::spawn(
            move || {
                seam::acquire(&self.tag, 0);
                (self.f)();
            },
            Some(at),
        );
    }
}
