//! stop takes all places of a semaphore, of which each writer has one.

use goroutines::prelude::*;
use goroutines::println;
use goroutines::sync::atomic::Int32;
use std::sync::Arc;

struct Peer {
    stopped: Mutex<bool>,
    writers: goroutines::semaphore::Weighted,
    accepted: Int32,
    written: Int32,
}

const ALL: i64 = 1 << 20;

fn send(peer: &Arc<Peer>) {
    let stopped = peer.stopped.lock();
    if *stopped || !peer.writers.try_acquire(1) {
        return;
    }
    peer.accepted.add(1);
    let writer = peer.clone();
    go! {
        defer! { writer.writers.release(1); }
        writer.written.add(1);
    }
}

fn stop(peer: &Peer) {
    {
        let mut stopped = peer.stopped.lock();
        *stopped = true;
    }
    peer.writers.acquire(&context::background(), ALL).unwrap();
}

fn main() {
    run(|| {
        let peer = Arc::new(Peer {
            stopped: Mutex::new(false),
            writers: goroutines::semaphore::Weighted::new(ALL),
            accepted: Int32::new(0),
            written: Int32::new(0),
        });
        for _ in 0..2 {
            let peer = peer.clone();
            go! { send(&peer); }
        }

        stop(&peer);
        let (accepted, written) = (peer.accepted.load(), peer.written.load());
        println!("accepted and not written: {}", accepted - written);
    });
}
