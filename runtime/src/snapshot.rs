//! What the machine looks like at one moment, as plain data: Ms, Ps with their queues, the goroutines.

/// The scheduler at one moment. Queues are read without stopping the program, so two parts of it may differ by a step.
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
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct GSnapshot {
    /// Its number.
    pub id: u64,
    /// In Go's words: `running`, `runnable`, `chan receive`, …
    pub status: String,
}
