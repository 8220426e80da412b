//! The programs on loom, which visits all executions: here the first so many.

use std::sync::atomic::{AtomicUsize, Ordering};

use loom::sync::{Arc, Mutex, mpsc};
use loom::thread;

use crate::Program;

pub(crate) fn run(program: Program, least: usize) -> Option<usize> {
    let main = match program {
        Program::Locked => locked,
        Program::PingPong => ping_pong,
        Program::Join => join,
        // It has five threads at most, and no variable that needs no unsafe code.
        Program::Variable | Program::Crowd => return None,
    };
    let ran = std::sync::Arc::new(AtomicUsize::new(0));
    loop {
        let done = ran.load(Ordering::Relaxed);
        if done >= least {
            return Some(done);
        }
        // It stops where there are no more; then it begins anew.
        let mut model = loom::model::Builder::new();
        model.max_permutations = Some(least - done);
        let ran = ran.clone();
        model.check(move || {
            ran.fetch_add(1, Ordering::Relaxed);
            main();
        });
    }
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

/// Its channels have no end of room.
fn ping_pong() {
    let (there, from) = mpsc::channel();
    let (to, back) = mpsc::channel();
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
