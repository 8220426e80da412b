//! `GOTOP=SOCKET`: what a program tells whoever looks at it, and that it never waits for him.

use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use goroutines::prelude::*;
use serde_json::Value;

mod limit;

/// More goroutines than Ps.
const HOGS: usize = 8;

/// Starts this binary's test anew, as the program that is looked at.
fn program(test: &str, socket: &Path) -> Child {
    Command::new(std::env::current_exe().expect("this test"))
        .args(["--exact", test, "--nocapture", "--test-threads=1"])
        .env("TOP_CHILD", "1")
        .env("GOTOP", socket)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts")
}

fn is_child() -> bool {
    std::env::var_os("TOP_CHILD").is_some()
}

/// The lines of the next runtime that connects, until its end.
fn lines(listener: &UnixListener) -> Vec<Value> {
    let (stream, _) = listener.accept().expect("it connects");
    BufReader::new(stream)
        .lines()
        .map_while(Result::ok)
        .map(|line| serde_json::from_str(&line).unwrap_or_else(|e| panic!("{e}: {line}")))
        .collect()
}

fn group<'a>(line: &'a Value, state: &str, why: &str) -> Option<&'a Value> {
    line["groups"]
        .as_array()?
        .iter()
        .find(|g| g["state"] == state && g["why"] == why)
}

fn sum(line: &Value, of: &str) -> u64 {
    let ps = line["ps"].as_array().expect("Ps");
    ps.iter().filter_map(|p| p[of].as_u64()).sum()
}

#[test]
fn goroutines_are_told_by_state_and_place_and_switches_by_number() {
    const TEST: &str = "goroutines_are_told_by_state_and_place_and_switches_by_number";
    if is_child() {
        Builder::new().procs(2).run(|| {
            let never = chan::<()>(0);
            for _ in 0..100 {
                let never = never.clone();
                go!(_ = never.recv());
            }
            // Two who talk: each turn inherits the slice of the one before.
            let (there, back) = (chan(0), chan(0));
            let (to, from) = (back.clone(), there.clone());
            go!(for n in &from {
                to.send(n);
            });
            let start = Instant::now();
            while start.elapsed() < Duration::from_millis(350) {
                there.send(1);
                back.recv();
            }
            time::sleep(Duration::from_millis(250));
        });
        return;
    }
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("top");
    let listener = UnixListener::bind(&path).expect("a socket");
    let mut child = program(TEST, &path);
    let all = lines(&listener);
    assert!(child.wait().expect("it ends").success());
    assert!(all.len() >= 4, "{} lines", all.len());
    for line in &all {
        assert_eq!((&line["gotop"], &line["procs"]), (&1.into(), &2.into()));
        assert_eq!(line["pid"], child.id());
        assert!(line["at_ms"].is_u64() && line["runtime"].is_u64(), "{line}");
        let of_groups: u64 = line["groups"]
            .as_array()
            .expect("groups")
            .iter()
            .filter_map(|g| g["n"].as_u64())
            .sum();
        assert_eq!(line["goroutines"], of_groups, "{line}");
        let ms = line["ms"].as_array().expect("Ms");
        assert_eq!(line["threads"], ms.len() + 1);
        assert!(ms.iter().all(|m| m["is"].is_string()), "{line}");
    }
    let last = all.last().expect("lines");
    assert_eq!(last["ended"], "main returned");
    assert!(all[..all.len() - 1].iter().all(|l| l["ended"].is_null()));
    let many = group(last, "waiting", "chan receive").unwrap_or_else(|| panic!("{last}"));
    assert_eq!(many["n"], 100, "{last}");
    let at = many["at"].as_str().expect("a place");
    assert!(at.contains("tests/top.rs:"), "{at}");
    assert!(
        many["longest_ms"].as_u64().expect("since when") > 300,
        "{last}"
    );
    // Counted for good, and those who inherit a slice too.
    let ran: Vec<u64> = all.iter().map(|line| sum(line, "ran")).collect();
    assert!(ran.is_sorted() && ran[ran.len() - 1] > 1_000, "{ran:?}");
    assert!(all.iter().any(|l| group(l, "waiting", "sleep").is_some()));
    assert!(all.iter().any(|l| l["timers"] == 1));
}

#[test]
fn steals_hand_offs_and_preemptions_are_counted() {
    const TEST: &str = "steals_hand_offs_and_preemptions_are_counted";
    if is_child() {
        Builder::new().procs(2).run(|| {
            let (wg, ran) = (WaitGroup::new(), Arc::new(AtomicUsize::new(0)));
            for _ in 0..HOGS {
                let ran = ran.clone();
                wg.go(move || {
                    runtime::syscall(|| std::thread::sleep(Duration::from_millis(20)));
                    // Until all have run: on two Ps that takes preemption.
                    ran.fetch_add(1, Ordering::SeqCst);
                    while ran.load(Ordering::SeqCst) < HOGS {
                        std::hint::spin_loop();
                    }
                });
            }
            wg.wait();
        });
        return;
    }
    let mut seen = [0; 3];
    // Who steals is a matter of luck: on a busy machine the second P may find all done.
    for _ in 0..20 {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("top");
        let listener = UnixListener::bind(&path).expect("a socket");
        let mut child = program(TEST, &path);
        let all = lines(&listener);
        assert!(child.wait().expect("it ends").success());
        let last = all.last().expect("lines");
        for (n, of) in seen.iter_mut().zip(["stolen", "handed_off", "preempted"]) {
            *n += sum(last, of);
        }
        if !seen.contains(&0) {
            return;
        }
    }
    panic!("stolen, handed off, preempted: {seen:?}");
}

#[test]
fn each_runtime_tells_for_itself_and_how_it_ended() {
    const TEST: &str = "each_runtime_tells_for_itself_and_how_it_ended";
    if is_child() {
        let alone = |main: fn()| _ = Builder::new().procs(1).try_run(main);
        alone(|| ());
        alone(|| panic!("boom"));
        alone(|| _ = chan::<()>(0).recv());
        return;
    }
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("top");
    let listener = UnixListener::bind(&path).expect("a socket");
    let mut child = program(TEST, &path);
    for how in ["main returned", "panic", "deadlock"] {
        let all = lines(&listener);
        assert_eq!(all.last().expect("a line")["ended"], how);
    }
    assert!(child.wait().expect("it ends").success());
}

#[test]
fn who_does_not_read_holds_nobody_up() {
    const TEST: &str = "who_does_not_read_holds_nobody_up";
    if is_child() {
        // Many Ps: lines are long, some 100 KB, and three of them fill a socket.
        Builder::new().procs(1000).run(|| {
            time::sleep(Duration::from_secs(1));
        });
        return;
    }
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("top");
    let listener = UnixListener::bind(&path).expect("a socket");
    let mut child = program(TEST, &path);
    let (stream, _) = listener.accept().expect("it connects");
    assert!(child.wait().expect("it ends").success());
    // What fitted is there, and whole lines but for the last.
    let mut got = String::new();
    BufReader::new(stream)
        .read_to_string(&mut got)
        .expect("text");
    let whole = got
        .lines()
        .filter(|l| serde_json::from_str::<Value>(l).is_ok());
    assert!(got.len() > 100_000 && whole.count() >= got.lines().count() - 1);
    // Nor does one who goes in the middle.
    let mut child = program(TEST, &path);
    let (stream, _) = listener.accept().expect("it connects");
    drop::<UnixStream>(stream);
    assert!(child.wait().expect("it ends").success());
}

#[test]
fn nobody_there_is_said_and_no_more() {
    const TEST: &str = "nobody_there_is_said_and_no_more";
    if is_child() {
        run(|| ());
        return;
    }
    let dir = tempfile::tempdir().expect("a folder");
    let mut child = program(TEST, &dir.path().join("nobody"));
    let mut said = String::new();
    let mut err = child.stderr.take().expect("a pipe");
    err.read_to_string(&mut said).expect("text");
    assert!(child.wait().expect("it ends").success(), "{said}");
    assert!(said.starts_with("GOTOP: nobody listens at "), "{said}");
}

/// This binary's test anew, as `role` of a tree of processes. GOTOP_PARENT names the caller.
fn again(test: &str, role: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this test"));
    command
        .args(["--exact", test, "--nocapture", "--test-threads=1"])
        .env("TOP_ROLE", role)
        .env("GOTOP_PARENT", std::process::id().to_string())
        .stderr(Stdio::null());
    command
}

fn role() -> Option<String> {
    std::env::var("TOP_ROLE").ok()
}

#[test]
fn who_was_started_to_be_looked_at_is_killed_when_its_starter_is() {
    const TEST: &str = "who_was_started_to_be_looked_at_is_killed_when_its_starter_is";
    match role().as_deref() {
        Some("starter") => {
            let program = again(TEST, "program").spawn();
            // Until somebody kills this one.
            _ = program.expect("it starts").wait();
            return;
        }
        Some(_) => return run(|| time::sleep(Duration::from_secs(3600))),
        None => {}
    }
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("top");
    let listener = UnixListener::bind(&path).expect("a socket");
    let starter = again(TEST, "starter")
        .env("GOTOP", &path)
        .stdout(Stdio::null())
        .spawn();
    let mut starter = starter.expect("it starts");
    let (stream, _) = listener.accept().expect("it connects");
    let mut lines = BufReader::new(stream).lines();
    let first = lines.next().expect("a line").expect("text");
    let first: Value = serde_json::from_str(&first).expect("JSON");
    assert_ne!(first["pid"], starter.id(), "the program, not its starter");
    starter.kill().expect("it is there");
    starter.wait().expect("it ends");
    // Else this would never end.
    let rest: Vec<String> = lines.map_while(Result::ok).collect();
    assert!(rest.iter().all(|line| !line.contains("\"ended\"")));
}

#[test]
#[allow(
    clippy::zombie_processes,
    reason = "the starter dies before its program, and that is the point"
)]
fn whose_starter_was_dead_before_it_began_does_not_begin() {
    const TEST: &str = "whose_starter_was_dead_before_it_began_does_not_begin";
    match role().as_deref() {
        Some("starter") => {
            again(TEST, "program").spawn().expect("it starts");
            return;
        }
        Some(_) => {
            let starter = std::env::var("GOTOP_PARENT").expect("it is set");
            let parent = || rustix::process::getppid().map(|p| p.as_raw_nonzero().to_string());
            while parent() == Some(starter.clone()) {
                std::thread::yield_now();
            }
            println!("alone");
            return run(|| println!("and begins"));
        }
        None => {}
    }
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("top");
    let said = || {
        let starter = again(TEST, "starter")
            .env("GOTOP", &path)
            .stdout(Stdio::piped())
            .spawn();
        let mut starter = starter.expect("it starts");
        let mut said = String::new();
        let mut out = starter.stdout.take().expect("a pipe");
        // Both have it.
        out.read_to_string(&mut said).expect("text");
        assert!(starter.wait().expect("it ends").success(), "{said}");
        said
    };
    // Somebody else listens: whoever he is, he has not gone.
    let listener = UnixListener::bind(&path).expect("a socket");
    let lives = said();
    assert!(
        lives.contains("alone\n") && lives.contains("and begins\n"),
        "{lives}"
    );
    drop(listener);
    let dies = said();
    assert!(
        dies.contains("alone\n") && !dies.contains("and begins"),
        "{dies}"
    );
}
