//! Send, or leave it
//!
//! Two goroutines write lines to a log, which is a channel with room for two.
//! Nobody reads it until they have ended. They must never wait for the log: a
//! line for which there is no room is dropped. Write offer: it puts the line in
//! if there is room, and says whether it did. Leave main as it is.
//!
//! It is right when it prints, whoever runs first:
//!
//!     2 lines kept, 4 dropped
//!
//! Type: gotour check try-send

use goroutines::prelude::*;
use goroutines::println;

fn offer(log: &SendChan<&'static str>, line: &'static str) -> bool {
    // TODO: do not wait.
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
