//! What sleeps, out of a trace's events: each P's timers, idle Ps and threads, and who is in the netpoller.

use std::io::{Read as _, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use goroutines::prelude::*;
use goroutines::trace::{Event, Machine, Sink, Timing, Trace, What};
use goroutines::{context, io};

mod limit;

fn traced(procs: usize, main: impl FnOnce()) -> Trace {
    let sink = Sink::new();
    let builder = Builder::new().procs(procs).trace(sink.clone());
    let ended = builder.try_run(main);
    assert!(ended.is_ok(), "{ended:?}");
    sink.take()
}

/// What became of timers, and how many there were then.
fn turns(trace: &Trace) -> Vec<(Timing, u32)> {
    let turn = |e: &Event| match e.what {
        What::Timer { how, len, .. } => Some((how, len)),
        _ => None,
    };
    trace.events().iter().filter_map(turn).collect()
}

/// The frame whose sentence has these words, with a T for each number of microseconds.
fn frame(trace: &Trace, words: &str) -> Vec<String> {
    let all = trace.frames();
    let frames = all.split("\n\n").map(|frame| {
        let lines = frame.lines().map(|line| {
            let words: Vec<&str> = line.split(' ').collect();
            let next = |i: usize| words.get(i + 1).copied().unwrap_or_default();
            let bare = |i: usize| match next(i).starts_with("µs") {
                true => "T",
                false => words[i],
            };
            (0..words.len()).map(bare).collect::<Vec<_>>().join(" ")
        });
        lines.collect::<Vec<String>>()
    });
    let mut fits = frames.filter(|frame| frame.first().is_some_and(|l| l.contains(words)));
    let mut found = fits.next().unwrap_or_else(|| panic!("{words} in\n{all}"));
    found.remove(0);
    found
}

const SECOND: Duration = Duration::from_secs(1);

/// Follows a program of one P while it runs.
struct Look {
    sink: Sink,
    machine: Machine,
}

impl Look {
    fn new() -> Look {
        Look {
            sink: Sink::new(),
            machine: Machine::new(),
        }
    }

    fn catch_up(&mut self) {
        for event in self.sink.take().events() {
            self.machine.step(event);
        }
    }

    /// P0 has so many timers, of which the first is due that long after now, give or take what the program has taken.
    fn timers(&mut self, len: usize, first: u32) {
        self.catch_up();
        let Some(timers) = self.machine.timers().get(&0) else {
            assert_eq!(len, 0);
            return;
        };
        assert_eq!(timers.len, len, "{}", self.machine);
        let due = timers.first;
        assert!(
            due >= SECOND * first && due < SECOND * (first + 10),
            "{due:?}, not {first} s"
        );
    }
}

#[test]
fn a_ps_timers_are_counted_through_all_that_becomes_of_them() {
    let mut look = Look::new();
    let sink = look.sink.clone();
    Builder::new().procs(1).trace(sink).run(|| {
        look.timers(0, 0);
        let a = time::after_func(SECOND * 100, || ());
        look.timers(1, 100);
        let b = time::after_func(SECOND * 50, || ());
        look.timers(2, 50);
        b.reset(SECOND * 200);
        look.timers(2, 100);
        b.reset(SECOND * 30);
        look.timers(2, 30);
        b.reset(SECOND * 200);
        a.stop();
        look.timers(1, 200);
        // On whose channel nobody waits has no entry.
        let (after, never) = (time::after(SECOND * 60), chan::<()>(0));
        let ticker = time::Ticker::new(SECOND * 40);
        look.timers(1, 200);
        let (first, second, give_up) = (after.clone(), ticker.c.clone(), never.clone());
        go!(select! {
            recv(first) -> _t => {},
            recv(second) -> _t => {},
            recv(give_up) -> _v => {},
        });
        runtime::gosched();
        look.timers(3, 40);
        let (ctx, cancel) = context::with_timeout(&context::background(), SECOND * 20);
        look.timers(4, 20);
        ticker.reset(SECOND * 80);
        look.timers(4, 20);
        cancel();
        drop(ctx);
        look.timers(3, 60);
        never.close();
        runtime::gosched();
        look.timers(1, 200);
        go!(time::sleep(SECOND * 70));
        runtime::gosched();
        look.timers(2, 70);
        let sleeping = look.machine.sleeping();
        assert_eq!(sleeping.len(), 1);
        assert_eq!(sleeping[0].0, look.machine.timers()[&0].first);
        b.stop();
        look.timers(1, 70);
        // A thread that is none of the runtime's stops one, too.
        let c = time::after_func(SECOND * 10, || ());
        look.timers(2, 10);
        std::thread::scope(|s| _ = s.spawn(|| c.stop()));
        look.timers(1, 70);
        // More than a heap keeps of those that are dead.
        let many: Vec<_> = (0..300)
            .map(|_| time::after_func(SECOND * 90, || ()))
            .collect();
        look.timers(301, 70);
        many.iter().for_each(|t| _ = t.stop());
        look.timers(1, 70);
    });
}

#[test]
fn what_became_of_a_timer_is_told_in_order() {
    let trace = traced(1, || {
        let (done, called) = (chan(0), chan(0));
        let tell = called.clone();
        let t = time::after_func(SECOND, move || tell.send(()));
        t.reset(Duration::from_micros(200));
        called.recv();
        let ticker = time::Ticker::new(Duration::from_micros(300));
        for _ in 0..2 {
            ticker.c.recv();
        }
        ticker.stop();
        let tell = done.clone();
        go!({
            time::sleep(Duration::from_micros(100));
            tell.send(());
        });
        done.recv();
        t.reset(SECOND);
        t.stop();
    });
    use Timing::{Fires, Set, SetAnew, Stopped};
    let all = [
        (Set, 1),
        (SetAnew, 1),
        (Fires, 0),
        // A tick that came before anybody waited needs no entry.
        (Set, 1),
        (Fires, 0),
        (Set, 1),
        (Fires, 0),
        (Set, 1),
        (Fires, 0),
        (Set, 1),
        (Stopped, 0),
    ];
    let got = turns(&trace);
    let missed = all.len() - got.len();
    assert!(missed == 0 || missed == 2 || missed == 4, "{got:?}");
    assert_eq!(got[..3], all[..3]);
    assert_eq!(got[got.len() - 4..], all[all.len() - 4..]);
}

#[test]
fn a_timer_is_fired_by_another_p_while_its_own_is_busy() {
    // On a busy machine the other P's thread may come so late that it never sleeps, or main be preempted first.
    for _ in 0..100 {
        let trace = traced(2, || {
            let fired = Arc::new(AtomicBool::new(false));
            let tell = fired.clone();
            let _timer = time::after_func(Duration::from_millis(2), move || {
                tell.store(true, Ordering::SeqCst);
            });
            while !fired.load(Ordering::SeqCst) {
                std::hint::spin_loop();
            }
        });
        let mut machine = Machine::new();
        let (mut set, mut slept, mut elsewhere) = (None, false, false);
        for e in trace.events() {
            machine.step(e);
            match e.what {
                What::Timer {
                    how: Timing::Set,
                    when,
                    of,
                    len,
                    first,
                    g,
                } => {
                    assert_eq!((Some(of as usize), len, first, g), (e.p, 1, Some(when), 0));
                    set = Some((of, when));
                }
                What::Timer { how, when, of, .. } => {
                    assert_eq!((how, Some((of, when))), (Timing::Fires, set));
                    assert!(machine.timers().is_empty(), "{machine}");
                    elsewhere = e.p != Some(of as usize);
                }
                _ => {}
            }
            // Somebody sleeps until then.
            if let Some((_, when)) = set {
                slept |= machine.ms().values().any(|m| m.until == Some(when));
            }
        }
        assert_eq!(turns(&trace).len(), 2);
        if slept && elsewhere {
            return;
        }
    }
    panic!("never by another P, after a sleep");
}

#[test]
fn frames_tell_of_timers_in_words() {
    let trace = traced(1, || {
        let t = time::after_func(SECOND, || ());
        t.stop();
    });
    let runs = "  P0  M0 runs G1              next —      queue —";
    assert_eq!(
        frame(
            &trace,
            "P0 G1 sets a timer for T µs; P0 has 1 timer, for T µs"
        ),
        [
            runs,
            "  global queue: —",
            "  timers of P0: 1, the first at T µs"
        ]
    );
    assert_eq!(
        frame(
            &trace,
            "P0 G1 stops a timer that was set for T µs; P0 has no timer"
        ),
        [runs, "  global queue: —", "  timers: none"]
    );
}

#[test]
fn frames_tell_who_sleeps_in_the_netpoller_and_for_whom() {
    let trace = traced(1, || {
        let (mut reads, mut writes) = io::pipe().expect("descriptors");
        go!({
            time::sleep(Duration::from_millis(100));
            writes.write_all(b"x").expect("it is written");
            // The reader is woken by the netpoller, not by the writer.
            runtime::gosched();
        });
        let mut byte = [0];
        reads.read_exact(&mut byte).expect("it comes");
    });
    assert_eq!(
        frame(&trace, "M0 sleeps in the netpoller until T µs"),
        [
            "  P0  idle                    next —      queue —",
            "  global queue: —",
            "  idle Ps: P0",
            "  idle threads: M0 in the netpoller",
            "  netpoller: M0 sleeps in it until T µs; IO wait: G1",
            "  timers of P0: 1, the first at T µs",
            "  sleep: G2 until T µs",
        ]
    );
    // Awake for the timer, it is not there any more.
    assert_eq!(
        frame(&trace, "M0 is awake"),
        [
            "  P0  idle                    next —      queue —",
            "  global queue: —",
            "  idle Ps: P0",
            "  awake without a P: M0",
            "  netpoller: no thread sleeps in it; IO wait: G1",
            "  timers of P0: 1, the first at T µs",
            "  sleep: G2 until T µs",
        ]
    );
    // Nobody waits for it in the end.
    assert_eq!(
        frame(&trace, "G1 ends"),
        [
            "  P0  M0 looks for work       next —      queue —",
            "  global queue: —",
            "  timers: none",
        ]
    );
}

#[test]
fn idle_lists_are_the_schedulers_own() {
    let mut look = Look::new();
    let sink = look.sink.clone();
    let (mut asleep, mut free) = (0, 0);
    Builder::new().procs(4).trace(sink).run(|| {
        for round in 0..60 {
            let wg = WaitGroup::new();
            for i in 0..8 {
                wg.go(move || match (round + i) % 4 {
                    0 => time::sleep(Duration::from_micros(100)),
                    1 => runtime::syscall(|| std::thread::sleep(Duration::from_micros(200))),
                    2 => runtime::gosched(),
                    _ => {}
                });
            }
            wg.wait();
            if round % 10 == 9 {
                runtime::gomaxprocs([2, 4, 1, 3, 5, 4][round / 10]);
            }
            // Nobody moves between two looks that are the same.
            let real = loop {
                let real = runtime::snapshot();
                look.catch_up();
                if runtime::snapshot() == real {
                    break real;
                }
            };
            let what = format!("round {round}: {}\n{real:?}", look.machine);
            assert_eq!(look.machine.idle_ps(), real.idle_ps, "{what}");
            assert_eq!(look.machine.idle_ms(), real.idle_ms, "{what}");
            asleep += real.idle_ms.len();
            free += real.idle_ps.len();
        }
    });
    assert!(asleep > 0 && free > 0, "{asleep} {free}");
}
