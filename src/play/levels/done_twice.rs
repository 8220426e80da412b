//! The level `done-twice`: a goroutine that sees an alarm says that it is done, and then says it once more.

use goroutines::prelude::*;
use goroutines::sync::atomic::Bool;
use std::sync::Arc;

pub fn main() {
    let alarm = Arc::new(Bool::new(false));
    let wg = WaitGroup::new();
    wg.add(2);

    let (a, group) = (alarm.clone(), wg.clone());
    go!({
        a.store(true);
        a.store(false);
        group.done();
    });

    let (a, group) = (alarm.clone(), wg.clone());
    go!({
        if a.load() {
            group.done();
        }
        group.done();
    });

    wg.wait();
}
