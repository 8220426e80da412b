//! Signals: who handles them, what a handler is told of the thread that it interrupted, and which ones a thread lets in.

/// A handler that is told everything (`SA_SIGINFO`).
pub(crate) type Handler = extern "C" fn(libc::c_int, *mut libc::siginfo_t, *mut libc::c_void);

/// What happens at this signal now.
pub(crate) fn action(signal: libc::c_int) -> libc::sigaction {
    // SAFETY: all zeroes is a `sigaction` (the default action, nothing blocked), writable for the call, which only reads
    // what is set.
    unsafe {
        let mut now: libc::sigaction = std::mem::zeroed();
        libc::sigaction(signal, std::ptr::null(), &mut now);
        now
    }
}

/// Whether a program has a handler of its own there.
pub(crate) fn is_handled(action: &libc::sigaction) -> bool {
    !matches!(action.sa_sigaction, libc::SIG_DFL | libc::SIG_IGN)
}

/// Has `handler` called at this signal, on the alternative stack of the thread that gets it. `flags` are those beside.
///
/// # Safety
///
/// `handler` keeps to what a handler may do (`man 7 signal-safety`), wherever it interrupts a thread.
pub(crate) unsafe fn handle(signal: libc::c_int, handler: Handler, flags: libc::c_int) {
    // SAFETY: all zeroes is a `sigaction`, which lives across the call; of the handler the caller promises the rest.
    unsafe {
        let mut new: libc::sigaction = std::mem::zeroed();
        new.sa_sigaction = handler as *const () as usize;
        new.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK | flags;
        libc::sigemptyset(&mut new.sa_mask);
        libc::sigaction(signal, &new, std::ptr::null_mut());
    }
}

/// Calls the handler of `action` as the system would have.
///
/// # Safety
///
/// `action` was the process's for this signal, and [`is_handled`]. The other arguments are those of a handler that runs at
/// this moment.
pub(crate) unsafe fn call(
    action: &libc::sigaction,
    signal: libc::c_int,
    info: *mut libc::siginfo_t,
    context: *mut libc::c_void,
) {
    // SAFETY: the address is that of a handler which the system has accepted; its flags say which kind it is.
    unsafe {
        if action.sa_flags & libc::SA_SIGINFO != 0 {
            std::mem::transmute::<usize, Handler>(action.sa_sigaction)(signal, info, context);
        } else {
            type Plain = extern "C" fn(libc::c_int);
            std::mem::transmute::<usize, Plain>(action.sa_sigaction)(signal);
        }
    }
}

/// Where a thread was that a signal has interrupted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct At {
    /// The instruction.
    pub(crate) pc: usize,
    /// The stack pointer there.
    pub(crate) sp: usize,
    /// Where a function that calls no other returns to, if that is in a register; 0 if it is on the stack.
    pub(crate) link: usize,
}

/// Where the thread was that a signal interrupted.
///
/// # Safety
///
/// `context` is what the system has passed to a handler that runs at this moment.
pub(crate) unsafe fn interrupted_at(context: *mut libc::c_void) -> At {
    // SAFETY: a handler with SA_SIGINFO is passed a `ucontext_t` (the caller's promise).
    let machine = unsafe { &(*context.cast::<libc::ucontext_t>()).uc_mcontext };
    #[cfg(target_arch = "x86_64")]
    let (pc, sp, link) = (
        machine.gregs[libc::REG_RIP as usize],
        machine.gregs[libc::REG_RSP as usize],
        0,
    );
    #[cfg(target_arch = "aarch64")]
    let (pc, sp, link) = (machine.pc, machine.sp, machine.regs[30]);
    At {
        pc: pc as usize,
        sp: sp as usize,
        link: link as usize,
    }
}

/// Lets these signals in on this thread. Async-signal-safe.
pub(crate) fn let_in(signals: &[libc::c_int]) {
    // SAFETY: a set of this frame; the last call changes this thread's mask only.
    unsafe {
        let mut set: libc::sigset_t = std::mem::zeroed();
        libc::sigemptyset(&mut set);
        for signal in signals {
            libc::sigaddset(&mut set, *signal);
        }
        libc::pthread_sigmask(libc::SIG_UNBLOCK, &set, std::ptr::null_mut());
    }
}
