//! The reference server with more and more clients who all talk at once: lines a second, how long a line takes; and a
//! timeline of three.

use super::server;
use crate::stage::{Stage, program};
use crate::text::thousands;
use goroutines::net::TcpStream;
use goroutines::prelude::*;
use goroutines::trace::Sink;
use std::io::{self, BufRead as _, BufReader, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::Mutex as StdMutex;
use std::time::{Duration, Instant};

const CLIENTS: [usize; 3] = [4, 16, 64];
/// Lines that all clients of a run hear, about.
const HEARD: usize = 40_000;

pub(super) fn under_load(stage: &mut Stage) -> io::Result<()> {
    let mut rows = vec![["clients", "lines in/s", "lines out/s", "median", "99 of 100"].map(String::from)];
    for clients in CLIENTS {
        let rounds = match stage.fixed() {
            Some(_) => 2,
            None => HEARD / (clients * (clients - 1)) + 1,
        };
        let (took, mut waits) = program(Builder::new(), move || talk(clients, rounds))??;
        waits.sort();
        let at = |share: usize| {
            let wait = waits.get(waits.len() * share / 100).copied().unwrap_or_default();
            format!("{:.2} ms", wait.as_secs_f64() * 1e3)
        };
        let each_second = |n: usize| thousands((n as f64 / took.as_secs_f64()).round() as u64);
        rows.push([
            clients.to_string(),
            stage.measured(each_second(clients * rounds)),
            stage.measured(each_second(waits.len())),
            stage.measured(at(50)),
            stage.measured(at(99)),
        ]);
    }
    stage.rows(&rows)?;
    writeln!(stage)?;
    stage.say("A line that comes in goes out to all the others: with 64 clients, 63 times.")?;
    if stage.fixed().is_none() {
        writeln!(stage)?;
        stage.say("Three clients who say one line each, on one P:")?;
        writeln!(stage)?;
        let sink = Sink::new();
        program(Builder::new().procs(1).trace(sink.clone()), || talk(3, 1))??;
        let trace = sink.take();
        if !trace.events().is_empty() {
            writeln!(stage, "{}", trace.ascii_in(stage.width()))?;
        }
    }
    Ok(())
}

/// Everybody says a line in each round and waits until the lines of all others have come.
fn talk(clients: usize, rounds: usize) -> io::Result<(Duration, Vec<Duration>)> {
    let (address, room, wg) = server::start()?;
    let begun = Instant::now();
    let waits = Arc::new(StdMutex::new(Vec::new()));
    let (here, all) = (WaitGroup::new(), WaitGroup::new());
    here.add(clients as i64);
    let failed = Arc::new(StdMutex::new(None));
    for n in 0..clients {
        let (here, waits, failed) = (here.clone(), waits.clone(), failed.clone());
        all.go(move || match client(address, n, clients, rounds, begun, &here) {
            Ok(mine) => waits.lock().unwrap().extend(mine),
            Err(e) => *failed.lock().unwrap() = Some(e),
        });
    }
    all.wait();
    let took = begun.elapsed();
    room.tell(server::Event::Stop);
    wg.wait();
    if let Some(e) = failed.lock().unwrap().take() {
        return Err(e);
    }
    let waits = std::mem::take(&mut *waits.lock().unwrap());
    Ok((took, waits))
}

fn client(
    address: SocketAddr,
    n: usize,
    clients: usize,
    rounds: usize,
    begun: Instant,
    here: &WaitGroup,
) -> io::Result<Vec<Duration>> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    stream.write_all(format!("join c{n}\n").as_bytes())?;
    let mut next = || lines.next().unwrap_or_else(|| Err(io::ErrorKind::UnexpectedEof.into()));
    while !next()?.starts_with("welcome ") {}
    here.done();
    here.wait();
    let mut waits = Vec::with_capacity(rounds * clients);
    for _ in 0..rounds {
        let line = format!("say {}\n", begun.elapsed().as_nanos());
        stream.write_all(line.as_bytes())?;
        let mut missing = clients - 1;
        while missing > 0 {
            let line = next()?;
            if line.starts_with("* ") {
                continue;
            }
            missing -= 1;
            let said = line.rsplit_once(' ').and_then(|(_, nanos)| nanos.parse().ok());
            let said = Duration::from_nanos(said.unwrap_or_default());
            waits.push(begun.elapsed().saturating_sub(said));
        }
    }
    Ok(waits)
}
