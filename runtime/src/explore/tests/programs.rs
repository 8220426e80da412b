//! Small programs drawn at random: a few goroutines, each with a few operations of one family.

use std::sync::{Arc, Mutex as StdMutex};
use std::time::Duration;

use crate::chan::{Chan, chan};
use crate::lab::Rng;
use crate::race::Shared;
use crate::sync::raw::{Mutex, RWMutex};
use crate::sync::{Once, WaitGroup, atomic};

/// What the goroutines of a program share.
struct World {
    vars: Vec<Shared<i64>>,
    atoms: Vec<atomic::Int64>,
    locks: Vec<Mutex>,
    rw: RWMutex,
    chans: Vec<Chan<i64>>,
    once: Once,
    wg: WaitGroup,
    /// What each goroutine saw, in its own order.
    seen: Notes,
}

/// Which kinds of operations a family of programs has.
#[derive(Clone, Copy, Debug)]
pub(super) enum Family {
    Variables,
    Locks,
    Channels,
    Groups,
    Time,
    Mixed,
}

pub(super) const FAMILIES: [Family; 6] = [
    Family::Variables,
    Family::Locks,
    Family::Channels,
    Family::Groups,
    Family::Time,
    Family::Mixed,
];

/// The operations of one goroutine, drawn once.
fn body(family: Family, rng: &mut Rng, n: usize) -> Vec<u32> {
    let kinds: &[u32] = match family {
        Family::Variables => &[0, 1, 2, 3, 4, 5],
        Family::Locks => &[0, 1, 6, 7, 8, 9, 10, 11, 12],
        Family::Channels => &[13, 14, 15, 16, 17, 18, 19, 1],
        Family::Groups => &[20, 21, 22, 23, 1, 0],
        Family::Time => &[24, 25, 26, 4, 14, 0],
        Family::Mixed => &[
            0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25,
            26, 27, 28,
        ],
    };
    (0..n)
        .map(|_| kinds[rng.below(kinds.len())] * 2 + rng.below(2) as u32)
        .collect()
}

fn perform(w: &Arc<World>, me: usize, op: u32) {
    let i = (op % 2) as usize;
    let note = |v: i64| w.seen.lock().unwrap()[me].push(v);
    match op / 2 {
        0 => note(w.vars[i].get()),
        1 => w.vars[i].set(me as i64 + 1),
        2 => w.vars[i].update(|v| v * 2 + 1),
        3 => note(w.atoms[i].add(1)),
        4 => crate::print!("{me}"),
        5 => note(i64::from(w.atoms[i].compare_and_swap(0, 5))),
        6 => {
            w.locks[i].lock();
            note(w.vars[0].get());
            w.locks[i].unlock();
        }
        7 => {
            let got = w.locks[i].try_lock();
            note(i64::from(got));
            if got {
                w.locks[i].unlock();
            }
        }
        8 => w.locks[i].lock(),
        9 => w.locks[i].unlock(),
        10 => {
            w.rw.rlock();
            note(w.vars[0].get());
            w.rw.runlock();
        }
        11 => {
            let got = w.rw.try_rlock();
            note(i64::from(got));
            if got {
                w.rw.runlock();
            }
        }
        12 => {
            w.rw.lock();
            w.vars[0].set(7);
            w.rw.unlock();
        }
        13 => w.chans[i].send(me as i64),
        14 => note(w.chans[i].recv().unwrap_or(-1)),
        15 => note(i64::from(w.chans[i].try_send(9).is_ok())),
        16 => note(match w.chans[i].try_recv() {
            Ok(v) => v.unwrap_or(-1),
            Err(_) => -2,
        }),
        17 => w.chans[i].close(),
        18 => {
            let (a, b) = (&w.chans[0], &w.chans[1]);
            crate::select! {
                recv(a) -> v => note(v.unwrap_or(-3)),
                send(b, 8) => note(-4),
            }
        }
        19 => {
            let (a, b) = (&w.chans[0], &w.chans[1]);
            crate::select! {
                recv(a) -> v => note(v.unwrap_or(-3)),
                recv(b) -> v => note(v.unwrap_or(-5)),
                default => note(-6),
            }
        }
        20 => w.wg.add(1),
        21 => w.wg.done(),
        22 => w.wg.wait(),
        23 => {
            let all = w.clone();
            w.wg.go(move || all.vars[i].set(me as i64 + 10));
        }
        24 => crate::time::sleep(Duration::from_millis(1 + i as u64)),
        25 => {
            let due = crate::time::after(Duration::from_millis(1));
            crate::select! {
                recv(due) => note(-7),
                recv(w.chans[0]) -> v => note(v.unwrap_or(-3)),
            }
        }
        26 => {
            let start = crate::time::now();
            note(crate::time::since(start).as_millis() as i64);
        }
        27 => w.once.call(|| w.vars[i].set(3)),
        _ => crate::runtime::gosched(),
    }
}

/// What the goroutines of a program do.
#[derive(Debug)]
pub(super) struct Program {
    /// Main waits for the others, and prints the variables.
    joins: bool,
    /// Main first.
    bodies: Vec<Vec<u32>>,
}

/// By how many goroutines main makes, how many operations each of them has at most.
pub(super) const SMALL: &[usize] = &[3, 2];
pub(super) const WIDE: &[usize] = &[5, 4, 2, 1];

pub(super) fn draw(family: Family, seed: u64, lengths: &[usize]) -> Program {
    let mut rng = Rng::new(seed, 7);
    let workers = 1 + rng.below(lengths.len());
    let joins = rng.below(2) == 0;
    let length = lengths[workers - 1];
    let own = rng.below(3 - usize::from(joins));
    let mut bodies = vec![body(family, &mut rng, own)];
    for _ in 0..workers {
        let n = 1 + rng.below(length);
        bodies.push(body(family, &mut rng, n));
    }
    Program { joins, bodies }
}

pub(super) type Notes = Arc<StdMutex<Vec<Vec<i64>>>>;

pub(super) fn run(program: &Program, note: &Notes) {
    let w = Arc::new(World {
        vars: (0..2).map(|_| Shared::new(0)).collect(),
        atoms: (0..2).map(|_| atomic::Int64::new(0)).collect(),
        locks: (0..2).map(|_| Mutex::new()).collect(),
        rw: RWMutex::new(),
        chans: vec![chan(0), chan(1)],
        once: Once::new(),
        wg: WaitGroup::new(),
        seen: note.clone(),
    });
    *note.lock().unwrap() = vec![Vec::new(); program.bodies.len()];
    for (me, ops) in program.bodies.iter().enumerate().skip(1) {
        let (own, ops) = (w.clone(), ops.clone());
        let work = move || ops.into_iter().for_each(|op| perform(&own, me, op));
        if program.joins {
            w.wg.go(work);
        } else {
            crate::go(work);
        }
    }
    for &op in &program.bodies[0] {
        perform(&w, 0, op);
    }
    if program.joins {
        w.wg.wait();
        for v in &w.vars {
            crate::print!("{};", v.get());
        }
    }
}
