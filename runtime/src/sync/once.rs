//! Things that happen once: Go's `sync.Once`, `OnceFunc` and `OnceValue`.

use std::any::Any;
use std::fmt;
use std::panic::{AssertUnwindSafe, Location, RefUnwindSafe, UnwindSafe};
use std::panic::{catch_unwind, panic_any, resume_unwind};
use std::sync::atomic::{AtomicBool, Ordering};

use super::bare::Bare;
use super::quiet::Quiet;
use crate::panics;
use crate::primitives::{Tag, hooked};
use crate::seam::{self, Hold, Op};

/// Runs one function, once: Go's `sync.Once`.
///
/// Everyone who calls meanwhile waits until it has run. One that panics, or calls `goexit`, has run.
///
/// Memory order: the end of the function comes before any `call` returns.
///
/// Cost: one load once it has run.
///
/// ```
/// use goroutines::prelude::*;
///
/// static ONCE: Once = Once::new();
///
/// run(|| {
///     let n = Shared::new(0);
///     for _ in 0..3 {
///         ONCE.call(|| n.update(|v| v + 1));
///     }
///     assert_eq!(n.get(), 1);
/// });
/// ```
pub struct Once {
    done: AtomicBool,
    running: Bare,
    tag: Tag,
}

impl Once {
    /// One that has not run.
    ///
    /// ```
    /// let once = goroutines::sync::Once::new();
    /// once.call(|| ());
    /// ```
    pub const fn new() -> Self {
        Once {
            done: AtomicBool::new(false),
            running: Bare::new(),
            tag: Tag::new(),
        }
    }

    /// Runs `f` if nothing was run here before; waits while somebody else's is running. Go's `Do`.
    ///
    /// If `f` calls `call` of the same `Once`, it waits for ever.
    ///
    /// ```
    /// let once = goroutines::sync::Once::new();
    /// once.call(|| ());
    /// once.call(|| unreachable!());
    /// ```
    #[inline]
    #[track_caller]
    pub fn call(&self, f: impl FnOnce()) {
        self.call_at(Location::caller(), f);
    }

    /// The same for who is at `at`.
    #[inline]
    pub(crate) fn call_at(&self, at: &'static Location<'static>, f: impl FnOnce()) {
        if hooked() {
            if seam::unmet(&self.tag) {
                // Whoever was in the middle of it is gone. That it has run stays true, as what it did stays done.
                self.running.clear();
            }
            seam::point_at(Op::Once, &self.tag, at);
        }
        if !self.done.load(Ordering::Acquire) {
            self.call_slow(at, f);
        }
        seam::acquire(&self.tag, 0);
    }

    #[cold]
    fn call_slow(&self, at: &'static Location<'static>, f: impl FnOnce()) {
        self.running.lock(at);
        seam::hold(&self.tag, Hold::Exclusive);
        let mut end = End {
            once: self,
            ran: false,
        };
        if !self.done.load(Ordering::Acquire) {
            end.ran = true;
            f();
        }
    }
}

/// What follows the function, also where it panics.
struct End<'a> {
    once: &'a Once,
    ran: bool,
}

impl Drop for End<'_> {
    fn drop(&mut self) {
        if self.ran {
            seam::release(&self.once.tag, 0);
            self.once.done.store(true, Ordering::Release);
        }
        seam::hold(&self.once.tag, Hold::Released);
        let unlocked = self.once.running.unlock();
        debug_assert!(unlocked.is_ok());
    }
}

impl Default for Once {
    fn default() -> Self {
        Once::new()
    }
}

impl fmt::Debug for Once {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        seam::shown(Some(&self.tag));
        f.debug_struct("Once")
            .field("done", &self.done.load(Ordering::Relaxed))
            .finish()
    }
}

impl UnwindSafe for Once {}
impl RefUnwindSafe for Once {}

/// A function that runs once, however often it is called: Go's `sync.OnceFunc`.
///
/// If it panics, every call panics with the same value.
///
/// ```
/// use goroutines::prelude::*;
///
/// run(|| {
///     let n = Shared::new(0);
///     let m = n.clone();
///     let f = sync::OnceFunc::new(move || m.update(|v| v + 1));
///     f.call();
///     f.call();
///     assert_eq!(n.get(), 1);
/// });
/// ```
pub struct OnceFunc(OnceValue<()>);

impl OnceFunc {
    /// `f`, to be run at the first call.
    ///
    /// ```
    /// goroutines::sync::OnceFunc::new(|| ()).call();
    /// ```
    pub fn new(f: impl FnOnce() + Send + 'static) -> Self {
        OnceFunc(OnceValue::new(f))
    }

    /// Runs the function, if this is the first call; waits while it runs.
    ///
    /// # Panics
    ///
    /// With what the function panicked with, at every call. A function that calls `goexit` panics, as in Go.
    ///
    /// ```
    /// let f = goroutines::sync::OnceFunc::new(|| panic!("broken"));
    /// for _ in 0..2 {
    ///     let e = std::panic::catch_unwind(|| f.call()).unwrap_err();
    ///     assert_eq!(e.downcast_ref(), Some(&"broken"));
    /// }
    /// ```
    #[track_caller]
    pub fn call(&self) {
        self.0.call();
    }
}

impl fmt::Debug for OnceFunc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OnceFunc").finish_non_exhaustive()
    }
}

/// A value that is computed once, at the first call: Go's `sync.OnceValue`.
///
/// If the function panics, every call panics with the same value.
///
/// ```
/// let config = goroutines::sync::OnceValue::new(|| "read once".to_string());
/// assert_eq!(config.call(), "read once");
/// assert_eq!(config.call(), "read once");
/// ```
pub struct OnceValue<T> {
    once: Once,
    state: Quiet<State<T>>,
}

enum State<T> {
    New(Box<dyn FnOnce() -> T + Send>),
    Value(T),
    Panicked(Box<dyn Any + Send>),
    /// The function has been taken out and runs.
    Running,
}

impl<T: Clone + Send + 'static> OnceValue<T> {
    /// What `f` will return.
    ///
    /// ```
    /// assert_eq!(goroutines::sync::OnceValue::new(|| 3).call(), 3);
    /// ```
    pub fn new(f: impl FnOnce() -> T + Send + 'static) -> Self {
        OnceValue {
            once: Once::new(),
            state: Quiet::new(State::New(Box::new(f))),
        }
    }

    /// The value: runs the function if this is the first call, waits while it runs, and clones what it returned.
    ///
    /// # Panics
    ///
    /// With what the function panicked with, at every call. A function that calls `goexit` panics, as in Go.
    ///
    /// ```
    /// let v = goroutines::sync::OnceValue::new(|| vec![1, 2]);
    /// assert_eq!(v.call(), v.call());
    /// ```
    #[track_caller]
    pub fn call(&self) -> T {
        let at = Location::caller();
        let mut first_panic = None;
        self.once.call(|| {
            let State::New(f) = self
                .state
                .with(at, |s| std::mem::replace(s, State::Running))
            else {
                return;
            };
            let end = match catch_unwind(AssertUnwindSafe(f)) {
                Ok(v) => State::Value(v),
                Err(payload) => {
                    // Go finds no value to panic with again after a `Goexit`, and panics with none.
                    let payload = if panics::is_goexit(&*payload) {
                        panics::forget(payload);
                        Box::new("runtime error: panic called with nil argument")
                    } else {
                        payload
                    };
                    let again = same(&*payload);
                    first_panic = Some(payload);
                    State::Panicked(again)
                }
            };
            self.state.with(at, |s| *s = end);
        });
        if let Some(payload) = first_panic {
            panics::throw_again(payload);
        }
        let found = self.state.with(at, |s| match s {
            State::Value(v) => Ok(v.clone()),
            State::Panicked(payload) => Err(same(&**payload)),
            // Its runtime ended while it ran.
            State::New(_) | State::Running => Err(same(&"sync: the function never returned")),
        });
        match found {
            Ok(v) => v,
            Err(payload) => raise(payload),
        }
    }
}

/// `$with` for the types whose values a panic can have twice.
macro_rules! plain {
    ($with:ident) => {
        $with!(
            &'static str,
            String,
            i8,
            i16,
            i32,
            i64,
            i128,
            isize,
            u8,
            u16,
            u32,
            u64,
            u128,
            usize,
            f32,
            f64,
            bool,
            char
        )
    };
}

/// Panics with `payload`, here: who reads the text wants to know which call it was.
#[track_caller]
fn raise(payload: Box<dyn Any + Send>) -> ! {
    macro_rules! panic_with {
        ($($t:ty),*) => { $(
            if let Some(v) = payload.downcast_ref::<$t>() {
                panic_any(v.clone());
            }
        )* };
    }
    plain!(panic_with);
    resume_unwind(payload)
}

/// A panic's value once more. One that is no text, number or error becomes its text.
fn same(payload: &(dyn Any + Send)) -> Box<dyn Any + Send> {
    macro_rules! copy {
        ($($t:ty),*) => { $(
            if let Some(v) = payload.downcast_ref::<$t>() {
                return Box::new(v.clone());
            }
        )* };
    }
    plain!(copy);
    Box::new(panics::text_of(payload))
}

impl<T> fmt::Debug for OnceValue<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OnceValue").finish_non_exhaustive()
    }
}

impl<T> UnwindSafe for OnceValue<T> {}
impl<T> RefUnwindSafe for OnceValue<T> {}
