//! Values on their way: each is received once and dropped once, whatever ends first.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use goroutines::WouldBlock;
use goroutines::prelude::*;

fn one() -> Builder {
    Builder::new().procs(1)
}

/// What a call panics with; the library's payloads are `&'static str`.
fn panics(f: impl FnOnce() + std::panic::UnwindSafe) -> &'static str {
    let payload = catch_unwind(f).expect_err("it did not panic");
    payload
        .downcast_ref::<&'static str>()
        .expect("a &'static str")
}

/// Lets the others run until each waits or has ended. For one P.
fn settle() {
    for _ in 0..100 {
        runtime::gosched();
    }
}

/// Counts how often values of one test are dropped.
#[derive(Clone, Default)]
struct Drops(Arc<AtomicUsize>);

impl Drops {
    fn value(&self, n: usize) -> Counted {
        Counted(n, self.clone())
    }
    fn count(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

struct Counted(usize, Drops);

impl Drop for Counted {
    fn drop(&mut self) {
        self.1.0.fetch_add(1, Ordering::SeqCst);
    }
}

#[test]
fn close_wakes_senders_and_they_panic() {
    for cap in [0, 2] {
        let drops = Drops::default();
        let (d, seen) = (drops.clone(), Arc::new(AtomicUsize::new(0)));
        let s = seen.clone();
        one().run(move || {
            let ch = chan(cap);
            for i in 0..cap {
                ch.send(d.value(i));
            }
            for i in 0..3 {
                let (ch, v, s) = (ch.clone(), d.value(cap + i), s.clone());
                go!({
                    let e = catch_unwind(AssertUnwindSafe(|| ch.send(v))).expect_err("it was sent");
                    assert_eq!(e.downcast_ref(), Some(&"send on closed channel"));
                    s.fetch_add(1, Ordering::SeqCst);
                });
            }
            settle();
            assert_eq!(ch.len(), cap);
            ch.close();
            settle();
            assert_eq!(s.load(Ordering::SeqCst), 3);
            assert_eq!(d.count(), 3, "those that could not be sent");
            assert_eq!((&ch).into_iter().count(), cap, "the buffer is still there");
            assert_eq!(d.count(), cap + 3);
        });
        assert_eq!(drops.count(), cap + 3);
    }
}

#[test]
fn every_value_is_received_once_and_dropped_once() {
    const EACH: usize = 2_000;
    for (procs, cap, senders, receivers) in [
        (1, 0, 3, 3),
        (2, 0, 4, 2),
        (2, 1, 2, 4),
        (2, 10, 4, 4),
        (2, 1000, 3, 1),
    ] {
        let drops = Drops::default();
        let d = drops.clone();
        let seen: Arc<Vec<AtomicUsize>> =
            Arc::new((0..senders * EACH).map(|_| AtomicUsize::new(0)).collect());
        let s = seen.clone();
        Builder::new().procs(procs).run(move || {
            let ch = chan(cap);
            let (sending, receiving) = (WaitGroup::new(), WaitGroup::new());
            for n in 0..senders {
                let (ch, d) = (ch.clone(), d.clone());
                sending.go(move || {
                    for i in 0..EACH {
                        let mut v = d.value(n * EACH + i);
                        if i % 3 == 0 {
                            // The value comes back from each try in vain.
                            while let Err(back) = ch.try_send(v) {
                                v = back;
                                runtime::gosched();
                            }
                        } else {
                            ch.send(v);
                        }
                    }
                });
            }
            for n in 0..receivers {
                let (ch, s) = (ch.clone(), s.clone());
                receiving.go(move || {
                    loop {
                        let v = if n % 2 == 0 {
                            match ch.recv() {
                                Some(v) => v,
                                None => return,
                            }
                        } else {
                            match ch.try_recv() {
                                Ok(Some(v)) => v,
                                Ok(None) => return,
                                Err(WouldBlock) => {
                                    runtime::gosched();
                                    continue;
                                }
                            }
                        };
                        s[v.0].fetch_add(1, Ordering::Relaxed);
                    }
                });
            }
            sending.wait();
            ch.close();
            receiving.wait();
        });
        assert!(seen.iter().all(|n| n.load(Ordering::Relaxed) == 1));
        assert_eq!(drops.count(), senders * EACH);
    }
}

#[test]
fn one_sender_is_received_in_order() {
    for cap in [0, 1, 5] {
        Builder::new().procs(2).run(|| {
            let ch = chan(cap);
            let c = ch.clone();
            go!({
                for i in 0..5_000 {
                    c.send(i);
                }
                c.close();
            });
            let mut next = 0;
            for v in &ch {
                assert_eq!(v, next);
                next += 1;
            }
            assert_eq!(next, 5_000);
        });
    }
}

#[test]
fn a_channel_that_dies_drops_what_it_has() {
    let drops = Drops::default();
    let ch = chan(4);
    // Not from the start of the buffer on.
    for i in 0..3 {
        ch.send(drops.value(i));
        drop(ch.recv());
    }
    for i in 0..4 {
        ch.send(drops.value(i));
    }
    assert_eq!(drops.count(), 3);
    let other = ch.clone();
    drop(ch);
    assert_eq!(drops.count(), 3, "somebody still has it");
    drop(other);
    assert_eq!(drops.count(), 7);
}

#[test]
fn a_value_that_cannot_be_sent_comes_back_or_is_dropped() {
    let drops = Drops::default();
    let ch = chan(0);
    let back = ch.try_send(drops.value(7)).unwrap_err();
    assert_eq!((back.0, drops.count()), (7, 0));
    drop(back);
    ch.close();
    let v = drops.value(8);
    let c = AssertUnwindSafe((ch, v));
    assert_eq!(
        panics(move || {
            let AssertUnwindSafe((ch, v)) = c;
            ch.send(v);
        }),
        "send on closed channel"
    );
    assert_eq!(drops.count(), 2);
}

#[test]
fn a_goroutine_that_ends_drops_what_it_received() {
    let drops = Drops::default();
    let d = drops.clone();
    one().run(move || {
        let ch = chan(0);
        for end in [true, false] {
            let c = ch.clone();
            go!({
                let _v = c.recv();
                if end {
                    runtime::goexit();
                }
                let _ = catch_unwind(|| panic!("on its way"));
            });
        }
        ch.send(d.value(1));
        ch.send(d.value(2));
        settle();
        assert_eq!(d.count(), 2);
    });
    assert_eq!(drops.count(), 2);
}

#[test]
fn values_of_any_size_arrive_whole() {
    Builder::new().procs(2).run(|| {
        let nothing = chan(0);
        let large = chan(2);
        let boxed = chan::<Box<dyn Fn() -> usize + Send>>(0);
        let (n, l, b) = (nothing.clone(), large.clone(), boxed.clone());
        go!({
            for i in 0..50usize {
                n.send(());
                l.send([i; 100]);
                b.send(Box::new(move || i));
            }
        });
        for i in 0..50 {
            assert_eq!(nothing.recv(), Some(()));
            assert_eq!(large.recv(), Some([i; 100]));
            assert_eq!(boxed.recv().map(|f| f()), Some(i));
        }
    });
}

#[test]
fn a_sieve_of_goroutines_finds_primes() {
    let primes = Builder::new().procs(2).run(|| {
        let mut numbers = chan(1);
        let all = numbers.clone();
        go!({
            for i in 2.. {
                all.send(i);
            }
        });
        let mut primes = Vec::new();
        for _ in 0..30 {
            let prime = numbers.recv().unwrap();
            primes.push(prime);
            let rest = chan(1);
            let (from, to) = (numbers, rest.clone());
            go!({
                for n in from {
                    if n % prime != 0 {
                        to.send(n);
                    }
                }
            });
            numbers = rest;
        }
        primes
    });
    assert_eq!(primes[..5], [2, 3, 5, 7, 11]);
    assert_eq!(primes[29], 113);
}

#[test]
fn a_ring_of_goroutines_passes_a_value_round() {
    const N: usize = 100;
    const ROUNDS: usize = 50;
    Builder::new().procs(2).run(|| {
        let ring: Vec<Chan<usize>> = (0..N).map(|i| chan(i % 3)).collect();
        for i in 1..N {
            let (from, to) = (ring[i - 1].receiver(), ring[i].sender());
            go!({
                for v in from {
                    to.send(v + 1);
                }
            });
        }
        for round in 0..ROUNDS {
            ring[0].send(round);
            assert_eq!(ring[N - 1].recv(), Some(round + N - 1));
        }
    });
}

#[test]
fn outside_of_a_goroutine_what_need_not_wait_works() {
    let ch = chan(1);
    ch.send(1);
    assert_eq!(ch.recv(), Some(1));
    let drops = Drops::default();
    let full = chan(0);
    let call = AssertUnwindSafe((full.clone(), drops.value(0)));
    let e = catch_unwind(move || {
        let AssertUnwindSafe((ch, v)) = call;
        ch.send(v);
    })
    .expect_err("nobody could receive");
    let text = e.downcast_ref::<String>().expect("a text");
    assert!(text.contains("outside of a goroutine"), "{text}");
    assert_eq!(drops.count(), 1);
    assert_eq!(full.try_recv().err(), Some(WouldBlock), "it is not locked");
}

mod limit;

/// As large as a value of a channel may be in Go.
type Large = [u8; 64 << 10];

#[inline(never)]
fn send_large(ch: &Chan<Large>, v: u8) {
    ch.send([v; 64 << 10]);
}

#[inline(never)]
fn receive_large(ch: &Chan<Large>) -> Option<u8> {
    ch.recv().map(|v| v[1_000])
}

#[inline(never)]
fn try_large(ch: &Chan<Large>) -> bool {
    ch.try_send([3; 64 << 10]).is_ok() && ch.try_recv().is_ok()
}

#[inline(never)]
fn select_large(from: &Chan<Large>, to: &Chan<Large>) -> bool {
    select! {
        send(to, [4; 64 << 10]) => false,
        recv(from) -> v => v.is_some_and(|v| v[1_000] == 2),
    }
}

#[test]
fn large_values_pass_on_the_stack_that_every_goroutine_has() {
    let passed = one().try_run(|| {
        for cap in [0, 1] {
            let (ch, full) = (chan(cap), chan(cap));
            let from = ch.clone();
            let wg = WaitGroup::new();
            wg.go(move || {
                assert_eq!(receive_large(&from), Some(1));
                assert!(select_large(&from, &full) || cap == 1);
            });
            send_large(&ch, 1);
            send_large(&ch, 2);
            wg.wait();
        }
        assert!(try_large(&chan(1)));
    });
    assert_eq!(passed, Ok(()));
}
