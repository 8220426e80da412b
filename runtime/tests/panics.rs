//! Panics and `goexit` in each other's way: what is recovered, what is not, and how the goroutine ends.

use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use goroutines::prelude::*;
use goroutines::{Crash, defer};

/// Runs `f` as a goroutine beside main: the panic's own text that it ended the program with, if it did.
fn ends(f: impl FnOnce() + Send + 'static) -> Option<String> {
    let ended = Builder::new().procs(1).try_run(|| {
        go(f);
        while runtime::num_goroutine() > 1 {
            runtime::gosched();
        }
    });
    match ended {
        Ok(()) => None,
        Err(Crash::Panic(report)) => Some(report.message),
        Err(other) => panic!("{other}"),
    }
}

/// Calls its function when it is dropped.
struct Dropped<F: FnMut()>(F);

impl<F: FnMut()> Drop for Dropped<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

#[test]
fn goexit_in_a_deferred_block_ends_a_goroutine_that_panics() {
    let end = ends(|| {
        defer! { runtime::goexit() }
        panic!("stopped on its way");
    });
    assert_eq!(end, None);
    let end = ends(|| {
        defer! { runtime::goexit() }
        defer! { panic!("second") }
        panic!("first");
    });
    assert_eq!(end, None);
}

#[test]
fn goexit_survives_whatever_recovers_on_its_way() {
    let went_on = Arc::new(AtomicBool::new(false));
    let w = went_on.clone();
    let end = ends(move || {
        let caught = catch_unwind(|| runtime::goexit());
        drop(caught);
        w.store(true, Ordering::Relaxed);
    });
    assert_eq!(end, None);
    let w = went_on.clone();
    let end = ends(move || {
        let caught = catch_unwind(|| {
            defer! { panic!("recovered as well") }
            runtime::goexit()
        });
        // Thrown as a value, it is no panic either.
        let _ = catch_unwind(AssertUnwindSafe(|| panic_any(caught.unwrap_err())));
        w.store(true, Ordering::Relaxed);
    });
    assert_eq!(end, None);
    assert!(!went_on.load(Ordering::Relaxed));
    let end = ends(|| {
        let caught = catch_unwind(|| runtime::goexit());
        panic_any(caught.unwrap_err());
    });
    assert_eq!(end, None);
    let end = ends(|| {
        let caught = catch_unwind(|| runtime::goexit());
        resume_unwind(caught.unwrap_err());
    });
    assert_eq!(end, None);
}

#[test]
fn what_a_destructor_recovers_has_no_part_in_how_the_goroutine_ends() {
    let recovers = || Dropped(|| assert!(catch_unwind(|| panic!("inner")).is_err()));
    let end = ends(move || {
        let _d = recovers();
        runtime::goexit();
    });
    assert_eq!(end, None);
    let end = ends(move || {
        defer! { panic!("second") }
        let _d = recovers();
        panic!("first");
    });
    assert_eq!(end.as_deref(), Some("first\n\tpanic: second"));
}

#[test]
fn a_chain_does_not_need_the_panic_hook() {
    if std::env::var_os("GOROUTINES_TEST_ALONE").is_none() {
        let out = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "a_chain_does_not_need_the_panic_hook"])
            .env("GOROUTINES_TEST_ALONE", "1")
            .output()
            .unwrap();
        assert!(
            out.status.success(),
            "{}",
            String::from_utf8_lossy(&out.stdout)
        );
        return;
    }
    let end = ends(|| {
        std::panic::set_hook(Box::new(|_| ()));
        defer! { panic!("second") }
        panic!("first");
    });
    assert_eq!(end.as_deref(), Some("first\n\tpanic: second"));
    let end = ends(|| {
        let payload = std::thread::spawn(|| panic!("elsewhere"))
            .join()
            .unwrap_err();
        defer! { panic!("here") }
        resume_unwind(payload);
    });
    assert_eq!(end.as_deref(), Some("elsewhere\n\tpanic: here"));
}

#[test]
fn errors_and_texts_of_all_kinds_are_shown() {
    let error = || std::io::Error::other("it failed");
    let shared: Arc<dyn std::error::Error + Send + Sync> = Arc::new(error());
    let boxed: Box<dyn std::error::Error + Send + Sync> = Box::new(error());
    for end in [
        ends(|| panic_any(shared)),
        ends(|| panic_any(boxed)),
        ends(move || panic_any(error())),
        ends(|| panic_any(Box::<str>::from("it failed"))),
        ends(|| panic_any(Arc::<str>::from("it failed"))),
        ends(|| panic_any(Cow::Borrowed("it failed"))),
    ] {
        assert_eq!(end.as_deref(), Some("it failed"));
    }
    let end = ends(|| panic_any("x".parse::<i32>().unwrap_err()));
    assert_eq!(end.as_deref(), Some("invalid digit found in string"));
    let end = ends(|| {
        let (ctx, cancel) = context::with_cancel(&context::background());
        cancel();
        panic_any(ctx.err().expect("it is done"));
    });
    assert_eq!(end.as_deref(), Some("context canceled"));
}

/// An error that panics when it is printed.
#[derive(Debug)]
struct Unprintable;

impl std::fmt::Display for Unprintable {
    fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        panic!("no words for it")
    }
}

impl std::error::Error for Unprintable {}

#[test]
fn an_error_that_panics_while_it_is_printed_is_fatal() {
    type Shared = Arc<dyn std::error::Error + Send + Sync>;
    type Boxed = Box<dyn std::error::Error + Send + Sync>;
    let fatal = |f: fn()| match Builder::new().try_run(f) {
        Err(Crash::Fatal(report)) => report.message,
        other => panic!("{other:?}"),
    };
    for f in [
        (|| panic_any(Arc::new(Unprintable) as Shared)) as fn(),
        || panic_any(Box::new(Unprintable) as Boxed),
        || panic_any(std::io::Error::other(Unprintable)),
        || {
            let again = catch_unwind(|| panic_any(Arc::new(Unprintable) as Shared));
            panic_any(again.expect_err("it panicked"));
        },
    ] {
        assert_eq!(
            fatal(f),
            "panic while printing panic value: no words for it"
        );
    }
    // Nobody prints what is recovered.
    assert_eq!(
        ends(|| {
            let e = catch_unwind(|| panic_any(Arc::new(Unprintable) as Shared));
            assert!(e.expect_err("it panicked").is::<Shared>());
        }),
        None
    );
}

mod limit;
