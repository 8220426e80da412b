//! Writing to stderr without the lock of std's: a goroutine may have been stopped, or may wait, with that in its hands.

/// Writes all of it, as far as stderr takes it: nobody can be told that nothing can be told.
pub(crate) fn write(text: &str) {
    let mut rest = text.as_bytes();
    while !rest.is_empty() {
        match rustix::io::write(std::io::stderr(), rest) {
            Ok(n) if n > 0 => rest = &rest[n..],
            Err(rustix::io::Errno::INTR) => {}
            _ => return,
        }
    }
}
