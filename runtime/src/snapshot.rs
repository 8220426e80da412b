//! What the machine looks like at one moment, as plain data: Ms, Ps with their queues, the goroutines.

/// The scheduler at one moment. Queues are read without stopping the program, so two parts of it may differ by a step.
///
/// ```
/// use goroutines::prelude::*;
///
/// Builder::new().procs(2).run(|| {
///     let machine = runtime::snapshot();
///     assert_eq!(machine.ps.len(), 2);
///     assert_eq!(machine.goroutines.len(), 1); // main
/// });
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct SchedSnapshot {
    /// The threads.
    pub ms: Vec<MSnapshot>,
    /// The processors, by number.
    pub ps: Vec<PSnapshot>,
    /// Goroutine ids in the global queue, first to run first.
    pub global_queue: Vec<u64>,
    /// Numbers of the Ms that sleep.
    pub idle_ms: Vec<usize>,
    /// Numbers of the Ps that nobody holds.
    pub idle_ps: Vec<usize>,
    /// Every goroutine that has not ended, by id.
    pub goroutines: Vec<GSnapshot>,
}

/// One thread.
///
/// ```
/// use goroutines::prelude::*;
///
/// run(|| {
///     let ms = runtime::snapshot().ms;
///     let mine = ms.iter().find(|m| m.g == Some(1)).unwrap();
///     assert!(mine.p.is_some());
/// });
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct MSnapshot {
    /// Its number.
    pub id: usize,
    /// The P it holds.
    pub p: Option<usize>,
    /// The goroutine it runs.
    pub g: Option<u64>,
}

/// One processor.
///
/// ```
/// use goroutines::prelude::*;
///
/// Builder::new().procs(1).run(|| {
///     for _ in 0..3 {
///         go!({});
///     }
///     let p = &runtime::snapshot().ps[0];
///     assert_eq!((p.id, p.runnext), (0, Some(4)));
///     assert_eq!(p.run_queue, [2, 3]);
/// });
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct PSnapshot {
    /// Its number.
    pub id: usize,
    /// The goroutine that runs next.
    pub runnext: Option<u64>,
    /// Its queue, first to run first.
    pub run_queue: Vec<u64>,
}

/// One goroutine.
///
/// ```
/// use goroutines::prelude::*;
///
/// Builder::new().procs(1).run(|| {
///     go!(_ = Chan::<()>::nil().recv());
///     runtime::gosched(); // it runs, and waits
///     let gs = runtime::snapshot().goroutines;
///     assert_eq!((gs[1].id, gs[1].status.as_str()), (2, "chan receive (nil chan)"));
/// });
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct GSnapshot {
    /// Its number.
    pub id: u64,
    /// In Go's words: `running`, `runnable`, `chan receive`, …
    pub status: String,
}
