//! Who runs when, with one P: of goroutines that are started, that talk, that wait for locks, timers and each other.

use std::io::{Read as _, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use goroutines::io;
use goroutines::prelude::*;
use goroutines::sync::{Pool, raw};

use crate::said::{align, say, settle, states};
use crate::table::{Case, one};

pub const CASES: &[Case] = &[
    one("order/spawned_in_a_loop", spawned_in_a_loop),
    one("order/spawned_by_the_spawned", spawned_by_the_spawned),
    one("order/more_than_a_queue_holds", more_than_a_queue_holds),
    one("order/yielding_in_turn", yielding_in_turn),
    one("order/the_global_queue_comes_in_time", global_in_time),
    one("order/two_who_talk_share_a_turn", two_who_talk),
    one("order/unbuffered_pair", unbuffered_pair),
    one("order/buffered_1", || buffered(1)),
    one("order/buffered_3", || buffered(3)),
    one("order/producers_and_consumers", producers_and_consumers),
    one("order/stages_of_a_pipeline", stages),
    one("order/who_waits_for_a_group", waiters_of_a_group),
    one("order/a_mutex_is_handed_on", mutex_handed_on).if_nothing_pauses(),
    one("order/a_mutex_is_taken_by_who_runs", mutex_barging).if_nothing_pauses(),
    one("order/a_mutex_that_starves", mutex_starving).if_nothing_pauses(),
    one("order/readers_and_writers", readers_and_writers).if_nothing_pauses(),
    one("order/a_condition", condition),
    one("order/closing_wakes_all", closing_wakes_all),
    one("order/selects_stand_in_two_queues", selects_in_two_queues),
    one("order/once_and_those_who_come_meanwhile", once_meanwhile),
    one("order/sleepers_by_their_time", sleepers_by_time).if_nothing_pauses(),
    one("order/sleepers_all_due_at_once", sleepers_at_once).if_nothing_pauses(),
    one("order/timers_all_due_at_once", timers_at_once).if_nothing_pauses(),
    one("order/pipes_all_ready_at_once", pipes_at_once),
    one("order/deadlines_all_due_at_once", deadlines_at_once).if_nothing_pauses(),
    one("order/a_goroutine_that_ends_early", ends_early),
    one("order/what_a_pool_gives_back", pool),
    one("order/fewer_and_more_ps", procs),
    one("order/locked_to_a_thread", locked_to_a_thread),
];

/// Computes for `d` without giving way.
fn spin(d: Duration) {
    let start = Instant::now();
    while start.elapsed() < d {
        std::hint::spin_loop();
    }
}

/// How long it is until `after` has passed since `start`.
fn until(start: Instant, after: Duration) -> Duration {
    after.saturating_sub(start.elapsed())
}

fn micros(n: u64) -> Duration {
    Duration::from_micros(n)
}

fn spawned_in_a_loop() {
    let wg = WaitGroup::new();
    for i in 0..10 {
        wg.add(1);
        let wg = wg.clone();
        go!({
            say!("runs {i}");
            wg.done();
        });
    }
    wg.wait();
    say!("waited");
}

fn spawned_by_the_spawned() {
    let wg = WaitGroup::new();
    for i in 0..3 {
        let group = wg.clone();
        wg.go(move || {
            say!("outer {i}");
            for j in 0..3 {
                group.go(move || say!("inner {i} {j}"));
            }
            say!("outer {i} ends");
        });
    }
    wg.wait();
}

fn more_than_a_queue_holds() {
    align();
    let order = Arc::new(std::sync::Mutex::new(Vec::new()));
    for i in 0..700 {
        let order = order.clone();
        go!({ order.lock().unwrap().push(i.to_string()) });
    }
    for _ in 0..20 {
        runtime::gosched();
    }
    say!("[{}]", order.lock().unwrap().join(" "));
}

fn yielding_in_turn() {
    align();
    for i in 0..4 {
        go!({
            for round in 0..3 {
                say!("{i} in round {round}");
                runtime::gosched();
            }
        });
    }
    settle();
}

fn global_in_time() {
    fn again(stop: Arc<AtomicBool>, turns: Arc<AtomicI32>) {
        turns.fetch_add(1, Ordering::Relaxed);
        if !stop.load(Ordering::Relaxed) {
            go(move || again(stop, turns));
            go(|| {});
        }
    }
    align();
    let (stop, turns) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicI32::new(0)),
    );
    let (s, t) = (stop.clone(), turns.clone());
    go(move || again(s, t));
    for _ in 0..3 {
        runtime::gosched();
        say!("after {}", turns.load(Ordering::Relaxed));
    }
    stop.store(true, Ordering::Relaxed);
    settle();
}

fn two_who_talk() {
    let (ping, pong) = (chan(0), chan(0));
    go!({ say!("the third one") });
    let (questions, answers) = (ping.clone(), pong.clone());
    go!({
        for v in &questions {
            answers.send(v + 1);
        }
        say!("answered all");
    });
    for i in 0..50 {
        ping.send(i);
        pong.recv();
    }
    ping.close();
    say!("asked all");
    settle();
}

fn unbuffered_pair() {
    let ch = chan(0);
    let out = ch.clone();
    go!({
        for i in 0..5 {
            out.send(i);
            say!("sent {i}");
        }
        out.close();
    });
    for v in &ch {
        say!("received {v}");
    }
}

fn buffered(cap: usize) {
    let (ch, done) = (chan(cap), chan(0));
    let (values, tell) = (ch.clone(), done.clone());
    go!({
        for v in &values {
            say!("received {v}");
        }
        tell.send(true);
    });
    for i in 0..8 {
        ch.send(i);
        say!("sent {i}");
    }
    ch.close();
    done.recv();
}

fn producers_and_consumers() {
    let ch = chan(2);
    let (producers, consumers) = (WaitGroup::new(), WaitGroup::new());
    for p in 0..3 {
        let ch = ch.clone();
        producers.go(move || {
            for i in 0..4 {
                ch.send([p, i]);
            }
            say!("producer {p} ends");
        });
    }
    for c in 0..2 {
        let ch = ch.clone();
        consumers.go(move || {
            for v in &ch {
                say!("consumer {c} has {} {}", v[0], v[1]);
            }
            say!("consumer {c} ends");
        });
    }
    producers.wait();
    ch.close();
    consumers.wait();
}

fn stages() {
    fn stage(name: &'static str, from: Chan<i32>, f: fn(i32) -> i32) -> Chan<i32> {
        let out = chan(0);
        let to = out.clone();
        go!({
            for v in &from {
                say!("{name} {v}");
                to.send(f(v));
            }
            to.close();
            say!("{name} ends");
        });
        out
    }
    let source = chan(0);
    let to = source.clone();
    go!({
        for i in 0..4 {
            to.send(i);
        }
        to.close();
    });
    let twice = stage("doubles", source, |v| 2 * v);
    let more = stage("adds", twice, |v| v + 1);
    for v in &more {
        say!("out {v}");
    }
    settle();
}

fn waiters_of_a_group() {
    let wg = WaitGroup::new();
    wg.add(2);
    for i in 0..5 {
        let wg = wg.clone();
        go!({
            wg.wait();
            say!("waiter {i}");
        });
        settle();
    }
    let group = wg.clone();
    go!({
        group.done();
        say!("done once");
        group.done();
        say!("done twice");
    });
    wg.wait();
    say!("main");
    settle();
}

fn mutex_handed_on() {
    let m = Arc::new(raw::Mutex::new());
    m.lock();
    for i in 0..4 {
        let m = m.clone();
        go!({
            m.lock();
            say!("{i} has it");
            runtime::gosched();
            m.unlock();
            say!("{i} gave it back");
        });
    }
    runtime::gosched();
    m.unlock();
    say!("main gave it back");
    settle();
}

fn mutex_barging() {
    let m = Arc::new(raw::Mutex::new());
    m.lock();
    for i in 0..3 {
        let m = m.clone();
        go!({
            m.lock();
            say!("{i} has it");
            m.unlock();
        });
        settle();
    }
    m.unlock();
    m.lock();
    say!("main has it again");
    let late = m.clone();
    go!({
        late.lock();
        say!("the latecomer has it");
        late.unlock();
    });
    settle();
    m.unlock();
    settle();
}

fn mutex_starving() {
    let m = Arc::new(raw::Mutex::new());
    m.lock();
    for i in 0..3 {
        let m = m.clone();
        go!({
            m.lock();
            say!("{i} has it");
            m.unlock();
            say!("{i} gave it back");
        });
        settle();
    }
    spin(Duration::from_millis(3));
    m.unlock();
    m.lock();
    say!("main has it again");
    runtime::gosched();
    m.unlock();
    say!("main gave it back");
    let late = m.clone();
    go!({
        late.lock();
        say!("the latecomer has it");
        late.unlock();
    });
    m.lock();
    say!("main has it for the third time");
    m.unlock();
    settle();
}

fn readers_and_writers() {
    let rw = Arc::new(raw::RWMutex::new());
    rw.rlock();
    for i in 0..3 {
        let w = rw.clone();
        go!({
            w.lock();
            say!("writer {i}");
            w.unlock();
            say!("writer {i} ends");
        });
        settle();
        for j in 0..2 {
            let r = rw.clone();
            go!({
                r.rlock();
                say!("reader {i} {j}");
                r.runlock();
            });
            settle();
        }
    }
    rw.runlock();
    say!("main ends");
    settle();
}

fn condition() {
    let c = Arc::new((Mutex::new(()), Cond::new()));
    for i in 0..5 {
        let c = c.clone();
        go!({
            let g = c.0.lock();
            let _g = c.1.wait(g);
            say!("woken {i}");
        });
        settle();
    }
    c.1.signal();
    c.1.signal();
    say!("signalled twice");
    settle();
    let g = c.0.lock();
    c.1.broadcast();
    say!("broadcast");
    drop(g);
    settle();
}

fn closing_wakes_all() {
    let ch = chan::<i32>(0);
    for i in 0..6 {
        let ch = ch.clone();
        go!({
            if i % 2 == 0 {
                ch.recv();
            } else {
                let never = chan::<i32>(0);
                select! {
                    recv(ch) => {}
                    recv(never) => {}
                }
            }
            say!("woken {i}");
        });
        settle();
    }
    ch.close();
    say!("closed");
    settle();
}

fn selects_in_two_queues() {
    let (a, b) = (chan::<i32>(0), chan::<i32>(0));
    for i in 0..4 {
        let (a, b) = (a.clone(), b.clone());
        go!({
            select! {
                recv(a) -> v => say!("{i} from a {}", v.unwrap()),
                recv(b) -> v => say!("{i} from b {}", v.unwrap()),
            }
        });
        settle();
    }
    b.send(1);
    a.send(2);
    a.send(3);
    b.send(4);
    say!("sent all");
    settle();
}

fn once_meanwhile() {
    let once = Arc::new(Once::new());
    for i in 0..4 {
        let once = once.clone();
        go!({
            once.call(|| {
                say!("{i} runs it");
                settle();
                say!("{i} ran it");
            });
            say!("{i} goes on");
        });
    }
    settle();
    settle();
}

fn sleepers_by_time() {
    let wg = WaitGroup::new();
    for ms in [200, 50, 150, 100, 0] {
        wg.go(move || {
            time::sleep(Duration::from_millis(ms));
            say!("slept {ms}");
        });
    }
    wg.wait();
}

fn sleepers_at_once() {
    let start = Instant::now();
    for i in 0..5 {
        go!({
            time::sleep(until(start, micros(6000 + i * 100)));
            say!("woken {i}");
        });
    }
    runtime::gosched();
    spin(until(start, Duration::from_millis(9)));
    runtime::gosched();
    settle();
}

fn timers_at_once() {
    let start = Instant::now();
    let mut timers = Vec::new();
    for i in 0..4 {
        let t = Arc::new(time::Timer::new(until(start, micros(6000 + i * 100))));
        let c = t.c.clone();
        go!({
            c.recv();
            say!("timer {i}");
        });
        timers.push(t);
        let f = time::after_func(until(start, micros(6050 + i * 100)), move || {
            say!("function {i}")
        });
        timers.push(Arc::new(f));
    }
    runtime::gosched();
    spin(until(start, Duration::from_millis(9)));
    runtime::gosched();
    settle();
}

fn pipes_at_once() {
    let wg = WaitGroup::new();
    let mut writers = Vec::new();
    for i in 0..4 {
        let (mut r, w) = io::pipe().unwrap();
        writers.push(w);
        wg.go(move || {
            r.read_exact(&mut [0]).unwrap();
            say!("read {i}");
        });
    }
    while states("IO wait") < 4 {
        settle();
    }
    for w in &mut writers {
        w.write_all(&[0]).unwrap();
    }
    wg.wait();
}

fn deadlines_at_once() {
    let wg = WaitGroup::new();
    let mut writers = Vec::new();
    let start = Instant::now();
    for i in 0..4 {
        let (mut r, w) = io::pipe().unwrap();
        writers.push(w);
        r.set_read_deadline(Some(start + micros(6000 + i * 100)))
            .unwrap();
        wg.go(move || {
            let failed = r.read_exact(&mut [0]).is_err();
            say!("gave up {i} {failed}");
        });
    }
    while states("IO wait") < 4 {
        settle();
    }
    spin(until(start, Duration::from_millis(9)));
    wg.wait();
}

fn ends_early() {
    for i in 0..3 {
        go!({
            defer! { say!("{i} deferred") }
            if i == 1 {
                runtime::goexit();
            }
            say!("{i} to the end");
        });
    }
    settle();
    say!("{} is left", runtime::num_goroutine());
}

fn pool() {
    let made = Arc::new(AtomicUsize::new(0));
    let p = Pool::new(move || -i64::try_from(made.fetch_add(1, Ordering::Relaxed) + 1).unwrap());
    for i in 0..5 {
        p.put(i);
    }
    for _ in 0..7 {
        say!("{}", p.get());
    }
}

fn procs() {
    say!(
        "{} {} {} {}",
        runtime::gomaxprocs(3),
        runtime::gomaxprocs(0),
        runtime::gomaxprocs(0),
        runtime::gomaxprocs(1)
    );
    for i in 0..5 {
        go!({ say!("runs {i}") });
    }
    settle();
}

fn locked_to_a_thread() {
    let ch = chan(0);
    let values = ch.clone();
    go!({
        runtime::lock_os_thread();
        for v in &values {
            say!("the wired one has {v}");
        }
    });
    for i in 0..4 {
        ch.send(i);
        say!("sent {i}");
    }
    ch.close();
    settle();
}
