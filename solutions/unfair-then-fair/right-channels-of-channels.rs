//! What is sent is the channel for the answer.

use goroutines::prelude::*;
use goroutines::print;
use goroutines::println;
fn unfair() {
    print!("unfair:");
    let done = chan::<Chan<()>>(0);
    let d = done.clone();
    go! {
        for _ in 0..3 { print!(" ann"); }
        d.send(chan(0));
    }
    let d = done.clone();
    let end = chan::<()>(0);
    let e = end.sender();
    go! {
        d.recv();
        for _ in 0..3 { print!(" bob"); }
        e.close();
    }
    end.recv();
    println!();
}
fn fair() {
    print!("fair:");
    let ann = chan::<Chan<()>>(0);
    let a = ann.clone();
    let wg = WaitGroup::new();
    wg.go(move || {
        for _ in 0..3 {
            print!(" ann");
            let back = chan(0);
            a.send(back.clone());
            back.recv();
        }
    });
    wg.go(move || {
        for _ in 0..3 {
            let back = ann.recv().unwrap();
            print!(" bob");
            back.send(());
        }
    });
    wg.wait();
    println!();
}
fn main() {
    run(|| {
        unfair();
        fair();
    });
}
