//! A crawler over a local server, with real sockets: the same pages with pools of different size.

use super::ms;
use crate::stage::{Stage, program};
use goroutines::net::{TcpListener, TcpStream};
use goroutines::prelude::*;
use std::collections::BTreeSet;
use std::io::{self, BufRead as _, BufReader, Read as _, Write};
use std::net::SocketAddr;
use time::Duration;

const PAGES: usize = 40;
/// What the server needs for a page, in milliseconds.
const NEEDS: u64 = 5;
/// How many may be asked for at one time.
const POOLS: [usize; 4] = [1, 2, 4, 8];

pub(super) fn crawl(stage: &mut Stage) -> io::Result<()> {
    let mut took = Vec::new();
    for pool in POOLS {
        let (pages, t) = program(Builder::new(), move || with_a_server(pool))??;
        if pages.len() != PAGES {
            return Err(io::Error::other(format!("only {} pages were found", pages.len())));
        }
        took.push((format!("{pool} at a time"), t.as_secs_f64() * 1e3));
    }
    stage.say(&format!(
        "{PAGES} pages of a server on this machine, over TCP, found by their links. The server needs {NEEDS} ms for each."
    ))?;
    writeln!(stage)?;
    let bars: Vec<(&str, f64)> = took.iter().map(|(name, t)| (name.as_str(), *t)).collect();
    stage.bars(&bars, "ms")
}

/// The server ends with its runtime.
fn with_a_server(pool: usize) -> io::Result<(BTreeSet<usize>, Duration)> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let server = listener.local_addr()?;
    go! {
        for conn in listener.incoming().map_while(Result::ok) {
            // One that cannot be answered is missed by who asked.
            go! { let _ = answer(&conn); }
        }
    }
    let start = time::now();
    let pages = find_all(server, pool)?;
    Ok((pages, time::since(start)))
}

/// A page is asked for by its number, on a line; the answer is the numbers that it links to.
fn answer(conn: &TcpStream) -> io::Result<()> {
    let mut line = String::new();
    BufReader::new(conn).read_line(&mut line)?;
    let page: usize = line.trim().parse().map_err(io::Error::other)?;
    time::sleep(ms(NEEDS));
    let links = [2 * page, 2 * page + 1, page / 2];
    let there = links.iter().filter(|to| (1..=PAGES).contains(*to));
    let text: Vec<String> = there.map(ToString::to_string).collect();
    let mut out = conn;
    out.write_all(text.join(" ").as_bytes())
}

fn get(server: SocketAddr, page: usize) -> io::Result<Vec<usize>> {
    let mut conn = TcpStream::connect(server)?;
    conn.write_all(format!("{page}\n").as_bytes())?;
    let mut text = String::new();
    conn.read_to_string(&mut text)?;
    let numbers = text.split_whitespace().map(str::parse);
    numbers.collect::<Result<_, _>>().map_err(io::Error::other)
}

/// A pool asks; this goroutine alone knows what is to do, what is known, and how many are away.
fn find_all(server: SocketAddr, pool: usize) -> io::Result<BTreeSet<usize>> {
    let (jobs, found) = (chan::<usize>(0), chan::<io::Result<Vec<usize>>>(0));
    for _ in 0..pool {
        let (jobs, found) = (jobs.receiver(), found.sender());
        go! {
            for page in &jobs {
                found.send(get(server, page));
            }
        }
    }
    let mut seen = BTreeSet::from([1]);
    let (mut todo, mut away) = (vec![1], 0);
    while away > 0 || !todo.is_empty() {
        let (to, next) = match todo.last() {
            Some(page) => (jobs.sender(), *page),
            None => (SendChan::nil(), 0),
        };
        select! {
            send(to, next) => {
                todo.pop();
                away += 1;
            }
            recv(found) -> links => {
                away -= 1;
                let links = links.unwrap_or_else(|| Ok(Vec::new()))?;
                todo.extend(links.into_iter().filter(|link| seen.insert(*link)));
            }
        }
    }
    jobs.close();
    Ok(seen)
}
