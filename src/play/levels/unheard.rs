//! The level `unheard`: main tells a worker to stop, and does not wait until the worker listens.

use goroutines::prelude::*;

pub fn main() {
    let jobs = chan(0);
    let stop = chan(0);
    let n = Shared::new(0);

    let (todo, halt) = (jobs.clone(), stop.clone());
    go!({
        loop {
            select! {
                recv(todo) => n.set(1),
                recv(halt) => return,
            }
        }
    });

    jobs.send(());
    let _ = stop.try_send(());
}
