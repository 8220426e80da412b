//! An echo server on epoll by hand: a thread for each P, without a runtime.

use std::collections::HashMap;
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::thread;

use mio::net::{TcpListener, TcpStream};
use mio::{Events, Interest, Poll, Token};
use versus::Args;

const LISTENER: Token = Token(usize::MAX);

fn main() {
    let args = Args::of_process();
    if args.work != "echo" {
        args.not_there();
    }
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    listener.set_nonblocking(true).expect("it is a socket");
    let address = listener.local_addr().expect("it is bound");
    println!("port {}", address.port());
    for _ in 0..args.procs {
        let listener = listener.try_clone().expect("there are descriptors left");
        thread::spawn(move || serve(TcpListener::from_std(listener)).expect("it serves"));
    }
    io::copy(&mut io::stdin(), &mut io::sink()).expect("its input can be read");
}

/// Serves the connections that this thread was the first to accept.
fn serve(mut listener: TcpListener) -> io::Result<()> {
    let mut poll = Poll::new()?;
    let mut events = Events::with_capacity(1_024);
    let mut connections: HashMap<Token, TcpStream> = HashMap::new();
    let mut last = 0;
    let mut bytes = [0; 4_096];
    poll.registry()
        .register(&mut listener, LISTENER, Interest::READABLE)?;
    loop {
        poll.poll(&mut events, None)?;
        for event in &events {
            if event.token() != LISTENER {
                let connection = connections.get_mut(&event.token());
                if connection.is_some_and(|c| !echo(c, &mut bytes)) {
                    connections.remove(&event.token());
                }
                continue;
            }
            loop {
                let mut connection = match listener.accept() {
                    Ok((connection, _)) => connection,
                    Err(e) if e.kind() == ErrorKind::WouldBlock => break,
                    Err(e) => return Err(e),
                };
                connection.set_nodelay(true)?;
                let token = Token(last);
                last += 1;
                poll.registry()
                    .register(&mut connection, token, Interest::READABLE)?;
                connections.insert(token, connection);
            }
        }
    }
}

/// Sends all that is there back. Whether there may be more later.
fn echo(connection: &mut TcpStream, bytes: &mut [u8]) -> bool {
    loop {
        match connection.read(bytes) {
            Ok(n) if n > 0 => {
                // So little fits into a socket whose other end reads.
                if connection.write_all(&bytes[..n]).is_err() {
                    return false;
                }
                // Less than asked for: there is no more, and more will be an event.
                if n < bytes.len() {
                    return true;
                }
            }
            Err(e) if e.kind() == ErrorKind::WouldBlock => return true,
            _ => return false,
        }
    }
}
