//! SIGQUIT: every goroutine is printed, and the process ends with code 2, as a Go program does.
//!
//! A handler cannot look at goroutines: it may have interrupted whoever holds the locks. It wakes a thread that does
//! nothing but wait for it, on a word, without a descriptor. That thread is there once a program has called `run`;
//! `try_run` alone leaves the signal to the application, and so does an application that handles it already. That it was
//! ignored when the process started does not count, as in Go.

use std::sync::Once;
use std::sync::atomic::{AtomicI32, AtomicU32, AtomicUsize, Ordering};

use crate::seam;
use crate::signal;
use crate::stderr;

/// The name of the thread that waits for it.
pub(crate) const NAME: &str = "SIGQUIT";

static CAME: AtomicU32 = AtomicU32::new(0);
static CODE: AtomicI32 = AtomicI32::new(0);
static PC: AtomicUsize = AtomicUsize::new(0);

/// Installs it, once a process.
pub(crate) fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let free = !signal::is_handled(&signal::action(libc::SIGQUIT));
        let waits = std::thread::Builder::new()
            .name(NAME.to_string())
            .spawn(wait);
        if free && waits.is_ok() {
            // SAFETY: the handler writes atomics and wakes a futex.
            unsafe { signal::handle(libc::SIGQUIT, on_quit, libc::SA_RESTART) };
        }
    });
}

extern "C" fn on_quit(_: libc::c_int, info: *mut libc::siginfo_t, context: *mut libc::c_void) {
    // SAFETY: the kernel passes the facts of the signal, and its own context.
    let (code, at) = unsafe { ((*info).si_code, signal::interrupted_at(context)) };
    CODE.store(code, Ordering::Relaxed);
    PC.store(at.pc, Ordering::Relaxed);
    CAME.store(1, Ordering::Release);
    atomic_wait::wake_all(&CAME);
}

fn wait() {
    while CAME.load(Ordering::Acquire) == 0 {
        atomic_wait::wait(&CAME, 0);
    }
    let code = CODE.load(Ordering::Relaxed);
    let pc = PC.load(Ordering::Relaxed);
    let mut text = format!("SIGQUIT: quit\nPC={pc:#x} m=0 sigcode={code}\n\n");
    text.push_str(&seam::dump_everybody());
    stderr::write(&text);
    // SAFETY: it ends the process without running anything of it.
    unsafe { libc::_exit(2) }
}
