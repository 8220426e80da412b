//! How a goroutine comes into the world: a dead G, a name, a creator, a closure, and at last a stack.
//!
//! 1. [`spawn`] asks the scheduler of this thread for a dead G (`Scheduler::prepare`).
//! 2. [`bear`] makes the coroutine; its first frame is `panics::body`, so that no panic ever leaves it.
//! 3. `Scheduler::start` queues it. Until then nobody but its maker has seen it.
//! 4. Who runs it first gives it a stack (`coro.rs`), if it has none yet.

use std::panic::Location;

use crate::coro::Coro;
use crate::goroutine::Origin;
use crate::panics;
use crate::seam::{self, Newborn};

/// A closure's name, for tracebacks.
pub(crate) fn name_of<F>() -> &'static str {
    std::any::type_name::<F>()
}

/// Starts a goroutine that runs `f`; `None` for its place makes it main.
#[inline(always)]
pub(crate) fn spawn<F: FnOnce() + 'static>(f: F, at: Option<&'static Location<'static>>) {
    let Some(s) = seam::current_scheduler() else {
        seam::expect_current("go");
        unreachable!("expect_current panicked");
    };
    let (by, by_name) = match seam::current() {
        Some((_, me)) => (me.id(), me.origin().name),
        None => (0, Origin::NONE.name),
    };
    let born = s.prepare();
    let g = born.g;
    let origin = Origin {
        name: name_of::<F>,
        at,
        by,
        by_name,
    };
    bear(born, s.home(), origin, f);
    seam::born(g);
    s.start(g);
}

/// Gives a newborn its coroutine, which will run `f`. The caller queues it.
#[inline(always)]
pub(crate) fn bear(born: Newborn, home: u64, origin: Origin, f: impl FnOnce() + 'static) {
    let g = born.g;
    // SAFETY: a newborn's G is dead, and nobody else holds it.
    let place = unsafe { g.coro() };
    let coro = place.insert(Coro::new(move |suspender: &_| {
        // SAFETY: the first thing on this goroutine's own coroutine.
        unsafe { g.begin(suspender) };
        panics::body(g, f);
    }));
    if let Some(stack) = born.stack {
        g.set_stack(stack.place());
        coro.be_born(stack);
    }
    // SAFETY: as above.
    unsafe { g.bear(born.id, home, born.slot, origin) };
}
