//! A program started with `GOEXPLORE` explores itself, answers in a file and ends with 0, 1 or 2.

use std::process::Command;
use std::time::Duration;

use goroutines::explore::wire::{Expect, Request, Response};
use goroutines::explore::{Kind, Strategy};
use goroutines::prelude::*;

/// The programs: this test is a program of its own when it is started by the others.
#[test]
fn program() {
    let Ok(name) = std::env::var("PROGRAM") else {
        return;
    };
    match name.as_str() {
        "right" => run(|| {
            let ch = chan(0);
            let out = ch.clone();
            go!(out.send(1));
            goroutines::println!("{:?}", ch.recv());
        }),
        "lost" => run(|| {
            let n = Shared::new(0);
            let wg = WaitGroup::new();
            for _ in 0..2 {
                let n = n.clone();
                wg.go(move || n.update(|v| v + 1));
            }
            wg.wait();
            std::println!("std says");
            goroutines::println!("{}", n.get());
            std::print!("no newline");
        }),
        "panics" => run(|| {
            let ch = chan::<i32>(0);
            ch.close();
            ch.close();
        }),
        "loops" => run(|| {
            go!({
                let n = Shared::new(0u64);
                goroutines::println!("here");
                n.get();
                loop {
                    std::hint::spin_loop();
                }
            });
            runtime::gosched();
        }),
        "owns" => {
            let s = String::from("mine");
            run(move || {
                let _moved: String = s;
            });
        }
        "borrows" => {
            let s = String::from("hello");
            let n = 3;
            run(|| goroutines::println!("{s} {n}"));
        }
        "slow" => run(|| std::thread::sleep(Duration::from_millis(20))),
        "structure" => run(|| {
            let (n, wg, ch) = (Shared::new(0), WaitGroup::new(), chan(2));
            for i in 0..2 {
                let (n, ch) = (n.clone(), ch.clone());
                wg.go(move || {
                    let own = Mutex::new(());
                    let _held = own.lock();
                    n.set(i);
                    ch.send(i);
                });
            }
            wg.wait();
            ch.recv();
            ch.close();
        }),
        "conditions" => run(|| {
            let both = std::sync::Arc::new((Mutex::new(false), Cond::new(), Cond::new()));
            let wg = WaitGroup::new();
            for _ in 0..2 {
                let both = both.clone();
                wg.go(move || {
                    let mut held = both.0.lock();
                    while !*held {
                        held = both.1.wait(held);
                    }
                    both.1.signal();
                });
            }
            wg.go(|| ());
            runtime::gosched();
            *both.0.lock() = true;
            both.1.signal();
            both.2.broadcast();
            wg.wait();
            let _held = both.0.lock();
            drop(both.0.lock());
        }),
        "calls" => run(|| {
            let m = std::sync::Arc::new(Mutex::new(()));
            let wg = WaitGroup::new();
            for i in 0..3 {
                let m = m.clone();
                wg.go(move || {
                    let held = (i == 0).then(|| m.lock());
                    runtime::syscall(|| Shared::new(i).get());
                    drop(held);
                });
            }
            wg.wait();
            // Who waits for what a Once makes waits for nothing else.
            Once::new().call(|| {
                runtime::syscall(|| Shared::new(3).get());
            });
        }),
        // Who cannot have the second lock gives the first one back, and begins anew.
        "backs-off" => run(|| {
            let locks = std::sync::Arc::new([Mutex::new(0), Mutex::new(0)]);
            let wg = WaitGroup::new();
            for i in 0..2 {
                let locks = locks.clone();
                wg.go(move || {
                    loop {
                        let first = locks[i].lock();
                        if locks[1 - i].try_lock().is_some() {
                            return;
                        }
                        drop(first);
                    }
                });
            }
            wg.wait();
        }),
        // What a goroutine had handed over before it went on, or had only to end, when main returned.
        "handed" | "goes-on" => run(|| {
            let (n, ch) = (Shared::new(0), chan(0));
            let (m, to) = (n.clone(), ch.clone());
            let goes_on = std::env::var("PROGRAM").is_ok_and(|p| p == "goes-on");
            go!({
                to.send(n.get());
                if goes_on {
                    m.set(1);
                }
            });
            ch.recv();
        }),
        // Two lines, each one's own or by who comes first.
        "own-lines" | "next-lines" => run(|| {
            let next = std::sync::Arc::new(Mutex::new(0));
            let own = std::env::var("PROGRAM").is_ok_and(|p| p == "own-lines");
            let wg = WaitGroup::new();
            for i in 0..2 {
                let next = next.clone();
                wg.go(move || {
                    let mut next = next.lock();
                    goroutines::println!("line {}", if own { i } else { *next });
                    *next += 1;
                });
            }
            wg.wait();
        }),
        "facts" => run(|| {
            let n = Shared::new(0);
            let m = std::sync::Arc::new(Mutex::new(()));
            let wg = WaitGroup::new();
            wg.add(2);
            for i in 0..2 {
                let (n, m, wg) = (n.clone(), m.clone(), wg.clone());
                go!({
                    let held = m.lock();
                    n.set(i);
                    drop(held);
                    wg.done();
                });
            }
            let ch = chan(1);
            ch.send(n.get());
            wg.wait();
            time::sleep(Duration::from_millis(1));
            goroutines::println!("done");
        }),
        _ => unreachable!("no such program"),
    }
}

fn explore(name: &str, change: impl FnOnce(&mut Request)) -> (i32, Response) {
    let dir = std::env::temp_dir().join(format!("goexplore-{}-{name}", std::process::id()));
    std::fs::create_dir_all(&dir).expect("a folder");
    let mut request = Request {
        schedules: 500,
        response: dir.join("response"),
        ..Request::default()
    };
    change(&mut request);
    let file = dir.join("request");
    std::fs::write(&file, request.to_text()).expect("the request is written");
    assert_eq!(
        Request::from_text(&request.to_text()).expect("it is read back"),
        request
    );
    let out = Command::new(std::env::current_exe().expect("this test"))
        .args(["--exact", "program", "--nocapture"])
        .env("PROGRAM", name)
        .env("GOEXPLORE", &file)
        .output()
        .expect("the program starts");
    let text = std::fs::read_to_string(&request.response)
        .unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&out.stderr)));
    std::fs::remove_dir_all(&dir).expect("the folder goes");
    let response = Response::from_text(&text).expect("the response is read");
    assert_eq!(response.to_text(), text);
    (out.status.code().expect("an exit code"), response)
}

#[test]
fn a_right_program_answers_0() {
    let (code, r) = explore("right", |r| {
        r.expect = Some(Expect::Exact("Some(1)\n".into()))
    });
    // It is small: all its interleavings are tried, which is sooner than 500 schedules.
    assert_eq!((code, r.failed, r.exhausted), (0, 0, true));
    assert!(r.ran > 0 && r.ran < 500, "{}", r.ran);
    assert!(r.failure.is_none() && r.could_not.is_none());
    assert_eq!(r.facts.0["sends"], (1, 1));
}

#[test]
fn a_wrong_one_answers_1_with_its_schedule_and_all_it_printed() {
    let want = "std says\n2\nno newline";
    let (code, r) = explore("lost", |r| {
        r.expect = Some(Expect::Exact(want.into()));
        r.races = false;
    });
    let f = r.failure.expect("it fails");
    assert_eq!((code, f.kind, f.preemptions), (1, Kind::Output, 1));
    assert_eq!(f.output, "std says\n1\nno newline");
    assert_eq!(f.expected.as_deref(), Some(want));
    assert!(r.failed > 0 && r.failed < r.ran);
    assert!(
        f.schedule_index > 1 && f.schedule_index < 50,
        "{}",
        f.schedule_index
    );
    assert!(
        f.story
            .moments
            .iter()
            .any(|m| m.what == "set" && m.outcome == "1")
    );
    // The schedule that failed comes first the next time.
    let (_, again) = explore("lost", |r| {
        r.expect = Some(Expect::Exact(want.into()));
        r.races = false;
        r.first = vec![f.schedule.clone()];
    });
    let again = again.failure.expect("it fails again");
    assert_eq!((again.schedule_index, &again.schedule), (1, &f.schedule));
}

#[test]
fn a_panic_is_told_with_its_text() {
    let (code, r) = explore("panics", |r| r.strategy = Strategy::Pct { depth: 2 });
    let f = r.failure.expect("it fails");
    assert_eq!(
        (code, f.kind, f.message.as_str()),
        (1, Kind::Panic, "close of closed channel")
    );
}

#[test]
fn an_endless_loop_is_ended_and_placed() {
    let (code, r) = explore("loops", |r| r.schedules = 100);
    let f = r.failure.expect("it fails");
    assert_eq!((code, f.kind), (1, Kind::StepLimit));
    assert!(
        f.message.contains("goroutine 2") && f.message.contains("explore_wire.rs:"),
        "{}",
        f.message
    );
    assert_eq!(f.output, "here\n");
}

#[test]
fn a_closure_that_can_run_once_only_is_refused() {
    let (code, r) = explore("owns", |_| {});
    assert_eq!((code, r.ran), (2, 0));
    assert!(
        r.could_not
            .expect("a reason")
            .contains("make them inside of it")
    );
    let (code, r) = explore("borrows", |r| {
        r.expect = Some(Expect::Exact("hello 3".into()))
    });
    assert_eq!((code, r.exhausted), (0, true));
}

#[test]
fn a_time_limit_ends_it_early_and_says_so() {
    let (code, r) = explore("slow", |r| r.time_limit = Duration::from_millis(100));
    assert_eq!(code, 0);
    assert!((20..100).contains(&r.ran), "{}", r.ran);
}

#[test]
fn facts_are_the_least_and_the_most_of_all_schedules() {
    let (code, r) = explore("facts", |_| {});
    // The two goroutines' writes are ordered with each other by the lock, not with main's read.
    assert_eq!((code, r.failure.map(|f| f.kind)), (1, Some(Kind::Race)));
    let fact = |name: &str| r.facts.0[name];
    assert_eq!(fact("goroutines"), (2, 2));
    assert_eq!(fact("alive"), (1, 2));
    assert_eq!(fact("overlap"), (1, 2));
    assert_eq!((fact("main_sends"), fact("main_recvs").0), ((1, 1), 0));
    assert_eq!((fact("waits"), fact("main_waits")), ((1, 1), (1, 1)));
    assert_eq!(fact("unguarded"), (0, 0));
    assert_eq!(fact("foreign_closes"), (0, 0));
    assert_eq!(fact("added"), (2, 2));
    assert_eq!(fact("main_adds"), (2, 2));
    assert_eq!(fact("adds"), (1, 1));
    assert_eq!(fact("dones"), (2, 2));
    assert_eq!(fact("locks"), (2, 2));
    assert_eq!(fact("mutexes"), (1, 1));
    assert_eq!(fact("held_together"), (1, 1));
    assert_eq!(fact("shared_writes"), (2, 2));
    assert_eq!(fact("unlocked_writes"), (0, 0));
    assert_eq!(fact("unlocked_reads"), (1, 1));
    assert_eq!(fact("chans"), (1, 1));
    assert_eq!(fact("buffered_chans"), (1, 1));
    assert_eq!(fact("sleeps"), (1, 1));
    assert_eq!(fact("main_prints"), (1, 1));
    assert_eq!(fact("printers"), (1, 1));
    assert_eq!(fact("workers_that_wrote"), (2, 2));
    assert_eq!(fact("writes_by_main"), (0, 0));
    assert_eq!(fact("unfinished").0, 0);
}

#[test]
fn a_lock_of_ones_own_guards_nothing_and_the_receiver_s_close_is_seen() {
    let (_, r) = explore("structure", |_| {});
    let fact = |name: &str| r.facts.0[name];
    assert_eq!(fact("unlocked_writes"), (0, 0));
    assert_eq!(fact("unguarded"), (1, 1));
    assert_eq!((fact("closes"), fact("foreign_closes")), ((1, 1), (1, 1)));
    assert_eq!(fact("main_recvs"), (1, 1));
}

#[test]
fn blocking_calls_are_counted_and_those_of_who_holds_a_lock() {
    let (_, r) = explore("calls", |_| {});
    let fact = |name: &str| r.facts.0[name];
    assert_eq!(fact("calls"), (4, 4));
    assert_eq!(fact("locked_calls"), (1, 1));
    assert_eq!(fact("calls_at_once"), (1, 3));
    assert_eq!(fact("main_calls"), (1, 1));
}

#[test]
fn who_waits_at_conditions_who_wants_its_own_lock_and_who_does_nothing_is_counted() {
    let (_, r) = explore("conditions", |_| {});
    let fact = |name: &str| r.facts.0[name];
    assert_eq!((fact("conds"), fact("cond_waiters")), ((0, 1), (0, 2)));
    assert_eq!(fact("signals"), (3, 3));
    assert_eq!(fact("idle"), (1, 1));
    assert_eq!(fact("relocks"), (1, 1));
}

#[test]
fn who_has_only_to_end_has_finished() {
    let unfinished = |name: &str| explore(name, |r| r.races = false).1.facts.0["unfinished"];
    assert_eq!(unfinished("handed"), (0, 0));
    assert_eq!(unfinished("goes-on"), (0, 1));
}

#[test]
fn who_goes_on_in_step_for_ever_makes_no_progress() {
    // `explore::check` helps such programs to their end, and notes it: see `explored/crowds.rs`.
    let (code, response) = explore("backs-off", |_| {});
    let kind = response.failure.map(|f| f.kind);
    assert_eq!((code, kind), (1, Some(Kind::StepLimit)));
}

#[test]
fn who_printed_what_is_the_same_number_whoever_comes_first() {
    let (least, most) = explore("own-lines", |_| {}).1.facts.0["who_printed"];
    assert_eq!(least, most);
    let (least, most) = explore("next-lines", |_| {}).1.facts.0["who_printed"];
    assert_ne!(least, most);
}

#[test]
fn goschedule_runs_that_schedule_alone() {
    use goroutines::explore::{Options, check};
    if std::env::var_os("GOSCHEDULE").is_some() {
        let r = check(&Options::new().expect(|o| o == "1 2\n"), || {
            let n = Shared::new(0);
            let m = n.clone();
            let done = chan(0);
            let tell = done.clone();
            go(move || {
                m.set(1);
                tell.send(());
            });
            n.set(2);
            done.recv();
            goroutines::println!("{}", n.get());
        });
        std::println!(
            "ran {} {:?}",
            r.ran,
            r.failure.map(|f| (f.schedule.to_string(), f.output))
        );
        return;
    }
    let out = Command::new(std::env::current_exe().expect("this test"))
        .args([
            "--exact",
            "goschedule_runs_that_schedule_alone",
            "--nocapture",
        ])
        .env("GOSCHEDULE", "G1x3.G2")
        .output()
        .expect("it starts");
    let text = String::from_utf8_lossy(&out.stdout);
    assert!(
        text.contains("ran 1 Some((\"G1x3.G2\", \"1\\n\"))"),
        "{text}"
    );
}

mod limit;
