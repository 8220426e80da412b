//! A descriptor that does not block, read by hand; then goroutines that wait for descriptors, and their threads, which do not.

use crate::stage::{Stage, program};
use goroutines::prelude::*;
use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;

/// Goroutines that wait for something to read.
const READERS: usize = 3;

pub(super) fn would_block(stage: &mut Stage) -> io::Result<()> {
    let (mut here, mut there) = UnixStream::pair()?;
    here.set_nonblocking(true)?;
    writeln!(stage, "by hand, on a non-blocking socket:")?;
    let mut buffer = [0; 64];
    read(stage, &mut here, &mut buffer)?;
    there.write_all(b"hello")?;
    writeln!(stage, "  the other side writes hello")?;
    read(stage, &mut here, &mut buffer)?;
    writeln!(stage)?;

    let (at, sum) = program(Builder::new().procs(1), readers)??;
    writeln!(stage, "{READERS} goroutines, each reading from a pipe of its own:")?;
    writeln!(stage)?;
    stage.machine(&at)?;
    writeln!(stage)?;
    let threads = at.ms.iter().filter(|m| m.g.is_some()).count();
    stage.say(&format!(
        "{READERS} calls of read are under way, and {threads} thread has a goroutine: main's. Then main wrote to all of \
         them, and they read {sum} bytes in all."
    ))
}

fn read(stage: &mut Stage, from: &mut UnixStream, buffer: &mut [u8]) -> io::Result<()> {
    match from.read(buffer) {
        Ok(n) => writeln!(stage, "  read: {n} bytes"),
        Err(e) if e.kind() == io::ErrorKind::WouldBlock => stage.say(&format!("  read: error: {e}")),
        Err(e) => Err(e),
    }
}

/// The scheduler while all wait, and how many bytes they read in the end.
fn readers() -> io::Result<(goroutines::runtime::SchedSnapshot, usize)> {
    let results = chan::<io::Result<usize>>(READERS);
    let mut writers = Vec::new();
    for _ in 0..READERS {
        let (mut reader, writer) = goroutines::io::pipe()?;
        writers.push(writer);
        let results = results.clone();
        go! {
            let read = reader.read(&mut [0; 64]);
            results.send(read);
        }
    }
    // One P: they run now, and wait.
    runtime::gosched();
    let at = runtime::snapshot();
    for mut writer in writers {
        writer.write_all(b"hello")?;
    }
    let mut sum = 0;
    for _ in 0..READERS {
        sum += results.recv().unwrap_or(Ok(0))?;
    }
    Ok((at, sum))
}
