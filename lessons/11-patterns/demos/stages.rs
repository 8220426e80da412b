//! A pipeline of three stages whose middle one is slow, with one goroutine for it, and with three.

use super::ms;
use crate::stage::{Stage, in_ms};
use goroutines::prelude::*;
use std::io::{self, Write};

/// Pieces that go through, and how long each stage needs for one.
const PIECES: u64 = 6;
const READ: u64 = 5;
const LOOK_UP: u64 = 15;
const ADD: u64 = 5;

pub(super) fn pipeline(stage: &mut Stage) -> io::Result<()> {
    let (_, t) = stage.watch(|| {
        let read = read();
        let looked_up = chan::<u64>(0);
        let to = looked_up.sender();
        go! {
            look_up(&read, &to);
            to.close();
        }
        add(&looked_up)
    })?;
    stage.timeline(&t, &["main: add", "read", "look up"])?;
    writeln!(stage)?;
    let each = READ + LOOK_UP + ADD;
    stage.say(&format!(
        "{PIECES} pieces of {each} ms each: one after the other it would be {} ms, and the pipeline took {}.",
        PIECES * each,
        in_ms(t.lasted)
    ))
}

pub(super) fn fan_out(stage: &mut Stage) -> io::Result<()> {
    let (_, t) = stage.watch(|| {
        let read = read();
        let looked_up = chan::<u64>(0);
        let wg = WaitGroup::new();
        for _ in 0..3 {
            let (read, to) = (read.clone(), looked_up.sender());
            wg.go(move || look_up(&read, &to));
        }
        let to = looked_up.sender();
        go! {
            wg.wait();
            to.close();
        }
        add(&looked_up)
    })?;
    let names = ["main: add", "read", "look up 1", "look up 2", "look up 3", "closer"];
    stage.timeline(&t, &names)?;
    writeln!(stage)?;
    stage.say(&format!("The same pieces: {}.", in_ms(t.lasted)))
}

fn read() -> RecvChan<u64> {
    let out = chan::<u64>(0);
    let to = out.sender();
    go! {
        for n in 1..=PIECES {
            time::sleep(ms(READ));
            to.send(n);
        }
        to.close();
    }
    out.receiver()
}

fn look_up(from: &RecvChan<u64>, to: &SendChan<u64>) {
    for n in from {
        time::sleep(ms(LOOK_UP));
        to.send(n);
    }
}

fn add(from: &Chan<u64>) -> u64 {
    let mut sum = 0;
    for n in from {
        time::sleep(ms(ADD));
        sum += n;
    }
    sum
}
