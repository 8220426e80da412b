//! Sockets, whose calls wait as goroutines do: std's names and errors, Go's way of waiting.
//!
//! A call that cannot go on at once parks its goroutine in the netpoller and its thread runs others, so ten thousand
//! connections with a goroutine each cost no thread. A goroutine that waits here can still be woken: it is never part of a
//! deadlock.
//!
//! As in Go: `TCP_NODELAY` is on, a listener's backlog is the system's longest, addresses are reused, a write to a closed
//! connection is an error and no signal, deadlines wake those who wait ([`TcpStream::set_read_deadline`]), and so does
//! [`close`](TcpStream::close). `write_all` writes as Go's `Write` does: all of it, and what other goroutines write to the
//! same connection comes before or after it. As in std: a `write` may take a part only, and a Unix socket's file stays when
//! its listener is closed.
//!
//! They can be used on threads that are no goroutines, and block them. Under the exploring scheduler the network is as it
//! is: what comes from it is not part of a schedule.
//!
//! When a runtime ends, sockets on which goroutines wait are closed. A goroutine that waits for something else never
//! drops what it owns, and sockets stay open with it.
//!
//! ```
//! use goroutines::net::{TcpListener, TcpStream};
//! use goroutines::prelude::*;
//! use std::io::{Read, Write, copy};
//!
//! run(|| {
//!     let l = TcpListener::bind("127.0.0.1:0").unwrap();
//!     let addr = l.local_addr().unwrap();
//!     go!({
//!         for c in l.incoming() {
//!             let c = c.unwrap();
//!             go!(_ = copy(&mut &c, &mut &c)); // an echo, a goroutine a connection
//!         }
//!     });
//!     let mut c = TcpStream::connect(addr).unwrap();
//!     c.write_all(b"hello").unwrap();
//!     c.shutdown(std::net::Shutdown::Write).unwrap();
//!     let mut text = String::new();
//!     c.read_to_string(&mut text).unwrap();
//!     assert_eq!(text, "hello");
//! });
//! ```

mod incoming;
mod socket;
mod tcp;
mod udp;
mod unix;

use std::io;
use std::net::Shutdown;

pub use incoming::Incoming;
pub use tcp::{TcpListener, TcpStream};
pub use udp::UdpSocket;
pub use unix::{UnixListener, UnixStream};

use crate::fd::Fd;

fn shut(fd: &Fd, how: Shutdown) -> io::Result<()> {
    let how = match how {
        Shutdown::Read => rustix::net::Shutdown::Read,
        Shutdown::Write => rustix::net::Shutdown::Write,
        Shutdown::Both => rustix::net::Shutdown::Both,
    };
    fd.with(|fd| rustix::net::shutdown(fd, how))
}
