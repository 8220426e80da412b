//! Two goroutines that each need both of two things, in opposite orders: with two Mutexes, and with two channels in a
//! select.

use crate::stage::{self, Stage, address, program};
use crate::text::thousands;
use goroutines::explore::{Options, Strategy};
use goroutines::prelude::*;
use std::io::{self, Write};
use std::sync::Arc;

/// Selects of each of the two.
const SELECTS: usize = 20_000;

pub(super) fn lock_order(stage: &mut Stage) -> io::Result<()> {
    let opts = Options::new().strategy(Strategy::Exhaustive);
    let report = stage::check(&opts, two_mutexes);
    writeln!(stage, "two Mutexes")?;
    writeln!(stage, "    G2 locks a, then b; G3 locks b, then a")?;
    writeln!(
        stage,
        "    {} of {} orders: each has one and waits for the other",
        thousands(report.failed as u64),
        thousands(report.ran as u64)
    )?;
    writeln!(stage)?;
    let (a, b) = (chan::<u64>(0), chan::<u64>(0));
    let mut by_address = [("a", address(&a)), ("b", address(&b))];
    by_address.sort_by_key(|(_, address)| *address);
    writeln!(stage, "two channels in a select")?;
    for (name, channel) in [("a", &a), ("b", &b)] {
        let at = stage.measured(format!("{:x}", address(channel)));
        writeln!(stage, "    {name} lies at {at}")?;
    }
    let order = stage.measured(format!("{}, then {}", by_address[0].0, by_address[1].0));
    writeln!(stage, "    so every select locks {order}")?;
    let selects = if stage.fixed().is_some() { 100 } else { SELECTS };
    let done = program(Builder::new(), move || two_selects(&a, &b, selects))?;
    if done != 2 * selects {
        return Err(io::Error::other(format!("only {done} selects came to an end")));
    }
    writeln!(stage, "    G2 names a first, G3 names b first")?;
    writeln!(
        stage,
        "    {} selects, and all of them came to their end",
        stage.measured(thousands(done as u64))
    )
}

fn two_mutexes() {
    let locks = [Arc::new(Mutex::new(())), Arc::new(Mutex::new(()))];
    let wg = WaitGroup::new();
    for (first, second) in [(0, 1), (1, 0)] {
        let (first, second) = (locks[first].clone(), locks[second].clone());
        wg.go(move || {
            let _one = first.lock();
            let _other = second.lock();
        });
    }
    wg.wait();
}

/// How many selects came to an end: one goroutine receives from either, the other sends on either, and the two name them
/// in opposite orders. Without room, whoever comes first finds no case ready: it locks both and waits at both.
fn two_selects(a: &Chan<u64>, b: &Chan<u64>, selects: usize) -> usize {
    let done = chan::<usize>(2);
    let (first, second, tell) = (a.clone(), b.clone(), done.clone());
    go! {
        for _ in 0..selects {
            select! {
                recv(first) => {},
                recv(second) => {},
            }
        }
        tell.send(selects);
    }
    let (first, second, tell) = (b.clone(), a.clone(), done.clone());
    go! {
        for i in 0..selects as u64 {
            select! {
                send(first, i) => {},
                send(second, i) => {},
            }
        }
        tell.send(selects);
    }
    done.iter().take(2).sum()
}
