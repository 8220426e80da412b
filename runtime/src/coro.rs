//! One coroutine on one guarded stack: the only file that touches corosensei.
//!
//! A coroutine is made with the closure it will run, resumed by a scheduler, and suspended by the code that runs on it.
//! What it says when it suspends is a [`Command`], carried out by the scheduler *after* the switch, on the scheduler's
//! own stack: that is what lets a goroutine give up a lock only once its registers are saved.
//!
//! Invariants:
//! - whoever resumes a coroutine is its only user until the resume returns;
//! - no panic leaves the closure (the goroutine's frame catches it), so a resume never unwinds;
//! - an abandoned coroutine is never unwound: Go does not run the deferred calls of a goroutine that outlives the
//!   program either, and unwinding would run user code after the runtime's end. What its frames own is leaked.

use corosensei::{Coroutine, CoroutineResult, Yielder};

use crate::stack::Stack;

/// Something to be done on the scheduler's stack once the goroutine's registers are saved.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Unlock {
    pub(crate) run: unsafe fn(*const ()),
    pub(crate) data: *const (),
}

/// What a goroutine asks of its scheduler by suspending.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Command {
    /// Still runnable: let others run first.
    Yield,
    /// Still runnable: let those of this P run first.
    StandBack,
    /// Waits until somebody calls `ready`; then `unlock` runs.
    Park(Option<Unlock>),
}

/// What a resume came back with.
#[derive(Debug)]
#[must_use]
pub(crate) enum Resumed {
    Suspended(Command),
    Done,
}

/// The suspending end, valid for as long as the coroutine's closure runs.
pub(crate) type Suspender = Yielder<(), Command>;

/// A coroutine and the stack it lives on.
pub(crate) struct Coro(Coroutine<(), Command, (), Stack>);

impl Coro {
    /// Makes a coroutine that will run `f` at its first resume. `f` must not unwind.
    pub(crate) fn new(stack: Stack, f: impl FnOnce(&Suspender) + 'static) -> Coro {
        Coro(Coroutine::with_stack(stack, move |yielder, ()| f(yielder)))
    }

    /// Runs it until it suspends or ends.
    pub(crate) fn resume(&mut self) -> Resumed {
        match self.0.resume(()) {
            CoroutineResult::Yield(command) => Resumed::Suspended(command),
            CoroutineResult::Return(()) => Resumed::Done,
        }
    }

    /// The stack of a coroutine that is done.
    pub(crate) fn into_stack(self) -> Stack {
        self.0.into_stack()
    }

    /// The stack of a coroutine that will never be resumed again, without running any destructor on it.
    ///
    /// # Safety
    ///
    /// Nothing may use anything that lives on this stack any more: no queue may hold a node of its frames.
    pub(crate) unsafe fn abandon(mut self) -> Stack {
        if !self.0.done() {
            // SAFETY: the caller promises that nothing refers to the frames. What they own, and the closure of a
            // coroutine that never started, is leaked: destructors are the program's code and run on goroutines only.
            unsafe { self.0.force_reset() };
        }
        self.0.into_stack()
    }
}
