//! The table of works: what is measured, how much of it, what must come out, and what to reach.

/// How a row's figure is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Nanoseconds for each operation.
    NsEach,
    /// Milliseconds for each operation.
    MsEach,
    /// Milliseconds for all of it.
    MsAll,
    /// Bytes for each operation.
    BytesEach,
    /// Operations in a second: more is better.
    PerSecond,
}

impl Unit {
    /// The figure, from what a program printed.
    pub fn figure(self, value: u64, ops: u64) -> f64 {
        let (value, ops) = (value as f64, ops.max(1) as f64);
        match self {
            Unit::NsEach | Unit::BytesEach => value / ops,
            Unit::MsEach => value / ops / 1e6,
            Unit::MsAll => value / 1e6,
            Unit::PerSecond => ops * 1e9 / value.max(1.0),
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Unit::NsEach => "ns",
            Unit::MsEach | Unit::MsAll => "ms",
            Unit::BytesEach => "B",
            Unit::PerSecond => "/s",
        }
    }

    pub fn more_is_better(self) -> bool {
        self == Unit::PerSecond
    }
}

/// One figure of a work.
#[derive(Debug)]
pub struct Row {
    /// As the programs name it.
    pub id: &'static str,
    pub title: &'static str,
    pub unit: Unit,
    /// The ratio to Go that is wanted at 1 and at 2 Ps.
    pub aim: [Option<f64>; 2],
}

/// What a program is asked to do in one run.
#[derive(Debug)]
pub struct Work {
    pub id: &'static str,
    pub n: u64,
    /// With `--quick`.
    pub quick: u64,
    pub procs: &'static [usize],
    /// What must come out of `n`.
    pub sum: fn(u64) -> u64,
    pub rows: &'static [Row],
    /// For a server: the number of connections of the load on it.
    pub connections: usize,
}

const BOTH: &[usize] = &[1, 2];

/// The sum of the numbers below `n`.
fn below(n: u64) -> u64 {
    n * n.saturating_sub(1) / 2
}

pub fn same(n: u64) -> u64 {
    n
}

fn primes(n: u64) -> u64 {
    let mut found: Vec<u64> = Vec::new();
    for v in 2.. {
        if found.len() as u64 == n {
            break;
        }
        let mut divisors = found.iter().take_while(|p| *p * *p <= v);
        if divisors.all(|p| v % p != 0) {
            found.push(v);
        }
    }
    found.iter().sum()
}

const fn row(id: &'static str, title: &'static str, unit: Unit, at_1: f64, at_2: f64) -> Row {
    let aim = [Some(at_1), Some(at_2)];
    Row {
        id,
        title,
        unit,
        aim,
    }
}

/// A row that has only to be at or ahead of Go.
const fn free(id: &'static str, title: &'static str, unit: Unit) -> Row {
    row(id, title, unit, 1.0, 1.0)
}

/// A work of one row, both at 1 and at 2 Ps.
const fn work(id: &'static str, n: u64, sum: fn(u64) -> u64, rows: &'static [Row]) -> Work {
    Work {
        id,
        n,
        quick: n / 5,
        procs: BOTH,
        sum,
        rows,
        connections: 0,
    }
}

/// All of it. The sizes take Go about a tenth of a second, where the work allows.
pub const WORKS: &[Work] = &[
    work(
        "spawn",
        500_000,
        same,
        &[row(
            "spawn",
            "spawn and join, empty, waves of 1,000",
            Unit::NsEach,
            0.5,
            0.7,
        )],
    ),
    work(
        "gosched2",
        2_000_000,
        same,
        &[row(
            "gosched2",
            "gosched, 2 goroutines",
            Unit::NsEach,
            0.35,
            0.24,
        )],
    ),
    work(
        "gosched1000",
        1_000_000,
        same,
        &[row(
            "gosched1000",
            "gosched, 1,000 goroutines",
            Unit::NsEach,
            0.3,
            0.18,
        )],
    ),
    work(
        "pingpong",
        400_000,
        |n| below(n + 1),
        &[row(
            "pingpong",
            "ping-pong, unbuffered, round trip",
            Unit::NsEach,
            0.3,
            0.4,
        )],
    ),
    work(
        "chan1",
        3_000_000,
        below,
        &[row(
            "chan1",
            "1 producer, 1 consumer, cap 128, item",
            Unit::NsEach,
            0.34,
            0.5,
        )],
    ),
    work(
        "chan4",
        2_400_000,
        below,
        &[row(
            "chan4",
            "4 producers, 4 consumers, cap 128, item",
            Unit::NsEach,
            0.38,
            0.42,
        )],
    ),
    work(
        "select4",
        800_000,
        below,
        &[row(
            "select4",
            "select over 4 channels, cap 128, item",
            Unit::NsEach,
            0.4,
            0.4,
        )],
    ),
    work(
        "select4u",
        400_000,
        below,
        &[row(
            "select4u",
            "select over 4 channels, unbuffered, item",
            Unit::NsEach,
            0.4,
            0.5,
        )],
    ),
    work(
        "selectdefault",
        20_000_000,
        same,
        &[row(
            "selectdefault",
            "select with default on an empty channel",
            Unit::NsEach,
            0.3,
            0.3,
        )],
    ),
    work(
        "mutex1",
        20_000_000,
        same,
        &[row("mutex1", "Mutex, alone", Unit::NsEach, 1.0, 1.0)],
    ),
    work(
        "mutex8",
        8_000_000,
        same,
        &[row("mutex8", "Mutex, 8 goroutines", Unit::NsEach, 1.0, 0.6)],
    ),
    work(
        "rwmutex8",
        16_000_000,
        |n| n / 10,
        &[row(
            "rwmutex8",
            "RWMutex, 8 goroutines, 90 % reads",
            Unit::NsEach,
            1.0,
            1.0,
        )],
    ),
    work(
        "cond",
        400_000,
        same,
        &[free("cond", "Cond, two in turn, turn", Unit::NsEach)],
    ),
    work(
        "barrier",
        400_000,
        same,
        &[free(
            "barrier",
            "Cond, 100 wait for one another, arrival",
            Unit::NsEach,
        )],
    ),
    Work {
        // Whole hundreds of thousands, to be a thousand times a thousand.
        quick: 100_000,
        ..work(
            "waitgroup",
            1_000_000,
            |n| n / 1_000 * below(1_000),
            &[row(
                "waitgroup",
                "WaitGroup fan-out and in, 1,000 × 1,000",
                Unit::NsEach,
                0.5,
                0.6,
            )],
        )
    },
    Work {
        // Powers of ten.
        quick: 100_000,
        ..work(
            "skynet",
            1_000_000,
            below,
            &[row(
                "skynet",
                "skynet, 1,000,000 leaves",
                Unit::MsAll,
                0.7,
                0.8,
            )],
        )
    },
    work(
        "sieve",
        2_000,
        primes,
        &[row(
            "sieve",
            "prime sieve, 2,000 primes, unbuffered",
            Unit::MsAll,
            0.3,
            0.3,
        )],
    ),
    Work {
        quick: 100_000,
        ..work(
            "parked",
            1_000_000,
            same,
            &[
                row(
                    "parked-create",
                    "1,000,000 parked: create",
                    Unit::NsEach,
                    1.0,
                    1.0,
                ),
                row(
                    "parked-wake",
                    "1,000,000 parked: wake all",
                    Unit::NsEach,
                    0.8,
                    0.8,
                ),
                row(
                    "parked-bytes",
                    "1,000,000 parked: resident, with page tables",
                    Unit::BytesEach,
                    4_500.0 / 2_750.0,
                    4_500.0 / 2_750.0,
                ),
            ],
        )
    },
    Work {
        connections: 64,
        ..work(
            "echo64",
            30_000,
            same,
            &[row(
                "echo64",
                "TCP echo, 64 connections, requests",
                Unit::PerSecond,
                1.2,
                1.3,
            )],
        )
    },
    Work {
        connections: 1_000,
        ..work(
            "echo1000",
            20_000,
            same,
            &[row(
                "echo1000",
                "TCP echo, 1,000 connections, requests",
                Unit::PerSecond,
                1.35,
                1.25,
            )],
        )
    },
    work(
        "timers",
        100_000,
        same,
        &[row(
            "timers",
            "100,000 timers of 1–100 ms: until all fired",
            Unit::MsAll,
            0.4,
            0.55,
        )],
    ),
    work(
        "timerstop",
        500_000,
        same,
        &[free(
            "timerstop",
            "1,000 timers made, set anew, stopped; timer",
            Unit::NsEach,
        )],
    ),
    work(
        "context",
        222_200,
        |n| n / 1_111 * 1_111,
        &[free(
            "context",
            "context trees of 1,111: made and cancelled, context",
            Unit::NsEach,
        )],
    ),
    Work {
        procs: &[2],
        ..work(
            "blocking",
            10_000,
            same,
            &[row(
                "blocking",
                "100 goroutines × 100 blocking 1-ms calls",
                Unit::MsAll,
                1.0,
                1.0,
            )],
        )
    },
    Work {
        procs: &[1],
        quick: 10,
        ..work(
            "preempt",
            10,
            same,
            &[row(
                "preempt",
                "a loop without calls: until another runs",
                Unit::MsEach,
                1.0,
                1.0,
            )],
        )
    },
];
