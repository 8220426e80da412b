//! SIGQUIT: every goroutine is printed, and the process ends with code 2, as a Go program does.
//!
//! A handler cannot look at goroutines: it may have interrupted whoever holds the locks. It wakes a thread that does
//! nothing but wait for it, on a word, without a descriptor. That thread is there once a program has called `run`;
//! `try_run` alone leaves the signal to the application, and so does an application that handles it already. That it was
//! ignored when the process started does not count, as in Go.

use std::sync::Once;
use std::sync::atomic::{AtomicI32, AtomicU32, AtomicUsize, Ordering};

use crate::seam;
use crate::stderr;

static CAME: AtomicU32 = AtomicU32::new(0);
static CODE: AtomicI32 = AtomicI32::new(0);
static PC: AtomicUsize = AtomicUsize::new(0);

/// Installs it, once a process.
pub(crate) fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // SAFETY: all zeroes is a `sigaction`; both live across the calls. The handler keeps to what a handler may do.
        let free = unsafe {
            let mut old: libc::sigaction = std::mem::zeroed();
            libc::sigaction(libc::SIGQUIT, std::ptr::null(), &mut old);
            matches!(old.sa_sigaction, libc::SIG_DFL | libc::SIG_IGN)
        };
        let waits = std::thread::Builder::new()
            .name("SIGQUIT".to_string())
            .spawn(wait);
        if !free || waits.is_err() {
            return;
        }
        // SAFETY: as above.
        unsafe {
            let mut new: libc::sigaction = std::mem::zeroed();
            new.sa_sigaction = on_quit as *const () as usize;
            new.sa_flags = libc::SA_SIGINFO | libc::SA_RESTART | libc::SA_ONSTACK;
            libc::sigemptyset(&mut new.sa_mask);
            libc::sigaction(libc::SIGQUIT, &new, std::ptr::null_mut());
        }
    });
}

extern "C" fn on_quit(_: libc::c_int, info: *mut libc::siginfo_t, context: *mut libc::c_void) {
    // SAFETY: the kernel passes the facts of the signal.
    CODE.store(unsafe { (*info).si_code }, Ordering::Relaxed);
    PC.store(program_counter(context), Ordering::Relaxed);
    CAME.store(1, Ordering::Release);
    atomic_wait::wake_all(&CAME);
}

/// Where the signal interrupted its thread; 0 where we do not know how to ask.
fn program_counter(context: *mut libc::c_void) -> usize {
    #[cfg(all(target_os = "linux", target_arch = "x86_64"))]
    {
        // SAFETY: the kernel passes a `ucontext_t`.
        let context = unsafe { &*context.cast::<libc::ucontext_t>() };
        context.uc_mcontext.gregs[libc::REG_RIP as usize] as usize
    }
    #[cfg(all(target_os = "linux", target_arch = "aarch64"))]
    {
        // SAFETY: the kernel passes a `ucontext_t`.
        let context = unsafe { &*context.cast::<libc::ucontext_t>() };
        context.uc_mcontext.pc as usize
    }
    #[cfg(not(all(
        target_os = "linux",
        any(target_arch = "x86_64", target_arch = "aarch64")
    )))]
    {
        let _ = context;
        0
    }
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
