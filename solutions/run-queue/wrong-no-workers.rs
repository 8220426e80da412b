//! work_off does all turns itself.

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
    let _ = workers;
    let mut queue = VecDeque::from(jobs);
    let mut turns = Vec::new();
    while let Some(mut job) = queue.pop_front() {
        turns.push(job.turn());
        if job.had < job.needs {
            queue.push_back(job);
        }
    }
    turns
}

fn main() {
    run(|| {
        println!("1 worker: {}", work_off(1).join(" "));
        println!("2 workers: {} turns", work_off(2).len());
    });
}
