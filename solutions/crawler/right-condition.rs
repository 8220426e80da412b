//! Two workers, a list under a lock, and a condition variable.

use goroutines::prelude::*;
use goroutines::println;
use goroutines::sync::atomic::Int64;
use std::collections::BTreeSet;
use std::sync::Arc;

struct Request {
    page: usize,
    answer: SendChan<Vec<usize>>,
}

/// The server's end: who asks for a page gets the links that stand on it.
fn serve(door: &RecvChan<Request>) -> usize {
    let links = |page| match page {
        1 => vec![2, 4, 3],
        2 => vec![5, 1],
        3 => vec![5, 4],
        4 => vec![2],
        _ => vec![1],
    };
    let mut requests = 0;
    // Pages 2 and 3 are answered together, when both have been asked for.
    let mut waits: Option<Request> = None;
    for r in door {
        requests += 1;
        if r.page == 2 || r.page == 3 {
            match waits.take() {
                None => {
                    waits = Some(r);
                    continue;
                }
                Some(other) => other.answer.send(links(other.page)),
            }
        }
        r.answer.send(links(r.page));
    }
    requests
}

/// The way to the server.
struct Client {
    door: SendChan<Request>,
    open: Int64,
}

impl Client {
    /// The links on a page. At most two may ask at one time.
    fn get(&self, page: usize) -> Vec<usize> {
        // The request goes out to the network: a blocking call.
        runtime::syscall(|| ());
        if self.open.add(1) > 2 {
            println!("too many at one time");
        }
        let answer = chan::<Vec<usize>>(1);
        self.door.send(Request {
            page,
            answer: answer.sender(),
        });
        let links = answer.recv().unwrap_or_default();
        self.open.add(-1);
        links
    }
}

#[derive(Default)]
struct State {
    seen: BTreeSet<usize>,
    todo: Vec<usize>,
    away: usize,
}

/// Takes pages from the list until it is empty and nobody is away.
fn work(client: &Client, shared: &(Mutex<State>, Cond)) {
    let (state, changed) = shared;
    let mut s = state.lock();
    loop {
        while s.todo.is_empty() && s.away > 0 {
            s = changed.wait(s);
        }
        let Some(page) = s.todo.pop() else {
            return;
        };
        s.away += 1;
        drop(s);
        let links = client.get(page);
        s = state.lock();
        s.away -= 1;
        for link in links {
            if s.seen.insert(link) {
                s.todo.push(link);
            }
        }
        changed.broadcast();
    }
}

/// All pages that can be reached from the first.
fn crawl(client: &Arc<Client>, first: usize) -> BTreeSet<usize> {
    let state = State {
        seen: BTreeSet::from([first]),
        todo: vec![first],
        away: 0,
    };
    let shared = Arc::new((Mutex::new(state), Cond::new()));
    let wg = WaitGroup::new();
    for _ in 0..2 {
        let (client, shared) = (client.clone(), shared.clone());
        wg.go(move || work(&client, &shared));
    }
    wg.wait();
    std::mem::take(&mut shared.0.lock().seen)
}

fn main() {
    run(|| {
        let (door, told) = (chan::<Request>(0), chan::<usize>(1));
        let (at, tell) = (door.receiver(), told.sender());
        go! { tell.send(serve(&at)); }
        let client = Arc::new(Client {
            door: door.sender(),
            open: Int64::new(0),
        });

        let pages = crawl(&client, 1);
        println!("pages: {pages:?}");
        door.close();
        println!("requests: {}", told.recv().unwrap());
    });
}
