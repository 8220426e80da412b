//! `select`: what Go's own tests ask of it, in our words, on the real scheduler and under many schedules.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use goroutines::explore::{Kind, Options, check};
use goroutines::prelude::*;
use goroutines::select::Select;

mod limit;

/// Runs `f` with one P and with two.
fn on_both(f: impl Fn() + Clone + Send + 'static) {
    for procs in [1, 2] {
        let f = f.clone();
        Builder::new().procs(procs).run(f);
    }
}

/// Runs `f` under many schedules and expects no complaint.
fn explored(n: usize, f: impl Fn() + Send + Sync + 'static) {
    let report = check(&Options::new().schedules(n), f);
    assert!(report.failure.is_none(), "{}", report.failure.unwrap());
}

/// Counts how often it is dropped.
#[derive(Debug)]
struct Counted(Arc<AtomicUsize>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn forms_of_arms() {
    on_both(|| {
        let (a, b, c) = (chan::<i32>(1), chan::<&str>(1), chan::<i32>(1));
        a.send(1);
        let got = select! {
            recv(a) -> v => v.unwrap(),
            recv(b) => 20,
        };
        assert_eq!(got, 1);
        let got = select! {
            recv(b) -> v => { v.map_or(0, str::len) }
            send(c, 3) => { 5 }
            recv(&a) -> _ => 7,
        };
        assert_eq!((got, c.recv()), (5, Some(3)));
        let got = select! { default => 9, recv(a) => 1 };
        assert_eq!(got, 9);
        let got = select! {
            default => { 9 }
            recv(a.receiver()) -> _ => { 1 },
            send(b.sender(), "x") => { 2 }
        };
        assert_eq!((got, b.recv()), (2, Some("x")));
        select! { send(a, 4) => {} }
        select! { recv(a) -> v => assert_eq!(v, Some(4)) }
        select! { default => {} }
    });
}

#[test]
fn an_arm_may_assign_to_its_channel() {
    on_both(|| {
        let (mut a, mut b) = (chan::<i32>(2), chan::<i32>(2));
        for c in [&a, &b] {
            c.send(1);
            c.send(2);
            c.close();
        }
        let mut sum = 0;
        while !(a.is_nil() && b.is_nil()) {
            select! {
                recv(a) -> v => match v {
                    Some(v) => sum += v,
                    None => a = Chan::nil(),
                },
                recv(b) -> v => match v {
                    Some(v) => sum += v,
                    None => b = Chan::nil(),
                },
            }
        }
        assert_eq!(sum, 6);
    });
}

#[test]
fn ways_out_of_an_arm() {
    fn question(c: &Chan<Result<i32, String>>) -> Result<i32, String> {
        let never = chan::<()>(0);
        let n = select! {
            recv(c) -> v => v.unwrap()?,
            recv(never) => unreachable!(),
        };
        Ok(n + 1)
    }
    fn leaves(c: &Chan<i32>) -> i32 {
        let never = chan::<()>(0);
        loop {
            select! {
                recv(c) -> v => {
                    match v.unwrap() {
                        0 => continue,
                        1 => break,
                        n => return n,
                    }
                }
                recv(never) => {}
            }
        }
        -1
    }
    on_both(|| {
        let c = chan(2);
        c.send(Ok(1));
        c.send(Err("no".to_string()));
        assert_eq!(question(&c), Ok(2));
        assert_eq!(question(&c), Err("no".to_string()));
        let c = chan(4);
        for v in [0, 1, 0, 7] {
            c.send(v);
        }
        assert_eq!(leaves(&c), -1);
        assert_eq!(leaves(&c), 7);
    });
}

#[test]
fn all_is_evaluated_once_and_in_order() {
    on_both(|| {
        let said = std::cell::RefCell::new(Vec::new());
        let say = |s: &'static str, c: &Chan<i32>| {
            said.borrow_mut().push(s);
            c.clone()
        };
        let value = |v| {
            said.borrow_mut().push("value");
            v
        };
        let (a, b) = (chan(0), chan(1));
        select! {
            recv(say("a", &a)) => unreachable!(),
            send(say("b", &b), value(1)) => {}
            recv(say("nil", &Chan::nil())) => unreachable!(),
        }
        assert_eq!(*said.borrow(), ["a", "b", "value", "nil"]);
    });
}

#[test]
fn what_a_value_borrows_is_given_back_before_the_next() {
    on_both(|| {
        let (x, y) = (chan(1), chan(1));
        let m = Mutex::new(1);
        select! { send(x, *m.lock()) => {} send(y, *m.lock()) => {} }
        assert_eq!(x.len() + y.len(), 1);
        assert!(m.try_lock().is_some());
    });
}

#[test]
fn patterns_references_and_types_that_are_not_known() {
    fn any<T>(a: &Chan<T>, b: &Chan<T>) -> Option<T> {
        select! { recv(a) -> v => v, recv(b) -> v => v }
    }
    on_both(|| {
        let mut a = chan(2);
        a.send(1);
        a.send(2);
        let never = chan::<()>(0);
        let n = select! {
            recv(&mut a) -> Some(_) | None => 1,
            recv(never) => 3,
        };
        assert_eq!(n, 1);
        assert_eq!(any(&a, &chan(0)), Some(2));
    });
}

#[test]
fn a_value_becomes_what_the_channel_wants() {
    type Failure = Box<dyn std::error::Error + Send + Sync>;
    on_both(|| {
        let errors = chan::<Result<i32, Failure>>(1);
        let functions = chan::<Box<dyn Fn(&str) -> usize + Send>>(1);
        let never = Chan::<i32>::nil();
        select! {
            send(errors, Err(Box::new(std::fmt::Error))) => {}
            recv(never) => {}
        }
        select! {
            send(functions, Box::new(|s| s.len())) => {}
            default => {}
        }
        assert!(errors.recv().is_some_and(|r| r.is_err()));
        assert_eq!(functions.recv().map(|f| f("four")), Some(4));
        select! { send(errors, if never.is_nil() { Err("text".into()) } else { Ok(1) }) => {} }
        assert!(errors.recv().is_some_and(|r| r.is_err()));
    });
}

#[test]
fn each_ready_case_is_as_likely() {
    on_both(|| {
        const N: usize = 40_000;
        let chans: Vec<Chan<()>> = (0..4).map(|_| chan(1)).collect();
        // Two neighbours and one apart are ready: a scan from a random place would prefer the one behind the gap.
        let mut count = [0; 4];
        for c in [0, 1, 3] {
            chans[c].send(());
        }
        for _ in 0..N {
            let i = select! {
                recv(chans[0]) => 0,
                recv(chans[1]) => 1,
                recv(chans[2]) => 2,
                recv(chans[3]) => 3,
            };
            count[i] += 1;
            chans[i].send(());
        }
        assert_eq!(count[2], 0);
        for i in [0, 1, 3] {
            let share = count[i] as f64 / N as f64;
            // Six standard deviations.
            assert!((share - 1.0 / 3.0).abs() < 0.015, "{count:?}");
        }
    });
}

#[test]
fn nil_channels_are_switched_off() {
    on_both(|| {
        let nil = Chan::<i32>::nil();
        let c = chan(1);
        c.send(1);
        select! {
            recv(nil) => unreachable!(),
            send(nil, 1) => unreachable!(),
            recv(c) -> v => assert_eq!(v, Some(1)),
        }
        select! {
            recv(nil) => unreachable!(),
            send(nil, 1) => unreachable!(),
            default => {}
        }
        select! { send(nil, 1) => unreachable!(), default => {} }
    });
}

#[test]
fn waits_that_never_end() {
    type Main = fn();
    let cases: [(Main, &str); 5] = [
        (|| select! {}, "select (no cases)"),
        (
            || {
                let (a, b) = (chan::<i32>(0), chan::<i32>(0));
                select! { recv(a) => {} send(b, 1) => {} }
            },
            "select",
        ),
        (
            || {
                let nil = Chan::<i32>::nil();
                select! { recv(nil) => {} send(nil, 1) => {} }
            },
            "select",
        ),
        (
            || select! { recv(Chan::<i32>::nil()) => {} },
            "chan receive (nil chan)",
        ),
        (
            || {
                Select::new().wait();
            },
            "select (no cases)",
        ),
    ];
    for (main, reason) in cases {
        let crash = Builder::new().try_run(main).unwrap_err().to_string();
        let first = format!(
            "fatal error: all goroutines are asleep - deadlock!\n\ngoroutine 1 [{reason}]:\n"
        );
        assert!(crash.starts_with(&first), "{crash}");
        assert!(crash.contains("select.rs:"), "{crash}");
    }
}

#[test]
fn a_send_on_a_closed_channel_panics_also_while_it_waits() {
    on_both(|| {
        let (a, b) = (chan::<i32>(0), chan::<i32>(0));
        b.close();
        let caught = std::panic::catch_unwind(|| select! { recv(a) => {} send(b, 1) => {} });
        assert_eq!(
            *caught.unwrap_err().downcast::<&str>().unwrap(),
            "send on closed channel"
        );
        let (a, b) = (chan::<i32>(0), chan::<i32>(0));
        let (closes, ready) = (b.clone(), chan(0));
        let told = ready.clone();
        go! {
            told.recv();
            while closes.snapshot().sendq.is_empty() {
                runtime::gosched();
            }
            closes.close();
        }
        ready.send(());
        let caught = std::panic::catch_unwind(|| select! { recv(a) => {} send(b, 1) => {} });
        assert_eq!(
            *caught.unwrap_err().downcast::<&str>().unwrap(),
            "send on closed channel"
        );
        assert!(a.snapshot().recvq.is_empty());
    });
}

#[test]
fn losing_cases_leave_no_trace_and_keep_their_value() {
    on_both(|| {
        let drops = Arc::new(AtomicUsize::new(0));
        let (a, b, c) = (chan::<Counted>(0), chan::<Counted>(0), chan::<()>(0));
        let wakes = c.clone();
        let watches = a.clone();
        go! {
            while watches.snapshot().sendq.is_empty() {
                runtime::gosched();
            }
            wakes.send(());
        }
        select! {
            send(a, Counted(drops.clone())) => unreachable!(),
            send(b, Counted(drops.clone())) => unreachable!(),
            recv(c) => assert_eq!(drops.load(Ordering::Relaxed), 2, "dropped once each"),
        }
        assert_eq!(drops.load(Ordering::Relaxed), 2);
        for c in [a.snapshot(), b.snapshot()] {
            assert!(c.sendq.is_empty() && c.recvq.is_empty());
        }
    });
}

#[test]
fn the_same_channel_in_several_cases() {
    on_both(|| {
        let c = chan::<i32>(0);
        // It does not meet itself.
        select! {
            send(c, 1) => unreachable!(),
            recv(c) => unreachable!(),
            recv(c) => unreachable!(),
            default => {}
        }
        let other = c.clone();
        go! { other.send(5) }
        select! {
            send(c, 1) => unreachable!("nobody receives"),
            recv(c) -> v => assert_eq!(v, Some(5)),
            recv(c) -> v => assert_eq!(v, Some(5)),
        }
        let s = c.snapshot();
        assert!(s.sendq.is_empty() && s.recvq.is_empty());
        // Two that both want both pair with each other.
        let (other, done) = (c.clone(), chan(2));
        let told = done.clone();
        go! {
            select! { send(other, 1) => told.send('s'), recv(other) => told.send('r') }
        }
        select! { send(c, 2) => done.send('s'), recv(c) => done.send('r') }
        let mut both = [done.recv().unwrap(), done.recv().unwrap()];
        both.sort_unstable();
        assert_eq!(both, ['r', 's']);
    });
}

#[test]
fn never_default_while_one_is_ready_throughout() {
    // First `a` is ready, then both, then `b` alone.
    on_both(|| {
        for round in 0..10_000 {
            let (a, b) = (chan::<()>(1), chan::<()>(1));
            a.send(());
            let (x, y, done) = (a.clone(), b.clone(), chan(1));
            let tell = done.clone();
            go! {
                tell.send(select! {
                    recv(x) => true,
                    recv(y) => true,
                    default => false,
                });
            }
            if round % 2 == 0 {
                b.send(());
            } else {
                b.close();
            }
            let _ = a.try_recv();
            assert_eq!(done.recv(), Some(true));
        }
    });
}

#[test]
fn each_value_arrives_once_under_stress() {
    on_both(|| {
        const SENDERS: usize = 4;
        const EACH: usize = 5_000;
        let chans: Vec<Chan<usize>> = [0, 0, 1, 3].map(chan).into();
        let wg = WaitGroup::new();
        for s in 0..SENDERS {
            let chans = chans.clone();
            wg.go(move || {
                for i in 0..EACH {
                    let v = s * EACH + i;
                    select! {
                        send(chans[0], v) => {}
                        send(chans[1], v) => {}
                        send(chans[2], v) => {}
                        send(chans[3], v) => {}
                    }
                }
            });
        }
        let seen = Arc::new(
            (0..SENDERS * EACH)
                .map(|_| AtomicUsize::new(0))
                .collect::<Vec<_>>(),
        );
        let readers = WaitGroup::new();
        for _ in 0..3 {
            let (mut open, seen) = (chans.clone(), seen.clone());
            readers.go(move || {
                while !open.is_empty() {
                    let mut s = Select::new();
                    for c in &open {
                        s.recv(c);
                    }
                    let chosen = s.wait();
                    let i = chosen.index();
                    match chosen.recv::<usize>() {
                        Some(v) => {
                            seen[v].fetch_add(1, Ordering::Relaxed);
                        }
                        None => {
                            open.swap_remove(i);
                        }
                    }
                }
            });
        }
        wg.wait();
        chans.iter().for_each(Chan::close);
        readers.wait();
        assert!(seen.iter().all(|n| n.load(Ordering::Relaxed) == 1));
    });
}

#[test]
fn selects_on_both_sides_do_not_lock_each_other_up() {
    on_both(|| {
        const N: usize = 20_000;
        let (a, b) = (chan::<usize>(0), chan::<usize>(0));
        let (x, y) = (a.clone(), b.clone());
        let wg = WaitGroup::new();
        wg.go(move || {
            for i in 0..N {
                select! { send(x, i) => {} send(y, i) => {} }
            }
        });
        let mut sum = 0;
        for _ in 0..N {
            select! {
                recv(b) -> v => sum += v.unwrap(),
                recv(a) -> v => sum += v.unwrap(),
            }
        }
        wg.wait();
        assert_eq!(sum, N * (N - 1) / 2);
    });
}

#[test]
fn ten_thousand_cases() {
    on_both(|| {
        let chans: Vec<Chan<usize>> = (0..10_000).map(|_| chan(0)).collect();
        let last = chans[7_777].clone();
        go! { last.send(1) }
        let mut s = Select::new();
        for c in &chans {
            s.recv(c);
        }
        let chosen = s.wait();
        assert_eq!((chosen.index(), chosen.recv::<usize>()), (7_777, Some(1)));
        assert!(chans.iter().all(|c| c.snapshot().recvq.is_empty()));
    });
}

#[test]
fn channels_may_be_made_after_the_select() {
    on_both(|| {
        let mut s = Select::new();
        let (a, b) = (chan::<String>(0), chan(1));
        s.recv(&a);
        let sends = s.send(&b, "a value".to_string());
        assert_eq!(s.wait().index(), sends);
        // Dropped with its cases, and after their channels.
        let mut unused = Select::new();
        let c = chan(0);
        unused.send(&c, "a value".to_string());
        unused.recv(&c);
    });
}

#[test]
fn indices_count_the_default_too() {
    on_both(|| {
        let (a, b) = (chan::<i32>(0), chan::<i32>(1));
        let mut s = Select::new();
        assert_eq!(s.recv(&a), 0);
        assert_eq!(s.default(), 1);
        assert_eq!(s.send(&b, 1), 2);
        let chosen = s.wait();
        assert_eq!((chosen.index(), chosen.recv::<i32>()), (2, None));
        let mut s = Select::new();
        s.recv(&a);
        s.default();
        assert_eq!(s.wait().index(), 1);
        let twice = std::panic::catch_unwind(|| {
            let mut s = Select::new();
            s.default();
            s.default();
        });
        assert!(twice.is_err());
    });
}

#[test]
fn a_runtime_may_end_while_goroutines_select() {
    let kept = chan::<i32>(0);
    let outside = kept.clone();
    for _ in 0..50 {
        let (kept, other) = (kept.clone(), chan::<i32>(0));
        let ended = Builder::new().procs(2).try_run(move || {
            for _ in 0..20 {
                let (kept, other) = (kept.clone(), other.clone());
                go! {
                    select! { recv(kept) => {} recv(other) => {} send(kept, 1) => {} }
                }
            }
            // Some are readied and never run.
            for _ in 0..5 {
                let _ = other.try_send(1);
                runtime::gosched();
            }
        });
        assert!(ended.is_ok());
        let s = outside.snapshot();
        assert!(s.recvq.is_empty() && s.sendq.is_empty(), "{s:?}");
    }
}

// ---- the same under many schedules -----------------------------------------------------------------------------------

#[test]
fn explored_values_move_once() {
    explored(3_000, || {
        let (a, b) = (chan::<u32>(0), chan::<u32>(1));
        let wg = WaitGroup::new();
        for i in 0..2 {
            let (a, b) = (a.clone(), b.clone());
            wg.go(move || {
                select! { send(a, 1 << i) => {} send(b, 1 << i) => {} }
            });
        }
        let mut got = 0;
        for _ in 0..2 {
            let v = select! { recv(a) -> v => v, recv(b) -> v => v };
            got += v.unwrap();
        }
        wg.wait();
        assert_eq!(got, 3);
        assert!(a.snapshot().sendq.is_empty() && b.snapshot().recvq.is_empty());
    });
}

#[test]
fn explored_default_only_when_nothing_is_ready() {
    explored(3_000, || {
        let (a, b) = (chan::<()>(1), chan::<()>(1));
        a.send(());
        let (x, y) = (a.clone(), b.clone());
        let wg = WaitGroup::new();
        wg.go(move || {
            y.send(());
            let _ = x.try_recv();
        });
        select! {
            recv(a) => {}
            recv(b) => {}
            default => panic!("one of the two was ready throughout"),
        }
        wg.wait();
    });
}

#[test]
fn explored_every_ready_case_is_tried() {
    // If both may be chosen, some schedule prints each.
    for unwanted in ["a", "b"] {
        let report = check(
            &Options::new()
                .schedules(200)
                .expect(move |out| out != unwanted),
            || {
                let (a, b) = (chan::<()>(1), chan::<()>(1));
                a.send(());
                b.send(());
                select! {
                    recv(a) => goroutines::print!("a"),
                    recv(b) => goroutines::print!("b"),
                }
            },
        );
        let failure = report
            .failure
            .expect("each of the two is chosen in some schedule");
        assert_eq!(failure.kind, Kind::Output);
        // And the schedule found says so again.
        assert_eq!(failure.output, unwanted);
    }
}

#[test]
fn explored_deadlock_names_the_select() {
    let report = check(&Options::new().schedules(50), || {
        let (a, b) = (chan::<()>(0), chan::<()>(0));
        select! { recv(a) => {} recv(b) => {} }
    });
    let failure = report.failure.expect("nobody sends");
    assert_eq!(failure.kind, Kind::Deadlock);
    assert_eq!(failure.blocked[0].reason, "select");
    assert!(failure.blocked[0].at.file().ends_with("select.rs"));
}

#[test]
fn explored_time_out_and_cancel() {
    explored(2_000, || {
        let (work, quit) = (chan::<i32>(0), chan::<()>(0));
        let (w, q) = (work.clone(), quit.clone());
        let wg = WaitGroup::new();
        wg.go(move || {
            for i in 0.. {
                select! { send(w, i) => {} recv(q) => break }
            }
        });
        assert_eq!(work.recv(), Some(0));
        select! {
            recv(work) -> v => assert_eq!(v, Some(1)),
            recv(time::after(time::Duration::from_secs(1))) => {}
        }
        quit.close();
        wg.wait();
    });
}
