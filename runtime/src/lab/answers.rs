//! The lab's answers to what is asked through the seam.

use std::io;
use std::os::fd::BorrowedFd;
use std::panic::Location;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::engine::Lab;
use super::facts::Fact;
use super::footprint::How;
use super::handed::Asking;
use super::record::{Made, Stand, What};
use super::state::{CLAIM, NOBODY, NOW, Verdict};
use crate::coro::Command;
use crate::goroutine::{G, Status};
use crate::overflow;
use crate::poller::{Mode, PollDesc};
use crate::primitives::Tag;
use crate::sched;
use crate::seam::{Came, Contents, Crashed, Hold, Inbox, Newborn, Observer, Op, Scheduler};
use crate::signal::{self, At};
use crate::snapshot::{GSnapshot, SchedSnapshot};
use crate::stderr;
use crate::timers::Heap;
use crate::traceback::{self, Traced};

impl Scheduler for Lab {
    fn poll(&self, _g: &'static G) {}

    fn interrupted(&self, _g: &'static G, _at: At) {}

    fn overflowed(&self, g: &'static G, _sp: usize, pc: usize) {
        if self.depth.load(Ordering::Relaxed) != 0 || sched::in_c_library(pc) {
            return;
        }
        let Some(mut st) = self.state_if_free() else {
            return;
        };
        let who = st.current;
        let text = overflow::MESSAGE.into();
        st.verdict = Some(Verdict::Fatal { who, text });
        drop(st);
        signal::let_in(&overflow::SIGNALS);
        // SAFETY: in the handler of a fault, on the thread of this goroutine, which made it outside of this library's locks and
        // of the C library. It is never resumed: the schedule is over, so it does not matter that it stops in the middle.
        unsafe { g.suspend(Command::Yield) };
    }

    fn watch(&self, _fd: BorrowedFd<'_>) -> Option<io::Result<&'static PollDesc>> {
        None
    }

    fn wake_desc_by(&self, _when: u64, _desc: &'static PollDesc, _mode: Mode) {}

    fn count_waiter(&self, _waits: bool) {}

    fn waits_outside(&self, most: Duration) {
        self.state().outside += most;
    }

    fn begin_syscall(&self) {
        let mut st = self.state();
        st.away += 1;
        let away = st.away;
        st.counts.at_least(Fact::calls_at_once, away);
    }

    fn end_syscall(&self, _: &'static G) {
        self.state().away -= 1;
    }

    fn home(&self) -> u64 {
        self.home.load(Ordering::Relaxed)
    }

    fn prepare(&self) -> Newborn {
        let mut guard = self.parts();
        let parts = &mut *guard;
        let pool = parts.pool.as_ref().expect("an exploration has its pool");
        let stack = match parts.stacks.get(pool) {
            Ok(stack) => stack,
            Err(e) => {
                drop(guard);
                panic!("no stack for another goroutine: {e}");
            }
        };
        let g = parts.free.pop().unwrap_or_else(|| {
            let g = G::take();
            parts.all.push(g);
            g
        });
        let id = self.state().next_id();
        Newborn {
            g,
            id: u64::from(id),
            slot: id,
            stack: Some(stack),
        }
    }

    fn start(&self, g: &'static G) {
        self.state().born(g);
    }

    fn ready(&self, g: &'static G) {
        let woken = g.wake();
        debug_assert!(woken, "ready on a goroutine that does not wait");
        if woken {
            self.state().woken(g.slot());
        }
    }

    fn now(&self) -> u64 {
        let mut st = self.state();
        st.touch(NOW, How::Read);
        st.now
    }

    fn timers(&self) -> &'static Heap {
        let mut st = self.state();
        st.timers_set += 1;
        st.timers
    }

    fn timer_was_set(&self, _when: u64) {}

    fn crash(&self, _: &'static G, crash: Crashed) {
        let mut st = self.state();
        let who = st.current;
        if st.verdict.is_none() {
            st.verdict = Some(match crash {
                Crashed::Panic { text, at } => Verdict::Panic { who, text, at },
                Crashed::Fatal { text } => Verdict::Fatal { who, text },
            });
        }
    }

    fn count(&self) -> usize {
        let mut st = self.state();
        st.opaque();
        st.alive()
    }

    fn set_procs(&self, _: usize) -> usize {
        1
    }

    fn set_max_threads(&self, _n: usize) -> usize {
        10_000
    }
    fn snapshot(&self) -> SchedSnapshot {
        let mut st = self.state();
        st.opaque();
        SchedSnapshot {
            ms: Vec::new(),
            ps: Vec::new(),
            global_queue: Vec::new(),
            idle_ms: Vec::new(),
            idle_ps: Vec::new(),
            goroutines: st
                .everybody()
                .filter(|&(_, ended)| !ended)
                .map(|(g, _)| GSnapshot {
                    id: g.id(),
                    status: Traced::of(g, 0).state,
                })
                .collect(),
        }
    }

    fn dump(&self, first: &'static G, at: Option<String>) -> String {
        let mut st = self.state();
        st.opaque();
        let all = st
            .everybody()
            .filter(|&(_, ended)| !ended)
            .map(|(g, _)| {
                let t = Traced::of(g, st.now);
                if g == first {
                    t.standing(at.clone())
                } else {
                    t
                }
            })
            .collect();
        traceback::dump(first.id(), all)
    }
}

impl Observer for Lab {
    fn dies(&self) {
        let Some(st) = self.state_if_free() else {
            return;
        };
        let text = format!(
            "explore: a panic that nothing can unwind ends this process, in this schedule\n  again: GOSCHEDULE={} cargo test …\n",
            st.recorded.plan()
        );
        // Not by `eprint!`: a test's harness keeps that until the test is over.
        stderr::write(&text);
    }

    fn point(&self, op: Op, tag: Option<&Tag>, at: &'static Location<'static>) {
        let g = {
            let mut st = self.state();
            let me = st.current;
            let why = st.arrive(op, tag, at);
            // The thread's count of panics is everybody's: see `mod.rs`.
            let next = if std::thread::panicking() {
                st.decide_unwinding(me, why)
            } else {
                st.decide(why)
            };
            let next = match next {
                Some(who) if who == me => return,
                None if !st.calls.is_empty() => {
                    drop(st);
                    let next = self.decide(why);
                    st = self.state();
                    next
                }
                next => next,
            };
            match next {
                Some(who) if who == me => return,
                Some(who) => st.next = who,
                None => st.next = NOBODY,
            }
            st.g(me)
        };
        g.set_status(Status::Runnable);
        // SAFETY: `g` is the goroutine that runs: it called this.
        unsafe { g.suspend(Command::Yield) };
    }

    fn also(&self, tag: &Tag) {
        self.state().also(tag);
    }

    fn outcome(&self, text: &mut dyn FnMut() -> String) {
        if !self.state().recording {
            return;
        }
        let text = text();
        if let Some(r) = self.state().records.last_mut() {
            r.outcome
                .push_str(if r.outcome.is_empty() { "" } else { " " });
            r.outcome.push_str(&text);
        }
    }

    fn choose(&self, n: usize) -> usize {
        self.state().choose(n)
    }

    #[inline]
    fn acquire(&self, tag: &Tag, slot: usize) {
        let mut st = self.state();
        if st.tracing {
            let object = st.object(tag);
            st.touch(object, How::Write);
        }
        if st.clocks.on {
            let (me, object) = (st.current - 1, st.object(tag));
            st.clocks.acquire(me, object, slot);
        }
    }

    #[inline]
    fn release(&self, tag: &Tag, slot: usize) {
        let mut st = self.state();
        if st.tracing {
            let object = st.object(tag);
            st.touch(object, How::Write);
        }
        st.fruitful();
        if st.clocks.on {
            let (me, object) = (st.current - 1, st.object(tag));
            st.clocks.release(me, object, slot);
        }
    }

    fn exchange(&self, tag: &Tag, slot: usize, who: Option<&'static G>) {
        let mut st = self.state();
        if st.tracing {
            let object = st.object(tag);
            st.touch(object, How::Write);
        }
        st.fruitful();
        if st.clocks.on {
            let me = who.map_or(st.current, G::slot) - 1;
            let object = st.object(tag);
            st.clocks.exchange(me, object, slot);
        }
    }

    fn meet(&self, other: &'static G) {
        let mut st = self.state();
        st.fruitful();
        if st.clocks.on && other.home() == self.home() {
            let me = st.current - 1;
            st.clocks.meet(me, other.slot() - 1);
        }
    }

    fn give(&self, other: &'static G) {
        let mut st = self.state();
        st.fruitful();
        if st.clocks.on && other.home() == self.home() {
            let me = st.current - 1;
            st.clocks.give(me, other.slot() - 1);
        }
    }

    fn came(&self, tag: &Tag, came: Came) {
        let mut st = self.state();
        if came == Came::Changed {
            st.fruitful();
        }
        if !st.clocks.on {
            return;
        }
        let (me, object) = (st.current - 1, st.object(tag));
        match came {
            Came::Read => st.clocks.acquire(me, object, 0),
            Came::Stored => st.clocks.replace(me, object, 0),
            Came::Updated | Came::Changed => {
                st.clocks.acquire(me, object, 0);
                st.clocks.release(me, object, 0);
            }
        }
    }

    #[inline]
    fn access(&self, tag: &Tag, write: bool, at: &'static Location<'static>) {
        let mut st = self.state();
        if st.clocks.on {
            let (me, object) = (st.current - 1, st.object(tag));
            let what = st.slots[me as usize].pending.what;
            let tried = matches!(
                what,
                What::Does(Op::Send | Op::TrySend | Op::Select | Op::Close)
            );
            let step = if tried { st.steps } else { 0 };
            st.clocks.access(me, object, write, at, step);
        }
    }

    fn hold(&self, tag: &Tag, how: Hold) {
        let mut st = self.state();
        let object = st.object(tag);
        st.hold(object, how);
    }

    fn took(&self, tag: &Tag, slot: usize, how: Hold) {
        let mut st = self.state();
        let object = st.object(tag);
        if st.clocks.on {
            let me = st.current - 1;
            st.clocks.acquire(me, object, slot);
        }
        st.takes(object, how);
    }

    fn gave(&self, tag: &Tag, slot: usize, how: Hold) {
        let mut st = self.state();
        let object = st.object(tag);
        if st.clocks.on {
            let me = st.current - 1;
            st.clocks.release(me, object, slot);
        }
        st.gives_back(object, how);
    }

    fn claims(&self, g: &'static G) {
        let mut st = self.state();
        if st.tracing && g.home() == self.home() {
            st.print.touch(CLAIM | g.slot(), How::Write);
        }
    }

    fn touches(&self, tag: &Tag, write: bool) {
        let mut st = self.state();
        if st.tracing {
            let object = st.object(tag);
            let how = if write { How::Write } else { How::Read };
            st.print.touch(object, how);
        }
    }

    fn shown(&self, tag: Option<&Tag>) {
        // What is shown may be a part of what is written down just now.
        if let Some(mut st) = self.state_if_free()
            && st.tracing
        {
            let object = tag.map(|tag| st.object(tag));
            st.shown(object);
        }
    }

    fn numbered(&self) {
        if let Some(mut st) = self.state_if_free() {
            st.numbers(true);
        }
    }

    fn stands(
        &self,
        tag: &Tag,
        [len, recvx, ..]: [usize; 4],
        closed: bool,
        contents: &mut dyn FnMut() -> Contents,
    ) {
        let mut st = self.state();
        if matches!(st.asking, Some(Asking::Last(_))) && st.held_up.is_none() {
            let object = st.object(tag);
            st.lies
                .insert(object, u32::try_from(len).unwrap_or(u32::MAX));
        }
        if !st.recording {
            return;
        }
        let object = st.object(tag);
        if let Some(r) = st.records.last_mut() {
            r.stands.retain(|s| s.object != object);
            let stand = Stand {
                object,
                recvx,
                closed,
                contents: contents(),
            };
            // By their numbers, in whatever order they are told.
            let at = r.stands.partition_point(|s| s.object < object);
            r.stands.insert(at, stand);
        }
    }

    fn overdrawn(&self, tag: &Tag) {
        let mut st = self.state();
        if st.tracing {
            let object = st.object(tag);
            st.overdrawn(object);
        }
    }

    fn shut(&self, tag: &Tag, left: u32) {
        let mut st = self.state();
        if st.tracing {
            let object = st.object(tag);
            st.counts_to(object, left);
        }
    }

    fn added(&self, n: u64) {
        self.state().added(n);
    }

    fn made(&self, tag: &Tag, kind: &'static str, detail: usize, at: &'static Location<'static>) {
        let made = Made {
            kind,
            detail,
            at: Some(at),
        };
        self.state().made(tag, made);
    }

    fn looks(&self) {
        self.state().looks();
    }

    fn raised(&self) {
        self.state().counts.add(Fact::panics);
    }

    fn asks_for(&self, when: u64) {
        self.state().idle.asks_for(when);
    }

    fn hands(&self, change: &mut dyn FnMut(Option<i64>) -> bool) {
        self.handed(change);
    }

    fn print(&self, text: &str, to_stderr: bool) {
        self.panics_if_asked();
        self.catch_up(if to_stderr { "" } else { text });
        self.state().print(text, to_stderr);
    }
}

impl Inbox for Lab {
    fn deliver(&self, home: u64, g: &'static G) {
        let mut inbox = self.inbox.lock();
        if self.home.load(Ordering::Acquire) == home && g.wake() {
            inbox.push((home, g));
            self.mail.store(true, Ordering::Release);
        }
    }
}
