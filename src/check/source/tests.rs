//! Tests of the look at the source: what is found, where, and what is let pass.

use super::*;

fn found(text: &str) -> Vec<(usize, String)> {
    scan(text, &[])
        .into_iter()
        .map(|f| (f.line, f.pattern))
        .collect()
}

fn one(text: &str) -> String {
    let all = found(text);
    assert_eq!(all.len(), 1, "{text}: {all:?}");
    all[0].1.clone()
}

#[test]
fn plain_paths() {
    assert_eq!(
        one("fn main() { std::thread::spawn(|| ()); }"),
        "std::thread::spawn"
    );
    assert_eq!(
        one("fn main() { ::std::thread::sleep(d); }"),
        "std::thread::sleep"
    );
    assert_eq!(one("fn main() { std :: thread :: park(); }"), "std::thread");
    assert_eq!(
        one("fn main() { core::hint::spin_loop(); }"),
        "std::hint::spin_loop"
    );
    assert_eq!(
        one("static X: alloc::sync::Mutex<u8> = 1;"),
        "std::sync::Mutex"
    );
    assert_eq!(
        one("fn main() { go! { std::process::exit(0) } }"),
        "std::process::exit"
    );
}

#[test]
fn imports_under_other_names() {
    assert_eq!(
        found("use std::thread as t;\nfn main() { t::spawn(f); }").len(),
        2
    );
    assert_eq!(
        one("use std::{collections::HashMap, thread};"),
        "std::thread"
    );
    assert_eq!(one("use std::{sync::{Arc, Mutex}};"), "std::sync::Mutex");
    assert_eq!(
        one("use {std::sync::mpsc::{self, channel as c}};"),
        "std::sync::mpsc"
    );
    assert_eq!(
        one("use std as s;\nfn main() { s::fs::read(1); }"),
        "std::fs"
    );
    assert_eq!(
        one("extern crate std as s;\nfn main() { s::net::x(); }"),
        "std::net"
    );
    assert_eq!(
        one("use std::sync;\nfn f(_: sync::Mutex<i32>) {}"),
        "std::sync::Mutex"
    );
    assert_eq!(
        one("use std::sync::{self, Arc};\nfn f(_: sync::Condvar) {}"),
        "std::sync::Condvar"
    );
    assert_eq!(
        one("use std::io;\nfn main() { io::stdin().lines(); }"),
        "std::io::stdin"
    );
    assert_eq!(
        one("use std::io::*;\nfn main() { stdin().lines(); }"),
        "std::io::stdin"
    );
    assert_eq!(
        one("use std::{io::{self as i, Write}};\nfn f() { i::stdin(); }"),
        "std::io::stdin"
    );
    assert_eq!(
        one("mod m { pub use std::sync as inner; }\nfn f(_: inner::RwLock<u8>) {}"),
        "std::sync::RwLock"
    );
    assert_eq!(one("use std::sync::*;"), "std::sync");
    assert_eq!(one("use std::*;"), "std::*");
    assert_eq!(one("extern crate tokio;"), "tokio");
    assert_eq!(one("use tokio::spawn;"), "tokio");
}

#[test]
fn what_is_fine() {
    for text in [
        "use std::sync::Arc; use std::sync::Weak; fn main() { let a = Arc::new(1); }",
        "use std::time::Duration; fn f() { Duration::from_secs(1); time::sleep(d); }",
        "use std::time::{Duration, Instant}; fn f(_: Instant) {}",
        "use std::{collections::*, fmt}; use goroutines::prelude::*;",
        "fn main() { run(|| { let thread = 1; let fs = thread + 1; sync::Mutex::new(fs); }) }",
        "fn f<T>() -> impl Sized + use<T> {}",
        "fn main() { process::exit(1); }",
        "use std::time; fn f(d: time::Duration) {}",
    ] {
        assert_eq!(found(text), [], "{text}");
    }
}

#[test]
fn comments_and_strings_are_not_read() {
    let text = "// std::thread::spawn\n/* use std::sync::Mutex; /* std::fs */ */\n/// std::net\n\
                fn f() { let a = \"std::thread\"; let b = r#\"use \"std::fs\";\"#; let c = b\"tokio::x\"; \
                let d = c\"static mut\"; let e = br##\"std::env\"# \"##; let f = '\\''; let g = b'\"'; }";
    assert_eq!(found(text), []);
    assert_eq!(
        found("fn f() { let a = '\"'; std::thread::park(); let b = '\"'; }").len(),
        1
    );
}

#[test]
fn forms_that_are_no_paths() {
    assert_eq!(one("static mut N: i32 = 0;"), "static mut");
    assert_eq!(one("thread_local! { static N: u8 = 1; }"), "thread_local!");
    assert_eq!(
        one("std::thread_local! { static N: u8 = 1; }"),
        "thread_local!"
    );
    assert_eq!(one("extern \"C\" { fn getpid() -> i32; }"), "extern \"C\"");
    assert_eq!(one("unsafe extern { fn getpid() -> i32; }"), "extern \"C\"");
    assert_eq!(found("extern \"C\" fn f() {}"), []);
    assert_eq!(
        one("fn f() { let t = time::now(); t.elapsed(); }"),
        ".elapsed"
    );
    assert_eq!(
        one("use goroutines::time::Instant; fn f() { Instant::now(); }"),
        "Instant::now"
    );
    assert_eq!(one("fn f() { time::Instant::now(); }"), "Instant::now");
    assert_eq!(one("mod other;"), "mod file");
    assert_eq!(found("mod other { }"), []);
    assert_eq!(one("include!(\"x.rs\");"), "include!");
}

#[test]
fn line_column_and_text() {
    let all = scan(
        "use goroutines::prelude::*;\n\nfn main() {\n    std::thread::park();\n}\n",
        &[],
    );
    assert_eq!((all[0].line, all[0].column), (4, 5));
    assert_eq!(all[0].text, "    std::thread::park();");
    assert_eq!(all[0].found, "std::thread::park");
}

#[test]
fn what_an_exercise_forbids() {
    let says = "because";
    let hits = |text: &str, pattern: &str| scan(text, &[Extra { pattern, says }]).len();
    assert_eq!(hits("fn f() { runtime::gosched(); }", "gosched"), 1);
    assert_eq!(
        hits(
            "use goroutines::runtime::gosched as g;\nfn f() { g(); }",
            "gosched"
        ),
        1
    );
    assert_eq!(hits("fn f() { time::sleep(d); }", "time::sleep"), 1);
    assert_eq!(
        hits(
            "use goroutines::time::sleep as s;\nfn f() { s(d); }",
            "time::sleep"
        ),
        2
    );
    assert_eq!(hits("fn f() { sleep(d); }", "time::sleep"), 0);
    assert_eq!(hits("fn f() { select! { default => {} } }", "select!"), 1);
    assert_eq!(hits("fn f() { let select = 1; }", "select!"), 0);
    assert_eq!(hits("fn f() { m.try_lock(); try_lock(); }", ".try_lock"), 1);
    assert_eq!(
        hits("fn f() { let a = \"gosched\"; } // gosched", "gosched"),
        0
    );
    let all = scan(
        "fn f() { runtime::gosched(); }",
        &[Extra {
            pattern: "gosched",
            says,
        }],
    );
    assert!(all[0].by_exercise && all[0].advice == says);
}

#[test]
fn a_file_that_is_no_rust_passes_to_the_compiler() {
    assert_eq!(found("fn main() { std::thread::spawn("), []);
    assert_eq!(found("\"never closed std::fs"), []);
}

#[test]
fn names_that_a_macro_puts_together() {
    for (text, pattern) in [
        (
            "macro_rules! of { ($m:ident) => { std::$m::spawn(|| ()) } } fn main() { of!(thread); }",
            "std::$",
        ),
        (
            "macro_rules! of { ($s:ident) => { $s::thread::spawn(|| ()) } } fn main() { of!(std); }",
            "std::$",
        ),
        (
            "macro_rules! of { ($m:ident) => { std::sync::$m::new(0) } } fn main() { of!(Mutex); }",
            "std::sync",
        ),
    ] {
        assert_eq!(one(text), pattern, "{text}");
    }
    // What can only be harmless, and variables of that name.
    for text in [
        "macro_rules! show { ($t:ident) => { impl std::fmt::$t for A {} } } fn main() { show!(Debug); }",
        "macro_rules! new { ($t:ident) => { $t::new() } } fn main() { new!(Vec); }",
        "fn main() { let std = 1.5; f(std); }",
    ] {
        assert_eq!(found(text), [], "{text}");
    }
}

#[test]
fn the_numbers_of_a_program_are_those_that_stand_in_it() {
    let found = numbers("fn f() { g(7, -1_000i64, 0x1f, 2.5, \"9\"); } // 8");
    let ends = [i64::MIN, i64::MAX, i32::MIN.into(), i32::MAX.into()];
    assert_eq!(found[..4], ends);
    assert_eq!(found[4..], [7, -7, 1_000, -1_000, 0, 2, -2]);
}
