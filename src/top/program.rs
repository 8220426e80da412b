//! The program that is looked at: started in a group of its own, with a socket on which its runtimes tell how they stand.
//!
//! One thread does it all, around `poll`: it takes what the runtimes tell, and what the program prints where that is
//! kept, and sees when the program has ended. Whoever leaves ends the program and all that it has started.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read as _};
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::os::unix::net::{UnixListener, UnixStream};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags};

use super::frame::{Frame, Rates};
use crate::check::group::{Group, wait_readable};
use crate::check::usage;
use crate::report;

/// How much of what it prints is kept, of each stream.
const KEPT: usize = 256 * 1024;
/// Longer lines than this are not the library's.
const LONGEST: usize = 4 << 20;
/// How many moments are kept of a runtime: ten seconds and more.
const MOMENTS: usize = 120;
/// Rates are taken over so many milliseconds at least, where there are as many.
const OVER: u64 = 1000;
/// A program that tells nothing for so long has stopped to.
const SILENCE: Duration = Duration::from_secs(3);
/// How long is read on after the program has ended: whoever it has started may hold its pipes open.
const DRAIN: Duration = Duration::from_millis(200);

/// What becomes of what the program prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Streams {
    /// The last of it is kept, to be shown.
    Kept,
    /// It goes to gotour's standard error, as it comes.
    ToStderr,
}

/// A program that runs, or has ended.
#[derive(Debug)]
pub struct Program {
    group: Group,
    listener: UnixListener,
    /// Where the socket is.
    _dir: tempfile::TempDir,
    begun: Instant,
    runtimes: Vec<Runtime>,
    pub out: Tail,
    pub err: Tail,
    ended: Option<(ExitStatus, Duration)>,
}

/// How a program ended, and how long it had run.
#[derive(Clone, Copy, Debug)]
pub struct Ending {
    pub code: Option<i32>,
    pub signal: Option<i32>,
    pub after: Duration,
}

/// A runtime of the program.
#[derive(Debug)]
pub struct Runtime {
    from: Option<UnixStream>,
    bytes: Vec<u8>,
    moments: VecDeque<Frame>,
    heard: Instant,
}

/// The last of what a stream has said.
#[derive(Debug, Default)]
pub struct Tail {
    from: Option<File>,
    pub bytes: Vec<u8>,
    /// How many bytes came before.
    pub before: usize,
}

impl Runtime {
    /// The last moment that was told, unless none was yet.
    pub fn now(&self) -> Option<&Frame> {
        self.moments.back()
    }

    /// How fast it goes, over the last second or what there is of it.
    pub fn rates(&self) -> Rates {
        let Some(now) = self.now() else {
            return Rates::default();
        };
        let long_ago = |f: &&Frame| now.at_ms.saturating_sub(f.at_ms) >= OVER;
        let before = self.moments.iter().rev().find(long_ago);
        match before.or(self.moments.front()) {
            Some(before) => Rates::between(before, now),
            None => Rates::default(),
        }
    }

    /// Switches a second, from moment to moment.
    pub fn history(&self) -> Vec<f64> {
        let pairs = self.moments.iter().zip(self.moments.iter().skip(1));
        pairs.map(|(a, b)| Rates::between(a, b).switches).collect()
    }

    /// How long nothing has come from it, if that is long: over three seconds, and over three times what lay between the
    /// last two lines. Where goroutines are very many, lines are few.
    pub fn silence(&self) -> Option<Duration> {
        self.from.as_ref()?;
        let silent = self.heard.elapsed();
        let mut last = self.moments.iter().rev().map(|f| f.at_ms);
        let usual = match (last.next(), last.next()) {
            (Some(now), Some(before)) => Duration::from_millis(now.saturating_sub(before)),
            _ => Duration::ZERO,
        };
        (silent > SILENCE.max(usual * 3)).then_some(silent)
    }

    pub fn is_over(&self) -> bool {
        self.from.is_none()
    }

    /// Reads what is there. `false`: there is nothing new.
    fn read(&mut self, buffer: &mut [u8]) -> bool {
        let Some(from) = &mut self.from else {
            return false;
        };
        match from.read(buffer) {
            Ok(0) => self.from = None,
            Ok(n) => self.bytes.extend_from_slice(&buffer[..n]),
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) if e.kind() == io::ErrorKind::WouldBlock => {}
            Err(_) => self.from = None,
        }
        let mut any = false;
        while let Some(end) = self.bytes.iter().position(|b| *b == b'\n') {
            let line: Vec<u8> = self.bytes.drain(..=end).collect();
            // What is no line of the library's says nothing.
            let Ok(frame) = serde_json::from_slice::<Frame>(&line) else {
                continue;
            };
            any = true;
            self.heard = Instant::now();
            self.moments.push_back(frame);
            if self.moments.len() > MOMENTS {
                self.moments.pop_front();
            }
        }
        if self.bytes.len() > LONGEST {
            self.from = None;
        }
        any
    }
}

impl Tail {
    fn read(&mut self, buffer: &mut [u8]) {
        let Some(file) = &mut self.from else {
            return;
        };
        match file.read(buffer) {
            Ok(0) => self.from = None,
            Ok(n) => self.bytes.extend_from_slice(&buffer[..n]),
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => self.from = None,
        }
        if self.bytes.len() > 2 * KEPT {
            // From a line's beginning on.
            let cut = self.bytes.len() - KEPT;
            let line = self.bytes[cut..].iter().position(|b| *b == b'\n');
            let cut = cut + line.map_or(0, |n| n + 1);
            self.before += cut;
            self.bytes.drain(..cut);
        }
    }

    /// The last lines of it, without what would move a cursor.
    pub fn lines(&self, most: usize) -> Vec<String> {
        let from = self.bytes.len().saturating_sub(KEPT / 16);
        let text = String::from_utf8_lossy(&self.bytes[from..]).into_owned();
        let text = crate::text::plain(&text.replace('\t', "    "));
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(most)..]
            .iter()
            .map(|l| l.chars().filter(|c| !c.is_control()).collect())
            .collect()
    }
}

impl Program {
    /// Starts it. It has nothing on its standard input.
    pub fn start(command: &mut Command, streams: Streams) -> io::Result<Program> {
        usage::no_core_files();
        let dir = tempfile::Builder::new().prefix("gotop").tempdir()?;
        let path = dir.path().join("socket");
        let listener = UnixListener::bind(&path)?;
        listener.set_nonblocking(true)?;
        command
            .env("GOTOP", &path)
            // If gotour is killed, so is the program.
            .env("GOTOP_PARENT", std::process::id().to_string())
            .stdin(Stdio::null())
            .process_group(0);
        match streams {
            Streams::Kept => command.stdout(Stdio::piped()).stderr(Stdio::piped()),
            Streams::ToStderr => command
                .stdout(report::error_stream()?)
                .stderr(Stdio::inherit()),
        };
        let mut group = Group::start(command)?;
        let tail = |from: Option<OwnedFd>| Tail {
            from: from.map(File::from),
            ..Tail::default()
        };
        Ok(Program {
            out: tail(group.child.stdout.take().map(OwnedFd::from)),
            err: tail(group.child.stderr.take().map(OwnedFd::from)),
            group,
            listener,
            _dir: dir,
            begun: Instant::now(),
            runtimes: Vec::new(),
            ended: None,
        })
    }

    /// Waits for news, but no longer than this. Says whether a runtime told something.
    pub fn look(&mut self, most: Duration) -> io::Result<bool> {
        let conns: Vec<usize> = (0..self.runtimes.len())
            .filter(|i| self.runtimes[*i].from.is_some())
            .collect();
        let mut fds: Vec<BorrowedFd<'_>> = vec![self.listener.as_fd()];
        fds.extend(
            conns
                .iter()
                .filter_map(|i| Some(self.runtimes[*i].from.as_ref()?.as_fd())),
        );
        let tails = [&self.out, &self.err];
        fds.extend(tails.iter().filter_map(|t| Some(t.from.as_ref()?.as_fd())));
        if self.ended.is_none() {
            fds.extend(self.group.ended.as_ref().map(OwnedFd::as_fd));
        }
        let mut polled: Vec<PollFd<'_>> = fds
            .iter()
            .map(|fd| PollFd::from_borrowed_fd(*fd, PollFlags::IN))
            .collect();
        wait_readable(&mut polled, most)?;
        let ready: Vec<bool> = polled.iter().map(|fd| !fd.revents().is_empty()).collect();
        drop(polled);
        drop(fds);
        let mut ready = ready.into_iter();
        let mut buffer = vec![0; 64 * 1024];
        if ready.next() == Some(true) {
            self.accept()?;
        }
        let mut news = false;
        for i in conns {
            if ready.next() == Some(true) {
                news |= self.runtimes[i].read(&mut buffer);
            }
        }
        for tail in [&mut self.out, &mut self.err] {
            if tail.from.is_some() && ready.next() == Some(true) {
                tail.read(&mut buffer);
            }
        }
        if self.ended.is_none() && self.group.has_ended()? {
            self.reap(&mut buffer)?;
        }
        Ok(news)
    }

    fn accept(&mut self) -> io::Result<()> {
        loop {
            match self.listener.accept() {
                Ok((from, _)) => {
                    from.set_nonblocking(true)?;
                    self.runtimes.push(Runtime {
                        from: Some(from),
                        bytes: Vec::new(),
                        moments: VecDeque::new(),
                        heard: Instant::now(),
                    });
                    // Of those that are over, the last one is enough.
                    let over = |r: &Runtime| r.is_over();
                    while self.runtimes.iter().filter(|r| over(r)).count() > 1 {
                        let first = self.runtimes.iter().position(over).unwrap_or(0);
                        self.runtimes.remove(first);
                    }
                }
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
    }

    /// It has ended: the rest of its group is ended, too, and what it said last is read.
    fn reap(&mut self, buffer: &mut [u8]) -> io::Result<()> {
        let after = self.begun.elapsed();
        self.ended = Some((self.group.end()?, after));
        self.accept()?;
        for runtime in &mut self.runtimes {
            while runtime.from.is_some() && runtime.read(buffer) {}
        }
        let until = Instant::now() + DRAIN;
        while (self.out.from.is_some() || self.err.from.is_some()) && Instant::now() < until {
            self.look(Duration::from_millis(20))?;
        }
        Ok(())
    }

    /// Ends it, with all that it has started.
    pub fn end(&mut self) -> io::Result<()> {
        if self.ended.is_none() {
            self.reap(&mut vec![0; 64 * 1024])?;
        }
        Ok(())
    }

    /// How it ended, if it has.
    pub fn ending(&self) -> Option<Ending> {
        let (status, after) = self.ended?;
        Some(Ending {
            code: status.code(),
            signal: status.signal(),
            after,
        })
    }

    /// How long it has run.
    pub fn age(&self) -> Duration {
        self.ended.map_or(self.begun.elapsed(), |(_, after)| after)
    }

    /// Its runtimes that have told something: those that are there, or the last that was.
    pub fn runtimes(&self) -> Vec<&Runtime> {
        let told = || self.runtimes.iter().filter(|r| r.now().is_some());
        let here: Vec<&Runtime> = told().filter(|r| !r.is_over()).collect();
        if here.is_empty() {
            told().next_back().into_iter().collect()
        } else {
            here
        }
    }
}

impl std::fmt::Display for Ending {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.code, self.signal) {
            (Some(code), _) => write!(f, "ended with exit code {code}")?,
            (None, signal) => write!(f, "was ended by signal {}", signal.unwrap_or_default())?,
        }
        write!(f, " after {:.1} s", self.after.as_secs_f64())
    }
}
