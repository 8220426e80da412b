//! Files: their calls block a thread, so each gives its P up for others, as Go's do.
//!
//! ```
//! use goroutines::prelude::*;
//!
//! let here = run(|| goroutines::os::read_file("Cargo.toml")).unwrap();
//! assert!(here.starts_with(b"[package]"));
//! ```

use std::fs;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::path::Path;
use std::sync::Arc;

use rustix::io::retry_on_intr;

use crate::fd::{Fd, Kind, every_descriptor};
use crate::{runtime, seam};

/// On a goroutine: announced as a blocking call.
#[track_caller]
fn blocking<R>(f: impl FnOnce() -> R) -> R {
    if seam::current().is_some() {
        seam::release(every_descriptor(), 0);
        let r = runtime::syscall(f);
        seam::acquire(every_descriptor(), 0);
        r
    } else {
        f()
    }
}

/// The whole file. Go's `os.ReadFile`.
///
/// # Errors
///
/// std's; for instance [`NotFound`](io::ErrorKind::NotFound).
///
/// ```
/// use goroutines::os;
///
/// goroutines::run(|| {
///     let path = std::env::temp_dir().join(format!("doc-os-{}", std::process::id()));
///     os::write_file(&path, "hello").unwrap();
///     assert_eq!(os::read_file(&path).unwrap(), b"hello");
/// #   std::fs::remove_file(&path).unwrap();
/// });
/// ```
#[track_caller]
pub fn read_file(p: impl AsRef<Path>) -> io::Result<Vec<u8>> {
    blocking(|| fs::read(p))
}

/// Makes the file, or empties it, and writes all of `d`. Go's `os.WriteFile`. See [`read_file`] for an example.
///
/// # Errors
///
/// std's.
///
/// ```
/// use goroutines::os;
///
/// goroutines::run(|| {
///     let path = std::env::temp_dir().join(format!("doc-write-{}", std::process::id()));
///     os::write_file(&path, "first").unwrap();
///     os::write_file(&path, "now").unwrap();
///     assert_eq!(os::read_file(&path).unwrap(), b"now");
/// #   std::fs::remove_file(&path).unwrap();
/// });
/// ```
#[track_caller]
pub fn write_file(p: impl AsRef<Path>, d: impl AsRef<[u8]>) -> io::Result<()> {
    blocking(|| fs::write(p, d))
}

/// An open file. std's `File`, Go's `os.File`.
///
/// The netpoller is of no use for files: they are always ready, and a disk takes its time in the call itself. So a call
/// blocks its thread, and another thread takes the P over if it lasts.
///
/// ```
/// use goroutines::os::File;
/// use std::io::{Read, Write};
///
/// goroutines::run(|| {
///     let path = std::env::temp_dir().join(format!("doc-file-{}", std::process::id()));
///     File::create(&path).unwrap().write_all(b"hello").unwrap();
///     let mut text = String::new();
///     File::open(&path).unwrap().read_to_string(&mut text).unwrap();
///     assert_eq!(text, "hello");
/// #   std::fs::remove_file(&path).unwrap();
/// });
/// ```
///
/// It is closed when it is dropped, or by [`close`](File::close), or with the runtime that it was made in.
#[derive(Debug)]
pub struct File {
    fd: Arc<Fd>,
}

impl File {
    /// Opens it for reading.
    ///
    /// # Errors
    ///
    /// std's; for instance [`NotFound`](io::ErrorKind::NotFound).
    ///
    /// ```
    /// use goroutines::os::File;
    /// use std::io::Read;
    ///
    /// goroutines::run(|| {
    ///     let path = std::env::temp_dir().join(format!("doc-open-{}", std::process::id()));
    ///     std::fs::write(&path, "hello").unwrap();
    ///     let mut text = String::new();
    ///     File::open(&path).unwrap().read_to_string(&mut text).unwrap();
    ///     assert_eq!(text, "hello");
    /// #   std::fs::remove_file(&path).unwrap();
    /// });
    /// ```
    #[track_caller]
    pub fn open(p: impl AsRef<Path>) -> io::Result<File> {
        blocking(|| fs::File::open(p)).map(File::from)
    }

    /// Makes the file, or empties it, and opens it for writing.
    ///
    /// # Errors
    ///
    /// std's.
    ///
    /// ```
    /// use goroutines::os::File;
    /// use std::io::Write;
    ///
    /// goroutines::run(|| {
    ///     let path = std::env::temp_dir().join(format!("doc-create-{}", std::process::id()));
    ///     File::create(&path).unwrap().write_all(b"hello").unwrap();
    ///     assert_eq!(std::fs::read(&path).unwrap(), b"hello");
    /// #   std::fs::remove_file(&path).unwrap();
    /// });
    /// ```
    #[track_caller]
    pub fn create(p: impl AsRef<Path>) -> io::Result<File> {
        blocking(|| fs::File::create(p)).map(File::from)
    }

    /// Comes back when the disk has everything. Go's `Sync`.
    ///
    /// # Errors
    ///
    /// std's.
    ///
    /// ```
    /// use goroutines::os::File;
    /// use std::io::Write;
    ///
    /// goroutines::run(|| {
    ///     let path = std::env::temp_dir().join(format!("doc-sync_all-{}", std::process::id()));
    ///     let mut f = File::create(&path).unwrap();
    ///     f.write_all(b"hello").unwrap();
    ///     f.sync_all().unwrap(); // a power cut takes nothing away now
    /// #   std::fs::remove_file(&path).unwrap();
    /// });
    /// ```
    #[track_caller]
    pub fn sync_all(&self) -> io::Result<()> {
        blocking(|| self.fd.with(|fd| retry_on_intr(|| rustix::fs::fsync(fd))))
    }

    /// Its size and the like. Go's `Stat`.
    ///
    /// # Errors
    ///
    /// std's.
    ///
    /// ```
    /// use goroutines::os::File;
    /// use std::io::Write;
    ///
    /// goroutines::run(|| {
    ///     let path = std::env::temp_dir().join(format!("doc-metadata-{}", std::process::id()));
    ///     let mut f = File::create(&path).unwrap();
    ///     f.write_all(b"hello").unwrap();
    ///     assert_eq!(f.metadata().unwrap().len(), 5);
    /// #   std::fs::remove_file(&path).unwrap();
    /// });
    /// ```
    #[track_caller]
    pub fn metadata(&self) -> io::Result<fs::Metadata> {
        blocking(|| {
            // std gives no `Metadata` but for a file of its own.
            let same = self.fd.with(|fd| rustix::io::fcntl_dupfd_cloexec(fd, 0))?;
            fs::File::from(same).metadata()
        })
    }

    /// Cuts it off, or fills it up with zeros. Go's `Truncate`.
    ///
    /// # Errors
    ///
    /// std's.
    ///
    /// ```
    /// use goroutines::os::File;
    /// use std::io::Write;
    ///
    /// goroutines::run(|| {
    ///     let path = std::env::temp_dir().join(format!("doc-set_len-{}", std::process::id()));
    ///     let mut f = File::create(&path).unwrap();
    ///     f.write_all(b"hello").unwrap();
    ///     f.set_len(4).unwrap();
    ///     assert_eq!(std::fs::read(&path).unwrap(), b"hell");
    /// #   std::fs::remove_file(&path).unwrap();
    /// });
    /// ```
    #[track_caller]
    pub fn set_len(&self, size: u64) -> io::Result<()> {
        blocking(|| {
            self.fd
                .with(|fd| retry_on_intr(|| rustix::fs::ftruncate(fd, size)))
        })
    }

    /// Closes it: whoever uses it from then on gets an error, *file already closed*. A call under way comes to its end
    /// first. Go's `Close`.
    ///
    /// # Errors
    ///
    /// It was closed already.
    ///
    /// ```
    /// use goroutines::os::File;
    /// use std::io::Read;
    ///
    /// goroutines::run(|| {
    ///     let f = File::open("Cargo.toml").unwrap();
    ///     f.close().unwrap();
    ///     let e = (&f).read(&mut [0; 8]).unwrap_err();
    ///     assert_eq!(e.to_string(), "file already closed");
    /// });
    /// ```
    pub fn close(&self) -> io::Result<()> {
        self.fd.close()
    }
}

/// For files that were opened in other ways (`OpenOptions`).
impl From<fs::File> for File {
    fn from(file: fs::File) -> File {
        File {
            fd: Fd::new(OwnedFd::from(file), Kind::File, [false; 2]),
        }
    }
}

macro_rules! reads_writes_seeks {
    ($t:ty) => {
        impl Read for $t {
            #[track_caller]
            fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
                blocking(|| {
                    self.fd
                        .with(|fd| retry_on_intr(|| rustix::io::read(fd, &mut *buf)))
                })
            }
        }

        impl Write for $t {
            #[track_caller]
            fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
                blocking(|| {
                    self.fd
                        .with(|fd| retry_on_intr(|| rustix::io::write(fd, buf)))
                })
            }

            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }

        impl Seek for $t {
            fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
                let to = match to {
                    SeekFrom::Start(n) => rustix::fs::SeekFrom::Start(n),
                    SeekFrom::End(n) => rustix::fs::SeekFrom::End(n),
                    SeekFrom::Current(n) => rustix::fs::SeekFrom::Current(n),
                };
                self.fd.with(|fd| rustix::fs::seek(fd, to))
            }
        }
    };
}
reads_writes_seeks!(File);
reads_writes_seeks!(&File);

impl AsFd for File {
    /// After a close, and where this was asked for before it, a descriptor that stands for nothing.
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.lend()
    }
}

impl AsRawFd for File {
    fn as_raw_fd(&self) -> RawFd {
        self.as_fd().as_raw_fd()
    }
}
