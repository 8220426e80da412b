//! The threads of Ms: who makes one, how many there may be, and who buries those that ended with their goroutine.
//!
//! An M is made when a P has work and no M is idle. A new thread inherits much from the thread that makes it: its
//! affinity, its namespaces, its signal mask. A goroutine that has called `lock_os_thread` may have changed all that, so
//! its thread makes none: the monitor makes them in its place (Go has a template thread for it).
//!
//! A thread ends with its runtime, or with a goroutine that ends locked to it. The latter are joined when the next
//! thread is made, so they do not pile up; the former at the end. Not before the destructors of its thread-locals have
//! run: they are the program's, and may wait for what only others can do.

use std::cell::OnceCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use super::{M, P, Sched, State};
use crate::crash::{Crash, FatalReport};
use crate::goroutine::G;
use crate::lock::LockGuard;
use crate::seam;

/// The most threads that a runtime may have, its monitor included, unless the program sets another number.
pub(super) const MAX_THREADS: usize = 10_000;

/// A thread of a runtime that nobody has joined.
pub(super) struct Thread {
    handle: JoinHandle<()>,
    /// It has run everything of the program's.
    done: Arc<AtomicBool>,
}

impl Thread {
    fn is_done(&self) -> bool {
        self.done.load(Ordering::Acquire)
    }

    pub(super) fn join(self) {
        // An M does not unwind; what a goroutine had to say is in the runtime's crash.
        let _ = self.handle.join();
    }
}

/// Is dropped after all other thread-locals of its thread, because it was the first to be set.
struct Done(Arc<AtomicBool>);

impl Drop for Done {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
    }
}

thread_local! {
    static DONE: OnceCell<Done> = const { OnceCell::new() };
}

/// Which thread makes a new one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Maker {
    This,
    Monitor,
}

impl Maker {
    /// For a thread that belongs to `g` at this moment.
    pub(super) fn beside(g: &'static G) -> Maker {
        if g.is_wired() {
            Maker::Monitor
        } else {
            Maker::This
        }
    }
}

impl Sched {
    /// Gives `p` to an idle M, or to a new one.
    pub(super) fn start_m(
        &'static self,
        state: LockGuard<'_, State>,
        p: &'static P,
        spinning: bool,
    ) {
        if state.idle_ms.is_empty() {
            let maker = seam::current().map_or(Maker::This, |(_, g)| Maker::beside(g));
            self.start_m_by(maker, state, p, spinning);
        } else {
            self.start_m_by(Maker::This, state, p, spinning);
        }
    }

    /// As [`Sched::start_m`], for a caller that knows who may make a thread.
    pub(super) fn start_m_by(
        &'static self,
        maker: Maker,
        mut state: LockGuard<'_, State>,
        p: &'static P,
        spinning: bool,
    ) {
        if let Some(m) = state.idle_ms.pop() {
            if state.sleeper.is_some_and(|s| std::ptr::eq(s, m)) {
                state.sleeper = None;
                self.idle.wakes();
            }
            if state.netpoller.is_some_and(|s| std::ptr::eq(s, m)) {
                state.netpoller = None;
            }
            // Under the lock: an M that wakes by itself at this moment looks at its P under the lock too.
            m.assign(p, spinning);
            drop(state);
            m.call();
            return;
        }
        // The monitor is one of them, as Go counts its own.
        let most = self.max_threads.load(Ordering::Relaxed);
        if state.ms.len() + 2 > most {
            drop(state);
            self.too_many_threads(most);
            return;
        }
        let m = M::take(self, state.next_m);
        state.next_m += 1;
        state.ms.push(m);
        m.assign(p, spinning);
        match maker {
            Maker::This => self.make_thread(state, m),
            Maker::Monitor => {
                state.unmade.push(m);
                drop(state);
                self.call_monitor();
            }
        }
    }

    fn make_thread(&'static self, mut state: LockGuard<'_, State>, m: &'static M) {
        let have = state.ms.len();
        let done = Arc::new(AtomicBool::new(false));
        let last = Done(done.clone());
        let spawned = std::thread::Builder::new()
            .name(self.thread_name(m))
            .spawn(move || {
                // Nothing was set on this thread before.
                let _ = DONE.with(|d| d.set(last));
                m.main();
            });
        match spawned {
            Ok(handle) => state.threads.push(Thread { handle, done }),
            Err(e) => {
                // It never comes.
                state.ms.retain(|x| !std::ptr::eq(*x, m));
                let nobody = state.ms.is_empty();
                drop(state);
                m.drop_p();
                if m.spinning.swap(false, Ordering::Relaxed) {
                    self.idle.give_up();
                }
                m.give_back();
                let number = e.raw_os_error().unwrap_or(0);
                let mut text = format!(
                    "runtime: failed to create new OS thread (have {have} already; errno={number})\n"
                );
                if number == libc::EAGAIN {
                    text.push_str("runtime: may need to increase max user processes (ulimit -u)\n");
                }
                let message = "newosproc".to_string();
                text.push_str(&format!("fatal error: {message}\n"));
                self.ended_by(Crash::Fatal(FatalReport {
                    goroutine: 0,
                    message,
                    text,
                }));
                if nobody {
                    self.clear();
                }
                return;
            }
        }
        if state.ended > 0 {
            let threads = &mut state.threads;
            let (done, alive): (Vec<_>, Vec<_>) = threads.drain(..).partition(Thread::is_done);
            *threads = alive;
            state.ended = state.ended.saturating_sub(done.len());
            drop(state);
            // They have run their last lines.
            done.into_iter().for_each(Thread::join);
        }
    }

    /// The monitor: makes the threads that others may not make.
    pub(super) fn make_threads(&'static self) {
        loop {
            let mut state = self.state.lock();
            let Some(m) = state.unmade.pop() else { return };
            self.make_thread(state, m);
        }
    }

    /// Says how many threads there may be, and how many there might be before.
    pub(crate) fn set_max_threads(&self, n: usize) -> usize {
        self.max_threads.swap(n, Ordering::Relaxed)
    }

    fn too_many_threads(&'static self, most: usize) {
        let text = "thread exhaustion";
        self.ended_by(Crash::Fatal(FatalReport {
            goroutine: 0,
            message: text.to_string(),
            text: format!(
                "runtime: program exceeds {most}-thread limit\nfatal error: {text}\n\n{}",
                self.dump_all()
            ),
        }));
    }

    /// The thread of `m` ends with its goroutine, and others go on: somebody must look for work in its place, and whether
    /// there is any. `state` no longer has `m`.
    pub(super) fn replace(&'static self, mut state: LockGuard<'_, State>, p: Option<&'static P>) {
        state.ended += 1;
        let p = p.or_else(|| self.take_idle_p(&mut state));
        match p {
            Some(p) => self.start_m_by(Maker::Monitor, state, p, false),
            // Every P is held by somebody, who looks when he is done.
            None => drop(state),
        }
    }
}
