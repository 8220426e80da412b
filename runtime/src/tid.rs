//! How another thread of this process fares: the CPU time it has used, and whether it sleeps in the kernel.

use std::sync::atomic::{AtomicI32, Ordering};

/// The number of a thread, once it has said so, until it ends.
pub(crate) struct Tid(AtomicI32);

impl Tid {
    /// Of no thread yet.
    pub(crate) const fn none() -> Tid {
        Tid(AtomicI32::new(0))
    }

    /// It is this thread.
    pub(crate) fn here(&self) {
        self.0.store(os::thread_id(), Ordering::Release);
    }

    /// The thread ends: its number may soon be somebody else's.
    pub(crate) fn gone(&self) {
        self.0.store(0, Ordering::Release);
    }

    pub(crate) fn get(&self) -> Option<i32> {
        Some(self.0.load(Ordering::Acquire)).filter(|&t| t != 0)
    }

    /// The CPU time that the thread has used, in nanoseconds; 0 for none.
    pub(crate) fn cpu_time(&self) -> u64 {
        self.get().map_or(0, os::cpu_time)
    }

    /// Whether it is asleep in the kernel, as far as can be told.
    pub(crate) fn sleeps(&self) -> bool {
        self.get()
            .is_some_and(|thread| matches!(os::state(thread), Some(b'S' | b'D')))
    }

    /// Whether it is asleep in a call that waits for something, not for a page or a disk, as far as can be told.
    pub(crate) fn waits(&self) -> bool {
        self.get()
            .is_some_and(|thread| os::state(thread) == Some(b'S'))
    }
}

/// The CPU time that thread `number` of this process has used, in nanoseconds; 0 if there is none.
pub(crate) fn cpu_time(number: i32) -> u64 {
    os::cpu_time(number)
}

mod os {
    //! What the kernel is asked for: gettid, CPU clocks, /proc.

    use std::fs::File;
    use std::io::Read as _;

    pub(super) fn thread_id() -> i32 {
        // SAFETY: always succeeds.
        unsafe { libc::gettid() }
    }

    pub(super) fn cpu_time(thread: i32) -> u64 {
        // The kernel's encoding of a thread's CPU clock (`MAKE_THREAD_CPUCLOCK` in `linux/posix-timers.h`).
        let clock = (!thread << 3) | 6;
        let mut t = libc::timespec {
            tv_sec: 0,
            tv_nsec: 0,
        };
        // SAFETY: `t` lives across the call. A thread that has ended answers EINVAL, and the time stays 0.
        unsafe { libc::clock_gettime(clock, &mut t) };
        t.tv_sec as u64 * 1_000_000_000 + t.tv_nsec as u64
    }

    /// The third field of the thread's `stat`: S and D sleep. The second one, a name in parentheses, may hold anything.
    pub(super) fn state(thread: i32) -> Option<u8> {
        let mut text = [0; 128];
        let read = File::open(format!("/proc/self/task/{thread}/stat"))
            .and_then(|mut f| f.read(&mut text))
            .unwrap_or(0);
        let name_ends = text[..read].iter().rposition(|&b| b == b')');
        name_ends.and_then(|i| text[..read].get(i + 2)).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    #[test]
    fn a_thread_is_seen_to_compute_and_to_sleep() {
        static TID: Tid = Tid::none();
        assert!(TID.cpu_time() == 0 && !TID.sleeps());
        let (go, wait) = mpsc::channel::<()>();
        let thread = std::thread::Builder::new()
            .name("a ) b (".to_string())
            .spawn(move || {
                TID.here();
                let before = TID.cpu_time();
                while TID.cpu_time() < before + 1_000_000 {
                    assert!(!TID.sleeps());
                }
                let _ = wait.recv();
                TID.gone();
            })
            .expect("a thread");
        while !TID.sleeps() {
            std::thread::yield_now();
        }
        assert!(TID.cpu_time() >= 1_000_000);
        go.send(()).expect("it waits");
        thread.join().expect("no panic");
        assert!(TID.get().is_none());
    }
}
