//! What a trace is written as, read again: by Go's own reader, by a JSON reader, and tag by tag.

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use goroutines::net;
use goroutines::prelude::*;
use goroutines::trace::{Sink, Trace};

mod limit;

fn traced(procs: usize, main: impl FnOnce()) -> Trace {
    let sink = Sink::new();
    let builder = Builder::new().procs(procs).trace(sink.clone());
    // A deadlock is something to look at, too.
    let _ = builder.try_run(main);
    sink.take()
}

fn sleep(micros: u64) {
    std::thread::sleep(Duration::from_micros(micros));
}

/// Programs that have all kinds of events between them.
fn programs() -> Vec<(&'static str, Trace)> {
    vec![
        ("nothing", traced(1, || ())),
        (
            "ping-pong",
            traced(2, || {
                let (a, b) = (chan(0), chan(0));
                let (to, from) = (b.clone(), a.clone());
                go!(for v in &from {
                    to.send(v);
                });
                for i in 0..100 {
                    a.send(i);
                    b.recv();
                }
                a.close();
            }),
        ),
        (
            "fork and join",
            traced(4, || {
                let wg = WaitGroup::new();
                for _ in 0..200 {
                    wg.go(runtime::gosched);
                }
                wg.wait();
            }),
        ),
        (
            "announced calls",
            traced(2, || {
                let wg = WaitGroup::new();
                for _ in 0..10 {
                    wg.go(|| {
                        for _ in 0..5 {
                            runtime::syscall(|| sleep(300));
                        }
                    });
                }
                wg.wait();
            }),
        ),
        (
            "unannounced calls",
            traced(1, || {
                let wg = WaitGroup::new();
                for _ in 0..4 {
                    wg.go(|| {
                        sleep(5000);
                        runtime::gosched();
                        sleep(5000);
                    });
                }
                wg.wait();
            }),
        ),
        (
            "preempted",
            traced(1, || {
                let begun = Arc::new(AtomicUsize::new(0));
                let wg = WaitGroup::new();
                for _ in 0..3 {
                    let begun = begun.clone();
                    wg.go(move || {
                        // None of them goes on before all have begun.
                        begun.fetch_add(1, Ordering::SeqCst);
                        while begun.load(Ordering::SeqCst) < 3 {
                            std::hint::spin_loop();
                        }
                    });
                }
                wg.wait();
            }),
        ),
        (
            "timers and select",
            traced(2, || {
                let ch = chan::<i32>(0);
                for _ in 0..5 {
                    select! {
                        recv(ch) -> _v => {},
                        recv(time::after(Duration::from_micros(200))) -> _t => {},
                    }
                }
            }),
        ),
        (
            "locked to a thread",
            traced(2, || {
                runtime::lock_os_thread();
                let ch = chan(0);
                let to = ch.clone();
                go!(for i in 0..20 {
                    to.send(i);
                });
                for _ in 0..20 {
                    ch.recv();
                }
                runtime::unlock_os_thread();
            }),
        ),
        (
            "sockets",
            traced(2, || {
                let listener = net::TcpListener::bind("127.0.0.1:0").expect("a port");
                let at = listener.local_addr().expect("its address");
                let wg = WaitGroup::new();
                wg.go(move || {
                    let (mut conn, _) = listener.accept().expect("a client");
                    std::io::copy(&mut conn.try_clone().expect("a clone"), &mut conn)
                        .expect("it echoes");
                });
                let mut conn = net::TcpStream::connect(at).expect("a server");
                std::io::Write::write_all(&mut conn, b"hello").expect("it is written");
                conn.shutdown(std::net::Shutdown::Write)
                    .expect("it is shut");
                let mut back = Vec::new();
                std::io::Read::read_to_end(&mut conn, &mut back).expect("it comes back");
                assert_eq!(back, b"hello");
                wg.wait();
            }),
        ),
        (
            "a deadlock",
            traced(2, || {
                let ch = chan::<i32>(0);
                let other = ch.clone();
                go!({
                    other.recv();
                });
                ch.recv();
            }),
        ),
    ]
}

/// A `go` on the path; `.ci/run` puts it there and sets `GOTOUR_ASK_GO`: then there must be one.
fn go_is_here() -> bool {
    let here = Command::new("go").arg("version").output();
    let here = here.is_ok_and(|out| out.status.success());
    assert!(
        here || std::env::var_os("GOTOUR_ASK_GO").is_none(),
        "there is no go on the path"
    );
    here
}

#[test]
fn go_tool_trace_reads_every_one() {
    if !go_is_here() {
        eprintln!("left out: there is no go on the path");
        return;
    }
    let dir = tempfile::tempdir().expect("a folder");
    for (name, trace) in programs() {
        let path = dir.path().join("trace");
        std::fs::write(&path, trace.go()).expect("the file is written");
        let out = Command::new("go")
            .args(["tool", "trace", "-d=parsed"])
            .arg(&path)
            .output()
            .expect("go runs");
        let said = String::from_utf8_lossy(&out.stdout);
        let complaint = String::from_utf8_lossy(&out.stderr);
        let last: Vec<&str> = said.lines().rev().take(12).collect();
        assert!(
            out.status.success() && complaint.is_empty(),
            "{name}: {complaint}{last:#?}"
        );
        // main at least was made, and ran.
        assert!(said.contains("GoID=1 Runnable->Running"), "{name}: {said}");
        assert!(
            name == "a deadlock" || said.contains("GoID=1 Running->NotExist"),
            "{name}"
        );
    }
}

#[test]
fn what_perfetto_opens_is_json_whose_slices_fit_their_rows() {
    for (name, trace) in programs() {
        let json: serde_json::Value =
            serde_json::from_str(&trace.perfetto()).unwrap_or_else(|e| panic!("{name}: {e}"));
        let events = json["traceEvents"].as_array().expect("a list");
        let mut open: std::collections::HashMap<(u64, u64), f64> = Default::default();
        let mut slices: Vec<(u64, u64, f64, f64)> = Vec::new();
        for e in events {
            let phase = e["ph"].as_str().expect("each has a phase");
            assert!(["M", "X", "s", "f", "i"].contains(&phase), "{name}: {e}");
            assert!(e["name"].is_string() && e["pid"].is_u64(), "{name}: {e}");
            if phase == "X" {
                let number = |key: &str| e[key].as_f64().expect("a number");
                slices.push((
                    e["pid"].as_u64().expect("a number"),
                    e["tid"].as_u64().expect("a number"),
                    number("ts"),
                    number("dur"),
                ));
            }
        }
        slices.sort_by(|a, b| a.2.total_cmp(&b.2));
        for (pid, tid, from, long) in slices {
            let end = open.entry((pid, tid)).or_insert(0.0);
            // Half a nanosecond: they are decimal fractions.
            assert!(
                from >= *end - 0.0005,
                "{name}: two slices at once in {pid}/{tid}"
            );
            *end = from + long;
        }
    }
}

/// Whatever stands between two tags, a name with `<` in it must not make one.
fn each_tag_is_closed(name: &str, svg: &str) {
    let mut open = Vec::new();
    for piece in svg.split('<').skip(1) {
        let (tag, _) = piece
            .split_once('>')
            .unwrap_or_else(|| panic!("{name}: {piece}"));
        let what = tag.trim_start_matches('/').split([' ', '/']).next();
        if tag.starts_with('/') {
            assert_eq!(open.pop(), what, "{name}: {tag}");
        } else if !tag.ends_with('/') {
            open.push(what.unwrap_or_default());
        }
    }
    assert!(
        open.is_empty() && svg.ends_with("</svg>\n"),
        "{name}: {open:?}"
    );
}

#[test]
fn pictures_and_pages_are_whole() {
    for (name, trace) in programs() {
        let svg = trace.svg();
        each_tag_is_closed(name, &svg);
        let html = trace.html();
        let from = html.find("type=\"application/json\">").expect("data") + 24;
        let to = from + html[from..].find("</script>").expect("an end");
        let data: serde_json::Value =
            serde_json::from_str(&html[from..to]).unwrap_or_else(|e| panic!("{name}: {e}"));
        let gs = data["gs"].as_array().expect("goroutines").len();
        assert_eq!(gs, data["spans"].as_array().expect("spans").len(), "{name}");
        assert!(
            !html.contains("http://") && !html.contains("https://"),
            "no network"
        );
        assert!(trace.schedtrace().lines().all(|l| l.starts_with("SCHED ")));
        let wide = trace.ascii().lines().map(|l| l.chars().count()).max();
        assert!(wide <= Some(100), "{name}: {wide:?}");
    }
}

#[test]
fn a_program_that_is_not_changed_leaves_its_trace() {
    const CHILD: &str = "TRACE_CHILD";
    const TEST: &str = "a_program_that_is_not_changed_leaves_its_trace";
    match std::env::var(CHILD).as_deref() {
        Ok("well") => return run(runtime::gosched),
        Ok(_) => return run(|| chan::<()>(0).recv().unwrap_or_default()),
        Err(_) => {}
    }
    let dir = tempfile::tempdir().expect("a folder");
    for (how, code) in [("well", 0), ("deadlock", 2)] {
        for (ending, begins) in [
            ("txt", "    "),
            ("svg", "<svg "),
            ("html", "<!doctype html>"),
            ("json", "{\"displayTimeUnit\""),
            ("sched", "SCHED 0ms: "),
            ("trace", "go 1.25 trace"),
        ] {
            let path = dir.path().join(format!("{how}.{ending}"));
            let out = Command::new(std::env::current_exe().expect("the test binary"))
                .args(["--exact", TEST, "--nocapture"])
                .env(CHILD, how)
                .env("GOTRACE", &path)
                .output()
                .expect("it starts again");
            assert_eq!(out.status.code(), Some(code), "{how} {ending}: {out:?}");
            let bytes = std::fs::read(&path).expect("the file is there");
            assert!(bytes.starts_with(begins.as_bytes()), "{how} {ending}");
        }
    }
}
