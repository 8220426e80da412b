//! What the works ask of a runtime of futures, and of channels: each is written once for all of them.

use std::time::Duration;

/// tokio or smol.
pub trait Runtime: 'static {
    /// A number under the runtime's own lock.
    type Mutex: Default + Send + Sync;
    /// A number under the runtime's own readers' and writer's lock.
    type RwLock: Default + Send + Sync;
    /// What many wait for, until it is opened.
    type Gate: Default + Send + Sync;

    /// Runs `main` as a task on a runtime of `procs` threads.
    fn run(procs: usize, main: impl Future<Output = ()> + Send + 'static);
    /// Starts a task that is waited for.
    fn spawn<T: Send + 'static>(
        task: impl Future<Output = T> + Send + 'static,
    ) -> impl Future<Output = T> + Send;
    /// Starts a task that nobody waits for.
    fn detach(task: impl Future<Output = ()> + Send + 'static);
    fn yield_now() -> impl Future<Output = ()> + Send;
    fn sleep(d: Duration) -> impl Future<Output = ()> + Send;
    /// Calls what blocks its thread as the runtime wants it to be called.
    fn blocking(f: impl FnOnce() + Send + 'static) -> impl Future<Output = ()> + Send;
    /// What the first of four that is ready gives; where several are, no one of them always.
    fn first_of<T: Send>(
        four: [impl Future<Output = T> + Send; 4],
    ) -> impl Future<Output = T> + Send;

    fn lock_and_add(number: &Self::Mutex) -> impl Future<Output = ()> + Send;
    fn locked(number: &Self::Mutex) -> impl Future<Output = u64> + Send;
    fn write_and_add(number: &Self::RwLock) -> impl Future<Output = ()> + Send;
    fn read(number: &Self::RwLock) -> impl Future<Output = u64> + Send;

    /// Waits, as one who was there from this call on.
    fn pass(gate: &Self::Gate) -> impl Future<Output = ()> + Send;
    fn open(gate: &Self::Gate);

    /// Says a port, and serves what is sent there back, until the input ends.
    fn echo() -> impl Future<Output = ()> + Send;
}

/// The channels of one library.
pub trait Channels: 'static {
    /// The least that one holds: 0 where a sender can wait for its receiver.
    const LEAST: usize;

    type Sender: Clone + Send + Sync + 'static;
    type Receiver: Send + Sync + 'static;

    /// A channel of `capacity`, or of the least.
    fn channel(capacity: usize) -> (Self::Sender, Self::Receiver);
    /// Whether anybody may still receive it.
    fn send(to: &Self::Sender, v: u64) -> impl Future<Output = bool> + Send;
    /// The next, or `None` after the last.
    fn recv(from: &mut Self::Receiver) -> impl Future<Output = Option<u64>> + Send;
    /// The next, if there is one now.
    fn try_recv(from: &mut Self::Receiver) -> Option<u64>;
    /// A further receiver, if there can be several.
    fn share(from: &Self::Receiver) -> Option<Self::Receiver>;
}
