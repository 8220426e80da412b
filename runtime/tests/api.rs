//! The public names, each used with no more than what programs outside of this repository bring.
//!
//! A function here has the promised signature and hands everything on: if the library came to ask more of its caller,
//! or to give back something else, this file would not compile.
#![allow(
    dead_code,
    reason = "to be compiled is the test of the shapes; only what is checked at run time is called"
)]

use std::fmt::{Debug, Display};
use std::hash::Hash;
use std::panic::Location;
use std::sync::Arc;
use std::time::{Duration, Instant};

use goroutines::prelude::*;
use goroutines::race::Shared as RaceShared;
use goroutines::sync::{
    Map, MutexGuard, OnceFunc, OnceValue, Pool, RWMutexReadGuard, RWMutexWriteGuard, atomic, raw,
};
use goroutines::{
    ChanSnapshot, Crash, DeadlockReport, FatalReport, PanicReport, Waiting, WouldBlock, explore,
};

fn is_plain<T: Send + Sync>() {}
fn is_handle<T: Clone + PartialEq + Eq + Debug + Send + Sync>() {}
fn is_error<T: std::error::Error + Debug + Display>() {}

mod running {
    use super::*;

    fn run<R>(main: impl FnOnce() -> R) -> R {
        goroutines::run(main)
    }
    fn go(f: impl FnOnce() + Send + 'static) {
        goroutines::go(f);
    }
    fn builder<R>(main: impl FnOnce() -> R, n: usize, bytes: usize) -> R {
        Builder::new().procs(n).max_stack(bytes).run(main)
    }
    fn try_run<R>(main: impl FnOnce() -> R) -> Result<R, Crash> {
        Builder::new().try_run(main)
    }
    fn crash(c: &Crash) -> String {
        is_error::<Crash>();
        match c {
            Crash::Panic(p) => told::<PanicReport>(p),
            Crash::Deadlock(d) => told::<DeadlockReport>(d),
            Crash::Fatal(f) => told::<FatalReport>(f),
            _ => c.to_string(),
        }
    }
    fn told<T: Debug>(t: &T) -> String {
        format!("{t:?}")
    }

    fn runtime_package() {
        let _: fn() = runtime::gosched;
        let _: fn() -> ! = runtime::goexit;
        let _: fn(usize) -> usize = runtime::gomaxprocs;
        let _: fn() -> usize = runtime::num_cpu;
        let _: fn() -> usize = runtime::num_goroutine;
        let _: fn() -> u64 = runtime::goid;
        let _: fn() = runtime::lock_os_thread;
        let _: fn() = runtime::unlock_os_thread;
        let _: fn(usize) -> usize = runtime::set_max_threads;
        let _: fn() -> String = runtime::stack_dump;
        let _: fn() -> runtime::SchedSnapshot = runtime::snapshot;
    }
    fn syscall<R>(f: impl FnOnce() -> R) -> R {
        runtime::syscall(f)
    }
    fn snapshot(s: runtime::SchedSnapshot) {
        let _: Vec<runtime::MSnapshot> = s.ms;
        let _: Vec<runtime::PSnapshot> = s.ps;
        let _: Vec<u64> = s.global_queue;
        let _: (Vec<usize>, Vec<usize>) = (s.idle_ms, s.idle_ps);
        let _: Vec<runtime::GSnapshot> = s.goroutines;
    }
    fn parts(m: runtime::MSnapshot, p: runtime::PSnapshot, g: runtime::GSnapshot) {
        let _: (usize, Option<usize>, Option<u64>) = (m.id, m.p, m.g);
        let _: (usize, Option<u64>, Vec<u64>) = (p.id, p.runnext, p.run_queue);
        let _: (u64, String) = (g.id, g.status);
    }
}

mod channels {
    use super::*;

    fn make<T: Send + 'static>(cap: usize) -> Chan<T> {
        chan(cap)
    }
    fn both<T: Send + 'static>(c: &Chan<T>, v: T, w: T) -> (SendChan<T>, RecvChan<T>) {
        let _: Chan<T> = Chan::nil();
        let _: (bool, usize, bool, usize) = (c.is_nil(), c.len(), c.is_empty(), c.cap());
        c.send(v);
        let _: Result<(), T> = c.try_send(w);
        let _: Option<T> = c.recv();
        let _: Result<Option<T>, WouldBlock> = c.try_recv();
        for v in c {
            let _: T = v;
        }
        for v in c.iter() {
            let _: T = v;
        }
        for v in c.clone() {
            let _: T = v;
        }
        c.close();
        (c.sender(), c.receiver())
    }
    fn sending<T: Send + 'static>(c: &SendChan<T>, v: T, w: T) {
        let _: SendChan<T> = SendChan::nil();
        let _: (bool, usize, bool, usize) = (c.is_nil(), c.len(), c.is_empty(), c.cap());
        c.send(v);
        let _: Result<(), T> = c.try_send(w);
        c.close();
    }
    fn receiving<T: Send + 'static>(c: &RecvChan<T>) {
        let _: RecvChan<T> = RecvChan::nil();
        let _: (bool, usize, bool, usize) = (c.is_nil(), c.len(), c.is_empty(), c.cap());
        let _: Option<T> = c.recv();
        let _: Result<Option<T>, WouldBlock> = c.try_recv();
        for v in c {
            let _: T = v;
        }
        for v in c.iter() {
            let _: T = v;
        }
        for v in c.clone() {
            let _: T = v;
        }
    }
    fn looking<T: Send + Debug + 'static>(c: &Chan<T>) {
        let s: ChanSnapshot = c.snapshot();
        let _: (usize, usize, usize, usize) = (s.cap, s.qcount, s.sendx, s.recvx);
        let _: Vec<Option<String>> = s.buf;
        let _: (Vec<Waiting>, Vec<Waiting>, bool) = (s.sendq, s.recvq, s.closed);
    }
    fn waiting(w: Waiting) -> (u64, Option<String>) {
        (w.goroutine, w.elem)
    }
}

mod locks {
    use super::*;

    static MUTEX: Mutex<i64> = Mutex::new(0);
    static RWMUTEX: RWMutex<i64> = RWMutex::new(0);
    static RAW: raw::Mutex = raw::Mutex::new();
    static RAW_RW: raw::RWMutex = raw::RWMutex::new();
    static ONCE: Once = Once::new();
    static COND: Cond = Cond::new();

    fn mutex<T: ?Sized>(m: &Mutex<T>) -> Option<MutexGuard<'_, T>> {
        drop(m.lock());
        m.try_lock()
    }
    fn inside<T>(m: Mutex<T>) -> T {
        m.into_inner()
    }
    fn reading<T: ?Sized>(m: &RWMutex<T>) -> Option<RWMutexReadGuard<'_, T>> {
        let _: RWMutexReadGuard<'_, T> = m.read();
        m.try_read()
    }
    fn writing<T: ?Sized>(m: &RWMutex<T>) -> Option<RWMutexWriteGuard<'_, T>> {
        let _: RWMutexWriteGuard<'_, T> = m.write();
        m.try_write()
    }
    fn by_hand() {
        RAW.lock();
        let _: bool = RAW.try_lock();
        RAW.unlock();
        RAW_RW.lock();
        let _: bool = RAW_RW.try_lock();
        RAW_RW.unlock();
        RAW_RW.rlock();
        let _: bool = RAW_RW.try_rlock();
        RAW_RW.runlock();
    }
    fn group(wg: &WaitGroup, f: impl FnOnce() + Send + 'static) {
        let _: (WaitGroup, WaitGroup) = (WaitGroup::new(), WaitGroup::default());
        wg.add(1_i64);
        wg.clone().done();
        wg.go(f);
        wg.wait();
    }
    fn once(f: impl FnOnce()) {
        ONCE.call(f);
    }
    fn once_func(f: impl FnOnce() + Send + 'static) {
        OnceFunc::new(f).call();
    }
    fn once_value<T: Clone + Send + 'static>(f: impl FnOnce() -> T + Send + 'static) -> T {
        OnceValue::new(f).call()
    }
    fn cond<'a, T: ?Sized>(c: &Cond, g: MutexGuard<'a, T>) -> MutexGuard<'a, T> {
        c.signal();
        c.broadcast();
        c.wait(g)
    }
    fn pool<T: Send>(f: impl Fn() -> T + Send + Sync + 'static) {
        let p = Pool::new(f);
        p.put(p.get());
    }
    fn map<K: Eq + Hash + Clone, V: Clone>(m: &Map<K, V>, k: K, v: V) {
        let _: Map<K, V> = Map::new();
        let _: Option<V> = m.load(&k);
        m.store(k.clone(), v.clone());
        let _: (V, bool) = m.load_or_store(k.clone(), v.clone());
        let _: Option<V> = m.load_and_delete(&k);
        let _: Option<V> = m.swap(k.clone(), v);
        m.range(|_: &K, _: &V| true);
        m.delete(&k);
        m.clear();
    }
    fn map_of_comparable<K: Eq + Hash + Clone, V: Clone + PartialEq>(
        m: &Map<K, V>,
        k: &K,
        v: V,
    ) -> bool {
        m.compare_and_swap(k, &v.clone(), v.clone()) || m.compare_and_delete(k, &v)
    }
}

mod atomics {
    use super::*;

    macro_rules! number {
        ($name:ident, $t:ty) => {{
            static N: atomic::$name = atomic::$name::new(0);
            let _: $t = N.load();
            N.store(1);
            let _: $t = N.add(1);
            let _: $t = N.swap(2);
            let _: bool = N.compare_and_swap(1, 2);
            let _: ($t, $t) = (N.and(3), N.or(4));
        }};
    }

    fn numbers() {
        number!(Int32, i32);
        number!(Int64, i64);
        number!(Uint32, u32);
        number!(Uint64, u64);
    }
    fn boolean() {
        static B: atomic::Bool = atomic::Bool::new(false);
        let _: bool = B.load();
        B.store(true);
        let _: (bool, bool) = (B.swap(true), B.compare_and_swap(true, false));
    }
    fn pointer<T>(p: &atomic::Pointer<T>, v: Option<Arc<T>>, old: Option<&Arc<T>>) -> bool {
        let _: Option<Arc<T>> = p.load();
        p.store(v.clone());
        let _: Option<Arc<T>> = p.swap(v.clone());
        p.compare_and_swap(old, v)
    }
    static POINTER: atomic::Pointer<String> = atomic::Pointer::new(None);
    static VALUE: atomic::Value = atomic::Value::new();

    fn value<T: Clone + Send + Sync + 'static>(v: T) -> (Option<T>, Option<T>) {
        VALUE.store(v.clone());
        (VALUE.load(), VALUE.swap(v))
    }
    fn comparable<T: PartialEq + Send + Sync + 'static>(old: &T, new: T) -> bool {
        VALUE.compare_and_swap(old, new)
    }
}

mod times {
    use super::*;

    fn package() {
        let _: fn(Duration) = time::sleep;
        let _: fn() -> Instant = time::now;
        let _: fn(Instant) -> Duration = time::since;
        let _: (time::Duration, time::Instant) = (Duration::ZERO, Instant::now());
        let _: fn(Duration) -> RecvChan<Instant> = time::after;
        let _: fn(Duration) -> RecvChan<Instant> = time::tick;
    }
    fn timer(t: time::Timer, d: Duration) -> (RecvChan<Instant>, bool, bool) {
        is_plain::<time::Timer>();
        let _: fn(Duration) -> time::Timer = time::Timer::new;
        let (stopped, reset) = (t.stop(), t.reset(d));
        (t.c, stopped, reset)
    }
    fn ticker(t: time::Ticker, d: Duration) -> RecvChan<Instant> {
        is_plain::<time::Ticker>();
        let _: fn(Duration) -> time::Ticker = time::Ticker::new;
        let () = t.stop();
        let () = t.reset(d);
        t.c
    }
    fn after_func(d: Duration, f: impl Fn() + Send + Sync + 'static) -> time::Timer {
        time::after_func(d, f)
    }
}

mod flights {
    use super::*;
    use goroutines::singleflight::Group;

    fn run<V: Clone + Send + 'static>(key: &str, f: impl FnOnce() -> V) -> (V, bool) {
        is_plain::<Group<V>>();
        Group::new().clone().run(key, f)
    }
    fn run_chan<V: Clone + Send + 'static>(
        g: &Group<V>,
        key: &str,
        f: impl FnOnce() -> V + Send + 'static,
    ) -> RecvChan<(V, bool)> {
        g.forget(key);
        g.run_chan(key, f)
    }
}

mod variables {
    use super::*;

    fn shared<T: Copy + Send + 'static>(v: &RaceShared<T>, f: impl FnOnce(T) -> T) -> T {
        let _: Shared<T> = v.clone();
        v.set(v.get());
        v.update(f);
        RaceShared::new(v.get()).get()
    }
}

mod exploring {
    use super::*;
    use goroutines::explore::{Blocked, Failure, Kind, Options, Report, Schedule, Strategy};

    fn check(opts: &Options, f: impl Fn() + Send + Sync + 'static) -> Report {
        explore::check(opts, f)
    }
    fn replay(schedule: &Schedule, f: impl Fn() + Send + Sync + 'static) -> Report {
        explore::replay(schedule, f)
    }
    fn options(output: impl Fn(&str) -> bool + Send + Sync + 'static) -> Options {
        let _: Options = Options::default();
        Options::new()
            .schedules(1_usize)
            .seed(1_u64)
            .strategy(Strategy::Pct { depth: 3_usize })
            .max_steps(1_u64)
            .races(true)
            .leaks(true)
            .expect(output)
    }
    fn strategies() -> [Strategy; 4] {
        [
            Strategy::Portfolio,
            Strategy::Random,
            Strategy::Pct { depth: 1 },
            Strategy::Exhaustive,
        ]
    }
    fn kinds() -> [Kind; 8] {
        [
            Kind::Panic,
            Kind::Fatal,
            Kind::Deadlock,
            Kind::Leak,
            Kind::Race,
            Kind::Output,
            Kind::StepLimit,
            Kind::Nondeterminism,
        ]
    }
    fn report(r: Report) {
        let _: (usize, usize, usize, bool) = (r.ran, r.distinct, r.failed, r.exhausted);
        let _: Option<Failure> = r.failure;
    }
    fn failure(f: Failure) -> String {
        let text = f.to_string();
        let _: (Kind, Schedule, usize, usize) = (f.kind, f.schedule, f.preemptions, f.steps);
        let _: (String, String, Vec<Blocked>) = (f.output, f.message, f.blocked);
        text
    }
    fn blocked(b: Blocked) {
        let _: (u64, String, &'static Location<'static>) = (b.goroutine, b.reason, b.at);
    }

    pub fn traits() {
        fn is_report<T: Clone + Debug + PartialEq>() {}
        is_report::<Report>();
        is_report::<Failure>();
        is_report::<Blocked>();
        fn is_kind<T: Copy + PartialEq + Debug>() {}
        is_kind::<Kind>();
        fn is_options<T: Clone + Debug + Default>() {}
        is_options::<Options>();
        fn is_schedule<T: Display + std::str::FromStr>() {}
        is_schedule::<Schedule>();
    }
}

mod contexts {
    use super::*;
    use context::{BoxError, Cause, Context, Error};
    use goroutines::{errgroup, semaphore};

    fn shapes() {
        let _: fn() -> Context = context::background;
        let _: fn() -> Context = context::todo;
        let _: fn(&Context) -> Context = context::without_cancel;
        let _: fn(&Context) -> Option<Cause> = context::cause;
        let _: (Error, Error) = (Error::Canceled, Error::DeadlineExceeded);
    }
    fn look(c: &Context) -> (RecvChan<()>, Option<Error>, Option<Instant>) {
        (c.done(), c.err(), c.deadline())
    }
    fn value<K: std::any::Any + Eq, V: Send + Sync + 'static>(
        c: &Context,
        k: &K,
    ) -> Option<Arc<V>> {
        c.value(k)
    }
    pub fn functions(c: &Context) -> [(Context, Box<dyn Fn() + Send + Sync>); 3] {
        // What is returned borrows nothing, and can be cloned and kept.
        fn keep<F: Fn() + Clone + Send + Sync + 'static>(
            (c, f): (Context, F),
        ) -> (Context, Box<dyn Fn() + Send + Sync>) {
            (c, Box::new(f.clone()))
        }
        [
            keep(context::with_cancel(c)),
            keep(context::with_deadline(c, Instant::now())),
            keep(context::with_timeout(c, Duration::ZERO)),
        ]
    }
    fn with_cause(
        c: &Context,
    ) -> (
        Context,
        impl Fn(Option<BoxError>) + Clone + Send + Sync + use<>,
    ) {
        context::with_cancel_cause(c)
    }
    fn with_value<K: Eq + Send + Sync + 'static, V: Send + Sync + 'static>(
        c: &Context,
        k: K,
        v: V,
    ) -> Context {
        context::with_value(c, k, v)
    }
    fn after_func(
        c: &Context,
        f: impl FnOnce() + Send + 'static,
    ) -> Box<dyn Fn() -> bool + Send + Sync> {
        let stop = context::after_func(c, f);
        Box::new(stop.clone())
    }
    fn group(c: &Context) -> (errgroup::Group, Context) {
        let _: errgroup::Group = errgroup::Group::new();
        errgroup::Group::with_context(c)
    }
    fn group_go(
        g: &errgroup::Group,
        f: impl FnOnce() -> Result<(), BoxError> + Send + 'static,
        h: impl FnOnce() -> Result<(), BoxError> + Send + 'static,
    ) -> (bool, Result<(), Arc<dyn std::error::Error + Send + Sync>>) {
        g.set_limit(1);
        g.go(f);
        (g.try_go(h), g.wait())
    }
    fn weighted(s: &semaphore::Weighted, c: &Context) -> Result<(), Error> {
        let _: fn(i64) -> semaphore::Weighted = semaphore::Weighted::new;
        s.acquire(c, 1)?;
        let _: bool = s.try_acquire(1);
        s.release(1);
        Ok(())
    }
    pub fn traits() {
        fn is_copy<T: Copy + PartialEq + Debug + std::error::Error>() {}
        is_copy::<Error>();
        is_plain::<(Context, errgroup::Group, semaphore::Weighted)>();
        let _: (Context, String, String) = {
            let c = context::background();
            (c.clone(), format!("{c}"), format!("{c:?}"))
        };
    }
}

mod network {
    use super::*;
    use goroutines::net::{TcpListener, TcpStream, UdpSocket, UnixListener, UnixStream};
    use goroutines::{io, os};
    use std::io::{Read, Result, Write};
    use std::net::{Shutdown, SocketAddr, ToSocketAddrs};
    use std::path::Path;

    fn is_stream<T: Read + Write + Send + Sync>()
    where
        for<'a> &'a T: Read + Write,
    {
        is_plain::<T>();
    }
    pub fn traits() {
        is_stream::<TcpStream>();
        is_stream::<UnixStream>();
        is_stream::<os::File>();
        is_plain::<(TcpListener, UdpSocket, UnixListener, io::Reader, io::Writer)>();
    }
    fn pipe() -> Result<(io::Reader, io::Writer)> {
        let (mut r, mut w) = io::pipe()?;
        (&w).write_all(b"x")?;
        w.write_all(b"x")?;
        (&r).read_exact(&mut [0])?;
        r.read_exact(&mut [0])?;
        Ok((r, w))
    }
    fn files(p: impl AsRef<Path>, d: impl AsRef<[u8]>) -> Result<(Vec<u8>, os::File)> {
        os::write_file(&p, d)?;
        let _: os::File = os::File::create(&p)?;
        Ok((os::read_file(&p)?, os::File::open(p)?))
    }
    fn tcp(a: impl ToSocketAddrs + Copy, t: Option<Duration>, d: Option<Instant>) -> Result<()> {
        let l: TcpListener = TcpListener::bind(a)?;
        let _: SocketAddr = l.local_addr()?;
        let _: (TcpStream, SocketAddr) = l.accept()?;
        let _: Option<Result<TcpStream>> = l.incoming().next();
        let _ = l.close();
        let c: TcpStream = TcpStream::connect(a)?;
        let _: (SocketAddr, SocketAddr) = (c.local_addr()?, c.peer_addr()?);
        c.set_read_timeout(t)?;
        c.set_write_timeout(t)?;
        c.set_read_deadline(d)?;
        c.set_write_deadline(d)?;
        c.set_deadline(d)?;
        c.set_nodelay(true)?;
        let _: TcpStream = c.try_clone()?;
        c.shutdown(Shutdown::Both)
    }
    fn udp(a: impl ToSocketAddrs + Copy, buf: &mut [u8]) -> Result<usize> {
        let s: UdpSocket = UdpSocket::bind(a)?;
        let _: SocketAddr = s.local_addr()?;
        s.connect(a)?;
        let n = s.send(buf)? + s.recv(buf)? + s.send_to(buf, a)?;
        let (m, _): (usize, SocketAddr) = s.recv_from(buf)?;
        Ok(n + m)
    }
    fn unix(p: impl AsRef<Path> + Copy) -> Result<()> {
        let l: UnixListener = UnixListener::bind(p)?;
        let (c, _) = l.accept()?;
        let _: UnixStream = c;
        let (a, _): (UnixStream, UnixStream) = UnixStream::pair()?;
        a.shutdown(Shutdown::Write)?;
        UnixStream::connect(p).map(drop)
    }
}

/// What is printed by name, and the macros of the prelude: these need running to be seen.
mod macros {
    use super::*;
    use goroutines::{eprint, eprintln, print, println};

    pub fn all() {
        let ch = chan(2);
        {
            let (first, second) = (ch.clone(), ch.clone());
            defer! { second.send("deferred") }
            go! { first.send("started") }
            runtime::gosched();
        }
        assert_eq!((ch.recv(), ch.recv()), (Some("started"), Some("deferred")));
        print!("{}", 1);
        println!();
        println!("{}", 1);
        eprint!("{}", 1);
        eprintln!();
        eprintln!("{}", 1);
    }
}

#[test]
fn the_macros_do_what_they_are_named_for() {
    Builder::new().procs(1).run(macros::all);
}

#[test]
fn types_can_be_shared_as_far_as_what_they_hold() {
    is_handle::<Chan<String>>();
    is_handle::<SendChan<String>>();
    is_handle::<RecvChan<String>>();
    // What is only sent need not be shared.
    is_handle::<Chan<std::cell::Cell<i64>>>();
    is_plain::<(WaitGroup, Once, Cond, raw::Mutex, raw::RWMutex)>();
    is_plain::<(Mutex<std::cell::Cell<i64>>, RWMutex<String>, Shared<i64>)>();
    is_plain::<(
        atomic::Int64,
        atomic::Bool,
        atomic::Value,
        atomic::Pointer<String>,
    )>();
    is_plain::<(
        OnceFunc,
        OnceValue<String>,
        Pool<String>,
        Map<String, String>,
    )>();
    is_plain::<(Crash, ChanSnapshot, runtime::SchedSnapshot)>();
    is_error::<WouldBlock>();
    exploring::traits();
    contexts::traits();
    let three = Builder::new().run(|| contexts::functions(&context::background()));
    three.iter().for_each(|(_, cancel)| cancel());
    network::traits();
    assert_eq!(WouldBlock, WouldBlock);
    assert!(!WouldBlock.to_string().is_empty());
    let ch = chan::<i64>(1);
    assert!(ch == ch.clone() && ch != chan(1));
}

/// Whether a type may be shared, asked of a type that is known: an `impl` with the bound comes before the trait's.
struct Ask<T: ?Sized>(std::marker::PhantomData<T>);
trait IsNot {
    const SHARED: bool = false;
}
impl<T: ?Sized> IsNot for Ask<T> {}
impl<T: ?Sized + Sync> Ask<T> {
    const SHARED: bool = true;
}

#[test]
fn guards_are_shared_as_far_as_what_they_protect() {
    use std::cell::Cell;

    // As std's: what is only shared need not be sendable.
    type Unsent = std::sync::MutexGuard<'static, i64>;
    let shared = [
        <Ask<MutexGuard<'static, i64>>>::SHARED,
        <Ask<RWMutexReadGuard<'static, Unsent>>>::SHARED,
        <Ask<RWMutexWriteGuard<'static, Unsent>>>::SHARED,
    ];
    // Two that had a reference to one guard would reach the cell at once.
    let not = [
        <Ask<MutexGuard<'static, Cell<i64>>>>::SHARED,
        <Ask<RWMutexWriteGuard<'static, Cell<i64>>>>::SHARED,
    ];
    assert_eq!((shared, not), ([true; 3], [false; 2]));
}

mod limit;

#[test]
fn select_and_its_dynamic_form() {
    use goroutines::select::{AsRecv, AsSend, Chosen, Select};

    fn either<'a, R: AsRecv + ?Sized, S: AsSend + ?Sized>(
        r: &'a R,
        s: &'a S,
        v: S::Item,
    ) -> Chosen {
        let mut select: Select<'a> = Select::new();
        let _: usize = select.recv(r);
        let _: usize = select.send(s, v);
        let _: usize = select.default();
        select.wait()
    }
    let (a, b) = (chan::<i64>(1), chan::<char>(1));
    a.send(1);
    let chosen = either(&a.receiver(), &SendChan::nil(), 'x');
    let index: usize = chosen.index();
    assert_eq!((index, chosen.recv::<i64>()), (0, Some(1)));
    let n: usize = goroutines::select! {
        recv(a) -> v => v.map_or(0, |v| v as usize),
        send(&b, 'y') => { 2 }
        default => 3,
    };
    assert_eq!(n, 2);
}
