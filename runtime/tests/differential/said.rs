//! What a case says: kept until it has ended, so that saying it changes nothing in who runs next.

use std::fmt::{Arguments, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use goroutines::{go, runtime};

static SAID: Mutex<String> = Mutex::new(String::new());

/// Keeps a line until the case has ended.
macro_rules! say {
    ($($arg:tt)*) => { $crate::said::add(format_args!($($arg)*)) };
}
pub(crate) use say;

pub fn add(line: Arguments<'_>) {
    let mut said = SAID.lock().unwrap_or_else(PoisonError::into_inner);
    // Into a string: it cannot fail.
    let _ = writeln!(said, "{line}");
}

/// Everything that was said, which is nothing afterwards.
pub fn take() -> String {
    std::mem::take(&mut *SAID.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Lets everybody else run until they wait.
pub fn settle() {
    for _ in 0..100 {
        runtime::gosched();
    }
}

/// What `f` panicked with, as text.
pub fn recovered(f: impl FnOnce()) -> String {
    match catch_unwind(AssertUnwindSafe(f)) {
        Ok(()) => "no panic".to_string(),
        Err(payload) => text(&*payload),
    }
}

/// A payload that is a text.
pub fn text(payload: &(dyn std::any::Any + Send)) -> String {
    payload
        .downcast_ref::<&str>()
        .map(|s| (*s).to_string())
        .or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "(no text)".to_string())
}

/// Returns just after a look at the global queue that came first because it was its turn (each 61st time).
///
/// One goroutine after the other is started, each of which is one turn, and none leaves the local queue empty; so this
/// one, in the global queue, is taken only then.
pub fn align() {
    fn step(stop: Arc<AtomicBool>) {
        if !stop.load(Ordering::Relaxed) {
            go(move || step(stop));
            go(|| {});
        }
    }
    let stop = Arc::new(AtomicBool::new(false));
    step(stop.clone());
    runtime::gosched();
    stop.store(true, Ordering::Relaxed);
    for _ in 0..3 {
        runtime::gosched();
    }
}

/// How many goroutines wait for this reason.
pub fn states(reason: &str) -> usize {
    let wanted = format!("[{reason}]:");
    runtime::stack_dump().matches(&wanted).count()
}
