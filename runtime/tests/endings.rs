//! What a program says when it is asked from outside: SIGQUIT, and the lines of GODEBUG.

use goroutines::{Builder, chan, go, runtime};

/// Runs one test of this binary in a process of its own, and gives back its exit code and stderr.
fn alone(test: &str, godebug: &str) -> (Option<i32>, String) {
    let out = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env("GOROUTINES_TEST_ALONE", "1")
        .env("GODEBUG", godebug)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&out.stderr).into_owned();
    (out.status.code(), said)
}

fn is_alone() -> bool {
    std::env::var_os("GOROUTINES_TEST_ALONE").is_some()
}

#[test]
fn sigquit_prints_every_goroutine_and_exits_with_2() {
    if is_alone() {
        Builder::new().procs(2).run(|| {
            let ch = chan::<()>(0);
            let waits = ch.clone();
            go(move || {
                waits.recv();
            });
            go(|| {
                runtime::lock_os_thread();
                runtime::syscall(std::thread::park);
            });
            let both = ["goroutine 2 [chan receive]", "[syscall, locked to thread]"];
            while !both.iter().all(|s| runtime::stack_dump().contains(s)) {
                runtime::gosched();
            }
            // SAFETY: sends a signal to this process, whose handler is there.
            unsafe { libc::kill(libc::getpid(), libc::SIGQUIT) };
            chan::<()>(0).recv();
        });
        return;
    }
    let (code, err) = alone("sigquit_prints_every_goroutine_and_exits_with_2", "");
    assert_eq!(code, Some(2), "{err}");
    assert!(err.starts_with("SIGQUIT: quit\nPC=0x"), "{err}");
    assert!(err.contains("goroutine 1 ["), "{err}");
    assert!(err.contains("\ngoroutine 2 [chan receive]:\n"), "{err}");
    assert!(
        err.contains("\ngoroutine 3 [syscall, locked to thread]:\n"),
        "{err}"
    );
    assert!(err.contains(" in goroutine 1\n\t"), "{err}");
}

/// As a shell without job control starts what it puts into the background. Go heeds that for SIGHUP and SIGINT only.
#[test]
fn sigquit_is_heard_although_it_was_ignored_at_the_start() {
    if is_alone() {
        // SAFETY: no handler is installed.
        unsafe { libc::signal(libc::SIGQUIT, libc::SIG_IGN) };
        Builder::new().run(|| {
            // SAFETY: sends a signal to this process, whose handler is there.
            unsafe { libc::kill(libc::getpid(), libc::SIGQUIT) };
            runtime::syscall(std::thread::park);
        });
        return;
    }
    let test = "sigquit_is_heard_although_it_was_ignored_at_the_start";
    let (code, err) = alone(test, "");
    assert_eq!(code, Some(2), "{err}");
    assert!(err.starts_with("SIGQUIT: quit\nPC=0x"), "{err}");
}

/// The lines of a dump that are about one goroutine.
fn of_goroutine(dump: &str, id: u64) -> Vec<String> {
    let begin = format!("goroutine {id} [");
    let one = dump.split("\n\n").find(|g| g.starts_with(&begin));
    one.map_or_else(Vec::new, |g| g.lines().map(str::to_string).collect())
}

#[test]
fn who_does_not_wait_is_shown_at_the_last_place_known() {
    Builder::new().procs(1).run(|| {
        let here = |line: u32| format!("\t{}:{line}", file!());
        let ch = chan::<()>(0);
        let (made, waits) = (line!() + 1, ch.clone());
        go(move || {
            waits.recv();
            runtime::gosched();
        });
        let waited = line!() - 3;
        // Not run yet: where it was made.
        let g2 = of_goroutine(&runtime::stack_dump(), 2);
        assert_eq!(g2[0], "goroutine 2 [runnable]:");
        assert_eq!(g2[2], here(made));
        assert!(g2[3].starts_with("created by ") && g2[3].ends_with(" in goroutine 1"));
        assert_eq!(g2[4], here(made));
        runtime::gosched();
        let g2 = of_goroutine(&runtime::stack_dump(), 2);
        assert_eq!(
            g2[..3],
            ["goroutine 2 [chan receive]:", &g2[1], &here(waited)]
        );
        // Woken, and not run yet.
        ch.close();
        let g2 = of_goroutine(&runtime::stack_dump(), 2);
        assert_eq!(g2[..3], ["goroutine 2 [runnable]:", &g2[1], &here(waited)]);
        // It has given way.
        runtime::gosched();
        let g2 = of_goroutine(&runtime::stack_dump(), 2);
        assert_eq!(
            g2[..3],
            ["goroutine 2 [runnable]:", &g2[1], &here(waited + 1)]
        );
        // main is asked, so its place is exact.
        let at = line!() + 1;
        let main = of_goroutine(&runtime::stack_dump(), 1);
        assert_eq!(main[..3], ["goroutine 1 [running]:", &main[1], &here(at)]);
    });
}

/// A program that waits until the monitor has had time to write.
fn traced() {
    Builder::new().procs(2).run(|| {
        let ch = chan::<()>(0);
        let waits = ch.clone();
        go(move || {
            waits.recv();
        });
        goroutines::time::sleep(std::time::Duration::from_millis(60));
        ch.close();
    });
}

#[test]
fn schedtrace_prints_gos_line() {
    if is_alone() {
        return traced();
    }
    let (code, err) = alone("schedtrace_prints_gos_line", "schedtrace=10");
    assert_eq!(code, Some(0), "{err}");
    let lines: Vec<&str> = err.lines().filter(|l| l.starts_with("SCHED ")).collect();
    assert!(lines.len() > 1, "{err}");
    assert!(
        lines[0].starts_with("SCHED 0ms: gomaxprocs=2 idleprocs="),
        "{err}"
    );
    for line in lines {
        let names: Vec<&str> = line
            .split_whitespace()
            .filter_map(|w| w.split_once('=').map(|(name, _)| name))
            .collect();
        assert_eq!(
            names.join(" "),
            "gomaxprocs idleprocs threads spinningthreads needspinning idlethreads runqueue schedticks"
        );
        assert!(line.contains(" [ 0 0 ] schedticks=[ "), "{line}");
        assert!(line.ends_with(" ]"), "{line}");
    }
}

#[test]
fn scheddetail_prints_every_p_m_and_g() {
    if is_alone() {
        return traced();
    }
    let (code, err) = alone(
        "scheddetail_prints_every_p_m_and_g",
        "schedtrace=10,scheddetail=1",
    );
    assert_eq!(code, Some(0), "{err}");
    assert!(
        err.contains(" gcwaiting=false nmidlelocked=0 stopwait=0 sysmonwait=false\n"),
        "{err}"
    );
    assert!(err.contains("\n  P0: status="), "{err}");
    assert!(err.contains("\n  P1: status="), "{err}");
    assert!(err.contains("\n  M0: p="), "{err}");
    assert!(
        err.contains("\n  G1: status=4(sleep) m=nil lockedm=nil\n"),
        "{err}"
    );
    assert!(
        err.contains("\n  G2: status=4(chan receive) m=nil lockedm=nil\n"),
        "{err}"
    );
}

mod limit;
