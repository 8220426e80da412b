//! `GOTRACE=FILE`: a program that is not changed leaves its trace in a file when it ends, however it ends.

use std::path::PathBuf;

use super::{Sink, Trace};

/// What the environment asks for.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    path: PathBuf,
    width: usize,
}

impl Wanted {
    /// `None` unless it asks. A text is as wide as `COLUMNS` says.
    pub(crate) fn here() -> Option<Wanted> {
        let path = std::env::var_os("GOTRACE").filter(|p| !p.is_empty())?;
        let columns = std::env::var("COLUMNS").ok().and_then(|c| c.parse().ok());
        Some(Wanted {
            path: path.into(),
            width: columns.unwrap_or(100_usize).clamp(40, 400),
        })
    }
}

impl Trace {
    /// What is written into a file of this ending; Go's own format where the ending says nothing. A text has `width` columns.
    #[doc(hidden)]
    pub fn as_file(&self, ending: &str, width: usize) -> Vec<u8> {
        match ending {
            "txt" => self.ascii_in(width).into_bytes(),
            "svg" => self.svg().into_bytes(),
            "html" => self.html().into_bytes(),
            "json" => self.perfetto().into_bytes(),
            "sched" => self.schedtrace().into_bytes(),
            "frames" => self.frames().into_bytes(),
            "events" => self.lines().into_bytes(),
            _ => self.go(),
        }
    }
}

/// Writes what the sink has caught. A file that cannot be written is told on stderr: the program is not to blame.
pub(crate) fn write_out(sink: &Sink, wanted: &Wanted) {
    let ending = wanted.path.extension().and_then(|e| e.to_str());
    let bytes = sink
        .take()
        .as_file(ending.unwrap_or_default(), wanted.width);
    if let Err(e) = std::fs::write(&wanted.path, bytes) {
        eprintln!("GOTRACE: cannot write {}: {e}", wanted.path.display());
    }
}
