//! A program in a process group of its own: started, waited for, and killed with everything it has started.

use std::io;
use std::os::fd::OwnedFd;
use std::process::{Child, Command, ExitStatus};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions};

/// How long a killed program may take to be gone.
const DEATH: Duration = Duration::from_secs(2);

/// The groups that run now, so that they can be ended when the tool is.
struct Running {
    groups: Vec<Pid>,
    closed: bool,
}

static RUNNING: Mutex<Running> = Mutex::new(Running {
    groups: Vec::new(),
    closed: false,
});

fn running() -> MutexGuard<'static, Running> {
    // What a panicking thread left is a list as good as any.
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Kills all that runs, and lets nothing start any more: for a tool that is about to die of a signal.
pub fn kill_all() {
    let mut running = running();
    running.closed = true;
    for pid in running.groups.drain(..) {
        // It may have ended at this moment.
        let _ = rustix::process::kill_process_group(pid, Signal::KILL);
    }
}

/// The program and everything it started in its group; killed when dropped.
#[derive(Debug)]
pub struct Group {
    pub child: Child,
    pub pid: Pid,
    /// Readable once the program has ended, where the system has such a thing.
    pub ended: Option<OwnedFd>,
    reaped: bool,
}

impl Group {
    /// Starts it. The command asks for a group of its own (`process_group(0)`).
    pub fn start(command: &mut Command) -> io::Result<Group> {
        let mut running = running();
        if running.closed {
            return Err(io::Error::other("gotour is being ended"));
        }
        let child = command.spawn()?;
        let pid = Pid::from_child(&child);
        running.groups.push(pid);
        drop(running);
        Ok(Group {
            child,
            pid,
            ended: end_notice(pid),
            reaped: false,
        })
    }

    /// Whether the program has ended. It stays unreaped.
    pub fn has_ended(&self) -> io::Result<bool> {
        let how = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        match rustix::process::waitid(WaitId::Pid(self.pid), how) {
            Ok(status) => Ok(status.is_some()),
            Err(rustix::io::Errno::INTR) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Kills what is left of the group and reaps the program.
    pub fn end(&mut self) -> io::Result<ExitStatus> {
        // The program is unreaped, so its number is still its own. ESRCH: nothing was left.
        let _ = rustix::process::kill_process_group(self.pid, Signal::KILL);
        let deadline = Instant::now() + DEATH;
        loop {
            if let Some(status) = self.reap()? {
                return Ok(status);
            }
            if Instant::now() >= deadline {
                return Err(io::Error::other("the program does not die of SIGKILL"));
            }
            let tick = Duration::from_millis(2);
            match &self.ended {
                Some(fd) => wait_readable(&mut [PollFd::new(fd, PollFlags::IN)], tick)?,
                None => wait_readable(&mut [], tick)?,
            }
        }
    }

    fn reap(&mut self) -> io::Result<Option<ExitStatus>> {
        // Under the lock: once it is reaped its number may be another's, which `kill_all` must not hit.
        let mut running = running();
        let status = self.child.try_wait()?;
        if status.is_some() {
            self.reaped = true;
            running.groups.retain(|pid| *pid != self.pid);
        }
        Ok(status)
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if !self.reaped {
            // An error here was an error before; there is nobody to tell.
            let _ = self.end();
        }
    }
}

fn end_notice(pid: Pid) -> Option<OwnedFd> {
    rustix::process::pidfd_open(pid, rustix::process::PidfdFlags::empty()).ok()
}

/// Waits until one of them is ready, or for `timeout`.
pub fn wait_readable(fds: &mut [PollFd<'_>], timeout: Duration) -> io::Result<()> {
    let timeout = Timespec {
        tv_sec: i64::try_from(timeout.as_secs()).unwrap_or(i64::MAX),
        tv_nsec: i64::from(timeout.subsec_nanos()),
    };
    match rustix::event::poll(fds, Some(&timeout)) {
        Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
