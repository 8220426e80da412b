//! The scheduler out of a trace's events, beside the scheduler itself: the same queues, the same threads.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use goroutines::prelude::*;
use goroutines::runtime::SchedSnapshot;
use goroutines::trace::{Event, Kind, Machine, Sink, Spot, Trace, What};

mod limit;

/// The machine after all events.
fn after(events: &[Event]) -> Machine {
    let mut machine = Machine::new();
    for event in events {
        machine.step(event);
    }
    machine
}

/// What the events until now come to, and how it is.
struct Compare {
    sink: Sink,
    events: Vec<Event>,
    looks: usize,
}

impl Compare {
    fn here(&mut self) {
        // Nobody moves between two looks that are the same: a thread that has given its P away may still be about to sleep.
        let real = loop {
            let real = runtime::snapshot();
            self.events.extend_from_slice(self.sink.take().events());
            if runtime::snapshot() == real {
                break real;
            }
        };
        let told = after(&self.events);
        self.looks += 1;
        same(&told, &real, self.looks);
    }
}

fn same(told: &Machine, real: &SchedSnapshot, look: usize) {
    let what = format!("look {look}:\n{told}\n{real:?}");
    assert_eq!(told.ps().len(), real.ps.len(), "{what}");
    for (t, r) in told.ps().iter().zip(&real.ps) {
        assert_eq!(t.next, r.runnext, "{what}");
        assert!(t.queue.iter().eq(&r.run_queue), "{what}");
        let holder = real.ms.iter().find(|m| m.p == Some(r.id)).map(|m| m.id);
        assert_eq!(t.m, holder, "{what}");
    }
    assert!(told.global().iter().eq(&real.global_queue), "{what}");
    assert_eq!(told.idle_ps(), real.idle_ps, "{what}");
    assert_eq!(told.idle_ms(), real.idle_ms, "{what}");
    for m in &real.ms {
        let thread = told.ms()[&m.id];
        assert_eq!((thread.p, thread.g), (m.p, m.g), "{what}");
    }
    for g in &real.goroutines {
        match told
            .spot(g.id)
            .unwrap_or_else(|| panic!("G{} {what}", g.id))
        {
            Spot::Waits(reason) => assert_eq!(reason, g.status, "{what}"),
            Spot::Running(_) => assert_eq!("running", g.status, "{what}"),
            Spot::Call(_) => assert!(["syscall", "running"].contains(&&*g.status), "{what}"),
            _ => assert_eq!("runnable", g.status, "{what}"),
        }
    }
}

#[test]
fn with_one_p_it_is_the_machine_itself_at_every_moment() {
    let sink = Sink::new();
    let mut c = Compare {
        sink: sink.clone(),
        events: Vec::new(),
        looks: 0,
    };
    Builder::new().procs(1).trace(sink).run(|| {
        c.here();
        let never = chan::<()>(0);
        for _ in 0..3 {
            let never = never.clone();
            go!(_ = never.recv());
            c.here();
        }
        runtime::gosched();
        c.here();
        // More than a queue holds.
        let wg = WaitGroup::new();
        for i in 0..700 {
            wg.go(runtime::gosched);
            if i % 50 == 0 {
                c.here();
            }
        }
        c.here();
        for _ in 0..5 {
            runtime::gosched();
            c.here();
        }
        wg.wait();
        c.here();
        // Who sleeps is in no queue; it is told until when.
        go!(time::sleep(Duration::from_secs(100)));
        runtime::gosched();
        c.here();
        let sleeping = after(&c.events).sleeping();
        assert!(sleeping.len() == 1 && sleeping[0].0 > Duration::from_secs(99));
        // A mutex that starves hands its P on; a select wakes one of several.
        let (mu, other) = (Arc::new(Mutex::new(())), chan(1));
        let held = mu.lock();
        for _ in 0..2 {
            let (mu, other) = (mu.clone(), other.clone());
            go!({
                drop(mu.lock());
                select! {
                    send(other, 1) => {},
                    recv(time::after(Duration::from_secs(50))) -> _t => {},
                }
            });
        }
        runtime::gosched();
        c.here();
        time::sleep(Duration::from_millis(3));
        c.here();
        drop(held);
        c.here();
        runtime::gosched();
        c.here();
        other.recv();
        c.here();
        // Tied to its thread, and free again.
        runtime::lock_os_thread();
        go!({});
        runtime::gosched();
        c.here();
        runtime::unlock_os_thread();
        runtime::gosched();
        c.here();
    });
    assert_eq!(c.looks, 34);
}

/// A program of two Ps with some of everything.
fn busy(procs: usize) -> Trace {
    let sink = Sink::new();
    let main = || {
        let (work, results) = (chan(2), chan(0));
        let wg = WaitGroup::new();
        for _ in 0..6 {
            let (work, results) = (work.clone(), results.clone());
            wg.go(move || {
                for n in &work {
                    match n % 4 {
                        0 => runtime::syscall(|| std::thread::sleep(Duration::from_micros(300))),
                        1 => {
                            let start = Instant::now();
                            while start.elapsed() < Duration::from_micros(100) {
                                std::hint::spin_loop();
                            }
                        }
                        2 => time::sleep(Duration::from_micros(50)),
                        _ => runtime::gosched(),
                    }
                    results.send(n);
                }
            });
        }
        let (all, done) = (wg.clone(), results.clone());
        go!({
            all.wait();
            done.close();
        });
        go!({
            for n in 0..200 {
                work.send(n);
            }
            work.close();
        });
        while results.recv().is_some() {}
        // Many at once, to be stolen.
        let (many, n) = (WaitGroup::new(), Arc::new(AtomicUsize::new(0)));
        for _ in 0..400 {
            let n = n.clone();
            many.go(move || {
                for _ in 0..200 {
                    n.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        many.wait();
    };
    let ended = Builder::new()
        .procs(procs)
        .trace(sink.clone())
        .try_run(main);
    assert!(ended.is_ok(), "{ended:?}");
    sink.take()
}

#[test]
fn with_several_ps_who_runs_was_where_it_could_be_found() {
    let (mut starts, mut wrong) = (0, 0);
    let mut kinds = Vec::new();
    // What comes to pass is a matter of luck: on a busy machine a second P may find all done.
    for procs in [2, 2, 3, 4].into_iter().cycle().take(40) {
        let wanted = [Kind::Switch, Kind::HandOff, Kind::Steal];
        if starts > 4_000 && wanted.iter().all(|kind| kinds.contains(kind)) {
            break;
        }
        let trace = busy(procs);
        let mut machine = Machine::new();
        for e in trace.events() {
            if let (What::Start, Some(g), Some(p), Some(m)) = (e.what, e.g, e.p, e.m) {
                starts += 1;
                match machine
                    .spot(g)
                    .unwrap_or_else(|| panic!("G{g} was never made: {e}"))
                {
                    Spot::Next(at) | Spot::Queue(at) if at == p => {}
                    Spot::Found(by) if by == m => {}
                    // Handed over with the P, or told twice.
                    Spot::Global => {}
                    Spot::Running(on) if on == m => {}
                    // Two threads told of two things within some hundred nanoseconds.
                    Spot::Next(_) | Spot::Queue(_) | Spot::Found(_) | Spot::Running(_) => {
                        wrong += 1
                    }
                    _ => panic!("{machine}{e}"),
                }
            }
            kinds.extend(machine.step(e));
            // A P and its M know of each other, and nobody stands in two places.
            for (i, p) in machine.ps().iter().enumerate() {
                if let Some(m) = p.m {
                    assert_eq!(machine.ms()[&m].p, Some(i), "{machine}{e}");
                }
            }
        }
        // All have ended.
        assert!(machine.global().is_empty(), "{machine}");
        assert!(
            machine
                .ps()
                .iter()
                .all(|p| p.next.is_none() && p.queue.is_empty()),
            "{machine}"
        );
    }
    for kind in [Kind::Switch, Kind::HandOff, Kind::Steal] {
        assert!(kinds.contains(&kind), "{kind:?}");
    }
    assert!(wrong * 100 <= starts, "{wrong} of {starts}");
}

#[test]
fn a_thread_that_is_stopped_or_ends_is_told_of() {
    let sink = Sink::new();
    let ended = Builder::new().procs(1).trace(sink.clone()).try_run(|| {
        let wg = WaitGroup::new();
        let ran = Arc::new([AtomicUsize::new(0), AtomicUsize::new(0)]);
        for i in 0..2 {
            let ran = ran.clone();
            wg.go(move || {
                ran[i].store(1, Ordering::SeqCst);
                while ran[1 - i].load(Ordering::SeqCst) == 0 {
                    std::hint::spin_loop();
                }
            });
        }
        // One that ends tied to its thread.
        wg.go(runtime::lock_os_thread);
        wg.wait();
    });
    assert!(ended.is_ok(), "{ended:?}");
    let trace = sink.take();
    let mut machine = Machine::new();
    let (mut stayed, mut preempted) = (false, false);
    for e in trace.events() {
        preempted |= machine.step(e) == Some(Kind::Preemption);
        stayed |= machine.ms().values().any(|t| t.stays && t.p.is_none());
    }
    assert!(stayed && preempted);
    let gone: Vec<usize> = trace
        .events()
        .iter()
        .filter(|e| e.what == What::ThreadEnd)
        .filter_map(|e| e.m)
        .collect();
    assert_eq!(gone.len(), 1, "{gone:?}");
    assert!(!machine.ms().contains_key(&gone[0]));
}

#[test]
fn lines_bring_a_trace_to_another_program() {
    let trace = busy(2);
    let lines = trace.lines();
    assert_eq!(Trace::from_lines(&lines), Ok(trace.clone()));
    let frames = trace.frames();
    let steals = |e: &Event| matches!(e.what, What::Steal { .. });
    assert_eq!(
        frames.contains("steals "),
        trace.events().iter().any(steals)
    );
    assert!(frames.contains("P0  M0 runs G1"), "{frames}");
    for (text, says) in [
        ("", "line 1 is not"),
        (
            "goroutines trace 2\t0\n5\t-\t-\t-\tdances",
            "line 2 is no event: 5\t-\t-\t-\tdances",
        ),
        (
            "goroutines trace 2\t0\n5\t-\t-\t-\tend\tmore",
            "line 2 is no event",
        ),
        (
            "goroutines trace 2\t0\n5\t-\t-\t-\tblock\tselect\tmain.rs",
            "line 2 is no event",
        ),
    ] {
        let error = Trace::from_lines(text).expect_err(text);
        assert!(error.starts_with(says), "{error}");
    }
}
