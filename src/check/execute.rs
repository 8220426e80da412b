//! Runs a program under limits of time, memory and output, and says how it ended.
//!
//! One thread does it all, around `poll`: it reads both pipes, looks at the clock, at the resident size and at
//! whether somebody asked to stop. So nothing is left behind when the program is stopped, and every wait has an end:
//!
//! 1. The program is started in a process group of its own, with nothing on its standard input.
//! 2. It is let run until it ends, or a limit is passed, or the check is given up.
//! 3. The whole group is killed while the program is still unreaped, so that its number cannot belong to others yet.
//! 4. What is still in the pipes is read, for a bounded time: a grandchild that left the group may hold them open.
//!
//! The address space is not limited (`RLIMIT_AS`), because goroutine stacks reserve much more of it than they use.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags};
use rustix::process::Signal;

use super::group::{Group, wait_readable};
use super::usage;

/// The number of the last signal that told a check to stop.
static LAST: OnceLock<Arc<AtomicUsize>> = OnceLock::new();

/// How long the pipes are read after the program has ended.
const DRAIN: Duration = Duration::from_millis(200);
/// How long a program that is asked where it is may take to answer.
const ANSWER: Duration = Duration::from_millis(300);

/// How many times its limit a program may take beyond it, where it only stood in the queue for a processor, or the whole
/// machine for memory or a disk.
const STARVED: u32 = 10;

/// What a program may use.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Wall time, less the time that the machine was busy with others.
    pub time: Duration,
    /// Resident bytes of the program's own process.
    pub memory: Option<u64>,
    /// Bytes of standard output and standard error together.
    pub output: usize,
    /// Whether a program out of time is first sent SIGQUIT, which makes a goroutine program print where it is.
    pub ask_where: bool,
}

/// How a program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// By itself, with this exit code.
    Exit(i32),
    /// By this signal.
    Signal(i32),
    /// It was stopped after the time limit.
    Time,
    /// It was stopped when it held this many bytes.
    Memory(u64),
    /// It was stopped when it had written more than the limit.
    Output,
    /// The check was given up.
    Cancelled,
}

/// What came of running a program.
#[derive(Debug, Clone)]
pub struct Ran {
    pub ended: Ended,
    /// At most the output limit, also when more was written.
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
    /// Where its goroutines were when its time was up, when it could say so.
    pub dump: Option<String>,
    /// How long it might have taken.
    pub allowed: Duration,
}

/// Tells a running check to stop; clones tell the same one.
#[derive(Debug, Clone, Default)]
pub struct Cancel {
    flag: Arc<AtomicBool>,
    parent: Option<Arc<AtomicBool>>,
}

impl Cancel {
    pub fn new() -> Cancel {
        Cancel::default()
    }

    /// One that Ctrl-C, SIGTERM and SIGHUP set, so that the program is killed before the tool leaves.
    pub fn on_signals() -> io::Result<Cancel> {
        let cancel = Cancel::new();
        for signal in [
            signal_hook::consts::SIGINT,
            signal_hook::consts::SIGTERM,
            signal_hook::consts::SIGHUP,
        ] {
            // Before the flag: who sees that one set can see which signal it was.
            let last = Arc::clone(LAST.get_or_init(Arc::default));
            signal_hook::flag::register_usize(signal, last, signal as usize)?;
            signal_hook::flag::register(signal, Arc::clone(&cancel.flag))?;
        }
        Ok(cancel)
    }

    /// The last signal that came, if one did, to those made by [`Cancel::on_signals`].
    pub fn signal() -> Option<u8> {
        let last = LAST.get()?.load(Ordering::SeqCst);
        u8::try_from(last).ok().filter(|n| *n > 0)
    }

    /// One that is set with this one, and can be set alone.
    pub fn child(&self) -> Cancel {
        Cancel {
            flag: Arc::default(),
            parent: Some(Arc::clone(&self.flag)),
        }
    }

    pub fn cancel(&self) {
        self.flag.store(true, Ordering::SeqCst);
    }

    pub fn is_set(&self) -> bool {
        let set = |flag: &AtomicBool| flag.load(Ordering::SeqCst);
        set(&self.flag) || self.parent.as_deref().is_some_and(set)
    }
}

/// Starts `command` and stays with it until it is gone.
pub fn run(command: &mut Command, limits: &Limits, cancel: &Cancel) -> io::Result<Ran> {
    run_telling(command, limits, cancel, &mut |_| {})
}

/// The same, and tells what the program has printed so far, each time that there is more.
pub fn run_telling(
    command: &mut Command,
    limits: &Limits,
    cancel: &Cancel,
    tell: &mut dyn FnMut(&[u8]),
) -> io::Result<Ran> {
    usage::no_core_files();
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0);
    let mut group = Group::start(command)?;
    usage::limit_cpu(group.pid, limits.time);
    let mut pipes = Pipes::new(&mut group.child, limits.output);
    let start = Instant::now();
    let mut ended = watch_over(&group, &mut pipes, limits, cancel, start, tell)?;
    let mut dump = None;
    if ended == Some(Ended::Time) && limits.ask_where {
        dump = ask_where(&group, &mut pipes, cancel)?;
    }
    let status = group.end()?;
    let drained = Instant::now() + DRAIN;
    while pipes.open() && !pipes.over && Instant::now() < drained {
        pipes.wait(None, Duration::from_millis(20))?;
    }
    if pipes.over && ended.is_none() {
        ended = Some(Ended::Output);
    }
    let ended = ended.unwrap_or_else(|| match (status.code(), status.signal()) {
        (Some(code), _) => Ended::Exit(code),
        (None, signal) => Ended::Signal(signal.unwrap_or_default()),
    });
    Ok(Ran {
        ended,
        stdout: pipes.stdout.bytes,
        stderr: pipes.stderr.bytes,
        dump,
        allowed: limits.time,
    })
}

/// Stays with the program until it ends by itself (`None`) or has to be ended.
fn watch_over(
    group: &Group,
    pipes: &mut Pipes,
    limits: &Limits,
    cancel: &Cancel,
    start: Instant,
    tell: &mut dyn FnMut(&[u8]),
) -> io::Result<Option<Ended>> {
    let mut deadline = start + limits.time;
    let stalls = usage::Stalls::now();
    let tick = usage::memory_tick(limits.memory.is_some());
    let mut look = Instant::now();
    let mut told = 0;
    loop {
        if pipes.stdout.bytes.len() > told {
            told = pipes.stdout.bytes.len();
            tell(&pipes.stdout.bytes);
        }
        if cancel.is_set() {
            return Ok(Some(Ended::Cancelled));
        }
        let now = Instant::now();
        if now >= deadline {
            let waited = usage::starved(group.pid) + stalls.since();
            let longer = limits.time + waited.min(limits.time * STARVED);
            if now - start >= longer {
                return Ok(Some(Ended::Time));
            }
            deadline = start + longer;
            continue;
        }
        pipes.wait(group.ended.as_ref(), tick.min(deadline - now))?;
        if pipes.over {
            return Ok(Some(Ended::Output));
        }
        if let Some(limit) = limits.memory.filter(|_| look.elapsed() >= tick) {
            look = Instant::now();
            if let Some(bytes) = usage::resident(group.pid).filter(|b| *b > limit) {
                return Ok(Some(Ended::Memory(bytes)));
            }
        }
        if group.has_ended()? {
            return Ok(None);
        }
    }
}

/// Sends SIGQUIT and reads what comes of it. A program that does not know the signal just dies of it.
fn ask_where(group: &Group, pipes: &mut Pipes, cancel: &Cancel) -> io::Result<Option<String>> {
    let from = pipes.stderr.bytes.len();
    if rustix::process::kill_process(group.pid, Signal::QUIT).is_err() {
        return Ok(None);
    }
    let deadline = Instant::now() + ANSWER;
    while Instant::now() < deadline && !pipes.over && !cancel.is_set() && !group.has_ended()? {
        pipes.wait(group.ended.as_ref(), Duration::from_millis(10))?;
    }
    while pipes.stderr.file.is_some()
        && Instant::now() < deadline
        && !pipes.over
        && group.has_ended()?
    {
        pipes.wait(None, Duration::from_millis(10))?;
    }
    let said = String::from_utf8_lossy(&pipes.stderr.bytes[from..]).into_owned();
    pipes.stderr.bytes.truncate(from);
    Ok(Some(said).filter(|s| s.contains("goroutine ")))
}

/// Both pipes, and how much may still come out of them.
struct Pipes {
    stdout: Pipe,
    stderr: Pipe,
    limit: usize,
    /// More was written than the limit.
    over: bool,
    buffer: Vec<u8>,
}

struct Pipe {
    file: Option<File>,
    bytes: Vec<u8>,
}

impl Pipes {
    fn new(child: &mut Child, limit: usize) -> Pipes {
        let pipe = |fd: Option<OwnedFd>| Pipe {
            file: fd.map(File::from),
            bytes: Vec::new(),
        };
        Pipes {
            stdout: pipe(child.stdout.take().map(OwnedFd::from)),
            stderr: pipe(child.stderr.take().map(OwnedFd::from)),
            limit,
            over: false,
            buffer: vec![0; 64 * 1024],
        }
    }

    fn open(&self) -> bool {
        self.stdout.file.is_some() || self.stderr.file.is_some()
    }

    /// Waits for bytes, for the program's end, or for `timeout`; reads what is there.
    fn wait(&mut self, ended: Option<&OwnedFd>, timeout: Duration) -> io::Result<()> {
        let mut fds = Vec::with_capacity(3);
        for file in [&self.stdout.file, &self.stderr.file].into_iter().flatten() {
            fds.push(PollFd::new(file, PollFlags::IN));
        }
        fds.extend(ended.map(|fd| PollFd::new(fd, PollFlags::IN)));
        wait_readable(&mut fds, timeout)?;
        let mut ready = fds.iter().map(|fd| !fd.revents().is_empty());
        let stdout = self.stdout.file.is_some() && ready.next() == Some(true);
        let stderr = self.stderr.file.is_some() && ready.next() == Some(true);
        drop(fds);
        let mut left = self.limit - self.stdout.bytes.len() - self.stderr.bytes.len();
        for (pipe, is_ready) in [(&mut self.stdout, stdout), (&mut self.stderr, stderr)] {
            if is_ready {
                let read = pipe.read(&mut self.buffer)?;
                let kept = read.min(left);
                pipe.bytes.extend_from_slice(&self.buffer[..kept]);
                left -= kept;
                self.over |= read > kept;
            }
        }
        Ok(())
    }
}

impl Pipe {
    /// One read, which does not block because the pipe was ready; 0 closes it.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some(file) = &mut self.file else {
            return Ok(0);
        };
        match file.read(buffer) {
            Ok(0) => {
                self.file = None;
                Ok(0)
            }
            Ok(read) => Ok(read),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(0),
            Err(error) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits {
        time: Duration::from_millis(400),
        memory: Some(64 << 20),
        output: 64 * 1024,
        ask_where: false,
    };

    fn sh(script: &str, limits: &Limits) -> Ran {
        // A shell cannot trap a signal that was ignored when it started, as SIGQUIT is in the background of another.
        let mut command = Command::new("env");
        command.args(["--default-signal=QUIT", "sh", "-c", script]);
        run(&mut command, limits, &Cancel::new()).unwrap_or_else(|e| panic!("{script}: {e}"))
    }

    /// Whether process `pid` is there and no zombie.
    fn lives(pid: &str) -> bool {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.trim()));
        stat.is_ok_and(|s| !s.contains(") Z "))
    }

    #[test]
    fn a_program_that_ends_is_told_as_it_was() {
        let ran = sh("echo out; echo err >&2; exit 3", &LIMITS);
        assert_eq!(ran.ended, Ended::Exit(3));
        assert_eq!(
            (&ran.stdout[..], &ran.stderr[..]),
            (&b"out\n"[..], &b"err\n"[..])
        );
        assert_eq!(sh("kill -SEGV $$", &LIMITS).ended, Ended::Signal(11));
        assert_eq!(
            sh("cat", &LIMITS).ended,
            Ended::Exit(0),
            "its input is empty"
        );
    }

    #[test]
    fn all_that_was_written_is_there() {
        let ran = sh("head -c 65000 /dev/zero; exit 0", &LIMITS);
        assert_eq!((ran.ended, ran.stdout.len()), (Ended::Exit(0), 65_000));
    }

    #[test]
    fn an_endless_program_is_stopped_in_time() {
        let start = Instant::now();
        assert_eq!(sh("while :; do :; done", &LIMITS).ended, Ended::Time);
        // Deaf to what can be ignored, and with its pipes closed.
        let ran = sh(
            "trap '' TERM INT HUP QUIT; exec >&- 2>&-; while :; do :; done",
            &LIMITS,
        );
        assert_eq!(ran.ended, Ended::Time);
        assert!(start.elapsed() < Duration::from_secs(4));
    }

    #[test]
    fn a_flooding_program_is_stopped_and_not_kept() {
        let long = Limits {
            time: Duration::from_secs(60),
            ..LIMITS
        };
        for script in ["yes", "yes >&2", "yes & yes >&2", "head -c 70000 /dev/zero"] {
            let ran = sh(script, &long);
            assert_eq!(ran.ended, Ended::Output, "{script}");
            assert_eq!(
                ran.stdout.len() + ran.stderr.len(),
                LIMITS.output,
                "{script}"
            );
        }
    }

    #[test]
    fn a_memory_eating_program_is_stopped() {
        let long = Limits {
            time: Duration::from_secs(60),
            ..LIMITS
        };
        let ran = sh("exec tail /dev/zero", &long);
        assert!(
            matches!(ran.ended, Ended::Memory(bytes) if bytes > 64 << 20 && bytes < 512 << 20),
            "{:?}",
            ran.ended
        );
    }

    #[test]
    fn a_grandchild_is_killed_with_the_group() {
        let start = Instant::now();
        let ran = sh("sleep 1000 & echo $!", &LIMITS);
        assert!(
            start.elapsed() < Duration::from_secs(60),
            "it was waited for"
        );
        assert_eq!(ran.ended, Ended::Exit(0));
        let (pid, start) = (String::from_utf8_lossy(&ran.stdout), Instant::now());
        while lives(&pid) {
            assert!(start.elapsed() < Duration::from_secs(5), "it lives on");
            std::thread::yield_now();
        }
    }

    #[test]
    fn a_grandchild_outside_the_group_that_holds_the_pipe_is_not_waited_for() {
        let start = Instant::now();
        let ran = sh("setsid sleep 5 & echo here", &LIMITS);
        assert_eq!(ran.ended, Ended::Exit(0));
        assert_eq!(ran.stdout, b"here\n");
        assert!(start.elapsed() < Duration::from_secs(2));
    }

    #[test]
    fn a_check_that_is_given_up_ends_at_once() {
        let cancel = Cancel::new();
        let start = Instant::now();
        let ran = std::thread::scope(|s| {
            let running = s.spawn(|| {
                let mut command = Command::new("sh");
                command.args(["-c", "echo $$; while :; do :; done"]);
                let long = Limits {
                    time: Duration::from_secs(60),
                    ..LIMITS
                };
                run(&mut command, &long, &cancel)
            });
            cancel.cancel();
            running.join()
        });
        let ran = ran
            .map_err(|_| "panicked")
            .and_then(|r| r.map_err(|_| "failed"));
        assert_eq!(ran.map(|r| r.ended), Ok(Ended::Cancelled));
        assert!(start.elapsed() < Duration::from_secs(5));
    }

    #[test]
    fn a_program_out_of_time_may_say_where_it_is() {
        let asked = Limits {
            ask_where: true,
            ..LIMITS
        };
        let script = "trap 'echo \"goroutine 1 [running]:\" >&2; exit 2' QUIT; echo before >&2; while :; do :; done";
        let ran = sh(script, &asked);
        assert_eq!(ran.ended, Ended::Time);
        assert_eq!(ran.dump.as_deref(), Some("goroutine 1 [running]:\n"));
        assert_eq!(ran.stderr, b"before\n");
        assert_eq!(sh("while :; do :; done", &asked).dump, None);
    }
}
