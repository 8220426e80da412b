//! Pipes, whose ends wait as goroutines do: in the netpoller.
//!
//! ```
//! use goroutines::io::pipe;
//! use goroutines::prelude::*;
//! use std::io::{Read, Write};
//!
//! run(|| {
//!     let (mut r, mut w) = pipe().unwrap();
//!     go!({ w.write_all(b"through the kernel").unwrap() });
//!     let mut text = String::new();
//!     r.read_to_string(&mut text).unwrap();
//!     assert_eq!(text, "through the kernel");
//! });
//! ```

use std::io::{self, Read, Write};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};
use std::panic::Location;
use std::sync::Arc;

use rustix::pipe::PipeFlags;

use crate::fd::{Fd, Kind, Mode, reads};
use crate::time::Instant;

/// A pipe of the system: what is written to one end is read from the other. Go's `os.Pipe`.
///
/// A goroutine that must wait gives its thread to others. The reader gets 0 when every writer is closed and everything is
/// read. A write with no reader left fails with [`BrokenPipe`](io::ErrorKind::BrokenPipe); a Rust program ignores the
/// signal that would come with it, unless it asks for it.
///
/// # Errors
///
/// Too many open files.
///
/// ```
/// use goroutines::io::pipe;
/// use goroutines::prelude::*;
/// use std::io::{Read, Write};
///
/// run(|| {
///     let (mut r, mut w) = pipe().unwrap();
///     go!({ w.write_all(b"hello").unwrap() });
///     let mut text = String::new();
///     r.read_to_string(&mut text).unwrap();
///     assert_eq!(text, "hello");
/// });
/// ```
pub fn pipe() -> io::Result<(Reader, Writer)> {
    let (r, w) = rustix::pipe::pipe_with(PipeFlags::CLOEXEC | PipeFlags::NONBLOCK)?;
    let end = |fd| Fd::new(fd, Kind::File, [true, true]);
    Ok((Reader { fd: end(r) }, Writer { fd: end(w) }))
}

/// The end of a pipe that is read from. See [`pipe`].
///
/// ```
/// use goroutines::io::{Reader, pipe};
/// use std::io::{Read, Write};
///
/// let (r, mut w): (Reader, _) = pipe().unwrap();
/// w.write_all(b"hello").unwrap();
/// drop(w);
/// let mut text = String::new();
/// (&r).read_to_string(&mut text).unwrap(); // a shared reference is enough
/// assert_eq!(text, "hello");
/// ```
#[derive(Debug)]
pub struct Reader {
    fd: Arc<Fd>,
}

/// The end of a pipe that is written to. See [`pipe`].
///
/// Up to 4,096 bytes (`PIPE_BUF`) are written in one piece, also when several goroutines write.
///
/// ```
/// use goroutines::io::{Writer, pipe};
/// use std::io::{ErrorKind, Write};
///
/// let (r, w): (_, Writer) = pipe().unwrap();
/// drop(r);
/// assert_eq!((&w).write(b"hello").unwrap_err().kind(), ErrorKind::BrokenPipe);
/// ```
#[derive(Debug)]
pub struct Writer {
    fd: Arc<Fd>,
}

macro_rules! end {
    ($t:ty, $mode:expr, $set_deadline:ident, $end:ident, $call:expr) => {
        impl $t {
            /// Closes it for all its handles: whoever waits for it gets an error, *file already closed*.
            ///
            /// # Errors
            ///
            /// It was closed already.
            ///
            /// ```
            /// use goroutines::io::pipe;
            ///
            /// let (r, w) = pipe().unwrap();
            #[doc = concat!("let end = ", stringify!($end), ";")]
            /// end.close().unwrap();
            /// assert_eq!(end.close().unwrap_err().to_string(), "file already closed");
            /// ```
            pub fn close(&self) -> io::Result<()> {
                self.fd.close()
            }

            /// Another handle to the same end.
            ///
            /// # Errors
            ///
            /// None; as in std.
            ///
            /// ```
            /// use goroutines::io::pipe;
            ///
            /// let (r, w) = pipe().unwrap();
            #[doc = concat!("let end = ", stringify!($end), ";")]
            /// let same = end.try_clone().unwrap();
            /// end.close().unwrap();
            /// assert!(same.close().is_err()); // closed already
            /// ```
            pub fn try_clone(&self) -> io::Result<Self> {
                Ok(Self {
                    fd: self.fd.clone(),
                })
            }

            /// Calls fail with [`TimedOut`](io::ErrorKind::TimedOut) from then on, one that waits now included; `None`
            /// takes the deadline away.
            ///
            /// # Errors
            ///
            /// It was closed.
            ///
            /// ```
            /// use goroutines::io::pipe;
            /// use goroutines::time;
            ///
            /// let (r, w) = pipe().unwrap();
            #[doc = concat!(stringify!($end), ".", stringify!($set_deadline), "(Some(time::now())).unwrap();")]
            #[doc = concat!("let e = ", $call, ".unwrap_err();")]
            /// assert_eq!(e.kind(), std::io::ErrorKind::TimedOut);
            /// ```
            pub fn $set_deadline(&self, deadline: Option<Instant>) -> io::Result<()> {
                self.fd.set_deadline($mode, deadline)
            }
        }

        impl AsFd for $t {
            /// After a close, and where this was asked for before it, a descriptor that stands for nothing.
            fn as_fd(&self) -> BorrowedFd<'_> {
                self.fd.lend()
            }
        }

        impl AsRawFd for $t {
            fn as_raw_fd(&self) -> RawFd {
                self.as_fd().as_raw_fd()
            }
        }
    };
}
end!(
    Reader,
    Mode::Read,
    set_read_deadline,
    r,
    "std::io::Read::read(&mut &r, &mut [0; 8])"
);
end!(
    Writer,
    Mode::Write,
    set_write_deadline,
    w,
    "std::io::Write::write(&mut &w, b\"x\")"
);

impl Read for &Reader {
    reads!();
}

impl Read for Reader {
    reads!();
}

impl Write for &Writer {
    #[track_caller]
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.fd.write(buf, Location::caller(), |fd, buf| {
            rustix::io::write(fd, buf)
        })
    }

    #[track_caller]
    fn write_all(&mut self, buf: &[u8]) -> io::Result<()> {
        self.fd.write_all(buf, Location::caller(), |fd, buf| {
            rustix::io::write(fd, buf)
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Write for Writer {
    #[track_caller]
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        (&*self).write(buf)
    }

    #[track_caller]
    fn write_all(&mut self, buf: &[u8]) -> io::Result<()> {
        (&*self).write_all(buf)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
