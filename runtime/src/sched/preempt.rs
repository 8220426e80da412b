//! Taking a P away from a goroutine that runs: the signal that stops its thread, and the barrier for one that blocks.
//!
//! Nothing in Rust marks a place where a goroutine could be switched away from: the code may be anywhere, inside the
//! allocator or a foreign function, with locks held. But its *thread* can be stopped anywhere, as the operating system
//! does all the time. So:
//!
//! 1. The monitor (`monitor.rs`) finds an M whose goroutine has had its 10 ms while others wait. It first *asks*: the
//!    goroutine gives way at its next call into the library (`HOOKS` makes every choice point look).
//! 2. If that did not help, and the thread runs, it sends SIGURG. The handler, if the thread is outside of the runtime's
//!    own code (`M::critical` is 0), parks the thread on a futex, there and then.
//! 3. The monitor sees that it is parked, takes the P away and gives it to another M. The goroutine goes to the end of
//!    the global queue, locked to its M, as every goroutine that is preempted.
//! 4. Whoever takes it from the queue hands its M the P and lets the thread go on (`pass_on`). The code that was
//!    interrupted never notices.
//!
//! If the thread of step 2 does not run but **blocks** in the kernel (nobody announced it), a signal would cut its call
//! short. Its P is taken without one: the monitor writes `taken`, runs a barrier on all threads (`membarrier`), and
//! looks at `critical`. If that is 0, the thread will see `taken` when it next enters the runtime's code, and wait for a
//! P there (`regain`). An announced blocking call (`runtime::syscall`) loses its P by other means, and sooner:
//! `syscall.rs`.
//!
//! **Invariants**: in the runtime's own code nobody takes a P away, so that code may use it. The handler touches atomics
//! and the futex only. Never more goroutines run than there are Ps, except that one which returns from a blocking call
//! may run on until it next enters the runtime or the monitor sees it, and one that computes within a call that it
//! announced until that call ends.
//!
//! **Rejected**: switching stacks in the handler (the allocator's lock would be held by a goroutine that is not even
//! running); a flag checked at loop edges (needs a compiler); counting in the scheduler how long calls take (a loop
//! without calls is the case that matters).

use std::panic::Location;
use std::sync::Once;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use super::{M, Sched};
use crate::coro::{Command, Unlock};
use crate::goroutine::{G, Status, WaitReason};
use crate::overflow;
use crate::seam;
use crate::signal::{self, At};
use crate::tid::Tid;

/// The signal. Go uses it too: it is ignored by default, debuggers let it pass, and hardly anybody uses it.
const SIGNAL: libc::c_int = libc::SIGURG;

/// What our signals carry, so that they can be told from the application's own.
const MARK: usize = 0x676f_7572_676f;

/// How an M's thread stands to the signal.
pub(super) struct Stop {
    thread: Tid,
    word: AtomicU32,
    /// How often in a row the signal came while the thread was in the C library.
    put_off: AtomicU32,
}

/// How often a thread is not stopped because it is in the C library. The signal comes again after some 20 µs.
const PATIENCE: u32 = 100;
/// A function that has been called from the allocator has its return address no more than so many words up the stack.
const NEAR: usize = 16;

const RUNS: u32 = 0;
/// It waits in the handler, and nobody has taken its P yet.
const PARKED: u32 = 1;
/// Its P was taken away.
const SEEN: u32 = 2;
/// The runtime has ended: the thread has to leave.
const LEAVE: u32 = 3;

/// How a thread came out of the handler's wait.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[must_use]
pub(super) enum Parked {
    /// Its turn has come.
    GoOn,
    /// The runtime has ended.
    Leave,
}

impl Stop {
    pub(super) fn new() -> Stop {
        Stop {
            thread: Tid::none(),
            word: AtomicU32::new(RUNS),
            put_off: AtomicU32::new(0),
        }
    }

    pub(super) fn reset(&self) {
        self.thread.gone();
        self.word.store(RUNS, Ordering::Relaxed);
    }

    /// This thread is the one to be stopped, whatever signals the thread that made it did not want.
    pub(super) fn here(&self) {
        self.thread.here();
        self.put_off.store(0, Ordering::Relaxed);
        signal::let_in(&[SIGNAL]);
    }

    /// In the handler: whether the thread had better be stopped a little later. It may hold the allocator's lock, and a
    /// scheduler that needs memory, with the only P in its hands, would wait for it for ever; so would the monitor for
    /// that scheduler, if it has the state's lock as well. In the allocator, or in what the allocator has called, a
    /// thread is never stopped. A goroutine that spends all its time elsewhere in the C library (copies memory, say) is
    /// stopped there in the end: other locks of that library are not held for so long.
    pub(super) fn puts_off(&self, at: At) -> bool {
        let n = self.put_off.load(Ordering::Relaxed);
        let puts_off = os::in_c_library(at.pc) && (n < PATIENCE || is_allocating(at));
        let n = if puts_off { n.saturating_add(1) } else { 0 };
        self.put_off.store(n, Ordering::Relaxed);
        puts_off
    }

    /// This thread ends: no signal is sent to its number any more, which may be somebody else's soon.
    pub(super) fn gone(&self) {
        self.thread.gone();
    }

    /// Sends the signal.
    pub(super) fn want(&self) {
        if let Some(thread) = self.thread.get() {
            os::signal(thread, SIGNAL, MARK);
        }
    }

    /// In the handler: waits until somebody lets it go. A thread that was interrupted inside the C library is never told
    /// to leave: it could hold the allocator's lock, and would hold it for ever. It goes on, and is stopped again.
    pub(super) fn park(&self, pc: usize) -> Parked {
        self.word.store(PARKED, Ordering::Release);
        loop {
            match self.word.load(Ordering::Acquire) {
                RUNS => return Parked::GoOn,
                LEAVE => {
                    if os::in_c_library(pc) {
                        self.word.store(RUNS, Ordering::Release);
                        return Parked::GoOn;
                    }
                    return Parked::Leave;
                }
                v => os::futex_wait(&self.word, v),
            }
        }
    }

    /// Whether it waits in the handler and still has its P. The monitor, under the state's lock, then takes it.
    pub(super) fn is_parked(&self) -> bool {
        self.word.load(Ordering::Acquire) == PARKED
    }

    /// Its P was taken away.
    pub(super) fn set_seen(&self) {
        self.word.store(SEEN, Ordering::Release);
    }

    /// Lets it go on if it waits in the handler.
    pub(super) fn let_go(&self) -> bool {
        let parked = matches!(self.word.load(Ordering::Acquire), PARKED | SEEN);
        if parked {
            self.word.store(RUNS, Ordering::Release);
            os::futex_wake(&self.word);
        }
        parked
    }

    /// The runtime has ended: if it waits in the handler, it leaves its goroutine there and then.
    pub(super) fn leave(&self) {
        if matches!(self.word.load(Ordering::Acquire), PARKED | SEEN) {
            self.word.store(LEAVE, Ordering::Release);
            os::futex_wake(&self.word);
        }
    }

    /// The number of its thread, while that lives.
    pub(super) fn thread(&self) -> Option<i32> {
        self.thread.get()
    }

    /// The CPU time that its thread has used, in nanoseconds.
    pub(super) fn cpu_time(&self) -> u64 {
        self.thread.cpu_time()
    }

    /// Whether its thread is asleep in the kernel, as far as can be told.
    pub(super) fn sleeps(&self) -> bool {
        self.thread.sleeps()
    }

    /// Whether its thread is asleep in a call that waits for something, not for a page or a disk, as far as can be told.
    pub(super) fn waits(&self) -> bool {
        self.thread.waits()
    }
}

/// Whether a thread that was interrupted in the C library is in its allocator, or in a call that this has made.
fn is_allocating(at: At) -> bool {
    // SAFETY: functions of the C library are called by the program, whose frames lie above theirs, and the first frame of a
    // goroutine or thread alone has more than `NEAR` words.
    let word = |i: usize| unsafe { std::ptr::read_volatile((at.sp as *const usize).add(i)) };
    os::in_allocator(at.pc)
        || os::in_allocator(at.link)
        || (0..NEAR).map(word).any(os::in_allocator)
}

impl M {
    /// In the signal's handler, on this M's thread, which runs `g`: stops the thread for as long as others have its turn.
    pub(super) fn stop_here(&self, g: &'static G, at: At) {
        if !self.is_critical()
            && self.running().is_some()
            && !self.stop.puts_off(at)
            && self.stop.park(at.pc) == Parked::Leave
        {
            self.sched().stopped.store(true, Ordering::Relaxed);
            // SAFETY: in a signal handler on this goroutine's thread, which it has interrupted outside of the runtime's
            // own code. The goroutine is never resumed, so it does not matter that it stops in the middle.
            unsafe { g.suspend(Command::Yield) };
        }
    }

    /// In the handler of a fault: see [`Scheduler::overflowed`](crate::seam::Scheduler::overflowed).
    pub(super) fn leave_full(&self, g: &'static G, sp: usize, pc: usize) {
        if !self.is_critical() && self.running().is_some() && !os::in_c_library(pc) {
            signal::let_in(&overflow::SIGNALS);
            g.set_wait(WaitReason::None, Location::caller());
            let left = Left {
                sched: self.sched(),
                g,
                sp,
            };
            let unlock = Unlock {
                run: is_full,
                data: std::ptr::from_ref(&left).cast(),
            };
            // SAFETY: as in `stop_here`. It waits, and nobody knows that it does; `left` stays where it is.
            unsafe { g.suspend(Command::Park(Some(unlock))) };
        }
    }
}

/// A goroutine that was left because its stack is full, and its stack pointer.
struct Left {
    sched: &'static Sched,
    g: &'static G,
    sp: usize,
}

/// On the scheduler's stack: ends the program.
///
/// # Safety
///
/// `data` points to the `Left` in the frame of a goroutine that has just parked.
unsafe fn is_full(data: *const ()) {
    // SAFETY: the caller's promise.
    let Left { sched, g, sp } = unsafe { std::ptr::read(data.cast::<Left>()) };
    // What is told of it is told of one that runs.
    g.set_status(Status::Running);
    sched.stack_is_full(g, sp);
}

/// See [`overflow::Leave`].
pub(crate) fn leave_full_stack(pc: usize, sp: usize) {
    if let Some((s, g)) = seam::current() {
        s.overflowed(g, sp, pc);
    }
}

/// Whether `pc` lies in the C library, as far as is known: under whose locks nothing is left.
pub(crate) fn in_c_library(pc: usize) -> bool {
    os::in_c_library(pc)
}

/// Finds out where the C library lies. Once a process.
pub(crate) fn find_c_library() {
    os::find_c_library();
}

/// Runs a full memory barrier on every thread of the process that runs. `false` where the system has no such thing:
/// then no P is taken from a thread that blocks unannounced without a signal.
pub(super) fn barrier() -> bool {
    os::barrier()
}

static BEFORE: OnceLock<libc::sigaction> = OnceLock::new();

/// Installs the handler, once a process. What stood there before is called for signals that are not ours.
pub(super) fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        os::prepare();
        // Noted before our handler can need it.
        BEFORE.get_or_init(|| signal::action(SIGNAL));
        // SAFETY: the handler reads atomics and thread-locals without destructors, and waits on a futex; what it suspends
        // for good is a goroutine outside of the runtime's own code and of the C library.
        unsafe { signal::handle(SIGNAL, on_signal, libc::SA_RESTART) };
    });
}

extern "C" fn on_signal(
    number: libc::c_int,
    info: *mut libc::siginfo_t,
    context: *mut libc::c_void,
) {
    let errno = os::errno();
    if os::mark(info) == Some(MARK) {
        if let Some((s, g)) = seam::current() {
            // SAFETY: the context is the kernel's own.
            let at = unsafe { signal::interrupted_at(context) };
            s.interrupted(g, at);
        }
    } else if let Some(before) = BEFORE.get().filter(|before| signal::is_handled(before)) {
        // SAFETY: what another part of the program installed for this signal; the arguments are the kernel's own.
        unsafe { signal::call(before, number, info, context) };
    }
    os::set_errno(errno);
}

mod os {
    //! What the kernel is asked for: futex, tgkill, membarrier, /proc.

    use std::ops::Range;
    use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
    use std::sync::{Once, OnceLock};

    const MEMBARRIER_PRIVATE_EXPEDITED: libc::c_int = 1 << 3;
    const MEMBARRIER_REGISTER_PRIVATE_EXPEDITED: libc::c_int = 1 << 4;

    static HAS_BARRIER: AtomicBool = AtomicBool::new(false);

    /// Where the C library's code lies, and that of the allocator if it is another one.
    static C_LIBRARY: OnceLock<Vec<Range<usize>>> = OnceLock::new();
    /// Where the allocator's lies.
    static ALLOCATOR: OnceLock<Range<usize>> = OnceLock::new();
    /// So far from `malloc` lies at most what it is made of: in glibc it is one file of some 24 KiB, in which the exported
    /// functions come last.
    const AROUND: usize = 32 << 10;

    /// Whether `pc` lies in the C library, as far as is known.
    pub(super) fn in_c_library(pc: usize) -> bool {
        // Linked statically: it cannot be told apart from the program.
        C_LIBRARY
            .get()
            .is_some_and(|code| code.iter().any(|part| part.contains(&pc)))
    }

    /// Whether `pc` lies in the allocator, or close to it.
    pub(super) fn in_allocator(pc: usize) -> bool {
        ALLOCATOR.get().is_some_and(|code| code.contains(&pc))
    }

    /// Reads where they lie from lines of `address-address perms offset dev inode path`, a mapping each.
    fn look_at_mappings() {
        let maps = std::fs::read_to_string("/proc/self/maps").unwrap_or_default();
        let malloc = libc::malloc as *const () as usize;
        let program = look_at_mappings as *const () as usize;
        let mut code = Vec::new();
        for line in maps.lines() {
            let Some((part, path)) = code_in(line) else {
                continue;
            };
            let name = path.rsplit('/').next().unwrap_or_default();
            let is_c = ["libc.", "libc-", "ld-", "libpthread"]
                .iter()
                .any(|n| name.starts_with(n));
            let has_malloc = part.contains(&malloc) && !part.contains(&program);
            if is_c && has_malloc {
                let around = malloc.saturating_sub(AROUND)..malloc.saturating_add(AROUND);
                let _ = ALLOCATOR.set(around.start.max(part.start)..around.end.min(part.end));
            } else if has_malloc {
                // One that stands before that of the C library.
                let _ = ALLOCATOR.set(part.clone());
            }
            if is_c || has_malloc {
                code.push(part);
            }
        }
        let _ = C_LIBRARY.set(code);
    }

    /// A mapping that holds code, and its file.
    fn code_in(line: &str) -> Option<(Range<usize>, &str)> {
        let mut words = line.split_whitespace();
        let (from, to) = words.next()?.split_once('-')?;
        let perms = words.next()?;
        let path = words.nth(3).unwrap_or_default();
        let number = |hex| usize::from_str_radix(hex, 16).ok();
        perms
            .contains('x')
            .then_some((number(from)?..number(to)?, path))
    }

    pub(super) fn find_c_library() {
        static ONCE: Once = Once::new();
        ONCE.call_once(look_at_mappings);
    }

    pub(super) fn prepare() {
        find_c_library();
        // SAFETY: no memory is passed.
        let r = unsafe {
            libc::syscall(
                libc::SYS_membarrier,
                MEMBARRIER_REGISTER_PRIVATE_EXPEDITED,
                0,
                0,
            )
        };
        HAS_BARRIER.store(r == 0, Ordering::Release);
    }

    pub(super) fn barrier() -> bool {
        HAS_BARRIER.load(Ordering::Acquire)
            // SAFETY: no memory is passed.
            && unsafe { libc::syscall(libc::SYS_membarrier, MEMBARRIER_PRIVATE_EXPEDITED, 0, 0) } == 0
    }

    /// The start of the kernel's `siginfo`, for a signal with a value.
    #[repr(C)]
    struct Queued {
        signo: libc::c_int,
        errno: libc::c_int,
        code: libc::c_int,
        pad: libc::c_int,
        pid: libc::pid_t,
        uid: libc::uid_t,
        value: usize,
        rest: [u64; 12],
    }

    /// Sends a thread of this process a signal that carries `mark`.
    pub(super) fn signal(thread: i32, signal: libc::c_int, mark: usize) {
        // SAFETY: `info` is as large as a siginfo (128 bytes) and lives across the call. A thread that has ended answers
        // ESRCH.
        unsafe {
            let info = Queued {
                signo: signal,
                errno: 0,
                code: libc::SI_QUEUE,
                pad: 0,
                pid: libc::getpid(),
                uid: libc::getuid(),
                value: mark,
                rest: [0; 12],
            };
            libc::syscall(
                libc::SYS_rt_tgsigqueueinfo,
                libc::getpid(),
                thread,
                signal,
                &info,
            );
        }
    }

    /// What a signal carries, if it carries anything.
    pub(super) fn mark(info: *mut libc::siginfo_t) -> Option<usize> {
        // SAFETY: the kernel passes a valid siginfo to a handler with SA_SIGINFO; SI_QUEUE has a value.
        unsafe {
            ((*info).si_code == libc::SI_QUEUE).then(|| (*info).si_value().sival_ptr as usize)
        }
    }

    pub(super) fn futex_wait(word: &AtomicU32, value: u32) {
        // SAFETY: the word lives in a pooled M, for ever. Comes back at once if it has changed.
        unsafe {
            libc::syscall(
                libc::SYS_futex,
                word.as_ptr(),
                libc::FUTEX_WAIT | libc::FUTEX_PRIVATE_FLAG,
                value,
                std::ptr::null::<libc::timespec>(),
            )
        };
    }

    pub(super) fn futex_wake(word: &AtomicU32) {
        // SAFETY: as above.
        unsafe {
            libc::syscall(
                libc::SYS_futex,
                word.as_ptr(),
                libc::FUTEX_WAKE | libc::FUTEX_PRIVATE_FLAG,
                1,
            )
        };
    }

    pub(super) fn errno() -> libc::c_int {
        // SAFETY: this thread's own errno.
        unsafe { *libc::__errno_location() }
    }

    pub(super) fn set_errno(v: libc::c_int) {
        // SAFETY: this thread's own errno.
        unsafe { *libc::__errno_location() = v };
    }
}
