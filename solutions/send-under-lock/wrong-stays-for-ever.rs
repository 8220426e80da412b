//! Ann is never told that there is nothing more.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

struct Watcher {
    events: Chan<u32>,
    gone: Chan<()>,
}

struct Mux {
    watchers: Mutex<Vec<Arc<Watcher>>>,
}

impl Mux {
    fn watch(&self) -> Arc<Watcher> {
        let watcher = Arc::new(Watcher {
            events: chan(0),
            gone: chan(0),
        });
        self.watchers.lock().push(watcher.clone());
        watcher
    }

    fn leave(&self, watcher: &Arc<Watcher>) {
        watcher.gone.close();
        let mut watchers = self.watchers.lock();
        watchers.retain(|w| !Arc::ptr_eq(w, watcher));
    }

    /// Hands an event to all who watch.
    fn distribute(&self, event: u32) {
        let watchers = self.watchers.lock();
        for watcher in watchers.iter() {
            select! {
                send(watcher.events, event) => {}
                recv(watcher.gone) => {}
            }
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
        let _ = (&ann, &bob, &wg);
        println!("Ann saw 3 events, Bob saw 1");
    });
}
