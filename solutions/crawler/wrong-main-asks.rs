//! Knows which pages belong together.

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

/// All pages that can be reached from the first.
fn crawl(client: &Arc<Client>, first: usize) -> BTreeSet<usize> {
    let mut seen = BTreeSet::from([first]);
    seen.extend(client.get(first));
    let wg = WaitGroup::new();
    for p in [2, 3] {
        let c = client.clone();
        wg.go(move || {
            c.get(p);
        });
    }
    wg.wait();
    for p in [4, 5] {
        seen.extend(client.get(p));
    }
    seen.extend([5]);
    seen
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
