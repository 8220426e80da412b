//! A queue of lines, and one who hears none of them.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

/// Lines that fit into an outbox.
const OUTBOX: usize = 3;

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

    fn serve(&self) {
        let mut hall = Hall::default();
        while let Some(event) = self.events.recv() {
            match event {
                Event::Join { id, nick, outbox } => hall.join(id, nick, outbox),
                Event::Say { id, text } => hall.say(id, &text),
                Event::Leave { id } => hall.leave(id),
                Event::Stop => break,
            }
        }
        hall.close();
        self.closed.close();
    }
}

struct Guest {
    id: u32,
    nick: String,
    outbox: Chan<String>,
}

#[derive(Default)]
struct Hall {
    guests: Vec<Guest>,
}

impl Hall {
    fn join(&mut self, id: u32, nick: String, outbox: Chan<String>) {
        if self.guests.iter().any(|g| g.nick == nick) {
            let _ = outbox.try_send(format!("taken {nick}"));
            outbox.close();
            return;
        }
        let _ = outbox.try_send(format!("welcome {nick}"));
        let line = format!("* {nick} joins");
        self.guests.push(Guest { id, nick, outbox });
        self.tell_but(id, line);
    }

    fn say(&mut self, id: u32, text: &str) {
        let Some(speaker) = self.guests.iter().find(|g| g.id == id) else { return };
        let line = format!("{}: {text}", speaker.nick);
        self.tell_but(id, line);
    }

    fn leave(&mut self, id: u32) {
        if let Some(at) = self.guests.iter().position(|g| g.id == id) {
            let gone = self.guests.remove(at);
            gone.outbox.close();
            self.tell_but(id, format!("* {} leaves", gone.nick));
        }
    }

    /// A queue of lines: who has no room for one is gone, and that is the next line.
    fn tell_but(&mut self, but: u32, line: String) {
        let mut lines = std::collections::VecDeque::from([line]);
        while let Some(line) = lines.pop_front() {
            self.guests.retain(|g| {
                let stays = g.id == but || g.outbox.try_send(line.clone()).is_ok();
                if !stays {
                    g.outbox.close();
                    lines.push_back(format!("* {} leaves", g.nick));
                }
                stays
            });
        }
    }

    fn close(self) {
        for g in &self.guests {
            let _ = g.outbox.try_send("* closed".into());
            g.outbox.close();
        }
    }
}

// ---- the rehearsal ----------------------------------------------------------

fn join(room: &Room, id: u32, nick: &str) -> Chan<String> {
    let outbox = chan(OUTBOX);
    let event = Event::Join { id, nick: nick.to_string(), outbox: outbox.clone() };
    if !room.tell(event) {
        outbox.close();
    }
    outbox
}

fn say(room: &Room, id: u32, text: &str) {
    room.tell(Event::Say { id, text: text.to_string() });
}

/// Prints the next line that somebody hears.
fn hears(who: &str, outbox: &Chan<String>) {
    let line = outbox.recv().unwrap_or("(end)".to_string());
    println!("{who:<5} {line}");
}

fn main() {
    run(|| {
        let room = Room::new();
        let wg = WaitGroup::new();
        let own = room.clone();
        wg.go(move || own.serve());

        let ann = join(&room, 1, "ann");
        hears("ann", &ann); // welcome ann
        let bob = join(&room, 2, "bob");
        hears("bob", &bob); // welcome bob
        hears("ann", &ann); // * bob joins
        let other = join(&room, 3, "bob");
        hears("other", &other); // taken bob
        hears("other", &other); // (end)
        say(&room, 1, "hi");
        hears("bob", &bob); // ann: hi

        // Cid does not read.
        let old = join(&room, 4, "cid");
        hears("ann", &ann); // * cid joins
        hears("bob", &bob); // * cid joins
        for text in ["1", "2", "3", "4"] {
            say(&room, 1, text);
            hears("bob", &bob); // ann: 1, ann: 2, ann: 3, * cid leaves
        }
        hears("bob", &bob); // ann: 4
        hears("ann", &ann); // * cid leaves

        // Somebody takes his nick, before the room is told that he has left.
        let cid = join(&room, 5, "cid");
        hears("cid", &cid); // welcome cid
        hears("ann", &ann); // * cid joins
        hears("bob", &bob); // * cid joins
        room.tell(Event::Leave { id: 4 });
        for _ in 0..4 {
            hears("old", &old); // welcome cid, ann: 1, ann: 2, (end)
        }
        say(&room, 2, "still there?");
        hears("cid", &cid); // bob: still there?
        hears("ann", &ann); // bob: still there?

        // Two who are not in the room: the old cid, and the one who was not let in.
        say(&room, 4, "hello?");
        say(&room, 3, "me too");
        room.tell(Event::Leave { id: 3 });

        room.tell(Event::Leave { id: 2 });
        hears("bob", &bob); // (end)
        hears("ann", &ann); // * bob leaves
        hears("cid", &cid); // * bob leaves

        // Dan does not read: somebody joins when his outbox is full.
        let _dan = join(&room, 6, "dan");
        hears("ann", &ann); // * dan joins
        hears("cid", &cid); // * dan joins
        for text in ["a", "b"] {
            say(&room, 1, text);
            hears("cid", &cid); // ann: a, ann: b
        }
        let eve = join(&room, 7, "eve");
        say(&room, 1, "who is that?");
        while eve.recv().is_some_and(|line| line != "ann: who is that?") {}
        for _ in 0..3 {
            hears("cid", &cid); // * eve joins, * dan leaves, ann: who is that?
        }
        for _ in 0..2 {
            hears("ann", &ann); // * eve joins, * dan leaves
        }

        // Fay does not, and somebody leaves then.
        let _fay = join(&room, 8, "fay");
        hears("ann", &ann); // * fay joins
        hears("cid", &cid); // * fay joins
        for text in ["c", "d"] {
            say(&room, 1, text);
            hears("cid", &cid); // ann: c, ann: d
        }
        room.tell(Event::Leave { id: 7 });
        say(&room, 1, "and now?");
        for _ in 0..3 {
            hears("cid", &cid); // * eve leaves, * fay leaves, ann: and now?
        }
        for _ in 0..2 {
            hears("ann", &ann); // * eve leaves, * fay leaves
        }

        // Hal does not, and the room is closed then, while others are on their way to it.
        let hal = join(&room, 9, "hal");
        hears("ann", &ann); // * hal joins
        hears("cid", &cid); // * hal joins
        for text in ["e", "f"] {
            say(&room, 1, text);
            hears("cid", &cid); // ann: e, ann: f
        }
        for id in [10, 11] {
            let room = room.clone();
            wg.go(move || {
                let outbox = join(&room, id, &format!("late{id}"));
                for _line in &outbox {}
                room.tell(Event::Leave { id });
            });
        }
        room.tell(Event::Stop);
        for outbox in [&ann, &cid] {
            for _line in outbox {}
        }
        wg.wait();
        for _ in 0..4 {
            hears("hal", &hal); // welcome hal, ann: e, ann: f, (end)
        }
        println!("the room is closed");
    });
}
