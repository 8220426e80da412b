//! What is counted in every schedule: the structure of a program that its output cannot show.

macro_rules! facts {
    ($($name:ident: $doc:literal,)*) => {
        /// One thing that is counted.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub(crate) enum Fact { $(#[doc = $doc] $name,)* }

        /// The facts' names outside of this crate, in order.
        pub(crate) const NAMES: &[(&str, Fact)] = &[$((snake(stringify!($name)), Fact::$name),)*];
    };
}

/// The names below are one word or spelled in snake case already.
const fn snake(name: &'static str) -> &'static str {
    name
}

#[allow(
    non_camel_case_types,
    reason = "the names are the keys that exercises ask for"
)]
mod names {
    use super::snake;
    facts! {
        goroutines: "Started by the program; main is not counted.",
        forked: "Started before main first came to wait for others: to receive, select, or wait for a group or a condition.",
        alive: "Most goroutines other than main that had been made and not ended at one time.",
        overlap: "Most goroutines other than main that had begun and not ended at one time, each having made a step while another was in that state.",
        unfinished: "Those that did anything more after main had returned; what had only to end does not count.",
        sleeps: "Calls of `time::sleep`.",
        timers: "Timers and tickers made, `time::after` included.",
        deadlines: "Contexts made with a deadline or a time-out.",
        gosched: "Calls of `gosched`.",
        sends: "Sends, also tried ones.",
        recvs: "Receives, also tried ones.",
        selects: "`select!`s.",
        closes: "Closes.",
        locks: "Mutex and RWMutex acquisitions begun.",
        mutexes: "Different Mutexes and RWMutexes that were locked.",
        held_together: "Most Mutexes and RWMutexes that one goroutine had at one time.",
        relocks: "Times that somebody came to wait for a Mutex or RWMutex that it had itself.",
        conds: "Condition variables at which somebody waited.",
        cond_waiters: "Goroutines that waited at one.",
        signals: "Signals; no broadcasts.",
        idle: "Goroutines other than main that ended and had done nothing, but for counting themselves off a WaitGroup.",
        waits: "WaitGroup waits.",
        adds: "WaitGroup adds.",
        added: "What was added to WaitGroups, summed up.",
        main_adds: "What main added to WaitGroups, summed up.",
        dones: "WaitGroup dones.",
        atomics: "Operations on atomics.",
        calls: "Blocking calls that were announced: `runtime::syscall`.",
        locked_calls: "Of those, the ones that were begun by a goroutine that held a lock; a Once that runs is none.",
        callers: "Goroutines that began one.",
        main_calls: "Those that main began.",
        calls_at_once: "Most of those that were under way at one time.",
        shared_reads: "Reads of a `Shared`.",
        shared_writes: "Writes of a `Shared`.",
        main_sends: "Sends by main, also tried ones.",
        main_atomics: "Operations of main that change atomics, or may.",
        main_recvs: "Receives by main, also tried ones.",
        main_waits: "WaitGroup waits by main.",
        main_reads: "Operations of main that can bring it what others have left: reads, loads, locks, receives, selects.",
        foreign_closes: "Closes of a channel by a goroutine that had not sent on it, where others had.",
        common: "`Shared`s that two goroutines other than main used.",
        unguarded: "`Shared`s that two goroutines other than main used, and no one lock was held at all of those accesses.",
        unlocked_reads: "Reads of a `Shared` by a goroutine that held no lock.",
        unlocked_writes: "Writes of a `Shared` by a goroutine that held no lock.",
        polls: "Times that somebody had asked in vain so often that it gave way: tries, loads or reads without a wait.",
        vain: "Tries, selects and looks at a length that did not wait and found nothing; of the looks also those that did.",
        panics: "Panics that were raised, recovered or not.",
        prints: "Calls that printed.",
        printers: "Goroutines that printed.",
        main_prints: "Calls of main that printed.",
        who_printed: "Which goroutine printed what, as a number: the same one if each of them did, in whatever order.",
        chans: "Channels made.",
        buffered_chans: "Channels made with room in them.",
        workers_that_wrote: "Goroutines other than main that sent, wrote a `Shared`, changed an atomic, locked for writing or printed.",
        writes_by_main: "Writes of a `Shared` by main.",
        heeded: "Goroutines other than main of whose handed-over values somebody takes notice; counted only where it is asked for, see `explore/heed.rs`.",
        unheeded: "Goroutines other than main that printed nothing, and of whose handed-over values nobody takes notice; as above.",
        endless: "Goroutines with other values of which the program does not come to an end any more; as above.",
        signs: "Numbers that make the program end otherwise if they are handed over like any other; as above, see `explore/otherwise.rs`.",
        jumped: "Goroutines that leave somebody waiting for ever if they panic where they first print; as above.",
        held_up: "Most that waits for as long as one goroutine, who only sends, makes no step: senders, and values in channels on which that one never sends; as above.",
    }
}
pub(crate) use names::{Fact, NAMES};

/// How many facts there are.
pub(crate) const COUNT: usize = NAMES.len();

/// The counts of one schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Counts(pub(crate) [u32; COUNT]);

impl Counts {
    pub(crate) const ZERO: Counts = Counts([0; COUNT]);

    #[inline]
    pub(super) fn add(&mut self, f: Fact) {
        self.0[f as usize] += 1;
    }

    pub(super) fn sum(&mut self, f: Fact, n: u32) {
        let v = &mut self.0[f as usize];
        *v = v.saturating_add(n);
    }

    #[inline]
    pub(super) fn at_least(&mut self, f: Fact, n: u32) {
        let v = &mut self.0[f as usize];
        *v = (*v).max(n);
    }
}
