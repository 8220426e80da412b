//! The level `other-case`: a result and the end come at the same time, and a select takes one of them.

use goroutines::prelude::*;
use goroutines::println;

pub fn main() {
    let result = chan(1);
    let quit = chan::<()>(0);
    let wg = WaitGroup::new();

    let to = result.clone();
    wg.go(move || to.send(42));

    let end = quit.clone();
    wg.go(move || end.close());

    wg.wait();
    let got = select! {
        recv(result) -> v => v,
        recv(quit) => None,
    };
    println!("{got:?}");
}
