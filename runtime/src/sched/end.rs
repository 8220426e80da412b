//! How a runtime ends: main returned, a goroutine crashed, or nobody can run any more; and what is cleared up then.
//!
//! 1. Whoever ends it writes how into `finished` (the first one wins), sets `stopping`, and calls every idle M.
//! 2. Every M leaves as soon as the goroutine it runs reaches the scheduler.
//! 3. The last M to leave clears up, alone: it takes waiting goroutines out of the objects they wait on, gives their
//!    stacks back without unwinding them, and returns the `G`s, the `M`s and the scheduler to their pools.
//!
//! A wake-up from a thread outside may be under way during step 3: `goroutine::detach` waits for it, and it finds
//! nothing to do.

use std::io::Write as _;
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::sync::atomic::Ordering;
use std::sync::{MutexGuard, PoisonError, mpsc};
use std::time::Duration;

use super::monitor::{Exact, Monitor, Pause};
use super::threads::Thread;
use super::{Finish, M, Sched, State};
use crate::crash::{Crash, DeadlockReport, FatalReport, PanicReport};
use crate::goroutine::{self, G, Status, WaitReason};
use crate::lock;
use crate::lock::LockGuard;
use crate::made;
use crate::overflow;
use crate::seam::{self, Crashed};
use crate::stack::{StackError, StackPool};
use crate::stderr;
use crate::trace::{self, What};
use crate::traceback::{self, Level, Traced};
use crate::wait::park_forever;

/// How long the end of the program waits for what is still to be printed.
const FLUSH: Duration = Duration::from_secs(1);

/// Prints what is left of a line. Another thread does it: a goroutine may have been stopped, or may wait for ever, with the
/// lock of std's stdout in its hands. One that was stopped is run on meanwhile.
fn flush_stdout() {
    let (done, flushed) = mpsc::channel();
    let flushes = std::thread::Builder::new().spawn(move || {
        // Nobody can be told of a failure, and nobody may wait for this any more.
        let _ = std::io::stdout().flush();
        let _ = done.send(());
    });
    if flushes.is_ok() {
        let _ = flushed.recv_timeout(FLUSH);
    }
}

impl Sched {
    /// Watches over the runtime until it has ended (`monitor.rs`). Where a crash is handed back, it stays until all is
    /// cleared up, and the threads are gone. Else the last M to leave clears up, whenever that is, and who computes on is
    /// stopped meanwhile.
    pub(crate) fn wait(&'static self) -> Result<(), Crash> {
        let mut monitor = Monitor::new();
        let home = self.home.load(Ordering::Acquire);
        let mut finished = self.finish_state();
        while !finished.main_returned && finished.crash.is_none() {
            finished = self.watch(finished, &mut monitor);
        }
        let crash = finished.crash.clone();
        drop(finished);
        if crash.is_some() {
            self.tell_top_last(crash.as_ref());
        }
        self.stop();
        let threads = std::mem::take(&mut self.state.lock().threads);
        let mut finished = self.finish_state();
        let crash = finished.crash.take();
        if self.exit_on_crash.load(Ordering::Acquire) && !finished.cleared {
            finished.detached = true;
            drop(finished);
            self.see_off(home);
            return crash.map_or(Ok(()), Err);
        }
        while !finished.cleared {
            finished = self.watch(finished, &mut monitor);
        }
        drop(finished);
        // Some may have been made while it ended.
        let late = std::mem::take(&mut self.state.lock().threads);
        threads.into_iter().chain(late).for_each(Thread::join);
        self.reuse();
        crash.map_or(Ok(()), Err)
    }

    /// One pause of the monitor, cut short by the end, and one look.
    fn watch<'a>(
        &'static self,
        mut finished: MutexGuard<'a, Finish>,
        monitor: &mut Monitor,
    ) -> MutexGuard<'a, Finish> {
        let sleep = |finished: MutexGuard<'a, Finish>, most: Option<Duration>| match most {
            Some(most) => {
                self.finish
                    .wait_timeout(finished, most)
                    .unwrap_or_else(PoisonError::into_inner)
                    .0
            }
            None => self
                .finish
                .wait(finished)
                .unwrap_or_else(PoisonError::into_inner),
        };
        match monitor.pause(self) {
            Pause::For(pause) => {
                let _exact = Exact::for_a(pause, monitor);
                finished = sleep(finished, Some(pause));
            }
            Pause::UntilCalled(_) => {
                self.monitor_sleeps.store(true, Ordering::SeqCst);
                // An M that starts after this sees it and calls; one that started before has made a P busy.
                if let Pause::UntilCalled(most) = monitor.pause(self) {
                    finished = sleep(finished, most);
                }
                self.monitor_sleeps.store(false, Ordering::SeqCst);
            }
        }
        if finished.main_returned && !self.is_stopping() || finished.cleared {
            return finished;
        }
        drop(finished);
        monitor.look(self);
        self.finish_state()
    }

    /// Wakes the monitor, which sleeps while every P is idle.
    pub(super) fn call_monitor(&self) {
        // Under the lock: it cannot be between its last look and its sleep.
        drop(self.finish_state());
        self.finish.notify_all();
    }

    /// main returned: its M runs nobody after it, and the others stop as soon as they can. It does not come back if the
    /// process is about to end by a crash.
    pub(crate) fn main_returned(&'static self) {
        lock::count_in();
        self.tell_main_ended();
        self.tell_top_last(None);
        let mut finished = self.finish_state();
        let exits = finished.exits;
        if !exits {
            self.stopping.store(true, Ordering::Release);
            finished.main_returned = true;
        }
        drop(finished);
        self.finish.notify_all();
        lock::count_out();
        if exits {
            park_forever(WaitReason::None, Location::caller());
        }
    }

    pub(super) fn has_main_returned(&self) -> bool {
        self.finish_state().main_returned
    }

    /// Ends it: every M leaves as soon as it can.
    fn stop(&'static self) {
        let state = self.state.lock();
        self.stopping.store(true, Ordering::Release);
        let asleep: Vec<_> = state
            .idle_ms
            .iter()
            .chain(&state.locked_ms)
            .copied()
            .collect();
        drop(state);
        for m in asleep {
            m.call();
        }
    }

    /// Whom a crash of `g`, which stands at `at`, shows, after an empty line.
    fn trace_of(&'static self, g: &'static G, at: Option<String>) -> String {
        match Level::wanted() {
            Level::Nothing => String::new(),
            Level::One => {
                let one = Traced::of(g, self.nanos()).standing(at);
                format!("\n{}", traceback::dump(g.id(), vec![one]))
            }
            Level::All => format!("\n{}", self.dump(g, at)),
        }
    }

    /// A goroutine ended the program.
    pub(super) fn crash(&'static self, g: &'static G, crash: Crashed) {
        let crash = match crash {
            Crashed::Panic { text, at } => Crash::Panic(PanicReport {
                goroutine: g.id(),
                text: format!("panic: {text}\n{}", self.trace_of(g, at)),
                message: text,
            }),
            Crashed::Fatal { text } => Crash::Fatal(FatalReport {
                goroutine: g.id(),
                message: text.to_string(),
                text: format!("fatal error: {text}\n{}", self.trace_of(g, None)),
            }),
        };
        self.ended_by(crash);
    }

    /// Every place for a stack is taken: there is no way on, as in Go when it cannot have memory. `g` needs one.
    pub(super) fn out_of_stacks(&'static self, e: &StackError, g: Option<&'static G>) {
        let message = "out of goroutine stacks".to_string();
        let mut text = format!("runtime: {e}\nfatal error: {message}\n");
        if let Some(g) = g {
            text.push('\n');
            text.push_str(&traceback::dump(g.id(), vec![Traced::of(g, self.nanos())]));
        }
        self.ended_by(Crash::Fatal(FatalReport {
            goroutine: g.map_or(0, G::id),
            message,
            text,
        }));
    }

    /// `g` has no room left on its stack, at `sp`, and was left there.
    pub(super) fn stack_is_full(&'static self, g: &'static G, sp: usize) {
        let [_, low, high] = g.stack();
        let mut text = overflow::said((low, high), sp).to_string();
        text.push_str(&self.trace_of(g, None));
        self.ended_by(Crash::Fatal(FatalReport {
            goroutine: g.id(),
            message: overflow::MESSAGE.to_string(),
            text,
        }));
    }

    /// Nobody can run, and nothing can wake anybody.
    pub(super) fn report_deadlock(&'static self, state: LockGuard<'_, State>) {
        let now = self.nanos();
        let all: Vec<Traced> = state
            .all
            .iter()
            .filter(|g| g.status() == Status::Waiting)
            .map(|g| Traced::of(g, now))
            .collect();
        // main is not among them: it has called `goexit`. As in Go, that is said if nobody else is left either.
        let what = if all.is_empty() {
            "no goroutines (main called runtime.Goexit) - deadlock!"
        } else {
            "all goroutines are asleep - deadlock!"
        };
        drop(state);
        let goroutines = all.iter().map(|t| t.id).collect();
        let text = if all.is_empty() || Level::wanted() == Level::Nothing {
            format!("fatal error: {what}\n")
        } else {
            format!("fatal error: {what}\n\n{}", traceback::dump(1, all))
        };
        self.ended_by(Crash::Deadlock(DeadlockReport { goroutines, text }));
    }

    pub(super) fn ended_by(&'static self, crash: Crash) {
        if self.exit_on_crash.load(Ordering::Acquire) {
            self.exit_by(&crash);
            return;
        }
        lock::count_in();
        let mut finished = self.finish_state();
        let first = !finished.main_returned && finished.crash.is_none();
        if first {
            finished.crash = Some(crash);
        }
        drop(finished);
        if first {
            self.finish.notify_all();
            self.stop();
        }
        lock::count_out();
    }

    /// Ends the process, unless main has returned. Of several only the first writes its text; main and the others wait.
    fn exit_by(&'static self, crash: &Crash) {
        lock::count_in();
        let mut finished = self.finish_state();
        let (returned, second) = (finished.main_returned, finished.exits);
        finished.exits = !returned;
        drop(finished);
        lock::count_out();
        if returned {
            return;
        }
        if second {
            loop {
                std::thread::park();
            }
        }
        flush_stdout();
        lock::count_in();
        self.tell_top_last(Some(crash));
        let sink = self.sink.lock().clone();
        if let (Some(sink), Some(wanted)) = (sink, self.leaves.lock().take()) {
            trace::write_out(&sink, &wanted);
        }
        stderr::write(&crash.to_string());
        std::process::exit(2);
    }

    /// An M leaves. The last one clears up.
    pub(super) fn leave(&'static self, m: &'static M) {
        if m.spinning.swap(false, Ordering::Relaxed) {
            self.idle.give_up();
        }
        m.stop.gone();
        m.take_asked();
        let mut state = self.state.lock();
        let p = m.drop_p();
        state.ms.retain(|x| !std::ptr::eq(*x, m));
        state.idle_ms.retain(|x| !std::ptr::eq(*x, m));
        let stopping = self.is_stopping();
        let last = stopping && state.ms.is_empty();
        if stopping {
            drop(state);
        } else {
            self.tell(None, Some(m), None, What::ThreadEnd);
            self.replace(state, p);
        }
        m.give_back();
        if last {
            self.clear();
        }
    }

    /// No M is left: gives everything back.
    pub(super) fn clear(&'static self) {
        let all = std::mem::take(&mut self.state.lock().all);
        let pool = self.p(0).local.lock().pool.clone();
        self.take_out(&all);
        self.close_descriptors();
        // Nothing can be delivered from here on: every waker from outside that had one of ours has called `ready`.
        seam::close_home(self.forget());
        self.netpoll.close();
        take_stacks(&all, pool.as_deref());
        for p in self.ps_ever() {
            let timers = p.timers.clear();
            // Destructors of the program, which find no runtime any more.
            if !timers.is_empty() {
                let _ = catch_unwind(AssertUnwindSafe(|| drop(timers)));
            }
            p.reset();
        }
        drop(pool); // the last reference: the stacks are unmapped here
        G::give_back(all);
        let mut finished = self.finish_state();
        finished.cleared = true;
        let detached = finished.detached;
        drop(finished);
        if detached {
            self.reuse();
        } else {
            self.finish.notify_all();
        }
    }

    /// Takes those who have not ended out of whatever they wait on.
    fn take_out(&self, all: &[&'static G]) {
        let stopped = self.stopped.swap(false, Ordering::Relaxed);
        for g in all {
            if g.status() != Status::Dead {
                // SAFETY: no M is left, and this is the only thread that clears up.
                #[allow(unsafe_code, reason = "see the comment")]
                unsafe {
                    goroutine::detach(g, stopped);
                }
            }
        }
        for g in all {
            // SAFETY: as above; everybody is detached.
            #[allow(unsafe_code, reason = "see the comment")]
            unsafe {
                goroutine::bereave(g);
            }
        }
    }

    /// Forgets who was where, and gives back the number of the runtime that this was.
    fn forget(&self) -> u64 {
        let mut state = self.state.lock();
        let home = self.home.swap(0, Ordering::AcqRel);
        state.global.clear();
        state.idle_ms.clear();
        state.idle_ps.clear();
        state.locked_ms.clear();
        state.free.clear();
        state.sleeper = None;
        state.netpoller = None;
        state.next_m = 0;
        state.ended = 0;
        self.idle.set_ps(0);
        self.idle.wakes();
        self.global_len.store(0, Ordering::Release);
        self.without_p.store(0, Ordering::Relaxed);
        self.outside.store(false, Ordering::Relaxed);
        self.has_met.store(false, Ordering::Relaxed);
        home
    }

    /// Closes the descriptors that goroutines have made and nobody has dropped, unless main may have handed some out.
    fn close_descriptors(&self) {
        let finished = self.finish_state();
        let keeps = finished.main_returned && finished.hands_out;
        drop(finished);
        let home = self.home.load(Ordering::Acquire);
        let left = made::take(home);
        if !keeps {
            left.iter().for_each(|d| d.close_for(home));
        }
    }

    /// Everybody who had to see the end has seen it: the next runtime may use this scheduler.
    fn reuse(&'static self) {
        self.trace_into(None);
        *self.finish_state() = Finish::default();
        super::POOL.lock().push(self);
    }
}

/// Takes the stacks of goroutines that never go on, as they are. What their frames own is leaked.
fn take_stacks(all: &[&'static G], pool: Option<&StackPool>) {
    for g in all {
        // SAFETY: no M is left, and `detach` has taken it out of whatever it waited on.
        #[allow(unsafe_code, reason = "see the comment")]
        let stack = unsafe { g.coro().take().and_then(|coro| coro.abandon()) };
        if let (Some(stack), Some(pool)) = (stack, pool) {
            pool.put(stack);
        }
        g.set_status(Status::Dead);
    }
}
