//! Eight goroutines that never give way by themselves, on one P, and what they did; four that block it.

use std::hint::black_box;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use goroutines::sync::WaitGroup;
use goroutines::{Builder, time};

/// Two looks at the clock that are further apart, in nanoseconds, are of two turns. A pause of the machine's own parts a
/// turn in two, which does no harm.
const GAP: u64 = 50_000;

/// When a goroutine ran: it looks at the clock all the time, and where the clock jumps it did not run.
struct Log {
    kind: &'static str,
    begin: Instant,
    /// The first and the last look of each turn.
    turns: Vec<(u64, u64)>,
}

impl Log {
    fn new(kind: &'static str, begin: Instant) -> Log {
        Log {
            kind,
            begin,
            turns: Vec::new(),
        }
    }

    fn look(&mut self) {
        let now = self.begin.elapsed().as_nanos() as u64;
        match self.turns.last_mut() {
            Some((_, last)) if now - *last < GAP => *last = now,
            _ => self.turns.push((now, now)),
        }
    }

    /// Nanoseconds it ran, as far as it saw.
    fn ran(&self) -> u64 {
        self.turns.iter().map(|(from, to)| to - from).sum()
    }
}

fn plain(log: &mut Log) {
    let mut n = 0_u64;
    for i in 0..50 {
        n = black_box(n.wrapping_mul(31) + i);
    }
    log.look();
}

fn allocating(log: &mut Log) {
    black_box(vec![1_u8; 100 + log.turns.len() % 1000]);
    log.look();
}

fn locking(shared: &Mutex<u64>, log: &mut Log) {
    *shared.lock().unwrap() += 1;
    log.look();
    // Most of its time it does not have the lock, as programs do.
    for _ in 0..10 {
        plain(log);
    }
}

fn printing(log: &mut Log) {
    println!("{}", log.turns.len());
    log.look();
    // Some 25,000 lines a second. Who is stopped while it holds the lock of the standard output keeps the other from
    // printing for a whole round: a hog that does nothing but print gets three quarters of a share.
    for _ in 0..500 {
        plain(log);
    }
}

/// What eight hogs and one that wakes now and then did on one P.
pub struct Seen {
    /// Each one's kind and its share of the time of all, 1 being an eighth.
    pub shares: Vec<(&'static str, f64)>,
    /// How many times two ran at once, and how long, in nanoseconds: all together, and the longest.
    pub together: (usize, u64, u64),
    /// How late the ninth woke, in order.
    pub late: Vec<Duration>,
}

pub fn watch_hogs(how_long: Duration) -> Seen {
    let begin = Instant::now();
    let stop = Arc::new(AtomicBool::new(false));
    let logs = Arc::new(Mutex::new(Vec::new()));
    let late = Arc::new(Mutex::new(Vec::new()));
    let (all, lates) = (logs.clone(), late.clone());
    Builder::new().procs(1).run(move || {
        let wg = WaitGroup::new();
        let shared = Arc::new(Mutex::new(0));
        for i in 0..8 {
            let (all, stop, shared) = (all.clone(), stop.clone(), shared.clone());
            wg.go(move || {
                let kind = ["plain", "allocating", "locking", "printing"][i % 4];
                let mut log = Log::new(kind, begin);
                while !stop.load(Ordering::Relaxed) {
                    match kind {
                        "plain" => plain(&mut log),
                        "allocating" => allocating(&mut log),
                        "locking" => locking(&shared, &mut log),
                        _ => printing(&mut log),
                    }
                }
                all.lock().unwrap().push(log);
            });
        }
        let (nine, ends) = (WaitGroup::new(), stop.clone());
        nine.go(move || {
            let mut log = Log::new("ninth", begin);
            let mut late = Vec::new();
            while begin.elapsed() < how_long {
                let due = Instant::now() + Duration::from_millis(7);
                time::sleep(Duration::from_millis(7));
                late.push(due.elapsed());
                log.look();
            }
            ends.store(true, Ordering::Relaxed);
            late.sort_unstable();
            *lates.lock().unwrap() = late;
            all.lock().unwrap().push(log);
        });
        nine.wait();
        wg.wait();
    });
    let logs = std::mem::take(&mut *logs.lock().unwrap());
    let late = std::mem::take(&mut *late.lock().unwrap());
    let hogs: Vec<&Log> = logs.iter().filter(|l| l.kind != "ninth").collect();
    let total: u64 = hogs.iter().map(|l| l.ran()).sum();
    let mut shares: Vec<_> = hogs
        .iter()
        .map(|l| (l.kind, l.ran() as f64 * hogs.len() as f64 / total as f64))
        .collect();
    shares.sort_by(|a, b| a.partial_cmp(b).unwrap());
    let mut turns: Vec<(u64, u64)> = logs.iter().flat_map(|l| l.turns.clone()).collect();
    turns.sort_unstable();
    let mut together = (0, 0, 0);
    let mut until = 0;
    for (from, to) in turns {
        if from < until {
            let both = until.min(to) - from;
            together = (together.0 + 1, together.1 + both, together.2.max(both));
        }
        until = until.max(to);
    }
    Seen {
        shares,
        together,
        late,
    }
}

pub fn tell(seen: &Seen) {
    for (kind, share) in &seen.shares {
        eprintln!("  {kind:<12} {share:.3} of an equal share");
    }
    let (times, all, longest) = seen.together;
    eprintln!("  two at once: {times} times, {all} ns in all, {longest} ns the longest");
    let at = |q: usize| seen.late[(seen.late.len() - 1) * q / 1000];
    eprintln!(
        "  the ninth woke {} times, late by {:?} (median), {:?} (p99), {:?} (the latest)",
        seen.late.len(),
        at(500),
        at(990),
        at(1000)
    );
}

/// Blocks this thread in the kernel, and tells nobody.
fn raw_nanosleep(how_long: Duration) {
    let time = libc::timespec {
        tv_sec: how_long.as_secs() as libc::time_t,
        tv_nsec: how_long.subsec_nanos().into(),
    };
    // SAFETY: the call reads `time`; it may be cut short by no signal, for the runtime sends none to who blocks.
    let cut = unsafe { libc::nanosleep(&time, std::ptr::null_mut()) };
    assert_eq!(cut, 0);
}

/// How long four goroutines need that block one P for 100 ms each.
pub fn four_blocking_calls() -> Duration {
    Builder::new().procs(1).run(|| {
        let wg = WaitGroup::new();
        let start = Instant::now();
        for _ in 0..4 {
            wg.go(|| raw_nanosleep(Duration::from_millis(100)));
        }
        wg.wait();
        start.elapsed()
    })
}
