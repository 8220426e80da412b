//! Tells a goroutine's stack overflow from any other fault: the handler of SIGSEGV and SIGBUS, and a stack for it.
//!
//! A goroutine that outgrows its stack touches the guard below it. The kernel then runs our handler on the thread's
//! alternative stack ([`AltStack`]; the goroutine's own has no room left). The handler asks the runtime, through the
//! [`Lookup`] it was installed with, whose guard the address lies in. Then it leaves the goroutine for good, as the signal
//! does that stops threads, and the runtime ends as after any crash ([`Leave`]). Where that cannot be, because the thread
//! is in the runtime's own code or in the C library and may hold a lock, it writes Go's text itself and ends the process
//! with code 2. Nothing has to be noted at a switch for this. Every other fault goes to the handler that stood before ours
//! (Rust's own names the thread that overflowed), or has the effect it would have had without us.
//!
//! All that happens in the handler is async-signal-safe: atomics, arithmetic in a buffer on its stack, `write`,
//! `sigaction`, `raise`, `_exit`.
//!
//! Go writes `goroutine 7 gp=0x… m=0 mp=0x… [running]:` and the frames; the addresses are left out here, and the frames
//! cannot be had from a handler without reading debug information.
//!
//! **Rejected**: noting the running goroutine's guard in a thread-local at each switch (two stores a switch for what
//! happens once a process), and keeping the handler installed for as long as a runtime lives only (two runtimes side by
//! side would have to agree who restores what).

use std::fmt::Write;
use std::marker::PhantomData;
use std::ptr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Once, OnceLock};

use crate::signal::{self, At};

/// The goroutine whose stack is full.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Overflow {
    pub(crate) goroutine: u64,
    /// Its stack: the lowest usable address, and one past the highest.
    pub(crate) stack: (usize, usize),
}

/// Says whether `address`, which the calling thread has just touched in vain, lies in the guard of the goroutine that
/// runs on it. Called in a signal handler: it must not allocate, lock, or touch a thread-local that has a destructor.
pub(crate) type Lookup = fn(address: usize) -> Option<Overflow>;

/// Leaves the goroutine that runs on this thread, which has touched its guard with this stack pointer; comes back where it
/// must not be left. `pc` is the instruction that touched it. Called in a signal handler.
pub(crate) type Leave = fn(pc: usize, sp: usize);

/// The signals of a fault.
pub(crate) const SIGNALS: [libc::c_int; 2] = [libc::SIGSEGV, libc::SIGBUS];

static RUNTIME: OnceLock<(Lookup, Leave)> = OnceLock::new();
/// What stood before us, by the order of [`SIGNALS`].
static BEFORE: [OnceLock<libc::sigaction>; 2] = [OnceLock::new(), OnceLock::new()];

/// Installs the handler, once a process; later calls change nothing.
pub(crate) fn install(lookup: Lookup, leave: Leave) {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        RUNTIME.get_or_init(|| (lookup, leave));
        for (number, before) in SIGNALS.into_iter().zip(&BEFORE) {
            // Noted before the handler that needs it is there.
            before.get_or_init(|| signal::action(number));
            // SAFETY: what the handler does, and that it may, stands at the top of this file.
            unsafe { signal::handle(number, on_fault, 0) };
        }
    });
}

/// The handler.
extern "C" fn on_fault(
    number: libc::c_int,
    info: *mut libc::siginfo_t,
    context: *mut libc::c_void,
) {
    // SAFETY: the kernel passes the facts of the signal.
    let (code, address) = unsafe { ((*info).si_code, (*info).si_addr() as usize) };
    // Signals that were sent (`kill`, `raise`) have a code of 0 or less and no address.
    if code > 0
        && let Some((lookup, leave)) = RUNTIME.get()
        && let Some(overflow) = lookup(address)
    {
        // SAFETY: the context is the kernel's own.
        let At { pc, sp, .. } = unsafe { signal::interrupted_at(context) };
        leave(pc, sp);
        die(&overflow, sp);
    }
    // SAFETY: the arguments are the kernel's own.
    unsafe { chain(number, code, info, context) }
}

/// Does what would have happened without us.
///
/// # Safety
///
/// The arguments are those of a signal handler that runs at this moment.
unsafe fn chain(
    number: libc::c_int,
    code: libc::c_int,
    info: *mut libc::siginfo_t,
    context: *mut libc::c_void,
) {
    let before = SIGNALS
        .iter()
        .position(|s| *s == number)
        .and_then(|i| BEFORE[i].get());
    match before {
        Some(action) if signal::is_handled(action) => {
            // SAFETY: it was the process's for this signal, and the arguments are the kernel's own (the caller's promise).
            // What it wanted blocked is blocked, and the kernel restores the mask when we return.
            unsafe {
                libc::pthread_sigmask(libc::SIG_BLOCK, &action.sa_mask, ptr::null_mut());
                signal::call(action, number, info, context);
            }
        }
        // Ignored when it is sent. A real fault cannot be ignored: the kernel ends the process.
        Some(action) if action.sa_sigaction == libc::SIG_IGN && code <= 0 => {}
        _ => {
            // SAFETY: all zeroes is the default action; both calls may be made in a handler. A fault happens again when
            // we return, a signal that was sent is sent again; either now ends the process as it should.
            unsafe {
                let default: libc::sigaction = std::mem::zeroed();
                libc::sigaction(number, &default, ptr::null_mut());
                if code <= 0 {
                    libc::raise(number);
                }
            }
        }
    }
}

/// Writes Go's text and ends the process.
fn die(overflow: &Overflow, sp: usize) -> ! {
    static DYING: AtomicBool = AtomicBool::new(false);
    if DYING.swap(true, Ordering::Relaxed) {
        // Another thread is writing and ends the process: one text is enough.
        loop {
            // SAFETY: it only waits.
            unsafe { libc::pause() };
        }
    }
    let goroutine = overflow.goroutine;
    let mut text = Text {
        bytes: [0; 320],
        len: 0,
    };
    let _ = write!(
        text,
        "{}\ngoroutine {goroutine} [running]:\n",
        said(overflow.stack, sp)
    );
    let mut rest = &text.bytes[..text.len];
    while !rest.is_empty() {
        // SAFETY: `rest` is readable for its length.
        match unsafe { libc::write(libc::STDERR_FILENO, rest.as_ptr().cast(), rest.len()) } {
            n if n > 0 => rest = &rest[n as usize..],
            _ if std::io::Error::last_os_error().kind() == std::io::ErrorKind::Interrupted => {}
            _ => break,
        }
    }
    // SAFETY: it ends the process without running anything of it.
    unsafe { libc::_exit(2) }
}

/// What Go says of a stack from `low` to `high` that is full at `sp`.
pub(crate) fn said((low, high): (usize, usize), sp: usize) -> impl std::fmt::Display {
    std::fmt::from_fn(move |f| {
        write!(
            f,
            "runtime: goroutine stack exceeds {}-byte limit\n\
             runtime: sp={sp:#x} stack=[{low:#x}, {high:#x}]\n\
             fatal error: {MESSAGE}\n",
            high - low
        )
    })
}

/// Go's word for it.
pub(crate) const MESSAGE: &str = "stack overflow";

/// Text in a buffer, without allocating. What does not fit is left out.
struct Text {
    bytes: [u8; 320],
    len: usize,
}

impl Write for Text {
    fn write_str(&mut self, s: &str) -> std::fmt::Result {
        let n = s.len().min(self.bytes.len() - self.len);
        self.bytes[self.len..self.len + n].copy_from_slice(&s.as_bytes()[..n]);
        self.len += n;
        Ok(())
    }
}

/// A stack for the signal handlers of the thread that made it, with a guard, until it is dropped. A thread that has a
/// large enough one already (Rust gives its threads one) keeps that.
#[derive(Debug)]
pub(crate) struct AltStack {
    /// The mapping of ours, and what the thread had before.
    own: Option<(usize, usize, libc::stack_t)>,
    /// It belongs to its thread.
    _thread: PhantomData<*mut ()>,
}

/// What the handlers need beside the frame that the kernel lays on the stack.
const NEEDED: usize = 4096;
/// What they get where we make the stack: room for a chained handler that prints a backtrace.
const GIVEN: usize = 64 * 1024;

impl AltStack {
    /// Panics where the system has no memory for it: a thread without it must not run goroutines.
    pub(crate) fn new() -> AltStack {
        // SAFETY: all zeroes is a `stack_t`, writable for the call.
        let before = unsafe {
            let mut before: libc::stack_t = std::mem::zeroed();
            libc::sigaltstack(ptr::null(), &mut before);
            before
        };
        if before.ss_flags & libc::SS_DISABLE == 0 && before.ss_size >= frame_size() + NEEDED {
            return AltStack {
                own: None,
                _thread: PhantomData,
            };
        }
        // SAFETY: `sysconf` only reads. The mapping is new, and its lowest page becomes the guard before it is used.
        unsafe {
            let page = usize::try_from(libc::sysconf(libc::_SC_PAGESIZE)).unwrap_or(4096);
            let size = (frame_size() + GIVEN).next_multiple_of(page);
            let len = page + size;
            let (none, flags) = (libc::PROT_NONE, libc::MAP_PRIVATE | libc::MAP_ANON);
            let low = libc::mmap(ptr::null_mut(), len, none, flags, -1, 0);
            assert!(
                low != libc::MAP_FAILED,
                "no memory for a signal stack: {}",
                std::io::Error::last_os_error()
            );
            let usable = low.byte_add(page);
            let stack = libc::stack_t {
                ss_sp: usable,
                ss_flags: 0,
                ss_size: size,
            };
            let made = libc::mprotect(usable, size, libc::PROT_READ | libc::PROT_WRITE) == 0
                && libc::sigaltstack(&stack, ptr::null_mut()) == 0;
            assert!(made, "no signal stack: {}", std::io::Error::last_os_error());
            AltStack {
                own: Some((low as usize, len, before)),
                _thread: PhantomData,
            }
        }
    }
}

impl Drop for AltStack {
    fn drop(&mut self) {
        if let Some((low, len, before)) = self.own {
            // SAFETY: this is the thread that made it (it is not `Send`), and not in a handler (those do not own it). Once
            // the thread has its former stack again, or none, nobody uses the mapping.
            unsafe {
                libc::sigaltstack(&before, ptr::null_mut());
                libc::munmap(low as *mut libc::c_void, len);
            }
        }
    }
}

/// What the kernel lays on the stack of a handler; depends on the processor's registers.
fn frame_size() -> usize {
    const AT_MINSIGSTKSZ: libc::c_ulong = 51;
    // SAFETY: it only reads; 0 where the kernel does not say.
    let size = unsafe { libc::getauxval(AT_MINSIGSTKSZ) };
    (size as usize).max(libc::MINSIGSTKSZ)
}

#[cfg(test)]
mod tests;
