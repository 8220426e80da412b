//! send does not look whether it is stopped.

use goroutines::prelude::*;
use goroutines::println;
use goroutines::sync::atomic::Int32;
use std::sync::Arc;

struct Peer {
    stopped: Mutex<bool>,
    writers: WaitGroup,
    accepted: Int32,
    written: Int32,
}

fn send(peer: &Arc<Peer>) {
    let stopped = peer.stopped.lock();
    peer.accepted.add(1);
    let writer = peer.clone();
    peer.writers.add(1);
    go! {
        writer.written.add(1);
        writer.writers.done();
    }
    drop(stopped);
}

fn stop(peer: &Peer) {
    let mut stopped = peer.stopped.lock();
    *stopped = true;
    drop(stopped);
    peer.writers.wait();
}

fn main() {
    run(|| {
        let peer = Arc::new(Peer {
            stopped: Mutex::new(false),
            writers: WaitGroup::new(),
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
