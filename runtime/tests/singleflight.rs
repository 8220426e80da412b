//! singleflight: one call for all who ask at the same time, and how it ends for each of them.

use std::panic::{AssertUnwindSafe, catch_unwind};

use goroutines::Crash;
use goroutines::explore::{Options, check};
use goroutines::prelude::*;
use goroutines::singleflight::Group;
use goroutines::sync::atomic::Int64;
use std::sync::Arc;

#[track_caller]
fn holds(f: impl Fn() + Send + Sync + 'static) {
    let r = check(&Options::new().schedules(1_000), f);
    assert!(
        r.failure.is_none(),
        "{r}\n{}",
        r.failure
            .as_ref()
            .map_or_else(String::new, ToString::to_string)
    );
}

fn runs(f: impl Fn() + Copy) {
    for procs in [1, 2] {
        Builder::new().procs(procs).try_run(f).unwrap();
    }
}

#[test]
fn who_asks_alone_gets_the_value_and_errors_are_values() {
    runs(|| {
        let g = Group::<Result<i32, String>>::new();
        assert_eq!(g.run("a", || Ok(1)), (Ok(1), false));
        assert_eq!(g.run("a", || Err("no".into())), (Err("no".into()), false));
        let ch = g.run_chan("a", || Ok(2));
        assert_eq!(ch.cap(), 1);
        assert_eq!(ch.recv(), Some((Ok(2), false)));
    });
}

#[test]
fn all_who_ask_meanwhile_share_one_call() {
    let main = || {
        let g = Group::new();
        let calls = Arc::new(Int64::new(0));
        let (inside, leave) = (chan::<()>(0), chan::<()>(0));
        let wg = WaitGroup::new();
        let (g2, calls2, inside2, leave2) =
            (g.clone(), calls.clone(), inside.clone(), leave.clone());
        wg.go(move || {
            let (v, shared) = g2.run("k", || {
                calls2.add(1);
                inside2.send(());
                leave2.recv();
                7
            });
            assert_eq!((v, shared), (7, true));
        });
        inside.recv();
        let got = g.run_chan("k", || panic!("it is under way"));
        let g3 = g.clone();
        wg.go(move || {
            // It comes during the call, and shares it, or after it.
            let (v, _) = g3.run("k", || 7);
            assert_eq!(v, 7);
        });
        leave.close();
        assert_eq!(got.recv(), Some((7, true)));
        wg.wait();
        assert_eq!(calls.load(), 1);
    };
    runs(main);
    holds(main);
}

#[test]
fn keys_do_not_wait_for_each_other_and_forget_starts_anew() {
    let main = || {
        let g = Group::new();
        let g2 = g.clone();
        let outer = g.run("a", move || {
            assert_eq!(g2.run("b", || 1), (1, false));
            g2.forget("a");
            assert_eq!(g2.run("a", || 2), (2, false));
            3
        });
        assert_eq!(outer, (3, false));
        assert_eq!(g.run("a", || 4), (4, false));
    };
    runs(main);
    holds(main);
}

#[test]
fn a_forgotten_call_does_not_take_its_successor_out() {
    runs(|| {
        let g = Group::new();
        let (inside, leave) = (chan::<()>(0), chan::<()>(0));
        let (i, l) = (inside.clone(), leave.clone());
        let first = g.run_chan("k", move || {
            i.send(());
            l.recv();
            1
        });
        inside.recv();
        g.forget("k");
        let (i, l) = (inside.clone(), chan::<()>(0));
        let l2 = l.clone();
        let second = g.run_chan("k", move || {
            i.send(());
            l2.recv();
            2
        });
        inside.recv();
        leave.close();
        assert_eq!(first.recv(), Some((1, false)));
        let third = g.run_chan("k", || 3);
        l.close();
        assert_eq!(second.recv(), Some((2, true)));
        assert_eq!(third.recv(), Some((2, true)));
    });
}

#[test]
fn a_panic_reaches_all_who_wait() {
    let main = || {
        let g = Group::<()>::new();
        let wg = WaitGroup::new();
        let caught = Arc::new(Int64::new(0));
        for _ in 0..3 {
            let (g, caught) = (g.clone(), caught.clone());
            wg.go(move || {
                let r = catch_unwind(AssertUnwindSafe(|| {
                    g.run("k", || {
                        runtime::gosched();
                        panic!("boom")
                    })
                }));
                let text = r.unwrap_err().downcast_ref::<&'static str>().copied();
                assert_eq!(text, Some("boom"));
                caught.add(1);
            });
        }
        wg.wait();
        assert_eq!(caught.load(), 3);
    };
    runs(main);
    holds(main);
}

#[test]
fn goexit_ends_all_who_wait() {
    let main = || {
        let g = Group::<()>::new();
        let wg = WaitGroup::new();
        for _ in 0..3 {
            let g = g.clone();
            wg.go(move || {
                g.run("k", || {
                    runtime::gosched();
                    runtime::goexit()
                });
                unreachable!("it has ended");
            });
        }
        wg.wait();
        // The next one is served.
        g.run("k", || ());
    };
    runs(main);
    holds(main);
}

#[test]
fn a_panic_that_nobody_could_recover_ends_the_program() {
    let r = Builder::new().try_run(|| {
        let g = Group::<()>::new();
        let ch = g.run_chan("k", || panic!("boom"));
        catch_unwind(AssertUnwindSafe(|| ch.recv())).ok();
    });
    let crash = r.unwrap_err();
    assert!(matches!(crash, Crash::Panic(_)), "{crash:?}");
    assert!(crash.to_string().starts_with("panic: boom"), "{crash}");
}

/// A value of which no copies can be made.
struct Single;

impl Clone for Single {
    fn clone(&self) -> Self {
        panic!("there is one only")
    }
}

#[test]
fn a_value_that_panics_when_it_is_cloned_leaves_nobody_waiting() {
    let main = || {
        let g = Group::<Single>::new();
        // Who asks alone needs no copy.
        let (Single, shared) = g.run("k", || Single);
        assert!(!shared);
        assert!(g.run_chan("k", || Single).recv().is_some());
        let (asked, panicked) = (Arc::new(Int64::new(0)), Arc::new(Int64::new(0)));
        let wg = WaitGroup::new();
        for _ in 0..3 {
            let (g, asked, panicked) = (g.clone(), asked.clone(), panicked.clone());
            wg.go(move || {
                asked.add(1);
                let until_all_ask = || {
                    while asked.load() < 3 {
                        runtime::gosched();
                    }
                    (0..10).for_each(|_| runtime::gosched());
                    Single
                };
                if catch_unwind(AssertUnwindSafe(|| g.run("k", until_all_ask))).is_err() {
                    panicked.add(1);
                }
            });
        }
        wg.wait();
        // All of them, or the one who had it alone is left out.
        assert!(panicked.load() <= 3);
        let (Single, shared) = g.run("k", || Single);
        assert!(!shared);
    };
    runs(main);
}

mod limit;
