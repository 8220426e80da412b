//! Three handles to one channel: what each is in memory, and that all lead to the same place.

use crate::stage::{Stage, program};
use goroutines::prelude::*;
use std::io::{self, Write};

pub(super) fn ends(stage: &mut Stage) -> io::Result<()> {
    let (lens, got, same) = program(Builder::new().procs(1), || {
        let both = chan::<i64>(3);
        let (send, receive) = (both.sender(), both.receiver());
        send.send(7);
        both.send(8);
        let lens = [both.len(), send.len(), receive.len()];
        let got = receive.recv();
        (lens, got, both.receiver() == receive)
    })?;
    let sizes = [
        size_of::<Chan<i64>>(),
        size_of::<SendChan<i64>>(),
        size_of::<RecvChan<i64>>(),
    ]
    .map(|n| format!("{n} bytes"));
    let lens = lens.map(|n| n.to_string());
    stage.table(&[
        &["Go", "here", "in memory", "len() after two sends"],
        &["chan int", "Chan<i64>", &sizes[0], &lens[0]],
        &["chan<- int", "SendChan<i64>", &sizes[1], &lens[1]],
        &["<-chan int", "RecvChan<i64>", &sizes[2], &lens[2]],
    ])?;
    writeln!(stage)?;
    let Some(got) = got else {
        return Err(io::Error::other("the receiving end found nothing"));
    };
    stage.say(&format!(
        "What was sent first at the sending end was received at the receiving end: {got}."
    ))?;
    stage.say(&format!("Are they the same channel? {same}"))
}
