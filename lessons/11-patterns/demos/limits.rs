//! Six goroutines of which two may work at a time, and six of which one may begin every 10 ms.

use super::ms;
use crate::stage::Stage;
use goroutines::prelude::*;
use std::io::{self, Write};
use time::Ticker;

const NAMES: [&str; 7] = ["main", "one", "two", "three", "four", "five", "six"];

pub(super) fn semaphore(stage: &mut Stage) -> io::Result<()> {
    let ((), t) = stage.watch(|| {
        // A place for each that may be at work.
        let places = chan::<()>(2);
        let wg = WaitGroup::new();
        for _ in 1..NAMES.len() {
            let places = places.clone();
            wg.go(move || {
                places.send(());
                time::sleep(ms(15));
                places.recv();
            });
        }
        wg.wait();
    })?;
    stage.timeline(&t, &NAMES)
}

pub(super) fn rate_limit(stage: &mut Stage) -> io::Result<()> {
    let ((), t) = stage.watch(|| {
        let ticker = Ticker::new(ms(10));
        let wg = WaitGroup::new();
        for _ in 1..NAMES.len() {
            ticker.c.recv();
            wg.go(|| time::sleep(ms(25)));
        }
        ticker.stop();
        wg.wait();
    })?;
    stage.timeline(&t, &NAMES)?;
    writeln!(stage)?;
    stage.say("main waits for the next tick, and starts one for each.")
}
