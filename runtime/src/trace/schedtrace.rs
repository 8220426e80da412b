//! The lines of `GODEBUG=schedtrace`, in Go's shape: from the scheduler as it runs, or from a trace.

use std::fmt::Write;

use super::event::{Event, What};

/// What such a line says of the scheduler at one moment.
#[derive(Clone, Debug, Default)]
pub(crate) struct Line {
    pub(crate) millis: u64,
    pub(crate) procs: usize,
    pub(crate) idle_procs: usize,
    pub(crate) threads: usize,
    pub(crate) spinning: usize,
    pub(crate) idle_threads: usize,
    pub(crate) global: usize,
    /// For each P: the goroutines in its queue, and how many it has run.
    pub(crate) ps: Vec<(usize, u32)>,
}

impl Line {
    /// The part that `scheddetail=1` has too.
    pub(crate) fn head(&self) -> String {
        format!(
            "SCHED {}ms: gomaxprocs={} idleprocs={} threads={} spinningthreads={} needspinning=0 idlethreads={} \
             runqueue={}",
            self.millis,
            self.procs,
            self.idle_procs,
            self.threads,
            self.spinning,
            self.idle_threads,
            self.global,
        )
    }

    /// The whole line.
    pub(crate) fn whole(&self) -> String {
        let mut lengths = String::new();
        let mut ticks = String::new();
        for (len, ran) in &self.ps {
            let _ = write!(lengths, " {len}");
            let _ = write!(ticks, "{ran} ");
        }
        format!("{} [{lengths} ] schedticks=[ {ticks}]\n", self.head())
    }
}

/// The lines that a trace has.
pub(super) fn write(events: &[Event]) -> String {
    let mut out = String::new();
    let mut procs = 0;
    let mut open: Option<Line> = None;
    for e in events {
        match e.what {
            What::Procs { n } => procs = n,
            What::Sched {
                idle_procs,
                threads,
                spinning,
                idle_threads,
                global,
            } => {
                out.extend(open.take().map(|line| line.whole()));
                open = Some(Line {
                    millis: u64::try_from(e.time.as_millis()).unwrap_or(u64::MAX),
                    procs,
                    idle_procs,
                    threads,
                    spinning,
                    idle_threads,
                    global,
                    ps: Vec::new(),
                });
            }
            What::Queue { len, ran } => {
                if let Some(line) = &mut open {
                    line.ps.push((len, ran));
                }
            }
            _ => {}
        }
    }
    out.extend(open.map(|line| line.whole()));
    out
}
