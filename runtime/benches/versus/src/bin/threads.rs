//! The works with locks on threads: std's locks and parking_lot's, on as many CPUs as the others have Ps.

use std::hint::black_box;
use std::sync::{Condvar, Mutex, PoisonError, RwLock};
use std::thread;

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
use versus::Args;

/// The locks of one library, each over a number.
trait Locks: Sync {
    fn lock_and_add(&self);
    fn locked(&self) -> u64;
    fn write_and_add(&self);
    fn read(&self) -> u64;
    /// Waits until the locked number's lowest bit is `me`, adds one, and signals.
    fn turn(&self, me: u64);
}

#[derive(Default)]
struct Std {
    mutex: Mutex<u64>,
    rwlock: RwLock<u64>,
    changed: Condvar,
}

impl Locks for Std {
    fn lock_and_add(&self) {
        *self.mutex.lock().unwrap_or_else(PoisonError::into_inner) += 1;
    }

    fn locked(&self) -> u64 {
        *self.mutex.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write_and_add(&self) {
        *self.rwlock.write().unwrap_or_else(PoisonError::into_inner) += 1;
    }

    fn read(&self) -> u64 {
        *self.rwlock.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn turn(&self, me: u64) {
        let mut turn = self.mutex.lock().unwrap_or_else(PoisonError::into_inner);
        while *turn % 2 != me {
            let woken = self.changed.wait(turn);
            turn = woken.unwrap_or_else(PoisonError::into_inner);
        }
        *turn += 1;
        self.changed.notify_one();
    }
}

#[derive(Default)]
struct ParkingLot {
    mutex: parking_lot::Mutex<u64>,
    rwlock: parking_lot::RwLock<u64>,
    changed: parking_lot::Condvar,
}

impl Locks for ParkingLot {
    fn lock_and_add(&self) {
        *self.mutex.lock() += 1;
    }

    fn locked(&self) -> u64 {
        *self.mutex.lock()
    }

    fn write_and_add(&self) {
        *self.rwlock.write() += 1;
    }

    fn read(&self) -> u64 {
        *self.rwlock.read()
    }

    fn turn(&self, me: u64) {
        let mut turn = self.mutex.lock();
        while *turn % 2 != me {
            self.changed.wait(&mut turn);
        }
        *turn += 1;
        self.changed.notify_one();
    }
}

fn main() {
    let mut args = Args::of_process();
    let (library, work) = match args.work.split_once('/') {
        Some((library, work)) => (library.to_string(), work.to_string()),
        None => panic!("wanted LIBRARY/WORK, got {}", args.work),
    };
    args.work = work;
    keep_to(args.procs);
    match library.as_str() {
        "std" => works::<Std>(&args),
        "parking_lot" => works::<ParkingLot>(&args),
        other => panic!("there is no library {other}"),
    }
}

/// Runs this process on the first `cpus` that it may use.
fn keep_to(cpus: usize) {
    let may_use = sched_getaffinity(None).expect("a thread may ask for its own");
    let mut first = CpuSet::new();
    for cpu in (0..CpuSet::MAX_CPU)
        .filter(|cpu| may_use.is_set(*cpu))
        .take(cpus)
    {
        first.set(cpu);
    }
    sched_setaffinity(None, &first).expect("a thread may use fewer");
}

fn works<L: Locks + Default>(args: &Args) {
    match args.work.as_str() {
        "mutex1" => args.timed(|n| mutex::<L>(1, n)),
        "mutex8" => args.timed(|n| mutex::<L>(8, n)),
        "rwmutex8" => args.timed(rwlock::<L>),
        "cond" => args.timed(cond::<L>),
        _ => args.not_there(),
    }
}

/// `n` additions under one lock, shared by `threads`.
fn mutex<L: Locks + Default>(threads: u64, n: u64) -> u64 {
    let locks = L::default();
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| (0..n / threads).for_each(|_| locks.lock_and_add()));
        }
    });
    locks.locked()
}

/// `n` looks at a number by 8 threads, each tenth of them an addition.
fn rwlock<L: Locks + Default>(n: u64) -> u64 {
    let locks = L::default();
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for i in 0..n / 8 {
                    if i % 10 == 0 {
                        locks.write_and_add();
                    } else {
                        black_box(locks.read());
                    }
                }
            });
        }
    });
    locks.read()
}

/// Two threads in turn: each waits until it is its turn, and signals the other. `n` turns.
fn cond<L: Locks + Default>(n: u64) -> u64 {
    let locks = L::default();
    thread::scope(|scope| {
        for me in 0..2 {
            let locks = &locks;
            scope.spawn(move || (0..n / 2).for_each(|_| locks.turn(me)));
        }
    });
    locks.locked()
}
