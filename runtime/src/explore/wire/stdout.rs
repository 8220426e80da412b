//! File descriptor 1 as a file in memory: what a checked program prints without this library is caught as well.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::fd::AsRawFd as _;
use std::sync::OnceLock;

use rustix::fs::MemfdFlags;

static CAUGHT: OnceLock<File> = OnceLock::new();

/// Turns stdout into a file in memory, until the process ends.
pub(super) fn catch() -> io::Result<()> {
    io::stdout().flush()?;
    let file = memory()?;
    // SAFETY: both descriptors are open; 1 is closed and made the other's double in one step.
    if unsafe { libc::dup2(file.as_raw_fd(), 1) } < 0 {
        return Err(io::Error::last_os_error());
    }
    // Only one exploration is made in this mode, and it keeps the file.
    let _ = CAUGHT.set(file);
    Ok(())
}

fn memory() -> io::Result<File> {
    Ok(rustix::fs::memfd_create(c"stdout", MemfdFlags::CLOEXEC)?.into())
}

/// Moves what was printed since the last time to the end of `to`.
pub(super) fn take(to: &mut String) {
    let Some(mut file) = CAUGHT.get() else { return };
    // A full memory is the only way to fail here, and then the text is lost with everything else.
    let _ = io::stdout().flush();
    // Both descriptors share one position: where the next text goes, so 0 means that there was none.
    if matches!(file.stream_position(), Ok(0) | Err(_)) {
        return;
    }
    let mut bytes = Vec::new();
    let taken = file
        .seek(SeekFrom::Start(0))
        .and_then(|_| file.read_to_end(&mut bytes))
        .and_then(|_| file.set_len(0))
        .and_then(|()| file.seek(SeekFrom::Start(0)));
    if taken.is_ok() {
        to.push_str(&String::from_utf8_lossy(&bytes));
    }
}

/// What was printed since the last time, without moving anything: for a look from another thread.
pub(super) fn look() -> String {
    use std::os::unix::fs::FileExt as _;
    let mut bytes = vec![0; 4096];
    let n = CAUGHT
        .get()
        .and_then(|f| f.read_at(&mut bytes, 0).ok())
        .unwrap_or(0);
    String::from_utf8_lossy(&bytes[..n]).into_owned()
}
