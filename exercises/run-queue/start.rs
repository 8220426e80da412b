//! A run queue of your own
//!
//! Write the heart of a scheduler. Jobs wait in a queue, and workers, which are
//! goroutines, do them. A worker takes the job at the front, lets it have one
//! turn, and puts it back at the end if it needs more turns. A worker ends when
//! it finds the queue empty.
//!
//! `work_off` shall start so many workers, side by side, wait for them, and give
//! back the turns in the order in which they were had. Here it does one turn
//! itself.
//!
//! It is right when it prints:
//!
//!     1 worker: a1 b1 c1 b2 c2 c3
//!     2 workers: 6 turns
//!
//! Type: gotour check run-queue

use goroutines::prelude::*;
use goroutines::println;
use std::collections::VecDeque;
use std::sync::Arc;

struct Job {
    name: char,
    had: u32,
    needs: u32,
}

impl Job {
    fn new(name: char, needs: u32) -> Job {
        Job {
            name,
            had: 0,
            needs,
        }
    }

    /// One turn; says whose, and which it was.
    fn turn(&mut self) -> String {
        self.had += 1;
        format!("{}{}", self.name, self.had)
    }
}

fn work_off(workers: usize) -> Vec<String> {
    let jobs = [Job::new('a', 1), Job::new('b', 2), Job::new('c', 3)];
    let queue = Arc::new(Mutex::new(VecDeque::from(jobs)));
    let turns = Arc::new(Mutex::new(Vec::new()));

    // TODO: start `workers` goroutines that go on like this until the queue is empty.
    let _ = workers;
    let first = queue.lock().pop_front();
    if let Some(mut job) = first {
        turns.lock().push(job.turn());
        if job.had < job.needs {
            queue.lock().push_back(job);
        }
    }

    std::mem::take(&mut *turns.lock())
}

fn main() {
    run(|| {
        println!("1 worker: {}", work_off(1).join(" "));
        println!("2 workers: {} turns", work_off(2).len());
    });
}
