//! What the fault handler promises, each in a process made for it: our text for our guards, and all else as before.

use std::cell::Cell;
use std::hint::black_box;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Output};
use std::sync::Barrier;

use corosensei::Coroutine;

use super::{AltStack, Overflow, install};
use crate::stack::{Stack, StackPool};

const LIMIT: usize = 64 * 1024;

/// Two addresses: the lowest, and one past the highest.
type Bounds = (usize, usize);

thread_local! {
    /// The stack of the coroutine that this thread runs: its guard and its bounds.
    static RUNNING: Cell<Option<(Bounds, Bounds)>> = const { Cell::new(None) };
}

fn lookup(address: usize) -> Option<Overflow> {
    let ((low, high), stack) = RUNNING.get()?;
    (low..high).contains(&address).then_some(Overflow {
        goroutine: 7,
        stack,
    })
}

/// Runs one test of this module again as a process of its own, which finds `OVERFLOW_CHILD` set.
fn child(test: &str, which: &str) -> Output {
    Command::new(std::env::current_exe().expect("the test binary"))
        .args([
            "--exact",
            &format!("overflow::tests::{test}"),
            "--nocapture",
            "--test-threads",
            "1",
        ])
        .env("OVERFLOW_CHILD", which)
        .output()
        .expect("the test binary starts again")
}

fn which() -> Option<String> {
    std::env::var("OVERFLOW_CHILD").ok()
}

/// Recurses until the stack is full.
fn recurse(depth: usize) -> usize {
    let frame = black_box([depth; 32]);
    if depth == usize::MAX {
        0
    } else {
        recurse(depth + 1) + frame[depth % 32]
    }
}

/// Overflows the stack of a coroutine on this thread.
fn overflow_a_coroutine(pool: &StackPool) {
    let stack = pool.get().expect("a stack");
    RUNNING.set(Some((stack.guard(), stack.bounds())));
    let mut coroutine: Coroutine<(), (), usize, Stack> =
        Coroutine::with_stack(stack, |_, ()| recurse(0));
    let _ = coroutine.resume(());
}

/// Reads from an address that nothing is mapped at.
fn stray_read() {
    // SAFETY: this faults, in a process made for it.
    unsafe { black_box(std::ptr::read_volatile(black_box(16 as *const u8))) };
}

fn send(signal: libc::c_int) {
    // SAFETY: it only sends a signal, to a process made for it.
    unsafe { libc::raise(signal) };
}

#[test]
fn an_overflow_says_whose_and_exits_2() {
    if which().is_none() {
        let out = child("an_overflow_says_whose_and_exits_2", "one");
        let text = String::from_utf8(out.stderr).expect("text");
        assert_eq!(out.status.code(), Some(2), "{text}");
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines[0],
            "runtime: goroutine stack exceeds 65536-byte limit"
        );
        let addresses: Vec<usize> = lines[1]
            .split("0x")
            .skip(1)
            .map(|s| {
                s.split(|c: char| !c.is_ascii_hexdigit())
                    .next()
                    .expect("a part")
            })
            .map(|digits| usize::from_str_radix(digits, 16).expect("hexadecimal digits"))
            .collect();
        let [sp, low, high] = addresses[..] else {
            panic!("{text}")
        };
        assert_eq!(
            lines[1],
            format!("runtime: sp={sp:#x} stack=[{low:#x}, {high:#x}]")
        );
        assert!(
            high - low == LIMIT && sp < low + 4096 && sp > low - 4 * 4096,
            "{text}"
        );
        assert_eq!(
            lines[2..],
            ["fatal error: stack overflow", "", "goroutine 7 [running]:"]
        );
        assert!(text.ends_with(":\n"));
        return;
    }
    install(lookup, |_, _| ());
    let _alt = AltStack::new();
    overflow_a_coroutine(&StackPool::new(LIMIT));
}

#[test]
fn two_overflows_at_once_write_one_text() {
    if which().is_none() {
        for _ in 0..10 {
            let out = child("two_overflows_at_once_write_one_text", "two");
            let text = String::from_utf8(out.stderr).expect("text");
            assert_eq!(
                (out.status.code(), text.lines().count()),
                (Some(2), 5),
                "{text}"
            );
        }
        return;
    }
    install(lookup, |_, _| ());
    let (pool, barrier) = (StackPool::new(LIMIT), Barrier::new(2));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let _alt = AltStack::new();
                barrier.wait();
                overflow_a_coroutine(&pool);
            });
        }
    });
}

#[test]
fn a_thread_that_rust_did_not_start_is_served_too() {
    if which().is_none() {
        let out = child("a_thread_that_rust_did_not_start_is_served_too", "foreign");
        let text = String::from_utf8(out.stderr).expect("text");
        assert_eq!(out.status.code(), Some(2), "{text}");
        assert!(text.contains("fatal error: stack overflow"), "{text}");
        return;
    }
    extern "C" fn body(_: *mut libc::c_void) -> *mut libc::c_void {
        let alt = AltStack::new();
        assert!(alt.own.is_some(), "such a thread has none");
        overflow_a_coroutine(&StackPool::new(LIMIT));
        std::ptr::null_mut()
    }
    install(lookup, |_, _| ());
    // SAFETY: the thread is joined before the variables go.
    unsafe {
        let mut thread = std::mem::zeroed();
        assert_eq!(
            libc::pthread_create(&mut thread, std::ptr::null(), body, std::ptr::null_mut()),
            0
        );
        libc::pthread_join(thread, std::ptr::null_mut());
    }
}

#[test]
fn other_faults_go_where_they_went_before() {
    let Some(which) = which() else {
        let run = |which| child("other_faults_go_where_they_went_before", which);
        // Rust's own handler still names the thread that overflowed.
        let out = run("thread");
        let text = String::from_utf8_lossy(&out.stderr);
        assert!(
            text.contains("thread 'deep' ") && text.contains("has overflowed its stack"),
            "{text}"
        );
        assert_eq!(out.status.signal(), Some(libc::SIGABRT));
        // A fault outside any stack, and a signal that was sent, end the process as ever.
        for which in ["stray", "stray, by default", "sent, by default"] {
            assert_eq!(run(which).status.signal(), Some(libc::SIGSEGV), "{which}");
        }
        assert_eq!(run("bus, by default").status.signal(), Some(libc::SIGBUS));
        // Rust's own handler lets the first one pass that was sent; so do we.
        assert_eq!(run("sent").status, run("sent, without us").status);
        // An application's handler gets what is not ours, with what the kernel said, and nothing that is ours.
        assert_eq!(run("handler").status.code(), Some(40 + 16));
        assert_eq!(run("plain handler").status.code(), Some(41));
        assert_eq!(run("handler, ours").status.code(), Some(2));
        assert!(run("ignored").status.success());
        return;
    };
    extern "C" fn full(_: libc::c_int, info: *mut libc::siginfo_t, _: *mut libc::c_void) {
        // SAFETY: the kernel's facts of the signal.
        unsafe { libc::_exit(40 + (*info).si_addr() as i32) }
    }
    extern "C" fn plain(_: libc::c_int) {
        // SAFETY: it ends the process.
        unsafe { libc::_exit(41) }
    }
    let set = |handler: usize, flags| {
        // SAFETY: all zeroes is a `sigaction`; the handlers above do what handlers may.
        unsafe {
            let mut action: libc::sigaction = std::mem::zeroed();
            action.sa_sigaction = handler;
            action.sa_flags = flags | libc::SA_ONSTACK;
            assert_eq!(
                libc::sigaction(libc::SIGSEGV, &action, std::ptr::null_mut()),
                0
            );
        }
    };
    let ready = || {
        install(lookup, |_, _| ());
        std::mem::forget(AltStack::new());
    };
    match which.as_str() {
        "thread" => {
            ready();
            let thread = std::thread::Builder::new()
                .name("deep".to_owned())
                .stack_size(256 * 1024);
            let _ = thread.spawn(|| recurse(0)).expect("a thread").join();
        }
        "stray" => {
            ready();
            stray_read();
        }
        "stray, by default" => {
            set(libc::SIG_DFL, 0);
            ready();
            stray_read();
        }
        "sent" => {
            ready();
            send(libc::SIGSEGV);
        }
        "sent, without us" => send(libc::SIGSEGV),
        "sent, by default" => {
            set(libc::SIG_DFL, 0);
            ready();
            send(libc::SIGSEGV);
        }
        "bus, by default" => {
            // SAFETY: the default action is always allowed.
            unsafe { libc::signal(libc::SIGBUS, libc::SIG_DFL) };
            ready();
            send(libc::SIGBUS);
        }
        "handler" => {
            set(full as *const () as usize, libc::SA_SIGINFO);
            ready();
            stray_read();
        }
        "plain handler" => {
            set(plain as *const () as usize, 0);
            ready();
            stray_read();
        }
        "handler, ours" => {
            set(full as *const () as usize, libc::SA_SIGINFO);
            ready();
            overflow_a_coroutine(&StackPool::new(LIMIT));
        }
        "ignored" => {
            set(libc::SIG_IGN, 0);
            ready();
            send(libc::SIGSEGV);
        }
        other => panic!("no case {other}"),
    }
}

#[test]
fn an_alternative_stack_is_undone() {
    extern "C" fn body(_: *mut libc::c_void) -> *mut libc::c_void {
        let now = || {
            // SAFETY: all zeroes is a `stack_t`, writable for the call.
            unsafe {
                let mut now: libc::stack_t = std::mem::zeroed();
                libc::sigaltstack(std::ptr::null(), &mut now);
                (
                    now.ss_flags & libc::SS_DISABLE != 0,
                    now.ss_sp as usize,
                    now.ss_size,
                )
            }
        };
        let before = now();
        assert!(before.0, "a thread that Rust did not start has none");
        let outer = AltStack::new();
        let with = now();
        assert!(!with.0 && with.2 >= super::GIVEN);
        {
            let inner = AltStack::new();
            assert!(inner.own.is_none(), "what is there is large enough");
            assert_eq!(now(), with);
        }
        assert_eq!(now(), with);
        drop(outer);
        assert!(now().0);
        std::ptr::null_mut()
    }
    // SAFETY: the thread is joined before the variables go. A failed assertion in it ends the process.
    unsafe {
        let mut thread = std::mem::zeroed();
        assert_eq!(
            libc::pthread_create(&mut thread, std::ptr::null(), body, std::ptr::null_mut()),
            0
        );
        assert_eq!(libc::pthread_join(thread, std::ptr::null_mut()), 0);
    }
}
