//! UDP: packets, each by itself.

use std::fmt;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::panic::Location;
use std::sync::Arc;

use rustix::net::{RecvFlags, SocketType, sockopt};

use super::socket::{self, both_directions};
use crate::fd::{Fd, Mode};

/// A socket for packets. std's `UdpSocket`, Go's `net.UDPConn`.
///
/// A packet that is longer than the buffer it is received in loses its end.
///
/// ```
/// use goroutines::net::UdpSocket;
/// use goroutines::prelude::*;
///
/// run(|| {
///     let a = UdpSocket::bind("127.0.0.1:0").unwrap();
///     let b = UdpSocket::bind("127.0.0.1:0").unwrap();
///     let to = a.local_addr().unwrap();
///     go!({
///         b.send_to(b"hello", to).unwrap();
///     });
///     let mut buf = [0; 16];
///     let (n, _from) = a.recv_from(&mut buf).unwrap();
///     assert_eq!(&buf[..n], b"hello");
/// });
/// ```
pub struct UdpSocket {
    fd: Arc<Fd>,
}

impl UdpSocket {
    /// Takes the first address that works. See [`TcpListener::bind`](super::TcpListener::bind) for how names are looked up.
    ///
    /// # Errors
    ///
    /// std's; for instance [`AddrInUse`](io::ErrorKind::AddrInUse).
    ///
    /// ```
    /// use goroutines::net::UdpSocket;
    ///
    /// goroutines::run(|| {
    ///     let a = UdpSocket::bind("127.0.0.1:0").unwrap();
    ///     let again = UdpSocket::bind(a.local_addr().unwrap());
    ///     assert_eq!(again.unwrap_err().kind(), std::io::ErrorKind::AddrInUse);
    /// });
    /// ```
    #[track_caller]
    pub fn bind<A: ToSocketAddrs>(addr: A) -> io::Result<UdpSocket> {
        socket::each(addr, |a| {
            let fd = socket::open(socket::family(a), SocketType::DGRAM)?;
            rustix::net::bind(&fd, a)?;
            Ok(UdpSocket {
                fd: socket::single(fd),
            })
        })
    }

    /// Its address.
    ///
    /// # Errors
    ///
    /// It was closed.
    ///
    /// ```
    /// use goroutines::net::UdpSocket;
    ///
    /// goroutines::run(|| {
    ///     let a = UdpSocket::bind("127.0.0.1:0").unwrap();
    ///     assert!(a.local_addr().unwrap().port() > 0);
    /// });
    /// ```
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        socket::internet(Some(self.fd.with(|fd| rustix::net::getsockname(fd))?))
    }

    /// The address that it was connected to.
    ///
    /// # Errors
    ///
    /// It was closed, or is not connected.
    ///
    /// ```
    /// use goroutines::net::UdpSocket;
    ///
    /// goroutines::run(|| {
    ///     let a = UdpSocket::bind("127.0.0.1:0").unwrap();
    ///     let b = UdpSocket::bind("127.0.0.1:0").unwrap();
    ///     b.connect(a.local_addr().unwrap()).unwrap();
    ///     assert_eq!(b.peer_addr().unwrap(), a.local_addr().unwrap());
    ///     assert!(a.peer_addr().is_err()); // not connected
    /// });
    /// ```
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        socket::internet(self.fd.with(|fd| rustix::net::getpeername(fd))?)
    }

    /// From here on [`send`](UdpSocket::send) sends to this address, and only packets from there are received.
    ///
    /// # Errors
    ///
    /// std's.
    ///
    /// ```
    /// use goroutines::net::UdpSocket;
    ///
    /// goroutines::run(|| {
    ///     let a = UdpSocket::bind("127.0.0.1:0").unwrap();
    ///     let b = UdpSocket::bind("127.0.0.1:0").unwrap();
    ///     b.connect(a.local_addr().unwrap()).unwrap();
    ///     assert_eq!(b.send(b"to a").unwrap(), 4);
    /// });
    /// ```
    #[track_caller]
    pub fn connect<A: ToSocketAddrs>(&self, addr: A) -> io::Result<()> {
        socket::each(addr, |a| self.fd.with(|fd| rustix::net::connect(fd, a)))
    }

    /// Sends a packet to the address that it is connected to.
    ///
    /// # Errors
    ///
    /// It is not connected; the packet is too long; or, on a connected one, an earlier packet was refused.
    ///
    /// ```
    /// use goroutines::net::UdpSocket;
    ///
    /// goroutines::run(|| {
    ///     let a = UdpSocket::bind("127.0.0.1:0").unwrap();
    ///     let b = UdpSocket::bind("127.0.0.1:0").unwrap();
    ///     b.connect(a.local_addr().unwrap()).unwrap();
    ///     assert_eq!(b.send(b"hello").unwrap(), 5);
    ///     assert_eq!(a.recv(&mut [0; 16]).unwrap(), 5);
    /// });
    /// ```
    #[track_caller]
    pub fn send(&self, buf: &[u8]) -> io::Result<usize> {
        let at = Location::caller();
        self.fd.write(buf, at, |fd, buf| {
            rustix::net::send(fd, buf, socket::QUIETLY)
        })
    }

    /// Sends a packet to the first of these addresses.
    ///
    /// # Errors
    ///
    /// There is no address; the packet is too long; or std's others.
    ///
    /// ```
    /// use goroutines::net::UdpSocket;
    ///
    /// goroutines::run(|| {
    ///     let a = UdpSocket::bind("127.0.0.1:0").unwrap();
    ///     let own = a.local_addr().unwrap();
    ///     assert_eq!(a.send_to(b"hello", own).unwrap(), 5); // to itself
    ///     assert_eq!(a.recv(&mut [0; 16]).unwrap(), 5);
    /// });
    /// ```
    #[track_caller]
    pub fn send_to<A: ToSocketAddrs>(&self, buf: &[u8], addr: A) -> io::Result<usize> {
        let at = Location::caller();
        let to = socket::first(addr)?;
        self.fd.write(buf, at, |fd, buf| {
            rustix::net::sendto(fd, buf, socket::QUIETLY, &to)
        })
    }

    /// Receives a packet; waits for one.
    ///
    /// # Errors
    ///
    /// It was closed; a deadline has passed; or, on a connected one, a packet was refused.
    ///
    /// ```
    /// use goroutines::net::UdpSocket;
    ///
    /// goroutines::run(|| {
    ///     let a = UdpSocket::bind("127.0.0.1:0").unwrap();
    ///     let b = UdpSocket::bind("127.0.0.1:0").unwrap();
    ///     b.connect(a.local_addr().unwrap()).unwrap();
    ///     b.send(b"hello").unwrap();
    ///     let mut buf = [0; 3]; // too short: the packet's end is lost
    ///     assert_eq!((a.recv(&mut buf).unwrap(), &buf), (3, b"hel"));
    /// });
    /// ```
    #[track_caller]
    pub fn recv(&self, buf: &mut [u8]) -> io::Result<usize> {
        Ok(self.receive(buf, RecvFlags::empty(), Location::caller())?.0)
    }

    /// Receives a packet and says where it comes from.
    ///
    /// # Errors
    ///
    /// As for [`recv`](UdpSocket::recv).
    ///
    /// ```
    /// use goroutines::net::UdpSocket;
    ///
    /// goroutines::run(|| {
    ///     let a = UdpSocket::bind("127.0.0.1:0").unwrap();
    ///     let b = UdpSocket::bind("127.0.0.1:0").unwrap();
    ///     b.connect(a.local_addr().unwrap()).unwrap();
    ///     b.send(b"hello").unwrap();
    ///     let (n, from) = a.recv_from(&mut [0; 16]).unwrap();
    ///     assert_eq!((n, from), (5, b.local_addr().unwrap()));
    /// });
    /// ```
    #[track_caller]
    pub fn recv_from(&self, buf: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        let (n, from) = self.receive(buf, RecvFlags::empty(), Location::caller())?;
        Ok((n, socket::internet(from)?))
    }

    /// Receives without taking: the next receive gives the same packet.
    ///
    /// # Errors
    ///
    /// As for [`recv`](UdpSocket::recv).
    ///
    /// ```
    /// use goroutines::net::UdpSocket;
    ///
    /// goroutines::run(|| {
    ///     let a = UdpSocket::bind("127.0.0.1:0").unwrap();
    ///     let b = UdpSocket::bind("127.0.0.1:0").unwrap();
    ///     b.connect(a.local_addr().unwrap()).unwrap();
    ///     b.send(b"hello").unwrap();
    ///     assert_eq!(a.peek_from(&mut [0; 16]).unwrap().0, 5);
    ///     assert_eq!(a.recv(&mut [0; 16]).unwrap(), 5); // it was still there
    /// });
    /// ```
    #[track_caller]
    pub fn peek_from(&self, buf: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        let (n, from) = self.receive(buf, RecvFlags::PEEK, Location::caller())?;
        Ok((n, socket::internet(from)?))
    }

    fn receive(
        &self,
        buf: &mut [u8],
        flags: RecvFlags,
        at: &'static Location<'static>,
    ) -> io::Result<(usize, Option<rustix::net::SocketAddrAny>)> {
        self.fd.attempt(
            Mode::Read,
            at,
            |_| false,
            |fd| {
                let (n, _, from) = rustix::net::recvfrom(fd, &mut *buf, flags)?;
                Ok((n, from))
            },
        )
    }

    /// Whether it may send to broadcast addresses.
    ///
    /// # Errors
    ///
    /// It was closed.
    ///
    /// ```
    /// use goroutines::net::UdpSocket;
    ///
    /// goroutines::run(|| {
    ///     let a = UdpSocket::bind("127.0.0.1:0").unwrap();
    ///     a.set_broadcast(true).unwrap();
    /// });
    /// ```
    pub fn set_broadcast(&self, on: bool) -> io::Result<()> {
        self.fd.with(|fd| sockopt::set_socket_broadcast(fd, on))
    }
}
both_directions!(
    UdpSocket,
    "    let s = goroutines::net::UdpSocket::bind(\"127.0.0.1:0\").unwrap();",
    "s.recv(&mut [0; 8])"
);

socket::from_std!(UdpSocket, std::net::UdpSocket, socket::single);

impl fmt::Debug for UdpSocket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut d = f.debug_struct("UdpSocket");
        if let Ok(addr) = self.local_addr() {
            d.field("addr", &addr);
        }
        d.field("fd", &self.fd).finish()
    }
}
