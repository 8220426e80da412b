//! One client of a driven program: a TCP connection that is read line by line, with an end to every wait.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use crate::check::execute::Cancel;

/// How long a read waits before it looks whether the check is given up.
const TICK: Duration = Duration::from_millis(50);
/// A line longer than this is none.
const LONGEST: usize = 64 * 1024;

/// What came.
#[derive(Debug, PartialEq, Eq)]
pub enum Came {
    Line(String),
    /// The other side has ended the connection.
    End,
    /// Nothing, for as long as was waited.
    Nothing,
}

#[derive(Debug)]
pub struct Client {
    stream: TcpStream,
    /// Bytes that came and make no line yet, or one that was not asked for yet.
    bytes: Vec<u8>,
    at: usize,
    /// Lines that are no answer: they may come at any time.
    pub asides: Vec<String>,
}

impl Client {
    pub fn connect(address: SocketAddr, patience: Duration) -> io::Result<Client> {
        let stream = TcpStream::connect_timeout(&address, patience)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(TICK))?;
        stream.set_write_timeout(Some(patience))?;
        Ok(Client {
            stream,
            bytes: Vec::new(),
            at: 0,
            asides: Vec::new(),
        })
    }

    /// From now on a read that would wait gives `Nothing` at once.
    pub fn do_not_wait(&self) -> io::Result<()> {
        self.stream.set_nonblocking(true)
    }

    pub fn stream(&self) -> &TcpStream {
        &self.stream
    }

    pub fn send(&mut self, line: &str) -> io::Result<()> {
        let bytes = format!("{line}\n");
        let mut rest = bytes.as_bytes();
        while !rest.is_empty() {
            match self.stream.write(rest) {
                Ok(n) => rest = &rest[n..],
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
        Ok(())
    }

    /// A line that has come already.
    pub fn ready(&mut self) -> Option<String> {
        let end = self.bytes[self.at..].iter().position(|b| *b == b'\n')? + self.at;
        let line = String::from_utf8_lossy(&self.bytes[self.at..end]).into_owned();
        self.at = end + 1;
        if self.at > LONGEST {
            self.bytes.drain(..self.at);
            self.at = 0;
        }
        Some(line.trim_end_matches('\r').to_string())
    }

    /// Reads once. `Some`: there will be no more, or there is nothing now.
    pub fn read(&mut self) -> Option<Came> {
        let mut buffer = [0; 16 * 1024];
        match self.stream.read(&mut buffer) {
            Ok(0) => Some(Came::End),
            Ok(n) if self.bytes.len() - self.at + n > LONGEST * 16 => Some(Came::End),
            Ok(n) => {
                self.bytes.extend_from_slice(&buffer[..n]);
                None
            }
            Err(e) => match e.kind() {
                io::ErrorKind::Interrupted => None,
                io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => Some(Came::Nothing),
                // Reset: it was ended with something unread.
                _ => Some(Came::End),
            },
        }
    }

    /// The next thing that comes.
    pub fn next(&mut self, patience: Duration, cancel: &Cancel) -> Came {
        let end = Instant::now() + patience;
        loop {
            if let Some(line) = self.ready() {
                return Came::Line(line);
            }
            match self.read() {
                Some(Came::Nothing) if Instant::now() < end && !cancel.is_set() => {}
                Some(came) => return came,
                None => {}
            }
        }
    }

    /// Reads one line that has come or is about to, if there is one.
    pub fn takes_a_line(&mut self) {
        while self.ready().is_none() && self.read().is_none() {}
    }

    /// Waits until something has come that was not read, and closes: the system then tells the other side that it was cut off.
    /// False: nothing came.
    pub fn break_off(self, patience: Duration, cancel: &Cancel) -> bool {
        let end = Instant::now() + patience;
        loop {
            match self.stream.peek(&mut [0]) {
                Ok(n) => return n > 0,
                Err(e) => match e.kind() {
                    io::ErrorKind::Interrupted
                    | io::ErrorKind::WouldBlock
                    | io::ErrorKind::TimedOut
                        if Instant::now() < end && !cancel.is_set() => {}
                    _ => return false,
                },
            }
        }
    }

    /// Leaves without a word.
    pub fn disconnect(self) {
        // It may be closed from the other side already.
        let _ = self.stream.shutdown(Shutdown::Both);
    }
}
