//! Does one kind of operation many times on the real scheduler: what the hooks of the seam cost is seen beside a build
//! without them. `runtime/benches/seam` builds both and compares.

use std::sync::Arc;
use std::time::Instant;

use goroutines::prelude::*;
use sync::atomic;

fn main() {
    let mut args = std::env::args().skip(1);
    let what = args.next().unwrap_or_default();
    let n: u64 = args.next().and_then(|n| n.parse().ok()).unwrap_or(100_000);
    // One P: what is measured is work, not luck.
    let took = Builder::new().procs(1).run(move || {
        let began = Instant::now();
        work(&what, n);
        began.elapsed()
    });
    println!("{}", took.as_nanos() as f64 / n as f64);
}

fn work(what: &str, n: u64) {
    match what {
        "atomic" => {
            let a = atomic::Int64::new(0);
            for _ in 0..n {
                a.add(1);
            }
        }
        "lock" => {
            let m = Mutex::new(0);
            (0..n).for_each(|_| *m.lock() += 1);
        }
        "read" => {
            let m = RWMutex::new(1_u64);
            assert_eq!((0..n).map(|_| *m.read()).sum::<u64>(), n);
        }
        "buffered" => {
            let ch = chan(1);
            for i in 0..n {
                ch.send(i);
                ch.recv();
            }
        }
        "pingpong" => {
            let (there, back) = (chan(0), chan(0));
            let (a, b) = (there.clone(), back.clone());
            go(move || {
                for v in &a {
                    b.send(v);
                }
            });
            for i in 0..n {
                there.send(i);
                back.recv();
            }
            there.close();
        }
        "select" => {
            let (a, b) = (chan(1), chan::<u64>(1));
            for i in 0..n {
                a.send(i);
                select! {
                    recv(a) => {},
                    recv(b) => {},
                }
            }
        }
        "gosched" => (0..n).for_each(|_| runtime::gosched()),
        "spawn" => {
            let wg = WaitGroup::new();
            for _ in 0..n {
                wg.go(|| ());
                wg.wait();
            }
        }
        "pipeline" => {
            // Three stages, a lock and a group: what programs are made of.
            let (first, last) = (chan(4), chan(4));
            let sum = Arc::new(Mutex::new(0));
            let wg = WaitGroup::new();
            for _ in 0..2 {
                let (from, to, sum) = (first.clone(), last.clone(), sum.clone());
                wg.go(move || {
                    for v in &from {
                        *sum.lock() += v;
                        to.send(v);
                    }
                });
            }
            let (out, all) = (first.clone(), last.clone());
            go(move || {
                (0..n).for_each(|i| out.send(i));
                out.close();
                wg.wait();
                all.close();
            });
            assert_eq!(last.into_iter().count() as u64, n);
        }
        _ => panic!("atomic, lock, read, buffered, pingpong, select, gosched, spawn or pipeline"),
    }
}
