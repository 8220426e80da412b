//! Channels: who waits, who is served, what is closed, and that each value arrives once and is dropped once.

use std::panic::catch_unwind;
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

mod limit;

/// A request that says where the answer goes: to the channel that it came by.
#[derive(Debug)]
#[allow(dead_code, reason = "read by Debug")]
struct Request {
    back: Chan<Request>,
}

#[test]
fn a_value_that_shows_its_own_channel_is_shown() {
    let (snapshot, free) = Builder::new().procs(1).run(|| {
        let ch = chan(1);
        ch.send(Request { back: ch.clone() });
        let out = ch.clone();
        go! { out.send(Request { back: out.clone() }) }
        runtime::gosched();
        (ch.snapshot(), format!("{ch:?}"))
    });
    let shown = Some("Request { back: Chan { cap: 1, .. } }");
    assert_eq!(snapshot.buf[0].as_deref(), shown);
    assert_eq!(snapshot.sendq[0].elem.as_deref(), shown);
    assert_eq!(free, "Chan { len: 1, cap: 1, closed: false }");
}

#[test]
fn a_snapshot_that_no_memory_holds_is_a_panic() {
    let said = crash(|| {
        // No value, no memory: any capacity will do.
        chan::<()>(1 << 56).snapshot();
    });
    assert!(
        said.starts_with("panic: a snapshot of a channel of capacity 72057594037927936"),
        "{said}"
    );
}
