//! The level `too-late`: main waits for an answer, but no longer than a second.

use goroutines::prelude::*;
use std::time::Duration;

pub fn main() {
    let answer = chan(0);

    let to = answer.clone();
    go!({
        let found = 6 * 7;
        to.send(found);
    });

    let second = Duration::from_secs(1);
    select! {
        recv(answer) => {},
        recv(time::after(second)) => {},
    }
}
