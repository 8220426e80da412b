//! The chat server
//!
//! The last step: a real server. Clients connect over TCP and send lines. The
//! room is there; you write the shell around it, `serve`. A client sends:
//!
//!     join ann      first of all; the room answers
//!     say hi        the others hear: ann: hi
//!     leave         or just goes away; the others hear: * ann leaves
//!     stop          the server ends, for everybody
//!
//! For each connection, one goroutine reads lines and tells the room, another
//! writes what comes from the outbox; its end is the end of the connection.
//! Nobody may hold up the others: not one who does not read, nor one who never
//! says a word, nor one who says nonsense or is cut off. After `stop`, serve
//! waits until all its goroutines have ended, and that is within 5 seconds.
//!
//! The check tries the rehearsal under schedules, then connects as real clients
//! do. Try it yourself: gotour run chat, and in another terminal: nc 127.0.0.1 PORT
//!
//! Type: gotour check chat

use goroutines::net::{TcpListener, TcpStream};
use goroutines::prelude::*;
use goroutines::println;
use goroutines::sync::atomic::Int32;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Lines that fit into an outbox.
const OUTBOX: usize = 128;

// ---- the shell ----------------------------------------------------------------

/// Serves clients until one of them says stop, and until all is over.
fn serve(listener: TcpListener) {
    let room = Room::new();
    let wg = WaitGroup::new();
    let own = room.clone();
    wg.go(move || own.serve());
    // TODO: who accepts, who reads, who writes; and what ends each of them?
    let (_stream, _from): (TcpStream, _) = listener.accept().unwrap();
    room.tell(Event::Stop);
    wg.wait();
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
