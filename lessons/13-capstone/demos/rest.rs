//! The reference server with three clients who say nothing: what each of its goroutines waits for, and where.

use super::server;
use crate::stage::{Stage, program};
use goroutines::net::TcpStream;
use goroutines::prelude::*;
use std::collections::BTreeMap;
use std::io::{self, Read as _, Write};
use std::time::Duration;

const SOURCE: &str = include_str!("server.rs");
const CLIENTS: usize = 3;
/// The room, who closes the listener, who accepts; and two for each client.
const GOROUTINES: usize = 3 + 2 * CLIENTS;

pub(super) fn at_rest(stage: &mut Stage) -> io::Result<()> {
    let dump = program(Builder::new().procs(1), || -> io::Result<String> {
        let (address, room, wg) = server::start()?;
        let mut clients = Vec::new();
        for n in 0..CLIENTS {
            let mut client = TcpStream::connect(address)?;
            client.write_all(format!("join c{n}\n").as_bytes())?;
            let welcome = format!("welcome c{n}\n");
            client.read_exact(&mut vec![0; welcome.len()])?;
            clients.push(client);
        }
        let mut dump = runtime::stack_dump();
        for _ in 0..200 {
            if at_places(&dump).values().sum::<usize>() == GOROUTINES {
                break;
            }
            time::sleep(Duration::from_millis(5));
            dump = runtime::stack_dump();
        }
        room.tell(server::Event::Stop);
        drop(clients);
        wg.wait();
        Ok(dump)
    })??;
    let mut rows = vec![["how many", "started to", "wait for"].map(String::from)];
    for ((line, state), count) in at_places(&dump) {
        let code = SOURCE.lines().nth(line - 1).unwrap_or_default().trim();
        // `wg.go(move || read(id, …));`
        let does = code.split_once("|| ").map_or(code, |(_, f)| f);
        let does = does.split('(').next().unwrap_or_default();
        rows.push([count.to_string(), does.to_string(), state]);
    }
    stage.rows(&rows)?;
    writeln!(stage)?;
    stage.say(
        "No thread waits with any of them. Each has one thing that it waits for, and somebody who ends that wait. The select \
         has two: the outbox, and the end of the server.",
    )
}

/// How many of those that were started in a line of the server wait, and for what.
fn at_places(dump: &str) -> BTreeMap<(usize, String), usize> {
    let mut all = BTreeMap::new();
    for goroutine in dump.split("\n\n") {
        let state = goroutine
            .lines()
            .next()
            .and_then(|l| Some(l.split_once('[')?.1.split_once(']')?.0.to_string()));
        let line = goroutine
            .lines()
            .last()
            .and_then(|l| l.trim().rsplit_once("server.rs:")?.1.parse().ok());
        let (Some(state), Some(line)) = (state, line) else {
            continue;
        };
        let state = state.split(',').next().unwrap_or_default().to_string();
        if state != "running" && state != "runnable" {
            *all.entry((line, state)).or_insert(0) += 1;
        }
    }
    all
}
