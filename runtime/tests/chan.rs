//! Channels: who waits, who is served, what is closed, and that each value arrives once and is dropped once.

use std::panic::catch_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use goroutines::prelude::*;
use goroutines::{Crash, WouldBlock};

fn one() -> Builder {
    Builder::new().procs(1)
}

/// The text of a crash, which there must be.
fn crash(main: impl FnOnce()) -> String {
    match one().try_run(main) {
        Ok(()) => panic!("the program ended well"),
        Err(c) => c.to_string(),
    }
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

// ---- nil, closed ------------------------------------------------------------------------------------------------

#[test]
fn a_nil_channel_blocks_and_its_tries_fail() {
    let nil = Chan::<i32>::nil();
    assert_eq!(nil.try_send(1), Err(1));
    assert_eq!(nil.try_recv(), Err(WouldBlock));
    assert_eq!((nil.len(), nil.cap(), nil.is_nil()), (0, 0, true));
    assert_eq!(
        nil.snapshot(),
        goroutines::ChanSnapshot::default(),
        "a picture of nothing"
    );
    assert_eq!(panics(move || nil.close()), "close of nil channel");

    let text = crash(|| Chan::<i32>::nil().send(1));
    assert!(text.starts_with("fatal error: all goroutines are asleep - deadlock!\n\ngoroutine 1 [chan send (nil chan)]:\n"), "{text}");
    let text = crash(|| {
        RecvChan::<i32>::nil().recv();
    });
    assert!(
        text.contains("\ngoroutine 1 [chan receive (nil chan)]:\n"),
        "{text}"
    );
    let text = crash(|| for _ in &Chan::<i32>::nil() {});
    assert!(
        text.contains("\ngoroutine 1 [chan receive (nil chan)]:\n"),
        "{text}"
    );
}

#[test]
fn a_closed_channel_gives_what_it_has_and_then_none() {
    for cap in [1, 2, 7] {
        let ch = chan(cap);
        for i in 0..cap {
            ch.send(i);
        }
        ch.close();
        assert_eq!(ch.len(), cap);
        for i in 0..cap {
            if i % 2 == 0 {
                assert_eq!(ch.recv(), Some(i));
            } else {
                assert_eq!(ch.try_recv(), Ok(Some(i)));
            }
        }
        for _ in 0..3 {
            assert_eq!(ch.recv(), None);
            assert_eq!(ch.try_recv(), Ok(None));
        }
    }
}

#[test]
fn misuse_of_a_closed_channel_panics_in_gos_words() {
    let ch = chan(1);
    ch.close();
    let c = ch.clone();
    assert_eq!(panics(move || c.send(1)), "send on closed channel");
    let c = ch.clone();
    assert_eq!(
        panics(move || assert_eq!(c.try_send(1), Ok(()))),
        "send on closed channel"
    );
    assert_eq!(panics(move || ch.close()), "close of closed channel");

    let text = crash(|| {
        let ch = chan(0);
        ch.close();
        ch.send(1);
    });
    assert!(
        text.starts_with("panic: send on closed channel\n\ngoroutine 1 [running]:\n"),
        "{text}"
    );
}

#[test]
fn a_size_that_no_memory_has_is_refused() {
    for cap in [usize::MAX, isize::MAX as usize, 1 << 50] {
        let text = panics(move || drop(chan::<u64>(cap)));
        assert_eq!(text, "makechan: size out of range");
    }
    assert_eq!(
        panics(|| drop(chan::<()>(usize::MAX))),
        "makechan: size out of range"
    );
    assert_eq!(chan::<()>(1 << 40).cap(), 1 << 40);
}

// ---- who waits --------------------------------------------------------------------------------------------------

#[test]
fn a_send_waits_until_there_is_room_or_a_receiver() {
    for cap in 0..4 {
        one().run(|| {
            let ch = chan(cap);
            let sent = Shared::new(0);
            let (c, s) = (ch.clone(), sent.clone());
            go!({
                for i in 0..cap + 3 {
                    c.send(i);
                    s.set(i + 1);
                }
            });
            settle();
            assert_eq!((sent.get(), ch.len()), (cap, cap));
            assert_eq!(ch.try_send(99), Err(99));
            for i in 0..cap + 3 {
                assert_eq!(ch.recv(), Some(i), "in order, also where the buffer turns");
                settle();
                assert_eq!(sent.get(), (cap + i + 1).min(cap + 3));
            }
            assert_eq!(ch.try_recv(), Err(WouldBlock));
        });
    }
}

#[test]
fn a_receive_waits_until_there_is_a_value() {
    for cap in 0..4 {
        one().run(|| {
            let ch = chan(cap);
            let got = Shared::new(None);
            let (c, g) = (ch.clone(), got.clone());
            go!({ g.set(c.recv()) });
            settle();
            assert_eq!(got.get(), None);
            assert_eq!(
                ch.try_send(5),
                Ok(()),
                "somebody waits, so no buffer is needed"
            );
            assert_eq!(ch.len(), 0, "it was handed over");
            settle();
            assert_eq!(got.get(), Some(5));
        });
    }
}

#[test]
fn a_rendezvous_takes_what_is_tried_when_the_other_waits() {
    one().run(|| {
        let ch = chan(0);
        assert_eq!(ch.try_send(1), Err(1));
        assert_eq!(ch.try_recv(), Err(WouldBlock));
        let c = ch.clone();
        go!({ c.send(2) });
        settle();
        assert_eq!((ch.len(), ch.cap()), (0, 0));
        assert_eq!(ch.try_recv(), Ok(Some(2)));
        assert_eq!(ch.try_recv(), Err(WouldBlock));
    });
}

#[test]
fn waiting_receivers_are_served_first_come_first_served() {
    one().run(|| {
        let ch = chan(0);
        let order = chan(10);
        for i in 0..10 {
            let (ch, order) = (ch.clone(), order.clone());
            go!({ order.send((i, ch.recv())) });
            settle();
        }
        for v in 0..10 {
            ch.send(v);
            settle();
        }
        for i in 0..10 {
            assert_eq!(order.recv(), Some((i, Some(i))));
        }
    });
}

#[test]
fn waiting_senders_are_served_first_come_first_served() {
    for cap in [0, 3] {
        one().run(|| {
            let ch = chan(cap);
            for i in 0..10 {
                let ch = ch.clone();
                go!({ ch.send(i) });
                settle();
            }
            for i in 0..10 {
                assert_eq!(ch.recv(), Some(i));
            }
        });
    }
}

// ---- close wakes ------------------------------------------------------------------------------------------------

#[test]
fn close_wakes_receivers_in_gos_order() {
    let order = one().run(|| {
        let (ch, order) = (chan::<()>(0), chan(5));
        for i in 0..5 {
            let (ch, order) = (ch.clone(), order.clone());
            go!({
                assert_eq!(ch.recv(), None);
                order.send(i);
            });
            settle();
        }
        ch.close();
        settle();
        order.close();
        order.into_iter().collect::<Vec<_>>()
    });
    assert_eq!(order, [0, 4, 3, 2, 1]);
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
                    let e = catch_unwind(std::panic::AssertUnwindSafe(|| ch.send(v)))
                        .expect_err("it was sent");
                    assert_eq!(e.downcast_ref(), Some(&"send on closed channel"));
                    s.fetch_add(1, Ordering::SeqCst);
                });
            }
            settle();
            assert_eq!(ch.snapshot_len(), cap);
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

/// `snapshot` needs `Debug`; the number of values does not.
trait SnapshotLen {
    fn snapshot_len(&self) -> usize;
}
impl<T> SnapshotLen for Chan<T> {
    fn snapshot_len(&self) -> usize {
        self.len()
    }
}

// ---- every value once -------------------------------------------------------------------------------------------

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
    let c = std::panic::AssertUnwindSafe((ch, v));
    assert_eq!(
        panics(move || {
            let std::panic::AssertUnwindSafe((ch, v)) = c;
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

// ---- range, ends, identity --------------------------------------------------------------------------------------

#[test]
fn range_receives_until_closed_and_drained() {
    let sum = Builder::new().procs(2).run(|| {
        let ch = chan(3);
        let out = ch.sender();
        go!({
            for i in 1..=100 {
                out.send(i);
            }
            out.close();
        });
        let mut sum = 0;
        for v in &ch {
            sum += v;
        }
        let mut again = ch.iter();
        assert_eq!((again.next(), again.next()), (None, None));
        sum
    });
    assert_eq!(sum, 5050);
}

#[test]
#[allow(
    clippy::mutable_key_type,
    reason = "a channel is hashed by its address, which stays"
)]
fn ends_and_clones_are_the_same_channel() {
    let a = chan(1);
    let b = a.clone();
    let c = chan::<i32>(1);
    assert_eq!(a, b);
    assert_ne!(a, c);
    assert_eq!(a.sender(), b.sender());
    assert_ne!(a.receiver(), c.receiver());
    assert_eq!(Chan::<i32>::nil(), Chan::default());
    assert_ne!(Chan::nil(), c);
    a.sender().send(1);
    assert_eq!((b.len(), b.receiver().len(), b.sender().len()), (1, 1, 1));
    assert_eq!(b.receiver().recv(), Some(1));
    let set: std::collections::HashSet<_> = [a, b, c].into();
    assert_eq!(set.len(), 2);
}

#[test]
fn channels_are_sent_over_channels() {
    one().run(|| {
        let requests = chan::<(i32, SendChan<i32>)>(0);
        let server = requests.receiver();
        go!({
            for (n, reply) in server {
                reply.send(n * n);
            }
        });
        for n in 0..5 {
            let reply = chan(0);
            requests.send((n, reply.sender()));
            assert_eq!(reply.recv(), Some(n * n));
        }
    });
}

#[test]
fn debug_says_how_full_it_is() {
    let ch = chan(2);
    ch.send(1);
    assert_eq!(format!("{ch:?}"), "Chan { len: 1, cap: 2, closed: false }");
    ch.close();
    assert_eq!(
        format!("{:?}", ch.receiver()),
        "RecvChan { len: 1, cap: 2, closed: true }"
    );
    assert_eq!(format!("{:?}", SendChan::<i32>::nil()), "SendChan(nil)");
}

#[test]
fn a_snapshot_shows_buffer_indices_and_queues() {
    one().run(|| {
        let ch = chan(3);
        for i in 0..3 {
            ch.send(i);
        }
        ch.recv();
        ch.recv();
        ch.send(3);
        let s = ch.snapshot();
        assert_eq!((s.cap, s.qcount, s.sendx, s.recvx), (3, 2, 1, 2));
        assert_eq!(s.buf, [Some("3".to_string()), None, Some("2".to_string())]);
        ch.send(4);
        for v in [5, 6] {
            let ch = ch.clone();
            go!({ ch.send(v) });
            settle();
        }
        let s = ch.snapshot();
        let waiting: Vec<_> = s
            .sendq
            .iter()
            .map(|w| (w.goroutine, w.elem.as_deref()))
            .collect();
        assert_eq!(waiting, [(2, Some("5")), (3, Some("6"))]);
        assert!(s.recvq.is_empty() && !s.closed);

        let empty = chan::<String>(0);
        let e = empty.clone();
        go!({ drop(e.recv()) });
        settle();
        let s = empty.snapshot();
        assert_eq!(s.recvq.len(), 1);
        assert_eq!((s.recvq[0].goroutine, &s.recvq[0].elem), (4, &None));
        empty.close();
        assert!(empty.snapshot().closed);
    });
}

// ---- places and ends --------------------------------------------------------------------------------------------

#[test]
fn a_deadlock_names_the_line_that_waits() {
    let line = line!() + 1;
    let text = crash(|| assert_eq!(chan::<i32>(0).recv(), None));
    assert!(text.contains(&format!("/chan.rs:{line}\n")), "{text}");

    let line = line!() + 1;
    let text = crash(|| chan(0).send(1));
    assert!(text.contains(&format!("/chan.rs:{line}\n")), "{text}");

    let line = line!() + 3;
    let text = crash(|| {
        let ch = chan::<i32>(0);
        for v in &ch {
            assert_eq!(v, 0);
        }
    });
    assert!(text.contains(&format!("/chan.rs:{line}\n")), "{text}");

    let line = line!() + 3;
    let text = crash(|| {
        let ch = chan::<i32>(0);
        assert_eq!(ch.iter().map(|v| v + 1).max(), None);
    });
    assert!(text.contains(&format!("/chan.rs:{line}\n")), "{text}");
}

#[test]
fn a_panic_of_a_channel_names_the_line_that_called() {
    let line = line!() + 4;
    let text = crash(|| {
        let ch = chan::<i32>(1);
        for _ in 0..2 {
            ch.close()
        }
    });
    assert!(
        text.starts_with("panic: close of closed channel\n"),
        "{text}"
    );
    assert!(text.contains(&format!("/chan.rs:{line}\n")), "{text}");
}

#[test]
fn outside_of_a_goroutine_what_need_not_wait_works() {
    let ch = chan(1);
    ch.send(1);
    assert_eq!(ch.recv(), Some(1));
    let drops = Drops::default();
    let full = chan(0);
    let call = std::panic::AssertUnwindSafe((full.clone(), drops.value(0)));
    let e = catch_unwind(move || {
        let std::panic::AssertUnwindSafe((ch, v)) = call;
        ch.send(v);
    })
    .expect_err("nobody could receive");
    let text = e.downcast_ref::<String>().expect("a text");
    assert!(text.contains("outside of a goroutine"), "{text}");
    assert_eq!(drops.count(), 1);
    assert_eq!(full.try_recv().err(), Some(WouldBlock), "it is not locked");
}

#[test]
fn a_thread_outside_wakes_a_goroutine() {
    let ch = chan(0);
    let c = ch.clone();
    let got = Builder::new().procs(2).run(move || {
        let outside = std::thread::spawn(move || {
            let mut v = 7;
            while let Err(back) = c.try_send(v) {
                v = back;
                std::thread::sleep(Duration::from_millis(1));
            }
        });
        // A sleeper, so that waiting for the outside is no deadlock.
        go!({ time::sleep(Duration::from_secs(3600)) });
        let got = ch.recv();
        outside.join().unwrap();
        got
    });
    assert_eq!(got, Some(7));
}

#[test]
fn a_channel_outlives_the_runtime_that_waited_on_it() {
    let ch = chan(0);
    for _ in 0..20 {
        let c = ch.clone();
        let crash = one().try_run(move || {
            for _ in 0..3 {
                let c = c.clone();
                go!({ assert_eq!(c.recv(), None) });
            }
            c.recv();
        });
        assert!(matches!(crash, Err(Crash::Deadlock(_))));
        assert_eq!(
            ch.try_send(1),
            Err(1),
            "those who waited are gone, and out of the queue"
        );
    }
    let c = ch.clone();
    one().run(move || {
        let d = c.clone();
        go!({ d.send(5) });
        assert_eq!(c.recv(), Some(5));
    });
}

#[test]
fn two_runtimes_talk_over_a_channel() {
    let (there, back) = (chan::<i32>(0), chan::<i32>(1));
    let (t, b) = (there.clone(), back.clone());
    let keep = || go!({ time::sleep(Duration::from_secs(3600)) });
    let other = std::thread::spawn(move || {
        one().run(move || {
            keep();
            for v in t {
                b.send(v * 2);
            }
        });
    });
    one().run(move || {
        keep();
        for i in 0..200 {
            there.send(i);
            assert_eq!(back.recv(), Some(i * 2));
        }
        there.close();
    });
    other.join().unwrap();
}
