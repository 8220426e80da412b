//! Bob receives to the end, and counts one.

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
            let mut first = true;
            for _e in &his.events {
                if first {
                    saw.update(|n| n + 1);
                    first = false;
                }
            }
            let _ = &theirs;
        });

        for event in 1..=3 {
            mux.distribute(event);
        }
        ann.events.close();
        bob.events.close();
        wg.wait();
        println!(
            "Ann saw {} events, Bob saw {}",
            counts[0].get(),
            counts[1].get()
        );
    });
}
