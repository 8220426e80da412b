//! Pipes, files, and that a runtime that used descriptors leaves none.

mod limit;

use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::time::Duration;

use goroutines::net::{TcpListener, TcpStream};
use goroutines::prelude::*;
use goroutines::{Crash, explore, io, os};

/// Other tests of a binary would be counted too: everything that opens descriptors stands in this one test.
#[test]
fn pipes_files_and_what_is_left() {
    let threads = count("task");
    a_pipe_waits_on_both_ends();
    ends_and_deadlines_of_pipes();
    files_are_read_written_and_sought();
    without_descriptors_calls_fail_and_later_work();
    nothing_is_left(threads);
    nothing_is_left_in_other_hands();
    nothing_is_left_by_schedules();
}

fn count(what: &str) -> usize {
    std::fs::read_dir(format!("/proc/self/{what}"))
        .expect("Linux")
        .count()
}

fn a_pipe_waits_on_both_ends() {
    for procs in [1, 2] {
        Builder::new()
            .procs(procs)
            .try_run(|| {
                let (mut r, mut w) = io::pipe().expect("descriptors");
                go!({
                    for i in 0..300_u32 {
                        w.write_all(&[i as u8; 1000]).expect("open");
                    }
                });
                let mut all = Vec::new();
                r.read_to_end(&mut all).expect("open");
                assert_eq!(all.len(), 300_000);
            })
            .expect("no crash");
    }
}

fn ends_and_deadlines_of_pipes() {
    Builder::new()
        .try_run(|| {
            let (r, mut w) = io::pipe().expect("descriptors");
            r.set_read_deadline(Some(time::now() + Duration::from_millis(2)))
                .expect("open");
            let e = (&r).read(&mut [0]).expect_err("a deadline");
            assert_eq!(e.kind(), ErrorKind::TimedOut);
            drop(r);
            let e = w.write(b"x").expect_err("nobody reads");
            assert_eq!(e.kind(), ErrorKind::BrokenPipe);
            w.close().expect("open");
            let e = w.write(b"x").expect_err("closed");
            assert_eq!(e.to_string(), "file already closed");
        })
        .expect("no crash");
}

fn files_are_read_written_and_sought() {
    let path = std::env::temp_dir().join(format!("goroutines-io-{}", std::process::id()));
    let there = path.clone();
    Builder::new()
        .try_run(move || {
            os::write_file(&there, "hello").expect("writable");
            assert_eq!(os::read_file(&there).expect("there"), b"hello");
            let mut f = os::File::open(&there).expect("there");
            f.seek(SeekFrom::End(-2)).expect("long enough");
            let mut text = String::new();
            f.read_to_string(&mut text).expect("readable");
            assert_eq!(text, "lo");
            os::File::create(&there)
                .expect("writable")
                .write_all(b"x")
                .expect("writable");
            assert_eq!(f.metadata().expect("open").len(), 1);
            let e = os::File::open(there.join("none")).expect_err("not there");
            assert_eq!(e.kind(), ErrorKind::NotADirectory);
        })
        .expect("no crash");
    std::fs::remove_file(path).expect("it is there");
}

/// `f` while no descriptor can be opened.
fn starved<R>(f: impl FnOnce() -> R) -> R {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let former = getrlimit(Resource::Nofile);
    let mut none = former;
    // Those that are open are told apart by their numbers: one above all of them may not be opened, nor one in between.
    let mut taken = Vec::new();
    none.current = Some(
        std::fs::read_dir("/proc/self/fd")
            .expect("Linux")
            .filter_map(|e| e.ok()?.file_name().to_str()?.parse::<u64>().ok())
            .max()
            .expect("some are open"),
    );
    setrlimit(Resource::Nofile, none).expect("lower is allowed");
    while let Ok(f) = std::fs::File::open("/dev/null") {
        taken.push(f);
    }
    let r = f();
    setrlimit(Resource::Nofile, former).expect("as it was");
    r
}

fn without_descriptors_calls_fail_and_later_work() {
    let most = |e: &std::io::Error| e.raw_os_error() == Some(24); // EMFILE
    Builder::new()
        .try_run(|| {
            let l = TcpListener::bind("127.0.0.1:0").expect("loopback");
            let mut c =
                std::net::TcpStream::connect(l.local_addr().expect("open")).expect("it listens");
            let (r, w) = io::pipe().expect("descriptors");
            starved(|| {
                assert!(most(&l.accept().expect_err("none is left")));
                assert!(most(
                    &l.incoming().next().expect("more come").expect_err("none")
                ));
                // The first that must be waited for opens the poller.
                assert!(most(&(&r).read(&mut [0]).expect_err("none is left")));
                assert!(most(&io::pipe().expect_err("none is left")));
                assert!(most(&os::read_file("/dev/null").expect_err("none is left")));
            });
            // The connection that came meanwhile has not been lost, although nothing tells of it again.
            let (mut s, _) = l.accept().expect("a connection");
            go!({
                (&w).write_all(b"x").expect("open");
                c.write_all(b"y").expect("open");
            });
            let mut b = [0; 2];
            (&r).read_exact(&mut b[..1]).expect("open");
            s.read_exact(&mut b[1..]).expect("open");
            assert_eq!(&b, b"xy");
            // With the poller open: who waited is served once there are descriptors again.
            let _c =
                std::net::TcpStream::connect(l.local_addr().expect("open")).expect("it listens");
            starved(|| assert!(most(&l.accept().expect_err("none is left"))));
            l.accept().expect("a connection");
            // A close is heard although the number of what was lent out is kept.
            let (a, mut b) = goroutines::net::UnixStream::pair().expect("descriptors");
            let _lent = std::os::fd::AsFd::as_fd(&a);
            starved(|| a.close()).expect("open");
            assert_eq!(b.read(&mut [0]).expect("the end"), 0);
        })
        .expect("no crash");
}

fn nothing_is_left(threads: usize) {
    let one = || {
        Builder::new()
            .try_run(|| {
                let l = TcpListener::bind("127.0.0.1:0").expect("loopback");
                let addr = l.local_addr().expect("open");
                // Waits for ever, with a connection that waits for ever.
                go!({
                    loop {
                        let (mut c, _) = l.accept().expect("a connection");
                        go!({
                            let _ = c.read(&mut [0; 1]);
                            let _ = c.read(&mut [0; 1]);
                        });
                    }
                });
                let mut c = TcpStream::connect(addr).expect("it listens");
                c.write_all(b"x").expect("open");
                let waits = || {
                    runtime::snapshot()
                        .goroutines
                        .iter()
                        .filter(|g| g.status == "IO wait")
                        .count()
                };
                while waits() < 2 {
                    runtime::gosched();
                }
            })
            .expect("no crash");
    };
    one();
    let before = count("fd");
    for _ in 0..200 {
        one();
    }
    assert_eq!(count("fd"), before);
    // A thread that was joined may stand in /proc for an instant more. One that stays is ended by the limit.
    while count("task") > threads {
        std::thread::yield_now();
    }
}

/// Descriptors in the hands of goroutines that wait for something else, sleep, run, or have not begun.
fn nothing_is_left_in_other_hands() {
    let pair = || {
        let l = TcpListener::bind("127.0.0.1:0").expect("loopback");
        let c = TcpStream::connect(l.local_addr().expect("open")).expect("it listens");
        (l.accept().expect("a connection").0, c)
    };
    let once = || {
        let never = || chan::<()>(0).recv();
        let crash = Builder::new().try_run(|| {
            let _mine = (TcpListener::bind("127.0.0.1:0"), io::pipe());
            never();
        });
        assert!(matches!(crash, Err(Crash::Deadlock(_))));
        let crash = Builder::new().try_run(|| {
            let _mine = pair();
            go!({
                let _his = pair();
                panic!("over");
            });
            never();
        });
        assert!(matches!(crash, Err(Crash::Panic(_))));
        let file = || os::File::open("Cargo.toml").expect("it is there");
        let lies = Mutex::new(None);
        let ended = Builder::new().try_run(|| {
            let _mine = file();
            *lies.lock() = Some(file());
            let there = chan(0);
            let tell = there.clone();
            go!({
                let _his = (
                    file(),
                    std::fs::File::open("src/lib.rs").map(os::File::from),
                );
                tell.send(());
                never();
            });
            there.recv();
        });
        assert_eq!(ended, Ok(()));
        let mut lay = lies.into_inner().expect("it was put there");
        let closed = lay.read(&mut [0]).expect_err("it was closed");
        assert_eq!(closed.to_string(), "file already closed");
        let ended = Builder::new().procs(2).try_run(|| {
            let (ch, wg) = (chan(9), WaitGroup::new());
            ch.send(pair());
            for i in 0..4 {
                let (ends, ch, wg) = (pair(), ch.clone(), wg.clone());
                wg.add(1);
                go!({
                    ch.send(pair());
                    let (mut his, _hers) = ends;
                    wg.done();
                    match i {
                        0 => time::sleep(Duration::from_secs(3600)),
                        1 => _ = his.read(&mut [0; 1]),
                        2 => drop(never()),
                        _ => loop {
                            runtime::gosched();
                        },
                    }
                });
            }
            wg.wait();
            let unborn = pair();
            go!(drop(unborn));
        });
        assert_eq!(ended, Ok(()));
        // What main returns stays open, and another runtime can use it.
        let (mut a, mut b) = Builder::new()
            .try_run(|| {
                let ch = chan(0);
                let to = ch.clone();
                go!({
                    to.send(pair());
                    never();
                });
                ch.recv().expect("it is sent")
            })
            .expect("no crash");
        Builder::new()
            .try_run(|| {
                a.write_all(b"x").expect("it is open");
                b.read_exact(&mut [0]).expect("it is open");
            })
            .expect("no crash");
        // Not so what lies elsewhere.
        let kept = Mutex::new(None);
        let ended = Builder::new().try_run(|| *kept.lock() = Some(pair()));
        assert_eq!(ended, Ok(()));
        let closed = kept
            .into_inner()
            .expect("it was put there")
            .0
            .read(&mut [0]);
        assert_eq!(
            closed.expect_err("it was closed").to_string(),
            "use of closed network connection"
        );
    };
    once();
    let before = count("fd");
    for _ in 0..20 {
        once();
    }
    assert_eq!(count("fd"), before);
}

fn nothing_is_left_by_schedules() {
    let before = count("fd");
    let all = explore::Options::new().schedules(300).leaks(false);
    let report = explore::check(&all, || {
        let (pipe, ch) = (io::pipe().expect("descriptors"), chan::<i32>(0));
        let to = ch.clone();
        go!({
            let _mine = pipe;
            ch.recv();
        });
        go!({
            let _ = to.try_send(1);
        });
    });
    assert_eq!((report.failed, report.failure), (0, None));
    assert_eq!(count("fd"), before);
}
