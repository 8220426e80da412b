//! What a goroutine can be about to do with an object that others see, the word for it, and how object and goroutine stand.

/// What a goroutine is about to do, at a choice point.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub(crate) enum Op {
    /// `go`: makes a goroutine.
    Go,
    /// `gosched`.
    Gosched,
    /// `time::sleep`.
    Sleep,
    /// Reads the clock.
    Now,
    Send,
    Recv,
    TrySend,
    TryRecv,
    Close,
    /// `len` of a channel.
    Len,
    Select,
    Lock,
    TryLock,
    Unlock,
    RLock,
    TryRLock,
    RUnlock,
    /// WaitGroup: a positive `add`.
    Add,
    /// WaitGroup: `done`, or a negative `add`.
    Done,
    /// WaitGroup: `wait`.
    Wait,
    Once,
    CondWait,
    Signal,
    Broadcast,
    AtomicLoad,
    AtomicStore,
    AtomicUpdate,
    /// `Shared::get`.
    Get,
    /// `Shared::set`.
    Set,
    Print,
    /// Sets or stops a timer.
    Timer,
    Cancel,
    /// Takes a child of a context in.
    Child,
    /// What a context would start is not to be started.
    Stop,
    /// Asks whether a context is done.
    Err,
    /// A weighted semaphore: `acquire`.
    Acquire,
    /// A weighted semaphore: `try_acquire`.
    TryAcquire,
    /// A weighted semaphore: `release`.
    Release,
    Syscall,
    /// Reads from a descriptor or writes to it.
    Io,
    /// Looks at the goroutines: `num_goroutine`, `snapshot`, `stack_dump`.
    Look,
}

/// What comes of a send or a receive that is only tried, where nobody waits for it.
pub(crate) const WOULD_BLOCK: &str = "would block";
/// What comes of a select that has sent.
pub(crate) const SENT: &str = "sent";

impl Op {
    /// All of them, in order.
    pub(crate) const ALL: [Op; Op::Look as usize + 1] = [
        Op::Go,
        Op::Gosched,
        Op::Sleep,
        Op::Now,
        Op::Send,
        Op::Recv,
        Op::TrySend,
        Op::TryRecv,
        Op::Close,
        Op::Len,
        Op::Select,
        Op::Lock,
        Op::TryLock,
        Op::Unlock,
        Op::RLock,
        Op::TryRLock,
        Op::RUnlock,
        Op::Add,
        Op::Done,
        Op::Wait,
        Op::Once,
        Op::CondWait,
        Op::Signal,
        Op::Broadcast,
        Op::AtomicLoad,
        Op::AtomicStore,
        Op::AtomicUpdate,
        Op::Get,
        Op::Set,
        Op::Print,
        Op::Timer,
        Op::Cancel,
        Op::Child,
        Op::Stop,
        Op::Err,
        Op::Acquire,
        Op::TryAcquire,
        Op::Release,
        Op::Syscall,
        Op::Io,
        Op::Look,
    ];

    /// The name of an operation, as a program calls it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Op::Go => "go",
            Op::Gosched => "gosched",
            Op::Sleep => "sleep",
            Op::Now => "now",
            Op::Send => "send",
            Op::Recv => "recv",
            Op::TrySend => "try_send",
            Op::TryRecv => "try_recv",
            Op::Close => "close",
            Op::Len => "len",
            Op::Select => "select",
            Op::Lock => "lock",
            Op::TryLock => "try_lock",
            Op::Unlock => "unlock",
            Op::RLock => "read",
            Op::TryRLock => "try_read",
            Op::RUnlock => "read unlock",
            Op::Add => "add",
            Op::Done => "done",
            Op::Wait => "wait",
            Op::Once => "call",
            Op::CondWait => "wait",
            Op::Signal => "signal",
            Op::Broadcast => "broadcast",
            Op::AtomicLoad => "load",
            Op::AtomicStore => "store",
            Op::AtomicUpdate => "update",
            Op::Get => "get",
            Op::Set => "set",
            Op::Print => "print",
            Op::Timer => "timer",
            Op::Cancel => "cancel",
            Op::Child => "child",
            Op::Stop => "stop",
            Op::Err => "err",
            Op::Acquire => "acquire",
            Op::TryAcquire => "try_acquire",
            Op::Release => "release",
            Op::Syscall => "syscall",
            Op::Io => "io",
            Op::Look => "look",
        }
    }
}

// The place of each in the list is its number: tables are made from it.
const _: () = {
    let mut i = 0;
    while i < Op::ALL.len() {
        assert!(Op::ALL[i] as usize == i);
        i += 1;
    }
};

/// What came of an atomic operation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Came {
    /// It only read: a load, or a `compare_and_swap` in vain.
    Read,
    /// It wrote, and has not looked at what was there.
    Stored,
    /// It read and wrote, and nothing is different.
    Updated,
    /// It read and wrote something else.
    Changed,
}

/// What is in a channel, for who reads a schedule. A value whose type is none of the common ones is an empty text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Contents {
    /// The values in the buffer, the oldest first.
    pub(crate) buf: Vec<String>,
    /// Who waits to send, longest first, and what.
    pub(crate) sendq: Vec<(u64, String)>,
    /// Who waits to receive, longest first.
    pub(crate) recvq: Vec<u64>,
}

/// How a goroutine stands to a lock, for owner cycles and "written without a lock".
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Hold {
    /// A Mutex: whoever wants it competes for it.
    Mutex,
    MutexReleased,
    Exclusive,
    Shared,
    Released,
    SharedReleased,
}
