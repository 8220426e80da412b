//! Sockets and pipes at their edges: nothing to read into, urgent bytes, whole writes, half-closes that wake, full backlogs,
//! odd paths.

mod limit;

use std::io::{ErrorKind, Read, Write};
use std::net::Shutdown;
use std::os::unix::net as std_unix;
use std::sync::Arc;
use std::time::{Duration, Instant};

use goroutines::io::pipe;
use goroutines::net::{TcpListener, TcpStream, UdpSocket, UnixListener, UnixStream};
use goroutines::prelude::*;
use rustix::net::SendFlags;

/// With one P and with two.
fn each(f: impl Fn() + Copy) {
    for procs in [1, 2] {
        Builder::new().procs(procs).try_run(f).expect("no crash");
    }
}

fn pair() -> (TcpStream, TcpStream) {
    let l = TcpListener::bind("127.0.0.1:0").expect("loopback");
    let a = TcpStream::connect(l.local_addr().expect("bound")).expect("it listens");
    let (b, _) = l.accept().expect("a connection");
    (a, b)
}

fn soon(ms: u64) -> Option<Instant> {
    Some(time::now() + Duration::from_millis(ms))
}

/// Until `n` goroutines wait for descriptors.
fn until_io_wait(n: usize) {
    let waits = || {
        let all = runtime::snapshot().goroutines;
        all.iter().filter(|g| g.status == "IO wait").count()
    };
    while waits() < n {
        time::sleep(Duration::from_micros(200));
    }
}

#[test]
fn nothing_to_read_into_or_to_write_never_waits() {
    each(|| {
        let began = time::now();
        let (mut a, mut b) = pair();
        a.set_deadline(soon(12_000)).expect("open");
        b.write_all(b"x").expect("open");
        // The second has found out by the first that there is no more.
        assert_eq!(a.read(&mut [0; 8]).expect("it is there"), 1);
        assert_eq!(a.read(&mut []).expect("nothing wanted"), 0);
        // Until there is no more room.
        a.set_write_deadline(soon(20)).expect("open");
        while a.write(&[0; 1 << 16]).is_ok() {}
        a.set_write_deadline(soon(12_000)).expect("open");
        assert_eq!(a.write(&[]).expect("nothing to write"), 0);
        let (mut r, mut w) = pipe().expect("descriptors");
        w.write_all(b"x").expect("open");
        assert_eq!(r.read(&mut [0; 8]).expect("it is there"), 1);
        r.set_read_deadline(soon(12_000)).expect("open");
        assert_eq!(r.read(&mut []).expect("nothing wanted"), 0);
        assert!(time::since(began) < Duration::from_secs(10), "it waited");
    });
}

/// Somebody waits for a descriptor for ever, so that the poller is asked all the time.
fn keep_polling() {
    let (r, w) = pipe().expect("descriptors");
    go!({
        let _ = (&r).read(&mut [0]);
        drop(w);
    });
}

#[test]
fn bytes_behind_an_urgent_one_are_read() {
    each(|| {
        keep_polling();
        let (mut a, b) = pair();
        a.set_read_deadline(soon(12_000)).expect("open");
        for round in 0..20 {
            (&b).write_all(b"before").expect("open");
            rustix::net::send(&b, b"!", SendFlags::OOB).expect("open");
            (&b).write_all(b"behind").expect("open");
            if round % 2 == 0 {
                time::sleep(Duration::from_millis(1));
            }
            let mut got = [0; 12];
            a.read_exact(&mut got).expect("all of it is there");
            assert_eq!(&got, b"beforebehind");
        }
    });
}

#[test]
fn bytes_behind_a_passed_descriptor_are_read() {
    use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage};
    each(|| {
        keep_polling();
        let (mut a, b) = UnixStream::pair().expect("a pair");
        a.set_read_deadline(soon(2)).expect("open");
        assert!(a.read(&mut [0]).is_err()); // it has waited once
        a.set_read_deadline(soon(12_000)).expect("open");
        for _ in 0..20 {
            let fds = [std::os::fd::AsFd::as_fd(&b)];
            let mut space = [std::mem::MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
            let mut with = SendAncillaryBuffer::new(&mut space);
            assert!(with.push(SendAncillaryMessage::ScmRights(&fds)));
            let text = [std::io::IoSlice::new(b"before")];
            rustix::net::sendmsg(&b, &text, &mut with, SendFlags::empty()).expect("open");
            (&b).write_all(b"behind").expect("open");
            time::sleep(Duration::from_millis(1));
            let mut got = [0; 12];
            a.read_exact(&mut got).expect("all of it is there");
            assert_eq!(&got, b"beforebehind");
        }
    });
}

#[test]
fn a_whole_write_is_not_mixed_with_others() {
    const PART: usize = 300_000;
    fn write(b: &TcpStream, i: u8) {
        for _ in 0..4 {
            let mut b = b;
            b.write_all(&vec![i; PART]).expect("open");
        }
    }
    each(|| {
        let (mut a, b) = pair();
        // Little room: many parts, and many moments for others to come between.
        rustix::net::sockopt::set_socket_send_buffer_size(&b, 1 << 15).expect("open");
        let b = Arc::new(b);
        let (one, two) = (b.clone(), b.clone());
        // A thread asks for its turn again and again.
        let outside = std::thread::spawn(move || write(&one, 1));
        go!({
            write(&two, 2);
            runtime::syscall(|| outside.join()).expect("no panic");
            b.shutdown(Shutdown::Write).expect("open");
        });
        let mut all = Vec::new();
        a.read_to_end(&mut all).expect("open");
        assert_eq!(all.len(), 8 * PART);
        for part in all.chunks(PART) {
            assert!(part.iter().all(|&x| x == part[0]), "two are mixed");
        }
    });
}

#[test]
fn a_whole_write_ends_with_its_deadline_and_with_a_close() {
    each(|| {
        let (a, _b) = pair();
        let a = Arc::new(a);
        a.set_write_deadline(soon(10)).expect("open");
        let e = (&*a).write_all(&vec![0; 64 << 20]).expect_err("no reader");
        assert_eq!(e.kind(), ErrorKind::TimedOut);
        a.set_write_deadline(None).expect("open");
        let (other, done) = (a.clone(), chan(0));
        let tell = done.clone();
        go!({
            tell.send(
                (&*other)
                    .write_all(&vec![0; 64 << 20])
                    .map_err(|e| e.to_string()),
            )
        });
        until_io_wait(1);
        a.close().expect("open");
        let text = "use of closed network connection".to_string();
        assert_eq!(done.recv(), Some(Err(text)));
    });
}

#[test]
fn a_half_close_wakes_who_waits_on_that_half() {
    each(|| {
        let (a, _b) = pair();
        let (c, _d) = UnixStream::pair().expect("a pair");
        let (a, c) = (Arc::new(a), Arc::new(c));
        let ends = chan(0);
        let (r, one) = (a.clone(), ends.clone());
        go!({ one.send((&*r).read(&mut [0]).map_err(|e| e.kind())) });
        let (r, two) = (c.clone(), ends.clone());
        go!({ two.send((&*r).read(&mut [0]).map_err(|e| e.kind())) });
        until_io_wait(2);
        a.shutdown(Shutdown::Read).expect("open");
        assert_eq!(ends.recv(), Some(Ok(0)));
        c.shutdown(Shutdown::Read).expect("open");
        assert_eq!(ends.recv(), Some(Ok(0)));
        for w in [0, 1] {
            let (a, c, ends) = (a.clone(), c.clone(), ends.clone());
            go! {
                let full = vec![0; 64 << 20];
                let end = if w == 0 { (&*a).write_all(&full) } else { (&*c).write_all(&full) };
                ends.send(end.map(|()| 1).map_err(|e| e.kind()));
            }
        }
        until_io_wait(2);
        a.shutdown(Shutdown::Write).expect("open");
        assert_eq!(ends.recv(), Some(Err(ErrorKind::BrokenPipe)));
        c.shutdown(Shutdown::Write).expect("open");
        assert_eq!(ends.recv(), Some(Err(ErrorKind::BrokenPipe)));
    });
}

#[test]
fn the_other_end_of_a_pipe_that_goes_wakes_who_waits() {
    each(|| {
        let ends = chan(0);
        let (r, w) = pipe().expect("descriptors");
        let tell = ends.clone();
        go!({ tell.send((&r).read(&mut [0]).map_err(|e| e.to_string())) });
        until_io_wait(1);
        drop(w);
        assert_eq!(ends.recv(), Some(Ok(0)));
        let (r, w) = pipe().expect("descriptors");
        let tell = ends.clone();
        go!({
            let e = (&w).write_all(&[0; 1 << 20]).expect_err("nobody reads");
            tell.send(Ok((e.kind() == ErrorKind::BrokenPipe).into()));
        });
        until_io_wait(1);
        drop(r);
        assert_eq!(ends.recv(), Some(Ok(1)));
        let (r, _w) = pipe().expect("descriptors");
        let (same, tell) = (r.try_clone().expect("open"), ends.clone());
        go!({ tell.send((&same).read(&mut [0]).map_err(|e| e.to_string())) });
        until_io_wait(1);
        r.close().expect("open");
        assert_eq!(ends.recv(), Some(Err("file already closed".to_string())));
    });
}

#[test]
fn a_clone_that_is_dropped_closes_nothing() {
    each(|| {
        let (a, mut b) = pair();
        drop(a.try_clone().expect("open"));
        (&a).write_all(b"x").expect("open");
        assert_eq!(b.read(&mut [0; 8]).expect("open"), 1);
        let same = a.try_clone().expect("open");
        drop(a);
        (&same).write_all(b"y").expect("open");
        assert_eq!(b.read(&mut [0; 8]).expect("open"), 1);
        drop(same);
        assert_eq!(b.read(&mut [0; 8]).expect("the end"), 0);
    });
}

#[test]
fn a_reset_is_an_error_for_who_waits() {
    each(|| {
        let (a, b) = pair();
        let ends = chan(0);
        let tell = ends.clone();
        go!({ tell.send((&b).read(&mut [0]).map_err(|e| e.kind())) });
        until_io_wait(1);
        // Closed at once, with nothing said: the other side gets a reset.
        rustix::net::sockopt::set_socket_linger(&a, Some(Duration::ZERO)).expect("open");
        let same = a.try_clone().expect("open");
        drop((a, same));
        assert_eq!(ends.recv(), Some(Err(ErrorKind::ConnectionReset)));
    });
}

#[test]
fn a_datagram_that_nobody_takes_is_told_and_closing_wakes() {
    each(|| {
        let gone = UdpSocket::bind("127.0.0.1:0").expect("loopback");
        let addr = gone.local_addr().expect("open");
        drop(gone);
        let a = Arc::new(UdpSocket::bind("127.0.0.1:0").expect("loopback"));
        a.connect(addr).expect("local");
        let (other, ends) = (a.clone(), chan(0));
        let tell = ends.clone();
        go!({ tell.send(other.recv(&mut [0]).map_err(|e| e.kind())) });
        until_io_wait(1);
        a.send(b"x").expect("open");
        assert_eq!(ends.recv(), Some(Err(ErrorKind::ConnectionRefused)));
        let (other, tell) = (a.clone(), ends.clone());
        go!({ tell.send(other.recv(&mut [0]).map_err(|e| e.kind())) });
        until_io_wait(1);
        a.close().expect("open");
        assert!(matches!(ends.recv(), Some(Err(_))));
        assert!(a.send(b"x").is_err());
    });
}

#[test]
fn a_datagram_is_cut_to_the_buffer() {
    each(|| {
        let a = UdpSocket::bind("127.0.0.1:0").expect("loopback");
        let b = UdpSocket::bind("127.0.0.1:0").expect("loopback");
        let to = a.local_addr().expect("open");
        for text in ["long one", "two", "x"] {
            b.send_to(text.as_bytes(), to).expect("local");
        }
        let mut buf = [0; 4];
        assert_eq!(a.recv(&mut buf).expect("there"), 4);
        assert_eq!(&buf, b"long");
        let (n, from) = a.peek_from(&mut buf).expect("there");
        assert_eq!((n, from), (3, b.local_addr().expect("open")));
        assert_eq!(a.recv(&mut []).expect("there"), 0); // and that one is gone
        assert_eq!(a.recv(&mut buf).expect("there"), 1);
        let big = b.send_to(&[0; 70_000], to).expect_err("too long");
        assert_eq!(big.raw_os_error(), Some(90)); // EMSGSIZE
    });
}

#[test]
fn an_accept_with_a_past_deadline_fails_although_somebody_waits() {
    each(|| {
        let l = TcpListener::bind("127.0.0.1:0").expect("loopback");
        let _c = TcpStream::connect(l.local_addr().expect("open")).expect("it listens");
        l.set_deadline(Some(time::now())).expect("open");
        let e = l.accept().expect_err("too late");
        assert_eq!(e.kind(), ErrorKind::TimedOut);
        l.set_deadline(None).expect("open");
        assert!(l.accept().is_ok());
    });
}

#[test]
fn incoming_ends_when_its_listener_is_closed() {
    each(|| {
        let l = Arc::new(TcpListener::bind("127.0.0.1:0").expect("loopback"));
        let addr = l.local_addr().expect("open");
        let (served, listener) = (chan(0), l.clone());
        let tell = served.clone();
        go!({
            let all: Vec<bool> = listener.incoming().map(|c| c.is_ok()).collect();
            tell.send(all);
        });
        for _ in 0..2 {
            TcpStream::connect(addr).expect("it listens");
        }
        until_io_wait(1);
        l.close().expect("open");
        let all = served.recv().expect("it ends");
        assert_eq!(all.last(), Some(&false));
        assert!(all.len() <= 3);
        drop(l);
        let e = TcpStream::connect(addr).expect_err("nobody listens");
        assert_eq!(e.kind(), ErrorKind::ConnectionRefused);
    });
}

#[test]
fn a_connect_that_gets_no_answer_ends_with_its_timeout() {
    use rustix::net::{AddressFamily, SocketType};
    let fd = rustix::net::socket(AddressFamily::INET, SocketType::STREAM, None).expect("a socket");
    let addr: std::net::SocketAddr = "127.0.0.1:0".parse().expect("an address");
    rustix::net::bind(&fd, &addr).expect("loopback");
    rustix::net::listen(&fd, 0).expect("bound");
    let l = std::net::TcpListener::from(fd);
    let addr = l.local_addr().expect("bound");
    Builder::new()
        .try_run(move || {
            // One is queued, a further one may be; whoever comes then hears nothing.
            let mut queued = Vec::new();
            let e = loop {
                match TcpStream::connect_timeout(&addr, Duration::from_millis(50)) {
                    Ok(c) => queued.push(c),
                    Err(e) => break e,
                }
            };
            assert_eq!(e.kind(), ErrorKind::TimedOut);
            assert!(queued.len() < 10);
            let zero = TcpStream::connect_timeout(&addr, Duration::ZERO);
            assert_eq!(zero.expect_err("as std").kind(), ErrorKind::InvalidInput);
        })
        .expect("no crash");
}

#[test]
fn a_full_backlog_of_a_unix_socket_is_waited_for() {
    use rustix::net::{AddressFamily, SocketAddrUnix, SocketType};
    for procs in [1, 2] {
        let name = format!("goroutines-backlog-{}-{procs}", std::process::id());
        let path = std::env::temp_dir().join(name);
        let _ = std::fs::remove_file(&path);
        let fd =
            rustix::net::socket(AddressFamily::UNIX, SocketType::STREAM, None).expect("a socket");
        rustix::net::bind(&fd, &SocketAddrUnix::new(&path).expect("a path")).expect("free");
        rustix::net::listen(&fd, 0).expect("bound");
        let l = std_unix::UnixListener::from(fd);
        let there = path.clone();
        Builder::new()
            .procs(procs)
            .try_run(move || {
                let l = UnixListener::from(l);
                let (done, to) = (chan::<()>(0), there.clone());
                let tell = done.clone();
                go! {
                    for i in 0..5_u8 {
                        let mut c = UnixStream::connect(&to).expect("it listens");
                        c.write_all(&[i]).expect("open");
                    }
                    tell.close();
                }
                time::sleep(Duration::from_millis(5));
                for i in 0..5 {
                    let (mut c, _) = l.accept().expect("a connection");
                    let mut b = [0];
                    c.read_exact(&mut b).expect("a byte");
                    assert_eq!(b, [i]);
                }
                done.recv();
                // Who waits for a place hears of the listener's end.
                let (first, to) = (UnixStream::connect(&there), there.clone());
                assert!(first.is_ok());
                let tell = chan(0);
                let told = tell.clone();
                go!({ told.send(UnixStream::connect(&to).map_err(|e| e.kind()).err()) });
                time::sleep(Duration::from_millis(5));
                l.close().expect("open");
                assert_eq!(tell.recv(), Some(Some(ErrorKind::ConnectionRefused)));
            })
            .expect("no crash");
        std::fs::remove_file(path).expect("it is left");
    }
}

#[test]
fn odd_paths_get_the_answers_of_std() {
    let long = "x".repeat(200);
    for path in [long.as_str(), "a\0b", "/none/at/all", "/dev/null"] {
        let [theirs, ours] = [
            std_unix::UnixListener::bind(path).map(|_| ()),
            Builder::new()
                .try_run(|| UnixListener::bind(path).map(|_| ()))
                .expect("no crash"),
        ]
        .map(|r| r.map_err(|e| e.kind()));
        assert_eq!(ours, theirs, "bind {path:?}");
        let [theirs, ours] = [
            std_unix::UnixStream::connect(path).map(|_| ()),
            Builder::new()
                .try_run(|| UnixStream::connect(path).map(|_| ()))
                .expect("no crash"),
        ]
        .map(|r| r.map_err(|e| e.kind()));
        assert_eq!(ours, theirs, "connect {path:?}");
    }
    // The system gives a name to a listener that asks for none.
    Builder::new()
        .try_run(|| {
            let l = UnixListener::bind("").expect("a name of the system");
            let name = l.local_addr().expect("open");
            assert!(
                !name.is_unnamed() && name.as_pathname().is_none(),
                "{name:?}"
            );
        })
        .expect("no crash");
}

#[test]
fn who_waits_for_his_turn_behind_another_runtime_is_no_deadlock() {
    let (r, mut w) = pipe().expect("descriptors");
    let r = Arc::new(r);
    let (waits, first_waits) = std::sync::mpsc::channel();
    let (tell, ended) = std::sync::mpsc::channel();
    let (of_first, done) = (r.clone(), tell.clone());
    let first = std::thread::spawn(move || {
        let read = Builder::new().procs(2).try_run(move || {
            let ch = chan(1);
            let to = ch.clone();
            go!(to.send((&*of_first).read(&mut [0]).expect("open")));
            until_io_wait(1);
            waits.send(()).expect("it is awaited");
            ch.recv()
        });
        done.send(read).expect("it is awaited");
    });
    first_waits.recv().expect("it comes so far");
    let second = std::thread::spawn(move || {
        let read = Builder::new()
            .procs(2)
            .try_run(move || Some((&*r).read(&mut [0]).expect("open")));
        tell.send(read).expect("it is awaited");
    });
    // A deadlock would be told at once.
    let early = ended.recv_timeout(Duration::from_millis(200));
    assert_eq!(early, Err(std::sync::mpsc::RecvTimeoutError::Timeout));
    for _ in 0..2 {
        w.write_all(b"x").expect("open");
        assert_eq!(ended.recv(), Ok(Ok(Some(1))));
    }
    first.join().expect("no panic");
    second.join().expect("no panic");
}

#[test]
fn whoever_waits_for_more_waits_where_it_has_asked() {
    each(|| {
        let ((one, _to_one), (two, _to_two)) = (pair(), pipe().expect("descriptors"));
        go!({
            let _ = (&one).read_exact(&mut [0; 8]);
        });
        go!({
            let _ = (&two).read_to_string(&mut String::new());
        });
        until_io_wait(2);
        let dump = runtime::stack_dump();
        let waiting: Vec<&str> = dump
            .split("\n\n")
            .filter(|g| g.contains("[IO wait]"))
            .collect();
        for g in &waiting {
            let place = g.lines().nth(2).expect("where it stands");
            assert!(place.contains("net_more.rs:"), "{g}");
        }
        assert_eq!(waiting.len(), 2);
    });
}
