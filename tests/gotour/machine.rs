//! The scheduler frame by frame: `gotour trace --frames` and `gotour step --machine`, printed and in a terminal.

use crate::book::{NAME, program, save, with_workbook};
use crate::desk::Desk;

/// Some who wait, give way, sleep and block.
const SOME: &str = "let ch = chan(0); let to = ch.clone();
    go!({ runtime::gosched(); to.send(1); });
    println!(\"{:?}\", ch.recv());
    time::sleep(std::time::Duration::from_millis(1));
    runtime::syscall(|| std::thread::sleep(std::time::Duration::from_millis(1)));";

#[test]
fn a_demo_is_printed_frame_by_frame() {
    let desk = Desk::new();
    let ran = desk.run(&["step", "--machine", "the-switch", "--program", "1"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.out.starts_with("frame 0 of "), "{}", ran.out);
    for part in [
        "makes G1",
        "P0  M0 runs G1",
        "next G4     queue G2 G3",
        "global queue: G1 G2",
        "chan receive: G4",
        "sync.WaitGroup.Wait: G1",
    ] {
        assert!(ran.out.contains(part), "{part:?} in {}", ran.out);
    }
    // In each frame something has changed.
    for frame in ran
        .out
        .split("\n\n")
        .skip(1)
        .filter(|f| f.starts_with("frame"))
    {
        assert!(frame.contains("\n ▶") || frame.contains(" ends"), "{frame}");
    }
    // The hand-off of a blocking call, for a reader and for a program.
    let ran = desk.run(&["trace", "hand-off", "--frames"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(
        ran.out.contains("is in a blocking call: its P is taken"),
        "{}",
        ran.out
    );
    assert!(
        ran.out
            .contains("  M0  in a blocking call with G4, without a P"),
        "{}",
        ran.out
    );
    // As the timeline has it.
    assert!(ran.out.contains(".rs:"), "{}", ran.out);
    assert!(!ran.out.contains("closure"), "{}", ran.out);
    let label = ran.out.split_once("makes G2 ").expect("it is made").1;
    let label = label.lines().next().unwrap_or_default();
    let line = desk.run(&["trace", "hand-off", "--json"]).json();
    let timeline = line["trace"].as_str().expect("a text");
    assert!(timeline.contains(&label[..12]), "{label} in {timeline}");
    let json = desk
        .run(&["step", "--machine", "hand-off", "--json"])
        .json();
    let frames = json["frames"].as_array().expect("frames");
    assert!(frames.len() > 10 && frames[0]["frame"] == 0, "{json}");
    assert!(
        frames[9]["machine"]
            .as_array()
            .is_some_and(|lines| lines.len() > 1)
    );
    assert!(!desk.path("workbook").exists());
}

#[test]
fn an_exercise_is_walked_through_in_a_terminal() {
    let desk = with_workbook().var("GOMAXPROCS", "1");
    save(&desk, &program(SOME));
    let ran = desk.run(&["step", NAME, "--machine"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    for part in [
        "; P0 has 1 timer, for ",
        "timers of P0: 1, the first at ",
        "sleep: G1 until ",
        "▶timers: none",
    ] {
        assert!(ran.out.contains(part), "{part:?} in {}", ran.out);
    }
    assert!(ran.out.contains("M0 in a call with G1"), "{}", ran.out);
    let mut t = desk.terminal(80, 24, &["step", "--machine", NAME]);
    // The last that is drawn.
    t.wait_for("q leave");
    for part in [
        "frame 0 of ",
        "exercise-1 lost-update",
        "the machine",
        "events: ",
        "q leave",
        " switches, 0 steals",
    ] {
        assert!(t.screen().contains(part), "{part:?} in\n{}", t.screen());
    }
    t.send("n");
    t.wait_for("▶P0  M0 runs G1");
    t.send("n");
    t.wait_for("M0 runs G2");
    t.send("N");
    t.wait_for("M0 runs G1");
    t.send("s");
    t.wait_for("no steal after this");
    t.send("P");
    t.wait_for("no preemption before this");
    t.send("2");
    t.wait_until("G2's event", |s| {
        s.contains(" G2 ") && !s.contains("no preemption")
    });
    t.send("G");
    t.wait_until("the end", |s| s.contains(" ends"));
    t.send("\u{1b}[D");
    t.send("g");
    t.wait_for("frame 0 of ");
    t.send("  ");
    t.wait_for("frame 2 of ");
    t.send("?");
    t.wait_for("hand-off of a blocking call");
    t.send("?");
    t.wait_for("the machine");
    t.resize(100, 40);
    t.wait_for("frame 2 of ");
    t.send("q");
    assert_eq!(t.end(), 0);
    assert!(t.is_as_before());
    let mut t = desk.terminal(60, 16, &["step", "--machine", NAME]);
    t.wait_for("frame 0 of ");
    t.send("\u{3}");
    assert_eq!(t.end(), 130);
    assert!(t.is_as_before());
}

#[test]
fn what_has_no_frames_is_said() {
    let desk = with_workbook();
    save(&desk, "fn main() {}");
    for (args, says) in [
        (&["step", "--machine", NAME][..], "left no trace"),
        (
            &["step", "--machine", "--demo", "lost-update"],
            "`gotour step lost-update`",
        ),
        (&["step", "--machine", "no-such-thing"], "no-such-thing"),
        (
            &["step", "--machine", "the-switch", "--program", "9"],
            "has no program 9",
        ),
        (&["step", "--machine", NAME, "G2x2"], "cannot be used with"),
        (&["step", "--program", "2"], "leave --program out"),
    ] {
        let ran = desk.run(args);
        assert_eq!(ran.code, Some(2), "{args:?}: {ran:?}");
        let said = ran.err.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains(says), "{args:?}: {said}");
    }
}
