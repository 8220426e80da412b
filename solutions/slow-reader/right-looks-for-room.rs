//! Looks for room first: nobody else sends here.

use goroutines::prelude::*;
use goroutines::println;

struct Member {
    name: &'static str,
    outbox: Chan<u32>,
}

/// Gives a line to everybody in the room.
fn broadcast(members: &mut Vec<Member>, line: u32) {
    // Nobody else sends here, so who has room now has it in the next line, too.
    let mut at = 0;
    while let Some(member) = members.get(at) {
        if member.outbox.len() < member.outbox.cap() {
            member.outbox.send(line);
            at += 1;
        } else {
            members.remove(at).outbox.close();
        }
    }
}

/// Reads as many lines as it is told to, one turn after the other; in the evening, what is left.
fn reader(outbox: Chan<u32>, turns: Chan<usize>, done: Chan<()>, heard: Shared<u32>) {
    let read = |lines: usize| {
        for _line in outbox.iter().take(lines) {
            heard.update(|n| n + 1);
        }
    };
    for lines in &turns {
        read(lines);
        done.send(());
    }
    read(usize::MAX);
}

/// A day on which `away` is at lunch. Cid reads after every second line, the others at once.
fn day(away: &str) {
    let (mut members, mut turns, mut counts) = (Vec::new(), Vec::new(), Vec::new());
    let (wg, done) = (WaitGroup::new(), chan::<()>(0));
    for name in ["ann", "bob", "cid"] {
        let (outbox, turn, heard) = (chan(2), chan(0), Shared::new(0));
        let (lines, told, read, count) =
            (outbox.clone(), turn.clone(), done.clone(), heard.clone());
        wg.go(move || reader(lines, told, read, count));
        members.push(Member { name, outbox });
        turns.push((name, turn));
        counts.push((name, heard));
    }

    for line in 1..=5 {
        broadcast(&mut members, line);
        for (name, turn) in &turns {
            turn.send(match *name {
                name if name == away => 0,
                "cid" => [2, 0][line as usize % 2],
                _ => 1,
            });
            done.recv();
        }
    }
    let names: Vec<&str> = members.iter().map(|m| m.name).collect();
    println!("in the room: {}", names.join(" "));

    for member in &members {
        member.outbox.close();
    }
    for (_, turn) in &turns {
        turn.close();
    }
    wg.wait();
    let heard = counts.iter().map(|(name, n)| format!("{name} heard {}", n.get()));
    println!("{}", heard.collect::<Vec<_>>().join(", "));
}

fn main() {
    run(|| {
        day("bob");
        day("ann");
    });
}
