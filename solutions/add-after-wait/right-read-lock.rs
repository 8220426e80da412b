//! A read lock keeps stop away while a message is accepted; and everybody takes his time.

use goroutines::prelude::*;
use goroutines::println;
use goroutines::sync::atomic::Int32;
use std::sync::Arc;

struct Peer {
    stopped: RWMutex<bool>,
    writers: WaitGroup,
    accepted: Int32,
    written: Int32,
}

fn send(peer: &Arc<Peer>) {
    let stopped = peer.stopped.read();
    if !*stopped {
        peer.accepted.add(1);
        let writer = peer.clone();
        peer.writers.go(move || {
            runtime::gosched();
            writer.written.add(1);
            runtime::gosched();
        });
    }
}

fn stop(peer: &Peer) {
    *peer.stopped.write() = true;
    peer.writers.wait();
}

fn main() {
    run(|| {
        let peer = Arc::new(Peer {
            stopped: RWMutex::new(false),
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
