//! The queue is a channel with room for all jobs; who puts the last one away closes it.

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
    let queue = chan::<Job>(jobs.len());
    let turns = Arc::new(Mutex::new(Vec::new()));
    let left = Arc::new(Mutex::new(jobs.len()));
    for job in jobs {
        queue.send(job);
    }

    let wg = WaitGroup::new();
    for _ in 0..workers {
        let (queue, turns, left) = (queue.clone(), turns.clone(), left.clone());
        wg.go(move || {
            while let Some(mut job) = queue.recv() {
                turns.lock().push(job.turn());
                if job.had < job.needs {
                    queue.send(job);
                    continue;
                }
                let mut left = left.lock();
                *left -= 1;
                if *left == 0 {
                    queue.close();
                }
            }
        });
    }
    wg.wait();

    std::mem::take(&mut *turns.lock())
}

fn main() {
    run(|| {
        println!("1 worker: {}", work_off(1).join(" "));
        println!("2 workers: {} turns", work_off(2).len());
    });
}
