//! `gotour step`: printed through pipes, and walked through in a terminal.

use crate::book::{NAME, program, save, with_workbook};
use crate::desk::Desk;
use rustix::process::{Signal, kill_process};

/// The schedule in which exercise 1, as it is shipped, loses an update.
const TOKEN: &str = "G2x2.G3";

#[test]
fn through_a_pipe_all_steps_are_printed() {
    let desk = with_workbook();
    let ran = desk.run(&["step", NAME, TOKEN]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.out.contains("step 0 of "), "{}", ran.out);
    assert!(ran.out.contains("counter.n.get → 0"), "{}", ran.out);
    assert!(ran.out.contains("counter.n = 1"), "{}", ran.out);
    assert!(
        ran.out.contains("waits: sync.WaitGroup.Wait"),
        "{}",
        ran.out
    );
    assert!(
        ran.out.lines().all(|l| l.chars().count() < 100),
        "{}",
        ran.out
    );
    let json = desk.run(&["step", NAME, TOKEN, "--json"]).json();
    let steps = json["steps"].as_array().expect("steps").len();
    assert!(ran.out.contains(&format!("of {}:", steps - 1)), "{steps}");
    // A schedule under which a program is right is walked through as well.
    save(
        &desk,
        &program("let ch = chan(1); ch.send(7); println!(\"{:?}\", ch.recv());"),
    );
    let ran = desk.run(&["step", NAME, "G1"]);
    assert!(ran.out.contains("ch [7] 1 of 1"), "{}", ran.out);
    assert!(ran.out.contains("printed:\n  Some(7)"), "{}", ran.out);
    assert!(!ran.out.contains("race"), "{}", ran.out);
}

#[test]
fn whoever_has_a_lock_is_told_however_it_was_got() {
    let desk = with_workbook();
    save(
        &desk,
        &program(
            "let (rw, mu) = (std::sync::Arc::new(RWMutex::new(0)), Mutex::new(()));
             let tried = mu.try_lock();
             let wg = WaitGroup::new();
             for _ in 0..2 {
                 let rw = rw.clone();
                 wg.go(move || {
                     let seen = rw.read();
                     runtime::gosched();
                     drop(seen);
                     *rw.write() += 1;
                 });
             }
             wg.wait();
             drop(tried);",
        ),
    );
    let ran = desk.run(&["step", NAME, "G1"]);
    for part in [
        "mu held by G1",
        "rw read by G2, G3",
        "rw held by G2",
        "rw held by G3",
        "wg = 2",
    ] {
        assert!(ran.out.contains(part), "{part} in {}", ran.out);
    }
}

#[test]
fn who_waits_for_a_cond_waits_at_the_cond_and_an_unlock_is_at_no_lock() {
    let desk = with_workbook();
    save(
        &desk,
        &program(
            "let (mu, more) = (std::sync::Arc::new(Mutex::new(0)), std::sync::Arc::new(Cond::new()));
             let (theirs, tell) = (mu.clone(), more.clone());
             go! {
                 *theirs.lock() = 1;
                 tell.signal();
             }
             let mut n = mu.lock();
             while *n == 0 {
                 n = more.wait(n);
             }
             drop(n);
             let (ctx, cancel) = context::with_cancel(&context::background());
             let (below, _) = context::with_cancel(&ctx);
             cancel();
             println!(\"{:?}\", below.err());",
        ),
    );
    let ran = desk.run(&["step", NAME, "G1"]);
    for part in [
        "G1 mu.unlock, and waits: sync.Cond.Wait\n  ▶  14                  n = more.wait(n);",
        "G1 main waits: sync.Cond.Wait, more  :14",
        "G1 wakes at more",
        "G1 ctx.child",
        "G1 ctx.cancel\n  ▶  18 ",
    ] {
        assert!(ran.out.contains(part), "{part} in {}", ran.out);
    }
    // The lock was taken in line 12, and is given back behind the loop.
    let (_, last) = ran.out.rsplit_once("G1 mu.unlock\n").expect("a step");
    assert!(last.starts_with("  ▶  14 "), "{last}");
}

#[test]
fn a_long_schedule_says_which_step_it_is_and_what_is_left_out() {
    let desk = with_workbook();
    save(
        &desk,
        &program(
            "let n = Shared::new(0);
             for _ in 0..3000 { n.set(n.get() + 1); }
             println!(\"{}\", n.get());",
        ),
    );
    let ran = desk.run(&["step", NAME, "G1"]);
    let last = "step 6003 of 6003: G1 print, and ends";
    assert!(ran.out.contains(last), "{}", ran.out);
    let left_out = "step 5504 of 6003: (5,003 steps not kept) G1 ";
    assert!(ran.out.contains(left_out), "{}", ran.out);
}

#[test]
fn without_a_schedule_it_is_the_one_that_failed_last() {
    let desk = with_workbook();
    let usual = desk.run(&["step", NAME, "--json"]).json();
    let checked = desk.run(&["check", NAME, "--json"]);
    assert_eq!(checked.code, Some(1), "{checked:?}");
    let failed = desk.run(&["step", NAME, "--json"]).json();
    assert_ne!(failed["schedule"], usual["schedule"]);
}

#[test]
fn in_a_terminal_it_goes_forward_and_back() {
    let desk = with_workbook();
    let mut t = desk.terminal(80, 24, &["step", NAME, TOKEN]);
    t.wait_for("q leave");
    for panel in ["source", "printed", "goroutines", "objects", "q leave"] {
        assert!(t.screen().contains(panel), "{panel} in\n{}", t.screen());
    }
    t.send(" ");
    t.wait_for("step 1 of ");
    t.send("\u{1b}[C");
    t.wait_for("step 2 of ");
    t.send("\u{1b}[D");
    t.wait_for("step 1 of ");
    // To the next step of G2, and what it is about stands beside it.
    t.send("2");
    t.wait_until("G2's step", |s| {
        s.contains("▶G2") && !s.contains("step 1 of ")
    });
    t.send("G");
    t.wait_for("the end: ");
    t.wait_for("counter.n = 1");
    t.send("g");
    t.wait_for("step 0 of ");
    t.send("?");
    t.wait_for("on to the next switch");
    t.send("?");
    t.wait_until("the panels", |s| {
        s.contains("goroutines") && s.contains("objects")
    });
    t.resize(100, 30);
    t.wait_for("step 0 of ");
    t.send("n");
    t.wait_until("another step", |s| !s.contains("step 0 of "));
    t.send("q");
    let code = t.end();
    assert_eq!(code, 0, "{}", t.screen());
    assert!(t.is_as_before());
}

#[test]
fn objects_of_one_name_are_told_apart() {
    let desk = with_workbook();
    save(
        &desk,
        &program(
            "for i in 0..2 {
                 let ch = chan(1);
                 ch.send(i);
             }",
        ),
    );
    let ran = desk.run(&["step", NAME, "G1"]);
    for part in ["G1 ch#1.send 0", "G1 ch#2.send 1", "ch#1 [0] 1 of 1"] {
        assert!(ran.out.contains(part), "{part} in {}", ran.out);
    }
}

#[test]
fn who_wakes_in_a_select_says_at_which_channel_and_who_sleeps_waits_for_none() {
    let desk = with_workbook();
    save(
        &desk,
        &program(
            "let (a, b) = (chan(1), chan(0));
             a.send(7);
             select! { recv(a) => {}, recv(b) => {}, }
             let to = b.clone();
             go! {
                 to.send(8);
                 time::sleep(time::Duration::from_millis(1));
             }
             select! { recv(a) => {}, recv(b) => {}, }
             time::sleep(time::Duration::from_millis(5));",
        ),
    );
    let ran = desk.run(&["step", NAME, "G1"]);
    for part in [
        "G1 main waits: select  :",
        "G1 wakes at to → 8",
        "G2 waits: sleep  :",
        "G1 main waits: sleep  :",
    ] {
        assert!(ran.out.contains(part), "{part} in {}", ran.out);
    }
    assert!(!ran.out.contains("waits: sleep,"), "{}", ran.out);
}

#[test]
fn the_next_step_of_any_goroutine_is_found_by_its_number() {
    let desk = with_workbook();
    save(
        &desk,
        &program(
            "let wg = WaitGroup::new();
             for i in 0..12 { wg.go(move || { if i == 10 { panic!(\"twelve {}\", \"and more \".repeat(12)); } }); }
             wg.wait();",
        ),
    );
    let mut t = desk.terminal(80, 24, &["step", NAME, "G1"]);
    t.wait_for("step 0 of ");
    t.send("1");
    t.wait_for("on to G1: another digit, or Enter");
    t.send("\u{1b}");
    t.wait_for("q leave");
    t.send("12");
    t.wait_for("▶G12");
    assert!(!t.screen().contains("step 0 of "), "{}", t.screen());
    t.send("g1\r");
    t.wait_for("step 1 of ");
    t.send("2");
    t.wait_for("▶G2 ");
    // How it ended is there to its end.
    t.send("G");
    t.wait_for("the end: ");
    let all = t.screen().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        all.contains(&"and more ".repeat(12).trim_end().to_string()),
        "{all}"
    );
    t.send("q");
    assert_eq!(t.end(), 0);
}

#[test]
fn every_way_out_leaves_the_terminal_as_it_was() {
    let desk = with_workbook();
    for (key, code) in [("q", 0), ("\u{1b}", 0), ("\u{3}", 130)] {
        let mut t = desk.terminal(80, 24, &["step", NAME, TOKEN]);
        t.wait_for("step 0 of ");
        assert!(!t.is_as_before());
        t.send(key);
        assert_eq!(t.end(), code, "{key:?}");
        assert!(t.is_as_before(), "{key:?}");
    }
    let mut t = desk.terminal(80, 24, &["step", NAME, TOKEN]);
    t.wait_for("step 0 of ");
    kill_process(t.id(), Signal::TERM).unwrap();
    assert_eq!(t.end(), -Signal::TERM.as_raw());
    assert!(t.is_as_before());
}

#[test]
fn the_source_and_the_one_who_moves_are_always_in_view() {
    let desk = Desk::new();
    let mut t = desk.terminal(40, 10, &["step", "--level", "two-additions"]);
    t.wait_for("step 0 of ");
    t.wait_for("n switch");
    // The first row of the source: a line with its number.
    let is_source = |l: &str| l.chars().take(20).any(|c| c.is_ascii_digit());
    assert!(t.screen().lines().nth(3).is_some_and(is_source));
    for (key, who) in [("1", "▶G1"), ("2", "▶G2"), ("3", "▶G3")] {
        t.send(key);
        t.wait_for(who);
        let screen = t.screen();
        assert!(screen.lines().nth(3).is_some_and(is_source), "{screen}");
    }
    t.send("q");
    assert_eq!(t.end(), 0);
    // A step without a place of its own is where its goroutine was made.
    let ran = desk.run(&["step", "--level", "two-additions"]);
    let (_, begins) = ran.out.split_once("G3 begins\n").expect("a step");
    assert!(begins.starts_with("  ▶"), "{begins}");
    assert!(!begins.starts_with("  ▶G"), "{begins}");
}

#[test]
fn the_second_demo_of_a_name_is_found_with_its_lesson() {
    let desk = Desk::new();
    let list = desk.run(&["demo"]);
    assert!(list.out.contains("  7/hand-off "), "{}", list.out);
    let demo = desk.run(&["demo", "7/hand-off"]);
    assert!(demo.out.contains("The receiver comes first"), "{demo:?}");
    let first = desk.run(&["step", "hand-off"]);
    let second = desk.run(&["step", "7/hand-off"]);
    assert_eq!(second.code, Some(0), "{second:?}");
    assert!(second.out.contains("from.recv"), "{second:?}");
    assert_ne!(first.out, second.out);
    let top = desk.run(&["top", "7/hand-off"]);
    assert!(
        top.flat().contains("The receiver comes first")
            || top.err.contains("The receiver comes first"),
        "{top:?}"
    );
    for (args, says) in [
        (
            vec!["step", "8/hand-off"],
            "lesson 8 has no demo `hand-off`",
        ),
        (vec!["trace", "99/hand-off"], "there is no lesson 99"),
        (vec!["step", "two-job"], "did you mean `two-jobs`?"),
        (vec!["trace", "two-job"], "did you mean `two-jobs`?"),
        (vec!["top", "two-job"], "did you mean `two-jobs`?"),
        (
            vec!["trace", "nope"],
            "there is no exercise and no demo `nope`",
        ),
        (
            vec!["trace", "lost-update", "--program", "5"],
            "there is no program 5",
        ),
        (vec!["step", "1", "--program", "5"], "there is no program 5"),
        (
            vec!["step", "--machine", "1", "--program", "5"],
            "there is no program 5",
        ),
    ] {
        let ran = desk.run(&args);
        assert_eq!(ran.code, Some(2), "{args:?} {ran:?}");
        let said = ran.err.replace('\n', " ");
        assert!(said.contains(says), "{args:?} {said}");
    }
    assert!(!desk.path("workbook").exists(), "nothing is made for it");
}

#[test]
fn a_demo_is_walked_through() {
    let desk = Desk::new();
    // One that is about a schedule shows that schedule.
    let ran = desk.run(&["step", "--demo", "lost-update"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.out.contains("n.get → 0"), "{}", ran.out);
    assert!(ran.out.contains("let v = n.get();"), "{}", ran.out);
    assert!(ran.out.contains("which was not expected"), "{}", ran.out);
    assert!(!desk.path("workbook").exists(), "nothing is made for it");
    let right = desk
        .run(&["step", "--demo", "lost-update", "G1", "--json"])
        .json();
    assert_eq!(right["ending"], "it came to its end");
    let again = desk
        .run(&["step", "--demo", "lost-update", "G2x2.G3", "--json"])
        .json();
    assert_eq!(again["schedule"], "G2x2.G3");
    assert_ne!(again["ending"], right["ending"]);
    // One that runs several programs, and one that draws from a real runtime.
    let ran = desk.run(&["step", "who-waits"]);
    assert!(ran.err.contains("of 3 that the demo runs"), "{}", ran.err);
    let second = desk.run(&["step", "who-waits", "--program", "2"]);
    assert!(second.out.contains(" of 1"), "{}", second.out);
    assert_eq!(desk.run(&["step", "scenario-1"]).code, Some(0));
    let mut t = desk.terminal(80, 24, &["step", "who-waits"]);
    t.wait_for("demo who-waits");
    t.wait_for("q leave");
    t.send("G");
    t.wait_for("the end: it came to its end");
    t.send("q");
    assert_eq!(t.end(), 0);
    assert!(t.is_as_before());
}

#[test]
fn whatever_a_demo_runs_can_be_walked_through() {
    let desk = Desk::new();
    for (demo, shows) in [
        ("two-that-wait", "all goroutines are asleep"),
        ("last-words", "all goroutines are asleep"),
        ("range-ends", "waits: chan receive"),
        ("nil-closed-full", "send on closed channel"),
        ("none-ready", "waits: select"),
        ("deadlock-report", "account.lock"),
        // Their timelines are drawn of it.
        ("pipeline", "chan send"),
        ("in-turns", "lock.lock"),
        ("timeline", "sum.lock"),
        // What they are about, not the many plain runs beside it.
        ("race-report", "race"),
        ("again", "2 guests at the last table"),
    ] {
        let ran = desk.run(&["step", demo]);
        assert_eq!(ran.code, Some(0), "{demo} {ran:?}");
        assert!(ran.out.contains(shows), "{demo} {}", ran.out);
    }
    for demo in ["two-that-wait", "last-words", "deadlock-report"] {
        let ran = desk.run(&["trace", demo]);
        assert_eq!(ran.code, Some(0), "{demo} {ran:?}");
    }
}

#[test]
fn a_demo_that_cannot_be_walked_through_says_why() {
    let desk = Desk::new();
    for (args, says) in [
        (vec!["step", "memory-map", "G2.."], "is no schedule"),
        (
            vec!["step", "growing-stack"],
            "`gotour trace growing-stack`",
        ),
        (
            vec!["step", "rustc-refuses"],
            "nothing in the demo `rustc-refuses` can be stepped through; `gotour demo rustc-refuses`",
        ),
        (vec!["trace", "all-orders"], "`gotour step all-orders`"),
        (vec!["trace", "hchan"], "`gotour demo hchan`"),
        (
            vec!["step", "who-waits", "--program", "9"],
            "it has 3 programs",
        ),
        (
            vec!["step", "who-waits", "G2x2.G9"],
            "does not exist, waits or has ended",
        ),
        (vec!["step", "--demo", "no-such-demo"], "there is no demo"),
        (
            vec!["step", "--demo", "--level", "two-locks"],
            "cannot be used with",
        ),
    ] {
        let ran = desk.run(&args);
        assert_eq!(ran.code, Some(2), "{args:?} {ran:?}");
        assert!(
            ran.err.replace('\n', " ").contains(says),
            "{args:?} {ran:?}"
        );
        assert_eq!(ran.out, "", "{args:?}");
    }
}

#[test]
fn what_cannot_be_walked_through_is_said() {
    let desk = Desk::new();
    let ran = desk.run(&["step", NAME, "G2.."]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.err.contains("is no schedule"), "{ran:?}");
    assert!(!desk.path("workbook").exists(), "nothing is made for it");
    let ran = desk.run(&["step", "no-such-exercise"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
}
