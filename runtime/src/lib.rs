//! Goroutines, channels and `select` with Go's meaning, and a scheduler that finds the schedule a program fails under.
//!
//! ```
//! use goroutines::prelude::*;
//!
//! run(|| {
//!     let squares = chan(0);
//!     for i in 1..=3 {
//!         let out = squares.clone();
//!         go! { out.send(i * i) }
//!     }
//!     let sum: i32 = (0..3).filter_map(|_| squares.recv()).sum();
//!     assert_eq!(sum, 14);
//! });
//! ```
//!
//! [`run`] is Go's `main`: it starts a runtime, runs its closure as goroutine 1, and returns when that returns; the
//! others are not waited for. Nothing is `async`: a goroutine calls ordinary functions, blocks in the middle of any of
//! them, and costs no thread while it does.
//!
//! # G, M and P
//!
//! A **G** is a goroutine: a closure with a stack of its own. Its stack takes address space (512 KiB, guarded at its end)
//! and, at first, one page of memory. An **M** is a thread of the system. Threads are expensive and goroutines are many,
//! so Ms run Gs, one after the other.
//!
//! How many run *at one time* is another question. That is what a **P** is for: the right to run goroutines. There are
//! [`GOMAXPROCS`](runtime::gomaxprocs) of them, as many as CPUs if nobody says otherwise, and an M runs a goroutine only
//! while it holds a P. There may be more Ms than Ps, and there are, when threads are stuck in system calls.
//!
//! ```text
//!     P0 ── runnext: G7   queue: G3 G4 G9         P1 ── runnext: -   queue: (empty)
//!     │                                           │
//!     M0 runs G1                                  M1 looks for work        M2 blocks in read(2), without a P
//!
//!     global queue: G5 G8                         idle: M3
//! ```
//!
//! # The life of a goroutine
//!
//! **It is made** by [`go!`](go!) and put where its maker's P looks first, into `runnext`: maker and made talk to each
//! other most of the time, and the data is in the cache. Whoever stood there goes to the end of the P's queue. A queue has
//! 256 places; when it is full, half of it moves to the global queue. So with one P, ten goroutines made in a loop run as
//! 9 0 1 2 … 8, and that is a promise, as it is in Go.
//!
//! **It is found.** An M looks at the timers of its P, at `runnext`, at the queue, at the global queue (and every 61st time
//! there first, so that two goroutines which wake each other do not keep all others out), at the netpoller. When all of
//! this is empty it *steals*: half of the queue of another P, chosen at random. Who finds nothing gives its P back and
//! sleeps. How it is made sure that no goroutine is overlooked by an M that is about to sleep, is told at the top of
//! `sched/mod.rs`.
//!
//! **It waits**: for a channel, a lock, a timer, a socket. It stands in the queue of what it waits for, its registers are
//! saved, and its M takes the next goroutine, without a system call. Whoever makes its wish come true takes it out of that
//! queue, hands it what it waited for (a value goes from stack to stack), and puts it into `runnext`.
//!
//! **Its thread blocks**, in a file's read or a foreign function. Then the goroutine keeps the M, and the P goes to another
//! M: at once where the call is announced ([`runtime::syscall`], and all of [`os`]), after 1 to 10 ms where it is not.
//! Sockets and pipes ([`net`], [`io`]) never block a thread: they are asked for in the *netpoller*, and whoever waits for
//! one is woken when it is ready.
//!
//! **It runs too long.** After 10 ms, if others wait, it is asked to give way at its next call into this library. If it
//! makes none (`loop {}`, a long computation), a signal stops its thread wherever it is, and another thread takes the P. No
//! loop starves the others, and no goroutine holds up the end of the program.
//!
//! **It ends** when its closure returns, or by [`runtime::goexit`]. A panic that nobody catches ends the whole program with
//! Go's text and exit code 2; so does a deadlock (`fatal error: all goroutines are asleep - deadlock!`).
//! [`Builder::try_run`] gives these back as values instead.
//!
//! # What orders what
//!
//! As in the [Go memory model](https://go.dev/ref/mem): a send comes before its receive has completed, a close before a
//! receive that sees it, receive *k* of a channel with *c* places before send *k + c* has completed; an unlock before the
//! next lock; the `n` calls of `done` before the `wait` they end; an atomic operation before one that sees it (all are
//! sequentially consistent). `go!` comes before what it starts. The end of a goroutine comes before nothing, and time
//! orders nothing.
//!
//! # Under every schedule
//!
//! A test runs one schedule, and the mistake needs another. [`explore::check`] runs a closure under thousands, chosen step
//! by step on one thread with a virtual clock, watches for races, deadlocks and leaks, and gives back the shortest schedule
//! that fails. The same channels and locks run there as anywhere else: only the scheduler is another one.
//!
//! What the real scheduler did can be seen, too: [`trace`] records it event by event and draws it, and [`runtime`] says what
//! a program can be asked while it runs.
//!
//! ```
//! use goroutines::explore::{check, Kind, Options};
//! use goroutines::prelude::*;
//!
//! let report = check(&Options::new().schedules(500), || {
//!     let (a, b) = (std::sync::Arc::new(Mutex::new(0)), std::sync::Arc::new(Mutex::new(0)));
//!     let (c, d) = (a.clone(), b.clone());
//!     let wg = WaitGroup::new();
//!     wg.go(move || *c.lock() += *d.lock());
//!     *b.lock() += *a.lock(); // the other way round
//!     wg.wait();
//! });
//! assert_eq!(report.failure.unwrap().kind, Kind::Deadlock);
//! ```
//!
//! # Go, and here
//!
//! | Go | here | |
//! |---|---|---|
//! | `go f()` | [`go!`](go!), [`go()`] | a closure, `Send + 'static` |
//! | `make(chan T, n)`, `ch <- v`, `<-ch` | [`chan(n)`](chan()), [`send`](Chan::send), [`recv`](Chan::recv) | `None` is Go's `ok == false` |
//! | `for v := range ch` | `for v in &ch` | |
//! | `chan<- T`, `<-chan T` | [`SendChan`], [`RecvChan`] | |
//! | `select { … }` | [`select!`] | an expression; [`select::Select`] for cases known at run time |
//! | `defer` | [`defer!`] | at the end of the block |
//! | `panic`, `recover` | `panic!`, `catch_unwind` | |
//! | `sync`, `sync/atomic` | [`sync`], [`sync::atomic`] | locks own what they protect; [`sync::raw`] has Go's form. No poisoning |
//! | `time.Sleep`, `Timer`, `Ticker`, `AfterFunc` | [`time`] | timer channels as since Go 1.23 |
//! | `context` | [`context`] | keys are compared by type and `Eq` |
//! | `errgroup`, `semaphore`, `singleflight` | [`errgroup`], [`semaphore`], [`singleflight`] | of `golang.org/x/sync` |
//! | `net`, `os.Pipe`, `os.File` | [`net`], [`io`], [`os`] | std's names, `Read` and `Write`; Go's deadlines and close |
//! | `runtime` | [`runtime`] | `gosched`, `goexit`, `gomaxprocs`, `lock_os_thread`, … |
//! | a variable that goroutines share | [`race::Shared`] | seen by the race detector of [`explore`] |
//!
//! What is different: nothing is collected (what a goroutine that waits for ever owns is leaked); a goroutine that needs
//! more stack than [`Builder::max_stack`] has set ends the program with Go's text; and a runtime can be started more than
//! once in a process, also side by side.
//!
//! Threads of `std` may use channels and locks too, and wake goroutines. One that a goroutine has made may also wait there,
//! while its runtime lives; and while it is alive no deadlock is reported, because it may wake somebody. Of threads that were
//! there before, or were given a name, the runtime does not know: they panic where they would have to wait. While one of
//! them does something a deadlock is reported a second late; so it is beside another runtime in which somebody runs, and
//! only once that one sleeps, too, if goroutines of the two have woken each other.
//!
//! Tried on Linux, x86-64, and on Linux, aarch64, under an emulator only; elsewhere the crate does not compile.
//!
//! # What may cross a switch
//!
//! A goroutine that waits or gives way may go on on another thread. Any call into this library may do that; nothing else
//! does, because a goroutine that is preempted elsewhere keeps its thread, which runs nobody else meanwhile. So:
//!
//! - **Values that are not `Send`** (`Rc`, `RefCell` and its guards, raw pointers) may live on a goroutine's stack across a
//!   switch, if all that share them live there. They cannot get there from outside: [`go()`] takes what is `Send`, and so do
//!   channels. `main` alone may borrow and return what is not: the thread that calls [`run`] only waits.
//! - **Thread-locals** belong to the thread. Between two calls into the library nobody else touches them. Across a call
//!   they are another goroutine's: no reference into one, and no guard of a `RefCell` in one, may be held there, and one
//!   function must not use the same thread-local before and after a call, because the compiler takes its address once for
//!   both. Use it in a function of its own, marked `#[inline(never)]`, that takes and returns values. The compiler refuses
//!   none of this: Rust takes the thread of a function for fixed. Values of a goroutine belong into its closure instead.
//! - **Guards of `std::sync::Mutex` and `RwLock`** may be held across a wait on Linux, where their lock has no owner. Others
//!   who want it block their threads (and lose their Ps after 1 to 10 ms), and no deadlock through it is reported: use
//!   [`sync`]. Guards with an owner must not be held: `StdoutLock`, `ReentrantLock`, those of foreign libraries.
//! - **[`runtime::lock_os_thread`]** lifts all of these: the goroutine stays on its thread, and nobody else runs there.
//! - **A goroutine that unwinds** stays on its thread until it is done, so `std::thread::panicking` speaks of it alone.
#![deny(unsafe_code)]

// The rooms. Each uses only those above it, and a test says so: the order of these lines is that order. `unsafe` is
// allowed by name.
#[allow(unsafe_code, reason = "the lock's contract with lock_api")]
mod lock;
mod primitives;
mod godebug;
#[allow(unsafe_code, reason = "asks the kernel for the affinity")]
mod cpus;
#[allow(unsafe_code, reason = "gettid, and the clock of another thread")]
mod tid;
#[allow(unsafe_code, reason = "handlers of signals")]
mod signal;
mod op;
mod show;
mod stderr;
mod snapshot;
mod crash;
mod made;
mod over;
#[allow(unsafe_code, reason = "guarded stacks: mmap, madvise, mprotect")]
mod stack;
#[allow(
    unsafe_code,
    reason = "a coroutine that never ends is reset instead of unwound"
)]
mod coro;
mod status;
#[allow(
    unsafe_code,
    reason = "a G is shared; its coroutine belongs to whoever runs it"
)]
mod goroutine;
#[allow(unsafe_code, reason = "references to G in atomic slots")]
mod queue;
mod timers;
#[allow(
    unsafe_code,
    reason = "goroutines and poll descs behind words: in slots, and from the system"
)]
mod poller;
#[allow(
    unsafe_code,
    reason = "the handler of the signals of a stack that is full"
)]
mod overflow;
pub mod trace;
mod seam;
#[allow(unsafe_code, reason = "a value that is handed over, by its address")]
mod change;
#[allow(
    unsafe_code,
    reason = "queues of nodes that live in the frames of parked goroutines"
)]
mod wait;
#[allow(unsafe_code, reason = "the handler of SIGQUIT")]
mod quit;
#[allow(
    unsafe_code,
    reason = "the list of panics raised on the goroutine that runs"
)]
mod panics;
mod traceback;
#[allow(unsafe_code, reason = "a newborn belongs to whoever makes it")]
mod birth;
mod sched;
#[allow(
    unsafe_code,
    reason = "a lab is used by one thread, which resumes its goroutines"
)]
mod lab;
pub mod explore;
#[allow(unsafe_code, reason = "the exit code of a process that had a race")]
mod fasttrack;
#[allow(unsafe_code, reason = "main borrows from the frame that waits for it")]
mod run;
#[allow(
    unsafe_code,
    reason = "what a channel does while a select holds its lock"
)]
pub mod chan;
#[allow(
    unsafe_code,
    reason = "a select holds the locks of several channels at once"
)]
pub mod select;
pub mod sync;
pub mod race;
pub mod time;
pub mod context;
pub mod errgroup;
pub mod semaphore;
pub mod singleflight;
#[allow(
    unsafe_code,
    reason = "a descriptor's lifetime, and goroutines that wait for it"
)]
mod fd;
mod io_macros;
pub mod runtime;
pub mod io;
pub mod net;
pub mod os;
pub mod prelude;

#[cfg(test)]
#[path = "../tests/limit/mod.rs"]
#[allow(unsafe_code, reason = "a signal that ends tests which hang")]
mod limit;

pub use chan::{Chan, ChanSnapshot, RecvChan, SendChan, Waiting, WouldBlock, chan};
pub use crash::{Crash, DeadlockReport, FatalReport, PanicReport};
#[doc(hidden)]
pub use fasttrack::UNWAITED;
#[doc(hidden)]
pub use io_macros::__print;
#[doc(hidden)]
pub use panics::Deferred;
#[doc(hidden)]
pub use run::record_once;
pub use run::{Builder, go, run};
