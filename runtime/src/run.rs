//! Running a program: `run`, `Builder`, `go`.

use std::panic::Location;

use crate::crash::Crash;
use crate::explore::{self, Schedule, Watched, wire};
use crate::primitives::{Lock, hooked};
use crate::sched::{self, Config, OnCrash, Sched};
use crate::seam::{self, Op};
use crate::stack::DEFAULT_MAX_STACK;
use crate::trace::{self, Sink};
use crate::{birth, cpus, fasttrack, godebug, overflow, panics, quit};

/// Runs `main` as goroutine 1 of a new runtime, as Go runs a program's `main`.
///
/// Returns when `main` returns; the other goroutines are not waited for. They stop at their next call into the library, or
/// wherever they are after a tenth of a second, and are not unwound: what they own is not dropped.
///
/// A goroutine that panics ends the process with Go's text on stderr and exit code 2; so do a deadlock and fatal errors.
/// Use [`Builder::try_run`] to be handed those instead. The text shows the goroutine that it happened to; with
/// `GOTRACEBACK=all` everybody, with `none` nobody.
///
/// The number of goroutines that run at one time is the environment's `GOMAXPROCS`, else the CPUs this process may use,
/// as far as its cgroup's quota goes (rounded up, at least 2; `GODEBUG=containermaxprocs=0` looks at no quota).
/// The calling thread waits; main runs on a thread of the runtime.
///
/// ```
/// use goroutines::prelude::*;
///
/// let sum = run(|| {
///     let ch = chan(0);
///     for i in 1..=3 {
///         let ch = ch.clone();
///         go!({ ch.send(i * i) });
///     }
///     (0..3).filter_map(|_| ch.recv()).sum::<i32>()
/// });
/// assert_eq!(sum, 14);
/// ```
pub fn run<R>(main: impl FnOnce() -> R) -> R {
    Builder::new().run(main)
}

/// A runtime's settings.
///
/// ```
/// use goroutines::prelude::*;
///
/// let before = Builder::new().procs(2).run(|| runtime::gomaxprocs(0));
/// assert_eq!(before, 2);
/// ```
#[derive(Debug, Clone)]
pub struct Builder {
    procs: Option<usize>,
    max_stack: usize,
    trace: Option<Sink>,
    /// The trace goes to a file at the end.
    leaves: Option<trace::Wanted>,
}

impl Default for Builder {
    fn default() -> Self {
        Builder::new()
    }
}

impl Builder {
    /// The defaults of [`run`].
    ///
    /// ```
    /// use goroutines::Builder;
    ///
    /// assert_eq!(Builder::new().run(|| 6 * 7), 42);
    /// ```
    pub fn new() -> Self {
        Builder {
            procs: None,
            max_stack: DEFAULT_MAX_STACK,
            trace: None,
            leaves: None,
        }
    }

    /// GOMAXPROCS: how many goroutines run at one time. 0 is the default; at most 1,024.
    ///
    /// ```
    /// use goroutines::prelude::*;
    ///
    /// assert_eq!(Builder::new().procs(3).run(|| runtime::gomaxprocs(0)), 3);
    /// ```
    #[must_use]
    pub fn procs(mut self, n: usize) -> Self {
        self.procs = (n > 0).then_some(n);
        self
    }

    /// How large a goroutine's stack can grow, in bytes, rounded up to pages. Address space is reserved for all of it;
    /// memory arrives when it is touched.
    ///
    /// ```
    /// use goroutines::Builder;
    ///
    /// fn deep(n: u64) -> u64 {
    ///     if n == 0 { 0 } else { 1 + std::hint::black_box(deep(n - 1)) }
    /// }
    /// let reached = Builder::new().max_stack(64 << 20).run(|| deep(100_000));
    /// assert_eq!(reached, 100_000);
    /// ```
    #[must_use]
    pub fn max_stack(mut self, bytes: usize) -> Self {
        self.max_stack = bytes;
        self
    }

    /// Catches what the runtime does: see [`crate::trace`].
    ///
    /// ```
    /// use goroutines::Builder;
    /// use goroutines::trace::Sink;
    ///
    /// let sink = Sink::new();
    /// Builder::new().trace(sink.clone()).run(|| ());
    /// assert!(!sink.take().events().is_empty());
    /// ```
    #[must_use]
    pub fn trace(mut self, sink: Sink) -> Self {
        self.trace = Some(sink);
        self
    }

    /// Whether its programs can be recorded: the exploring scheduler has no larger stacks than the usual ones.
    #[doc(hidden)]
    pub fn can_be_recorded(&self) -> bool {
        self.max_stack <= DEFAULT_MAX_STACK
    }

    /// Runs `main` as [`run`] does, with these settings.
    ///
    /// ```
    /// use goroutines::Builder;
    ///
    /// let words = vec!["what", "main", "borrows"];
    /// assert_eq!(Builder::new().procs(1).run(|| words.len()), 3);
    /// ```
    pub fn run<R>(self, main: impl FnOnce() -> R) -> R {
        if let Some(path) = wire::request_path() {
            // A checker started this process: its schedules are tried instead.
            wire::run_requested(&path, main);
        }
        let mut builder = self;
        if builder.trace.is_none()
            && let Some(wanted) = trace::Wanted::here()
        {
            builder.trace = Some(Sink::new());
            builder.leaves = Some(wanted);
        }
        match builder.execute(main, OnCrash::Exit) {
            Ok(r) => {
                fasttrack::settle();
                r
            }
            // A crash has ended the process.
            Err(crash) => unreachable!("{crash}"),
        }
    }

    /// Runs `main`, and hands back what [`run`] would have ended the process with.
    ///
    /// When it returns, nothing of that runtime is left: no thread, no stack. So it waits for goroutines that still run
    /// to reach the library once more.
    ///
    /// Nor is any socket, pipe or [`os::File`](crate::os::File) left open that its goroutines have made: whoever has one
    /// elsewhere, in a static say, finds it closed. They stay open only if main returns a value that may own some: one that
    /// has something to drop.
    ///
    /// # Errors
    ///
    /// A [`Crash`]: a panic nobody recovered, a deadlock, or a fatal error.
    ///
    /// ```
    /// use goroutines::prelude::*;
    /// use goroutines::Crash;
    ///
    /// let crash = Builder::new().try_run(|| chan::<()>(0).recv()).unwrap_err();
    /// assert!(matches!(crash, Crash::Deadlock(_)));
    /// assert!(crash.to_string().starts_with("fatal error: all goroutines are asleep - deadlock!\n"));
    /// ```
    pub fn try_run<R>(self, main: impl FnOnce() -> R) -> Result<R, Crash> {
        self.execute(main, OnCrash::HandBack)
    }

    fn execute<F: FnOnce() -> R, R>(self, main: F, on_crash: OnCrash) -> Result<R, Crash> {
        panics::install_hook();
        let asked = fasttrack::Asked {
            races: godebug::value("race") == Some(1),
            unwaited: godebug::value("unwaited") == Some(1),
        };
        if asked.races || asked.unwaited {
            fasttrack::enable(asked);
        }
        overflow::install(seam::full_stack, sched::leave_full_stack);
        if on_crash == OnCrash::Exit {
            quit::install();
        }
        let sched = Sched::take(&Config {
            procs: self.procs.unwrap_or_else(default_procs),
            max_stack: self.max_stack,
            on_crash,
            hands_out: std::mem::needs_drop::<R>(),
            trace: self.trace.clone(),
            leaves: self.leaves.clone(),
        });
        let _caller = sched.called_here();
        let result = Lock::new(None);
        let job = || {
            let r = main();
            if hooked() {
                fasttrack::main_ends();
            }
            *result.lock() = Some(r);
            sched.main_returned();
        };
        let job: Box<dyn FnOnce() + '_> = Box::new(job);
        // SAFETY: `job` borrows from this frame and from what outlives it. It is run by main alone, and this frame is
        // left only when main has returned (and touches nothing of ours any more) or the whole runtime has been cleared
        // up, after which main is never resumed. Other goroutines are `'static`.
        let job = unsafe {
            std::mem::transmute::<Box<dyn FnOnce() + '_>, Box<dyn FnOnce() + 'static>>(job)
        };
        sched.boot(birth::name_of::<F>, job);
        sched.wait()?;
        if let (Some(sink), Some(wanted)) = (&self.trace, &self.leaves) {
            trace::write_out(sink, wanted);
        }
        let r = result.lock().take();
        Ok(r.expect("main returned a value, or the runtime crashed"))
    }
}

/// Runs `main` once on the exploring scheduler, on this thread, under a schedule: what it returned, if it did, and what
/// came of the schedule. It may borrow, as for [`run`].
#[doc(hidden)]
pub fn record_once<R>(schedule: &Schedule, main: impl FnOnce() -> R) -> (Option<R>, Watched) {
    let mut result = None;
    let watched = {
        let job: Box<dyn FnOnce() + '_> = Box::new(|| result = Some(main()));
        // SAFETY: `job` borrows from this frame and from what outlives it. It is run by main alone, and when `once`
        // returns or unwinds nothing of the schedule runs any more: main has ended, or it was abandoned and is never
        // resumed. Other goroutines are `'static`.
        let job = unsafe {
            std::mem::transmute::<Box<dyn FnOnce() + '_>, Box<dyn FnOnce() + 'static>>(job)
        };
        explore::once(schedule, job)
    };
    (result, watched)
}

/// `GOMAXPROCS` if it is a positive number, else what `cpus.rs` says.
pub(crate) fn default_procs() -> usize {
    std::env::var("GOMAXPROCS")
        .ok()
        .and_then(|v| wanted_procs(&v))
        .unwrap_or_else(|| cpus::default_procs(godebug::value("containermaxprocs") != Some(0)))
}

/// What Go takes for a number of Ps: digits and nothing else, as many as an `int32` has room for.
fn wanted_procs(text: &str) -> Option<usize> {
    let n: i32 = text.parse().ok()?;
    usize::try_from(n).ok().filter(|&n| n > 0)
}

/// Starts a goroutine, as Go's `go` statement does: `f` runs concurrently with the caller, which goes on at once.
///
/// The closure must own what it uses (`move`); clone channels, groups and `Shared`s for it. A panic that leaves `f` ends
/// the program.
///
/// # Panics
///
/// Outside of a goroutine.
///
/// ```
/// use goroutines::prelude::*;
///
/// run(|| {
///     let done = chan(0);
///     let tell = done.clone();
///     go(move || tell.send("hello"));
///     assert_eq!(done.recv(), Some("hello"));
/// });
/// ```
#[track_caller]
pub fn go(f: impl FnOnce() + Send + 'static) {
    let at = Location::caller();
    seam::expect_current("go");
    seam::point_free(Op::Go);
    birth::spawn(f, Some(at));
}

/// `go!({ … })` or `go! { … }` is `go(move || { … })`.
///
/// ```
/// use goroutines::prelude::*;
///
/// run(|| {
///     let wg = WaitGroup::new();
///     wg.add(1);
///     let wg2 = wg.clone();
///     go! {
///         wg2.done();
///     }
///     wg.wait();
/// });
/// ```
#[macro_export]
macro_rules! go {
    ({ $($body:tt)* }) => {
        $crate::go(move || { $($body)* })
    };
    ($($body:tt)*) => {
        $crate::go(move || { $($body)* })
    };
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering;

    use super::*;
    use crate::chan::chan;
    use crate::stack::NO_MARKERS;

    /// Goroutines that wait, without end.
    fn too_many() {
        let never = chan::<()>(0);
        loop {
            let never = never.clone();
            go(move || {
                never.recv();
            });
            crate::wait::gosched();
        }
    }

    /// Runs this module's `test` again in a process of its own: its exit code, and what it said.
    fn alone(test: &str, which: &str) -> (Option<i32>, String) {
        let out = std::process::Command::new(std::env::current_exe().expect("the test binary"))
            .args(["--exact", &format!("run::tests::{test}"), "--nocapture"])
            .env("RUN_CHILD", which)
            .output()
            .expect("the test binary starts again");
        let said = String::from_utf8_lossy(&out.stderr).into_owned();
        (out.status.code(), said)
    }

    #[test]
    fn what_go_takes_for_a_number_of_ps() {
        for (text, n) in [
            ("3", 3),
            ("+7", 7),
            ("007", 7),
            ("2147483647", i32::MAX as usize),
        ] {
            assert_eq!(wanted_procs(text), Some(n), "{text}");
        }
        for text in [
            "",
            " 4 ",
            "4\n",
            "0",
            "-1",
            "0x3",
            "1e1",
            "3.5",
            "2147483648",
            "four",
        ] {
            assert_eq!(wanted_procs(text), None, "{text}");
        }
    }

    #[test]
    fn a_main_that_borrows_is_recorded_once() {
        let words = vec!["what", "main", "borrows"];
        let (n, watched) = record_once(&Schedule::default(), || {
            let ch = chan(0);
            let to = ch.clone();
            go(move || to.send(1));
            ch.recv();
            words.len()
        });
        assert_eq!((n, watched.failure), (Some(3), None));
        assert!(watched.story.moments.len() > 4);
        // One that never returns is left where it waits.
        let (n, watched) = record_once(&Schedule::default(), || {
            let seen = &words;
            chan::<()>(0).recv();
            seen.len()
        });
        assert_eq!(n, None);
        let kind = watched.failure.map(|f| f.0);
        assert_eq!(kind, Some(explore::Kind::Deadlock));
        assert_eq!(words.len(), 3);
    }

    #[test]
    fn without_guard_markers_the_mapping_limit_is_fatal_and_is_named() {
        const TEST: &str = "without_guard_markers_the_mapping_limit_is_fatal_and_is_named";
        let limit = std::fs::read_to_string("/proc/sys/vm/max_map_count").expect("the setting");
        let limit = limit.trim();
        let right = |text: &str| {
            let lines: Vec<&str> = text.lines().collect();
            assert!(
                lines[0].starts_with("runtime: no further goroutine stack: ")
                    && lines[0].contains(&format!("vm.max_map_count is {limit}: raise it (sysctl")),
                "{text}"
            );
            assert_eq!(lines[1..3], ["fatal error: out of goroutine stacks", ""]);
            // It is the one that could not begin.
            assert!(
                lines[3].starts_with("goroutine ") && lines[3].ends_with(" [runnable]:"),
                "{text}"
            );
            assert!(text.contains("in goroutine 1\n"), "{text}");
        };
        match std::env::var("RUN_CHILD").as_deref() {
            Err(_) => {
                let (code, text) = alone(TEST, "run");
                assert_eq!(code, Some(2), "{text}");
                right(&text);
                let (code, text) = alone(TEST, "try_run");
                assert_eq!(code, Some(0), "{text}");
            }
            Ok("run") => {
                NO_MARKERS.store(true, Ordering::Relaxed);
                run(too_many);
            }
            Ok(_) => {
                NO_MARKERS.store(true, Ordering::Relaxed);
                // Nothing of the first is left: the second comes as far.
                for _ in 0..2 {
                    let Err(Crash::Fatal(report)) = Builder::new().try_run(too_many) else {
                        panic!("not fatal");
                    };
                    assert_eq!(report.message, "out of goroutine stacks");
                    assert_ne!(report.goroutine, 1);
                    right(&report.text);
                }
            }
        }
    }

    #[test]
    fn not_even_a_stack_for_main_is_a_crash_too() {
        const TEST: &str = "not_even_a_stack_for_main_is_a_crash_too";
        if std::env::var_os("RUN_CHILD").is_none() {
            let (code, text) = alone(TEST, "1");
            assert_eq!(code, Some(0), "{text}");
            return;
        }
        let Err(Crash::Fatal(report)) = Builder::new().max_stack(usize::MAX / 4).try_run(|| ())
        else {
            panic!("not fatal");
        };
        assert!(
            report
                .text
                .starts_with("runtime: no further goroutine stack: mmap of "),
            "{}",
            report.text
        );
        // The next runtime is as good as new.
        assert_eq!(Builder::new().try_run(|| 7), Ok(7));
    }
}
