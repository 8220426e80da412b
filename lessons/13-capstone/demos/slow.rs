//! A room with one who does not read, three ways: it writes to each itself, it has outboxes without an end, or with one.

use crate::stage::{Stage, program};
use crate::text::thousands;
use goroutines::net::{TcpListener, TcpStream};
use goroutines::prelude::*;
use std::collections::VecDeque;
use std::io::{self, Read as _, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

/// Lines that are said, and bytes of each: more than the system keeps for one who does not read.
const LINES: usize = 12_000;
const BYTES: usize = 1_000;
/// Lines that may be on their way to the one who reads.
const WINDOW: usize = 16;
/// Lines that fit into an outbox that has an end.
const OUTBOX: usize = 64;
/// How long it is watched.
const WATCHED: Duration = Duration::from_millis(1500);

#[derive(Clone, Copy, PartialEq)]
enum Way {
    WritesItself,
    WithoutEnd,
    WithAnEnd,
}

/// Lines of one member that wait to be written.
struct Endless {
    lines: Mutex<VecDeque<Arc<[u8]>>>,
    more: Cond,
}

enum Member {
    Socket(TcpStream),
    Endless(Arc<Endless>),
    Outbox(Chan<Arc<[u8]>>),
}

/// What came of it: lines that the reader heard, lines that wait for the other one, whether that one is still a member.
struct Outcome {
    heard: usize,
    kept: usize,
    stayed: bool,
}

pub(super) fn one_does_not_read(stage: &mut Stage) -> io::Result<()> {
    let ways = [
        ("writes to each itself", Way::WritesItself),
        ("outboxes without an end", Way::WithoutEnd),
        ("outboxes of 64 lines", Way::WithAnEnd),
    ];
    let lines = if stage.fixed().is_some() { 64 } else { LINES };
    let mut rows = vec![["the room", "cid heard", "kept for bob", "bob"].map(String::from)];
    for (name, way) in ways {
        let it = program(Builder::new(), move || talk(way, lines))??;
        let bob = if it.stayed { "stays" } else { "is let go" };
        rows.push([
            name.to_string(),
            stage.measured(thousands(it.heard as u64)),
            stage.measured(format!("{} KB", thousands((it.kept * BYTES / 1000) as u64))),
            stage.measured(bob),
        ]);
    }
    stage.say(&format!(
        "{} lines of {BYTES} bytes are said. Cid reads, Bob does not.",
        thousands(LINES as u64)
    ))?;
    writeln!(stage)?;
    stage.rows(&rows)?;
    writeln!(stage)?;
    stage.say(
        "The first room stands still as soon as the system keeps no more for Bob, and Cid with it. The second goes on, and \
         keeps everything for one who may never come back. The third lets him go.",
    )
}

fn talk(way: Way, lines: usize) -> io::Result<Outcome> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let _bob = TcpStream::connect(address)?;
    let (to_bob, _) = listener.accept()?;
    let mut cid = TcpStream::connect(address)?;
    let (to_cid, _) = listener.accept()?;
    let heard = Arc::new(AtomicUsize::new(0));
    let acks = chan::<()>(lines);
    let (count, ack) = (heard.clone(), acks.clone());
    go! {
        let mut line = [0; BYTES];
        while cid.read_exact(&mut line).is_ok() {
            if (count.fetch_add(1, SeqCst) + 1).is_multiple_of(WINDOW) {
                ack.send(());
            }
        }
    }
    let members = [to_bob, to_cid].map(|stream| Some(member(way, stream)));
    let bobs = match &members[0] {
        Some(Member::Endless(queue)) => Some(queue.clone()),
        _ => None,
    };
    let (done, end) = (chan::<bool>(1), chan::<()>(0));
    let (told, over) = (done.clone(), end.clone());
    go! {
        let mut members = members;
        let line: Arc<[u8]> = vec![b'x'; BYTES].into();
        for n in 1..=lines {
            for place in &mut members {
                let stays = place.as_mut().is_none_or(|m| give(m, &line));
                if !stays {
                    *place = None;
                }
            }
            if n.is_multiple_of(WINDOW) {
                acks.recv();
            }
        }
        told.send(members[0].is_some());
        // The sockets stay open until it was looked at.
        over.recv();
    }
    let stayed = select! {
        recv(done) -> stayed => stayed.unwrap_or(true),
        recv(time::after(WATCHED)) => true,
    };
    let kept = bobs.map_or(0, |queue| queue.lines.lock().len());
    end.close();
    Ok(Outcome {
        heard: heard.load(SeqCst),
        kept,
        stayed,
    })
}

fn member(way: Way, mut stream: TcpStream) -> Member {
    match way {
        Way::WritesItself => Member::Socket(stream),
        Way::WithoutEnd => {
            let queue = Arc::new(Endless {
                lines: Mutex::new(VecDeque::new()),
                more: Cond::new(),
            });
            let own = queue.clone();
            go! {
                loop {
                    let mut lines = own.lines.lock();
                    while lines.is_empty() {
                        lines = own.more.wait(lines);
                    }
                    let line = lines.pop_front();
                    drop(lines);
                    if line.is_some_and(|l| stream.write_all(&l).is_err()) {
                        return;
                    }
                }
            }
            Member::Endless(queue)
        }
        Way::WithAnEnd => {
            let outbox = chan::<Arc<[u8]>>(OUTBOX);
            let lines = outbox.clone();
            go! {
                for line in &lines {
                    if stream.write_all(&line).is_err() {
                        return;
                    }
                }
            }
            Member::Outbox(outbox)
        }
    }
}

/// Gives a member a line; false if that one has to go.
fn give(member: &mut Member, line: &Arc<[u8]>) -> bool {
    match member {
        Member::Socket(stream) => stream.write_all(line).is_ok(),
        Member::Endless(queue) => {
            queue.lines.lock().push_back(line.clone());
            queue.more.signal();
            true
        }
        Member::Outbox(outbox) => outbox.try_send(line.clone()).is_ok(),
    }
}
