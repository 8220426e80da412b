//! The look and the send under one lock.

use goroutines::prelude::*;
use goroutines::println;

/// Only one goroutine at a time may look and send.
static GATE: Mutex<()> = Mutex::new(());
fn offer(log: &SendChan<&'static str>, line: &'static str) -> bool {
    let _gate = GATE.lock();
    if log.len() == log.cap() {
        return false;
    }
    log.send(line);
    true
}

fn main() {
    run(|| {
        let log = chan::<&'static str>(2);
        let dropped = chan::<usize>(2);
        let wg = WaitGroup::new();
        for lines in [["a1", "a2", "a3"], ["b1", "b2", "b3"]] {
            let (log, dropped) = (log.sender(), dropped.clone());
            wg.go(move || dropped.send(lines.iter().filter(|l| !offer(&log, l)).count()));
        }
        wg.wait();
        log.close();
        let dropped = dropped.recv().unwrap() + dropped.recv().unwrap();
        println!("{} lines kept, {dropped} dropped", log.iter().count());
    });
}
