//! The operations of the families beyond the first fifteen: the rest of what the library offers, and other shapes of it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use super::{Cancel, Family, World};
use crate::chan::{Chan, chan};
use crate::context::{self, Context};
use crate::errgroup;
use crate::race::Shared;
use crate::select::Select;
use crate::semaphore::Weighted;
use crate::singleflight;
use crate::sync::{Cond, Mutex, Once, OnceFunc, OnceValue, RWMutex, WaitGroup, atomic};
use crate::time::{Ticker, Timer};

/// What is shared beside the first things.
pub(super) struct More {
    nil: Chan<i64>,
    two: Chan<i64>,
    chans: Chan<Chan<i64>>,
    guarded: Mutex<i64>,
    book: RWMutex<i64>,
    cond: Cond,
    once: Once,
    value: OnceValue<i64>,
    breaks: OnceFunc,
    flight: singleflight::Group<i64>,
    group: errgroup::Group,
    room: Weighted,
    wg: WaitGroup,
    small: atomic::Int32,
    bits: atomic::Uint32,
    large: atomic::Uint64,
    flag: atomic::Bool,
    /// With a context that can be cancelled, and one with a cause.
    ctx: Option<(Context, Cancel)>,
    caused: Option<(Context, Cancel)>,
    ticker: Option<Ticker>,
    call: Option<Timer>,
}

/// The kinds of the families that are made of these; none of another one.
pub(super) fn kinds(family: Family) -> &'static [u32] {
    match family {
        Family::Cases => &[
            74, 75, 76, 77, 78, 79, 80, 81, 82, 83, 84, 85, 86, 87, 13, 14, 17, 18, 143,
        ],
        Family::Ends => &[
            88, 89, 90, 91, 92, 93, 94, 95, 0, 1, 3, 4, 13, 14, 20, 21, 22, 141,
        ],
        Family::Onces => &[96, 97, 98, 99, 27, 68, 0, 1, 3, 88],
        Family::Maps => &[52, 53, 54, 55, 100, 101, 102, 103, 104, 105, 106, 0],
        Family::Weights => &[107, 108, 109, 110, 111, 34, 35, 38, 37, 0],
        Family::Errands => &[112, 113, 114, 115, 116, 117, 0, 1],
        Family::Flights => &[118, 119, 120, 121, 122, 0, 1, 3],
        Family::Words => &[
            123, 124, 125, 126, 127, 128, 129, 130, 48, 50, 51, 142, 143, 144, 0, 1,
        ],
        Family::Ticks => &[131, 132, 133, 134, 135, 136, 24, 14, 16, 0, 1],
        Family::Causes => &[137, 138, 139, 140, 37, 38, 39, 41, 69, 70, 71, 0, 1],
        Family::Guards => &[145, 146, 147, 148, 149, 150, 151, 152, 153, 0, 1],
        Family::Births => &[154, 155, 156, 157, 158, 159, 160, 161, 3, 4, 0, 13, 14],
        Family::Groups2 => &[20, 21, 22, 162, 163, 164, 165, 166, 0, 1],
        Family::Wide => &[
            0, 1, 3, 4, 6, 7, 8, 9, 10, 12, 13, 14, 15, 16, 17, 19, 20, 21, 22, 23, 27, 29, 30, 36,
            38, 39, 47, 54, 56, 57, 58, 59, 64, 67, 74, 75, 76, 77, 78, 79, 80, 81, 82, 83, 84, 85,
            86, 87, 88, 89, 90, 91, 92, 93, 94, 96, 97, 98, 99, 100, 101, 102, 104, 106, 107, 108,
            112, 113, 114, 115, 118, 119, 120, 123, 124, 125, 137, 138, 139, 141, 142, 143, 144,
            145, 146, 147, 148, 149, 150, 151, 152, 153, 154, 155, 156, 157, 158, 159, 160, 162,
            163, 164, 165, 166,
        ],
        _ => &[],
    }
}

fn with_cause(parent: &Context) -> (Context, Cancel) {
    let (ctx, cancel) = context::with_cancel_cause(parent);
    let cancel = move || cancel(Some("a cause".into()));
    (ctx, Arc::new(cancel) as Cancel)
}

impl More {
    /// `None`: the family needs none of it.
    pub(super) fn new(family: Family, var: &Shared<i64>) -> Option<More> {
        if kinds(family).is_empty() {
            return None;
        }
        let contexts = matches!(
            family,
            Family::Weights | Family::Causes | Family::Wide | Family::Errands
        );
        let ctx = contexts.then(|| super::with_cancel(&context::background()));
        let times = matches!(family, Family::Ticks);
        let (read, set) = (var.clone(), var.clone());
        let called = var.clone();
        Some(More {
            nil: Chan::nil(),
            two: chan(2),
            chans: chan(1),
            guarded: Mutex::new(0),
            book: RWMutex::new(0),
            cond: Cond::new(),
            once: Once::new(),
            value: OnceValue::new(move || read.get() + 1),
            breaks: OnceFunc::new(move || {
                set.set(6);
                panic!("broken");
            }),
            flight: singleflight::Group::new(),
            group: errgroup::Group::new(),
            room: Weighted::new(3),
            wg: WaitGroup::new(),
            small: atomic::Int32::new(0),
            bits: atomic::Uint32::new(1),
            large: atomic::Uint64::new(0),
            flag: atomic::Bool::new(false),
            caused: ctx.as_ref().map(|(ctx, _)| with_cause(ctx)),
            ctx,
            ticker: times.then(|| Ticker::new(Duration::from_millis(1))),
            call: times.then(|| {
                crate::time::after_func(Duration::from_millis(1), move || called.update(|v| v + 1))
            }),
        })
    }

    fn ctx(&self) -> &(Context, Cancel) {
        self.ctx.as_ref().expect("its family has a context")
    }

    fn caused(&self) -> &(Context, Cancel) {
        self.caused.as_ref().expect("its family has a context")
    }

    fn ticker(&self) -> &Ticker {
        self.ticker.as_ref().expect("its family has a ticker")
    }

    fn call(&self) -> &Timer {
        self.call.as_ref().expect("its family has a timer")
    }
}

/// Whether `f` panicked.
fn panics(f: impl FnOnce()) -> bool {
    match catch_unwind(AssertUnwindSafe(f)) {
        Ok(()) => false,
        Err(payload) if crate::panics::is_goexit(&*payload) => std::panic::resume_unwind(payload),
        Err(_) => true,
    }
}

fn millis(n: usize) -> Duration {
    Duration::from_millis(n as u64)
}

fn number(text: &str) -> i64 {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    digits.parse().unwrap_or(-30)
}

fn fails(code: i64) -> Result<(), context::BoxError> {
    Err(code.to_string().into())
}

pub(super) fn perform(w: &Arc<World>, me: usize, kind: u32, i: usize) {
    match kind {
        74..=87 => choose(w, me, kind, i),
        88..=99 => end(w, me, kind, i),
        100..=111 => keep(w, me, kind, i),
        112..=122 => together(w, me, kind, i),
        123..=130 => word(w, me, kind, i),
        131..=140 => time(w, me, kind, i),
        141..=144 => look(w, me, kind, i),
        145..=153 => guard(w, me, kind, i),
        _ => bear(w, me, kind, i),
    }
}

/// Channels, and selects of more shapes.
fn choose(w: &World, me: usize, kind: u32, i: usize) {
    let note = |v: i64| w.seen.lock().unwrap()[me].push(v);
    let m = w.more();
    let (a, b, two) = (&w.chans[i], &w.chans[1 - i], &m.two);
    match kind {
        74 => crate::select! {
            recv(a) -> v => note(v.unwrap_or(-31)),
            send(a, 4) => note(-32),
            recv(b) -> v => note(v.unwrap_or(-33)),
            send(b, 5) => note(-34),
        },
        75 => {
            let mut s = Select::new();
            let first = s.recv(a);
            s.send(two, 6);
            if i == 0 {
                s.default();
            }
            let chosen = s.wait();
            note(chosen.index() as i64);
            if chosen.index() == first {
                note(chosen.recv().unwrap_or(-35));
            }
        }
        76 => crate::select! {
            recv(m.nil) => note(-36),
            recv(a) -> v => note(v.unwrap_or(-37)),
            send(m.nil, 1) => note(-38),
        },
        77 => crate::select! {
            send(m.nil, 1) => note(-39),
            send(b, 7) => note(-40),
            default => note(-41),
        },
        78 => crate::select! {
            send(a, 8) => note(-42),
            send(a, 9) => note(-43),
        },
        79 => crate::select! {
            recv(two) -> v => note(v.unwrap_or(-44)),
            recv(two) -> v => note(v.unwrap_or(-45) + 100),
            recv(a) -> v => note(v.unwrap_or(-46)),
        },
        80 => {
            for v in a {
                note(v);
            }
        }
        81 => m.chans.send(a.clone()),
        82 => {
            if let Some(c) = m.chans.recv() {
                if i == 0 {
                    c.send(10);
                } else {
                    note(c.recv().unwrap_or(-47));
                }
            }
        }
        83 => two.send(me as i64),
        84 => note(two.recv().unwrap_or(-48)),
        85 => two.close(),
        86 => crate::select! {
            send(two, 11) => note(-49),
            default => note(-50),
        },
        87 => note(match two.try_recv() {
            Ok(v) => v.unwrap_or(-51),
            Err(_) => two.try_send(12).map_or(-52, |()| -53),
        }),
        _ => unreachable!("no such operation"),
    }
}

/// Ends, panics, deferred calls, and what happens once.
fn end(w: &Arc<World>, me: usize, kind: u32, i: usize) {
    let note = |v: i64| w.seen.lock().unwrap()[me].push(v);
    let m = w.more();
    match kind {
        88 => crate::runtime::goexit(),
        89 => note(i64::from(panics(|| {
            crate::defer! { w.atoms[i].add(2); }
            w.vars[i].set(8);
            panic!("caught");
        }))),
        90 => note(i64::from(panics(|| {
            w.locks[i].lock();
            crate::defer! { w.locks[i].unlock(); }
            assert_eq!(w.vars[0].get(), 0);
        }))),
        91 => {
            crate::defer! { crate::print!("d{me}"); }
            w.vars[i].update(|v| v + 1);
            crate::runtime::goexit();
        }
        92 => note(i64::from(panics(|| w.chans[i].close()))),
        93 => note(i64::from(panics(|| w.chans[i].send(2)))),
        94 => note(i64::from(panics(|| {
            let mut n = m.guarded.lock();
            *n += 1;
            assert_eq!(*n, 1);
        }))),
        95 => note(i64::from(panics(|| {
            crate::defer! { w.chans[1].send(3); }
            assert_eq!(w.vars[i].get(), 0);
        }))),
        96 => note(i64::from(panics(|| {
            m.once.call(|| assert_eq!(w.vars[i].get(), 0));
        }))),
        97 => note(m.value.call()),
        98 => note(i64::from(panics(|| m.breaks.call()))),
        99 => {
            let all = w.clone();
            m.once.call(|| crate::go(move || all.vars[i].set(12)));
        }
        _ => unreachable!("no such operation"),
    }
}

/// Maps, pools and semaphores.
fn keep(w: &World, me: usize, kind: u32, i: usize) {
    let note = |v: i64| w.seen.lock().unwrap()[me].push(v);
    let m = w.more();
    let key = i as i64;
    match kind {
        100 => note(w.map.swap(key, me as i64).unwrap_or(-60)),
        101 => note(i64::from(w.map.compare_and_swap(&key, &0, 5))),
        102 => note(w.map.load_and_delete(&key).unwrap_or(-61)),
        103 => note(i64::from(w.map.compare_and_delete(&key, &(me as i64 + 1)))),
        104 => w.map.range(|k, v| {
            note(k * 10 + v);
            i == 0
        }),
        105 => w.map.clear(),
        106 => {
            let had = w.pool.get();
            note(had);
            w.pool.put(had + 1);
        }
        107 => note(m.room.acquire(&m.ctx().0, 2 + key).map_or(-62, |()| -63)),
        108 => {
            if m.room.acquire(&m.caused().0, 2).is_ok() {
                note(w.vars[0].get());
                m.room.release(2);
            }
        }
        109 => m.room.release(1 + key),
        110 => {
            let (late, cancel) = context::with_timeout(&m.ctx().0, millis(1));
            note(m.room.acquire(&late, 2 + key).map_or(-64, |()| -65));
            cancel();
        }
        111 => note(i64::from(m.room.try_acquire(2))),
        _ => unreachable!("no such operation"),
    }
}

/// Groups of goroutines, and calls made once for several.
fn together(w: &Arc<World>, me: usize, kind: u32, i: usize) {
    let note = |v: i64| w.seen.lock().unwrap()[me].push(v);
    let m = w.more();
    let all = w.clone();
    let code = me as i64;
    match kind {
        112 => m.group.go(move || {
            all.vars[i].set(3);
            Ok(())
        }),
        113 => m.group.go(move || fails(code)),
        114 => note(i64::from(m.group.try_go(move || {
            if all.vars[i].get() == 0 {
                Ok(())
            } else {
                fails(code + 10)
            }
        }))),
        115 => note(match m.group.wait() {
            Ok(()) => -70,
            Err(e) => number(&e.to_string()),
        }),
        116 => note(i64::from(panics(|| m.group.set_limit(1 + i)))),
        117 => {
            let (group, ctx) = errgroup::Group::with_context(&m.ctx().0);
            group.set_limit(1);
            group.go(move || fails(code));
            if i == 0 {
                group.go(|| Ok(()));
            } else {
                m.ctx().1();
            }
            note(i64::from(group.wait().is_err()));
            note(context::cause(&ctx).map_or(-71, |c| number(&c.to_string())));
        }
        118 => {
            let (v, shared) = m.flight.run("a", || w.vars[i].get());
            note(v * 2 + i64::from(shared));
        }
        119 => {
            let v = m.flight.run_chan("a", move || all.atoms[i].add(1)).recv();
            note(v.map_or(-72, |(v, shared)| v * 2 + i64::from(shared)));
        }
        120 => m.flight.forget("a"),
        121 => note(i64::from(panics(|| {
            m.flight.run("a", || {
                assert_eq!(w.vars[i].get(), 0);
                1
            });
        }))),
        122 => {
            let (v, shared) = m.flight.run("b", || w.chans[i].recv().unwrap_or(-73));
            note(v * 2 + i64::from(shared));
        }
        _ => unreachable!("no such operation"),
    }
}

/// Atomics of every kind.
fn word(w: &World, me: usize, kind: u32, i: usize) {
    let note = |v: i64| w.seen.lock().unwrap()[me].push(v);
    let m = w.more();
    let code = me as i64;
    match kind {
        123 => note(i64::from(m.small.swap(me as i32 + 1))),
        124 => note(i64::from(if i == 0 { m.bits.and(6) } else { m.bits.or(2) })),
        125 => note(i64::from(if i == 0 {
            m.flag.compare_and_swap(false, true)
        } else {
            m.flag.swap(false)
        })),
        126 => note(m.large.add(1 + i as u64) as i64),
        127 => note(w.pointer.swap(Some(Arc::new(code))).map_or(-80, |v| *v)),
        128 => note(w.value.swap(code).unwrap_or(-81)),
        129 => note(i64::from(w.value.compare_and_swap(&1_i64, 2_i64))),
        130 if i == 0 => note(i64::from(m.bits.load()) + m.large.load() as i64),
        130 => {
            m.small.store(0);
            m.large.store(4);
        }
        _ => unreachable!("no such operation"),
    }
}

/// Timers of every kind, and contexts that end with a cause.
fn time(w: &Arc<World>, me: usize, kind: u32, i: usize) {
    let note = |v: i64| w.seen.lock().unwrap()[me].push(v);
    let m = w.more();
    match kind {
        131 => {
            m.ticker().c.recv();
        }
        132 if i == 0 => m.ticker().stop(),
        132 => m.ticker().reset(millis(2)),
        133 => note(i64::from(m.call().stop())),
        134 => note(i64::from(m.call().reset(millis(1 + i)))),
        135 => crate::select! {
            recv(m.ticker().c) => note(-90),
            recv(crate::time::after(millis(1 + i))) => note(-91),
            recv(w.chans[i]) -> v => note(v.unwrap_or(-92)),
        },
        136 => {
            crate::time::sleep(millis(i));
            w.vars[i].set(me as i64);
        }
        137 => (m.caused().1)(),
        138 => {
            let cause = context::cause(&m.caused().0);
            note(cause.map_or(-93, |c| c.to_string().len() as i64));
        }
        139 => {
            let below = context::with_value(&m.caused().0, "key", me);
            let apart = context::without_cancel(&below);
            let (child, cancel) = context::with_cancel(if i == 0 { &below } else { &apart });
            note(child.value::<usize>(&"key").map_or(-94, |v| *v as i64));
            note(i64::from(child.err().is_some()));
            cancel();
        }
        140 => {
            let now = crate::time::now();
            let (late, cancel) = context::with_deadline(&m.caused().0, now + millis(i));
            note(i64::from(late.err().is_some()));
            cancel();
            note(context::cause(&late).map_or(-95, |c| c.to_string().len() as i64));
        }
        _ => unreachable!("no such operation"),
    }
}

/// What is only looked at.
fn look(w: &World, me: usize, kind: u32, i: usize) {
    let note = |v: i64| w.seen.lock().unwrap()[me].push(v);
    let m = w.more();
    match kind {
        141 => crate::runtime::syscall(|| crate::runtime::gosched()),
        142 if i == 0 => note(number(&format!("{:?}", m.large))),
        142 => note(number(&format!("{:?} {:?}", w.vars[0], m.flag))),
        143 => {
            let s = w.chans[i].snapshot();
            let queued = s.recvq.len() + 10 * s.sendq.len() + 100 * s.qcount;
            note(queued as i64 + 1_000 * i64::from(s.closed));
        }
        144 if i == 0 => crate::print!("{:?}", w.atoms[0]),
        144 => note(format!("{:?}{:?}", w.wg, w.chans[1]).len() as i64),
        _ => unreachable!("no such operation"),
    }
}

/// Locks with what they protect, and conditions.
fn guard(w: &World, me: usize, kind: u32, i: usize) {
    let note = |v: i64| w.seen.lock().unwrap()[me].push(v);
    let m = w.more();
    match kind {
        145 => {
            *m.guarded.lock() += 1;
        }
        146 => {
            let mut n = m.guarded.lock();
            while *n == 0 {
                n = m.cond.wait(n);
            }
            *n -= 1;
            note(*n);
        }
        147 => {
            let mut n = m.guarded.lock();
            *n += 1 + i as i64;
            if i == 0 {
                m.cond.signal();
            } else {
                m.cond.broadcast();
            }
        }
        148 => note(m.guarded.try_lock().map_or(-100, |mut n| {
            *n += 2;
            *n
        })),
        149 => {
            let outer = m.book.read();
            let inner = m.book.read();
            note(*outer + *inner);
        }
        150 => *m.book.write() += me as i64,
        151 => note(m.book.try_read().map_or(-101, |n| *n)),
        152 => note(m.book.try_write().map_or(-102, |mut n| {
            *n += 1;
            *n
        })),
        153 => {
            let held = w.locks[i].try_lock();
            let n = *m.guarded.lock();
            note(n * 2 + i64::from(held));
            if held {
                w.locks[i].unlock();
            }
        }
        _ => unreachable!("no such operation"),
    }
}

/// Goroutines and objects that goroutines make, and groups.
fn bear(w: &Arc<World>, me: usize, kind: u32, i: usize) {
    let note = |v: i64| w.seen.lock().unwrap()[me].push(v);
    let m = w.more();
    let all = w.clone();
    match kind {
        154 => crate::go(move || all.vars[i].set(20)),
        155 => crate::go(move || crate::print!("c")),
        156 => {
            let lock = Arc::new(Mutex::new(0));
            let other = lock.clone();
            crate::go(move || *other.lock() += 1);
            note(*lock.lock());
        }
        157 => {
            let n = Arc::new(atomic::Int64::new(0));
            let other = n.clone();
            crate::go(move || {
                other.add(1);
            });
            note(n.load());
        }
        158 => {
            let c = chan(i);
            let other = c.clone();
            crate::go(move || other.send(all.vars[0].get()));
            note(c.recv().unwrap_or(-110));
        }
        159 => {
            let once = Arc::new(Once::new());
            let other = once.clone();
            crate::go(move || other.call(|| all.vars[i].set(21)));
            once.call(|| w.vars[i].set(22));
        }
        160 => crate::go(move || {
            let number = crate::runtime::goid();
            crate::print!("{number}");
        }),
        161 => note(crate::runtime::goid() as i64),
        162 => m.wg.add(1 + i as i64),
        163 => note(i64::from(panics(|| m.wg.add(-1 - i as i64)))),
        164 => m.wg.wait(),
        165 => {
            m.wg.go(move || all.vars[i].set(23));
            m.wg.wait();
            note(w.vars[1 - i].get());
        }
        166 => note(i64::from(panics(|| w.wg.add(-2)))),
        _ => unreachable!("no such operation"),
    }
}
