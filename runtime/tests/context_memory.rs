//! A parent keeps nothing of children that are done: a binary of its own, since it measures this process.

use std::time::Duration;

use goroutines::prelude::*;

const HOUR: Duration = Duration::from_secs(3600);

fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").expect("Linux");
    let pages = statm.split(' ').nth(1).expect("a second field");
    pages.parse::<usize>().expect("a number") * 4096
}

#[test]
fn a_million_children_leave_nothing_with_their_parent() {
    Builder::new().procs(1).run(|| {
        let (parent, _cancel) = context::with_cancel(&context::background());
        let some = |n: usize| {
            for i in 0..n {
                let (c, cancel) = context::with_cancel(&parent);
                let stop = context::after_func(&parent, || ());
                if i % 4 == 0 {
                    let (_t, cancel) = context::with_timeout(&c, HOUR);
                    cancel();
                }
                assert!(stop());
                cancel();
            }
        };
        some(10_000);
        let before = resident();
        some(1_000_000);
        let after = resident();
        assert!(after < before + (8 << 20), "{before} {after}");
    });
}

mod limit;
