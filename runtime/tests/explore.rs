//! Every kind of failure is found, shortened, repeated, and told; programs without mistakes pass.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use goroutines::explore::{Failure, Kind, Options, Report, Schedule, Strategy, check, replay};
use goroutines::prelude::*;
use goroutines::println;
use time::Duration;

fn lost_update() {
    let n = Shared::new(0);
    let wg = WaitGroup::new();
    for _ in 0..2 {
        wg.add(1);
        let (n, wg) = (n.clone(), wg.clone());
        go!({
            let v = n.get();
            n.set(v + 1);
            wg.done();
        });
    }
    wg.wait();
    println!("{}", n.get());
}

fn locked_update() {
    let n = Arc::new(Mutex::new(0));
    let wg = WaitGroup::new();
    for _ in 0..2 {
        wg.add(1);
        let (n, wg) = (n.clone(), wg.clone());
        go!({
            *n.lock() += 1;
            wg.done();
        });
    }
    wg.wait();
    println!("{}", n.lock());
}

fn crossed_locks() {
    let a = Arc::new((Mutex::new(()), Mutex::new(())));
    let b = a.clone();
    let wg = WaitGroup::new();
    wg.go(move || {
        let _x = b.0.lock();
        let _y = b.1.lock();
    });
    {
        let _y = a.1.lock();
        let _x = a.0.lock();
    }
    wg.wait();
}

fn forgotten_receiver() {
    let ch = chan(0);
    for i in 0..3 {
        let ch = ch.clone();
        go!(ch.send(i));
    }
    ch.recv();
}

fn close_before_send() {
    let ch = chan(1);
    let out = ch.clone();
    go!(out.send(1));
    ch.close();
}

fn unlock_twice() {
    let m = sync::raw::Mutex::new();
    m.lock();
    m.unlock();
    m.unlock();
}

fn racy() {
    let n = Shared::new(0);
    let m = n.clone();
    let done = chan(1);
    let tell = done.clone();
    go!({
        m.set(1);
        tell.send(());
    });
    n.set(2);
    done.recv();
}

fn spins_for_ever() {
    let stop = Shared::new(false);
    while !stop.get() {
        runtime::gosched();
    }
}

fn sleeps_instead_of_waiting() {
    let n = Arc::new(sync::raw::Mutex::new());
    let v = Shared::new(0);
    let (m, w) = (n.clone(), v.clone());
    go!({
        m.lock();
        w.set(1);
        m.unlock();
    });
    time::sleep(Duration::from_millis(10));
    n.lock();
    println!("{}", v.get());
    n.unlock();
}

fn opts() -> Options {
    Options::new().schedules(2000)
}

fn failure(r: Report) -> Failure {
    r.failure.expect("this program fails")
}

#[test]
fn a_lost_update_is_found_and_shown_with_one_preemption() {
    let r = check(&opts().expect(|o| o == "2\n"), lost_update);
    assert!(r.exhausted && r.ran < 2000);
    assert!(r.failed > 5 && r.failed < r.ran, "{r}");
    let f = failure(r);
    assert_eq!((f.kind, f.preemptions), (Kind::Output, 1));
    assert_eq!(f.output, "1\n");
    assert_eq!(f.schedule.to_string(), "G2x2.G3");
}

#[test]
fn a_deadlock_names_all_who_wait() {
    let f = failure(check(&opts(), crossed_locks));
    assert_eq!((f.kind, f.preemptions), (Kind::Deadlock, 1), "{f}");
    let who: Vec<_> = f
        .blocked
        .iter()
        .map(|b| (b.goroutine, b.reason.as_str()))
        .collect();
    assert_eq!(who, [(1, "sync.Mutex.Lock"), (2, "sync.Mutex.Lock")]);
    assert!(
        f.blocked
            .iter()
            .all(|b| b.at.file().ends_with("explore.rs"))
    );
    assert_eq!(f.message, "all goroutines are asleep - deadlock!");
}

#[test]
fn a_leak_is_exact() {
    let r = check(&opts(), forgotten_receiver);
    assert_eq!(r.failed, r.ran);
    let f = failure(r);
    assert_eq!((f.kind, f.preemptions), (Kind::Leak, 0));
    let who: Vec<_> = f
        .blocked
        .iter()
        .map(|b| (b.goroutine, b.reason.as_str()))
        .collect();
    assert_eq!(who, [(3, "chan send"), (4, "chan send")]);
    assert!(
        check(&opts().leaks(false), forgotten_receiver)
            .failure
            .is_none()
    );
}

#[test]
fn a_panic_has_its_text() {
    let f = failure(check(&opts().leaks(false), close_before_send));
    assert_eq!(f.kind, Kind::Panic);
    assert_eq!(f.message, "send on closed channel");
    assert_eq!(f.preemptions, 0);
}

#[test]
fn a_fatal_error_has_its_text() {
    let f = failure(check(&opts(), unlock_twice));
    assert_eq!(
        (f.kind, f.message.as_str()),
        (Kind::Fatal, "sync: unlock of unlocked mutex")
    );
    assert_eq!(f.schedule.to_string(), "G1");
}

#[test]
fn a_race_is_found_though_nothing_else_fails() {
    let f = failure(check(&opts(), racy));
    assert_eq!(f.kind, Kind::Race, "{f}");
    assert!(f.message.contains("writes at"), "{}", f.message);
    assert!(check(&opts().races(false), racy).failure.is_none());
}

#[test]
fn no_progress_is_a_verdict() {
    let f = failure(check(&opts().max_steps(500), spins_for_ever));
    assert_eq!((f.kind, f.steps), (Kind::StepLimit, 500));
}

#[test]
fn a_timer_may_win_against_ready_work() {
    let f = failure(check(
        &opts().expect(|o| o == "1\n"),
        sleeps_instead_of_waiting,
    ));
    assert_eq!(f.kind, Kind::Output);
    assert_eq!(f.output, "0\n");
    assert!(f.schedule.to_string().contains('T'), "{}", f.schedule);
}

#[test]
fn the_clock_moves_only_when_all_wait() {
    let sleepers = || {
        let start = time::now();
        let wg = WaitGroup::new();
        for hours in 1..3 {
            wg.go(move || time::sleep(Duration::from_secs(hours * 3600)));
        }
        wg.wait();
        let took = time::since(start);
        println!("{}", took.as_secs());
        assert!(took >= Duration::from_secs(7200));
    };
    let usual = Options::new().schedules(1).expect(|o| o == "7200\n");
    check(&usual.strategy(Strategy::Pct { depth: 1 }), sleepers).assert_passed();
    // It may also move while somebody can run: then a sleep begins late.
    let r = check(&opts().strategy(Strategy::Exhaustive), sleepers);
    r.assert_passed();
    assert!(r.exhausted);
}

#[test]
fn every_interleaving_is_counted_once() {
    for (n, want) in [(1, 2), (2, 6), (3, 20), (4, 70), (5, 252)] {
        let opts = Options::new()
            .schedules(1_000_000)
            .strategy(Strategy::Exhaustive);
        let r = check(&opts, move || {
            let m = Arc::new(Mutex::new(0));
            let other = m.clone();
            go!({
                for _ in 0..n {
                    *other.lock() += 1;
                }
            });
            for _ in 0..n {
                *m.lock() += 1;
            }
        });
        assert!(r.exhausted && r.failure.is_none(), "{r}");
        assert_eq!(r.distinct, want);
    }
}

#[test]
fn how_they_are_waited_for_is_no_difference() {
    for (n, want) in [(1, 2), (2, 6), (3, 20), (4, 70), (5, 252)] {
        let all = Options::new()
            .schedules(1_000_000)
            .strategy(Strategy::Exhaustive);
        let r = check(&all, move || {
            let m = Arc::new(Mutex::new(0));
            let wg = WaitGroup::new();
            for _ in 0..2 {
                let m = m.clone();
                wg.go(move || {
                    for _ in 0..n {
                        *m.lock() += 1;
                    }
                });
            }
            wg.wait();
            assert_eq!(*m.lock(), 2 * n);
        });
        assert!(r.exhausted && r.failure.is_none(), "{r}");
        assert_eq!(r.distinct, want);
    }
    // Three, each added before it is started.
    let all = opts().strategy(Strategy::Exhaustive);
    let r = check(&all, || {
        let n = Arc::new(sync::atomic::Int64::new(0));
        let wg = WaitGroup::new();
        for _ in 0..3 {
            wg.add(1);
            let (n, wg) = (n.clone(), wg.clone());
            go!({
                n.add(1);
                wg.done();
            });
        }
        wg.wait();
    });
    assert_eq!((r.exhausted, r.distinct), (true, 6), "{r}");
}

#[test]
fn readers_are_one_interleaving() {
    for n in 1..=3 {
        let all = opts().strategy(Strategy::Exhaustive);
        let r = check(&all, move || {
            let m = Arc::new(RWMutex::new(0));
            for _ in 0..n {
                let m = m.clone();
                go!({
                    for _ in 0..2 {
                        assert_eq!(*m.read(), 0);
                    }
                });
            }
        });
        assert!(r.exhausted && r.failure.is_none(), "{r}");
        assert_eq!(r.distinct, 1, "{n} readers");
    }
}

#[test]
fn writers_are_as_many_as_with_a_mutex() {
    for (n, want) in [(1, 2), (2, 6), (3, 20), (4, 70), (5, 252)] {
        let all = opts().schedules(100_000).strategy(Strategy::Exhaustive);
        let r = check(&all, move || {
            let m = Arc::new(RWMutex::new(0));
            let other = m.clone();
            go!({
                for _ in 0..n {
                    *other.write() += 1;
                }
            });
            for _ in 0..n {
                *m.write() += 1;
            }
        });
        assert!(r.exhausted && r.failure.is_none(), "{r}");
        assert_eq!(r.distinct, want);
    }
}

#[test]
fn a_writer_comes_before_among_or_after_readers() {
    // Each reader has left when the writer comes, or is inside and is waited for, or comes after it.
    for (readers, want) in [(1, 3), (2, 9)] {
        let all = opts().schedules(100_000).strategy(Strategy::Exhaustive);
        let r = check(&all, move || {
            let m = Arc::new(RWMutex::new(0));
            let writer = m.clone();
            go!({
                *writer.write() += 1;
            });
            for _ in 0..readers {
                let m = m.clone();
                go!({
                    let _ = *m.read();
                });
            }
        });
        assert!(r.exhausted && r.failure.is_none(), "{r}");
        assert_eq!(r.distinct, want, "{readers} readers");
    }
}

/// How many interleavings there are of goroutines that do this, each with its number.
fn interleavings(of: u64, work: impl Fn(u64) + Copy + Send + Sync + 'static) -> usize {
    let all = opts().schedules(100_000).strategy(Strategy::Exhaustive);
    let r = check(&all, move || {
        let wg = WaitGroup::new();
        (0..of).for_each(|i| wg.go(move || work(i)));
        wg.wait();
    });
    assert!(r.exhausted && r.failure.is_none(), "{r}");
    r.distinct
}

#[test]
fn contexts_that_nobody_shares_are_one_interleaving() {
    let found = interleavings(3, |_| {
        let (ctx, cancel) = context::with_cancel(&context::background());
        let (below, _stop) = context::with_cancel(&ctx);
        assert_eq!(below.err(), None);
        cancel();
        assert!(below.err().is_some());
    });
    assert_eq!(found, 1);
}

#[test]
fn who_asks_a_context_is_before_or_after_who_cancels_it() {
    for (askers, want) in [(1, 2), (2, 4), (3, 8)] {
        let all = opts().schedules(100_000).strategy(Strategy::Exhaustive);
        let r = check(&all, move || {
            let (ctx, cancel) = context::with_cancel(&context::background());
            for _ in 0..askers {
                let ctx = ctx.clone();
                go!({
                    let _ = ctx.err();
                });
            }
            go!(cancel());
        });
        assert!(r.exhausted && r.failure.is_none(), "{r}");
        assert_eq!(r.distinct, want, "{askers} who ask");
    }
}

#[test]
fn a_groups_error_may_be_of_who_came_second() {
    let r = check(&opts(), || {
        let n = Arc::new(sync::atomic::Int64::new(0));
        let group = goroutines::errgroup::Group::new();
        for _ in 0..2 {
            let n = n.clone();
            group.go(move || Err(n.add(1).to_string().into()));
        }
        assert_eq!(group.wait().unwrap_err().to_string(), "1");
    });
    assert_eq!(r.failure.expect("one of them is late").kind, Kind::Panic);
}

#[test]
fn in_which_order_sleepers_lie_down_is_no_difference() {
    let moment = time::Duration::from_millis(1);
    // All before the clock moves; or the second one after it has.
    assert_eq!(interleavings(1, move |_| time::sleep(moment)), 1);
    assert_eq!(interleavings(2, move |_| time::sleep(moment)), 3);
}

#[test]
fn what_comes_after_a_timer_is_tried_before_what_was_there() {
    // The second time round it takes its locks while the other one has one of them: if the clock is early, and it was
    // not told to stop.
    let program = || {
        let m = Arc::new((Mutex::new(()), Mutex::new(())));
        let stop = chan::<()>(0);
        let (n, told) = (m.clone(), stop.clone());
        go!({
            for _ in 0..2 {
                if told.try_recv().is_ok() {
                    return;
                }
                let first = n.0.lock();
                let _second = n.1.lock();
                drop(first);
                time::sleep(Duration::from_millis(1));
            }
        });
        go!({
            let _second = m.1.lock();
            let _first = m.0.lock();
        });
        go!(stop.close());
    };
    let f = failure(check(&opts().strategy(Strategy::Exhaustive), program));
    assert_eq!(f.kind, Kind::Deadlock, "{f}");
}

#[test]
fn a_depth_beyond_all_steps_is_as_good_as_all() {
    let all = Strategy::Pct { depth: usize::MAX };
    let f = failure(check(&opts().strategy(all), crossed_locks));
    assert_eq!(f.kind, Kind::Deadlock);
}

#[test]
fn what_stays_from_schedule_to_schedule_is_said_to() {
    static CALLS: AtomicUsize = AtomicUsize::new(0);
    let f = failure(check(&opts(), || {
        assert_eq!(CALLS.fetch_add(1, Ordering::SeqCst), 0, "called again");
    }));
    assert_eq!(f.kind, Kind::Nondeterminism, "{f}");
    assert!(f.message.contains("went well"), "{}", f.message);
}

#[test]
fn who_waits_for_what_nobody_sends_is_told_soon() {
    use std::io::Read as _;
    let r = check(&Options::new().schedules(5), || {
        let (mut r, w) = goroutines::io::pipe().expect("a pipe");
        let hold = chan::<()>(0);
        go(move || {
            hold.recv();
            drop(w);
        });
        let _ = r.read(&mut [0]);
    });
    let f = failure(r);
    assert_eq!(f.kind, Kind::Deadlock, "{f}");
    let who: Vec<_> = f.blocked.iter().map(|b| b.reason.as_str()).collect();
    assert_eq!(who, ["IO wait", "chan receive"]);
    // Whoever comes late is waited for.
    check(&Options::new().schedules(20), || {
        let (mut r, w) = goroutines::io::pipe().expect("a pipe");
        go(move || {
            time::sleep(Duration::from_secs(3600));
            drop(w);
        });
        assert_eq!(r.read(&mut [0]).expect("its end"), 0);
    })
    .assert_passed();
}

fn programs() -> Vec<(&'static str, fn())> {
    vec![
        ("lost update", lost_update),
        ("crossed locks", crossed_locks),
        ("forgotten receiver", forgotten_receiver),
        ("close before send", close_before_send),
        ("unlock twice", unlock_twice),
        ("racy", racy),
        ("sleeps", sleeps_instead_of_waiting),
    ]
}

#[test]
fn what_is_found_fails_again_every_time() {
    for (name, program) in programs() {
        let o = opts().expect(|o| o != "1\n");
        let f = failure(check(&o, program));
        let token: Schedule = f
            .schedule
            .to_string()
            .parse()
            .expect("a token is read back");
        assert_eq!(token, f.schedule, "{name}");
        assert!(f.schedule.to_string().len() <= 40, "{name}: {}", f.schedule);
        if f.kind == Kind::Output {
            continue;
        }
        for _ in 0..100 {
            assert_eq!(failure(replay(&token, program)), f, "{name}");
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_report() {
    for (name, program) in programs() {
        let o = Options::new().schedules(100).seed(7).expect(|o| o != "1\n");
        let first = check(&o, program);
        for _ in 0..100 {
            let again = check(&o, program);
            assert_eq!(again, first, "{name}");
            assert_eq!(again.to_string(), first.to_string(), "{name}");
        }
    }
}

#[test]
fn checks_stand_side_by_side_and_inside_one_another() {
    let want = check(&opts().expect(|o| o == "2\n"), lost_update);
    std::thread::scope(|s| {
        for _ in 0..4 {
            s.spawn(|| {
                for _ in 0..5 {
                    assert_eq!(check(&opts().expect(|o| o == "2\n"), lost_update), want);
                }
            });
        }
    });
    let inner = want.clone();
    check(&Options::new().schedules(5), move || {
        assert_eq!(check(&opts().expect(|o| o == "2\n"), lost_update), inner);
        println!("and the outer one goes on");
    })
    .assert_passed();
    run(move || assert_eq!(check(&opts().expect(|o| o == "2\n"), lost_update), want));
}

#[test]
fn what_depends_on_more_than_the_schedule_is_said_to() {
    let calls = Arc::new(AtomicUsize::new(0));
    let f = failure(check(&opts(), move || {
        let n = calls.fetch_add(1, Ordering::SeqCst);
        assert!(n != 40, "the forty-first time");
    }));
    assert_eq!(f.kind, Kind::Nondeterminism);
    assert!(f.message.contains("static"), "{}", f.message);
}

#[test]
fn a_schedule_that_cannot_be_followed_is_said_to() {
    let token: Schedule = "G2.G9x3".parse().expect("a token");
    let f = failure(replay(&token, locked_update));
    assert_eq!(f.kind, Kind::Nondeterminism);
    assert!(f.message.contains("goroutine 9"), "{}", f.message);
}

#[test]
fn programs_without_mistakes_pass() {
    check(&opts().expect(|o| o == "2\n"), locked_update).assert_passed();
    check(&opts().expect(|o| o == "6\n"), || {
        let ch = chan(1);
        let wg = WaitGroup::new();
        for i in 1..=3 {
            let ch = ch.clone();
            wg.go(move || ch.send(i));
        }
        let (all, out) = (wg.clone(), ch.clone());
        go!({
            all.wait();
            out.close();
        });
        println!("{}", (&ch).into_iter().sum::<i32>());
    })
    .assert_passed();
}

#[test]
fn who_wakes_in_its_own_turn_is_repeated() {
    let program = || {
        let n = Shared::new(0);
        let wg = WaitGroup::new();
        for id in 1..=3 {
            let n = n.clone();
            wg.go(move || {
                time::sleep(Duration::from_millis(50 * id));
                n.set(0);
                for _ in 0..id {
                    n.set(n.get() + 1);
                }
                println!("{id} {}", n.get());
            });
        }
        wg.wait();
    };
    let right = |o: &str| {
        o.lines()
            .all(|l| l.split_once(' ').is_some_and(|(id, n)| id == n))
    };
    for seed in 1..=24 {
        let f = failure(check(
            &Options::new().schedules(400).seed(seed).expect(right),
            program,
        ));
        assert!(
            matches!(f.kind, Kind::Output | Kind::Race),
            "seed {seed}: {f}"
        );
    }
}

#[test]
fn gosched_promises_nothing() {
    let program = || {
        go!({ println!("a") });
        for _ in 0..1000 {
            runtime::gosched();
        }
    };
    let right = |o: &str| o == "a\n";
    let f = failure(check(
        &Options::new().schedules(1000).expect(right),
        program,
    ));
    assert_eq!((f.kind, f.output.as_str()), (Kind::Output, ""));
    // It is a schedule that can be repeated, and a short word for it.
    let again = replay(&f.schedule, program);
    assert_eq!(again.failure.as_ref(), Some(&f));
    let typed: Schedule = f.schedule.to_string().parse().expect("it is short");
    assert!(
        replay(&typed, program).failure.is_none(),
        "nothing is expected"
    );
}

#[test]
fn spinning_does_not_keep_others_from_their_turn() {
    for strategy in [
        Strategy::Portfolio,
        Strategy::Random,
        Strategy::Pct { depth: 1 },
        Strategy::Pct { depth: 3 },
    ] {
        let o = opts().schedules(500).max_steps(2_000).strategy(strategy);
        check(&o, || {
            let ch = chan(1);
            let out = ch.clone();
            go!(out.send(1));
            while ch.try_recv().is_err() {}
        })
        .assert_passed();
        check(&o, || {
            let m = Arc::new(Mutex::new(0));
            let other = m.clone();
            go!(*other.lock() += 1);
            loop {
                runtime::gosched();
                if *m.lock() == 1 {
                    break;
                }
            }
        })
        .assert_passed();
    }
}

#[test]
fn one_schedule_is_one() {
    assert_eq!(check(&opts().schedules(1), lost_update).ran, 1);
}

#[test]
fn what_is_printed_after_main_is_not_output() {
    let o = opts().expect(|o| o == "main\n" || o == "other\nmain\n");
    check(&o, || {
        go!(println!("other"));
        println!("main");
    })
    .assert_passed();
}

static COUNTED: Mutex<i32> = Mutex::new(0);

#[test]
fn a_static_lock_held_at_the_end_is_free_in_the_next_schedule() {
    let f = check(&opts().schedules(50).leaks(false), || {
        let held = COUNTED.lock();
        go!({
            let _ = COUNTED.lock();
        });
        runtime::gosched();
        std::mem::forget(held);
    });
    f.assert_passed();
}

#[test]
fn a_thousand_goroutines_are_no_trouble() {
    let o = Options::new().schedules(30);
    check(&o, || {
        let ch = chan(0);
        for i in 0..1000 {
            let ch = ch.clone();
            go(move || ch.send(i));
        }
        assert_eq!((0..1000).filter_map(|_| ch.recv()).sum::<i32>(), 499_500);
    })
    .assert_passed();
}

#[test]
fn a_judge_that_panics_leaves_nothing_behind() {
    let caught = std::panic::catch_unwind(|| {
        let o = opts().expect(|_| panic!("no opinion"));
        check(&o, locked_update)
    });
    assert!(caught.is_err());
    check(&opts(), locked_update).assert_passed();
}

#[test]
fn goexit_of_main_waits_for_the_others_and_is_a_deadlock() {
    let f = failure(check(&opts().schedules(50), || {
        go(|| {});
        runtime::goexit();
    }));
    assert_eq!(f.kind, Kind::Deadlock);
    assert_eq!(
        f.message,
        "no goroutines (main called runtime.Goexit) - deadlock!"
    );
    assert!(f.blocked.is_empty());
}

#[test]
fn a_recovered_panic_is_no_failure_and_its_deferred_blocks_run() {
    check(&opts().expect(|o| o == "deferred\nrecovered\n"), || {
        let caught = std::panic::catch_unwind(|| {
            defer! { println!("deferred") }
            panic!("caught");
        });
        assert!(caught.is_err());
        println!("recovered");
    })
    .assert_passed();
}

#[test]
fn a_wake_up_from_a_thread_outside_does_no_harm() {
    let o = Options::new().schedules(200).leaks(false);
    let r = check(&o, || {
        let ch = chan(1);
        let out = ch.clone();
        let t = std::thread::spawn(move || out.send(1));
        go(move || {
            ch.recv();
        });
        runtime::gosched();
        t.join().expect("it sent");
    });
    // Threads are not controlled, so what is found may differ; that nothing breaks is what is tested.
    assert!(r.ran > 0);
}

#[test]
fn an_unordered_add_and_wait_is_a_race() {
    let f = failure(check(&opts(), || {
        let wg = WaitGroup::new();
        let hold = chan(0);
        let (group, go_on) = (wg.clone(), hold.clone());
        wg.add(1);
        let first = wg.clone();
        go(move || {
            go_on.recv();
            first.done();
        });
        let (second, third) = (wg.clone(), chan(1));
        let tell = third.clone();
        go(move || {
            group.wait();
            tell.send(());
        });
        go(move || {
            second.add(1);
            second.done();
        });
        hold.send(());
        third.recv();
    }));
    assert!(matches!(f.kind, Kind::Race | Kind::Panic), "{f}");
}

#[test]
fn a_send_and_a_close_that_nothing_orders_race() {
    // The one that receives and the buffer make every schedule end well; the order is luck all the same.
    let r = check(&opts(), || {
        let ch = chan(1);
        let out = ch.clone();
        let done = chan(1);
        let tell = done.clone();
        go(move || {
            let sent = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| out.send(1)));
            drop(sent);
            tell.send(());
        });
        ch.close();
        done.recv();
    });
    assert_eq!(failure(r).kind, Kind::Race);
}

mod limit;
