//! What every program written in Rust shares: its arguments, the clock around the work, and the line it prints.
//!
//! A program is called with `WORK PROCS N` and prints `ROW VALUE OPS CHECKSUM`: for nearly all works one line, with the
//! nanoseconds that `OPS` operations took. A work that the program does not have ends it with [`NOT_THERE`]; a result
//! that the program itself finds wrong is a panic.

use std::hint::black_box;
use std::time::{Duration, Instant};

/// The exit code that says: this program has no such work.
pub const NOT_THERE: i32 = 64;

/// What a program is called with.
#[derive(Debug, Clone)]
pub struct Args {
    pub work: String,
    /// How many may run at one time.
    pub procs: usize,
    /// How often the work is done.
    pub n: u64,
}

impl Args {
    /// The arguments of this process.
    ///
    /// # Panics
    ///
    /// If they are not `WORK PROCS N`.
    pub fn of_process() -> Args {
        let args: Vec<String> = std::env::args().skip(1).collect();
        let [work, procs, n] = args.as_slice() else {
            panic!("wanted WORK PROCS N, got {args:?}");
        };
        Args {
            work: work.clone(),
            procs: procs.parse().expect("PROCS is a number"),
            n: n.parse().expect("N is a number"),
        }
    }

    /// How much is done before the clock starts: a tenth.
    pub fn warm_up(&self) -> u64 {
        self.n / 10
    }

    /// Does `work` a tenth of `n` times unmeasured, then `n` times, and reports it with what it returned.
    pub fn timed(&self, work: impl Fn(u64) -> u64) {
        black_box(work(self.warm_up()));
        let start = Instant::now();
        let sum = work(self.n);
        self.report(start.elapsed(), sum);
    }

    /// Says how long `n` operations took, and what came out.
    pub fn report(&self, took: Duration, sum: u64) {
        line(&self.work, took.as_nanos() as u64, self.n, sum);
    }

    /// Ends the process: there is no such work.
    pub fn not_there(&self) -> ! {
        eprintln!("{}: not there", self.work);
        std::process::exit(NOT_THERE)
    }
}

/// One result.
pub fn line(row: &str, value: u64, ops: u64, sum: u64) {
    println!("{row} {value} {ops} {sum}");
}

/// The bytes that this process occupies, its page tables included.
pub fn resident() -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").expect("/proc is there");
    let of = |name: &str| -> u64 {
        let line = text.lines().find(|l| l.starts_with(name));
        let kib = line.and_then(|l| l.split_whitespace().nth(1));
        kib.and_then(|k| k.parse::<u64>().ok())
            .expect("the kernel says it")
            * 1024
    };
    of("VmRSS:") + of("VmPTE:")
}

/// The three results of the work `parked`: created, woken, and the bytes that each took.
pub fn report_parked(n: u64, created: Duration, woken: Duration, bytes: u64, sum: u64) {
    line("parked-create", created.as_nanos() as u64, n, sum);
    line("parked-wake", woken.as_nanos() as u64, n, sum);
    line("parked-bytes", bytes, n, sum);
}
