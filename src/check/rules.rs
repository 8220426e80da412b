//! The table of what a checked program must not use, each with what to use here instead.

/// One name that a checked program must not use.
#[derive(Debug)]
pub struct Rule {
    /// A path (`std::thread`), a macro (`thread_local!`), a method (`.elapsed`), or a form the scan knows by name
    /// (`static mut`, `extern "C"`, `mod file`).
    pub pattern: &'static str,
    /// What to write here instead; follows "use here: " on the screen.
    pub instead: &'static str,
}

/// Longer paths win over shorter ones. `core::` and `alloc::` are read as `std::`.
pub const RULES: &[Rule] = &[
    // threads
    rule(
        "std::thread::spawn",
        "go! { ... } starts a goroutine; a WaitGroup waits for it",
    ),
    rule(
        "std::thread::sleep",
        "time::sleep(d), which lets the check move the clock",
    ),
    rule(
        "std::thread::yield_now",
        "runtime::gosched() lets another goroutine run",
    ),
    rule(
        "std::thread::scope",
        "go! { ... } for each, and a WaitGroup to wait for all",
    ),
    rule("std::thread", "goroutines: go! { ... } starts one"),
    rule("thread_local!", "a local variable, or a Shared"),
    // sync
    rule(
        "std::sync::Mutex",
        "Mutex of goroutines; the prelude has it, and lock() needs no unwrap()",
    ),
    rule(
        "std::sync::RwLock",
        "RWMutex of goroutines; the prelude has it: read() and write()",
    ),
    rule(
        "std::sync::Condvar",
        "Cond of goroutines; the prelude has it: wait, signal, broadcast",
    ),
    rule(
        "std::sync::mpsc",
        "a channel: chan(cap), then send and recv",
    ),
    rule(
        "std::sync::Barrier",
        "a WaitGroup: add, done, wait; the prelude has it",
    ),
    rule(
        "std::sync::atomic",
        "goroutines::sync::atomic: Int64, Bool, ... as in Go",
    ),
    rule("std::sync::Once", "Once of goroutines; the prelude has it"),
    rule("std::sync::OnceLock", "sync::OnceValue"),
    rule("std::sync::LazyLock", "sync::OnceValue"),
    rule(
        "std::sync",
        "sync of goroutines: Mutex, RWMutex, WaitGroup, Once, Cond (Arc of std is fine)",
    ),
    rule(
        "std::hint::spin_loop",
        "a channel or a WaitGroup, which wait without spinning",
    ),
    // time
    rule(
        "Instant::now",
        "time::now(), the clock that the check can move",
    ),
    rule(
        ".elapsed",
        "time::since(t), the clock that the check can move",
    ),
    rule(
        "std::time::SystemTime",
        "time::now(), the clock that the check can move",
    ),
    rule(
        "std::time",
        "time of goroutines: sleep, now, since (Duration of std is fine)",
    ),
    // the world outside
    rule(
        "std::process::exit",
        "return from main; a panic ends the program with exit code 2",
    ),
    rule("std::process::abort", "panic!(...)"),
    rule("std::process", "nothing: a program here starts no others"),
    rule(
        "std::io::stdin",
        "nothing: a program here reads no input; put the values into it",
    ),
    rule(
        "std::fs",
        "nothing: a program here reads and writes no files",
    ),
    rule(
        "std::net",
        "net of goroutines: its calls wait without a thread (Shutdown of std is fine)",
    ),
    rule(
        "std::env",
        "nothing: a program here does the same whatever its surroundings",
    ),
    rule(
        "std::os",
        "nothing: a program here calls the system by no other way",
    ),
    rule("std::arch", "plain Rust"),
    rule(
        "extern \"C\"",
        "the library's own: a foreign call is outside what the check can see",
    ),
    rule("static mut", "a Shared, or a value behind a Mutex"),
    rule("include!", "this one file: put the code into it"),
    rule(
        "mod file",
        "this one file: write `mod name { ... }` into it",
    ),
    rule(
        "goroutines::explore",
        "run(|| ...): the check itself runs it under many schedules",
    ),
    // other libraries
    rule("tokio", "goroutines: go!, chan, select!, time::sleep"),
    rule("async_std", "goroutines: go!, chan, select!, time::sleep"),
    rule("smol", "goroutines: go!, chan, select!, time::sleep"),
    rule("futures", "goroutines: go!, chan, select!"),
    rule("rayon", "go! for each part, and a WaitGroup"),
    rule("crossbeam", "chan, select!, WaitGroup of goroutines"),
    rule("crossbeam_channel", "chan and select! of goroutines"),
    rule("crossbeam_utils", "go! and WaitGroup of goroutines"),
    rule("flume", "chan of goroutines"),
    rule("parking_lot", "Mutex and RWMutex of goroutines"),
    rule("loom", "run(|| ...): the check itself tries the schedules"),
    rule(
        "shuttle",
        "run(|| ...): the check itself tries the schedules",
    ),
    rule("may", "go! and chan of goroutines"),
    rule(
        "libc",
        "the library's own: a foreign call is outside what the check can see",
    ),
    rule(
        "nix",
        "the library's own: a foreign call is outside what the check can see",
    ),
    rule(
        "rustix",
        "the library's own: a foreign call is outside what the check can see",
    ),
];

/// What is fine although a rule names the module it is in.
pub const ALLOWED: &[&str] = &[
    "std::sync::Arc",
    "std::sync::Weak",
    "std::time::Duration",
    "std::time::Instant",
    "std::net::Shutdown",
];

/// Modules that may be imported as a whole, because what is used of them is seen where it is used.
pub const IMPORTABLE: &[&str] = &["std::sync", "std::time", "std::process", "std::env"];

const fn rule(pattern: &'static str, instead: &'static str) -> Rule {
    Rule { pattern, instead }
}
