//! An echo server with a goroutine for each connection.

use goroutines::errgroup::Group;
use goroutines::net::{TcpListener, TcpStream};
use std::io::{self, Read, Write};

/// Serves so many connections, to the end of each.
pub fn serve(listener: TcpListener, connections: usize) -> io::Result<()> {
    let group = Group::new();
    for _ in 0..connections {
        let (stream, _) = listener.accept()?;
        stream.set_nodelay(true)?;
        group.go(move || Ok(echo(stream)?));
    }
    group.wait().map_err(io::Error::other)
}

fn echo(mut stream: TcpStream) -> io::Result<()> {
    let mut buffer = [0; 4096];
    loop {
        let n = stream.read(&mut buffer)?;
        if n == 0 {
            return Ok(());
        }
        stream.write_all(&buffer[..n])?;
    }
}
