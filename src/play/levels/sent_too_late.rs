//! The level `sent-too-late`: a sender asks whether the channel is still open, and then sends.

use goroutines::prelude::*;
use goroutines::sync::atomic::Bool;
use std::sync::Arc;

pub fn main() {
    let ch = chan(1);
    let over = Arc::new(Bool::new(false));
    let wg = WaitGroup::new();

    let (to, is_over) = (ch.clone(), over.clone());
    wg.go(move || {
        if !is_over.load() {
            to.send(1);
        }
    });

    let (to, is_over) = (ch.clone(), over.clone());
    wg.go(move || {
        is_over.store(true);
        to.close();
    });

    wg.wait();
}
