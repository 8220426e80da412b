//! Small programs drawn at random: a few goroutines, each with a few operations of one family.

use std::sync::{Arc, Mutex as StdMutex};
use std::time::Duration;

use crate::chan::{Chan, chan};
use crate::context::{self, Context};
use crate::errgroup;
use crate::lab::Rng;
use crate::race::Shared;
use crate::semaphore::Weighted;
use crate::sync::raw::{Mutex, RWMutex};
use crate::sync::{Cond, Map, Mutex as Guarded, Once, Pool, WaitGroup, atomic};
use crate::time::Timer;

mod more;

/// What the goroutines of a program share.
struct World {
    vars: Vec<Shared<i64>>,
    atoms: Vec<atomic::Int64>,
    locks: Vec<Mutex>,
    rw: RWMutex,
    chans: Vec<Chan<i64>>,
    once: Once,
    wg: WaitGroup,
    cond: (Guarded<i64>, Cond),
    sem: Weighted,
    pointer: atomic::Pointer<i64>,
    value: atomic::Value,
    map: Map<i64, i64>,
    pool: Pool<i64>,
    ctx: Option<(Context, Cancel)>,
    /// One below it.
    child: Option<(Context, Cancel)>,
    timer: Option<Timer>,
    more: Option<more::More>,
    /// What each goroutine saw, in its own order.
    seen: Notes,
}

type Cancel = Arc<dyn Fn() + Send + Sync>;

/// Which kinds of operations a family of programs has.
#[derive(Clone, Copy, Debug)]
pub(super) enum Family {
    Variables,
    Locks,
    Channels,
    Groups,
    Time,
    Conditions,
    Semaphores,
    Contexts,
    Timers,
    Atomics,
    Readers,
    Selects,
    Branches,
    Mixed,
    All,
    // Those of `more.rs`.
    Cases,
    Ends,
    Onces,
    Maps,
    Weights,
    Errands,
    Flights,
    Words,
    Ticks,
    Causes,
    Guards,
    Births,
    Groups2,
    Wide,
}

pub(super) const FAMILIES: [Family; 15] = [
    Family::Variables,
    Family::Locks,
    Family::Channels,
    Family::Groups,
    Family::Time,
    Family::Mixed,
    Family::Conditions,
    Family::Semaphores,
    Family::Contexts,
    Family::Timers,
    Family::Atomics,
    Family::Readers,
    Family::Selects,
    Family::Branches,
    Family::All,
];

/// The families of `more.rs`.
pub(super) const MORE: [Family; 14] = [
    Family::Cases,
    Family::Ends,
    Family::Onces,
    Family::Maps,
    Family::Weights,
    Family::Errands,
    Family::Flights,
    Family::Words,
    Family::Ticks,
    Family::Causes,
    Family::Guards,
    Family::Births,
    Family::Groups2,
    Family::Wide,
];

/// The operations of one goroutine, drawn once.
fn body(family: Family, rng: &mut Rng, n: usize) -> Vec<u32> {
    let kinds: &[u32] = match family {
        Family::Variables => &[0, 1, 2, 3, 4, 5],
        Family::Locks => &[0, 1, 6, 7, 8, 9, 10, 11, 12],
        Family::Channels => &[13, 14, 15, 16, 17, 18, 19, 1],
        Family::Groups => &[20, 21, 22, 23, 1, 0],
        Family::Time => &[24, 25, 26, 4, 14, 0],
        Family::Conditions => &[29, 30, 31, 32, 29, 0],
        Family::Semaphores => &[33, 34, 35, 36, 0, 1],
        Family::Contexts => &[37, 38, 39, 40, 41, 14, 0, 69, 70, 71, 72, 73, 38, 70],
        Family::Timers => &[42, 43, 44, 45, 46, 24, 0],
        Family::Atomics => &[47, 48, 49, 50, 51, 52, 53, 54, 55, 3, 5, 0],
        Family::Readers => &[10, 11, 12, 56, 57, 58, 59, 60, 0],
        Family::Selects => &[61, 62, 63, 64, 18, 19, 13, 14, 17],
        Family::Branches => &[65, 66, 67, 68, 0, 1, 2, 6],
        Family::All => &[
            0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 29,
            30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56,
            57, 58, 59, 60, 61, 62, 63, 64, 65, 66, 67, 68,
        ],
        Family::Mixed => &[
            0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25,
            26, 27, 28,
        ],
        others => more::kinds(others),
    };
    (0..n)
        .map(|_| kinds[rng.below(kinds.len())] * 2 + rng.below(2) as u32)
        .collect()
}

impl World {
    fn ctx(&self) -> &(Context, Cancel) {
        self.ctx.as_ref().expect("its family has a context")
    }

    fn child(&self) -> &(Context, Cancel) {
        self.child.as_ref().expect("its family has a context")
    }

    fn timer(&self) -> &Timer {
        self.timer.as_ref().expect("its family has a timer")
    }

    fn more(&self) -> &more::More {
        self.more.as_ref().expect("its family has more")
    }
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
        28 => crate::runtime::gosched(),
        29 => {
            let mut n = w.cond.0.lock();
            if *n == 0 {
                n = w.cond.1.wait(n);
            }
            note(*n);
        }
        30 => {
            *w.cond.0.lock() += 1;
            w.cond.1.signal();
        }
        31 => w.cond.1.broadcast(),
        32 => w.cond.1.signal(),
        33 => note(i64::from(
            w.sem.acquire(&context::background(), 1 + i as i64).is_ok(),
        )),
        34 => w.sem.release(1 + i as i64),
        35 => note(i64::from(w.sem.try_acquire(1))),
        36 => {
            if w.sem.acquire(&context::background(), 1).is_ok() {
                note(w.vars[0].get());
                w.sem.release(1);
            }
        }
        37 => note(i64::from(w.ctx().0.err().is_some())),
        38 => (w.ctx().1)(),
        39 => {
            w.ctx().0.done().recv();
        }
        40 => {
            let (child, cancel) = context::with_cancel(&w.ctx().0);
            if i == 0 {
                cancel();
            }
            note(i64::from(child.err().is_some()));
        }
        41 => {
            let all = w.clone();
            let stop = context::after_func(&w.ctx().0, move || all.vars[0].set(9));
            if i == 0 {
                note(i64::from(stop()));
            }
        }
        42 => note(i64::from(w.timer().stop())),
        43 => note(i64::from(
            w.timer().reset(Duration::from_millis(1 + i as u64)),
        )),
        44 => {
            w.timer().c.recv();
        }
        45 => note(i64::from(w.timer().c.try_recv().is_ok())),
        46 => {
            let all = w.clone();
            let t = crate::time::after_func(Duration::from_millis(1), move || all.vars[0].set(9));
            if i == 0 {
                note(i64::from(t.stop()));
            }
        }
        47 => note(i64::from(
            w.pointer.compare_and_swap(None, Some(Arc::new(me as i64))),
        )),
        48 => note(w.pointer.load().map_or(-1, |v| *v)),
        49 => w.pointer.store(None),
        50 => w.value.store(me as i64),
        51 => note(w.value.load::<i64>().unwrap_or(-1)),
        52 => w.map.store(i as i64, me as i64),
        53 => note(w.map.load(&(i as i64)).unwrap_or(-1)),
        54 => note(w.map.load_or_store(i as i64, me as i64).0),
        55 => {
            if i == 0 {
                w.pool.put(me as i64);
            } else {
                note(w.pool.get());
            }
        }
        56 => w.rw.rlock(),
        57 => w.rw.runlock(),
        58 => w.rw.lock(),
        59 => w.rw.unlock(),
        60 => {
            let got = w.rw.try_lock();
            note(i64::from(got));
        }
        61 => {
            let (a, b) = (&w.chans[0], &w.chans[1]);
            crate::select! {
                send(a, 1) => note(-10),
                send(b, 2) => note(-11),
            }
        }
        62 => {
            let b = &w.chans[i];
            crate::select! {
                recv(b) -> v => note(v.unwrap_or(-12)),
                send(b, 7) => note(-13),
            }
        }
        63 => {
            let (a, b) = (&w.chans[0], &w.chans[1]);
            crate::select! {
                recv(a) -> v => note(v.unwrap_or(-14)),
                recv(b) -> v => note(v.unwrap_or(-15)),
                send(b, 3) => note(-16),
            }
        }
        64 => note(w.chans[i].len() as i64),
        65 => {
            if w.vars[i].get() == 0 {
                w.locks[i].lock();
                w.vars[1 - i].set(4);
                w.locks[i].unlock();
            } else {
                w.vars[i].set(0);
            }
        }
        66 => assert_eq!(w.vars[i].get(), 0, "not zero"),
        67 => {
            if w.locks[i].try_lock() {
                w.vars[i].set(5);
                w.locks[i].unlock();
            } else {
                w.chans[1].send(1);
            }
        }
        68 => w.once.call(|| {
            if w.vars[i].get() == 0 {
                w.chans[0].recv();
            }
        }),
        69 => (w.child().1)(),
        70 => note(i64::from(w.child().0.err().is_some())),
        71 if i == 0 => {
            w.child().0.done().recv();
        }
        71 => note(i64::from(w.child().0.done().try_recv().is_ok())),
        72 => {
            let (late, cancel) = context::with_timeout(&w.child().0, Duration::from_millis(1));
            if i == 0 {
                late.done().recv();
            }
            note(match late.err() {
                None => -17,
                Some(context::Error::Canceled) => -18,
                Some(context::Error::DeadlineExceeded) => -19,
            });
            cancel();
        }
        73 => {
            let (group, ctx) = errgroup::Group::with_context(&w.ctx().0);
            for e in 1..=2 - i {
                group.go(move || Err(e.to_string().into()));
            }
            let of = group.wait().unwrap_err().to_string();
            note(of.parse().unwrap_or(-21));
            note(context::cause(&ctx).map_or(-22, |c| c.to_string().parse().unwrap_or(-23)));
        }
        kind => more::perform(w, me, kind, i),
    }
}

/// What the goroutines of a program do.
#[derive(Debug)]
pub(super) struct Program {
    /// Main waits for the others, and prints the variables.
    joins: bool,
    /// Main first.
    bodies: Vec<Vec<u32>>,
    family: Family,
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
    Program {
        joins,
        bodies,
        family,
    }
}

pub(super) type Notes = Arc<StdMutex<Vec<Vec<i64>>>>;

fn with_cancel(parent: &Context) -> (Context, Cancel) {
    let (ctx, cancel) = context::with_cancel(parent);
    (ctx, Arc::new(cancel) as Cancel)
}

pub(super) fn run(program: &Program, note: &Notes) {
    let contexts = matches!(
        program.family,
        Family::Contexts | Family::All | Family::Weights | Family::Causes | Family::Wide
    )
    .then(|| with_cancel(&context::background()));
    let vars: Vec<_> = (0..2).map(|_| Shared::new(0)).collect();
    let w = Arc::new(World {
        more: more::More::new(program.family, &vars[0]),
        vars,
        atoms: (0..2).map(|_| atomic::Int64::new(0)).collect(),
        locks: (0..2).map(|_| Mutex::new()).collect(),
        rw: RWMutex::new(),
        chans: vec![chan(0), chan(1)],
        once: Once::new(),
        wg: WaitGroup::new(),
        cond: (Guarded::new(0), Cond::new()),
        sem: Weighted::new(2),
        pointer: atomic::Pointer::new(None),
        value: atomic::Value::new(),
        map: Map::new(),
        pool: Pool::new(|| -20),
        child: contexts.as_ref().map(|(ctx, _)| with_cancel(ctx)),
        ctx: contexts,
        timer: matches!(program.family, Family::Timers)
            .then(|| Timer::new(Duration::from_millis(1))),
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
