//! Who runs when, with one P: the orders that Go 1.27 has for the same programs, run beside it.

mod said;

use std::panic::catch_unwind;
use std::sync::Arc;

use goroutines::prelude::*;
use said::{order, settle};

#[test]
fn closing_wakes_the_first_and_then_the_last() {
    order("0 4 3 2 1", |said| {
        let ch = chan::<i32>(0);
        for i in 0..5 {
            let (ch, said) = (ch.clone(), said.clone());
            go!({
                ch.recv();
                said.add(i);
            });
            settle();
        }
        ch.close();
    });
    order("0 4 3 2 1", |said| {
        let ch = chan::<i32>(0);
        for i in 0..5 {
            let (ch, said) = (ch.clone(), said.clone());
            go!({
                let _ = catch_unwind(|| ch.send(i));
                said.add(i);
            });
            settle();
        }
        ch.close();
    });
}

#[test]
fn groups_readers_and_conditions_wake_the_last_first() {
    order("4 0 1 2 3", |said| {
        let wg = WaitGroup::new();
        wg.add(1);
        for i in 0..5 {
            let (wg, said) = (wg.clone(), said.clone());
            go!({
                wg.wait();
                said.add(i);
            });
            settle();
        }
        wg.done();
    });
    order("4 0 1 2 3", |said| {
        let rw = Arc::new(RWMutex::new(()));
        let held = rw.write();
        for i in 0..5 {
            let (rw, said) = (rw.clone(), said.clone());
            go!({
                let _r = rw.read();
                said.add(i);
            });
            settle();
        }
        drop(held);
        settle();
    });
    for with_lock in [true, false] {
        order("4 0 1 2 3", |said| {
            let c = Arc::new((Mutex::new(()), Cond::new()));
            for i in 0..5 {
                let (c, said) = (c.clone(), said.clone());
                go!({
                    let g = c.0.lock();
                    let _g = c.1.wait(g);
                    said.add(i);
                });
                settle();
            }
            let held = with_lock.then(|| c.0.lock());
            c.1.broadcast();
            drop(held);
            settle();
        });
    }
}

#[test]
fn writers_and_readers_take_turns() {
    order("w0 r0 r1 r2 w1 w2", |said| {
        let rw = Arc::new(RWMutex::new(()));
        let held = rw.read();
        for i in 0..3 {
            let (w, s) = (rw.clone(), said.clone());
            go!({
                let _w = w.write();
                s.add(format!("w{i}"));
            });
            settle();
            let (r, s) = (rw.clone(), said.clone());
            go!({
                let _r = r.read();
                s.add(format!("r{i}"));
            });
            settle();
        }
        drop(held);
        settle();
    });
}

#[test]
fn a_mutex_goes_to_who_waited_longest() {
    for barging in [false, true] {
        order(
            "0 after0 1 after1 2 after2 3 after3 4 after4",
            move |said| {
                let m = Arc::new(Mutex::new(()));
                let held = m.lock();
                for i in 0..5 {
                    let (m, said) = (m.clone(), said.clone());
                    go!({
                        let g = m.lock();
                        said.add(i);
                        drop(g);
                        said.add(format!("after{i}"));
                    });
                    settle();
                }
                drop(held);
                if barging {
                    let again = m.lock();
                    settle();
                    drop(again);
                }
                settle();
            },
        );
    }
}

#[test]
fn once_is_run_by_the_first_and_the_others_follow() {
    order("f 3 0 1 2", |said| {
        let once = Arc::new(Once::new());
        for i in 0..4 {
            let (once, said) = (once.clone(), said.clone());
            go!({
                once.call(|| {
                    runtime::gosched();
                    said.add("f");
                });
                said.add(i);
            });
        }
        settle();
    });
}

#[test]
fn values_and_their_senders_alternate() {
    order("s0 s1 r0 r1 r2 r3 r4 s4 s2 s3", |said| {
        let ch = chan(2);
        for i in 0..5 {
            let (ch, said) = (ch.clone(), said.clone());
            go!({
                ch.send(i);
                said.add(format!("s{i}"));
            });
            settle();
        }
        for _ in 0..5 {
            said.add(format!("r{}", ch.recv().unwrap()));
        }
    });
    order("s2 r2 s0 r0 s1 r1", |said| {
        let ch = chan(0);
        for i in 0..3 {
            let (ch, said) = (ch.clone(), said.clone());
            go!({
                ch.send(i);
                said.add(format!("s{i}"));
            });
        }
        for _ in 0..3 {
            said.add(format!("r{}", ch.recv().unwrap()));
        }
    });
}

mod limit;
