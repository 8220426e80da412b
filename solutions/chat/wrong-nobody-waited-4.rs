//! Nobody waits for those who write and read.

use goroutines::net::{TcpListener, TcpStream};
use goroutines::prelude::*;
use goroutines::println;
use goroutines::sync::atomic::Int32;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::Shutdown;
use std::sync::Arc;

/// Lines that fit into an outbox.
const OUTBOX: usize = 128;

// ---- the shell ----------------------------------------------------------------

/// How long a write may take to one who does not read.
const PATIENCE: time::Duration = time::Duration::from_secs(1);

/// Serves clients until one of them says stop, and until all is over.
fn serve(listener: TcpListener) {
    let room = Room::new();
    let wg = WaitGroup::new();
    let own = room.clone();
    wg.go(move || own.serve());
    let listener = Arc::new(listener);
    let (closed, door) = (room.closed.clone(), listener.clone());
    wg.go(move || {
        closed.recv();
        let _ = door.close();
    });
    for (id, stream) in (1..).zip(listener.incoming()) {
        let Ok(stream) = stream else { break };
        let Ok(out) = stream.try_clone() else { continue };
        let outbox = chan(OUTBOX);
        let (lines, closed) = (outbox.clone(), room.closed.clone());
        go(move || write(out, &lines, &closed));
        let room = room.clone();
        go(move || read(id, stream, outbox, &room));
    }
    wg.wait();
}

/// Writes what comes from the outbox. Its end is the end of the connection.
fn write(mut out: TcpStream, outbox: &Chan<String>, closed: &Chan<()>) {
    let _ = out.set_write_timeout(Some(PATIENCE));
    loop {
        let line = select! {
            recv(outbox) -> line => line,
            // The room has put in its last line before it closed.
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
        let (outbox, text) = (outbox.clone(), rest.to_string());
        let heard = match word {
            "join" if !joined => {
                joined = room.tell(Event::Join { id, nick: text, outbox });
                joined
            }
            "say" if joined => room.tell(Event::Say { id, text }),
            "stop" => room.tell(Event::Stop),
            _ => false,
        };
        if !heard {
            break;
        }
    }
    if joined {
        room.tell(Event::Leave { id });
    } else {
        outbox.close();
    }
}

// ---- the room, as in the exercise before --------------------------------------

enum Event {
    Join { id: u32, nick: String, outbox: Chan<String> },
    Say { id: u32, text: String },
    Leave { id: u32 },
    Stop,
}

struct Room {
    events: Chan<Event>,
    closed: Chan<()>,
}

impl Room {
    fn new() -> Arc<Room> {
        Arc::new(Room { events: chan(0), closed: chan(0) })
    }

    /// Tells the room; false if it is closed.
    fn tell(&self, event: Event) -> bool {
        select! {
            send(self.events, event) => true,
            recv(self.closed) => false,
        }
    }

    /// Hears one event after the other, until Stop.
    fn serve(&self) {
        let mut members = Members::new();
        for event in &self.events {
            match event {
                Event::Join { id, nick, outbox } => {
                    if members.values().any(|(other, _)| *other == nick) {
                        let _ = outbox.try_send(format!("taken {nick}"));
                        outbox.close();
                        continue;
                    }
                    broadcast(&mut members, id, &format!("* {nick} joins"));
                    let _ = outbox.try_send(format!("welcome {nick}"));
                    members.insert(id, (nick, outbox));
                }
                Event::Say { id, text } => {
                    if let Some((nick, _)) = members.get(&id) {
                        let line = format!("{nick}: {text}");
                        broadcast(&mut members, id, &line);
                    }
                }
                Event::Leave { id } => let_go(&mut members, id),
                Event::Stop => break,
            }
        }
        for (_, outbox) in members.values() {
            let _ = outbox.try_send("* closed".to_string());
            outbox.close();
        }
        self.closed.close();
    }
}

/// By id: the nick and the outbox.
type Members = BTreeMap<u32, (String, Chan<String>)>;

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

// ---- main, which you can leave as it is ---------------------------------------

/// The room without sockets: this is tried under schedules.
fn rehearsal() {
    let room = Room::new();
    let (wg, guests, ready) = (WaitGroup::new(), WaitGroup::new(), WaitGroup::new());
    let own = room.clone();
    wg.go(move || own.serve());
    let both = Arc::new(Int32::new(0));
    ready.add(2);
    for (id, nick) in [(1, "ann"), (2, "bob")] {
        let (room, ready, both) = (room.clone(), ready.clone(), both.clone());
        guests.go(move || {
            let outbox = chan(OUTBOX);
            let event = Event::Join { id, nick: nick.to_string(), outbox: outbox.clone() };
            room.tell(event);
            ready.done();
            ready.wait();
            room.tell(Event::Say { id, text: "hi".to_string() });
            for line in &outbox {
                if line.ends_with(": hi") {
                    both.add(1);
                    room.tell(Event::Leave { id });
                }
            }
        });
    }
    guests.wait();
    room.tell(Event::Stop);
    wg.wait();
    println!("rehearsal: {} of 2 heard the other one", both.load());
}

fn server() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    println!("listening on {}", listener.local_addr().unwrap());
    serve(listener);
    // Who has just ended may need a moment to be gone.
    for _ in 0..20 {
        if runtime::num_goroutine() > 1 {
            time::sleep(time::Duration::from_millis(1));
        }
    }
    println!("{} goroutines left", runtime::num_goroutine() - 1);
}

fn main() {
    run(rehearsal);
    run(server);
}
