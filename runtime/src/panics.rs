//! The first frame of every goroutine, and what becomes of its panics: Go's words in Rust's clothes.
//!
//! A Rust panic is Go's panic, `catch_unwind` is `recover`, and `goexit` is an unwinding with a payload of our own. What
//! reaches the first frame ends the program (or the runtime, under `try_run`), except `goexit`. While a goroutine runs,
//! the process's panic hook stays silent and only remembers where the panic was raised: Go prints nothing for a panic
//! that somebody recovers, and prints its own text for one that nobody does.
//!
//! A deferred block that panics while its goroutine already unwinds would abort a Rust process. `defer!` catches it there
//! and adds it to the chain, so that the text has both, as Go's has.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Once;

use crate::goroutine::{G, Raised};
use crate::seam::{self, Crashed};

/// The payload of `goexit`.
struct Goexit;

/// Whether what was caught is a `goexit` on its way.
pub(crate) fn is_goexit(payload: &(dyn Any + Send)) -> bool {
    payload.is::<Goexit>()
}

/// Makes the panic hook silent on goroutines; elsewhere the former hook goes on. Once in a process.
pub(crate) fn install_hook() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let former = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            let Some((_, g)) = seam::current() else {
                former(info);
                return;
            };
            let at = info
                .location()
                .map_or_else(String::new, |l| format!("{}:{}", l.file(), l.line()));
            let text = text_of(info.payload());
            // SAFETY: the hook runs on the thread that panics, and that thread runs `g`.
            unsafe { g.with_raised(|list| list.push(Raised { text, at })) };
        }));
    });
}

/// A payload as Go prints a panic's value.
pub(crate) fn text_of(payload: &(dyn Any + Send)) -> String {
    macro_rules! try_as {
        ($($t:ty),*) => { $( if let Some(v) = payload.downcast_ref::<$t>() { return v.to_string(); } )* };
    }
    try_as!(
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
        bool,
        char
    );
    if let Some(v) = payload.downcast_ref::<f64>() {
        return format!("{v:e}");
    }
    if let Some(v) = payload.downcast_ref::<f32>() {
        return format!("{v:e}");
    }
    if let Some(e) = payload.downcast_ref::<Box<dyn std::error::Error + Send + Sync>>() {
        return e.to_string();
    }
    if let Some(e) = payload.downcast_ref::<Box<dyn std::error::Error + Send>>() {
        return e.to_string();
    }
    if let Some(inner) = payload.downcast_ref::<Box<dyn Any + Send>>() {
        return text_of(&**inner);
    }
    "(a value that is no text)".to_string()
}

/// Runs a goroutine's closure and settles how it ended. Never unwinds.
pub(crate) fn body(g: &'static G, f: impl FnOnce()) {
    let Err(payload) = catch_unwind(AssertUnwindSafe(f)) else {
        return;
    };
    // SAFETY: on this goroutine's own coroutine.
    let raised = unsafe { g.with_raised(std::mem::take) };
    if payload.is::<Goexit>() && raised.is_empty() {
        return;
    }
    let text = if raised.is_empty() || payload.is::<Goexit>() {
        // Raised where our hook did not see it (`resume_unwind`, or a hook set after ours).
        chain(
            &raised,
            (!payload.is::<Goexit>()).then(|| text_of(&*payload)),
        )
    } else {
        chain(&raised, None)
    };
    let at = raised.last().map(|r| r.at.clone());
    // A payload's destructor is the program's code and may panic as well; it must not get out of here.
    if let Err(again) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        std::mem::forget(again);
    }
    if let Some((s, g)) = seam::current() {
        s.crash(g, Crashed::Panic { text, at });
    }
}

/// `first`, and below it, indented, what was raised while it unwound.
fn chain(raised: &[Raised], last: Option<String>) -> String {
    let mut texts = raised.iter().map(|r| r.text.clone()).chain(last);
    let mut out = texts.next().unwrap_or_default();
    for t in texts {
        out.push_str("\n\tpanic: ");
        out.push_str(&t);
    }
    out
}

/// Ends the goroutine that runs, after its deferred blocks. The other goroutines go on; if main calls it, the program
/// ends when they have all ended, with Go's `fatal error: no goroutines (main called runtime.Goexit) - deadlock!`.
///
/// Values on the goroutine's stack are dropped, as in a panic. `catch_unwind` on the way stops it: let the payload on
/// with `resume_unwind`.
///
/// # Panics
///
/// Outside of a goroutine.
///
/// ```
/// use goroutines::prelude::*;
///
/// run(|| {
///     let done = chan::<&str>(1);
///     let tell = done.clone();
///     go!({
///         defer! { tell.send("deferred blocks ran") }
///         runtime::goexit();
///     });
///     assert_eq!(done.recv(), Some("deferred blocks ran"));
/// });
/// ```
#[track_caller]
pub fn goexit() -> ! {
    seam::expect_current("goexit");
    resume_unwind(Box::new(Goexit));
}

/// Ends the program with Go's `fatal error: …`, which nobody can recover.
pub(crate) fn fatal(text: &'static str) -> ! {
    let (s, g) = seam::expect_current(text);
    s.crash(g, Crashed::Fatal { text });
    // Under `try_run` the runtime ends; this goroutine must not go on.
    crate::wait::park_forever(
        crate::goroutine::WaitReason::None,
        std::panic::Location::caller(),
    )
}

/// What `defer!` makes: runs its block when it is dropped.
#[derive(Debug)]
#[doc(hidden)]
pub struct Deferred<F: FnOnce()>(Option<F>);

impl<F: FnOnce()> Deferred<F> {
    pub fn new(f: F) -> Self {
        Deferred(Some(f))
    }
}

impl<F: FnOnce()> Drop for Deferred<F> {
    fn drop(&mut self) {
        let Some(f) = self.0.take() else { return };
        if !std::thread::panicking() {
            // Nothing unwinds: a panic in the block may leave it.
            f();
            return;
        }
        let Err(payload) = catch_unwind(AssertUnwindSafe(f)) else {
            return;
        };
        // A second unwinding out of a destructor would abort. The hook has added it to the chain; what was thrown
        // without the hook is added here. A `goexit` during a panic changes nothing, as in Go.
        std::mem::forget(payload);
    }
}

/// Runs its block when the enclosing block is left, also by `return`, `?`, a panic or `goexit`; the last one first.
///
/// The block borrows what it uses. If it panics while its goroutine already unwinds, that panic joins the first in Go's
/// text instead of aborting the process.
///
/// ```
/// use goroutines::prelude::*;
///
/// run(|| {
///     let wg = WaitGroup::new();
///     wg.add(1);
///     go({
///         let wg = wg.clone();
///         move || {
///             defer! { wg.done() }
///             // … work that may return early
///         }
///     });
///     wg.wait();
/// });
/// ```
#[macro_export]
macro_rules! defer {
    ({ $($body:tt)* }) => {
        let _deferred = $crate::Deferred::new(|| { $($body)* });
    };
    ($($body:tt)*) => {
        let _deferred = $crate::Deferred::new(|| { $($body)* });
    };
}
