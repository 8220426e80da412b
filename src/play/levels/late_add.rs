//! The level `late-add`: a goroutine starts a helper, and the helper counts itself.

use goroutines::prelude::*;
use goroutines::println;
use goroutines::sync::atomic::Int64;
use std::sync::Arc;

pub fn main() {
    let n = Arc::new(Int64::new(0));
    let wg = WaitGroup::new();
    wg.add(1);

    let (sum, group) = (n.clone(), wg.clone());
    go!({
        let (m, wg) = (sum.clone(), group.clone());
        go!({
            wg.add(1);
            m.add(1);
            wg.done();
        });
        sum.add(1);
        group.done();
    });

    wg.wait();
    println!("{}", n.load());
}
