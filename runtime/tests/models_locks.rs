//! What the mutex claims, in both its modes, tried out on its own source files as `models.rs` does: by loom under each order
//! of their steps, and by plain `cargo test` on real threads.
//!
//! `sync/bare.rs` and `sync/sema.rs` are the library's, all of them. Added here: a queue of those who wait, of which each
//! sleeps on a condition variable; and a clock that stands still, or is two milliseconds later whenever somebody looks, so
//! that everyone who waits starves. Shown: one at a time is inside and sees what the one before did, nobody is left
//! waiting, and the lock is free in the end, out of starvation mode. An exploration has no such mode, so this is where the
//! hand-off is tried in all its orders.

#![cfg_attr(
    loom,
    allow(dead_code, reason = "what only the other form of a test uses")
)]

use std::panic::Location;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

use bare::Bare;
use sim::{Arc, Cell, model, thread};

#[path = "../src/sync/bare.rs"]
#[allow(dead_code, reason = "the library uses the rest")]
mod bare;
#[path = "../src/sync/sema.rs"]
#[allow(dead_code, reason = "the library uses the rest")]
mod sema;

/// Threads, locks and the way to try all orders: loom's, or the system's.
mod sim {
    #[cfg(loom)]
    pub(crate) use loom::sync::{Arc, Condvar, Mutex, MutexGuard};
    #[cfg(loom)]
    pub(crate) use loom::thread;
    #[cfg(not(loom))]
    pub(crate) use std::sync::{Arc, Condvar, Mutex, MutexGuard};
    #[cfg(not(loom))]
    pub(crate) use std::thread;

    #[cfg(loom)]
    pub(crate) fn model(f: impl Fn() + Send + Sync + 'static) {
        let mut builder = loom::model::Builder::new();
        builder.preemption_bound.get_or_insert(3);
        builder.check(f);
    }

    #[cfg(not(loom))]
    pub(crate) fn model(f: impl Fn() + Send + Sync + 'static) {
        for _ in 0..1_000 {
            f();
        }
    }

    /// A number that one at a time may change.
    #[cfg(loom)]
    pub(crate) struct Cell(loom::cell::UnsafeCell<u32>);
    #[cfg(not(loom))]
    pub(crate) struct Cell(std::cell::UnsafeCell<u32>);

    // SAFETY: that one thread at a time uses it is what the tests are about; loom says so if it is not.
    unsafe impl Sync for Cell {}
    // SAFETY: as above.
    unsafe impl Send for Cell {}

    impl Cell {
        pub(crate) fn new() -> Cell {
            Cell(std::convert::Into::into(0))
        }

        #[cfg(loom)]
        pub(crate) fn add(&self) -> u32 {
            self.0.with_mut(|p| {
                // SAFETY: see above.
                unsafe {
                    *p += 1;
                    *p
                }
            })
        }

        #[cfg(not(loom))]
        pub(crate) fn add(&self) -> u32 {
            // SAFETY: see above.
            unsafe {
                *self.0.get() += 1;
                *self.0.get()
            }
        }
    }
}

/// What the files above call `crate::primitives`.
mod primitives {
    use super::sim::{Mutex, MutexGuard};

    #[cfg(not(loom))]
    pub(crate) mod atomic {
        pub(crate) use std::sync::atomic::{AtomicU32, Ordering};
    }

    /// Loom takes operations that are sequentially consistent for acquire and release, and the semaphore needs more: each
    /// stands between two fences, which loom takes for what they are.
    #[cfg(loom)]
    pub(crate) mod atomic {
        pub(crate) use loom::sync::atomic::Ordering;
        use loom::sync::atomic::fence;

        pub(crate) struct AtomicU32(loom::sync::atomic::AtomicU32);

        fn between<R>(order: Ordering, f: impl FnOnce() -> R) -> R {
            let fences = || {
                if order == Ordering::SeqCst {
                    fence(Ordering::SeqCst);
                }
            };
            fences();
            let r = f();
            fences();
            r
        }

        impl AtomicU32 {
            pub(crate) fn new(v: u32) -> Self {
                AtomicU32(loom::sync::atomic::AtomicU32::new(v))
            }

            pub(crate) fn load(&self, o: Ordering) -> u32 {
                between(o, || self.0.load(o))
            }

            pub(crate) fn store(&self, v: u32, o: Ordering) {
                between(o, || self.0.store(v, o));
            }

            pub(crate) fn fetch_add(&self, v: u32, o: Ordering) -> u32 {
                between(o, || self.0.fetch_add(v, o))
            }

            pub(crate) fn fetch_sub(&self, v: u32, o: Ordering) -> u32 {
                between(o, || self.0.fetch_sub(v, o))
            }

            pub(crate) fn compare_exchange(
                &self,
                old: u32,
                new: u32,
                o: Ordering,
                failed: Ordering,
            ) -> Result<u32, u32> {
                between(o, || self.0.compare_exchange(old, new, o, failed))
            }

            pub(crate) fn compare_exchange_weak(
                &self,
                old: u32,
                new: u32,
                o: Ordering,
                failed: Ordering,
            ) -> Result<u32, u32> {
                between(o, || self.0.compare_exchange_weak(old, new, o, failed))
            }
        }
    }

    macro_rules! const_fn {
        ($(#[$doc:meta])* $vis:vis fn $($rest:tt)*) => {
            $(#[$doc])*
            $vis fn $($rest)*
        };
    }
    pub(crate) use const_fn;

    pub(crate) struct Lock<T>(Mutex<T>);

    impl<T> Lock<T> {
        pub(crate) fn new(v: T) -> Lock<T> {
            Lock(Mutex::new(v))
        }

        pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
            self.0.lock().unwrap()
        }
    }
}

/// What the files above call `crate::goroutine`.
mod goroutine {
    #[derive(Clone, Copy)]
    pub(crate) enum WaitReason {
        Mutex,
    }
}

/// What the files above call `crate::seam`.
mod seam {
    use super::{Relaxed, STEP, TIME};

    pub(crate) struct Clock;

    impl Clock {
        pub(crate) fn now(&self) -> u64 {
            TIME.fetch_add(STEP.load(Relaxed), Relaxed)
        }

        pub(crate) fn can_spin(&self) -> bool {
            false
        }
    }

    pub(crate) fn observed() -> bool {
        false
    }

    pub(crate) fn current() -> Option<(Clock, ())> {
        Some((Clock, ()))
    }
}

/// What the files above call `crate::wait`.
mod wait {
    use std::collections::VecDeque;
    use std::ops::DerefMut;
    use std::panic::Location;

    use super::goroutine::WaitReason;
    use super::sim::{Arc, Condvar, Mutex, MutexGuard};

    #[derive(Clone, Copy, PartialEq)]
    pub(crate) enum Turn {
        Last,
        First,
    }

    struct Waiter<E> {
        elem: Mutex<E>,
        woken: Mutex<bool>,
        bell: Condvar,
    }

    pub(crate) struct WaitQueue<E>(VecDeque<Arc<Waiter<E>>>);

    pub(crate) struct Woken<E>(Arc<Waiter<E>>);

    impl<E> WaitQueue<E> {
        pub(crate) fn new() -> Self {
            WaitQueue(VecDeque::new())
        }

        pub(crate) fn dequeue(&mut self) -> Option<Woken<E>> {
            self.0.pop_front().map(Woken)
        }
    }

    impl<E> Woken<E> {
        pub(crate) fn elem(&mut self) -> impl DerefMut<Target = E> + '_ {
            self.0.elem.lock().unwrap()
        }

        pub(crate) fn ready(self) {
            *self.0.woken.lock().unwrap() = true;
            self.0.bell.notify_one();
        }
    }

    pub(crate) fn wait_in_turn<S, E: Copy>(
        mut guard: MutexGuard<'_, S>,
        queue: fn(&mut S) -> &mut WaitQueue<E>,
        elem: E,
        turn: Turn,
        _reason: WaitReason,
        _at: &'static Location<'static>,
    ) -> E {
        let waiter = Arc::new(Waiter {
            elem: Mutex::new(elem),
            woken: Mutex::new(false),
            bell: Condvar::new(),
        });
        let all = &mut queue(&mut guard).0;
        match turn {
            Turn::Last => all.push_back(waiter.clone()),
            Turn::First => all.push_front(waiter.clone()),
        }
        drop(guard);
        let mut woken = waiter.woken.lock().unwrap();
        while !*woken {
            woken = waiter.bell.wait(woken).unwrap();
        }
        drop(woken);
        *waiter.elem.lock().unwrap()
    }

    /// Who stands back lets others run, which they may do anyway.
    pub(crate) fn stand_back() {}
}

/// What the clock shows, and how much later it is at the next look. Its values order nothing.
static TIME: AtomicU64 = AtomicU64::new(0);
static STEP: AtomicU64 = AtomicU64::new(0);

/// Nobody waits long; everybody does. A starving mutex is one that was waited for over a millisecond.
const STEPS: [u64; 2] = [0, 2_000_000];

type Locked = Arc<(Bare, Cell)>;

fn new() -> Locked {
    Arc::new((Bare::new(), Cell::new()))
}

#[track_caller]
fn lock(m: &Locked) {
    m.0.lock(Location::caller());
}

fn unlock(m: &Locked) {
    m.0.unlock().unwrap();
}

/// Nobody is inside, nobody waits, and it does not starve: `n` were inside.
fn free(m: &Locked, n: u32) {
    assert!(m.0.try_lock());
    assert_eq!(m.1.add(), n + 1);
    unlock(m);
    assert!(m.0.try_lock());
}

/// `f` with both clocks. One test at a time: the clock is everybody's.
fn with_both_clocks(f: impl Fn() + Clone + Send + Sync + 'static) {
    static ONE: std::sync::Mutex<()> = std::sync::Mutex::new(());
    let _one = ONE.lock().unwrap_or_else(|e| e.into_inner());
    for step in STEPS {
        STEP.store(step, Relaxed);
        model(f.clone());
    }
}

fn inside_once(m: &Locked) -> thread::JoinHandle<()> {
    let m = m.clone();
    thread::spawn(move || {
        lock(&m);
        m.1.add();
        unlock(&m);
    })
}

#[test]
fn one_at_a_time_is_inside_and_nobody_is_left() {
    with_both_clocks(|| {
        let m = new();
        let others = [inside_once(&m), inside_once(&m)];
        lock(&m);
        m.1.add();
        unlock(&m);
        for t in others {
            t.join().unwrap();
        }
        free(&m, 3);
    });
}

#[test]
fn who_comes_back_at_once_does_not_lose_the_other() {
    with_both_clocks(|| {
        let m = new();
        let other = inside_once(&m);
        for _ in 0..3 {
            lock(&m);
            m.1.add();
            unlock(&m);
        }
        other.join().unwrap();
        free(&m, 4);
    });
}

#[test]
fn it_may_be_unlocked_by_another() {
    with_both_clocks(|| {
        let m = new();
        lock(&m);
        let others = [inside_once(&m), inside_once(&m)];
        let opener = thread::spawn({
            let m = m.clone();
            move || unlock(&m)
        });
        for t in others {
            t.join().unwrap();
        }
        opener.join().unwrap();
        free(&m, 2);
    });
}

#[test]
fn who_tries_gets_it_only_when_it_is_free() {
    with_both_clocks(|| {
        let m = new();
        let others = [inside_once(&m), inside_once(&m)];
        let mut n = 2;
        if m.0.try_lock() {
            m.1.add();
            unlock(&m);
            n += 1;
        }
        for t in others {
            t.join().unwrap();
        }
        free(&m, n);
    });
}

#[cfg(not(loom))]
mod limit;
