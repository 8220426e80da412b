//! Who runs when, with one P: goroutines that start others, overflow, timers, talk and select, each as the same program
//! in Go 1.27.3 says.

mod said;

use std::time::{Duration, Instant};

use goroutines::prelude::*;
use said::{Said, order, said, settle};

#[test]
fn goroutines_that_start_others() {
    order("2 2.1 0 0.1 1 1.1 2.0 0.0 1.0", |said| {
        for i in 0..3 {
            let said = said.clone();
            go!({
                said.add(i);
                for j in 0..2 {
                    let said = said.clone();
                    go!(said.add(format!("{i}.{j}")));
                }
            });
        }
    });
    order("a3 a0 a1 a2 b3 b0 b1 b2", |said| {
        for i in 0..4 {
            let said = said.clone();
            go!({
                said.add(format!("a{i}"));
                runtime::gosched();
                said.add(format!("b{i}"));
            });
        }
    });
    order("w2 w0 w1 main", |said| {
        let wg = WaitGroup::new();
        for i in 0..3 {
            let said = said.clone();
            wg.go(move || said.add(format!("w{i}")));
        }
        wg.wait();
        said.add("main");
    });
}

#[test]
fn one_that_is_tied_to_its_thread_keeps_its_turn() {
    order("x2 x0 x1 y2 y0 y1", |said| {
        let wg = WaitGroup::new();
        for i in 0..3 {
            let said = said.clone();
            wg.go(move || {
                if i == 0 {
                    runtime::lock_os_thread();
                }
                said.add(format!("x{i}"));
                runtime::gosched();
                said.add(format!("y{i}"));
            });
        }
        wg.wait();
    });
}

#[test]
fn who_is_woken_and_who_is_started_take_the_same_place() {
    order("main r1 r2 g r0", |said| {
        let ch = chan(0);
        for i in 0..3 {
            let (ch, said) = (ch.clone(), said.clone());
            go!({
                ch.recv();
                said.add(format!("r{i}"));
            });
        }
        settle();
        ch.send(1);
        let starts = said.clone();
        go!(starts.add("g"));
        ch.send(1);
        said.add("main");
        ch.send(1);
        settle();
    });
}

#[test]
fn a_full_queue_gives_its_older_half_away() {
    let said = said(|said| {
        for i in 0..300 {
            let said = said.clone();
            go!(said.add(i));
        }
        settle();
    });
    let said: Vec<u32> = said.iter().map(|s| s.parse().unwrap()).collect();
    // The one that did not fit goes with the half. When their turns come between those of the others depends on how many
    // goroutines the P has run before.
    let (away, kept): (Vec<u32>, Vec<u32>) = said.iter().partition(|n| **n < 128 || **n == 256);
    let in_go: Vec<u32> = (0..128).chain([256]).collect();
    assert_eq!(away, in_go);
    let in_go: Vec<u32> = [299].into_iter().chain(128..256).chain(257..299).collect();
    assert_eq!(kept, in_go);
}

#[test]
fn timers_that_are_due_together() {
    order("f3 f0 f1 f2", |said| {
        for i in 0..4 {
            let said = said.clone();
            time::after_func(Duration::from_millis(5 + i), move || {
                said.add(format!("f{i}"));
            });
        }
        let start = Instant::now();
        // Nobody looks at the timers until all are due.
        while start.elapsed() < Duration::from_millis(9) {
            std::hint::spin_loop();
        }
        settle();
    });
}

#[test]
fn one_who_sends_and_one_who_receives() {
    order("r0 s0 s1 r1 r2 s2 s3 r3 end", |said| {
        talk(said, 0, 4, true);
    });
    order("s0 s1 r0 r1 r2 s2 s3 s4 s5 r3 r4 r5", |said| {
        talk(said, 2, 6, false);
    });
}

fn talk(said: &Said, cap: usize, items: i32, tell_end: bool) {
    let (ch, done) = (chan(cap), chan::<()>(0));
    let (from, over, receives) = (ch.clone(), done.clone(), said.clone());
    go!({
        for v in &from {
            receives.add(format!("r{v}"));
        }
        if tell_end {
            receives.add("end");
        }
        over.close();
    });
    for i in 0..items {
        ch.send(i);
        said.add(format!("s{i}"));
    }
    ch.close();
    done.recv();
}

#[test]
fn selects_that_wait_for_the_same() {
    order("b1 b2 a0", |said| {
        let (a, b) = (chan(0), chan(0));
        for i in 0..3 {
            let (a, b, said) = (a.clone(), b.clone(), said.clone());
            go!({
                select! {
                    recv(a) => said.add(format!("a{i}")),
                    recv(b) => said.add(format!("b{i}")),
                }
            });
        }
        settle();
        b.send(1);
        a.send(1);
        b.close();
        settle();
    });
}

mod limit;
