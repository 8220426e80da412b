//! A demo's programs step by step: they run on the exploring scheduler while somebody records them.

use goroutines::explore::{self, Options, Report, Schedule, Watched};
use std::cell::RefCell;
use std::sync::Arc;

thread_local! {
    static RECORDING: RefCell<Option<Recording>> = const { RefCell::new(None) };
}

#[derive(Debug)]
struct Recording {
    /// One of the programs, from 0, and the schedule that it is to run under.
    under: Option<(usize, Schedule)>,
    programs: Vec<Watched>,
}

/// Runs `f`, and gives back the steps of the programs that it runs on this thread.
///
/// They are not what the demo makes them for: nothing is measured, there are no Ps, and one that runs for ever is ended.
/// So what the demo says meanwhile is worth nothing.
pub fn recorded<R>(under: Option<(usize, Schedule)>, f: impl FnOnce() -> R) -> (R, Vec<Watched>) {
    RECORDING.set(Some(Recording {
        under,
        programs: Vec::new(),
    }));
    let r = f();
    let recording = RECORDING.take();
    (r, recording.map(|r| r.programs).unwrap_or_default())
}

/// The schedule of the next program, if somebody records.
pub(super) fn next(usual: impl FnOnce() -> Schedule) -> Option<Schedule> {
    RECORDING.with_borrow(|r| {
        let r = r.as_ref()?;
        Some(match &r.under {
            Some((n, schedule)) if *n == r.programs.len() => schedule.clone(),
            _ => usual(),
        })
    })
}

pub(super) fn keep(watched: Watched) {
    RECORDING.with_borrow_mut(|r| {
        if let Some(r) = r {
            r.programs.push(watched);
        }
    });
}

/// As `explore::check`. Who records the demo gets the schedule that failed, else the usual one.
pub fn check(opts: &Options, f: impl Fn() + Send + Sync + 'static) -> Report {
    let f = Arc::new(f);
    let main = f.clone();
    let report = explore::check(opts, move || main());
    let failed = || report.failure.as_ref().map(|f| f.schedule.clone());
    if let Some(schedule) = next(|| failed().unwrap_or_default()) {
        keep(explore::watch(opts, &schedule, move || f()));
    }
    report
}

/// Who records the demo gets this program, too: one that is explored in a way of its own.
pub fn also(f: impl Fn() + Send + Sync + 'static) {
    if let Some(schedule) = next(Schedule::default) {
        keep(explore::watch(&Options::new(), &schedule, f));
    }
}
