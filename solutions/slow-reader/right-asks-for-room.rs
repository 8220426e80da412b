//! The room alone sends, so it may ask first whether there is room.

use goroutines::prelude::*;
use goroutines::println;

struct Member {
    name: &'static str,
    outbox: Chan<u32>,
}

/// Gives a line to everybody in the room.
fn broadcast(members: &mut Vec<Member>, line: u32) {
    for member in std::mem::take(members) {
        if member.outbox.len() < member.outbox.cap() {
            member.outbox.send(line);
            members.push(member);
        } else {
            member.outbox.close();
        }
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
