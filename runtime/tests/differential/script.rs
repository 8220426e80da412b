//! Scripts: programs of a line, which `go/scripts.go` and this file run in the same way.
//!
//! `0 2 n | g1 s0:7 x0 | r0 y`: the channels by their capacities (`n` is nil), then the bodies of goroutines, of which the
//! first one is started. Beside the channels there are two Mutexes, an RWMutex, three WaitGroups, a Cond and a Once.
//!
//! | | |
//! |---|---|
//! | `s0:7` `r0` `x0` `n0` | sends 7 on channel 0, receives, closes, asks for its length |
//! | `t0:7` `q0` | sends, receives, if it can be done at once |
//! | `Sr0,s1:7` | select: the first case that is ready, else whichever comes |
//! | `g1` `G1` | starts body 1; in WaitGroup 2, by its `go` |
//! | `y` `e` | gosched, goexit |
//! | `l0` `L0` `u0` | Mutex 0: lock, `try_lock`, unlock if this goroutine holds it |
//! | `R` `Q` `W` `V` | RWMutex: read lock and unlock, write lock and unlock |
//! | `a0:2` `d0` `w0` | WaitGroup 0: add 2, done, wait |
//! | `c` `i` `b` `o` | Cond: wait, signal, broadcast; Once, whose function yields |
//!
//! What comes out is a line: each goroutine when it begins (`1:`), each operation when it is done (`1.0=7`, of goroutine
//! 1 the first), with what it gave back or panicked with. A panic is recovered.

use std::fmt::Write as _;
use std::io::{BufRead as _, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use goroutines::select::Select;
use goroutines::sync::raw;
use goroutines::{Chan, chan, defer, go, runtime, sync};

use crate::said::{align, text};

/// Bounds the goroutines of one script.
const MOST_BORN: usize = 40;

/// What the goroutines of one script share.
struct World {
    bodies: Vec<Vec<String>>,
    chans: Vec<Chan<i64>>,
    locks: [raw::Mutex; 2],
    rw: raw::RWMutex,
    groups: [sync::WaitGroup; 3],
    cond_lock: sync::Mutex<()>,
    cond: sync::Cond,
    once: sync::Once,
    born: AtomicUsize,
    alive: AtomicUsize,
    steps: AtomicUsize,
    log: Mutex<String>,
}

/// One goroutine, and what it holds.
struct Instance {
    world: Arc<World>,
    number: usize,
    holds: [bool; 2],
    reads: usize,
    writes: bool,
}

/// Runs the scripts of standard input, a line each.
pub fn interpret() {
    goroutines::run(|| {
        for line in std::io::stdin().lock().lines() {
            let line = line.expect("a script is text");
            let mut out = std::io::stdout().lock();
            writeln!(out, "{}", run(&line)).expect("somebody reads what comes out");
            out.flush().expect("somebody reads what comes out");
        }
    });
}

fn run(text: &str) -> String {
    let mut parts = text.split('|');
    let chans = parts.next().unwrap_or_default().split_whitespace();
    let world = Arc::new(World {
        chans: chans
            .map(|c| c.parse().map_or_else(|_| Chan::nil(), chan))
            .collect(),
        bodies: parts
            .map(|body| body.split_whitespace().map(String::from).collect())
            .collect(),
        locks: [raw::Mutex::new(), raw::Mutex::new()],
        rw: raw::RWMutex::new(),
        groups: std::array::from_fn(|_| sync::WaitGroup::new()),
        cond_lock: sync::Mutex::new(()),
        cond: sync::Cond::new(),
        once: sync::Once::new(),
        born: AtomicUsize::new(0),
        alive: AtomicUsize::new(0),
        steps: AtomicUsize::new(0),
        log: Mutex::new(String::new()),
    });
    align();
    start(&world, 0);
    let mut quiet = 0;
    while quiet < 3 {
        let before = world.steps.load(Ordering::Relaxed);
        runtime::gosched();
        let still = world.steps.load(Ordering::Relaxed) == before;
        quiet = if still { quiet + 1 } else { 0 };
    }
    let alive = world.alive.load(Ordering::Relaxed);
    world.log(format_args!("alive={alive}"));
    std::mem::take(&mut *world.log.lock().unwrap_or_else(PoisonError::into_inner))
}

fn start(world: &Arc<World>, k: usize) {
    if let Some(f) = instance(world, k) {
        go(f);
    }
}

/// A new goroutine's function, unless there are enough.
fn instance(world: &Arc<World>, k: usize) -> Option<impl FnOnce() + Send + 'static> {
    let number = world.born.load(Ordering::Relaxed);
    if number == MOST_BORN {
        return None;
    }
    world.born.store(number + 1, Ordering::Relaxed);
    let mut me = Instance {
        world: world.clone(),
        number,
        holds: [false; 2],
        reads: 0,
        writes: false,
    };
    Some(move || me.run(k))
}

impl World {
    fn log(&self, what: std::fmt::Arguments<'_>) {
        let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        // Into a string: it cannot fail.
        let _ = log.write_fmt(what);
    }

    fn step(&self) {
        self.steps.fetch_add(1, Ordering::Relaxed);
    }
}

/// `7`, or `0:7`.
fn numbers(text: &str) -> (usize, i64) {
    let (a, b) = text.split_once(':').unwrap_or((text, "0"));
    (a.parse().unwrap_or(0), b.parse().unwrap_or(0))
}

fn received(v: Option<i64>) -> String {
    v.map_or_else(|| "=closed".to_string(), |v| format!("={v}"))
}

impl Instance {
    fn run(&mut self, k: usize) {
        let world = self.world.clone();
        world.alive.fetch_add(1, Ordering::Relaxed);
        world.step();
        defer! {
            world.alive.fetch_sub(1, Ordering::Relaxed);
            world.step();
        }
        let number = self.number;
        world.log(format_args!("{number}: "));
        for (i, op) in world.bodies[k].iter().enumerate() {
            world.step();
            if op == "e" {
                runtime::goexit();
            }
            let result = catch_unwind(AssertUnwindSafe(|| self.act(op)))
                .unwrap_or_else(|payload| format!("!{}", text(&*payload).replace(' ', "_")));
            world.step();
            world.log(format_args!("{number}.{i}{result} "));
        }
    }

    fn act(&mut self, op: &str) -> String {
        let world = self.world.clone();
        let (a, b) = numbers(&op[1..]);
        match &op[..1] {
            "s" => world.chans[a].send(b),
            "r" => return received(world.chans[a].recv()),
            "t" => {
                let sent = world.chans[a].try_send(b).is_ok();
                return if sent { "=sent" } else { "=full" }.to_string();
            }
            "q" => {
                return world.chans[a]
                    .try_recv()
                    .map_or_else(|_| "=empty".to_string(), received);
            }
            "S" => return world.choose(&op[1..].split(',').collect::<Vec<_>>()),
            "x" => world.chans[a].close(),
            "n" => return format!("={}", world.chans[a].len()),
            "g" => start(&world, a),
            "G" => {
                if let Some(f) = instance(&world, a) {
                    world.groups[2].go(f);
                }
            }
            "y" => runtime::gosched(),
            "l" => {
                world.locks[a].lock();
                self.holds[a] = true;
            }
            "L" => {
                if !world.locks[a].try_lock() {
                    return "=busy".to_string();
                }
                self.holds[a] = true;
                return "=locked".to_string();
            }
            "u" => {
                if !std::mem::take(&mut self.holds[a]) {
                    return "-".to_string();
                }
                world.locks[a].unlock();
            }
            "R" => {
                world.rw.rlock();
                self.reads += 1;
            }
            "Q" => {
                if self.reads == 0 {
                    return "-".to_string();
                }
                self.reads -= 1;
                world.rw.runlock();
            }
            "W" => {
                world.rw.lock();
                self.writes = true;
            }
            "V" => {
                if !std::mem::take(&mut self.writes) {
                    return "-".to_string();
                }
                world.rw.unlock();
            }
            "a" => world.groups[a].add(b),
            "d" => world.groups[a].done(),
            "w" => world.groups[a].wait(),
            "c" => {
                let g = world.cond_lock.lock();
                drop(world.cond.wait(g));
            }
            "i" => world.cond.signal(),
            "b" => world.cond.broadcast(),
            "o" => {
                let mut ran = false;
                world.once.call(|| {
                    ran = true;
                    runtime::gosched();
                });
                return format!("={ran}");
            }
            _ => panic!("no such operation"),
        }
        String::new()
    }
}

impl World {
    /// A select whose choice is not left to chance: the first case that is ready, and a blocking select of all if none
    /// is.
    fn choose(&self, cases: &[&str]) -> String {
        for (i, case) in cases.iter().enumerate() {
            let mut one = Select::new();
            self.add(&mut one, case);
            let otherwise = one.default();
            let chosen = one.wait();
            if chosen.index() != otherwise {
                return result(i, case, chosen);
            }
        }
        let mut all = Select::new();
        for case in cases {
            self.add(&mut all, case);
        }
        let chosen = all.wait();
        let i = chosen.index();
        result(i, cases[i], chosen)
    }

    fn add<'a>(&'a self, select: &mut Select<'a>, case: &str) {
        let (a, b) = numbers(&case[1..]);
        if case.starts_with('s') {
            select.send(&self.chans[a], b);
        } else {
            select.recv(&self.chans[a]);
        }
    }
}

fn result(i: usize, case: &str, chosen: goroutines::select::Chosen) -> String {
    if case.starts_with('s') {
        format!("={i}")
    } else {
        format!("={i}{}", received(chosen.recv()))
    }
}
