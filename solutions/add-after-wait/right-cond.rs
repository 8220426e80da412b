//! A number under the same lock, and a condition variable.

use goroutines::prelude::*;
use goroutines::println;
use goroutines::sync::atomic::Int32;
use std::sync::Arc;

struct Peer {
    /// Whether it is stopped, and how many write.
    state: Mutex<(bool, u32)>,
    changed: Cond,
    accepted: Int32,
    written: Int32,
}

fn send(peer: &Arc<Peer>) {
    let mut state = peer.state.lock();
    if state.0 {
        return;
    }
    state.1 += 1;
    peer.accepted.add(1);
    let writer = peer.clone();
    go! {
        writer.written.add(1);
        writer.state.lock().1 -= 1;
        writer.changed.broadcast();
    }
    drop(state);
}

fn stop(peer: &Peer) {
    let mut state = peer.state.lock();
    state.0 = true;
    while state.1 > 0 {
        state = peer.changed.wait(state);
    }
}

fn main() {
    run(|| {
        let peer = Arc::new(Peer {
            state: Mutex::new((false, 0)),
            changed: Cond::new(),
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
