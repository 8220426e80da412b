//! `gotour top`: printed through pipes, on the screen of a terminal, and where there is nothing to look at.

use crate::book::{NAME, program, save, with_workbook};
use crate::desk::Desk;
use rustix::process::{Pid, Signal, kill_process};

/// A hundred who wait, two who talk without end, and a word on each stream.
fn busy() -> String {
    program(
        "println!(\"I am {}\", std::process::id());
        std::eprintln!(\"on the other stream\");
        let never = chan::<()>(0);
        for _ in 0..100 {
            let never = never.clone();
            go!(_ = never.recv());
        }
        let (there, back) = (chan(0), chan(0));
        let (to, from) = (back.clone(), there.clone());
        go!(for n in &from { to.send(n); });
        loop {
            for _ in 0..200 {
                there.send(1);
                back.recv();
            }
            time::sleep(std::time::Duration::from_millis(2));
        }",
    )
}

/// Whether a process is there and no zombie.
fn lives(pid: i32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"));
    stat.is_ok_and(|s| !s.contains(") Z "))
}

fn wait_until_gone(pid: i32) {
    let until = std::time::Instant::now() + std::time::Duration::from_secs(10);
    while lives(pid) {
        assert!(
            std::time::Instant::now() < until,
            "the program is left behind"
        );
        std::thread::yield_now();
    }
}

fn pid_in(text: &str) -> i32 {
    let after = text.split("I am ").nth(1).expect("it says its number");
    let digits: String = after.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().expect("a number")
}

#[test]
fn through_a_pipe_moments_are_printed() {
    let desk = with_workbook();
    save(&desk, &busy());
    let ran = desk.run(&["top", NAME, "--once"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    for part in [
        "exercise-1 lost-update after ",
        "102 goroutines  ",
        " switches, ",
        "P0 ",
        "how many  state         longest  place",
        "    100  chan receive  ",
        "exercises/lost-update.rs:",
        "was ended by gotour after ",
    ] {
        assert!(ran.out.contains(part), "{part:?} in {}", ran.out);
    }
    assert!(
        ran.out.lines().all(|l| l.chars().count() <= 80),
        "{}",
        ran.out
    );
    // Those who talk switch thousands of times a second, however slow the machine.
    let line = ran.out.lines().nth(2).expect("how fast it goes");
    let switches = line.split_whitespace().nth(2).expect("a number");
    assert!(switches.contains(','), "{line}");
    // What the program prints is not among it.
    assert!(ran.err.contains("I am ") && ran.err.contains("on the other stream"));
    assert!(!ran.out.contains("I am "), "{}", ran.out);
    assert!(!lives(pid_in(&ran.err)));
    let json = desk.run(&["top", "--json", "--for", "2.5", NAME]);
    assert_eq!(json.code, Some(0), "{json:?}");
    let lines: Vec<serde_json::Value> = json
        .out
        .lines()
        .map(|l| serde_json::from_str(l).unwrap_or_else(|e| panic!("{e}: {l}")))
        .collect();
    // Two whole seconds, the end of the time, and how it ended.
    assert!((2..=4).contains(&lines.len()), "{}", lines.len());
    assert_eq!(lines[0]["goroutines"], 102, "{json:?}");
    assert!(lines[0]["a_second"]["switches"].as_f64() > Some(1000.0));
    let last = lines.last().expect("lines");
    assert_eq!(last["exit_code"], serde_json::Value::Null, "{last}");
    assert!(
        last["how"]
            .as_str()
            .is_some_and(|how| how.contains("ended by gotour"))
    );
}

#[test]
fn how_a_program_ends_is_said_also_if_it_does_at_once() {
    let desk = with_workbook();
    save(
        &desk,
        &program("let never = chan::<()>(0); go!(_ = never.recv()); runtime::gosched();"),
    );
    let ran = desk.run(&["top", NAME]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.out.contains("2 goroutines  "), "{}", ran.out);
    assert!(
        ran.flat().contains(
            "ended with exit code 0 after 0.0 s; when main returned there were 1 other goroutine"
        ),
        "{ran:?}"
    );
    // A crash leaves its last moment, too; its text is the program's own.
    save(&desk, &program("chan::<()>(0).recv();"));
    let ran = desk.run(&["top", NAME]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.out.contains("ended with exit code 2"), "{ran:?}");
    assert!(ran.out.contains("1  chan receive"), "{ran:?}");
    assert!(ran.err.contains("all goroutines are asleep"), "{ran:?}");
    // By its path, with what it is given: gotour's own options stand before it, or the program's after `--`.
    save(
        &desk,
        &program("println!(\"given {:?}\", std::env::args().skip(1).collect::<Vec<_>>());"),
    );
    assert_eq!(desk.run(&["run", NAME]).code, Some(0));
    let path = "workbook/target/gotour/debug/lost-update";
    let ran = desk.run(&["top", path, "one", "--two", "--json"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(
        ran.err.contains("given [\"one\", \"--two\", \"--json\"]"),
        "{ran:?}"
    );
    assert!(
        ran.out.contains("lost-update ended with exit code 0"),
        "{ran:?}"
    );
    let ran = desk.run(&["top", path, "--json", "--", "--json"]);
    assert!(ran.err.contains("given [\"--json\"]"), "{ran:?}");
    assert!(ran.out.starts_with('{'), "{ran:?}");
}

#[test]
fn a_demo_is_looked_at_by_its_name() {
    let desk = Desk::new();
    let ran = desk.run(&["top", "fork-and-join"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(
        ran.out
            .contains("demo fork-and-join ended with exit code 0"),
        "{ran:?}"
    );
    let ran = desk.run(&["top", "lost-update", "--demo"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    let said = ran.err.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("ran no goroutine"), "{ran:?}");
    assert!(!desk.path("workbook").exists());
    // What it prints is wrapped for the terminal, and not for the pipe that it goes through.
    let mut t = desk.terminal(60, 24, &["top", "told-and-gone"]);
    assert_eq!(t.end(), 0, "{}", t.screen());
    let screen = t.screen();
    let line = "their own, all children of one. It is cancelled. How many";
    assert!(screen.lines().any(|l| l.trim_end() == line), "{screen}");
}

#[test]
fn what_cannot_be_looked_at_is_said_in_a_sentence() {
    let desk = Desk::new();
    for (args, code, says) in [
        (
            &["top", "/bin/true"][..],
            2,
            "true ended with exit code 0 after 0.0 s and ran no goroutine; it does not call",
        ),
        (
            &["top", "--for", "0.3", "/bin/sleep", "100"],
            2,
            "sleep had run no goroutine after 0.3 s, and was ended",
        ),
        (
            &["top", "./nothing-there"],
            2,
            "there is no program ./nothing-there",
        ),
        (
            &["top", "lost-updat"],
            2,
            "did you mean `lost-update`? Or give the path of a program",
        ),
        (&["top", "/etc/passwd"], 2, "could not start passwd"),
        (
            &["top", "--for", "-1", "/bin/true"],
            2,
            "--for takes a number of seconds",
        ),
        (
            &["top", "--for", "1e30", "/bin/true"],
            2,
            "--for takes at most 1,000,000 seconds",
        ),
        (&["top", "--for", "soon", "/bin/true"], 2, "soon"),
        (&["top", "/bin"], 2, "/bin is a folder, and no program"),
        (&["top"], 2, "PROGRAM"),
    ] {
        let ran = desk.run(args);
        assert_eq!(ran.code, Some(code), "{args:?}: {ran:?}");
        let said = ran.err.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains(says), "{args:?}: {said}");
        assert!(!desk.path("workbook").exists(), "{args:?}");
    }
}

#[test]
fn on_the_screen_it_is_sorted_found_and_held() {
    let desk = with_workbook();
    save(&desk, &busy());
    let mut t = desk.terminal(80, 24, &["top", NAME]);
    t.wait_for("goroutines, by how many");
    t.wait_for("on the other stream");
    t.wait_for("100  chan receive");
    for part in [
        "switches",
        "Ps and threads",
        "P0 ",
        "printed",
        "q leave",
        "102 goroutines",
    ] {
        assert!(t.screen().contains(part), "{part} in\n{}", t.screen());
    }
    // The sparkline moves.
    t.wait_until("some switches", |s| {
        s.contains("switches ▁") || s.contains('█')
    });
    t.send("s");
    t.wait_for("by how long");
    t.send("sss");
    t.wait_for("by how many");
    t.send("/runn");
    t.wait_for("/runn_");
    t.wait_until("those who wait are not shown", |s| {
        !s.contains("100  chan receive")
    });
    t.send("\r");
    t.wait_until("typed", |s| s.contains("/runn") && !s.contains("/runn_"));
    t.send("\u{1b}");
    t.wait_for("100  chan receive");
    t.send("p");
    t.wait_for("standing still");
    t.send("p");
    t.wait_until("it goes on", |s| !s.contains("standing still"));
    t.send("?");
    t.wait_for("another order");
    t.send("x");
    t.wait_for("by how many");
    t.resize(60, 16);
    t.wait_until("a small one", |s| {
        s.contains("q leave") || s.contains("? keys")
    });
    t.resize(120, 40);
    // The small screen had no room for it.
    t.wait_for("I am ");
    let pid = pid_in(&t.screen());
    t.send("q");
    assert_eq!(t.end(), 0, "{}", t.screen());
    assert!(t.is_as_before());
    assert!(!lives(pid), "the program is left behind");
    // What it printed, and what became of it, is read afterwards.
    let left = t.screen();
    assert!(
        left.contains("I am ") && left.contains("on the other stream"),
        "{left}"
    );
    assert!(left.contains("was ended by gotour"), "{left}");
}

#[test]
fn every_way_out_ends_both_and_leaves_the_terminal_as_it_was() {
    let desk = with_workbook();
    save(&desk, &busy());
    let enter = || {
        let t = desk.terminal(80, 24, &["top", NAME]);
        t.wait_for("on the other stream");
        let pid = pid_in(&t.screen());
        assert!(lives(pid) && !t.is_as_before());
        (t, pid)
    };
    for (key, code) in [("\u{1b}", 0), ("\u{3}", 130)] {
        let (mut t, pid) = enter();
        t.send(key);
        assert_eq!(t.end(), code, "{key:?}");
        assert!(t.is_as_before() && !lives(pid), "{key:?}");
    }
    let (mut t, pid) = enter();
    kill_process(t.id(), Signal::TERM).expect("it is there");
    assert_eq!(t.end(), -Signal::TERM.as_raw());
    assert!(t.is_as_before());
    wait_until_gone(pid);
    // Where gotour is killed it can do nothing; the program dies all the same.
    let (mut t, pid) = enter();
    kill_process(t.id(), Signal::KILL).expect("it is there");
    assert_eq!(t.end(), -Signal::KILL.as_raw());
    wait_until_gone(pid);
    // A program that is stopped tells nothing; that is said.
    let (mut t, pid) = enter();
    let program = Pid::from_raw(pid).expect("a number");
    kill_process(program, Signal::STOP).expect("it is there");
    t.wait_for("no news for ");
    kill_process(program, Signal::CONT).expect("it is there");
    t.wait_until("it goes on", |s| !s.contains("no news for "));
    // It ends by itself: so does the screen.
    kill_process(program, Signal::KILL).expect("it is there");
    assert_eq!(t.end(), 0);
    assert!(t.is_as_before());
    assert!(
        t.screen().contains("was ended by signal 9 after"),
        "{}",
        t.screen()
    );
}

#[test]
fn a_plain_terminal_gets_a_plain_screen() {
    let desk = with_workbook().var("LANG", "C").var("NO_COLOR", "1");
    save(&desk, &busy());
    let mut t = desk.terminal(60, 20, &["top", NAME]);
    t.wait_for("goroutines, by how many");
    t.wait_for("on the other stream");
    assert!(t.screen().is_ascii(), "{}", t.screen());
    t.send("q");
    assert_eq!(t.end(), 0);
    let colours = String::from_utf8_lossy(&t.bytes()).contains("\u{1b}[33m");
    assert!(!colours);
    // Where the cursor cannot be moved, moments are printed.
    let desk = desk.var("TERM", "dumb");
    let mut t = desk.terminal(80, 24, &["top", "--for", "1.5", NAME]);
    t.wait_for("was ended by gotour");
    assert_eq!(t.end(), 0);
}
