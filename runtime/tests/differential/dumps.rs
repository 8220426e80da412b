//! What a program says of its goroutines: dumps, GOTRACEBACK, SIGQUIT, and the lines of GODEBUG.

use std::io::Read as _;
use std::sync::Arc;
use std::time::Duration;

use goroutines::prelude::*;
use goroutines::sync::raw;
use goroutines::{io, print};

use crate::normal;
use crate::said::{say, settle, states};
use crate::table::{Case, any, one};

pub const CASES: &[Case] = &[
    any("dump/main_alone", everyone),
    any("dump/by_a_goroutine", || {
        let done = chan(0);
        let tell = done.clone();
        go!({
            while states("chan receive") == 0 {
                settle();
            }
            everyone();
            tell.send(true);
        });
        done.recv();
    }),
    one("dump/a_crowd", || {
        crowd();
        everyone();
    }),
    one("dump/some_that_can_run", || {
        for _ in 0..2 {
            go(receive);
        }
        everyone();
        settle();
        go(receive);
        everyone();
    }),
    one("dump/after_some_have_ended", || {
        for i in 0..4 {
            go!({
                if i % 2 == 0 {
                    receive();
                }
            });
        }
        settle();
        go(|| select! {});
        settle();
        everyone();
    }),
    any("dump/panic_with_others_about", || {
        crowd();
        panic!("with others about");
    }),
    any("dump/fatal_error_with_others_about", || {
        crowd();
        raw::Mutex::new().unlock();
    }),
    any("dump/traceback_none", || panic!("boom")).env(NONE),
    any("dump/traceback_none_deadlock", receive).env(NONE),
    any("dump/traceback_none_fatal", || raw::Mutex::new().unlock()).env(NONE),
    one("dump/traceback_all", || {
        crowd();
        panic!("boom");
    })
    .env(&[("GOTRACEBACK", "all")]),
    any("dump/traceback_number_2", || {
        go(receive);
        while states("chan receive") == 0 {
            settle();
        }
        panic!("boom");
    })
    .env(&[("GOTRACEBACK", "2")])
    .with(normal::of_the_program),
    any("dump/traceback_single_fatal", || {
        go(receive);
        settle();
        raw::Mutex::new().unlock();
    })
    .env(&[("GOTRACEBACK", "single")]),
    any("dump/sigquit", || {
        go(receive);
        while states("chan receive") == 0 {
            settle();
        }
        // SAFETY: sends a signal to this process, whose handler is there.
        unsafe { libc::kill(libc::getpid(), libc::SIGQUIT) };
        loop {
            std::hint::spin_loop();
        }
    })
    .with(normal::of_the_program),
    any("godebug/schedtrace", || {
        time::sleep(Duration::from_millis(60));
    })
    .env(&[("GODEBUG", "schedtrace=20")])
    .with(normal::shapes),
    any("godebug/scheddetail", || {
        go(receive);
        time::sleep(Duration::from_millis(60));
    })
    .env(&[("GODEBUG", "schedtrace=20,scheddetail=1")])
    .with(normal::shapes),
    any("godebug/nonsense", || say!("nobody minds"))
        .env(&[("GODEBUG", "x,schedtrace=y,=,schedtrace")]),
];

const NONE: &[(&str, &str)] = &[("GOTRACEBACK", "none")];

fn everyone() {
    print!("{}", runtime::stack_dump());
}

fn receive() {
    chan::<i32>(0).recv();
}

/// Starts goroutines that wait for different things, and returns when they do.
fn crowd() {
    let m = Arc::new(raw::Mutex::new());
    m.lock();
    let (mut r, w) = io::pipe().unwrap();
    let all: [Box<dyn FnOnce() + Send>; 7] = [
        Box::new(receive),
        Box::new(|| chan(0).send(1)),
        Box::new(|| {
            select! {
                recv(chan::<i32>(0)) => {}
                recv(time::after(Duration::from_secs(3600))) => {}
            }
        }),
        Box::new(|| time::sleep(Duration::from_secs(3600))),
        Box::new(move || m.lock()),
        Box::new(|| {
            runtime::lock_os_thread();
            receive();
        }),
        Box::new(move || {
            let _w = w;
            let _ = r.read(&mut [0]);
        }),
    ];
    for f in all {
        go(f);
        settle();
    }
    while states("IO wait") == 0 || states("chan receive, locked to thread") == 0 {
        settle();
    }
}
