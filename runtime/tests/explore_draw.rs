//! What people read: the tables, wide and narrow, with and without more than ASCII. The line numbers are this file's.

use goroutines::explore::{Failure, Kind, Options, Render, check, record_schedule};
use goroutines::prelude::*;
use goroutines::{println, semaphore, singleflight};
use std::sync::Arc;

fn lost_update() {
    let n = Shared::new(0);
    let wg = WaitGroup::new();
    for _ in 0..2 {
        let n = n.clone();
        wg.go(move || {
            let v = n.get();
            n.set(v + 1);
        });
    }
    wg.wait();
    println!("{}", n.get());
}

fn crossed_locks() {
    let a = Arc::new((Mutex::new(()), Mutex::new(())));
    let b = a.clone();
    go(move || {
        let _x = b.0.lock();
        let _y = b.1.lock();
    });
    let _y = a.1.lock();
    let _x = a.0.lock();
}

fn one_receive_for_three() {
    let ch = chan(0);
    for i in 0..3 {
        let ch = ch.clone();
        go(move || ch.send(i));
    }
    ch.recv();
}

fn nobody_orders() {
    let n = Shared::new(0);
    let m = n.clone();
    go(move || m.set(1));
    n.get();
}

fn failure(program: fn(), wanted: fn(&str) -> bool) -> Failure {
    let opts = Options::new().schedules(1000).expect(wanted);
    check(&opts, program).failure.expect("it fails")
}

fn body(f: &Failure) -> String {
    let text = f.to_string();
    let mut lines: Vec<&str> = text.lines().skip(1).collect();
    lines.truncate(lines.len() - 2);
    lines.join("\n")
}

#[test]
fn a_lost_update_is_a_table_with_what_overwrites_what() {
    let f = failure(lost_update, |o| o == "2\n");
    assert_eq!(f.message, "printed \"1\", which was not expected");
    assert_eq!(
        body(&f),
        "  shortest failing schedule: 1 preemption, 17 steps

  step  main                  G2 explore_draw.rs:13 G3 explore_draw.rs:13 n
   6    wg.wait ⏸        :18  ·                     ·                     0
   8    ·                     n.get → 0        :14  ·                     0
        ───────────────── G2 is preempted ──────────────────────────────
  10    ·                     ·                     n.get → 0        :14  0
  11    ·                     ·                     n.set 1          :15  1
  13    ·                     n.set 1          :15                        1   ← overwrites step 11
  16    n.get → 1        :19                                              1
  17    print \"1\"        :19                                              1

  14 │ let v = n.get();    G2 and G3 both read 0 here
  15 │ n.set(v + 1);       so what G3 wrote is lost"
    );
    for width in [99, 80, 72, 60, 40] {
        for line in f
            .story
            .table(&Render {
                width,
                ..Render::default()
            })
            .lines()
        {
            assert!(line.chars().count() <= width, "{width}: {line}");
        }
    }
}

#[test]
fn sixty_columns_of_ascii_are_a_list() {
    let f = failure(lost_update, |o| o == "2\n");
    let narrow = Render {
        width: 60,
        ascii: true,
        ..Render::default()
    };
    let table = f.story.table(&narrow);
    assert!(table.is_ascii(), "{table}");
    assert!(table.starts_with("  step  who   what"), "{table}");
    assert!(table.contains("-- G2 is preempted --"), "{table}");
    assert!(table.contains("G2    n.get -> 0"), "{table}");
    assert!(table.contains("main  wg.wait ||"), "{table}");
    assert_eq!(
        f.story.lanes(&narrow),
        "  main  ######........###
  G2          ##----##
  G3            ####
"
    );
}

#[test]
fn a_deadlock_says_who_holds_what_and_the_cycle() {
    let f = failure(crossed_locks, |_| true);
    assert_eq!(
        body(&f),
        "  shortest failing schedule: 1 preemption, 7 steps

  goroutine  waits for             at                  held by
  main       a.0: sync.Mutex.Lock  explore_draw.rs:30  G2, since explore_draw.rs:26
  G2         b.1: sync.Mutex.Lock  explore_draw.rs:27  main, since explore_draw.rs:29

  a cycle: main → G2 → main

  step  main                   G2 explore_draw.rs:25
   3    a.1.lock          :29  ·
        ───────────────── main is preempted ────────
   5    ·                      b.0.lock          :26
   6    ·                      b.1.lock ⏸        :27
   7    a.0.lock ⏸        :30  ·

  30 │ let _x = a.0.lock();    main waits here
  27 │ let _y = b.1.lock();    G2 waits here"
    );
}

#[test]
fn a_leak_names_the_channel_and_what_to_do() {
    let f = failure(one_receive_for_three, |_| true);
    let text = body(&f);
    assert!(text.contains("G3         ch: chan send  explore_draw.rs:37  nobody: main returned, G2 ended, G4 waits too"), "{text}");
    assert!(text.contains("ch is a channel without room, made at explore_draw.rs:34: 1 value was sent, 2 senders wait for\n"), "{text}");
    assert!(text.contains("Receive from it twice more"), "{text}");
    assert!(
        text.contains("37 │ go(move || ch.send(i));    G3 and G4 wait here"),
        "{text}"
    );
}

#[test]
fn a_race_has_both_sides_and_what_is_missing() {
    let f = failure(nobody_orders, |_| true);
    let text = body(&f);
    assert!(
        text.contains("main  reads n   explore_draw.rs:46  the program's first"),
        "{text}"
    );
    assert!(
        text.contains("G2    writes n  explore_draw.rs:45  started at explore_draw.rs:45"),
        "{text}"
    );
    assert!(text.contains("Nothing orders these two"), "{text}");
}

#[test]
fn a_race_names_the_edge_that_is_missing() {
    let told = |program: fn()| {
        let f = failure(program, |_| true);
        assert_eq!(f.kind, Kind::Race, "{f}");
        let words: Vec<String> = body(&f).split_whitespace().map(str::to_string).collect();
        words.join(" ")
    };
    let not_waited_for = told(|| {
        let n = Shared::new(0);
        let m = n.clone();
        go(move || m.set(1));
        time::sleep(time::Duration::from_secs(1));
        n.get();
    });
    assert!(
        not_waited_for.contains(
            "main started G2 at explore_draw.rs:183, and comes to n without waiting for it"
        ) && not_waited_for.contains("A sleep waits for the clock, and for nobody."),
        "{not_waited_for}"
    );
    let too_late = told(|| {
        let n = Shared::new(0);
        let (m, wg) = (n.clone(), WaitGroup::new());
        wg.go(move || assert!(m.get() < 2));
        n.set(1);
        wg.wait();
    });
    assert!(
        too_late.contains("when it has started G2 at explore_draw.rs:196 already")
            || too_late.contains("without waiting for it"),
        "{too_late}"
    );
    let one_lock = told(|| {
        let (n, mu) = (Shared::new(0), Arc::new(Mutex::new(())));
        let (m, lock) = (n.clone(), mu.clone());
        go(move || {
            let _held = lock.lock();
            m.set(1);
        });
        n.get();
    });
    assert!(
        one_lock.contains(
            "G2 has lock, and main has no lock: a lock keeps out only those who take it."
        ),
        "{one_lock}"
    );
    let two_locks = told(|| {
        let n = Shared::new(0);
        for _ in 0..2 {
            let n = n.clone();
            go(move || {
                let own = Mutex::new(());
                let _held = own.lock();
                n.set(1);
            });
        }
    });
    assert!(
        two_locks.contains("G2 has own and G3 has another one: two locks keep nobody out."),
        "{two_locks}"
    );
    let read_lock = told(|| {
        let (n, mu) = (Shared::new(0), Arc::new(RWMutex::new(())));
        for _ in 0..2 {
            let (n, mu) = (n.clone(), mu.clone());
            go(move || {
                let _held = mu.read();
                n.set(1);
            });
        }
    });
    assert!(
        read_lock.contains("Both have mu, but only to read"),
        "{read_lock}"
    );
    // One of the two has it, and to read: the other one's read lock would order nothing.
    fn one_reads(writes_inside: bool) {
        let (n, mu) = (Shared::new(0), Arc::new(RWMutex::new(())));
        let (m, lock) = (n.clone(), mu.clone());
        let touch = move |n: Shared<i32>, writes| if writes { n.set(1) } else { _ = n.get() };
        go(move || {
            let _held = lock.read();
            touch(m, writes_inside);
        });
        touch(n, !writes_inside);
    }
    let inside = told(|| one_reads(true));
    let says =
        "G2 has lock, but only to read, and main has no lock: whoever writes must lock it to";
    assert!(inside.contains(says), "{inside}");
    let outside = told(|| one_reads(false));
    assert!(
        outside.contains("Take it there too, to write."),
        "{outside}"
    );
    let buffered = told(|| {
        let (n, ch) = (Shared::new(0), chan(1));
        let (m, c) = (n.clone(), ch.clone());
        go(move || {
            m.set(1);
            c.recv();
        });
        ch.send(());
        n.get();
    });
    assert!(
        buffered.contains(
            "main sends on ch before and G2 receives from it after, but ch has room for 1"
        ),
        "{buffered}"
    );
    let siblings = told(|| {
        let n = Shared::new(0);
        for _ in 0..2 {
            let n = n.clone();
            go(move || n.set(1));
        }
    });
    assert!(siblings.contains("run side by side"), "{siblings}");
}

#[test]
fn a_schedule_is_drawn_for_a_lesson() {
    let token = "G2x2.G3".parse().expect("a token");
    let story = record_schedule(&token, lost_update);
    assert_eq!(story.output, "1\n");
    let table = story.table(&Render::default());
    assert!(table.contains("wg.done"), "{table}");
    assert!(table.contains("go G3"), "{table}");
}

mod limit;

/// The failure of a program that comes to no end, as text with its lines joined.
fn endless(f: impl Fn() + Send + Sync + 'static) -> String {
    let opts = Options::new().schedules(5).max_steps(3_000).races(false);
    let f = check(&opts, f).failure.expect("it comes to no end");
    assert_eq!(f.kind, Kind::StepLimit);
    let text = f.to_string();
    for line in text.lines() {
        assert!(line.chars().count() < 100, "{text}");
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn who_spins_where_and_for_what_is_told() {
    let here = |line: u32| format!("at runtime/tests/explore_draw.rs:{line}");
    let first = line!() + 2;
    let text = endless(|| {
        let ready = std::sync::Arc::new(sync::atomic::Bool::new(false));
        while !ready.load() {}
    });
    let part = format!(
        "main asks again and again {}: load, and nobody changes what it reads there any more",
        here(first + 1)
    );
    assert!(text.contains(&part), "{part:?} in {text}");
    let first = line!() + 2;
    let text = endless(|| {
        let n = Shared::new(0);
        let m = n.clone();
        go!(loop {
            m.set(1);
            goroutines::runtime::gosched();
        });
        while n.get() != 2 {
            goroutines::runtime::gosched();
        }
    });
    let part = format!(
        "main asks again and again {}: get of the variable made {}. Goroutine 2 changes it {}, but never to what main \
         waits for",
        here(first + 6),
        here(first),
        here(first + 3)
    );
    assert!(text.contains(&part), "{part:?} in {text}");
    let first = line!() + 4;
    let text = endless(|| {
        let ch = chan::<i32>(0);
        go!(_ = ch.recv());
        loop {
            goroutines::runtime::gosched();
        }
    });
    for part in [
        format!("main gives way again and again {}", here(first + 1)),
        format!(
            "goroutine 2 waits meanwhile: chan receive {}",
            here(first - 1)
        ),
    ] {
        assert!(text.contains(&part), "{part:?} in {text}");
    }
}

#[test]
fn where_the_clock_moves_because_all_only_ask_it_is_told() {
    let f = || {
        let due = time::after(time::Duration::from_secs(1));
        while due.try_recv().is_err() {}
        panic!("over");
    };
    let f = check(&Options::new().schedules(5), f).failure.unwrap();
    let text = f.to_string();
    assert!(
        text.contains("nobody gets anywhere, so the clock moves"),
        "{text}"
    );
    // Each step has its number, that of the clock too.
    assert_eq!(
        f.story.moments.last().unwrap().number,
        f.steps as u64,
        "{text}"
    );
}

#[test]
fn many_who_wait_alike_share_a_row() {
    // Two have locked each other out, and forty more come for the first lock.
    let f = failure(
        || {
            let m = Arc::new((Mutex::new(()), Mutex::new(())));
            let wg = WaitGroup::new();
            for i in 0..42 {
                let m = m.clone();
                wg.go(move || {
                    let _first = m.0.lock();
                    drop(_first);
                    match i {
                        40 => {
                            let _x = m.0.lock();
                            let _y = m.1.lock();
                        }
                        41 => {
                            let _y = m.1.lock();
                            let _x = m.0.lock();
                        }
                        _ => drop(m.0.lock()),
                    }
                });
            }
            wg.wait();
        },
        |_| true,
    );
    let text = body(&f);
    assert!(f.blocked.len() > 10, "{text}");
    assert!(text.lines().count() < 45, "{text}");
    let row = |who: &str| text.lines().position(|l| l.trim_start().starts_with(who));
    assert!(
        row("G42 ") < row("G2 ") && row("G43 ") < row("G2 "),
        "{text}"
    );
    assert!(text.contains("G2 and 39 more  m.0: "), "{text}");
    // The table of steps has where each of the two took its lock: in the line before.
    for b in f.blocked.iter().filter(|b| b.goroutine > 41) {
        let took = format!(":{}", b.at.line() - 1);
        let told = text
            .lines()
            .any(|l| l.contains("lock ") && l.contains(&took) && !l.contains("sync"));
        assert!(told, "{took} in {text}");
    }
}

#[test]
fn a_crowd_that_is_leaked_is_told_in_a_few_lines() {
    let f = failure(
        || {
            let ch = chan(0);
            for i in 0..60 {
                let ch = ch.clone();
                go!(ch.send(i));
            }
        },
        |_| true,
    );
    assert_eq!(f.blocked.len(), 60);
    assert!(f.message.ends_with("\nand 52 more"), "{}", f.message);
    let text = f.to_string();
    assert!(text.lines().count() < 55, "{text}");
    assert!(text.contains("and 55 more"), "{text}");
}

#[test]
fn who_has_selected_on_a_channel_has_used_it() {
    let f = failure(
        || {
            let done = chan(0);
            let tell = done.clone();
            go!({
                time::sleep(time::Duration::from_secs(2));
                tell.send(1);
            });
            select! {
                recv(done) => {}
                recv(time::after(time::Duration::from_secs(1))) => {}
            }
        },
        |_| true,
    );
    let text = body(&f);
    assert_eq!(f.kind, Kind::Leak);
    assert!(text.contains("nobody: main returned"), "{text}");
}

#[test]
fn what_is_said_of_a_long_schedule_counts_the_steps_that_are_left_out() {
    let says = |program: fn(), what: &str| {
        let opts = Options::new().schedules(1);
        let f = check(&opts, program).failure.expect("it fails");
        assert!(f.steps > 1_200, "{} steps", f.steps);
        let text = f.to_string();
        let words: Vec<&str> = text.split_whitespace().collect();
        assert!(words.join(" ").contains(what), "{what:?} is not in\n{text}");
        text
    };
    says(
        || {
            let wg = WaitGroup::new();
            wg.add(1_501);
            for _ in 0..1_500 {
                let wg = wg.clone();
                go(move || wg.done());
            }
            wg.wait();
        },
        "nobody: 1 done missing",
    );
    let leaked = || {
        let ch = chan(0);
        let out = ch.clone();
        go(move || (0..=1_800).for_each(|i| out.send(i)));
        for _ in 0..1_800 {
            ch.recv();
        }
    };
    says(leaked, "1800 values were sent, 1 sender waits for ever");
    let once_used = || {
        let (ch, other) = (chan(0), chan(0));
        let (out, too) = (ch.clone(), other.clone());
        let done = WaitGroup::new();
        done.go(move || {
            (0..600).for_each(|i| out.send(i));
            too.send(1);
            (0..1_500).for_each(|i| out.send(i));
        });
        assert_eq!((0..600).filter_map(|_| ch.recv()).count(), 600);
        other.recv();
        assert_eq!((0..1_500).filter_map(|_| ch.recv()).count(), 1_500);
        done.wait();
        other.recv();
    };
    says(once_used, "nobody: G2 ended");
    // Between two lines of the table lie more steps than are kept.
    let text = says(
        || {
            let ch = chan::<i32>(0);
            let n = sync::atomic::Int32::new(0);
            let late = ch.clone();
            go(move || assert_eq!(late.recv(), None));
            runtime::gosched();
            assert_eq!((0..1_700).map(|_| n.load()).sum::<i32>(), 0);
        },
        "waits for ever",
    );
    let skipped = text.lines().find_map(|l| l.trim().strip_prefix("… "));
    let skipped = skipped.and_then(|l| l.split(' ').next()?.parse::<u32>().ok());
    assert!(skipped.is_some_and(|n| n > 1_600), "{text}");
}

#[test]
fn a_value_that_did_not_go_out_is_not_counted() {
    let f = failure(
        || {
            let ch = chan(0);
            let out = ch.clone();
            assert!(ch.try_send(1).is_err());
            go(move || {
                select! { send(out, 2) => {}, recv(time::after(time::Duration::MAX)) => {} }
                out.send(3);
            });
            ch.recv();
        },
        |_| true,
    );
    let text = f.to_string();
    assert!(text.contains(": 1 sender waits for ever"), "{text}");
    let f = failure(
        || {
            let ch = chan(0);
            let out = ch.clone();
            assert!(ch.try_send(1).is_err());
            go(move || out.send(3));
        },
        |_| true,
    );
    let text = f.to_string();
    assert!(text.contains(": 0 values were sent, 1 sender"), "{text}");
}

/// What a report says, without its line breaks.
fn words(program: fn()) -> String {
    let f = failure(program, |_| true);
    f.to_string()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

#[test]
fn who_waits_for_a_semaphore_is_told_who_has_its_units() {
    let text = words(|| {
        let room = Arc::new(semaphore::Weighted::new(3));
        let nobody = context::background();
        room.acquire(&nobody, 1).expect("nobody cancels it");
        let wg = WaitGroup::new();
        let all = room.clone();
        wg.go(move || {
            all.acquire(&context::background(), 1).expect("as above");
            all.acquire(&context::background(), 2).expect("as above");
        });
        wg.wait();
    });
    assert!(text.contains("room: acquire 2 explore_draw.rs:"), "{text}");
    assert!(
        text.contains("main, who has 1; itself, who has 1"),
        "{text}"
    );
    assert!(!text.contains("none of its cases"), "{text}");
}

#[test]
fn a_context_that_nobody_cancels_is_told_so() {
    let text = words(|| {
        let (ctx, _cancel) = context::with_cancel(&context::background());
        go(move || assert_eq!(ctx.done().recv(), None));
    });
    let says = "nobody: its context was never cancelled";
    assert!(text.contains(says), "{text}");
    let made = "is closed when its context, made at explore_draw.rs:";
    assert!(text.contains(made), "{text}");
    assert!(!text.contains("cancel.rs"), "{text}");
}

#[test]
fn a_timer_from_which_nothing_comes_is_told_as_one() {
    const SECOND: time::Duration = time::Duration::from_secs(1);
    let stopped = words(|| {
        let ticker = Arc::new(time::Ticker::new(SECOND));
        let ticks = ticker.clone();
        go(move || for _ in &ticks.c {});
        time::sleep(3 * SECOND);
        ticker.stop();
    });
    let says = "nobody: main stopped its timer in step ";
    assert!(stopped.contains(says), "{stopped}");
    let says = "ticks.c is the channel of a timer, made at explore_draw.rs:";
    assert!(stopped.contains(says), "{stopped}");
    let taken = words(|| {
        let timer = Arc::new(time::Timer::new(SECOND));
        let other = timer.clone();
        go(move || {
            other.c.recv();
            if !other.stop() {
                other.c.recv();
            }
        });
        time::sleep(2 * SECOND);
    });
    let says = "nobody: its timer has fired, and does so once";
    assert!(taken.contains(says), "{taken}");
    let says = "one value comes each time it is set, and the last one is taken.";
    assert!(taken.contains(says), "{taken}");
    for text in [stopped, taken] {
        assert!(!text.contains("Close it"), "{text}");
    }
}

#[test]
fn a_select_with_a_default_is_told_where_it_stands() {
    let text = words(|| {
        let ch = chan(1);
        select! { send(ch, 1) => {}, default => {} }
        select! { send(ch, 1) => {}, default => {} }
        ch.send(2);
    });
    assert!(text.contains("ch.try_send 1 would bl"), "{text}");
    assert!(!text.contains("case.rs"), "{text}");
}

#[test]
fn a_select_that_finds_its_channel_closed_has_not_sent() {
    let text = words(|| {
        let (ch, never) = (chan::<i32>(1), chan::<()>(0));
        ch.close();
        select! { send(ch, 1) => {}, recv(never) => {} }
    });
    assert!(text.contains("select closed"), "{text}");
    assert!(!text.contains("select sent"), "{text}");
}

#[test]
fn a_mutex_that_a_condition_locks_again_keeps_its_name() {
    let text = words(|| {
        let both = Arc::new((Mutex::new(0), Cond::new()));
        let other = both.clone();
        go(move || {
            *other.0.lock() = 1;
            other.1.signal();
        });
        let mut n = both.0.lock();
        while *n == 0 {
            n = both.1.wait(n);
        }
        panic!("it is {}", *n);
    });
    assert!(text.contains("both.0.lock"), "{text}");
    assert!(!text.contains("both.1.lock"), "{text}");
    assert!(!text.contains("both.1.unlock"), "{text}");
}

#[test]
fn a_race_with_the_function_of_a_timer_says_what_it_is() {
    let text = words(|| {
        let n = Shared::new(0);
        let m = n.clone();
        let t = time::after_func(time::Duration::from_secs(1), move || m.set(1));
        time::sleep(time::Duration::from_secs(1));
        t.stop();
        n.set(2);
    });
    let says = "G2 is the function of the timer set at explore_draw.rs:";
    assert!(text.contains(says), "{text}");
    assert!(text.contains("t.stop → false"), "{text}");
}

#[test]
fn a_signal_that_came_too_early_is_told_with_its_step() {
    let text = words(|| {
        let both = Arc::new((Mutex::new(()), Cond::new()));
        both.1.signal();
        let _woken = both.1.wait(both.0.lock());
    });
    assert!(text.contains("main both.1: sync.Cond.Wait"), "{text}");
    assert!(
        text.contains("no other goroutine ever signalled it"),
        "{text}"
    );
    let text = words(|| {
        let both = Arc::new((Mutex::new(()), Cond::new()));
        let (other, wg) = (both.clone(), WaitGroup::new());
        wg.go(move || other.1.signal());
        wg.wait();
        let _woken = both.1.wait(both.0.lock());
    });
    assert!(
        text.contains("the signal of G2 came before, in step"),
        "{text}"
    );
}

#[test]
fn what_singleflight_does_stands_at_the_line_that_called_it() {
    let text = words(|| {
        let group = Arc::new(singleflight::Group::new());
        let (same, wg) = (group.clone(), WaitGroup::new());
        wg.go(move || assert_eq!(same.run("key", || 1).0, 1));
        let (v, _) = group.run("key", || 1);
        wg.wait();
        panic!("it is {v}");
    });
    assert!(text.contains("it is 1"), "{text}");
    assert!(!text.contains("singleflight.rs"), "{text}");
}
