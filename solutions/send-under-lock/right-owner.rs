//! One goroutine owns the list, and leaving is a message that it hears while it sends.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

struct Watcher {
    events: Chan<u32>,
}

/// One goroutine has the list. Who leaves tells it so, and it listens to that while it sends.
struct Mux {
    joins: Chan<Arc<Watcher>>,
    leaves: Chan<Arc<Watcher>>,
    events: Chan<u32>,
    done: Chan<()>,
}

impl Mux {
    fn new() -> Mux {
        let mux = Mux {
            joins: chan(0),
            leaves: chan(0),
            events: chan(0),
            done: chan(0),
        };
        let (joins, leaves) = (mux.joins.clone(), mux.leaves.clone());
        let (events, done) = (mux.events.clone(), mux.done.clone());
        go! {
            let mut list: Vec<Arc<Watcher>> = Vec::new();
            loop {
                select! {
                    recv(joins) -> w => list.extend(w),
                    recv(leaves) -> w => off(&mut list, w),
                    recv(events) -> event => {
                        let Some(event) = event else { return };
                        hand_out(&mut list, event, &leaves);
                        done.send(());
                    }
                }
            }
        }
        mux
    }

    fn watch(&self) -> Arc<Watcher> {
        let watcher = Arc::new(Watcher { events: chan(0) });
        self.joins.send(watcher.clone());
        watcher
    }

    fn leave(&self, watcher: &Arc<Watcher>) {
        self.leaves.send(watcher.clone());
    }

    /// Hands an event to all who watch.
    fn distribute(&self, event: u32) {
        self.events.send(event);
        self.done.recv();
    }
}

fn off(list: &mut Vec<Arc<Watcher>>, who: Option<Arc<Watcher>>) {
    if let Some(who) = who {
        list.retain(|w| !Arc::ptr_eq(w, &who));
    }
}

fn hand_out(list: &mut Vec<Arc<Watcher>>, event: u32, leaves: &Chan<Arc<Watcher>>) {
    for watcher in list.clone() {
        while list.iter().any(|w| Arc::ptr_eq(w, &watcher)) {
            let sent = select! {
                send(watcher.events, event) => true,
                recv(leaves) -> who => {
                    off(list, who);
                    false
                }
            };
            if sent {
                break;
            }
        }
    }
}

fn main() {
    run(|| {
        let mux = Arc::new(Mux::new());
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
        mux.events.close();
        println!("Ann saw {} events, Bob saw {}", counts[0].get(), counts[1].get());
    });
}
