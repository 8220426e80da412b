//! The reference server of the lesson: a room that speaks channels, and a shell that speaks TCP.

use goroutines::net::{TcpListener, TcpStream};
use goroutines::prelude::*;
use std::collections::BTreeMap;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::{Shutdown, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

/// Lines that fit into an outbox.
const OUTBOX: usize = 256;
/// How long a write may take to one who does not read.
const PATIENCE: Duration = Duration::from_secs(1);

pub(super) enum Event {
    Join(u32, String, Chan<String>),
    Say(u32, String),
    Leave(u32),
    Stop,
}

/// One goroutine that has the members; others tell it what happens.
pub(super) struct Room {
    events: Chan<Event>,
    closed: Chan<()>,
}

/// By id: the nick and the outbox.
type Members = BTreeMap<u32, (String, Chan<String>)>;

impl Room {
    /// Tells the room; false if it is closed.
    pub(super) fn tell(&self, event: Event) -> bool {
        select! {
            send(self.events, event) => true,
            recv(self.closed) => false,
        }
    }

    fn serve(&self) {
        let mut members = Members::new();
        for event in &self.events {
            match event {
                Event::Join(id, nick, outbox) => {
                    broadcast(&mut members, id, &format!("* {nick} joins"));
                    // It is new, so there is room.
                    let _ = outbox.try_send(format!("welcome {nick}"));
                    members.insert(id, (nick, outbox));
                }
                Event::Say(id, text) => {
                    if let Some((nick, _)) = members.get(&id) {
                        let line = format!("{nick}: {text}");
                        broadcast(&mut members, id, &line);
                    }
                }
                Event::Leave(id) => let_go(&mut members, id),
                Event::Stop => break,
            }
        }
        for (_, outbox) in members.values() {
            outbox.close();
        }
        self.closed.close();
    }
}

/// Gives a line to all but one; who has no room for it is let go.
fn broadcast(members: &mut Members, but: u32, line: &str) {
    let mut full = Vec::new();
    for (id, (_, outbox)) in members.iter() {
        if *id != but && outbox.try_send(line.to_string()).is_err() {
            full.push(*id);
        }
    }
    for id in full {
        let_go(members, id);
    }
}

fn let_go(members: &mut Members, id: u32) {
    if let Some((nick, outbox)) = members.remove(&id) {
        outbox.close();
        broadcast(members, id, &format!("* {nick} leaves"));
    }
}

/// Starts a server: its address, its room, and the group to wait for at its end.
pub(super) fn start() -> io::Result<(SocketAddr, Arc<Room>, WaitGroup)> {
    let listener = Arc::new(TcpListener::bind("127.0.0.1:0")?);
    let address = listener.local_addr()?;
    let room = Arc::new(Room {
        events: chan(0),
        closed: chan(0),
    });
    let wg = WaitGroup::new();
    let own = room.clone();
    wg.go(move || own.serve());
    let (closed, door) = (room.closed.clone(), listener.clone());
    wg.go(move || lock_up(&closed, &door));
    let (own, group) = (room.clone(), wg.clone());
    wg.go(move || accept(&listener, &own, &group));
    Ok((address, room, wg))
}

/// When the room has closed, nobody comes in any more.
fn lock_up(closed: &Chan<()>, door: &TcpListener) {
    closed.recv();
    // Nobody is left to be told if it cannot be closed.
    let _ = door.close();
}

fn accept(listener: &TcpListener, room: &Arc<Room>, wg: &WaitGroup) {
    for (id, stream) in (1..).zip(listener.incoming()) {
        let Ok(stream) = stream else { return };
        let Ok(out) = stream.try_clone() else { continue };
        let outbox = chan(OUTBOX);
        let (lines, closed) = (outbox.clone(), room.closed.clone());
        wg.go(move || write(out, &lines, &closed));
        let room = room.clone();
        wg.go(move || read(id, stream, outbox, &room));
    }
}

/// Writes what comes from the outbox. Its end is the end of the connection.
fn write(mut out: TcpStream, outbox: &Chan<String>, closed: &Chan<()>) {
    let _ = out.set_write_timeout(Some(PATIENCE));
    let _ = out.set_nodelay(true);
    loop {
        let line = select! {
            recv(outbox) -> line => line,
            recv(closed) => outbox.try_recv().ok().flatten(),
        };
        let Some(line) = line else { break };
        if out.write_all(format!("{line}\n").as_bytes()).is_err() {
            break;
        }
    }
    let _ = out.shutdown(Shutdown::Both);
}

/// Reads lines and tells the room, until there are no more.
fn read(id: u32, stream: TcpStream, outbox: Chan<String>, room: &Room) {
    let mut joined = false;
    for line in BufReader::new(stream).lines() {
        let Ok(line) = line else { break };
        let (word, rest) = line.split_once(' ').unwrap_or((&line, ""));
        let heard = match word {
            "join" if !joined => {
                joined = room.tell(Event::Join(id, rest.to_string(), outbox.clone()));
                joined
            }
            "say" if joined => room.tell(Event::Say(id, rest.to_string())),
            "stop" => room.tell(Event::Stop),
            _ => false,
        };
        if !heard {
            break;
        }
    }
    if joined {
        room.tell(Event::Leave(id));
    } else {
        outbox.close();
    }
}
