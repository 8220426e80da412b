//! There and back between two processes, two threads and two goroutines, side by side.

use crate::stage::{Stage, program};
use goroutines::prelude::*;
use std::io::{self, PipeReader, PipeWriter, Read, Write, pipe};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Instant;

/// Rounds of measuring. Each measures all kinds once, so that a busy moment of the machine falls on all.
const ROUNDS: usize = 15;
/// Round trips in one measurement.
const TRIPS: u32 = 400;
const GOROUTINE_TRIPS: u32 = 10_000;

pub(super) fn switch_cost(stage: &mut Stage) -> io::Result<()> {
    // In a thread of its own, because it binds itself to one CPU.
    // A fixed stage shows no figure, so one round will do.
    let rounds = if stage.fixed().is_some() { 1 } else { ROUNDS };
    let measured = thread::spawn(move || measure(rounds))
        .join()
        .unwrap_or_else(|_| Err(io::Error::other("a thread of this demo panicked")))?;

    let mut bars = vec![("one, to itself", measured.alone)];
    if let Some(ns) = measured.processes {
        bars.push(("two processes", ns));
    }
    bars.push(("two threads", measured.threads));
    bars.push(("two goroutines", measured.goroutines));
    stage.bars(&bars, "ns")?;
    writeln!(stage)?;

    stage.say(
        "One round trip each: a byte through a pipe and an answer through another (a pipe is the OS's way to hand bytes \
         over); for goroutines, two channels without room.",
    )?;
    if measured.processes.is_none() {
        stage.say(
            "The other process would have been `cat`. It could not be started, so that bar is missing.",
        )?;
    }
    let place = match measured.one_cpu {
        true => "Both sides were bound to one CPU, so each trip is two switches on it.",
        false => {
            "This system does not let a program bind both sides to one CPU. They may have stood on two, and then the bars \
             hold the time to wake a CPU up."
        }
    };
    if stage.fixed().is_some() {
        return Ok(());
    }
    stage.say(place)
}

/// Nanoseconds of a round trip: the median of the rounds.
struct Measured {
    alone: f64,
    processes: Option<f64>,
    threads: f64,
    goroutines: f64,
    one_cpu: bool,
}

fn measure(rounds: usize) -> io::Result<Measured> {
    let one_cpu = bind_to_one_cpu();

    let (mut own_in, mut own_out) = pipe()?;
    let (to_thread, mut thread_out) = {
        let (there, out) = pipe()?;
        let (back, answer) = pipe()?;
        (Echo::start(there, answer), (back, out))
    };
    let mut child = Cat::start();

    let (mut alone, mut processes, mut threads, mut goroutines) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rounds {
        alone.push(trips(&mut own_out, &mut own_in)?);
        if let Some(cat) = &mut child {
            processes.push(trips(&mut cat.to, &mut cat.from)?);
        }
        threads.push(trips(&mut thread_out.1, &mut thread_out.0)?);
        goroutines.push(between_goroutines()?);
    }
    drop(thread_out);
    let _ = to_thread.join();
    Ok(Measured {
        alone: median(alone),
        processes: child.map(|_| median(processes)),
        threads: median(threads),
        goroutines: median(goroutines),
        one_cpu,
    })
}

/// Sends a byte and waits for one, so many times.
fn trips(to: &mut impl Write, from: &mut impl Read) -> io::Result<f64> {
    let mut byte = [1];
    let start = Instant::now();
    for _ in 0..TRIPS {
        to.write_all(&byte)?;
        from.read_exact(&mut byte)?;
    }
    Ok(start.elapsed().as_secs_f64() * 1e9 / f64::from(TRIPS))
}

/// One processor of the runtime, so that both goroutines share a thread.
fn between_goroutines() -> io::Result<f64> {
    program(Builder::new().procs(1), || {
        let (there, back) = (chan::<u8>(0), chan::<u8>(0));
        let (asked, answer) = (there.clone(), back.clone());
        go! {
            for byte in &asked {
                answer.send(byte);
            }
        }
        let trip = || {
            there.send(1);
            back.recv();
        };
        (0..GOROUTINE_TRIPS / 10).for_each(|_| trip());
        let start = Instant::now();
        (0..GOROUTINE_TRIPS).for_each(|_| trip());
        let ns = start.elapsed().as_secs_f64() * 1e9 / f64::from(GOROUTINE_TRIPS);
        there.close();
        ns
    })
}

/// A thread that sends back whatever comes, until the other end is closed.
struct Echo;

impl Echo {
    fn start(mut from: PipeReader, mut to: PipeWriter) -> thread::JoinHandle<()> {
        thread::spawn(move || {
            let mut byte = [0];
            while let Ok(1) = from.read(&mut byte) {
                if to.write_all(&byte).is_err() {
                    break;
                }
            }
        })
    }
}

/// A process that sends back whatever comes.
struct Cat {
    child: Child,
    to: PipeWriter,
    from: PipeReader,
}

impl Cat {
    fn start() -> Option<Cat> {
        let (theirs, to) = pipe().ok()?;
        let (from, answer) = pipe().ok()?;
        let child = Command::new("cat")
            .stdin(theirs)
            .stdout(answer)
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let mut cat = Cat { child, to, from };
        // It has started when it answers.
        trips(&mut cat.to, &mut cat.from).ok()?;
        Some(cat)
    }
}

impl Drop for Cat {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Binds this thread, and what it starts from now on, to the first of the CPUs that it may use.
fn bind_to_one_cpu() -> bool {
    use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
    let Ok(allowed) = sched_getaffinity(None) else {
        return false;
    };
    let Some(first) = (0..CpuSet::MAX_CPU).find(|cpu| allowed.is_set(*cpu)) else {
        return false;
    };
    let mut one = CpuSet::new();
    one.set(first);
    sched_setaffinity(None, &one).is_ok()
}

fn median(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all.get(all.len() / 2).copied().unwrap_or(0.0)
}
