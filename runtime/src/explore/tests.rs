//! Tests: visiting one schedule of each kind shows all that visiting every schedule shows.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex as StdMutex};
use std::time::Duration;

use crate::chan::{Chan, chan};
use crate::lab::{Driver, Every, Exploration, Rng, Setup, Tree, Verdict};
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
enum Family {
    Variables,
    Locks,
    Channels,
    Groups,
    Time,
    Mixed,
}

const FAMILIES: [Family; 6] = [
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
struct Program {
    /// Main waits for the others, and prints the variables.
    joins: bool,
    /// Main first.
    bodies: Vec<Vec<u32>>,
}

fn draw(family: Family, seed: u64) -> Program {
    let mut rng = Rng::new(seed, 7);
    let workers = 1 + rng.below(2);
    let joins = rng.below(2) == 0;
    let length = if workers == 1 { 3 } else { 2 };
    let own = rng.below(3 - usize::from(joins));
    let mut bodies = vec![body(family, &mut rng, own)];
    for _ in 0..workers {
        let n = 1 + rng.below(length);
        bodies.push(body(family, &mut rng, n));
    }
    Program { joins, bodies }
}

type Notes = Arc<StdMutex<Vec<Vec<i64>>>>;

fn run(program: &Program, note: &Notes) {
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

/// How a schedule ended and what anybody could see of it.
type Seen = (String, String, Vec<Vec<i64>>, Vec<&'static str>, bool);

fn seen(x: &Exploration, note: &StdMutex<Vec<Vec<i64>>>) -> Seen {
    let o = x.result();
    let verdict = match o.verdict() {
        // Numbers are given in the order of births.
        Verdict::Panic { text, .. } => format!("panic {text}"),
        Verdict::Fatal { text, .. } => format!("fatal {text}"),
        v => format!("{v:?}"),
    };
    // When a panic ends it, some stand before a lock that others wait for already: that is no difference.
    let crashed = matches!(o.verdict(), Verdict::Panic { .. } | Verdict::Fatal { .. });
    let mut waiters: Vec<_> = o
        .waiters()
        .iter()
        .filter(|_| !crashed)
        .map(|w| w.reason.as_str())
        .collect();
    waiters.sort_unstable();
    let notes = std::mem::take(&mut *note.lock().unwrap());
    (
        verdict,
        o.output().to_string(),
        notes,
        waiters,
        o.race().is_some(),
    )
}

fn setup(driver: Driver) -> Setup {
    Setup {
        driver,
        max_steps: 300,
        races: true,
        provoking: false,
        recording: false,
    }
}

/// All there is to be seen under every schedule; `None`: there are too many of them.
fn by_force(
    x: &mut Exploration,
    main: &(impl Fn() + Clone + 'static),
    note: &StdMutex<Vec<Vec<i64>>>,
) -> Option<(BTreeSet<Seen>, usize)> {
    let mut all = BTreeSet::new();
    let mut tree = Tree::whole();
    for n in 1..=MOST {
        x.run(setup(Driver::Tree(tree)), main.clone());
        all.insert(seen(x, note));
        let Driver::Tree(again) = x.take_driver() else {
            unreachable!("it was a tree");
        };
        tree = again;
        if !tree.another() {
            return Some((all, n));
        }
    }
    None
}

const MOST: usize = 20_000;

#[test]
fn one_schedule_of_each_kind_shows_all_there_is_to_see() {
    let mut x = Exploration::new();
    let (mut compared, mut forced, mut visited, mut cut) = (0, 0, 0, 0);
    let mut given_up = 0;
    for seed in 0..PROGRAMS {
        let family = FAMILIES[seed as usize % FAMILIES.len()];
        let note = Arc::new(StdMutex::new(Vec::new()));
        let program = Arc::new(draw(family, seed));
        let main = {
            let (program, note) = (program.clone(), note.clone());
            move || run(&program, &note)
        };
        let Some((all, n)) = by_force(&mut x, &main, &note) else {
            continue;
        };
        let mut found = BTreeSet::new();
        let mut every = Box::new(Every::new());
        let mut runs = 0;
        loop {
            x.run(setup(Driver::Every(every)), main.clone());
            let Driver::Every(again) = x.take_driver() else {
                unreachable!("it was `Every`");
            };
            every = again;
            let s = seen(&x, &note);
            if every.counts() {
                found.insert(s);
            }
            runs += 1;
            assert!(
                runs <= 2 * n + 10,
                "{family:?}, seed {seed}: no fewer than all {n}"
            );
            if !every.another() {
                break;
            }
        }
        if every.gave_up() {
            // Then nothing is claimed.
            given_up += 1;
            continue;
        }
        let missing: Vec<_> = all.difference(&found).collect();
        let more: Vec<_> = found.difference(&all).collect();
        assert!(
            missing.is_empty() && more.is_empty(),
            "{family:?}, seed {seed}: of {n} schedules {} were visited, plain {}\n{program:?}\nmissing {missing:?}\nmore {more:?}",
            every.found,
            every.plain
        );
        compared += 1;
        forced += n;
        visited += every.found;
        cut += runs - every.found;
    }
    println!(
        "{compared} programs: {forced} schedules, {visited} interleavings, {cut} cut off; {given_up} given up"
    );
    assert!(compared >= 900, "{compared}");
}

const PROGRAMS: u64 = 1_200;
