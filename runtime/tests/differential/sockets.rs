//! Sockets, pipes and files: what arrives, what ends, and the errors' own texts. Addresses are left out: std's errors
//! have none.

use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::sync::Arc;
use std::time::{Duration, Instant};

use goroutines::net::{TcpListener, TcpStream, UdpSocket, UnixListener, UnixStream};
use goroutines::prelude::*;
use goroutines::{io as pipes, os};

use crate::said::{say, settle, states};
use crate::table::{Case, any};

pub const CASES: &[Case] = &[
    any("net/echo", echo),
    any("net/end_and_half_close", end_and_half_close),
    any("net/deadlines", deadlines),
    any(
        "net/nothing_to_read_or_to_write",
        nothing_to_read_or_to_write,
    ),
    any("net/writes_at_one_time", writes_at_one_time),
    any("net/closed", closed),
    any("net/closed_while_one_waits", closed_while_one_waits),
    any("net/nobody_listens", || {
        let l = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = l.local_addr().unwrap();
        drop(l);
        say!("{}", own(TcpStream::connect(address)));
    }),
    any("net/address_in_use", || {
        let l = TcpListener::bind("127.0.0.1:0").unwrap();
        say!("{}", own(TcpListener::bind(l.local_addr().unwrap())));
    }),
    any(
        "net/written_after_the_other_end_left",
        written_into_the_void,
    ),
    any("net/accept_has_a_deadline", || {
        let l = TcpListener::bind("127.0.0.1:0").unwrap();
        l.set_deadline(soon()).unwrap();
        say!("{}", own(l.accept()));
    }),
    any("net/datagrams", datagrams),
    any("net/unix_sockets", unix_sockets),
    any("io/pipe", || {
        let pipe = pipes::pipe();
        say!("{}", own(pipe.as_ref().map_err(copy)));
        let (mut r, mut w) = pipe.unwrap();
        w.write_all(b"through").unwrap();
        say!("{} {}", read(&mut r, 4), read(&mut r, 4));
        w.close().unwrap();
        say!("{}", read(&mut r, 1));
        say!("{}", own(w.close()));
        say!("{}", own(w.write(b"x")));
    }),
    any("io/pipe_without_a_reader", || {
        let (mut r, mut w) = pipes::pipe().unwrap();
        r.close().unwrap();
        say!("{}", own(w.write(b"x")));
        say!("{}", read(&mut r, 1));
    }),
    any("io/pipe_with_a_deadline", || {
        let (mut r, mut w) = pipes::pipe().unwrap();
        r.set_read_deadline(soon()).unwrap();
        say!("{}", read(&mut r, 1));
        w.set_write_deadline(soon()).unwrap();
        say!("{}", own(until_it_fails(|| w.write(&[0; 4096]))));
    }),
    any("io/pipe_that_nobody_writes_to_is_no_deadlock", || {
        let (mut r, mut w) = pipes::pipe().unwrap();
        go!({
            time::sleep(Duration::from_millis(5));
            w.write_all(b"at last").unwrap();
        });
        say!("{}", read(&mut r, 100));
    }),
    any("os/files", files),
];

/// An error's own text: std adds the system's number to it.
fn own<T>(result: io::Result<T>) -> String {
    let Err(e) = result else {
        return "no error".to_string();
    };
    let text = e.to_string();
    match text.split_once(" (os error ") {
        // Go's table of the system's errors begins with small letters.
        Some((text, _)) => text.to_lowercase(),
        None => text,
    }
}

fn copy(e: &io::Error) -> io::Error {
    io::Error::new(e.kind(), e.to_string())
}

fn read(r: &mut impl Read, n: usize) -> String {
    let mut buf = vec![0; n];
    match r.read(&mut buf) {
        Ok(0) => "EOF".to_string(),
        Ok(n) => String::from_utf8_lossy(&buf[..n]).into_owned(),
        Err(e) => own::<()>(Err(e)),
    }
}

/// The first error of many calls.
fn until_it_fails<T>(mut f: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    loop {
        f()?;
    }
}

fn soon() -> Option<Instant> {
    Some(Instant::now() + Duration::from_millis(10))
}

/// Two ends of a TCP connection.
fn connected() -> (TcpStream, TcpStream) {
    let l = TcpListener::bind("127.0.0.1:0").unwrap();
    let a = TcpStream::connect(l.local_addr().unwrap()).unwrap();
    let (b, _) = l.accept().unwrap();
    (a, b)
}

fn echo() {
    let l = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = l.local_addr().unwrap();
    go!({
        while let Ok((c, _)) = l.accept() {
            go!({
                let (mut from, mut to) = (&c, &c);
                io::copy(&mut from, &mut to).unwrap();
            });
        }
    });
    for text in ["one", "two", "three"] {
        let mut c = TcpStream::connect(address).unwrap();
        c.write_all(text.as_bytes()).unwrap();
        c.shutdown(Shutdown::Write).unwrap();
        let mut all = String::new();
        c.read_to_string(&mut all).unwrap();
        say!("{all}");
    }
}

fn end_and_half_close() {
    let (mut a, mut b) = connected();
    a.write_all(b"last words").unwrap();
    a.shutdown(Shutdown::Write).unwrap();
    say!(
        "{} {} {}",
        read(&mut b, 100),
        read(&mut b, 100),
        read(&mut b, 100)
    );
    b.write_all(b"heard").unwrap();
    say!("{}", read(&mut a, 100));
    drop(b);
    say!("{}", read(&mut a, 100));
}

fn deadlines() {
    let (mut a, b) = connected();
    let b = Arc::new(b);
    b.set_read_deadline(soon()).unwrap();
    say!("{}", read(&mut &*b, 1));
    say!("{}", read(&mut &*b, 1));
    a.write_all(b"x").unwrap();
    say!("{}", read(&mut &*b, 1));
    b.set_read_deadline(None).unwrap();
    say!("{}", read(&mut &*b, 1));
    let other = b.clone();
    go!({
        time::sleep(Duration::from_millis(5));
        other.set_read_deadline(Some(Instant::now())).unwrap();
    });
    say!("{}", read(&mut &*b, 1));
    b.set_write_deadline(soon()).unwrap();
    let block = vec![0; 1 << 20];
    say!("{}", own(until_it_fails(|| (&*b).write(&block))));
}

fn nothing_to_read_or_to_write() {
    let (mut a, mut b) = connected();
    b.write_all(b"x").unwrap();
    say!("{}", read(&mut a, 10));
    let both = || say!("{} {}", own((&a).read(&mut [])), own((&a).write(b"")));
    both();
    a.set_deadline(Some(Instant::now())).unwrap();
    both();
    a.set_deadline(None).unwrap();
    a.shutdown(Shutdown::Write).unwrap();
    both();
    a.close().unwrap();
    both();
}

fn writes_at_one_time() {
    let (a, mut b) = connected();
    let a = Arc::new(a);
    let writers = WaitGroup::new();
    for i in 0..4 {
        let a = a.clone();
        writers.go(move || (&*a).write_all(&vec![i; 1 << 20]).unwrap());
    }
    go!({
        writers.wait();
        a.shutdown(Shutdown::Write).unwrap();
    });
    let mut all = Vec::new();
    b.read_to_end(&mut all).unwrap();
    let changes = all.windows(2).filter(|w| w[0] != w[1]).count();
    say!("{} {changes}", all.len());
}

fn closed() {
    let (mut a, _b) = connected();
    say!("{} {}", own(a.close()), own(a.close()));
    say!("{}", read(&mut a, 1));
    say!("{}", own(a.write(b"x")));
    say!("{}", own(a.set_deadline(Some(Instant::now()))));
}

fn closed_while_one_waits() {
    let (a, _b) = connected();
    let (a, said) = (Arc::new(a), chan(0));
    let (reader, tell) = (a.clone(), said.clone());
    go!({ tell.send(read(&mut &*reader, 1)) });
    while states("IO wait") == 0 {
        settle();
    }
    a.close().unwrap();
    say!("{}", said.recv().unwrap());
    let l = Arc::new(TcpListener::bind("127.0.0.1:0").unwrap());
    let (accepts, tell) = (l.clone(), said.clone());
    go!({ tell.send(own(accepts.accept())) });
    while states("IO wait") == 0 {
        settle();
    }
    l.close().unwrap();
    say!("{}", said.recv().unwrap());
}

fn written_into_the_void() {
    let (mut a, b) = connected();
    drop(b);
    let mut result = Ok(0);
    for _ in 0..100 {
        result = a.write(b"into the void");
        if result.is_err() {
            break;
        }
        time::sleep(Duration::from_millis(1));
    }
    say!("{}", own(result));
}

fn datagrams() {
    let a = UdpSocket::bind("127.0.0.1:0").unwrap();
    let b = UdpSocket::bind("127.0.0.1:0").unwrap();
    for text in ["one", "", "three"] {
        a.send_to(text.as_bytes(), b.local_addr().unwrap()).unwrap();
    }
    let mut buf = [0; 3];
    for _ in 0..3 {
        let (n, from) = b.recv_from(&mut buf).unwrap();
        let text = String::from_utf8_lossy(&buf[..n]).into_owned();
        say!(
            "{n} {text} {} {}",
            from == a.local_addr().unwrap(),
            own(Ok(()))
        );
    }
    b.set_read_deadline(soon()).unwrap();
    say!("{}", own(b.recv_from(&mut buf)));
    b.close().unwrap();
    say!("{}", own(b.recv_from(&mut buf)));
}

/// A folder of this process, which is gone afterwards.
struct Folder(std::path::PathBuf);

impl Folder {
    fn new() -> Folder {
        let path = std::env::temp_dir().join(format!("differential-{}", std::process::id()));
        std::fs::create_dir(&path).unwrap();
        Folder(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left is in the system's folder for what may be lost.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn unix_sockets() {
    let dir = Folder::new();
    let path = dir.0.join("socket");
    say!("{}", own(UnixStream::connect(&path)));
    let l = UnixListener::bind(&path).unwrap();
    let mut c = UnixStream::connect(&path).unwrap();
    let (mut s, _) = l.accept().unwrap();
    c.write_all(b"hello").unwrap();
    drop(c);
    say!("{} {}", read(&mut s, 100), read(&mut s, 100));
    say!("{}", own(until_it_fails(|| s.write(b"x"))));
}

fn files() {
    let dir = Folder::new();
    let path = dir.0.join("file");
    say!("{}", own(os::read_file(&path)));
    say!("{}", own(os::write_file(&path, "contents")));
    say!(
        "{}",
        String::from_utf8(os::read_file(&path).unwrap()).unwrap()
    );
    let mut f = os::File::open(&path).unwrap();
    say!(
        "{} {} {}",
        read(&mut f, 4),
        read(&mut f, 100),
        read(&mut f, 100)
    );
    say!("{}", own(f.write(b"x")));
    say!("{}", own(os::File::open(dir.0.join("none/at/all"))));
    say!("{}", own(os::File::create(&dir.0)));
    say!("{}", own(os::read_file(&dir.0)));
}
