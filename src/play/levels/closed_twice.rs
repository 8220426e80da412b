//! The level `closed-twice`: whoever is done first closes the channel, and a flag says that it is closed.

use goroutines::prelude::*;
use goroutines::sync::atomic::Bool;
use std::sync::Arc;

pub fn main() {
    let quit = chan::<()>(0);
    let closed = Arc::new(Bool::new(false));
    for _ in 0..2 {
        let quit = quit.clone();
        let closed = closed.clone();
        go!({
            if !closed.load() {
                closed.store(true);
                quit.close();
            }
        });
    }
    quit.recv();
}
