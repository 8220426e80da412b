//! One done is received, whatever the number of workers.

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

    let done = chan::<()>(0);
    for _ in 0..workers {
        let (queue, turns) = (queue.clone(), turns.clone());
        let done = done.clone();
        go(move || {
            loop {
                let Some(mut job) = ({
                    let j = queue.lock().pop_front();
                    j
                }) else {
                    break;
                };
                turns.lock().push(job.turn());
                if job.had < job.needs {
                    queue.lock().push_back(job);
                }
            }
            done.send(());
        });
    }
    done.recv();

    std::mem::take(&mut *turns.lock())
}

fn main() {
    run(|| {
        println!("1 worker: {}", work_off(1).join(" "));
        println!("2 workers: {} turns", work_off(2).len());
    });
}
