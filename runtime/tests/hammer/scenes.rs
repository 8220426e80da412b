//! What the hammer does: scenes of goroutines that send, receive, select, close, time out, panic and exit, and an account
//! of each value.
//!
//! A *scene* has one to four channels, goroutines that send tokens and goroutines that receive them, each in a manner
//! drawn for it. It ends in one of three ways: the senders are done and the receivers drain (`Drained`); somebody closes
//! the channels under the senders, who panic (`Broken`); or a context is cancelled, and what is still in a channel dies
//! with it (`Cancelled`). Then everyone has ended, and the account is looked at: each token was dropped once, received
//! once at most and only if it was sent; where receivers drained, what was sent was received. On its way each receiver
//! looks whether what one sender sent over one channel comes in order.

use std::panic::{AssertUnwindSafe, catch_unwind, panic_any, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use fastrand::Rng;
use goroutines::prelude::*;
use goroutines::select::Select;
use time::{Duration, Instant, Timer};

/// What is known of one token.
static SLOTS: [[AtomicU32; SENDERS * EACH]; LANES] =
    [const { [const { AtomicU32::new(0) }; SENDERS * EACH] }; LANES];
const MADE: u32 = 1 << 24;
const SENT: u32 = 1 << 16;
const RECEIVED: u32 = 1 << 8;
const DROPPED: u32 = 1;

/// Scenes that play at one time.
pub const LANES: usize = 3;
/// At most so many senders in a scene, and tokens of one sender.
const SENDERS: usize = 6;
const EACH: usize = 512;
const CHANS: usize = 4;

/// What has been done so far.
#[derive(Debug, Default)]
pub struct Tally {
    /// Values put into a channel or handed over, values taken out, and closes. A try that fails counts for nothing.
    pub operations: AtomicU64,
    pub closes: AtomicU64,
    pub timeouts: AtomicU64,
    pub panics: AtomicU64,
    pub exits: AtomicU64,
    pub cancelled: AtomicU64,
    pub died_in_a_channel: AtomicU64,
    pub scenes: AtomicU64,
    pub procs_changed: AtomicU64,
}

fn count(n: &AtomicU64) {
    n.fetch_add(1, Ordering::Relaxed);
}

/// A value that is accounted for.
struct Token {
    slot: &'static AtomicU32,
    sender: usize,
    number: usize,
}

impl Drop for Token {
    fn drop(&mut self) {
        self.slot.fetch_add(DROPPED, Ordering::Relaxed);
    }
}

/// Where one sender has its tokens from.
struct Mint {
    slots: &'static [AtomicU32],
    sender: usize,
    next: usize,
}

impl Mint {
    fn token(&mut self) -> Token {
        let number = self.next;
        self.next += 1;
        let slot = &self.slots[number];
        slot.fetch_add(MADE, Ordering::Relaxed);
        Token {
            slot,
            sender: self.sender,
            number,
        }
    }

    /// Whether one more operation finds the tokens that it needs.
    fn has_more(&self, wanted: usize) -> bool {
        self.next + 3 <= wanted
    }
}

/// What all goroutines of a scene know.
#[derive(Clone)]
struct Scene {
    /// Where the senders send.
    front: Vec<Chan<Token>>,
    /// Where the receivers receive: the same channels, or behind goroutines that pass on.
    back: Vec<Chan<Token>>,
    /// Never, unless the scene ends by a cancellation.
    done: RecvChan<()>,
    wg: WaitGroup,
    tally: &'static Tally,
}

/// How a goroutine's work in a scene ended.
enum End {
    Whole,
    /// By `send on closed channel`.
    Refused,
    /// By a panic that was asked for.
    Asked,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Ending {
    Drained,
    Broken,
    Cancelled,
}

struct Asked;

/// Runs `f`; a panic of the kinds that belong to the hammer ends it, any other one the program.
fn survive(f: impl FnOnce()) -> End {
    match catch_unwind(AssertUnwindSafe(f)) {
        Ok(()) => End::Whole,
        Err(e) if e.is::<Asked>() => End::Asked,
        Err(e) => match e.downcast_ref::<&str>() {
            Some(&"send on closed channel") => End::Refused,
            _ => resume_unwind(e),
        },
    }
}

fn nil_from(chans: &[Chan<Token>]) -> [Chan<Token>; CHANS] {
    std::array::from_fn(|i| chans.get(i).cloned().unwrap_or_else(Chan::nil))
}

fn short(rng: &mut Rng) -> Duration {
    Duration::from_micros(rng.u64(..200))
}

impl Scene {
    fn over(&self) -> bool {
        self.done.try_recv().is_ok()
    }

    fn sent(&self, slot: &AtomicU32) {
        slot.fetch_add(SENT, Ordering::Relaxed);
        count(&self.tally.operations);
    }

    /// Sends tokens until it has none, or the scene is over.
    fn send(&self, mint: &mut Mint, wanted: usize, mut rng: Rng) {
        let chans = nil_from(&self.front);
        let home = rng.usize(..self.front.len());
        let at_home = &chans[home];
        let may_wait_alone = self.done.is_nil();
        let manner = rng.u8(..6);
        let timer = Timer::new(Duration::from_secs(3600));
        while mint.has_more(wanted) {
            match manner {
                0 if may_wait_alone => {
                    let t = mint.token();
                    let slot = t.slot;
                    at_home.send(t);
                    self.sent(slot);
                }
                0 | 1 => {
                    let mut t = mint.token();
                    let slot = t.slot;
                    loop {
                        match at_home.try_send(t) {
                            Ok(()) => break self.sent(slot),
                            Err(_) if self.over() => return,
                            Err(back) => t = back,
                        }
                        runtime::gosched();
                    }
                }
                2 => {
                    let tokens = [mint.token(), mint.token(), mint.token()];
                    let slots = [0, 1, 2].map(|i: usize| tokens[i].slot);
                    let [a, b, c] = tokens;
                    let i = select! {
                        send(chans[home], a) => 0,
                        send(chans[(home + 1) % CHANS], b) => 1,
                        send(chans[(home + 2) % CHANS], c) => 2,
                        recv(self.done) => return,
                    };
                    self.sent(slots[i]);
                }
                3 => {
                    // Either way on one channel: its own token loses if another one's is taken.
                    let t = mint.token();
                    let slot = t.slot;
                    select! {
                        send(at_home, t) => self.sent(slot),
                        recv(self.done) => return,
                        recv(at_home) -> other => match other {
                            // A rule of order holds for who receives all the time, not for these.
                            Some(other) => self.received(&other),
                            None => return,
                        },
                    }
                }
                4 => {
                    let t = mint.token();
                    let slot = t.slot;
                    let d = short(&mut rng);
                    let before = time::now();
                    timer.reset(d);
                    select! {
                        send(at_home, t) => self.sent(slot),
                        recv(self.done) => return,
                        recv(timer.c) -> tick => self.on_time(tick, before + d),
                    }
                }
                _ => {
                    let mut s = Select::new();
                    let mut slots = vec![None];
                    s.recv(&self.done);
                    for c in &self.front[..self.front.len().min(3)] {
                        let t = mint.token();
                        slots.push(Some(t.slot));
                        s.send(c, t);
                    }
                    match slots[s.wait().index()] {
                        Some(slot) => self.sent(slot),
                        None => return,
                    }
                }
            }
            self.whim(&mut rng);
        }
    }

    /// Now and then a goroutine panics or exits between two operations.
    fn whim(&self, rng: &mut Rng) {
        match rng.u32(..4096) {
            0 => panic_any(Asked),
            1 => {
                count(&self.tally.exits);
                runtime::goexit()
            }
            2..8 => runtime::gosched(),
            8..10 => time::sleep(short(rng)),
            _ => {}
        }
    }

    fn on_time(&self, tick: Option<Instant>, due: Instant) {
        let tick = tick.expect("nobody closes the channel of a timer");
        assert!(tick >= due, "a stale tick");
        count(&self.tally.timeouts);
    }

    fn received(&self, t: &Token) {
        let before = t.slot.fetch_add(RECEIVED, Ordering::Relaxed);
        assert_eq!(before & 0xffff, 0, "received when it was gone");
        count(&self.tally.operations);
    }

    /// Receives until all its channels are closed and drained, or the scene is over. If it panics or exits, another
    /// goroutine takes its place.
    fn receive(&self, home: usize, mut rng: Rng) {
        let successor = self.clone();
        let seed = rng.fork();
        let mut heir = Heir(Some(move || {
            let s = successor.clone();
            successor.wg.go(move || s.receive(home, seed));
        }));
        match survive(|| self.receive_on(home, &mut rng)) {
            End::Whole => heir.0 = None,
            End::Refused => unreachable!("it sends nothing"),
            End::Asked => count(&self.tally.panics),
        }
    }

    fn receive_on(&self, home: usize, rng: &mut Rng) {
        let mut chans = nil_from(&self.back);
        let may_wait_alone = self.done.is_nil();
        let mut last = [[None; SENDERS]; CHANS];
        let mut take = |t: Token, i: usize| {
            self.received(&t);
            let last = &mut last[i][t.sender];
            assert!(
                *last < Some(t.number),
                "one sender's values out of order: {last:?} before {}",
                t.number
            );
            *last = Some(t.number);
        };
        let at_home = chans[home].clone();
        let timer = Timer::new(Duration::from_secs(3600));
        match rng.u8(..6) {
            0 if may_wait_alone => {
                for t in &at_home {
                    take(t, home);
                    self.whim(rng);
                }
            }
            0 | 1 => loop {
                match at_home.try_recv() {
                    Ok(Some(t)) => take(t, home),
                    Ok(None) => return,
                    Err(_) if self.over() => return,
                    Err(_) => runtime::gosched(),
                }
                self.whim(rng);
            },
            2 | 3 => {
                while chans.iter().any(|c| !c.is_nil()) {
                    let (i, t) = select! {
                        recv(chans[0]) -> t => (0, t),
                        recv(chans[1]) -> t => (1, t),
                        recv(chans[2]) -> t => (2, t),
                        recv(chans[3]) -> t => (3, t),
                        recv(self.done) => return,
                    };
                    match t {
                        Some(t) => take(t, i),
                        None => chans[i] = Chan::nil(),
                    }
                    self.whim(rng);
                }
            }
            4 => loop {
                let d = short(rng);
                let before = time::now();
                timer.reset(d);
                select! {
                    recv(at_home) -> t => match t {
                        Some(t) => take(t, home),
                        None => return,
                    },
                    recv(self.done) => return,
                    recv(timer.c) -> tick => self.on_time(tick, before + d),
                }
                self.whim(rng);
            },
            _ => {
                let mut open: Vec<usize> = (0..self.back.len()).collect();
                while !open.is_empty() {
                    let mut s = Select::new();
                    for &i in &open {
                        s.recv(&self.back[i]);
                    }
                    let over = s.recv(&self.done);
                    let chosen = s.wait();
                    let at = chosen.index();
                    if at == over {
                        return;
                    }
                    match chosen.recv::<Token>() {
                        Some(t) => take(t, open[at]),
                        None => _ = open.swap_remove(at),
                    }
                    self.whim(rng);
                }
            }
        }
    }

    /// Passes on from the front to the back, until the front is closed or the scene is over.
    fn pass_on(&self, home: usize) {
        loop {
            let t = select! {
                recv(self.front[home]) -> t => t,
                recv(self.done) => return,
            };
            let Some(t) = t else { return };
            select! {
                send(self.back[home], t) => {}
                recv(self.done) => return,
            }
            self.tally.operations.fetch_add(2, Ordering::Relaxed);
        }
    }

    /// Closes all channels; others may do the same at the same time. Gives back how many closes were its own.
    fn close_all(&self) -> usize {
        let mut mine = 0;
        for c in self.front.iter().chain(&self.back) {
            match catch_unwind(AssertUnwindSafe(|| c.close())) {
                Ok(()) => mine += 1,
                Err(e) => assert_eq!(e.downcast_ref(), Some(&"close of closed channel")),
            }
        }
        let n = mine as u64;
        self.tally.operations.fetch_add(n, Ordering::Relaxed);
        self.tally.closes.fetch_add(n, Ordering::Relaxed);
        mine
    }
}

/// Calls its function when it is dropped, also by a panic or a goexit.
struct Heir<F: FnOnce()>(Option<F>);

impl<F: FnOnce()> Drop for Heir<F> {
    fn drop(&mut self) {
        if let Some(f) = self.0.take() {
            f();
        }
    }
}

fn some_chans(n: usize, rng: &mut Rng) -> Vec<Chan<Token>> {
    (0..n)
        .map(|_| chan([0, 0, 1, 2, 7, 64][rng.usize(..6)]))
        .collect()
}

/// Plays one scene in a lane, and looks at the account.
pub fn play(lane: usize, rng: &mut Rng, tally: &'static Tally) {
    let slots = &SLOTS[lane];
    slots.iter().for_each(|s| s.store(0, Ordering::Relaxed));
    let n = rng.usize(1..=CHANS);
    let front = some_chans(n, rng);
    let passed_on = rng.u8(..4) == 0;
    let back = if passed_on {
        some_chans(n, rng)
    } else {
        front.clone()
    };
    let ending = [Ending::Drained, Ending::Broken, Ending::Cancelled][rng.usize(..3)];
    let (ctx, cancel) = match ending {
        Ending::Cancelled => {
            let (ctx, cancel) = context::with_cancel(&context::background());
            (ctx, Some(cancel))
        }
        _ => (context::background(), None),
    };
    let scene = Scene {
        front,
        back,
        done: ctx.done(),
        wg: WaitGroup::new(),
        tally,
    };
    // Those who send and those who pass on; `scene.wg` is for those who receive.
    let (senders, between) = (WaitGroup::new(), WaitGroup::new());
    for sender in 0..rng.usize(1..=SENDERS) {
        let (s, seed) = (scene.clone(), rng.fork());
        let wanted = rng.usize(8..=EACH);
        let mut mint = Mint {
            slots: &slots[sender * EACH..][..EACH],
            sender,
            next: 0,
        };
        senders.go(move || match survive(|| s.send(&mut mint, wanted, seed)) {
            End::Whole => {}
            End::Refused => assert_eq!(ending, Ending::Broken),
            End::Asked => count(&s.tally.panics),
        });
    }
    if passed_on {
        for home in 0..n {
            let s = scene.clone();
            between.go(move || _ = survive(|| s.pass_on(home)));
        }
    }
    for i in 0..n + rng.usize(..4) {
        let (s, seed) = (scene.clone(), rng.fork());
        scene.wg.go(move || s.receive(i % n, seed));
    }
    match ending {
        Ending::Drained => {
            senders.wait();
            if passed_on {
                scene.front.iter().for_each(Chan::close);
                between.wait();
            }
            scene.back.iter().for_each(Chan::close);
        }
        Ending::Broken => {
            let closers = WaitGroup::new();
            let mine = Arc::new(AtomicU64::new(0));
            for _ in 0..rng.usize(1..4) {
                let (mine, closers2) = (mine.clone(), closers.clone());
                // A timer may outlive its call, and what it holds shall not keep the channels alive.
                let s = Arc::new(Mutex::new(Some(scene.clone())));
                closers.add(1);
                time::after_func(short(rng) * 4, move || {
                    let s = s.lock().take();
                    let n = s.map_or(0, |s| s.close_all());
                    mine.fetch_add(n as u64, Ordering::Relaxed);
                    closers2.done();
                });
            }
            closers.wait();
            let all = n * if passed_on { 2 } else { 1 };
            assert_eq!(mine.load(Ordering::Relaxed), all as u64);
        }
        Ending::Cancelled => {
            time::sleep(short(rng) * 4);
            cancel.expect("made for this ending")();
            count(&tally.cancelled);
        }
    }
    senders.wait();
    between.wait();
    scene.wg.wait();
    let drained = match ending {
        Ending::Drained => true,
        Ending::Broken => !passed_on,
        Ending::Cancelled => false,
    };
    drop(scene);
    for (i, slot) in slots.iter().enumerate() {
        let is = slot.load(Ordering::Relaxed);
        let n = |unit: u32| (is / unit) & 0xff;
        if is == 0 {
            continue;
        }
        let told = format!(
            "token {i}: made {}, sent {}, received {}, dropped {} ({ending:?}, passed on: {passed_on})",
            n(MADE),
            n(SENT),
            n(RECEIVED),
            n(DROPPED)
        );
        assert!(n(MADE) == 1 && n(DROPPED) == 1, "{told}");
        assert!(n(RECEIVED) <= n(SENT) && n(SENT) <= 1, "{told}");
        if drained {
            assert_eq!(n(SENT), n(RECEIVED), "{told}");
        } else if n(SENT) > n(RECEIVED) {
            count(&tally.died_in_a_channel);
        }
    }
    count(&tally.scenes);
}

/// Plays scenes until `operations` have been done, on up to twice `procs` Ps, whose number changes all the time.
pub fn hammer(operations: u64, procs: usize, seed: u64, tally: &'static Tally) {
    let enough = move || tally.operations.load(Ordering::Relaxed) >= operations;
    Builder::new().procs(procs).run(|| {
        let lanes = WaitGroup::new();
        let mut rng = Rng::with_seed(seed);
        for lane in 0..LANES {
            let mut rng = rng.fork();
            lanes.go(move || {
                while !enough() {
                    play(lane, &mut rng, tally);
                }
            });
        }
        lanes.go(move || {
            while !enough() {
                time::sleep(Duration::from_millis(2));
                runtime::gomaxprocs(rng.usize(1..=2 * procs));
                count(&tally.procs_changed);
            }
        });
        lanes.wait();
    });
}
