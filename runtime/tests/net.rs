//! Sockets: deadlines, closes, half-closes, many connections, and that a runtime leaves no descriptor.

mod limit;

use std::io::{ErrorKind, Read, Write};
use std::net::Shutdown;
use std::sync::Arc;
use std::time::{Duration, Instant};

use goroutines::net::{TcpListener, TcpStream, UdpSocket, UnixListener, UnixStream};
use goroutines::prelude::*;

/// With one P and with two.
fn each(f: impl Fn() + Copy) {
    for procs in [1, 2] {
        Builder::new().procs(procs).try_run(f).expect("no crash");
    }
}

fn pair() -> (TcpStream, TcpStream) {
    let l = TcpListener::bind("127.0.0.1:0").expect("loopback");
    let a = TcpStream::connect(l.local_addr().expect("bound")).expect("it listens");
    let (b, from) = l.accept().expect("a connection");
    assert_eq!(from, a.local_addr().expect("open"));
    assert_eq!(a.peer_addr().expect("open"), l.local_addr().expect("open"));
    (a, b)
}

fn soon(ms: u64) -> Option<Instant> {
    Some(time::now() + Duration::from_millis(ms))
}

fn is_timeout<T: std::fmt::Debug>(r: std::io::Result<T>) {
    let e = r.expect_err("a deadline");
    assert_eq!(e.kind(), ErrorKind::TimedOut);
    assert_eq!(e.to_string(), "i/o timeout");
}

fn is_closed<T: std::fmt::Debug>(r: std::io::Result<T>) {
    let e = r.expect_err("closed");
    assert_eq!(e.to_string(), "use of closed network connection");
}

/// Until somebody waits for a descriptor.
fn until_io_wait(n: usize) {
    while runtime::snapshot()
        .goroutines
        .iter()
        .filter(|g| g.status == "IO wait")
        .count()
        < n
    {
        time::sleep(Duration::from_micros(200));
    }
}

#[test]
fn an_echo_comes_back_whole() {
    each(|| {
        let (mut a, b) = pair();
        go!({
            let mut buf = [0; 1000];
            loop {
                let n = (&b).read(&mut buf).expect("open");
                if n == 0 {
                    return;
                }
                (&b).write_all(&buf[..n]).expect("open");
            }
        });
        let a2 = a.try_clone().expect("open");
        go!({
            for i in 0..2_000_u32 {
                (&a2).write_all(&[i as u8; 700]).expect("open");
            }
            a2.shutdown(Shutdown::Write).expect("open");
        });
        let mut all = Vec::new();
        a.read_to_end(&mut all).expect("open");
        assert_eq!(all.len(), 2_000 * 700);
        for (i, chunk) in all.chunks(700).enumerate() {
            assert!(chunk.iter().all(|&x| x == i as u8));
        }
    });
}

#[test]
fn nodelay_is_on() {
    each(|| {
        let (a, b) = pair();
        assert!(a.nodelay().expect("open") && b.nodelay().expect("open"));
        a.set_nodelay(false).expect("open");
        assert!(!a.nodelay().expect("open"));
    });
}

#[test]
fn a_deadline_wakes_read_accept_and_write() {
    each(|| {
        let (mut a, _b) = pair();
        a.set_read_deadline(soon(3)).expect("open");
        is_timeout(a.read(&mut [0]));
        is_timeout(a.read(&mut [0]));
        let l = TcpListener::bind("127.0.0.1:0").expect("loopback");
        l.set_deadline(soon(3)).expect("open");
        is_timeout(l.accept());
        a.set_write_deadline(soon(20)).expect("open");
        let full = vec![0; 1 << 20];
        let e = loop {
            if let Err(e) = a.write(&full) {
                break e;
            }
        };
        assert_eq!(e.kind(), ErrorKind::TimedOut);
    });
}

#[test]
fn a_deadline_in_the_past_fails_at_once_and_can_be_taken_back() {
    each(|| {
        let (mut a, mut b) = pair();
        b.write_all(b"x").expect("open");
        a.set_deadline(Some(time::now() - Duration::from_millis(1)))
            .expect("open");
        is_timeout(a.read(&mut [0]));
        is_timeout(a.write(b"y"));
        a.set_deadline(None).expect("open");
        assert_eq!(a.read(&mut [0]).expect("it is there"), 1);
        assert_eq!(a.write(b"y").expect("there is room"), 1);
    });
}

#[test]
fn moving_a_deadline_moves_who_waits() {
    each(|| {
        let (a, _b) = pair();
        let a = Arc::new(a);
        a.set_read_deadline(soon(3_600_000)).expect("open");
        let done = chan(0);
        let (a2, tell) = (a.clone(), done.clone());
        go!({ tell.send((&*a2).read(&mut [0]).map_err(|e| e.kind())) });
        until_io_wait(1);
        a.set_read_deadline(soon(2)).expect("open");
        assert_eq!(done.recv(), Some(Err(ErrorKind::TimedOut)));
    });
}

#[test]
fn a_timeout_counts_from_each_call() {
    each(|| {
        let (mut a, mut b) = pair();
        a.set_read_timeout(Some(Duration::from_millis(4)))
            .expect("open");
        assert_eq!(
            a.read_timeout().expect("open"),
            Some(Duration::from_millis(4))
        );
        for _ in 0..3 {
            is_timeout(a.read(&mut [0]));
            b.write_all(b"x").expect("open");
            a.set_read_timeout(Some(Duration::from_secs(60)))
                .expect("open");
            assert_eq!(a.read(&mut [0]).expect("it comes"), 1);
            a.set_read_timeout(Some(Duration::from_millis(4)))
                .expect("open");
        }
        let zero = a.set_read_timeout(Some(Duration::ZERO));
        assert_eq!(zero.expect_err("as std").kind(), ErrorKind::InvalidInput);
    });
}

#[test]
fn a_close_wakes_all_who_wait() {
    each(|| {
        let (a, _b) = pair();
        let l = Arc::new(TcpListener::bind("127.0.0.1:0").expect("loopback"));
        let addr = l.local_addr().expect("open");
        let a = Arc::new(a);
        let errors = chan(0);
        for _ in 0..3 {
            let (a, l) = (a.clone(), l.clone());
            let (one, two) = (errors.clone(), errors.clone());
            go!({ one.send((&*a).read(&mut [0]).map_err(|e| e.to_string()).err()) });
            go!({ two.send(l.accept().map_err(|e| e.to_string()).err()) });
        }
        until_io_wait(2);
        a.close().expect("open");
        l.close().expect("open");
        for _ in 0..6 {
            let text = errors.recv().flatten().expect("an error");
            assert_eq!(text, "use of closed network connection");
        }
        is_closed((&*a).read(&mut [0]));
        is_closed(a.set_read_deadline(None));
        is_closed(a.close());
        assert_eq!(
            TcpStream::connect(addr).expect_err("nobody listens").kind(),
            ErrorKind::ConnectionRefused
        );
    });
}

#[test]
fn half_closed_the_other_half_works() {
    each(|| {
        let (mut a, mut b) = pair();
        a.write_all(b"question").expect("open");
        a.shutdown(Shutdown::Write).expect("open");
        let mut text = String::new();
        b.read_to_string(&mut text).expect("until the end");
        assert_eq!(text, "question");
        assert_eq!(b.read(&mut [0]).expect("still the end"), 0);
        b.write_all(b"answer").expect("the other half");
        drop(b);
        text.clear();
        a.read_to_string(&mut text).expect("until the end");
        assert_eq!(text, "answer");
    });
}

#[test]
fn an_end_that_comes_with_the_last_bytes_is_seen() {
    each(|| {
        for _ in 0..200 {
            let (mut a, mut b) = pair();
            go!({
                b.write_all(b"last words").expect("open");
            });
            let mut buf = [0; 64];
            let mut n = 0;
            loop {
                match a.read(&mut buf).expect("no error") {
                    0 => break,
                    more => n += more,
                }
            }
            assert_eq!(n, 10);
        }
    });
}

#[test]
fn writing_to_one_who_is_gone_is_an_error() {
    each(|| {
        let (mut a, b) = UnixStream::pair().expect("a pair");
        drop(b);
        assert_eq!(
            a.write(b"x").expect_err("gone").kind(),
            ErrorKind::BrokenPipe
        );
    });
}

#[test]
fn datagrams_have_bounds_and_senders() {
    each(|| {
        let a = UdpSocket::bind("127.0.0.1:0").expect("loopback");
        let b = UdpSocket::bind("127.0.0.1:0").expect("loopback");
        b.connect(a.local_addr().expect("open")).expect("local");
        a.connect(b.local_addr().expect("open")).expect("local");
        let mut buf = [0; 16];
        go!({
            let mut buf = [0; 16];
            for _ in 0..3 {
                let n = b.recv(&mut buf).expect("a datagram");
                b.send(&buf[..n]).expect("open");
            }
        });
        for text in [&b"one"[..], b"", b"three"] {
            assert_eq!(a.send(text).expect("open"), text.len());
            let (n, _) = a.recv_from(&mut buf).expect("a datagram");
            assert_eq!(&buf[..n], text);
        }
        a.set_read_deadline(soon(2)).expect("open");
        is_timeout(a.recv_from(&mut buf));
    });
}

#[test]
fn unix_sockets_have_paths() {
    let path = std::env::temp_dir().join(format!("goroutines-net-{}", std::process::id()));
    let _ = std::fs::remove_file(&path);
    let there = path.clone();
    Builder::new()
        .try_run(move || {
            let l = UnixListener::bind(&there).expect("a free path");
            assert_eq!(
                l.local_addr().expect("open").as_pathname(),
                Some(there.as_path())
            );
            go!({
                let (mut c, from) = l.accept().expect("a connection");
                assert!(from.is_unnamed(), "{from:?}");
                c.write_all(b"hello").expect("open");
            });
            let mut text = String::new();
            let mut c = UnixStream::connect(&there).expect("it listens");
            c.read_to_string(&mut text).expect("open");
            assert_eq!(text, "hello");
        })
        .expect("no crash");
    std::fs::remove_file(path).expect("it is left, as std's");
}

#[test]
fn many_connections_at_once() {
    // Two descriptors each, or what the system allows; other tests run beside.
    let most = rustix::process::getrlimit(rustix::process::Resource::Nofile);
    let mut raised = most;
    raised.current = most.maximum;
    let _ = rustix::process::setrlimit(rustix::process::Resource::Nofile, raised);
    let now = rustix::process::getrlimit(rustix::process::Resource::Nofile);
    let n = now
        .current
        .map_or(10_000, |m| (m.saturating_sub(500) as usize / 2).min(10_000));
    Builder::new()
        .try_run(move || {
            let l = TcpListener::bind("127.0.0.1:0").expect("loopback");
            let addr = l.local_addr().expect("open");
            go!({
                for _ in 0..n {
                    let (mut c, _) = l.accept().expect("a connection");
                    go!({
                        let mut b = [0; 8];
                        while c.read_exact(&mut b).is_ok() {
                            c.write_all(&b).expect("open");
                        }
                    });
                }
            });
            let mut all: Vec<_> = (0..n)
                .map(|_| TcpStream::connect(addr).expect("it listens"))
                .collect();
            for (i, c) in all.iter_mut().enumerate() {
                c.write_all(&i.to_le_bytes()).expect("open");
            }
            for (i, c) in all.iter_mut().enumerate() {
                let mut b = [0; 8];
                c.read_exact(&mut b).expect("an answer");
                assert_eq!(usize::from_le_bytes(b), i);
            }
        })
        .expect("no crash");
}

#[test]
fn threads_outside_can_use_them() {
    let l = TcpListener::bind("127.0.0.1:0").expect("loopback");
    let addr = l.local_addr().expect("open");
    let t = std::thread::spawn(move || {
        let mut text = String::new();
        let mut c = TcpStream::connect(addr).expect("it listens");
        c.read_to_string(&mut text).expect("open");
        text
    });
    Builder::new()
        .try_run(move || {
            let (mut c, _) = l.accept().expect("a connection");
            c.write_all(b"hello").expect("open");
        })
        .expect("no crash");
    assert_eq!(t.join().expect("no panic"), "hello");
}

#[test]
fn sockets_pass_from_one_runtime_to_the_next() {
    let (a, b) = Builder::new()
        .try_run(|| {
            let (mut a, b) = pair();
            a.set_read_deadline(soon(1)).expect("open");
            is_timeout(a.read(&mut [0]));
            a.set_read_deadline(None).expect("open");
            (a, b)
        })
        .expect("no crash");
    Builder::new()
        .try_run(move || {
            let (mut a, mut b) = (a, b);
            go!({
                time::sleep(Duration::from_millis(1));
                b.write_all(b"x").expect("open");
            });
            assert_eq!(a.read(&mut [0]).expect("it comes"), 1);
        })
        .expect("no crash");
}

#[test]
fn who_waits_for_the_network_is_no_deadlock() {
    let (mut ours, theirs) = std::os::unix::net::UnixStream::pair().expect("a pair");
    let t = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(20));
        ours.write_all(b"x").expect("open");
    });
    let n = Builder::new()
        .try_run(move || {
            let mut theirs = UnixStream::from(theirs);
            theirs.read(&mut [0]).expect("it comes")
        })
        .expect("no deadlock");
    assert_eq!(n, 1);
    t.join().expect("no panic");
    let crash = Builder::new().try_run(|| {
        let (a, _b) = UnixStream::pair().expect("a pair");
        a.set_read_deadline(soon(1)).expect("open");
        is_timeout((&a).read(&mut [0]));
        chan::<()>(0).recv()
    });
    assert!(crash.is_err(), "nobody waits for it any more");
}
