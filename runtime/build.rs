//! Refuses a system that the runtime does not run on, in one sentence instead of a hundred errors.

use std::env::var;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let target = |what| var(format!("CARGO_CFG_TARGET_{what}")).unwrap_or_default();
    let (os, arch) = (target("OS"), target("ARCH"));
    if os != "linux" || !["x86_64", "aarch64"].contains(&arch.as_str()) {
        println!(
            "cargo::error=goroutines runs on Linux, on x86-64 and aarch64, and not on {os} on {arch}. Who ports it begins \
             with what stops and watches threads (runtime/src/sched/preempt.rs), then runtime/src/stack and \
             runtime/src/overflow.rs."
        );
    }
}
