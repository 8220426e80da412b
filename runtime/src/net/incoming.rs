//! The connections that a listener takes, one after the other.

use std::io;

use super::TcpListener;

/// What [`TcpListener::incoming`] gives, and [`UnixListener::incoming`](super::UnixListener::incoming).
///
/// ```
/// use goroutines::net::{TcpListener, TcpStream};
///
/// goroutines::run(|| {
///     let l = TcpListener::bind("127.0.0.1:0").unwrap();
///     let _a = TcpStream::connect(l.local_addr().unwrap()).unwrap();
///     assert!(l.incoming().next().unwrap().is_ok());
/// });
/// ```
#[derive(Debug)]
pub struct Incoming<'a, L = TcpListener> {
    listener: &'a L,
    over: bool,
}

impl<'a, L> Incoming<'a, L> {
    pub(super) fn new(listener: &'a L) -> Self {
        Incoming {
            listener,
            over: false,
        }
    }

    /// The next that `accept` gives; when that fails and `closed` says why, the last.
    pub(super) fn step<S>(
        &mut self,
        accept: impl FnOnce(&L) -> io::Result<S>,
        closed: impl FnOnce(&L) -> bool,
    ) -> Option<io::Result<S>> {
        if self.over {
            return None;
        }
        let next = accept(self.listener);
        self.over = next.is_err() && closed(self.listener);
        Some(next)
    }
}
