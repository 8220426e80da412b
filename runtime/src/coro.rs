//! One coroutine on one guarded stack: the only file that touches corosensei.
//!
//! A coroutine is made with the closure it will run, given a stack when it is first resumed, resumed by a scheduler, and
//! suspended by the code that runs on it.
//! What it says when it suspends is a [`Command`], carried out by the scheduler *after* the switch, on the scheduler's
//! own stack: that is what lets a goroutine give up a lock only once its registers are saved.
//!
//! Invariants:
//! - whoever resumes a coroutine is its only user until the resume returns;
//! - no panic leaves the closure (the goroutine's frame catches it), so a resume never unwinds;
//! - an abandoned coroutine is never unwound: Go does not run the deferred calls of a goroutine that outlives the
//!   program either, and unwinding would run user code after the runtime's end. What its frames own is leaked.

use std::mem::MaybeUninit;

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

/// A coroutine, and the stack it lives on once it has begun.
///
/// A stack is needed to run, not to wait for one's turn: who runs a new goroutine gives it the stack that the last one has
/// just left, with warm caches, so a thousand that end without waiting need one. And the page fault of a fresh stack, as
/// dear as ten spawns, is had by as many threads at a time as there are Ps, not by the one that makes them all.
pub(crate) struct Coro(State);

type Inner = Coroutine<(), Command, (), Stack>;

enum State {
    /// It has not begun. `begin` makes the coroutine of the closure in `room`.
    Unborn {
        begin: unsafe fn(&mut State, Stack),
        room: Room,
    },
    Born(Inner),
}

/// Where a closure lies until it runs; as large as a `G` has place. A larger one is in a box.
type Room = MaybeUninit<[usize; 7]>;

/// Makes the coroutine of an unborn one, in its place.
///
/// # Safety
///
/// What is unborn has an `F` in its room.
unsafe fn begin<F: FnOnce(&Suspender) + 'static>(state: &mut State, stack: Stack) {
    let State::Unborn { room, .. } = state else {
        unreachable!("it is born once");
    };
    // SAFETY: the caller's promise; the room is overwritten before anybody looks at it again, and has no destructor.
    let f = unsafe { room.as_ptr().cast::<F>().read() };
    *state = State::Born(Coroutine::with_stack(stack, move |yielder, ()| f(yielder)));
}

impl Coro {
    /// Makes a coroutine that will run `f` at its first resume. `f` must not unwind.
    #[inline]
    pub(crate) fn new<F: FnOnce(&Suspender) + 'static>(f: F) -> Coro {
        if Coro::has_room_for::<F>() {
            Coro::small(f)
        } else {
            let f = Box::new(f);
            Coro::small(move |suspender: &Suspender| f(suspender))
        }
    }

    const fn has_room_for<F>() -> bool {
        size_of::<F>() <= size_of::<Room>() && align_of::<F>() <= align_of::<Room>()
    }

    #[inline]
    fn small<F: FnOnce(&Suspender) + 'static>(f: F) -> Coro {
        assert!(Coro::has_room_for::<F>());
        let mut room = Room::uninit();
        // SAFETY: it fits, and nothing lies there.
        unsafe { room.as_mut_ptr().cast::<F>().write(f) };
        Coro(State::Unborn {
            begin: begin::<F>,
            room,
        })
    }

    /// Whether it needs a stack before it can be resumed.
    #[inline]
    pub(crate) fn is_unborn(&self) -> bool {
        matches!(self.0, State::Unborn { .. })
    }

    /// Gives it its stack.
    #[inline]
    pub(crate) fn be_born(&mut self, stack: Stack) {
        if let State::Unborn { begin, .. } = self.0 {
            // SAFETY: made together with what lies in the room.
            unsafe { begin(&mut self.0, stack) };
        }
    }

    /// Runs it until it suspends or ends.
    #[inline]
    pub(crate) fn resume(&mut self) -> Resumed {
        let State::Born(inner) = &mut self.0 else {
            unreachable!("it was given a stack before");
        };
        match inner.resume(()) {
            CoroutineResult::Yield(command) => Resumed::Suspended(command),
            CoroutineResult::Return(()) => Resumed::Done,
        }
    }

    /// The stack of a coroutine that is done.
    #[inline]
    pub(crate) fn into_stack(self) -> Stack {
        match self.0 {
            State::Born(inner) => inner.into_stack(),
            State::Unborn { .. } => unreachable!("it has not even begun"),
        }
    }

    /// The stack of a coroutine that will never be resumed again, without running any destructor on it; `None` if it has not
    /// begun.
    ///
    /// # Safety
    ///
    /// Nothing may use anything that lives on this stack any more: no queue may hold a node of its frames.
    pub(crate) unsafe fn abandon(self) -> Option<Stack> {
        match self.0 {
            // The closure of a coroutine that never started is leaked: destructors are the program's code and run on
            // goroutines only.
            State::Unborn { .. } => None,
            State::Born(mut inner) => {
                if !inner.done() {
                    // SAFETY: the caller promises that nothing refers to the frames. What they own is leaked.
                    unsafe { inner.force_reset() };
                }
                Some(inner.into_stack())
            }
        }
    }
}
