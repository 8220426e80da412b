//! `GOTRACE=FILE`: a program that is not changed leaves its trace in a file when it ends, however it ends.

use std::path::PathBuf;

use super::{Sink, Trace, ascii};

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

    fn bytes(&self, trace: &Trace) -> Vec<u8> {
        let ending = self.path.extension().and_then(|e| e.to_str());
        match ending {
            Some("txt") => {
                let look = ascii::Look {
                    width: self.width,
                    ..ascii::Look::default()
                };
                ascii::draw(&trace.spans(), look).into_bytes()
            }
            Some("svg") => trace.svg().into_bytes(),
            Some("html") => trace.html().into_bytes(),
            Some("json") => trace.perfetto().into_bytes(),
            Some("sched") => trace.schedtrace().into_bytes(),
            _ => trace.go(),
        }
    }
}

/// Writes what the sink has caught. A file that cannot be written is told on stderr: the program is not to blame.
pub(crate) fn write_out(sink: &Sink, wanted: &Wanted) {
    let bytes = wanted.bytes(&sink.take());
    if let Err(e) = std::fs::write(&wanted.path, bytes) {
        eprintln!("GOTRACE: cannot write {}: {e}", wanted.path.display());
    }
}
