//! Panics: values as they are printed, chains, what is recovered, goexit, and who ends the program.

use std::fmt;
use std::panic::{catch_unwind, panic_any};
use std::time::Duration;

use goroutines::prelude::*;
use goroutines::println;
use goroutines::sync::raw;

use crate::said::{recovered, say, text};
use crate::table::{Case, any};

/// An error as Rust's programs throw them.
type BoxError = Box<dyn std::error::Error + Send + Sync>;

pub const CASES: &[Case] = &[
    any("panic/a_text", || panic!("boom")),
    any("panic/an_empty_text", || panic!("")),
    any("panic/a_text_of_several_lines", || {
        panic!("first line\nsecond line\n\nfourth line")
    }),
    any("panic/an_int", || panic_any(42)),
    any("panic/a_negative_int", || panic_any(-7_i64)),
    any("panic/a_byte", || panic_any(200_u8)),
    any("panic/a_float", || panic_any(1.5)),
    any("panic/a_large_float", || panic_any(1e100)),
    any("panic/a_float_that_is_whole", || panic_any(100.0)),
    any("panic/a_small_float32", || panic_any(0.1_f32)),
    any("panic/a_bool", || panic_any(true)),
    any("panic/a_rune", || panic_any('x')),
    any("panic/an_error", || panic_any(BoxError::from("it failed"))),
    any("panic/an_error_of_several_lines", || {
        panic_any(BoxError::from("outer:\n\tinner"))
    }),
    any("panic/an_error_type", || {
        panic_any(BoxError::from(Named("here")))
    }),
    any("panic/in_a_goroutine", || {
        go!({ panic!("in a goroutine") });
        forever();
    }),
    any("panic/in_a_goroutine_of_a_goroutine", || {
        go!({
            go!({ panic!("two down") });
            forever();
        });
        forever();
    }),
    any("panic/recovered", || {
        say!("{}", recovered(|| panic!("caught")));
        say!("{}", recovered(|| say!("nothing to catch")));
    }),
    any("panic/deferred_in_order", deferred_in_order),
    any("panic/in_a_deferred_block", || {
        defer! { panic!("second") }
        panic!("first");
    }),
    any("panic/three_deep", || {
        defer! { panic!("third") }
        defer! { panic!("second") }
        panic!("first");
    }),
    any("panic/raised_again", || {
        let caught = catch_unwind(|| panic!("first")).unwrap_err();
        panic_any(caught);
    }),
    any("panic/raised_again_twice", || {
        let caught = catch_unwind(|| {
            let caught = catch_unwind(|| panic!("first")).unwrap_err();
            panic_any(caught);
        });
        panic_any(caught.unwrap_err());
    }),
    any("panic/recovered_in_a_deferred_block", || {
        defer! { println!("caught {}", recovered(|| panic!("inner"))) }
        panic!("outer");
    }),
    any("panic/a_recovered_one_leaves_no_trace", || {
        say!("{}", recovered(|| panic!("forgotten")));
        println!("going on");
        panic!("the only one");
    }),
    any("panic/after_goexit", || {
        go!({
            defer! { panic!("while it ends") }
            runtime::goexit();
        });
        forever();
    }),
    any("panic/goexit_goes_on_after_a_recovery", goexit_goes_on),
    any("panic/goexit_in_a_deferred_block", goexit_deferred),
    any("panic/goexit_while_it_panics", || {
        let done = chan::<()>(0);
        let tell = done.clone();
        go!({
            defer! { tell.close() }
            defer! { runtime::goexit() }
            panic!("forgotten");
        });
        done.recv();
        say!("the program goes on");
    }),
    any("panic/goexit_while_it_panics_and_of_main", || {
        go!({
            defer! { runtime::goexit() }
            panic!("forgotten");
        });
        runtime::goexit();
    }),
    any("panic/after_a_goexit_while_it_panics", || {
        go!({
            defer! { panic!("second") }
            defer! { runtime::goexit() }
            panic!("first");
        });
        forever();
    }),
    any("panic/goexit_twice_while_it_panics", || {
        go!({
            defer! { runtime::goexit() }
            defer! { panic!("second") }
            defer! { runtime::goexit() }
            panic!("first");
        });
        runtime::goexit();
    }),
    any("panic/two_after_goexit", || {
        go!({
            defer! { panic!("second") }
            defer! { panic!("first") }
            runtime::goexit();
        });
        forever();
    }),
    any("panic/goexit_is_not_recovered", || {
        let done = chan::<()>(0);
        let tell = done.clone();
        go!({
            defer! { tell.close() }
            say!("{}", recovered(|| runtime::goexit()));
        });
        done.recv();
        say!("the program goes on");
    }),
    any("panic/goexit_is_not_recovered_with_a_panic_on_it", || {
        let done = chan::<()>(0);
        let tell = done.clone();
        go!({
            defer! { tell.close() }
            let _ = recovered(|| {
                defer! { panic!("on the way") }
                runtime::goexit()
            });
            say!("never");
        });
        done.recv();
        say!("the program goes on");
    }),
    any("panic/raised_again_in_a_deferred_block", || {
        defer! {
            let caught = catch_unwind(|| panic!("second")).unwrap_err();
            panic_any(caught);
        }
        panic!("first");
    }),
    any("panic/deferred_blocks_of_others_do_not_run", || {
        defer! { println!("main's deferred block") }
        go!({
            defer! { println!("its own") }
            panic!("elsewhere");
        });
        forever();
    }),
    any("panic/while_a_lock_is_held", || {
        let m = raw::Mutex::new();
        say!(
            "{}",
            recovered(|| {
                m.lock();
                defer! { m.unlock() }
                panic!("with the lock");
            })
        );
        say!("{}", m.try_lock());
    }),
    any("panic/in_a_group", || {
        let wg = WaitGroup::new();
        wg.go(|| panic!("of a group"));
        wg.wait();
        forever();
    }),
    any("panic/in_a_timers_function", || {
        let _t = time::after_func(Duration::from_millis(1), || panic!("in its own goroutine"));
        forever();
    }),
    any("panic/main_returns_first", || {
        go!({
            forever();
            panic!("never");
        });
        say!("main is done");
    }),
    any("panic/exit_code_of_ones_own", || {
        defer! { println!("not run") }
        go!({
            println!("leaving");
            std::process::exit(3);
        });
        forever();
    }),
];

#[derive(Debug)]
struct Named(&'static str);

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an error of a type: {}", self.0)
    }
}

impl std::error::Error for Named {}

/// Waits without being a deadlock for an hour.
fn forever() {
    time::sleep(Duration::from_secs(3600));
}

fn deferred_in_order() {
    defer! { println!("first deferred, last run") }
    defer! { println!("second") }
    let caught = catch_unwind(|| {
        defer! { println!("innermost") }
        panic!("inside");
    });
    println!("inner {}", text(&*caught.unwrap_err()));
    println!("going on");
    panic!("at the end");
}

fn goexit_goes_on() {
    let done = chan::<()>(0);
    let tell = done.clone();
    go!({
        defer! { tell.close() }
        defer! { say!("recovered {}", recovered(|| panic!("on the way"))) }
        runtime::goexit();
    });
    done.recv();
    say!("the program goes on");
}

fn goexit_deferred() {
    let done = chan::<()>(0);
    let tell = done.clone();
    go!({
        defer! { tell.close() }
        say!("recovered {}", recovered(|| panic!("stopped")));
        runtime::goexit();
    });
    done.recv();
    say!("the program goes on");
}
