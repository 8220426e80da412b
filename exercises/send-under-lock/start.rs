//! A send under a lock
//!
//! Found in Kubernetes (pull request 1321): a mux hands each event to all who
//! watch. It keeps its list of watchers under a lock, and sends while it has the
//! lock. A watcher who has seen enough takes himself off the list, for which he
//! needs the lock too. Now and then the server hangs. Find the place, name the
//! kind, and repair it. Every watcher on the list must still get every event, and
//! no channel may have room.
//!
//! It is right when it prints, in every schedule:
//!
//!     Ann saw 3 events, Bob saw 1
//!
//! Type: gotour check send-under-lock

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

struct Watcher {
    events: Chan<u32>,
}

struct Mux {
    watchers: Mutex<Vec<Arc<Watcher>>>,
}

impl Mux {
    fn watch(&self) -> Arc<Watcher> {
        let watcher = Arc::new(Watcher { events: chan(0) });
        self.watchers.lock().push(watcher.clone());
        watcher
    }

    fn leave(&self, watcher: &Arc<Watcher>) {
        let mut watchers = self.watchers.lock();
        watchers.retain(|w| !Arc::ptr_eq(w, watcher));
    }

    /// Hands an event to all who watch.
    fn distribute(&self, event: u32) {
        let watchers = self.watchers.lock();
        for watcher in watchers.iter() {
            // TODO: what if this one has just seen enough?
            watcher.events.send(event);
        }
    }
}

fn main() {
    run(|| {
        let mux = Arc::new(Mux {
            watchers: Mutex::new(Vec::new()),
        });
        let (ann, bob) = (mux.watch(), mux.watch());
        let counts = [Shared::new(0), Shared::new(0)];
        let wg = WaitGroup::new();

        // Ann watches to the end.
        let (mine, saw) = (ann.clone(), counts[0].clone());
        wg.go(move || {
            for _event in &mine.events {
                saw.update(|n| n + 1);
            }
        });
        // Bob has seen enough after one.
        let (theirs, saw) = (mux.clone(), counts[1].clone());
        let his = bob.clone();
        wg.go(move || {
            if his.events.recv().is_some() {
                saw.update(|n| n + 1);
            }
            theirs.leave(&his);
        });

        for event in 1..=3 {
            mux.distribute(event);
        }
        ann.events.close();
        bob.events.close();
        wg.wait();
        println!("Ann saw {} events, Bob saw {}", counts[0].get(), counts[1].get());
    });
}
