//! Sockets that do not block: how they are made and joined, and what all stream types have in common.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::os::fd::{BorrowedFd, OwnedFd};
use std::panic::Location;
use std::sync::Arc;

use rustix::io::Errno;
use rustix::net::{AddressFamily, SendFlags, SocketAddrAny, SocketFlags, SocketType, sockopt};

use crate::fd::{Fd, Kind, Mode};
use crate::{runtime, seam};

/// What each new socket is like: it does not block, and is closed by `exec`.
const FLAGS: SocketFlags = SocketFlags::CLOEXEC.union(SocketFlags::NONBLOCK);

/// A new socket.
pub(super) fn open(family: AddressFamily, kind: SocketType) -> io::Result<OwnedFd> {
    Ok(rustix::net::socket_with(family, kind, FLAGS, None)?)
}

/// Two that are joined.
pub(super) fn pair() -> io::Result<(OwnedFd, OwnedFd)> {
    let (family, kind) = (AddressFamily::UNIX, SocketType::STREAM);
    Ok(rustix::net::socketpair(family, kind, FLAGS, None)?)
}

fn accept_once(fd: BorrowedFd<'_>) -> rustix::io::Result<(OwnedFd, Option<SocketAddrAny>)> {
    rustix::net::acceptfrom_with(fd, FLAGS)
}

/// What keeps a write to a closed connection from raising a signal.
pub(super) const QUIETLY: SendFlags = SendFlags::NOSIGNAL;

/// The longest backlog that the system allows: it cuts off what is too long.
pub(super) const BACKLOG: i32 = i32::MAX;

/// The next connection. One that was given up before anybody took it does not count.
pub(super) fn accept(
    fd: &Fd,
    at: &'static Location<'static>,
) -> io::Result<(OwnedFd, Option<SocketAddrAny>)> {
    fd.attempt(
        Mode::Read,
        at,
        |_| false,
        |fd| loop {
            match accept_once(fd) {
                Err(Errno::CONNABORTED) => {}
                other => return other,
            }
        },
    )
}

/// Joins a socket with `begin`, and waits until that has come to an end.
pub(super) fn connect(
    fd: &Fd,
    at: &'static Location<'static>,
    begin: impl Fn(BorrowedFd<'_>) -> rustix::io::Result<()>,
) -> io::Result<()> {
    let mut begun = false;
    fd.attempt(
        Mode::Write,
        at,
        |()| false,
        |fd| {
            if !begun {
                return match begin(fd) {
                    Ok(()) => Ok(()),
                    // Interrupted, it goes on by itself.
                    Err(Errno::INPROGRESS | Errno::ALREADY | Errno::INTR) => {
                        begun = true;
                        Err(Errno::AGAIN)
                    }
                    Err(e) => Err(e),
                };
            }
            sockopt::socket_error(fd)??;
            match rustix::net::getpeername(fd) {
                Err(Errno::NOTCONN) => Err(Errno::AGAIN),
                Err(e) => Err(e),
                Ok(_) => Ok(()),
            }
        },
    )
}

pub(super) fn family(addr: &SocketAddr) -> AddressFamily {
    match addr {
        SocketAddr::V4(_) => AddressFamily::INET,
        SocketAddr::V6(_) => AddressFamily::INET6,
    }
}

/// The address of an internet socket.
pub(super) fn internet(addr: Option<SocketAddrAny>) -> io::Result<SocketAddr> {
    let addr = addr.ok_or(Errno::NOTCONN)?;
    Ok(SocketAddr::try_from(addr)?)
}

/// Looks names up, on a thread that is given up for it.
#[track_caller]
fn resolve<A: ToSocketAddrs>(addr: A) -> io::Result<A::Iter> {
    if seam::current().is_some() {
        runtime::syscall(|| addr.to_socket_addrs())
    } else {
        addr.to_socket_addrs()
    }
}

/// `f` with one address after the other until it succeeds; the last failure otherwise.
#[track_caller]
pub(super) fn each<A: ToSocketAddrs, R>(
    addr: A,
    mut f: impl FnMut(&SocketAddr) -> io::Result<R>,
) -> io::Result<R> {
    let mut last = None;
    for a in resolve(addr)? {
        match f(&a) {
            Ok(r) => return Ok(r),
            Err(e) => last = Some(e),
        }
    }
    Err(last.unwrap_or_else(|| {
        io::Error::new(
            io::ErrorKind::InvalidInput,
            "could not resolve to any addresses",
        )
    }))
}

/// The first address only.
#[track_caller]
pub(super) fn first<A: ToSocketAddrs>(addr: A) -> io::Result<SocketAddr> {
    resolve(addr)?
        .next()
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "no addresses to send data to"))
}

/// Takes over a new TCP connection.
pub(super) fn stream(fd: OwnedFd) -> Arc<Fd> {
    Fd::new(fd, Kind::Socket, [true, true])
}

/// Takes over a new Unix connection.
pub(super) fn local(fd: OwnedFd) -> Arc<Fd> {
    Fd::new(fd, Kind::Socket, [false, true])
}

/// Takes over a socket on which every call stands for itself.
pub(super) fn single(fd: OwnedFd) -> Arc<Fd> {
    Fd::new(fd, Kind::Socket, [false, false])
}

/// `Read` and `Write` for a stream and for its reference.
macro_rules! reads_and_writes {
    ($t:ty) => {
        impl std::io::Read for &$t {
            crate::fd::reads!();
        }

        impl std::io::Read for $t {
            crate::fd::reads!();
        }

        impl std::io::Write for &$t {
            #[track_caller]
            fn write(&mut self, buf: &[u8]) -> std::io::Result<usize> {
                self.fd
                    .write(buf, std::panic::Location::caller(), |fd, buf| {
                        rustix::net::send(fd, buf, crate::net::socket::QUIETLY)
                    })
            }

            #[track_caller]
            fn write_all(&mut self, buf: &[u8]) -> std::io::Result<()> {
                self.fd
                    .write_all(buf, std::panic::Location::caller(), |fd, buf| {
                        rustix::net::send(fd, buf, crate::net::socket::QUIETLY)
                    })
            }

            fn flush(&mut self) -> std::io::Result<()> {
                Ok(())
            }
        }

        impl std::io::Write for $t {
            #[track_caller]
            fn write(&mut self, buf: &[u8]) -> std::io::Result<usize> {
                (&*self).write(buf)
            }

            #[track_caller]
            fn write_all(&mut self, buf: &[u8]) -> std::io::Result<()> {
                (&*self).write_all(buf)
            }

            fn flush(&mut self) -> std::io::Result<()> {
                Ok(())
            }
        }
    };
}
pub(super) use reads_and_writes;

/// Deadlines, timeouts, closing and the descriptor, for every type with both directions. `made` makes one called `s` in the
/// examples, and `read` receives from it.
macro_rules! both_directions {
    ($t:ty, $made:expr, $read:expr) => {
        impl $t {
            /// From then on reads fail with [`TimedOut`](std::io::ErrorKind::TimedOut), one that waits now included;
            /// `None` takes the deadline away. Go's `SetReadDeadline`.
            ///
            /// # Errors
            ///
            /// It was closed.
            ///
            /// ```
            /// use goroutines::time::{self, Duration};
            /// goroutines::run(|| {
            #[doc = $made]
            ///     let soon = time::now() + Duration::from_millis(5);
            ///     s.set_read_deadline(Some(soon)).unwrap();
            #[doc = concat!("    let e = ", $read, ".unwrap_err();")]
            ///     assert_eq!(e.kind(), std::io::ErrorKind::TimedOut);
            /// });
            /// ```
            pub fn set_read_deadline(
                &self,
                deadline: Option<crate::time::Instant>,
            ) -> std::io::Result<()> {
                self.fd.set_deadline(crate::fd::Mode::Read, deadline)
            }

            /// The same for writes. Go's `SetWriteDeadline`.
            ///
            /// # Errors
            ///
            /// It was closed.
            ///
            /// ```
            /// use goroutines::time;
            /// goroutines::run(|| {
            #[doc = $made]
            ///     s.set_write_deadline(Some(time::now())).unwrap(); // writes fail from now on
            ///     s.set_write_deadline(None).unwrap(); // and now they do not
            /// });
            /// ```
            pub fn set_write_deadline(
                &self,
                deadline: Option<crate::time::Instant>,
            ) -> std::io::Result<()> {
                self.fd.set_deadline(crate::fd::Mode::Write, deadline)
            }

            /// The same for both. Go's `SetDeadline`.
            ///
            /// # Errors
            ///
            /// It was closed.
            ///
            /// ```
            /// use goroutines::time;
            /// goroutines::run(|| {
            #[doc = $made]
            ///     s.set_deadline(Some(time::now())).unwrap(); // reads and writes fail from now on
            #[doc = concat!("    let e = ", $read, ".unwrap_err();")]
            ///     assert_eq!(e.kind(), std::io::ErrorKind::TimedOut);
            /// });
            /// ```
            pub fn set_deadline(
                &self,
                deadline: Option<crate::time::Instant>,
            ) -> std::io::Result<()> {
                self.set_read_deadline(deadline)?;
                self.set_write_deadline(deadline)
            }

            /// Every read that has waited for so long fails with [`TimedOut`](std::io::ErrorKind::TimedOut).
            ///
            /// In std the kind is `WouldBlock` on Unix. Go has deadlines only.
            ///
            /// # Errors
            ///
            /// The timeout is zero, or it was closed.
            ///
            /// ```
            /// use goroutines::time::Duration;
            /// goroutines::run(|| {
            #[doc = $made]
            ///     s.set_read_timeout(Some(Duration::from_millis(5))).unwrap();
            #[doc = concat!("    let e = ", $read, ".unwrap_err();")]
            ///     assert_eq!(e.kind(), std::io::ErrorKind::TimedOut);
            /// });
            /// ```
            pub fn set_read_timeout(
                &self,
                timeout: Option<crate::time::Duration>,
            ) -> std::io::Result<()> {
                self.fd.set_timeout(crate::fd::Mode::Read, timeout)
            }

            /// The same for writes.
            ///
            /// # Errors
            ///
            /// The timeout is zero, or it was closed.
            ///
            /// ```
            /// use goroutines::time::Duration;
            /// goroutines::run(|| {
            #[doc = $made]
            ///     s.set_write_timeout(Some(Duration::from_secs(1))).unwrap();
            ///     assert!(s.set_write_timeout(Some(Duration::ZERO)).is_err());
            /// });
            /// ```
            pub fn set_write_timeout(
                &self,
                timeout: Option<crate::time::Duration>,
            ) -> std::io::Result<()> {
                self.fd.set_timeout(crate::fd::Mode::Write, timeout)
            }

            /// What `set_read_timeout` has set.
            ///
            /// # Errors
            ///
            /// None; as in std.
            ///
            /// ```
            /// goroutines::run(|| {
            #[doc = $made]
            ///     assert_eq!(s.read_timeout().unwrap(), None);
            /// });
            /// ```
            pub fn read_timeout(&self) -> std::io::Result<Option<crate::time::Duration>> {
                Ok(self.fd.timeout(crate::fd::Mode::Read))
            }

            /// What `set_write_timeout` has set.
            ///
            /// # Errors
            ///
            /// None; as in std.
            ///
            /// ```
            /// goroutines::run(|| {
            #[doc = $made]
            ///     assert_eq!(s.write_timeout().unwrap(), None);
            /// });
            /// ```
            pub fn write_timeout(&self) -> std::io::Result<Option<crate::time::Duration>> {
                Ok(self.fd.timeout(crate::fd::Mode::Write))
            }
        }
        crate::net::socket::closes!($t, $made);
    };
}
pub(super) use both_directions;

/// Closing, the error that is pending, another handle, the descriptor. `made` makes one called `s` in the examples.
macro_rules! closes {
    ($t:ty, $made:expr) => {
        impl $t {
            /// Closes it for all its handles: whoever waits for it gets an error, *use of closed network connection*.
            ///
            /// It is also closed when the last handle is dropped. Go's `Close`.
            ///
            /// # Errors
            ///
            /// It was closed already.
            ///
            /// ```
            /// goroutines::run(|| {
            #[doc = $made]
            ///     s.close().unwrap();
            ///     let e = s.close().unwrap_err();
            ///     assert_eq!(e.to_string(), "use of closed network connection");
            /// });
            /// ```
            pub fn close(&self) -> std::io::Result<()> {
                self.fd.close()
            }

            /// Another handle to the same one; deadlines and timeouts are shared, too.
            ///
            /// # Errors
            ///
            /// None; as in std.
            ///
            /// ```
            /// goroutines::run(|| {
            #[doc = $made]
            ///     let same = s.try_clone().unwrap();
            ///     s.close().unwrap();
            ///     assert!(same.close().is_err()); // closed already
            /// });
            /// ```
            pub fn try_clone(&self) -> std::io::Result<Self> {
                Ok(Self {
                    fd: self.fd.clone(),
                })
            }

            /// The error that is pending, taken off.
            ///
            /// # Errors
            ///
            /// It was closed.
            ///
            /// ```
            /// goroutines::run(|| {
            #[doc = $made]
            ///     assert!(s.take_error().unwrap().is_none());
            /// });
            /// ```
            pub fn take_error(&self) -> std::io::Result<Option<std::io::Error>> {
                let pending = self.fd.with(|fd| rustix::net::sockopt::socket_error(fd))?;
                Ok(pending.err().map(Into::into))
            }
        }

        impl std::os::fd::AsFd for $t {
            /// After a close, and where this was asked for before it, a descriptor that stands for nothing.
            fn as_fd(&self) -> std::os::fd::BorrowedFd<'_> {
                self.fd.lend()
            }
        }

        impl std::os::fd::AsRawFd for $t {
            fn as_raw_fd(&self) -> std::os::fd::RawFd {
                std::os::fd::AsFd::as_fd(self).as_raw_fd()
            }
        }
    };
}
pub(super) use closes;

/// From std's type: for sockets that were made in other ways.
macro_rules! from_std {
    ($t:ty, $std:ty, $new:path) => {
        impl From<$std> for $t {
            /// Takes it over. From then on, what std still shares with it does not block either.
            fn from(s: $std) -> $t {
                // Cannot fail on an open socket.
                let _ = s.set_nonblocking(true);
                Self { fd: $new(s.into()) }
            }
        }
    };
}
pub(super) use from_std;
