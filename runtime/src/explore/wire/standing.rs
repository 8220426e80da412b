//! Where the exploring thread stands when it makes no step any more: it is asked by a signal, and tells by its stack.
//!
//! The handler takes a backtrace, which allocates and reads the program's debug information: not a thing that handlers may
//! do. It is done all the same, once, in a process that has a verdict already and ends with it. If the thread was
//! interrupted in the allocator, it never answers, and the verdict does without a line.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::primitives::Lock;

/// What the handler has found.
static FOUND: Lock<Option<String>> = Lock::new(None);
static ASKED: AtomicBool = AtomicBool::new(false);
/// How long an answer is waited for: so many times so long.
const TRIES: u32 = 100;
const WAIT: Duration = Duration::from_millis(10);

/// A thread that can be asked.
#[derive(Debug)]
pub(super) struct Thread(libc::pthread_t);

/// The thread that calls this.
pub(super) fn this_thread() -> Thread {
    let handler: extern "C" fn(libc::c_int) = tell;
    // SAFETY: `handler` is a function of the right type; nothing else in a process that explores uses this signal.
    unsafe { libc::signal(libc::SIGUSR2, handler as libc::sighandler_t) };
    // SAFETY: has no conditions.
    Thread(unsafe { libc::pthread_self() })
}

impl Thread {
    /// The line of the program's own that the thread is in, as `file:line`.
    pub(super) fn line(&self) -> Option<String> {
        ASKED.store(true, Ordering::SeqCst);
        // SAFETY: the thread is the one that explores; it lives as long as the process.
        unsafe { libc::pthread_kill(self.0, libc::SIGUSR2) };
        for _ in 0..TRIES {
            if let Some(found) = FOUND.lock().take() {
                return own_line(&found);
            }
            std::thread::park_timeout(WAIT);
        }
        None
    }
}

extern "C" fn tell(_: libc::c_int) {
    if ASKED.load(Ordering::SeqCst) {
        let trace = std::backtrace::Backtrace::force_capture().to_string();
        *FOUND.lock() = Some(trace);
    }
}

/// The innermost place of the program's own: its files are named from where it was built, those of others from the root.
fn own_line(trace: &str) -> Option<String> {
    let place = trace
        .lines()
        .filter_map(|l| l.trim_start().strip_prefix("at "))
        .find_map(|p| p.strip_prefix("./").filter(|p| p.contains(".rs:")))?;
    // Without the column. The C library's files are named from somewhere, too, but are no Rust.
    Some(place.rsplit_once(':').map_or(place, |(p, _)| p).to_string())
}

#[cfg(test)]
mod tests {
    use super::own_line;

    #[test]
    fn the_first_line_of_the_programs_own_is_told() {
        let trace = "   0: tell\n             at /home/x/runtime/src/a.rs:7:9\n   1: std::thread::sleep\n             at \
                     /rustc/5980/library/std/src/thread/mod.rs:1:2\n   2: lost_update::main::{{closure}}\n             at \
                     ./exercises/lost-update.rs:12:9\n   3: main\n             at ./exercises/lost-update.rs:5:1\n";
        assert_eq!(
            own_line(trace).as_deref(),
            Some("exercises/lost-update.rs:12")
        );
        assert_eq!(own_line("   0: f\n             at /a/b.rs:1:1\n"), None);
    }
}
