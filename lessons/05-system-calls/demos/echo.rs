//! One echo server in three forms, driven by the same clients: lines of code, threads, memory, requests a second.

mod events;
mod goroutines;
mod threads;

use crate::stage::{Stage, memory, program};
use crate::text::thousands;
use ::goroutines::net::TcpStream;
use ::goroutines::prelude::*;
use std::io::{self, Read, Write};
use std::net::SocketAddr;
use std::sync::mpsc;
use std::thread;
use std::time::Instant;

const CLIENTS: usize = 100;
/// Requests of each client, and how long one is.
const REQUESTS: usize = 100;
const BYTES: usize = 32;

/// Binds, tells where, waits until it shall begin, and serves.
type Server = fn(mpsc::Sender<io::Result<SocketAddr>>, mpsc::Receiver<()>, usize) -> io::Result<()>;

struct Form {
    name: &'static str,
    source: &'static str,
    server: Server,
}

const FORMS: [Form; 3] = [
    Form {
        name: "threads",
        source: include_str!("echo/threads.rs"),
        server: |tell, begin, n| {
            with_std(tell, begin, |listener| threads::serve(listener, n))
        },
    },
    Form {
        name: "event loop",
        source: include_str!("echo/events.rs"),
        server: |tell, begin, n| {
            with_std(tell, begin, |listener| events::serve(listener, n))
        },
    },
    Form {
        name: "goroutines",
        source: include_str!("echo/goroutines.rs"),
        server: |tell, begin, n| {
            program(Builder::new(), move || {
                let bound = ::goroutines::net::TcpListener::bind("127.0.0.1:0");
                let listener = told(tell, bound, ::goroutines::net::TcpListener::local_addr)?;
                runtime::syscall(|| begin.recv()).map_err(io::Error::other)?;
                goroutines::serve(listener, n)
            })?
        },
    },
];

fn with_std(
    tell: mpsc::Sender<io::Result<SocketAddr>>,
    begin: mpsc::Receiver<()>,
    serve: impl FnOnce(std::net::TcpListener) -> io::Result<()>,
) -> io::Result<()> {
    let bound = std::net::TcpListener::bind("127.0.0.1:0");
    let listener = told(tell, bound, std::net::TcpListener::local_addr)?;
    begin.recv().map_err(io::Error::other)?;
    serve(listener)
}

/// Tells the address of what was bound, or why there is none.
fn told<L>(
    tell: mpsc::Sender<io::Result<SocketAddr>>,
    bound: io::Result<L>,
    address: fn(&L) -> io::Result<SocketAddr>,
) -> io::Result<L> {
    let (said, listener) = match bound {
        Ok(listener) => (address(&listener), Ok(listener)),
        Err(e) => (Err(io::Error::other(e.to_string())), Err(e)),
    };
    // Who asked may have given up.
    let _ = tell.send(said);
    listener
}

pub(super) fn three_servers(stage: &mut Stage) -> io::Result<()> {
    // A fixed stage shows no figure, so few will do.
    let (clients, requests) = match stage.fixed() {
        Some(_) => (10, 1),
        None => (CLIENTS, REQUESTS),
    };
    let heading = ["", "lines of code", "threads", "memory", "requests a second"];
    let mut columns = vec![heading.map(String::from)];
    for form in &FORMS {
        let seen = serve_and_drive(form, clients, requests)?;
        columns.push([
            form.name.to_string(),
            lines(form.source).to_string(),
            seen.threads.map_or_else(|| "?".into(), |n| stage.measured(n)),
            seen.memory.map_or_else(|| "?".into(), |n| stage.measured(memory::bytes(n))),
            stage.measured(thousands(seen.a_second.round() as u64)),
        ]);
    }
    let rows: [[String; 4]; 5] =
        std::array::from_fn(|row| std::array::from_fn(|column| columns[column][row].clone()));
    stage.rows(&rows)?;
    writeln!(stage)?;
    stage.say(&format!(
        "With {CLIENTS} connections open: the server's threads, and how much more memory there was than before the first. \
         Each client sent {REQUESTS} messages of {BYTES} bytes, the next one when the last was back. The clients run on \
         this machine too, and take their part of its CPUs."
    ))
}

/// Lines that are neither empty nor a comment.
fn lines(source: &str) -> usize {
    source
        .lines()
        .map(str::trim)
        .filter(|l| !l.is_empty() && !l.starts_with("//"))
        .count()
}

/// What one form needed, and how fast it was.
struct Seen {
    threads: Option<usize>,
    memory: Option<f64>,
    a_second: f64,
}

fn serve_and_drive(form: &Form, clients: usize, requests: usize) -> io::Result<Seen> {
    let others = threads();
    let (tell, told) = mpsc::channel();
    let (begin, begins) = mpsc::channel();
    let server = form.server;
    let serving = thread::spawn(move || server(tell, begins, clients));
    let driven = told
        .recv()
        .map_err(io::Error::other)?
        .and_then(|address| program(Builder::new(), move || drive(address, &begin, clients, requests))?);
    let served = serving
        .join()
        .unwrap_or_else(|_| Err(io::Error::other("the server panicked")));
    let mut seen = driven?;
    seen.threads = seen.threads.zip(others).map(|(n, others)| n.saturating_sub(others));
    served.map(|()| seen)
}

/// How many threads this process has, where the OS says so.
fn threads() -> Option<usize> {
    std::fs::read_dir("/proc/self/task").map(Iterator::count).ok()
}

/// The clients: all connect and send one message; then the server begins; then each sends the others.
fn drive(address: SocketAddr, begin: &mpsc::Sender<()>, clients: usize, requests: usize) -> io::Result<Seen> {
    let (sent, greeted) = (WaitGroup::new(), WaitGroup::new());
    let (go_on, results) = (chan::<()>(0), chan::<io::Result<()>>(clients));
    for _ in 0..clients {
        let mut stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        sent.add(1);
        greeted.add(1);
        let (sent, greeted, go_on, results) =
            (sent.clone(), greeted.clone(), go_on.clone(), results.clone());
        go! {
            let message = [7; BYTES];
            let mut back = [0; BYTES];
            let wrote = stream.write_all(&message);
            sent.done();
            let first = wrote.and_then(|()| stream.read_exact(&mut back));
            greeted.done();
            go_on.recv();
            let all = first.and_then(|()| (0..requests).try_for_each(|_| {
                stream.write_all(&message)?;
                stream.read_exact(&mut back)
            }));
            results.send(all);
        }
    }
    sent.wait();
    let before = memory::now();
    begin.send(()).map_err(io::Error::other)?;
    greeted.wait();
    let after = memory::now();
    // All but those that run the clients.
    let threads = threads().map(|n| n.saturating_sub(runtime::snapshot().ms.len()));
    let start = Instant::now();
    go_on.close();
    for _ in 0..clients {
        results.recv().unwrap_or(Ok(()))?;
    }
    let took = start.elapsed().as_secs_f64();
    Ok(Seen {
        threads,
        memory: before.zip(after).map(|(b, a)| a.resident.saturating_sub(b.resident) as f64),
        a_second: (clients * requests) as f64 / took.max(1e-9),
    })
}
