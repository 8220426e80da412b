//! The programs on shuttle. It looks for no races on variables.

use shuttle::scheduler::{PctScheduler, RandomScheduler, Scheduler};
use shuttle::sync::atomic::{AtomicI64, Ordering};
use shuttle::sync::mpsc::sync_channel;
use shuttle::sync::{Arc, Mutex};
use shuttle::{Config, Runner, thread};

use crate::Program;

pub(crate) fn random(program: Program, least: usize) -> Option<usize> {
    run(program, RandomScheduler::new_from_seed(7, least))
}

pub(crate) fn pct(program: Program, least: usize) -> Option<usize> {
    run(program, PctScheduler::new_from_seed(7, 3, least))
}

fn run(program: Program, scheduler: impl Scheduler + 'static) -> Option<usize> {
    let main = match program {
        Program::Locked => locked,
        Program::Variable => return None,
        Program::PingPong => ping_pong,
        Program::Join => join,
        Program::Crowd => crowd,
    };
    Some(Runner::new(scheduler, Config::new()).run(main))
}

fn locked() {
    let n = Arc::new(Mutex::new(0));
    let threads: Vec<_> = (0..2)
        .map(|_| {
            let n = n.clone();
            thread::spawn(move || {
                for _ in 0..10 {
                    *n.lock().expect("nobody panics") += 1;
                }
            })
        })
        .collect();
    for t in threads {
        t.join().expect("nobody panics");
    }
    assert_eq!(*n.lock().expect("nobody panics"), 20);
}

fn ping_pong() {
    let (there, from) = sync_channel(0);
    let (to, back) = sync_channel(0);
    let other = thread::spawn(move || {
        for _ in 0..5 {
            let v: i32 = from.recv().expect("main sends");
            to.send(v + 1).expect("main receives");
        }
    });
    for i in 0..5 {
        there.send(i).expect("the other receives");
        assert_eq!(back.recv(), Ok(i + 1));
    }
    other.join().expect("nobody panics");
}

fn join() {
    let threads: Vec<_> = (0..2).map(|_| thread::spawn(|| {})).collect();
    for t in threads {
        t.join().expect("nobody panics");
    }
}

fn crowd() {
    let sum = Arc::new(AtomicI64::new(0));
    let threads: Vec<_> = (0..1_000)
        .map(|id| {
            let sum = sum.clone();
            thread::spawn(move || {
                sum.fetch_add(id, Ordering::SeqCst);
            })
        })
        .collect();
    for t in threads {
        t.join().expect("nobody panics");
    }
    assert_eq!(sum.load(Ordering::SeqCst), 499_500);
}
