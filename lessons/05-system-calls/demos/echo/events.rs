//! An echo server with one thread, an event loop, and a callback for each connection.

use rustix::buffer::spare_capacity;
use rustix::event::epoll::{self, CreateFlags, EventData, EventFlags};
use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::fd::OwnedFd;

/// What a callback wants: to be called again, or never again.
enum Next {
    Again,
    Done,
}

type Callback = Box<dyn FnMut() -> io::Result<Next>>;

/// Serves so many connections, to the end of each.
pub fn serve(listener: TcpListener, connections: usize) -> io::Result<()> {
    let epoll = epoll::create(CreateFlags::CLOEXEC)?;
    let mut callbacks: HashMap<u64, Callback> = HashMap::new();
    const LISTENER: u64 = 0;
    listener.set_nonblocking(true)?;
    epoll::add(&epoll, &listener, EventData::new_u64(LISTENER), EventFlags::IN)?;
    let mut accepted = 0;
    let mut events = Vec::with_capacity(64);
    while accepted < connections || !callbacks.is_empty() {
        match epoll::wait(&epoll, spare_capacity(&mut events), None) {
            Err(rustix::io::Errno::INTR) => continue,
            waited => waited?,
        };
        for event in events.drain(..) {
            let id = event.data.u64();
            if id == LISTENER {
                while accepted < connections {
                    let stream = match listener.accept() {
                        Ok((stream, _)) => stream,
                        Err(e) if e.kind() == io::ErrorKind::WouldBlock => break,
                        Err(e) => return Err(e),
                    };
                    accepted += 1;
                    let id = accepted as u64;
                    callbacks.insert(id, connection(&epoll, id, stream)?);
                }
                continue;
            }
            // It may be gone: an event can be older than its end.
            let Some(callback) = callbacks.get_mut(&id) else {
                continue;
            };
            if let Next::Done = callback()? {
                callbacks.remove(&id);
            }
        }
    }
    Ok(())
}

/// Registers a connection. Its callback keeps what it has read and could not write yet.
fn connection(epoll: &OwnedFd, id: u64, mut stream: TcpStream) -> io::Result<Callback> {
    stream.set_nonblocking(true)?;
    stream.set_nodelay(true)?;
    epoll::add(epoll, &stream, EventData::new_u64(id), EventFlags::IN)?;
    let epoll = epoll.try_clone()?;
    let mut buffer = vec![0; 4096];
    let (mut from, mut to) = (0, 0);
    let mut waits_for = EventFlags::IN;
    Ok(Box::new(move || {
        let next = loop {
            let tried = if from < to {
                stream.write(&buffer[from..to]).map(|n| from += n)
            } else {
                match stream.read(&mut buffer) {
                    Ok(0) => return Ok(Next::Done),
                    read => read.map(|n| (from, to) = (0, n)),
                }
            };
            match tried {
                Ok(()) => {}
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => {
                    break if from < to { EventFlags::OUT } else { EventFlags::IN };
                }
                Err(e) => return Err(e),
            }
        };
        if next != waits_for {
            epoll::modify(&epoll, &stream, EventData::new_u64(id), next)?;
            waits_for = next;
        }
        Ok(Next::Again)
    }))
}
