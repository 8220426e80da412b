//! Traces of programs: each event stands where it may, and what the program did is all there.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use goroutines::prelude::*;
use goroutines::trace::{Event, Sink, Trace, Waker, What};

mod limit;

/// What a goroutine does between two events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Runnable,
    Running,
    Waiting,
    /// In a blocking call, with its P or without.
    Called,
}

/// Follows a trace and says where it is impossible.
#[derive(Default)]
struct Machine {
    gs: HashMap<u64, State>,
    /// Which M holds a P.
    ps: HashMap<usize, usize>,
    /// Which goroutine runs on a P.
    on: HashMap<usize, u64>,
}

impl Machine {
    fn step(&mut self, e: &Event) -> Result<(), String> {
        let g = || e.g.ok_or("no goroutine");
        match e.what {
            What::ProcStart => {
                let (p, m) = (e.p.ok_or("no P")?, e.m.ok_or("no M")?);
                if let Some(other) = self.ps.insert(p, m) {
                    return Err(format!("P{p} is held by M{other}"));
                }
            }
            What::ProcStop => {
                let p = e.p.ok_or("no P")?;
                if self.ps.remove(&p) != e.m {
                    return Err(format!("P{p} is not held by {:?}", e.m));
                }
                self.on.remove(&p);
            }
            What::Create { g, .. } => {
                if let Some(state) = self.gs.insert(g, State::Runnable) {
                    return Err(format!("G{g} is there: {state:?}"));
                }
            }
            What::Start => {
                self.goes(g()?, &[State::Runnable], State::Running)?;
                self.takes_place(e)?;
            }
            // One whose P was taken may run on until it stops by itself, or until the monitor sees it.
            What::Yield | What::StandBack | What::Preempt => {
                self.goes(
                    g()?,
                    &[State::Running, State::Runnable, State::Called],
                    State::Runnable,
                )?;
                self.leaves(e);
            }
            What::Block { .. } => {
                self.goes(g()?, &[State::Running, State::Called], State::Waiting)?;
                self.leaves(e);
            }
            What::End => {
                self.goes(g()?, &[State::Running, State::Called], State::Runnable)?;
                self.gs.remove(&g()?);
                self.leaves(e);
            }
            What::Unblock { g, .. } => self.goes(g, &[State::Waiting], State::Runnable)?,
            What::SyscallEnter { .. } => self.goes(g()?, &[State::Running], State::Called)?,
            What::Retake => {
                self.goes(g()?, &[State::Running, State::Called], State::Called)?;
                self.leaves(e);
            }
            What::SyscallExit => {
                let from = [State::Called];
                if e.p.is_some() {
                    self.goes(g()?, &from, State::Running)?;
                    self.takes_place(e)?;
                } else {
                    self.goes(g()?, &from, State::Runnable)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn goes(&mut self, g: u64, from: &[State], to: State) -> Result<(), String> {
        let state = self.gs.get_mut(&g).ok_or(format!("G{g} was never made"))?;
        if !from.contains(state) {
            return Err(format!("G{g} is {state:?}"));
        }
        *state = to;
        Ok(())
    }

    fn takes_place(&mut self, e: &Event) -> Result<(), String> {
        let (Some(p), Some(g)) = (e.p, e.g) else {
            return Err("runs without a P".to_string());
        };
        if self.ps.get(&p).copied() != e.m {
            return Err(format!("P{p} is held by {:?}", self.ps.get(&p)));
        }
        match self.on.insert(p, g) {
            Some(other) if other != g => Err(format!("G{other} runs on P{p}")),
            _ => Ok(()),
        }
    }

    fn leaves(&mut self, e: &Event) {
        self.on.retain(|_, g| Some(*g) != e.g);
    }
}

/// Every event is possible after those before it.
fn check(trace: &Trace) {
    assert_eq!(trace.lost(), 0);
    let mut machine = Machine::default();
    for (i, e) in trace.events().iter().enumerate() {
        if let Err(why) = machine.step(e) {
            let from = i.saturating_sub(60);
            for e in &trace.events()[from..(i + 5).min(trace.events().len())] {
                eprintln!("{e}");
            }
            panic!("event {i}, {e:?}: {why}");
        }
    }
}

fn traced(procs: usize, main: impl FnOnce()) -> Trace {
    let sink = Sink::new();
    let ended = Builder::new()
        .procs(procs)
        .trace(sink.clone())
        .try_run(main);
    assert!(ended.is_ok(), "{ended:?}");
    sink.take()
}

fn count(trace: &Trace, is: impl Fn(&What) -> bool) -> usize {
    trace.events().iter().filter(|e| is(&e.what)).count()
}

/// Some of everything.
fn busy() {
    let wg = WaitGroup::new();
    let (ch, many) = (chan(2), chan(0));
    let mu = std::sync::Arc::new(Mutex::new(0));
    for i in 0..20 {
        let (ch, many, mu) = (ch.clone(), many.clone(), mu.clone());
        wg.go(move || {
            for k in 0..20 {
                match (i + k) % 7 {
                    0 => runtime::gosched(),
                    1 => {
                        ch.send(k);
                        ch.recv();
                    }
                    2 => *mu.lock() += 1,
                    3 => time::sleep(Duration::from_micros(50)),
                    4 => runtime::syscall(|| std::thread::sleep(Duration::from_micros(100))),
                    5 => select! {
                        send(many, k) => {},
                        recv(many) -> _v => {},
                        recv(time::after(Duration::from_micros(100))) -> _t => {},
                    },
                    _ => {
                        let inner = WaitGroup::new();
                        inner.go(runtime::gosched);
                        inner.wait();
                    }
                }
            }
        });
    }
    wg.wait();
}

#[test]
fn every_event_is_possible_after_those_before_it() {
    for procs in [1, 2, 4] {
        for _ in 0..10 {
            let trace = traced(procs, busy);
            check(&trace);
            // main, 20, and one for each of the 57 turns that are 6.
            let made = count(&trace, |w| matches!(w, What::Create { .. }));
            assert_eq!(made, count(&trace, |w| matches!(w, What::End)));
            assert!(made > 21 + 50, "{made}");
        }
    }
}

#[test]
fn hogs_are_preempted_and_blocking_calls_lose_their_p() {
    let trace = traced(1, || {
        let wg = WaitGroup::new();
        // Two that compute until the other has run as well.
        let ran = std::sync::Arc::new([AtomicBool::new(false), AtomicBool::new(false)]);
        for i in 0..2 {
            let ran = ran.clone();
            wg.go(move || {
                ran[i].store(true, Ordering::SeqCst);
                while !ran[1 - i].load(Ordering::SeqCst) {
                    std::hint::spin_loop();
                }
            });
        }
        // Announced, and not.
        wg.go(|| runtime::syscall(|| std::thread::sleep(Duration::from_millis(30))));
        wg.go(|| std::thread::sleep(Duration::from_millis(30)));
        wg.wait();
    });
    check(&trace);
    assert!(count(&trace, |w| matches!(w, What::Preempt)) > 0);
    assert!(count(&trace, |w| matches!(w, What::Retake)) > 1);
    assert_eq!(count(&trace, |w| matches!(w, What::SyscallEnter { .. })), 1);
}

#[test]
fn who_wakes_whom_is_told() {
    let trace = traced(1, || {
        let ch = chan(0);
        let to = ch.clone();
        go!(to.send(7));
        ch.recv();
        time::sleep(Duration::from_millis(1));
        let back = chan::<()>(0);
        let outside = back.clone();
        // A goroutine in a blocking call, until a thread that runs none has closed the channel.
        go!(runtime::syscall(|| {
            let thread = std::thread::spawn(move || outside.close());
            thread.join().expect("it does not panic");
        }));
        back.recv();
    });
    check(&trace);
    let wakers: Vec<Waker> = trace
        .events()
        .iter()
        .filter_map(|e| match e.what {
            What::Unblock { g: 1, by } => Some(by),
            _ => None,
        })
        .collect();
    assert_eq!(wakers[..2], [Waker::Goroutine, Waker::Timer], "{wakers:?}");
    assert!(wakers.len() == 2 || wakers[2..] == [Waker::Outside]);
}

#[test]
fn who_is_woken_out_of_a_blocking_call_is_woken_by_its_goroutine() {
    let trace = traced(1, || {
        let ch = chan(0);
        let to = ch.clone();
        go!(runtime::syscall(|| to.send(1)));
        ch.recv();
    });
    check(&trace);
    let wakers = trace.events().iter().filter_map(|e| match e.what {
        What::Unblock { g: 1, by } => Some((e.g, by)),
        _ => None,
    });
    let wakers: Vec<_> = wakers.collect();
    assert_eq!(wakers, [(Some(2), Waker::Goroutine)]);
}

#[test]
fn who_waits_for_a_timers_channel_is_woken_by_the_timer() {
    let trace = traced(1, || {
        time::after(Duration::from_millis(1)).recv();
        select! {
            recv(time::after(Duration::from_millis(1))) -> _t => {},
            recv(Chan::<()>::nil()) -> _v => {},
        }
    });
    let wakers = trace.events().iter().filter_map(|e| match e.what {
        What::Unblock { g: 1, by } => Some((e.g, by)),
        _ => None,
    });
    let wakers: Vec<_> = wakers.collect();
    assert_eq!(wakers, [(None, Waker::Timer), (None, Waker::Timer)]);
}

#[test]
fn a_channel_is_told_of_as_it_stands() {
    let trace = traced(1, || {
        let ch = chan(1);
        let to = ch.clone();
        go!({
            to.send(1);
            to.send(2);
            to.close();
        });
        while ch.recv().is_some() {}
    });
    let stands: Vec<(u32, u32, u32, bool)> = trace
        .events()
        .iter()
        .filter_map(|e| match e.what {
            What::Chan {
                len,
                receivers,
                senders,
                closed,
                ..
            } => Some((len, receivers, senders, closed)),
            _ => None,
        })
        .collect();
    // main waits; it is handed 1; 2 goes into the buffer; the channel is closed; main takes 2.
    assert_eq!(
        stands,
        [
            (0, 1, 0, false),
            (0, 0, 0, false),
            (1, 0, 0, false),
            (1, 0, 0, true),
            (0, 0, 0, true)
        ]
    );
    let made = trace.events().iter().find_map(|e| match e.what {
        What::Make { kind, detail, .. } => Some((kind, detail)),
        _ => None,
    });
    assert_eq!(made, Some(("chan", 1)));
}

#[test]
fn gomaxprocs_may_change_while_it_is_traced() {
    let trace = traced(2, || {
        let wg = WaitGroup::new();
        for _ in 0..4 {
            wg.go(|| {
                for _ in 0..200 {
                    runtime::gosched();
                }
            });
        }
        for n in [1, 3, 2] {
            runtime::gomaxprocs(n);
            runtime::gosched();
        }
        wg.wait();
    });
    check(&trace);
    let procs: Vec<usize> = trace
        .events()
        .iter()
        .filter_map(|e| match e.what {
            What::Procs { n } => Some(n),
            _ => None,
        })
        .collect();
    assert_eq!(procs, [2, 1, 3, 2]);
}

#[test]
fn what_runs_untraced_beside_it_is_not_caught() {
    let sink = Sink::new();
    let trace = {
        let other = std::thread::spawn(|| Builder::new().try_run(busy));
        let traced = Builder::new().trace(sink.clone()).try_run(|| {
            runtime::gosched();
        });
        assert!(traced.is_ok());
        assert!(other.join().expect("it does not panic").is_ok());
        sink.take()
    };
    assert_eq!(count(&trace, |w| matches!(w, What::Create { .. })), 1);
    // And the next runtime is not traced either.
    assert!(Builder::new().try_run(|| ()).is_ok());
    assert!(sink.take().events().is_empty());
}
