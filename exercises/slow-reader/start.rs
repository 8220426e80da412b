//! One who does not read
//!
//! A room hands each line to all its members. Each of them has an outbox with
//! room for two lines. Bob has gone for lunch: he reads nothing. After two lines
//! his outbox is full, the room waits for him, and Ann, who reads all the time,
//! hears nothing more. Repair it: the room waits for nobody. Whoever has no room
//! for a line is let go: he is taken off the list, and his outbox is closed.
//!
//! It is right when it prints, in every schedule:
//!
//!     in the room: ann
//!     ann heard 5, bob heard 2
//!
//! Type: gotour check slow-reader

use goroutines::prelude::*;
use goroutines::println;

struct Member {
    name: &'static str,
    outbox: Chan<u32>,
}

/// Gives a line to everybody in the room.
fn broadcast(members: &mut Vec<Member>, line: u32) {
    // TODO: for whom does the room wait here?
    for member in members.iter() {
        member.outbox.send(line);
    }
}

fn main() {
    run(|| {
        let mut members = Vec::new();
        for name in ["ann", "bob"] {
            members.push(Member {
                name,
                outbox: chan(2),
            });
        }
        let (ann, bob) = (members[0].outbox.clone(), members[1].outbox.clone());
        let (reads, lunch) = (chan::<()>(0), chan::<()>(0));
        let counts = [Shared::new(0), Shared::new(0)];
        let wg = WaitGroup::new();

        // Ann reads each line, and says so.
        let (told, heard) = (reads.clone(), counts[0].clone());
        wg.go(move || {
            for _line in &ann {
                heard.update(|n| n + 1);
                told.send(());
            }
        });
        // Bob reads when he is back from lunch.
        let (back, heard) = (lunch.clone(), counts[1].clone());
        wg.go(move || {
            back.recv();
            for _line in &bob {
                heard.update(|n| n + 1);
            }
        });

        for line in 1..=5 {
            broadcast(&mut members, line);
            reads.recv();
        }
        let names: Vec<&str> = members.iter().map(|m| m.name).collect();
        println!("in the room: {}", names.join(" "));
        for member in &members {
            member.outbox.close();
        }
        lunch.close();
        wg.wait();
        println!("ann heard {}, bob heard {}", counts[0].get(), counts[1].get());
    });
}
