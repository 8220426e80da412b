//! TCP: a listener, and connections.

use std::fmt;
use std::io;
use std::net::{Shutdown, SocketAddr, ToSocketAddrs};
use std::panic::Location;
use std::sync::Arc;
use std::time::Duration;

use rustix::io::Errno;
use rustix::net::{RecvFlags, SocketType, sockopt};

use super::incoming::Incoming;
use super::socket::{self, both_directions, closes, reads_and_writes};
use crate::fd::{Fd, Mode};

/// Waits for connections. std's `TcpListener`, Go's `net.TCPListener`.
///
/// ```
/// use goroutines::net::{TcpListener, TcpStream};
/// use goroutines::prelude::*;
/// use std::io::{Read, Write};
///
/// run(|| {
///     let l = TcpListener::bind("127.0.0.1:0").unwrap();
///     let addr = l.local_addr().unwrap();
///     go!({
///         let (mut c, _from) = l.accept().unwrap();
///         c.write_all(b"hello").unwrap();
///     });
///     let mut text = String::new();
///     TcpStream::connect(addr).unwrap().read_to_string(&mut text).unwrap();
///     assert_eq!(text, "hello");
/// });
/// ```
pub struct TcpListener {
    fd: Arc<Fd>,
}

impl TcpListener {
    /// Listens on the first address that works. As in Go, the address can be used again at once after a restart, and the
    /// backlog is the longest that the system allows.
    ///
    /// Names are looked up by the system, in a blocking call that gives the P up.
    ///
    /// # Errors
    ///
    /// std's; for instance [`AddrInUse`](io::ErrorKind::AddrInUse).
    ///
    /// ```
    /// use goroutines::net::TcpListener;
    ///
    /// goroutines::run(|| {
    ///     let l = TcpListener::bind("127.0.0.1:0").unwrap();
    ///     let again = TcpListener::bind(l.local_addr().unwrap());
    ///     assert_eq!(again.unwrap_err().kind(), std::io::ErrorKind::AddrInUse);
    /// });
    /// ```
    #[track_caller]
    pub fn bind<A: ToSocketAddrs>(addr: A) -> io::Result<TcpListener> {
        socket::each(addr, |a| {
            let fd = socket::open(socket::family(a), SocketType::STREAM)?;
            sockopt::set_socket_reuseaddr(&fd, true)?;
            rustix::net::bind(&fd, a)?;
            rustix::net::listen(&fd, socket::BACKLOG)?;
            Ok(TcpListener {
                fd: socket::single(fd),
            })
        })
    }

    /// The address that it listens on.
    ///
    /// # Errors
    ///
    /// It was closed.
    ///
    /// ```
    /// use goroutines::net::TcpListener;
    ///
    /// goroutines::run(|| {
    ///     let l = TcpListener::bind("127.0.0.1:0").unwrap();
    ///     assert!(l.local_addr().unwrap().port() > 0);
    /// });
    /// ```
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        socket::internet(Some(self.fd.with(|fd| rustix::net::getsockname(fd))?))
    }

    /// The next connection; waits for one.
    ///
    /// # Errors
    ///
    /// The listener was closed; or the system's, for instance too many open files.
    ///
    /// ```
    /// use goroutines::net::{TcpListener, TcpStream};
    ///
    /// goroutines::run(|| {
    ///     let l = TcpListener::bind("127.0.0.1:0").unwrap();
    ///     let a = TcpStream::connect(l.local_addr().unwrap()).unwrap();
    ///     let (_b, from) = l.accept().unwrap();
    ///     assert_eq!(from, a.local_addr().unwrap());
    /// });
    /// ```
    #[track_caller]
    pub fn accept(&self) -> io::Result<(TcpStream, SocketAddr)> {
        self.accept_at(Location::caller())
    }

    fn accept_at(&self, at: &'static Location<'static>) -> io::Result<(TcpStream, SocketAddr)> {
        let (fd, from) = socket::accept(&self.fd, at)?;
        Ok((TcpStream::new(fd), socket::internet(from)?))
    }

    /// The connections, one after the other. Once the listener is closed, one error and then the end.
    ///
    /// ```
    /// use goroutines::net::{TcpListener, TcpStream};
    ///
    /// goroutines::run(|| {
    ///     let l = TcpListener::bind("127.0.0.1:0").unwrap();
    ///     let _c = TcpStream::connect(l.local_addr().unwrap()).unwrap();
    ///     for c in l.incoming() {
    ///         match c {
    ///             Ok(_) => l.close().unwrap(),
    ///             Err(e) => assert_eq!(e.to_string(), "use of closed network connection"),
    ///         }
    ///     }
    /// });
    /// ```
    pub fn incoming(&self) -> Incoming<'_> {
        Incoming::new(self)
    }

    /// Accepts that wait fail with [`TimedOut`](io::ErrorKind::TimedOut) from then on; `None` takes it away. Go's
    /// `SetDeadline`.
    ///
    /// # Errors
    ///
    /// It was closed.
    ///
    /// ```
    /// use goroutines::net::TcpListener;
    /// use goroutines::time;
    ///
    /// goroutines::run(|| {
    ///     let l = TcpListener::bind("127.0.0.1:0").unwrap();
    ///     l.set_deadline(Some(time::now() + time::Duration::from_millis(5))).unwrap();
    ///     assert_eq!(l.accept().unwrap_err().kind(), std::io::ErrorKind::TimedOut);
    /// });
    /// ```
    pub fn set_deadline(&self, deadline: Option<crate::time::Instant>) -> io::Result<()> {
        self.fd.set_deadline(Mode::Read, deadline)
    }
}
closes!(
    TcpListener,
    "    let s = goroutines::net::TcpListener::bind(\"127.0.0.1:0\").unwrap();"
);

socket::from_std!(TcpListener, std::net::TcpListener, socket::single);

impl fmt::Debug for TcpListener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut d = f.debug_struct("TcpListener");
        if let Ok(addr) = self.local_addr() {
            d.field("addr", &addr);
        }
        d.field("fd", &self.fd).finish()
    }
}

impl Iterator for Incoming<'_, TcpListener> {
    type Item = io::Result<TcpStream>;

    #[track_caller]
    fn next(&mut self) -> Option<io::Result<TcpStream>> {
        let at = Location::caller();
        self.step(|l| Ok(l.accept_at(at)?.0), |l| l.fd.is_closed())
    }
}

/// A connection. std's `TcpStream`, Go's `net.TCPConn`.
///
/// One goroutine can read while another writes. A second reader waits for its turn. What is sent leaves at once
/// (`TCP_NODELAY`), as in Go.
///
/// A read gives 0 at the end of what the other side sends; a write to a connection that the other side has closed fails
/// with [`BrokenPipe`](io::ErrorKind::BrokenPipe) or [`ConnectionReset`](io::ErrorKind::ConnectionReset), and raises no
/// signal.
///
/// A call costs what the system call costs; one that must wait parks its goroutine, and no thread.
///
/// ```
/// use goroutines::net::{TcpListener, TcpStream};
/// use std::io::{Read, Write};
///
/// goroutines::run(|| {
///     let l = TcpListener::bind("127.0.0.1:0").unwrap();
///     let mut a = TcpStream::connect(l.local_addr().unwrap()).unwrap();
///     let (mut b, _) = l.accept().unwrap();
///     a.write_all(b"hello").unwrap();
///     drop(a);
///     let mut text = String::new();
///     b.read_to_string(&mut text).unwrap();
///     assert_eq!(text, "hello");
/// });
/// ```
pub struct TcpStream {
    fd: Arc<Fd>,
}

/// How often a connect that met itself is tried again.
const AGAIN: usize = 2;

impl TcpStream {
    fn new(fd: std::os::fd::OwnedFd) -> TcpStream {
        // Fails only on a connection that is broken already: the first read says so.
        let _ = sockopt::set_tcp_nodelay(&fd, true);
        TcpStream {
            fd: socket::stream(fd),
        }
    }

    /// Connects to the first address that answers. See [`TcpListener::bind`] for how names are looked up.
    ///
    /// # Errors
    ///
    /// The last address's; for instance [`ConnectionRefused`](io::ErrorKind::ConnectionRefused).
    ///
    /// ```
    /// use goroutines::net::{TcpListener, TcpStream};
    ///
    /// goroutines::run(|| {
    ///     let l = TcpListener::bind("127.0.0.1:0").unwrap();
    ///     let addr = l.local_addr().unwrap();
    ///     assert!(TcpStream::connect(addr).is_ok());
    ///     l.close().unwrap();
    ///     let e = TcpStream::connect(addr).unwrap_err();
    ///     assert_eq!(e.kind(), std::io::ErrorKind::ConnectionRefused);
    /// });
    /// ```
    #[track_caller]
    pub fn connect<A: ToSocketAddrs>(addr: A) -> io::Result<TcpStream> {
        let at = Location::caller();
        socket::each(addr, |a| TcpStream::join(a, None, at))
    }

    /// Connects, for no longer than `timeout`.
    ///
    /// # Errors
    ///
    /// [`TimedOut`](io::ErrorKind::TimedOut); the timeout is zero; or as for [`connect`](TcpStream::connect).
    ///
    /// ```
    /// use goroutines::net::{TcpListener, TcpStream};
    /// use goroutines::time::Duration;
    ///
    /// goroutines::run(|| {
    ///     let l = TcpListener::bind("127.0.0.1:0").unwrap();
    ///     let addr = l.local_addr().unwrap();
    ///     assert!(TcpStream::connect_timeout(&addr, Duration::from_secs(5)).is_ok());
    /// });
    /// ```
    #[track_caller]
    pub fn connect_timeout(addr: &SocketAddr, timeout: Duration) -> io::Result<TcpStream> {
        TcpStream::join(addr, Some(timeout), Location::caller())
    }

    fn join(
        addr: &SocketAddr,
        timeout: Option<Duration>,
        at: &'static Location<'static>,
    ) -> io::Result<TcpStream> {
        let mut tries = 0;
        loop {
            let fd = socket::open(socket::family(addr), SocketType::STREAM)?;
            let new = TcpStream::new(fd);
            if timeout.is_some() {
                new.fd.set_timeout(Mode::Write, timeout)?;
            }
            let joined = socket::connect(&new.fd, at, |fd| rustix::net::connect(fd, addr));
            // A port of this machine on which nobody listens may be the one that the system picks for this end: the
            // socket is then connected to itself. Go tries again, too.
            let again = match &joined {
                Ok(()) => new.local_addr().ok() == new.peer_addr().ok(),
                Err(e) => e.raw_os_error() == Some(Errno::ADDRNOTAVAIL.raw_os_error()),
            };
            if again && tries < AGAIN {
                tries += 1;
                continue;
            }
            joined?;
            if timeout.is_some() {
                new.fd.set_timeout(Mode::Write, None)?;
            }
            return Ok(new);
        }
    }

    /// This end's address.
    ///
    /// # Errors
    ///
    /// It was closed.
    ///
    /// ```
    /// use goroutines::net::{TcpListener, TcpStream};
    ///
    /// goroutines::run(|| {
    ///     let l = TcpListener::bind("127.0.0.1:0").unwrap();
    ///     let a = TcpStream::connect(l.local_addr().unwrap()).unwrap();
    ///     let (_b, from) = l.accept().unwrap();
    ///     assert_eq!(a.local_addr().unwrap(), from);
    /// });
    /// ```
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        socket::internet(Some(self.fd.with(|fd| rustix::net::getsockname(fd))?))
    }

    /// The other end's address.
    ///
    /// # Errors
    ///
    /// It was closed, or the connection is gone.
    ///
    /// ```
    /// use goroutines::net::{TcpListener, TcpStream};
    ///
    /// goroutines::run(|| {
    ///     let l = TcpListener::bind("127.0.0.1:0").unwrap();
    ///     let a = TcpStream::connect(l.local_addr().unwrap()).unwrap();
    ///     assert_eq!(a.peer_addr().unwrap(), l.local_addr().unwrap());
    /// });
    /// ```
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        socket::internet(self.fd.with(|fd| rustix::net::getpeername(fd))?)
    }

    /// Ends one direction or both: the other side reads to the end, this one's reads give 0. Whoever waits is woken. Go's
    /// `CloseRead` and `CloseWrite`.
    ///
    /// # Errors
    ///
    /// It was closed, or the connection is gone.
    ///
    /// ```
    /// use goroutines::net::{TcpListener, TcpStream};
    /// use std::io::Read;
    /// use std::net::Shutdown;
    ///
    /// goroutines::run(|| {
    ///     let l = TcpListener::bind("127.0.0.1:0").unwrap();
    ///     let a = TcpStream::connect(l.local_addr().unwrap()).unwrap();
    ///     let (mut b, _) = l.accept().unwrap();
    ///     a.shutdown(Shutdown::Write).unwrap();
    ///     assert_eq!(b.read(&mut [0; 8]).unwrap(), 0);
    /// });
    /// ```
    pub fn shutdown(&self, how: Shutdown) -> io::Result<()> {
        super::shut(&self.fd, how)
    }

    /// Whether what is sent leaves at once; it does unless it is switched off.
    ///
    /// # Errors
    ///
    /// It was closed.
    ///
    /// ```
    /// use goroutines::net::{TcpListener, TcpStream};
    ///
    /// goroutines::run(|| {
    ///     let l = TcpListener::bind("127.0.0.1:0").unwrap();
    ///     let a = TcpStream::connect(l.local_addr().unwrap()).unwrap();
    ///     a.set_nodelay(false).unwrap(); // small writes may wait for more
    ///     assert!(!a.nodelay().unwrap());
    /// });
    /// ```
    pub fn set_nodelay(&self, on: bool) -> io::Result<()> {
        self.fd.with(|fd| sockopt::set_tcp_nodelay(fd, on))
    }

    /// What `set_nodelay` has set.
    ///
    /// # Errors
    ///
    /// It was closed.
    ///
    /// ```
    /// use goroutines::net::{TcpListener, TcpStream};
    ///
    /// goroutines::run(|| {
    ///     let l = TcpListener::bind("127.0.0.1:0").unwrap();
    ///     let a = TcpStream::connect(l.local_addr().unwrap()).unwrap();
    ///     assert!(a.nodelay().unwrap()); // from the start, as in Go
    /// });
    /// ```
    pub fn nodelay(&self) -> io::Result<bool> {
        self.fd.with(|fd| sockopt::tcp_nodelay(fd))
    }

    /// Reads without taking: the next read gives the same.
    ///
    /// # Errors
    ///
    /// As for reads.
    ///
    /// ```
    /// use goroutines::net::{TcpListener, TcpStream};
    /// use std::io::{Read, Write};
    ///
    /// goroutines::run(|| {
    ///     let l = TcpListener::bind("127.0.0.1:0").unwrap();
    ///     let mut a = TcpStream::connect(l.local_addr().unwrap()).unwrap();
    ///     let (mut b, _) = l.accept().unwrap();
    ///     a.write_all(b"x").unwrap();
    ///     let mut byte = [0];
    ///     assert_eq!((b.peek(&mut byte).unwrap(), byte), (1, *b"x"));
    ///     assert_eq!((b.read(&mut byte).unwrap(), byte), (1, *b"x"));
    /// });
    /// ```
    #[track_caller]
    pub fn peek(&self, buf: &mut [u8]) -> io::Result<usize> {
        self.fd.attempt(
            Mode::Read,
            Location::caller(),
            |_| false,
            |fd| Ok(rustix::net::recv(fd, &mut *buf, RecvFlags::PEEK)?.0),
        )
    }
}
reads_and_writes!(TcpStream);
both_directions!(
    TcpStream,
    "    let l = goroutines::net::TcpListener::bind(\"127.0.0.1:0\").unwrap();
    let s = goroutines::net::TcpStream::connect(l.local_addr().unwrap()).unwrap();",
    "std::io::Read::read(&mut &s, &mut [0; 8])"
);

socket::from_std!(TcpStream, std::net::TcpStream, socket::stream);

impl fmt::Debug for TcpStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut d = f.debug_struct("TcpStream");
        if let Ok(addr) = self.local_addr() {
            d.field("addr", &addr);
        }
        if let Ok(peer) = self.peer_addr() {
            d.field("peer", &peer);
        }
        d.field("fd", &self.fd).finish()
    }
}
