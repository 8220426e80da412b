//! Programs in which nobody can go on, and errors that nobody can recover: the texts, and who is in them.

use std::sync::Arc;
use std::time::Duration;

use goroutines::prelude::*;
use goroutines::sync::raw;

use crate::said::{recovered, say, settle, states};
use crate::table::{Case, any, one};

pub const CASES: &[Case] = &[
    any("deadlock/receive", || {
        chan::<i32>(0).recv();
    }),
    any("deadlock/send", || chan(0).send(1)),
    any("deadlock/receive_from_nil", || {
        Chan::<i32>::nil().recv();
    }),
    any("deadlock/send_to_nil", || Chan::nil().send(1)),
    any("deadlock/range", || {
        let ch = chan(1);
        ch.send(1);
        for _ in &ch {}
    }),
    any("deadlock/select", || {
        select! {
            recv(chan::<i32>(0)) => {}
            send(chan(0), 1) => {}
        }
    }),
    any("deadlock/select_of_one", || {
        select! {
            recv(chan::<i32>(0)) => {}
        }
    }),
    any("deadlock/select_of_nil", || {
        select! {
            recv(Chan::<i32>::nil()) => {}
            send(Chan::nil(), 1) => {}
        }
    }),
    any("deadlock/select_without_cases", || select! {}),
    any("deadlock/mutex", || {
        let m = raw::Mutex::new();
        m.lock();
        m.lock();
    }),
    any("deadlock/rwmutex_to_read", || {
        let m = raw::RWMutex::new();
        m.lock();
        m.rlock();
    }),
    any("deadlock/rwmutex_to_write", || {
        let m = raw::RWMutex::new();
        m.rlock();
        m.lock();
    }),
    any("deadlock/rwmutex_second_writer", || {
        let m = raw::RWMutex::new();
        m.lock();
        m.lock();
    }),
    any("deadlock/a_reader_behind_a_writer", || {
        let m = Arc::new(raw::RWMutex::new());
        m.rlock();
        let writer = m.clone();
        go!({ writer.lock() });
        while states("sync.RWMutex.Lock") == 0 {
            settle();
        }
        m.rlock();
    }),
    any("deadlock/group", || {
        let wg = WaitGroup::new();
        wg.add(1);
        wg.wait();
    }),
    any("deadlock/condition", || {
        let (m, c) = (Mutex::new(()), Cond::new());
        let _g = c.wait(m.lock());
    }),
    any("deadlock/once_within_once", || {
        let once = Once::new();
        once.call(|| once.call(|| {}));
    }),
    any("deadlock/main_has_ended_itself", || runtime::goexit()),
    any("deadlock/main_has_ended_itself_and_one_waits", || {
        go!({
            chan::<i32>(0).recv();
        });
        runtime::goexit();
    }),
    any("deadlock/after_the_others_ended", || {
        for i in 0..3 {
            go!({ say!("{i}") });
        }
        chan::<i32>(0).recv();
    }),
    any("deadlock/after_a_timer", || {
        let ch = chan::<i32>(0);
        let _t = time::after_func(Duration::from_millis(5), || {});
        ch.recv();
    }),
    one(
        "deadlock/everybody_waits_for_something_else",
        everybody_waits,
    ),
    any("deadlock/made_by_one_another", || deeper(3)),
    one("deadlock/dining", dining),
    any("fatal/unlock_of_unlocked_mutex", || {
        raw::Mutex::new().unlock()
    }),
    any("fatal/unlock_of_unlocked_rwmutex", || {
        raw::RWMutex::new().unlock()
    }),
    any("fatal/runlock_of_unlocked_rwmutex", || {
        raw::RWMutex::new().runlock()
    }),
    any("fatal/runlock_while_it_is_written", || {
        let m = raw::RWMutex::new();
        m.lock();
        m.runlock();
    }),
    any("fatal/is_not_recovered", || {
        say!("{}", recovered(|| raw::Mutex::new().unlock()));
    }),
    any("fatal/in_a_goroutine", || {
        go!({ raw::Mutex::new().unlock() });
        chan::<i32>(0).recv();
    }),
];

fn everybody_waits() {
    let (a, none) = (chan::<i32>(0), Chan::<i32>::nil());
    let (m, rw) = (Arc::new(raw::Mutex::new()), Arc::new(raw::RWMutex::new()));
    let wg = WaitGroup::new();
    wg.add(1);
    m.lock();
    rw.lock();
    let (read, group) = (rw.clone(), wg.clone());
    let (a2, none1, none2, none3) = (a.clone(), none.clone(), none.clone(), none.clone());
    let all: [Box<dyn FnOnce() + Send>; 11] = [
        Box::new(move || {
            a.recv();
        }),
        Box::new(|| chan(0).send(1)),
        Box::new(move || {
            none1.recv();
        }),
        Box::new(move || none2.send(1)),
        Box::new(move || {
            select! {
                recv(a2) => {}
                recv(none3) => {}
            }
        }),
        Box::new(|| select! {}),
        Box::new(move || m.lock()),
        Box::new(move || rw.lock()),
        Box::new(move || read.rlock()),
        Box::new(move || group.wait()),
        Box::new(|| {
            let (m, c) = (Mutex::new(()), Cond::new());
            let _g = c.wait(m.lock());
        }),
    ];
    for f in all {
        go(f);
        settle();
    }
    wg.wait();
}

fn deeper(n: i32) {
    if n > 0 {
        go(move || deeper(n - 1));
    }
    chan::<i32>(0).recv();
}

fn dining() {
    let forks: Arc<[raw::Mutex; 3]> = Arc::default();
    for i in 0..3 {
        let forks = forks.clone();
        go!({
            forks[i].lock();
            settle();
            forks[(i + 1) % 3].lock();
        });
    }
    settle();
    let wg = WaitGroup::new();
    wg.add(3);
    wg.wait();
}
