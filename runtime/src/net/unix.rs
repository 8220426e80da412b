//! Unix stream sockets: a listener, and connections inside one machine.

use std::fmt;
use std::io;
use std::net::Shutdown;
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::net::SocketAddr;
use std::panic::Location;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketAddrAny, SocketAddrUnix, SocketType};

use super::incoming::Incoming;
use super::socket::{self, both_directions, closes, reads_and_writes};
use crate::fd::{Fd, Mode};
use crate::time;

/// Waits for connections at a path. std's `UnixListener`, Go's `net.UnixListener`.
///
/// The file stays when the listener is closed, as in std; Go removes it.
///
/// ```
/// use goroutines::net::{UnixListener, UnixStream};
/// use goroutines::prelude::*;
/// use std::io::{Read, Write};
///
/// let path = std::env::temp_dir().join(format!("doc-unix-{}", std::process::id()));
/// # let _ = std::fs::remove_file(&path);
/// run(|| {
///     let l = UnixListener::bind(&path).unwrap();
///     go!({
///         let (mut c, _from) = l.accept().unwrap();
///         c.write_all(b"hello").unwrap();
///     });
///     let mut text = String::new();
///     UnixStream::connect(&path).unwrap().read_to_string(&mut text).unwrap();
///     assert_eq!(text, "hello");
/// });
/// std::fs::remove_file(&path).unwrap();
/// ```
pub struct UnixListener {
    fd: Arc<Fd>,
}

impl UnixListener {
    /// Listens at `path`, where no file may be.
    ///
    /// # Errors
    ///
    /// std's; for instance [`AddrInUse`](io::ErrorKind::AddrInUse).
    ///
    /// ```
    /// use goroutines::net::UnixListener;
    ///
    /// let path = std::env::temp_dir().join(format!("doc-bind-{}", std::process::id()));
    /// # let _ = std::fs::remove_file(&path);
    /// goroutines::run(|| {
    ///     let l = UnixListener::bind(&path).unwrap();
    ///     let again = UnixListener::bind(&path);
    ///     assert_eq!(again.unwrap_err().kind(), std::io::ErrorKind::AddrInUse);
    /// });
    /// # std::fs::remove_file(&path).unwrap();
    /// ```
    pub fn bind<P: AsRef<Path>>(path: P) -> io::Result<UnixListener> {
        UnixListener::bind_addr(&SocketAddr::from_pathname(path)?)
    }

    /// Listens at an address, which may be a name that is no path (an abstract one).
    ///
    /// # Errors
    ///
    /// std's.
    ///
    /// ```
    /// use goroutines::net::{UnixListener, UnixStream};
    /// use std::os::linux::net::SocketAddrExt;
    /// use std::os::unix::net::SocketAddr;
    ///
    /// let name = format!("doc-abstract-{}", std::process::id());
    /// let addr = SocketAddr::from_abstract_name(name).unwrap();
    /// goroutines::run(|| {
    ///     let l = UnixListener::bind_addr(&addr).unwrap();
    ///     let _c = UnixStream::connect_addr(&addr).unwrap();
    ///     assert!(l.accept().is_ok());
    /// });
    /// ```
    pub fn bind_addr(addr: &SocketAddr) -> io::Result<UnixListener> {
        let addr = systems(addr)?;
        let fd = socket::open(AddressFamily::UNIX, SocketType::STREAM)?;
        rustix::net::bind(&fd, &addr)?;
        rustix::net::listen(&fd, socket::BACKLOG)?;
        Ok(UnixListener {
            fd: socket::single(fd),
        })
    }

    /// The address that it listens on.
    ///
    /// # Errors
    ///
    /// It was closed.
    ///
    /// ```
    /// use goroutines::net::UnixListener;
    ///
    /// let path = std::env::temp_dir().join(format!("doc-addr-{}", std::process::id()));
    /// # let _ = std::fs::remove_file(&path);
    /// goroutines::run(|| {
    ///     let l = UnixListener::bind(&path).unwrap();
    ///     assert_eq!(l.local_addr().unwrap().as_pathname(), Some(path.as_path()));
    /// });
    /// # std::fs::remove_file(&path).unwrap();
    /// ```
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        local(&self.fd)
    }

    /// The next connection; waits for one.
    ///
    /// # Errors
    ///
    /// The listener was closed; or the system's, for instance too many open files.
    ///
    /// ```
    /// use goroutines::net::{UnixListener, UnixStream};
    ///
    /// let path = std::env::temp_dir().join(format!("doc-accept-{}", std::process::id()));
    /// # let _ = std::fs::remove_file(&path);
    /// goroutines::run(|| {
    ///     let l = UnixListener::bind(&path).unwrap();
    ///     let _a = UnixStream::connect(&path).unwrap();
    ///     let (_b, from) = l.accept().unwrap();
    ///     assert!(from.is_unnamed());
    /// });
    /// # std::fs::remove_file(&path).unwrap();
    /// ```
    #[track_caller]
    pub fn accept(&self) -> io::Result<(UnixStream, SocketAddr)> {
        self.accept_at(Location::caller())
    }

    fn accept_at(&self, at: &'static Location<'static>) -> io::Result<(UnixStream, SocketAddr)> {
        let (fd, from) = socket::accept(&self.fd, at)?;
        let from = match from {
            Some(from) => named(from)?,
            None => unnamed()?,
        };
        Ok((UnixStream::new(fd), from))
    }

    /// The connections, one after the other. Once the listener is closed, one error and then the end.
    ///
    /// ```
    /// use goroutines::net::{UnixListener, UnixStream};
    ///
    /// let path = std::env::temp_dir().join(format!("doc-incoming-{}", std::process::id()));
    /// # let _ = std::fs::remove_file(&path);
    /// goroutines::run(|| {
    ///     let l = UnixListener::bind(&path).unwrap();
    ///     let _c = UnixStream::connect(&path).unwrap();
    ///     for c in l.incoming() {
    ///         match c {
    ///             Ok(_) => l.close().unwrap(),
    ///             Err(e) => assert_eq!(e.to_string(), "use of closed network connection"),
    ///         }
    ///     }
    /// });
    /// # std::fs::remove_file(&path).unwrap();
    /// ```
    pub fn incoming(&self) -> Incoming<'_, UnixListener> {
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
    /// use goroutines::net::UnixListener;
    /// use goroutines::time;
    ///
    /// let path = std::env::temp_dir().join(format!("doc-deadline-{}", std::process::id()));
    /// # let _ = std::fs::remove_file(&path);
    /// goroutines::run(|| {
    ///     let l = UnixListener::bind(&path).unwrap();
    ///     l.set_deadline(Some(time::now() + time::Duration::from_millis(5))).unwrap();
    ///     assert_eq!(l.accept().unwrap_err().kind(), std::io::ErrorKind::TimedOut);
    /// });
    /// # std::fs::remove_file(&path).unwrap();
    /// ```
    pub fn set_deadline(&self, deadline: Option<time::Instant>) -> io::Result<()> {
        self.fd.set_deadline(Mode::Read, deadline)
    }
}

impl Iterator for Incoming<'_, UnixListener> {
    type Item = io::Result<UnixStream>;

    #[track_caller]
    fn next(&mut self) -> Option<io::Result<UnixStream>> {
        let at = Location::caller();
        self.step(|l| Ok(l.accept_at(at)?.0), |l| l.fd.is_closed())
    }
}

closes!(
    UnixListener,
    "    # use std::os::linux::net::SocketAddrExt;
    # use std::os::unix::net;
    # let mine = format!(\"doc-{}-{:?}\", std::process::id(), std::thread::current().id());
    # let addr = net::SocketAddr::from_abstract_name(mine).unwrap();
    # let listener = net::UnixListener::bind_addr(&addr).unwrap();
    let s = goroutines::net::UnixListener::from(listener);"
);

socket::from_std!(
    UnixListener,
    std::os::unix::net::UnixListener,
    socket::single
);

impl fmt::Debug for UnixListener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut d = f.debug_struct("UnixListener");
        if let Ok(addr) = self.local_addr() {
            d.field("local", &addr);
        }
        d.field("fd", &self.fd).finish()
    }
}

/// A connection inside one machine. std's `UnixStream`, Go's `net.UnixConn`.
///
/// All that is said of [`TcpStream`](super::TcpStream) holds here, too.
///
/// ```
/// use goroutines::net::UnixStream;
/// use goroutines::prelude::*;
/// use std::io::{Read, Write};
///
/// run(|| {
///     let (mut a, mut b) = UnixStream::pair().unwrap();
///     go!({ b.write_all(b"hi").unwrap() });
///     let mut text = String::new();
///     a.read_to_string(&mut text).unwrap();
///     assert_eq!(text, "hi");
/// });
/// ```
pub struct UnixStream {
    fd: Arc<Fd>,
}

/// Pauses of a connect while the listener's backlog is full: the first, and the longest.
const PAUSE: (Duration, Duration) = (Duration::from_millis(1), Duration::from_millis(50));

impl UnixStream {
    fn new(fd: std::os::fd::OwnedFd) -> UnixStream {
        UnixStream {
            fd: socket::local(fd),
        }
    }

    /// Connects to who listens at `path`.
    ///
    /// # Errors
    ///
    /// std's; for instance [`NotFound`](io::ErrorKind::NotFound), or [`ConnectionRefused`](io::ErrorKind::ConnectionRefused)
    /// if nobody listens.
    ///
    /// ```
    /// use goroutines::net::{UnixListener, UnixStream};
    ///
    /// let path = std::env::temp_dir().join(format!("doc-connect-{}", std::process::id()));
    /// # let _ = std::fs::remove_file(&path);
    /// goroutines::run(|| {
    ///     let l = UnixListener::bind(&path).unwrap();
    ///     assert!(UnixStream::connect(&path).is_ok());
    ///     l.close().unwrap();
    ///     let e = UnixStream::connect(&path).unwrap_err();
    ///     assert_eq!(e.kind(), std::io::ErrorKind::ConnectionRefused);
    /// });
    /// # std::fs::remove_file(&path).unwrap();
    /// ```
    #[track_caller]
    pub fn connect<P: AsRef<Path>>(path: P) -> io::Result<UnixStream> {
        UnixStream::connect_addr(&SocketAddr::from_pathname(path)?)
    }

    /// The same for an address, which may be a name that is no path (an abstract one).
    ///
    /// # Errors
    ///
    /// std's.
    ///
    /// ```
    /// use goroutines::net::UnixStream;
    /// use std::os::linux::net::SocketAddrExt;
    /// use std::os::unix::net::SocketAddr;
    ///
    /// let addr = SocketAddr::from_abstract_name("nobody listens here").unwrap();
    /// let e = goroutines::run(move || UnixStream::connect_addr(&addr)).unwrap_err();
    /// assert_eq!(e.kind(), std::io::ErrorKind::ConnectionRefused);
    /// ```
    #[track_caller]
    pub fn connect_addr(addr: &SocketAddr) -> io::Result<UnixStream> {
        if crate::seam::current().is_none() {
            let joined = std::os::unix::net::UnixStream::connect_addr(addr)?;
            return Ok(UnixStream::from(joined));
        }
        let addr = systems(addr)?;
        let new = UnixStream::new(socket::open(AddressFamily::UNIX, SocketType::STREAM)?);
        let mut pause = PAUSE.0;
        loop {
            // Either it is connected at once, or the backlog is full. The system tells nobody when that changes, so there
            // is nothing to wait for but time; a blocking connect would wait there, Go's fails.
            match new.fd.with(|fd| rustix::net::connect(fd, &addr)) {
                Ok(()) => return Ok(new),
                Err(e) if e.raw_os_error() == Some(Errno::AGAIN.raw_os_error()) => {
                    time::sleep(pause);
                    pause = (pause * 2).min(PAUSE.1);
                }
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
    }

    /// Two that are connected to each other.
    ///
    /// # Errors
    ///
    /// Too many open files.
    ///
    /// ```
    /// use goroutines::net::UnixStream;
    /// use std::io::{Read, Write};
    ///
    /// goroutines::run(|| {
    ///     let (mut a, mut b) = UnixStream::pair().unwrap();
    ///     a.write_all(b"x").unwrap();
    ///     assert_eq!(b.read(&mut [0; 8]).unwrap(), 1);
    /// });
    /// ```
    pub fn pair() -> io::Result<(UnixStream, UnixStream)> {
        let (a, b) = socket::pair()?;
        Ok((UnixStream::new(a), UnixStream::new(b)))
    }

    /// This end's address.
    ///
    /// # Errors
    ///
    /// It was closed.
    ///
    /// ```
    /// use goroutines::net::UnixStream;
    ///
    /// let (a, _b) = UnixStream::pair().unwrap();
    /// assert!(a.local_addr().unwrap().is_unnamed());
    /// ```
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        local(&self.fd)
    }

    /// The other end's address.
    ///
    /// # Errors
    ///
    /// It was closed, or the connection is gone.
    ///
    /// ```
    /// use goroutines::net::{UnixListener, UnixStream};
    ///
    /// let path = std::env::temp_dir().join(format!("doc-peer-{}", std::process::id()));
    /// # let _ = std::fs::remove_file(&path);
    /// goroutines::run(|| {
    ///     let l = UnixListener::bind(&path).unwrap();
    ///     let a = UnixStream::connect(&path).unwrap();
    ///     assert_eq!(a.peer_addr().unwrap().as_pathname(), Some(path.as_path()));
    /// });
    /// # std::fs::remove_file(&path).unwrap();
    /// ```
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        match self.fd.with(|fd| rustix::net::getpeername(fd))? {
            Some(addr) => named(addr),
            None => unnamed(),
        }
    }

    /// Ends one direction or both: the other side reads to the end, this one's reads give 0. Whoever waits is woken. Go's
    /// `CloseRead` and `CloseWrite`.
    ///
    /// # Errors
    ///
    /// It was closed, or the connection is gone.
    ///
    /// ```
    /// use goroutines::net::UnixStream;
    /// use std::io::Read;
    /// use std::net::Shutdown;
    ///
    /// goroutines::run(|| {
    ///     let (a, mut b) = UnixStream::pair().unwrap();
    ///     a.shutdown(Shutdown::Write).unwrap();
    ///     assert_eq!(b.read(&mut [0; 8]).unwrap(), 0);
    /// });
    /// ```
    pub fn shutdown(&self, how: Shutdown) -> io::Result<()> {
        super::shut(&self.fd, how)
    }
}
reads_and_writes!(UnixStream);
both_directions!(
    UnixStream,
    "    let (s, _other) = goroutines::net::UnixStream::pair().unwrap();",
    "std::io::Read::read(&mut &s, &mut [0; 8])"
);

socket::from_std!(UnixStream, std::os::unix::net::UnixStream, socket::local);

impl fmt::Debug for UnixStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut d = f.debug_struct("UnixStream");
        if let Ok(addr) = self.local_addr() {
            d.field("local", &addr);
        }
        if let Ok(peer) = self.peer_addr() {
            d.field("peer", &peer);
        }
        d.field("fd", &self.fd).finish()
    }
}

fn local(fd: &Fd) -> io::Result<SocketAddr> {
    named(fd.with(|fd| rustix::net::getsockname(fd))?)
}

/// std's form of an address as rustix's.
fn systems(addr: &SocketAddr) -> io::Result<SocketAddrUnix> {
    if let Some(name) = addr.as_abstract_name() {
        return Ok(SocketAddrUnix::new_abstract_name(name)?);
    }
    if addr.is_unnamed() {
        return Ok(SocketAddrUnix::new_unnamed());
    }
    let path = addr.as_pathname().unwrap_or(Path::new(""));
    Ok(SocketAddrUnix::new(path)?)
}

fn unnamed() -> io::Result<SocketAddr> {
    SocketAddr::from_pathname("")
}

/// std's form of an address.
fn named(addr: SocketAddrAny) -> io::Result<SocketAddr> {
    let addr = SocketAddrUnix::try_from(addr)?;
    if let Some(name) = addr.abstract_name()
        // rustix reads an address without a name as this.
        && !name.is_empty()
    {
        return SocketAddr::from_abstract_name(name);
    }
    match addr.path() {
        Some(path) => SocketAddr::from_pathname(std::ffi::OsStr::from_bytes(path.to_bytes())),
        None => unnamed(),
    }
}
