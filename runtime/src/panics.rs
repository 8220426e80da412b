//! The first frame of every goroutine, and what becomes of its panics: Go's words in Rust's clothes.
//!
//! A Rust panic is Go's panic, `catch_unwind` is `recover`, and `goexit` is an unwinding with a payload of our own. What
//! reaches the first frame ends the program (or the runtime, under `try_run`), except `goexit`. While a goroutine runs,
//! the process's panic hook stays silent and only remembers where the panic was raised: Go prints nothing for a panic
//! that somebody recovers, and prints its own text for one that nobody does.
//!
//! A deferred block that panics while its goroutine already unwinds would abort a Rust process. `defer!` catches it there
//! and adds it to the chain, so that the text has both, as Go's has.
//!
//! The list of raised panics that a goroutine has is that chain. Nobody tells us when a panic is recovered; so each new
//! one begins the list anew, and what came before survives only where a `defer!` block knows that it still unwinds: it
//! puts the list aside while the block runs. What left such a block is marked as `kept`: a panic that a destructor raised
//! and recovered is in the list too, and has no part in how the goroutine ends.
//!
//! `goexit` is not recovered, in Go. So its payload throws itself again where somebody who caught it lets it go.

use std::any::Any;
use std::borrow::Cow;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Once};

use crate::crash::Crash;
use crate::goroutine::{G, Kept, Raised, WaitReason};
use crate::seam::{self, Crashed, Scheduler};

/// The payload of `goexit`. Whoever catches it and drops it has recovered nothing: the goroutine ends all the same.
struct Goexit {
    home: u64,
    /// The goroutine that ends; 0 once it has.
    id: u64,
}

impl Drop for Goexit {
    fn drop(&mut self) {
        let Some((s, g)) = seam::current() else {
            return;
        };
        // While another panic unwinds, that one decides.
        if s.home() == self.home && g.id() == self.id && !std::thread::panicking() {
            // What deferred blocks have raised meanwhile was recovered with it.
            // SAFETY: `g` runs here.
            unsafe { g.with_raised(Vec::clear) };
            throw_goexit(s, g);
        }
    }
}

fn throw_goexit(s: &dyn Scheduler, g: &'static G) -> ! {
    let (home, id) = (s.home(), g.id());
    resume_unwind(Box::new(Goexit { home, id }))
}

/// The `goexit` that was caught has done its work. Whether it was one.
fn settle(payload: &mut (dyn Any + Send)) -> bool {
    match payload.downcast_mut::<Goexit>() {
        Some(goexit) => {
            goexit.id = 0;
            true
        }
        // Caught, and thrown again as a value.
        None => payload
            .downcast_mut::<Box<dyn Any + Send>>()
            .is_some_and(|inner| settle(&mut **inner)),
    }
}

/// Drops what was caught; a `goexit` does not go on from here.
pub(crate) fn forget(mut payload: Box<dyn Any + Send>) {
    settle(&mut *payload);
}

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
            let Some((s, g)) = seam::current() else {
                former(info);
                return;
            };
            let at = info
                .location()
                .map_or_else(String::new, |l| format!("{}:{}", l.file(), l.line()));
            // A panic in here aborts the process: what it takes the program's code to print is printed later.
            let text = match cfg!(panic = "abort") || !is_printed_by_program(info.payload()) {
                true => said(info.payload()),
                false => "(an error)".to_string(),
            };
            seam::raised();
            if aborts(&text) {
                if seam::observed() {
                    // The lock of all hooks is held until this one returns, so nobody may be left in it: tests set hooks.
                    seam::dies();
                    former(info);
                } else {
                    end_here(s, g, text, at);
                }
                return;
            }
            // SAFETY: the hook runs on the thread that panics, and that thread runs `g`.
            unsafe {
                g.with_raised(|list| {
                    let before = list.pop().map(|r| r.text);
                    *list = vec![Raised {
                        text,
                        at,
                        again: false,
                        kept: Kept::Not,
                        before,
                    }]
                })
            };
        }));
    });
}

/// What Rust says before it aborts the process, because a second panic would leave a destructor that a first one runs, or
/// because a foreign function would be unwound.
const IN_CLEANUP: &str = "panic in a destructor during cleanup";
const CANNOT_UNWIND: &str = "panic in a function that cannot unwind";

/// Whether the process is aborted once the hook has returned.
fn aborts(text: &str) -> bool {
    cfg!(panic = "abort") || matches!(text, IN_CLEANUP | CANNOT_UNWIND)
}

/// Ends the program with Go's text, in the hook: where Rust would abort, and say nothing of Go.
fn end_here(s: &dyn Scheduler, g: &'static G, text: String, at: String) {
    // SAFETY: as in the hook.
    let raised = unsafe { g.with_raised(std::mem::take) }.pop();
    let (texts, at) = match (raised, text.as_str()) {
        (Some(r), IN_CLEANUP) => (vec![r.before, Some(r.text)], r.at),
        (Some(r), CANNOT_UNWIND) => (vec![Some(r.text)], r.at),
        _ => (vec![Some(text)], at),
    };
    let text = chain(texts.into_iter().flatten());
    s.crash(g, Crashed::Panic { text, at: Some(at) });
    // Under `try_run` the runtime ends; the process does not.
    crate::wait::park_forever(WaitReason::None, std::panic::Location::caller())
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
        Box<str>,
        Arc<str>,
        Cow<'static, str>,
        std::io::Error,
        std::fmt::Error,
        std::num::ParseIntError,
        std::num::ParseFloatError,
        std::num::TryFromIntError,
        std::str::Utf8Error,
        std::string::FromUtf8Error,
        std::net::AddrParseError,
        Box<dyn std::error::Error + Send + Sync>,
        Box<dyn std::error::Error + Send>,
        Arc<dyn std::error::Error + Send + Sync>,
        Crash,
        crate::over::Error
    );
    if let Some(v) = payload.downcast_ref::<char>() {
        // Go's runes are numbers.
        return u32::from(*v).to_string();
    }
    if let Some(v) = payload.downcast_ref::<f64>() {
        return float(v, v.is_finite(), *v > 0.0);
    }
    if let Some(v) = payload.downcast_ref::<f32>() {
        return float(v, v.is_finite(), *v > 0.0);
    }
    if let Some(inner) = payload.downcast_ref::<Box<dyn Any + Send>>() {
        return text_of(&**inner);
    }
    "(a value that is no text)".to_string()
}

/// Whether the program's code prints it, which may panic.
fn is_printed_by_program(payload: &(dyn Any + Send)) -> bool {
    if let Some(inner) = payload.downcast_ref::<Box<dyn Any + Send>>() {
        return is_printed_by_program(&**inner);
    }
    payload.is::<std::io::Error>()
        || payload.is::<Box<dyn std::error::Error + Send + Sync>>()
        || payload.is::<Box<dyn std::error::Error + Send>>()
        || payload.is::<Arc<dyn std::error::Error + Send + Sync>>()
}

/// As [`said`], where a panic does no harm: the program's code prints errors. If it panics, what is to be said then, which in
/// Go is a fatal error's text.
fn said_by_program(payload: &(dyn Any + Send)) -> Result<String, String> {
    catch_unwind(AssertUnwindSafe(|| said(payload))).map_err(|mut second| {
        settle(&mut *second);
        let what = match is_printed_by_program(&*second) {
            true => ": (an error)".to_string(),
            false => format!(": {}", said(&*second)),
        };
        std::mem::forget(second);
        format!("panic while printing panic value{what}")
    })
}

/// A float as Go prints it: the shortest text that is this number, with an exponent if that is below -4 or above 5.
fn float<F: fmt::Display + fmt::LowerExp>(v: &F, finite: bool, positive: bool) -> String {
    if !finite {
        let text = v.to_string();
        return match text.as_str() {
            "NaN" => text,
            _ if positive => "+Inf".to_string(),
            _ => "-Inf".to_string(),
        };
    }
    let scientific = format!("{v:e}");
    let Some((digits, exponent)) = scientific.split_once('e') else {
        return scientific;
    };
    match exponent.parse::<i32>() {
        Ok(e) if !(-4..6).contains(&e) => {
            let sign = if e < 0 { '-' } else { '+' };
            format!("{digits}e{sign}{:02}", e.abs())
        }
        _ => v.to_string(),
    }
}

/// A panic as Go's text has it: further lines are indented; a value that was caught and is thrown again says so.
fn said(payload: &(dyn Any + Send)) -> String {
    let mut text = text_of(payload).replace('\n', "\n\t");
    if payload.is::<Box<dyn Any + Send>>() {
        text.push_str(AGAIN);
    }
    text
}

/// Behind a value that was caught and thrown again.
const AGAIN: &str = " [recovered, repanicked]";

/// Throws again what was caught just now, as it is: whoever catches it next gets the value itself. Only the text of one
/// that nobody catches says that it was recovered before.
pub(crate) fn throw_again(payload: Box<dyn Any + Send>) -> ! {
    if let Some((_, g)) = seam::current() {
        // SAFETY: `g` runs here.
        unsafe {
            g.with_raised(|list| {
                if let Some(first) = list.first_mut() {
                    first.again = true;
                }
            });
        }
    }
    resume_unwind(payload)
}

/// Runs a goroutine's closure and settles how it ended. Never unwinds.
pub(crate) fn body(g: &'static G, f: impl FnOnce()) {
    let ended = catch_unwind(AssertUnwindSafe(f));
    seam::ended(g);
    let Err(mut payload) = ended else {
        return;
    };
    // SAFETY: on this goroutine's own coroutine.
    let raised = unsafe { g.with_raised(std::mem::take) };
    let exits = settle(&mut *payload);
    let kept = |r: &&Raised| r.kept != Kept::Not;
    let last = raised.iter().rfind(kept);
    if last.map_or(exits, |r| r.kept == Kept::Goexit) {
        return;
    }
    // Where a `goexit` is on its way, deferred blocks have panicked while the goroutine was ending: the program ends all the
    // same. Else the first of the list is the payload's own, unless it was raised where our hook did not see it.
    let first = match exits {
        true => None,
        false => match said_by_program(&*payload) {
            Ok(mut first) => {
                if raised.first().is_some_and(|r| r.again) {
                    first.push_str(AGAIN);
                }
                Some(first)
            }
            Err(text) => {
                std::mem::forget(payload);
                if let Some((s, g)) = seam::current() {
                    s.crash(g, Crashed::Fatal { text: text.into() });
                }
                return;
            }
        },
    };
    let later = raised.iter().filter(|r| r.kept == Kept::Panic);
    let text = chain(first.into_iter().chain(later.map(|r| r.text.clone())));
    let at = last.or(raised.first()).map(|r| r.at.clone());
    // A payload's destructor is the program's code and may panic as well; it must not get out of here.
    if let Err(again) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        std::mem::forget(again);
    }
    if let Some((s, g)) = seam::current() {
        s.crash(g, Crashed::Panic { text, at });
    }
}

/// The first, and below it, indented, what was raised while it unwound.
fn chain(mut texts: impl Iterator<Item = String>) -> String {
    let mut out = texts.next().unwrap_or_default();
    for t in texts {
        out.push_str("\n\tpanic: ");
        out.push_str(&t);
    }
    out
}

/// Ends the goroutine that runs, after its deferred blocks. Go's `runtime.Goexit`.
///
/// The other goroutines go on; if main calls it, the program ends when they have all ended, with Go's `fatal error: no
/// goroutines (main called runtime.Goexit) - deadlock!`.
///
/// Values on the goroutine's stack are dropped, as in a panic. `catch_unwind` on the way stops it only for as long as what
/// was caught is kept: the goroutine goes on to end where that is dropped, or let on with `resume_unwind`.
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
    let (s, g) = seam::expect_current("goexit");
    // What is on the list was recovered, or a `defer!` block keeps it.
    // SAFETY: `g` runs here.
    unsafe { g.with_raised(Vec::clear) };
    throw_goexit(s, g)
}

/// Ends the program with Go's `fatal error: …`, which nobody can recover.
pub(crate) fn fatal(text: &'static str) -> ! {
    let (s, g) = seam::expect_current(text);
    let text = text.into();
    s.crash(g, Crashed::Fatal { text });
    // Under `try_run` the runtime ends; this goroutine must not go on.
    crate::wait::park_forever(WaitReason::None, std::panic::Location::caller())
}

/// What `defer!` makes: runs its block when it is dropped.
#[derive(Debug)]
#[doc(hidden)]
pub struct Deferred<F: FnOnce()>(Option<F>);

impl<F: FnOnce()> Deferred<F> {
    #[doc(hidden)]
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
        // SAFETY: `with_raised` is called by the code that runs on the goroutine in question.
        let list = |f: &mut dyn FnMut(&mut Vec<Raised>)| unsafe {
            if let Some((_, g)) = seam::current() {
                g.with_raised(f);
            }
        };
        let mut outer = Vec::new();
        list(&mut |raised| outer = std::mem::take(raised));
        let end = catch_unwind(AssertUnwindSafe(f));
        list(&mut |raised| {
            let inner = std::mem::replace(raised, std::mem::take(&mut outer));
            // Whatever else panicked in there was recovered in there.
            let Err(payload) = &end else { return };
            raised.push(left(payload, inner.first()));
            raised.extend(inner.into_iter().filter(|r| r.kept != Kept::Not));
        });
        // A second unwinding out of a destructor would abort.
        if let Err(mut payload) = end
            && !settle(&mut *payload)
        {
            std::mem::forget(payload);
        }
    }
}

/// What left a `defer!` block, and what the list of raised panics has of it, if anything.
fn left(payload: &Box<dyn Any + Send>, raised: Option<&Raised>) -> Raised {
    let raised = raised.filter(|r| r.kept == Kept::Not);
    let mut text = said_by_program(&**payload).unwrap_or_else(|text| text);
    if raised.is_some_and(|r| r.again) {
        text.push_str(AGAIN);
    }
    Raised {
        text,
        at: raised.map_or_else(String::new, |r| r.at.clone()),
        again: false,
        kept: if is_goexit(&**payload) {
            Kept::Goexit
        } else {
            Kept::Panic
        },
        before: None,
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

#[cfg(test)]
mod tests {
    use super::text_of;

    #[test]
    fn floats_as_go_prints_them() {
        for (v, text) in [
            (0.0, "0"),
            (-0.0, "-0"),
            (1.0, "1"),
            (-2.5, "-2.5"),
            (123_456.0, "123456"),
            (1e6, "1e+06"),
            (1_234_567.0, "1.234567e+06"),
            (1e21, "1e+21"),
            (0.001, "0.001"),
            (0.0001, "0.0001"),
            (0.00001, "1e-05"),
            (0.000_012_345, "1.2345e-05"),
            (f64::MAX, "1.7976931348623157e+308"),
            (5e-324, "5e-324"),
            (f64::INFINITY, "+Inf"),
            (f64::NEG_INFINITY, "-Inf"),
            (f64::NAN, "NaN"),
        ] {
            assert_eq!(text_of(&v), text);
        }
        assert_eq!(text_of(&16_777_216_f32), "1.6777216e+07");
        assert_eq!(text_of(&3.4e38_f32), "3.4e+38");
    }
}
