//! `GODEBUG=race=1`: Go's report and exit code for a race that happens, silence for programs without one; and `unwaited=1`:
//! who had ended, or not, without that anybody waited.

use std::process::{Command, Output};
use std::sync::Arc;

use goroutines::prelude::*;
use goroutines::sync::{Map, OnceValue, Pool, atomic, raw};
use time::Duration;

/// What runs in a child process, by name.
const PROGRAMS: &[(&str, fn())] = &[
    ("racy", racy),
    ("ordered", ordered),
    ("crowd", crowd),
    ("panics", panics),
    ("close", send_and_close),
    ("waited", waited),
    ("slept", slept),
];

/// One writes, main reads, and only time is between them.
fn racy() {
    run(|| {
        let n = Shared::new(0);
        let m = n.clone();
        let done = Arc::new(std::sync::atomic::AtomicBool::new(false));
        let tell = done.clone();
        go(move || {
            m.set(1);
            tell.store(true, std::sync::atomic::Ordering::SeqCst);
        });
        // An atomic of std orders nothing that the detector is told of.
        while !done.load(std::sync::atomic::Ordering::SeqCst) {
            runtime::gosched();
        }
        n.get();
        n.get();
    });
    println!("it goes on");
}

fn send_and_close() {
    run(|| {
        let ch = chan(1);
        let out = ch.clone();
        go(move || out.send(1));
        while ch.is_empty() {
            runtime::gosched();
        }
        ch.close();
    });
}

fn panics() {
    run(|| {
        let n = Shared::new(0);
        let m = n.clone();
        go(move || m.set(1));
        time::sleep(Duration::from_millis(20));
        n.set(2);
        panic!("and then");
    });
}

/// Each kind of order there is, many times, on several threads.
fn ordered() {
    let rounds = 200;
    Builder::new().procs(4).run(move || {
        for _ in 0..rounds {
            let n = Shared::new(0);
            let wg = WaitGroup::new();
            let lock = Arc::new((
                raw::Mutex::new(),
                raw::RWMutex::new(),
                Mutex::new(()),
                Cond::new(),
            ));
            for i in 0..4 {
                let (n, lock) = (n.clone(), lock.clone());
                wg.go(move || {
                    lock.0.lock();
                    n.update(|v| v + i);
                    lock.0.unlock();
                });
            }
            wg.wait();
            assert_eq!(n.get(), 6);
            let w = n.clone();
            for i in 0..4 {
                let (n, lock) = (w.clone(), lock.clone());
                wg.go(move || {
                    if i == 0 {
                        lock.1.lock();
                        n.set(7);
                        lock.1.unlock();
                    } else {
                        lock.1.rlock();
                        n.get();
                        lock.1.runlock();
                    }
                });
            }
            wg.wait();
            channels(&n);
            atomics();
            let (ready, m) = (lock.clone(), n.clone());
            let waits = wg.clone();
            waits.go(move || {
                let mut held = ready.2.lock();
                while m.get() != 9 {
                    held = ready.3.wait(held);
                }
            });
            {
                let _held = lock.2.lock();
                n.set(9);
            }
            lock.3.broadcast();
            wg.wait();
            contexts(&n);
        }
    });
}

fn channels(n: &Shared<i32>) {
    for cap in [0, 1, 3] {
        let (there, back) = (chan(cap), chan(0));
        let (a, b, m) = (there.clone(), back.clone(), n.clone());
        go(move || {
            while a.recv().is_some() {
                m.update(|v| v + 1);
                b.send(());
            }
            b.close();
        });
        for i in 0..5 {
            n.set(i);
            there.send(i);
            back.recv();
        }
        there.close();
        while back.recv().is_some() {}
        n.set(1);
        let token = chan(1);
        let wg = WaitGroup::new();
        for _ in 0..3 {
            let (n, token) = (n.clone(), token.clone());
            wg.go(move || {
                token.send(());
                n.update(|v| v + 1);
                token.recv();
            });
        }
        wg.wait();
        let (results, quit) = (chan(cap), chan::<()>(0));
        let (out, stop, m) = (results.clone(), quit.clone(), n.clone());
        m.set(3);
        go(move || {
            let v = m.get();
            loop {
                select! {
                    send(out, v) => {},
                    recv(stop) => return,
                }
            }
        });
        assert_eq!(results.recv(), Some(3));
        quit.close();
    }
}

fn atomics() {
    let n = Shared::new(0);
    let flag = Arc::new((
        atomic::Bool::new(false),
        atomic::Int64::new(0),
        atomic::Pointer::new(None),
        atomic::Value::new(),
    ));
    let (m, set) = (n.clone(), flag.clone());
    go(move || {
        m.set(1);
        set.2.store(Some(Arc::new(1)));
        set.3.store(1);
        set.1.add(1);
        set.0.store(true);
    });
    loop {
        if flag.0.load()
            || flag.1.load() == 1
            || flag.2.load().is_some()
            || flag.3.load::<i32>().is_some()
        {
            break;
        }
        runtime::gosched();
    }
    assert_eq!(n.get(), 1);
    let wg = WaitGroup::new();
    let (once, x) = (Arc::new(Once::new()), Shared::new(0));
    let (map, pool) = (Arc::new(Map::new()), Arc::new(Pool::new(|| Shared::new(0))));
    let y = x.clone();
    let value = Arc::new(OnceValue::new(move || y.set(2)));
    let left = Arc::new(atomic::Int32::new(4));
    let cells: [Shared<i32>; 4] = std::array::from_fn(|_| Shared::new(0));
    for i in 0..4 {
        let (once, x, map, pool, value) = (
            once.clone(),
            x.clone(),
            map.clone(),
            pool.clone(),
            value.clone(),
        );
        let (left, cells, n) = (left.clone(), cells.clone(), n.clone());
        wg.go(move || {
            once.call(|| n.set(2));
            n.get();
            value.call();
            x.get();
            let mine = Shared::new(i);
            match map.load(&1) {
                Some(theirs) => drop::<i32>(Shared::get(&theirs)),
                None => map.store(1, mine),
            }
            let b = pool.get();
            b.update(|v| v + 1);
            pool.put(b);
            cells[i as usize].set(1);
            if left.add(-1) == 0 {
                assert_eq!(cells.iter().map(Shared::get).sum::<i32>(), 4);
            }
        });
    }
    wg.wait();
}

fn contexts(n: &Shared<i32>) {
    let (ctx, cancel) = context::with_cancel(&context::background());
    let (m, done) = (n.clone(), chan(0));
    let tell = done.clone();
    n.set(4);
    go(move || {
        ctx.done().recv();
        m.update(|v| v + 1);
        tell.send(());
    });
    n.set(5);
    cancel();
    done.recv();
    n.set(6);
    let (m, tell) = (n.clone(), done.clone());
    time::after_func(Duration::from_micros(10), move || {
        m.update(|v| v + 1);
        tell.send(());
    });
    done.recv();
    n.get();
}

/// Each is waited for: by a group, by a channel, by one who is waited for.
fn waited() {
    run(|| {
        let (wg, done, ends) = (WaitGroup::new(), chan(0), chan::<()>(1));
        wg.go(|| {
            chan(1).send(1);
        });
        let tell = done.sender();
        go!(tell.send(()));
        let (end, last) = (ends.clone(), wg.clone());
        wg.add(1);
        go!({
            let own = end.clone();
            go!(own.close());
            end.recv();
            last.done();
        });
        done.recv();
        wg.wait();
    });
}

/// Nobody is waited for: one has ended when main has slept, one sends where there is room, and one makes no step at all.
fn slept() {
    run(|| {
        let c = chan(1);
        let d = c.clone();
        go!(d.send(1));
        go! {
            let _ = chan::<i32>(0).try_recv();
        }
        go!(());
        time::sleep(Duration::from_millis(50));
    });
}

/// More goroutines than clocks are kept for.
fn crowd() {
    run(|| {
        let n = Arc::new((Shared::new(0), Mutex::new(())));
        for _ in 0..20 {
            let wg = WaitGroup::new();
            for _ in 0..200 {
                let n = n.clone();
                wg.go(move || {
                    let _held = n.1.lock();
                    n.0.update(|v| v + 1);
                });
            }
            wg.wait();
        }
        assert_eq!(n.0.get(), 4000);
    });
}

/// Runs one of the programs in a process of its own.
fn child(name: &str, race: bool) -> Output {
    child_with(name, race.then_some("race=1"))
}

fn child_with(name: &str, godebug: Option<&str>) -> Output {
    let me = std::env::current_exe().expect("this binary");
    let mut c = Command::new(me);
    c.args(["program", "--exact", "--nocapture", "--test-threads=1"])
        .env("RACE_PROGRAM", name)
        .env_remove("GODEBUG");
    if let Some(godebug) = godebug {
        c.env("GODEBUG", godebug);
    }
    c.output().expect("it starts")
}

/// Not a test of its own: what a child runs.
#[test]
fn program() {
    if let Ok(name) = std::env::var("RACE_PROGRAM") {
        let (_, f) = PROGRAMS
            .iter()
            .find(|(n, _)| *n == name)
            .expect("a program");
        f();
    }
}

fn stderr(o: &Output) -> String {
    String::from_utf8_lossy(&o.stderr).into_owned()
}

#[test]
fn whom_nobody_waited_for_is_told_whether_he_has_ended_or_not() {
    let told = |name: &str| {
        let o = child_with(name, Some("unwaited=1"));
        let text = stderr(&o);
        assert!(o.status.success(), "{text}");
        let lines = text.lines().filter(|l| l.starts_with("not waited for: "));
        lines.map(str::to_string).collect::<Vec<_>>()
    };
    assert_eq!(told("waited"), [""; 0]);
    let slept = told("slept");
    assert_eq!(slept.len(), 3, "{slept:?}");
    assert!(
        slept[0].starts_with("not waited for: goroutine 2, created at runtime/tests/race.rs:"),
        "{slept:?}"
    );
}

#[test]
fn a_race_is_reported_as_go_reports_it() {
    let o = child("racy", true);
    let text = stderr(&o);
    assert_eq!(o.status.code(), Some(66), "{text}");
    let lines: Vec<&str> = text
        .lines()
        .skip_while(|l| *l != "==================")
        .collect();
    let want = [
        "==================",
        "WARNING: DATA RACE",
        "Read at 0x",
        "  race::racy::{{closure}}()",
        "      runtime/tests/race.rs:37",
        "",
        "Previous write at 0x",
        "  race::racy::{{closure}}::{{closure}}()",
        "      runtime/tests/race.rs:30",
        "",
        "Goroutine 2 (finished) created at:",
        "  race::racy::{{closure}}()",
        "      runtime/tests/race.rs:29",
        "==================",
    ];
    for (line, want) in lines.iter().zip(want) {
        assert!(line.starts_with(want), "{line:?} is not {want:?}\n{text}");
    }
    assert!(lines[2].ends_with(" by main goroutine:"), "{text}");
    assert!(lines[6].ends_with(" by goroutine 2:"), "{text}");
    let address = |l: &str| {
        l.split_once(" by ")
            .map(|(a, _)| a.rsplit(' ').next().map(str::to_string))
    };
    assert_eq!(address(lines[2]), address(lines[6]));
    // The second read is another place; a third report there is not.
    assert_eq!(text.matches("WARNING: DATA RACE").count(), 2, "{text}");
    assert!(text.ends_with("Found 2 data race(s)\n"), "{text}");
    assert!(String::from_utf8_lossy(&o.stdout).contains("it goes on"));
}

#[test]
fn a_send_and_a_close_that_nothing_orders_race() {
    let o = child("close", true);
    assert_eq!(o.status.code(), Some(66), "{}", stderr(&o));
    assert!(stderr(&o).contains("Write at 0x"), "{}", stderr(&o));
}

#[test]
fn a_panic_ends_with_its_own_exit_code() {
    let o = child("panics", true);
    let text = stderr(&o);
    assert_eq!(o.status.code(), Some(2), "{text}");
    assert!(text.contains("WARNING: DATA RACE"), "{text}");
    assert!(text.contains("panic: and then"), "{text}");
}

#[test]
fn programs_in_order_are_silent() {
    for name in ["ordered", "crowd"] {
        for _ in 0..3 {
            let o = child(name, true);
            assert!(o.status.success(), "{name}: {}", stderr(&o));
            assert!(!stderr(&o).contains("DATA RACE"), "{name}: {}", stderr(&o));
        }
    }
}

#[test]
fn without_the_setting_nobody_looks() {
    for (name, _) in PROGRAMS.iter().filter(|(n, _)| *n != "panics") {
        let o = child(name, false);
        assert!(o.status.success(), "{name}: {}", stderr(&o));
        assert!(!stderr(&o).contains("DATA RACE"), "{name}");
    }
}

mod limit;
