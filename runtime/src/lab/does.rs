//! What each operation is to the exploring scheduler: one table, looked up at every step.

use super::facts::Fact;
use super::state::PATIENCE;
use crate::op::Op;

/// What is known of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Does {
    /// The fact that counts it.
    pub(super) fact: Option<Fact>,
    /// Whether there is more to be counted of it, by whomever: see `count`, which is called for each step of main too.
    pub(super) more: bool,
    /// Whether two of them on one object can change places.
    pub(super) reads: bool,
    /// Whether it is a look that waits for nothing, or may be one.
    pub(super) looks: bool,
    /// What it weighs if it may have come to nothing; `None`: it always comes to something. An unlock is no sign that somebody
    /// gets anywhere, nor that he does not: who polls under a lock takes it again and again.
    pub(super) weight: Option<u8>,
}

impl Does {
    /// It comes to something, and nothing is counted.
    const LANDS: Does = Does {
        fact: None,
        more: false,
        reads: false,
        looks: false,
        weight: None,
    };

    const fn weighs(weight: u8) -> Does {
        Does {
            weight: Some(weight),
            ..Does::LANDS
        }
    }

    const fn counted(self, fact: Fact) -> Does {
        Does {
            fact: Some(fact),
            ..self
        }
    }

    const fn more(self) -> Does {
        Does { more: true, ..self }
    }

    const fn reads(self) -> Does {
        Does {
            reads: true,
            ..self
        }
    }

    const fn looks(self) -> Does {
        Does {
            looks: true,
            ..self
        }
    }

    const fn of(op: Op) -> Does {
        const LANDS: Does = Does::LANDS;
        const TRIES: Does = Does::weighs(PATIENCE / 3);
        const ASKS: Does = Does::weighs(PATIENCE / 12);
        const LOCKS: Does = Does::weighs(PATIENCE / 24);
        const NEITHER: Does = Does::weighs(0);
        match op {
            Op::Gosched => NEITHER.counted(Fact::gosched),
            Op::Sleep => LANDS.counted(Fact::sleeps),
            Op::Now | Op::Look => ASKS,
            Op::Send => LANDS.counted(Fact::sends).more(),
            Op::Recv => LANDS.counted(Fact::recvs).more(),
            Op::TrySend => TRIES.counted(Fact::sends).more().looks(),
            Op::TryRecv => TRIES.counted(Fact::recvs).more().looks(),
            Op::Close => LANDS.counted(Fact::closes).more(),
            Op::Len => ASKS.reads().looks(),
            Op::Select => TRIES.counted(Fact::selects).more().looks(),
            Op::Lock => LOCKS.counted(Fact::locks),
            Op::RLock => LOCKS.counted(Fact::locks).reads(),
            Op::TryLock | Op::TryRLock | Op::TryAcquire => TRIES,
            Op::Unlock => NEITHER,
            Op::RUnlock => NEITHER.reads(),
            Op::Add => LANDS.counted(Fact::adds),
            Op::Done => LANDS.counted(Fact::dones),
            Op::Wait => LANDS.counted(Fact::waits).more(),
            Op::CondWait => LANDS.more(),
            Op::Signal => LANDS.counted(Fact::signals),
            Op::AtomicLoad => ASKS.counted(Fact::atomics).reads(),
            Op::AtomicStore => LANDS.counted(Fact::atomics).more(),
            Op::AtomicUpdate => ASKS.counted(Fact::atomics).more(),
            Op::Get => ASKS.counted(Fact::shared_reads).more().reads(),
            Op::Set => LANDS.counted(Fact::shared_writes).more(),
            Op::Err => ASKS.reads(),
            Op::Syscall => LANDS.counted(Fact::calls).more(),
            Op::Go
            | Op::Once
            | Op::Broadcast
            | Op::Print
            | Op::Timer
            | Op::Cancel
            | Op::Child
            | Op::Stop
            | Op::Acquire
            | Op::Release
            | Op::Io => LANDS,
        }
    }
}

/// By operation.
static TABLE: [Does; Op::ALL.len()] = {
    let mut table = [Does::LANDS; Op::ALL.len()];
    let mut i = 0;
    while i < table.len() {
        table[i] = Does::of(Op::ALL[i]);
        i += 1;
    }
    table
};

#[inline(always)]
pub(super) fn does(op: Op) -> Does {
    TABLE[op as usize]
}
