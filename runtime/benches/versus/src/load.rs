//! The load on an echo server: the same for all of them, one thread, one request at a time on each connection.

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};

/// The bytes of a request.
const SIZE: usize = 64;

/// What a connection does.
struct Connection {
    stream: TcpStream,
    sent: [u8; SIZE],
    /// How much of the answer is here.
    read: usize,
}

/// Sends `n` requests (after a tenth of that, unmeasured), and says how many nanoseconds it took.
///
/// # Errors
///
/// Of the connections; an answer that is not what was sent.
pub fn on(port: u16, connections: usize, n: u64) -> io::Result<u64> {
    let mut poll = Poll::new()?;
    let mut all = Vec::new();
    for i in 0..connections {
        // Connected in turn and waited for, so that no backlog is too short.
        let stream = std::net::TcpStream::connect(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        let mut stream = TcpStream::from_std(stream);
        poll.registry()
            .register(&mut stream, Token(i), Interest::READABLE)?;
        all.push(Connection {
            stream,
            sent: [0; SIZE],
            read: 0,
        });
    }
    requests(&mut poll, &mut all, n / 10)?;
    let start = Instant::now();
    requests(&mut poll, &mut all, n)?;
    Ok(start.elapsed().as_nanos() as u64)
}

fn requests(poll: &mut Poll, all: &mut [Connection], n: u64) -> io::Result<()> {
    let (mut sent, mut answered) = (0, 0);
    let mut events = Events::with_capacity(1_024);
    for connection in all.iter_mut() {
        if sent < n {
            send(connection, sent)?;
            sent += 1;
        }
    }
    while answered < n {
        poll.poll(&mut events, Some(Duration::from_secs(5)))?;
        if events.is_empty() {
            return Err(io::Error::new(ErrorKind::TimedOut, "no answer in 5 s"));
        }
        for event in &events {
            let connection = &mut all[event.token().0];
            while receive(connection)? {
                answered += 1;
                if sent < n {
                    send(connection, sent)?;
                    sent += 1;
                }
            }
        }
    }
    Ok(())
}

fn send(connection: &mut Connection, number: u64) -> io::Result<()> {
    for (i, byte) in connection.sent.iter_mut().enumerate() {
        *byte = (number >> (i % 8 * 8)) as u8 ^ i as u8;
    }
    connection.read = 0;
    // So little fits into an empty socket.
    connection.stream.write_all(&connection.sent)
}

/// Whether an answer is complete.
fn receive(connection: &mut Connection) -> io::Result<bool> {
    if connection.read == SIZE {
        return Ok(false);
    }
    let mut answer = [0; SIZE];
    let wanted = &mut answer[connection.read..];
    match connection.stream.read(wanted) {
        Ok(0) => Err(ErrorKind::UnexpectedEof.into()),
        Ok(n) => {
            let range = connection.read..connection.read + n;
            if answer[range.clone()] != connection.sent[range] {
                return Err(io::Error::new(ErrorKind::InvalidData, "another answer"));
            }
            connection.read += n;
            Ok(connection.read == SIZE)
        }
        Err(e) if e.kind() == ErrorKind::WouldBlock => Ok(false),
        Err(e) => Err(e),
    }
}
