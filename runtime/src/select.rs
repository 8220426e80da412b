//! `select`: one of several channel operations, whichever can go on.
//!
//! ```
//! use goroutines::prelude::*;
//! use time::Duration;
//!
//! run(|| {
//!     let answers = chan::<i32>(0);
//!     let out = answers.clone();
//!     go!(out.send(42));
//!     select! {
//!         recv(answers) -> v => assert_eq!(v, Some(42)),
//!         recv(time::after(Duration::from_secs(60))) => panic!("too late"),
//!     }
//! });
//! ```
//!
//! # The protocol
//!
//! 1. Every channel and every value is evaluated, once, in the order of the source. Cases of nil channels are left out.
//! 2. *A look without locks.* Each channel says in one word whether it may be ready. Of those which may, one is drawn, its
//!    channel alone is locked, and the case *fires* if it is ready: a send or receive that does not wait. Drawing among
//!    all that may be ready is what makes the choice uniform.
//! 3. *All locks.* If none was ready, the channels are locked in the order of their addresses (two selects that want the
//!    same ones cannot wait for each other), each once. Now the goroutine sees all of them at one instant. If one is ready
//!    it fires, drawn again among all ready ones; so a `default` is taken only if there was a moment at which no case could
//!    go on.
//! 4. `default`, if there is one.
//! 5. *Waiting.* Under all locks a sudog of each case goes into its channel's queue; all refer to one `Claim`. The
//!    goroutine parks, and its scheduler releases the locks after the switch.
//! 6. Who finds one of the sudogs takes the claim, does the operation, and readies the goroutine. Who finds another one
//!    later fails to take the claim, and skips it. So no select fires twice, and a losing case loses nothing: its value is
//!    still in its sudog.
//! 7. The goroutine locks all channels again and takes its sudogs out, each in constant time. Only then does it go on.
//!
//! # Invariants
//!
//! - The frame with the cases is not left before step 7, and step 7 takes each lock: whoever holds one of them may look at
//!   a sudog that it found under it. The scheduler, which releases the locks of step 5 one by one, may look at the list of
//!   cases as long as it holds one.
//! - No goroutine is readied under a lock, and no value of the program is dropped under one.
//!
//! One case alone is a plain operation, and one with a `default` is a `try_` operation, as Go's compiler has it.
//!
//! After Go's `selectgo` (`runtime/select.go`).
//!
//! # Rejected
//!
//! - Going to step 3 at once, as Go does: four locks and four unlocks where one of each will do as a rule.
//! - Scanning from a random case on, without drawing: of two ready neighbours among four the second would be taken once
//!   in four times.

mod dynamic;

use std::panic::Location;

pub use crate::chan::{AsRecv, AsSend, RecvEnd, SendEnd};
use crate::chan::{Case, RecvCase, SendCase};
use crate::coro::Unlock;
use crate::goroutine::{Abandon, WaitReason};
use crate::primitives::hooked;
use crate::seam::{self, Op};
use crate::wait::{self, Claim, Who, park_forever};
pub use dynamic::{Chosen, Select};

/// Which case fired; `None`: the default.
///
/// `order` has as many places as there are cases.
fn select(
    cases: &mut [&mut dyn Case],
    order: &mut [u32],
    default: bool,
    at: &'static Location<'static>,
) -> Option<usize> {
    if hooked() {
        select_told(cases, order, default, at)
    } else {
        run::<false>(cases, order, default, at)
    }
}

/// The same where somebody may listen. Out of the way: one look at the hooks is what most of them pay.
#[cold]
#[inline(never)]
fn select_told(
    cases: &mut [&mut dyn Case],
    order: &mut [u32],
    default: bool,
    at: &'static Location<'static>,
) -> Option<usize> {
    seam::point_free_at(Op::Select, at);
    cases.iter().filter_map(|c| c.tag()).for_each(seam::also);
    cases.iter_mut().for_each(|c| c.hands());
    let chosen = run::<true>(cases, order, default, at);
    if let Some(i) = chosen {
        seam::outcome(|| cases[i].outcome());
    } else {
        seam::outcome(|| "default".to_string());
    }
    chosen
}

/// `TOLD`: whether somebody may listen.
#[inline(always)]
fn run<const TOLD: bool>(
    cases: &mut [&mut dyn Case],
    order: &mut [u32],
    default: bool,
    at: &'static Location<'static>,
) -> Option<usize> {
    // Steps 1 and 2. Under an observer the locks are never contended, and its choice is made among what is ready in truth.
    let mut alive = 0;
    let mut may = 0;
    for (i, c) in cases.iter().enumerate() {
        if c.channel().is_some() {
            order[alive] = i as u32;
            // Those that may be ready stand in front.
            if c.may() {
                order.swap(may, alive);
                may += 1;
            }
            alive += 1;
        }
    }
    let order = &mut order[..alive];
    let mut wake = None;
    if !(TOLD && seam::observed()) {
        while may > 0 {
            let k = draw(may);
            let i = order[k] as usize;
            if TOLD {
                cases[i].access(at);
            }
            cases[i].lock();
            // SAFETY: locked just now.
            let fired = unsafe { cases[i].fire(&mut wake) };
            // SAFETY: as above.
            unsafe { cases[i].unlock() };
            if let Some(g) = wake {
                wait::ready(g);
            }
            if fired {
                return Some(i);
            }
            may -= 1;
            order.swap(k, may);
        }
    }
    // Step 3.
    order.sort_unstable_by_key(|&i| cases[i as usize].channel());
    lock_all(cases, order);
    loop {
        // SAFETY: all are locked.
        let is_ready = |&&i: &&u32| unsafe { cases[i as usize].ready() };
        let ready = order.iter().filter(is_ready).count();
        if ready == 0 {
            break;
        }
        let told = if TOLD { seam::choose(ready) } else { None };
        let k = told.unwrap_or_else(|| draw(ready));
        // In the order of the source: addresses differ from run to run.
        let Some(i) = (0..cases.len())
            // SAFETY: all are locked.
            .filter(|&i| cases[i].channel().is_some() && unsafe { cases[i].ready() })
            .nth(k)
        else {
            continue;
        };
        if TOLD {
            cases[i].access(at);
        }
        // SAFETY: all are locked.
        let fired = unsafe { cases[i].fire(&mut wake) };
        // It fails where the only one who waited there was woken elsewhere since.
        if fired {
            // SAFETY: locked by `lock_all`.
            unsafe { unlock_all(cases, order) };
            if let Some(g) = wake {
                wait::ready(g);
            }
            return Some(i);
        }
    }
    // Step 4.
    if default {
        // SAFETY: locked by `lock_all`.
        unsafe { unlock_all(cases, order) };
        return None;
    }
    Some(wait_for_one(cases, order, at))
}

/// Steps 5 to 7, with all locks held.
fn wait_for_one(
    cases: &mut [&mut dyn Case],
    order: &[u32],
    at: &'static Location<'static>,
) -> usize {
    let Some(who) = Who::waits() else {
        // SAFETY: locked by the caller.
        unsafe { unlock_all(cases, order) };
        seam::outside("this select would block");
    };
    let claim = Claim::new();
    // In the order of the source: of two timers of one moment the one fires first that was set first.
    for (i, c) in cases.iter_mut().enumerate() {
        if c.channel().is_some() {
            if hooked() {
                c.access(at);
            }
            // SAFETY: locked; the cases stay where they are, and are dequeued below before anybody leaves this function.
            unsafe { c.enqueue(who.g(), &claim, i as u32) };
        }
    }
    // SAFETY: all are locked.
    unsafe { tell_all(cases, order) };
    {
        let parked = Parked {
            cases: &*cases,
            order,
            claim: &claim,
        };
        let data = std::ptr::from_ref(&parked).cast();
        // SAFETY: `who` waits; `parked` lives until the wait is over, see the invariants at the top for the time between.
        unsafe {
            who.park(
                WaitReason::Select,
                at,
                Some(Unlock {
                    run: unlock_parked,
                    data,
                }),
                Some(Abandon { run: abandon, data }),
            );
        }
    }
    lock_all(cases, order);
    if hooked() {
        let tags = cases.iter().filter_map(|c| c.tag());
        tags.for_each(|tag| seam::touches(tag, true));
    }
    for &i in order {
        // SAFETY: locked.
        unsafe { cases[i as usize].dequeue() };
    }
    // SAFETY: all are locked.
    unsafe { tell_all(cases, order) };
    // SAFETY: locked by `lock_all`.
    unsafe { unlock_all(cases, order) };
    let winner = claim.winner().expect("whoever woke it took the claim") as usize;
    cases[winner].woken();
    winner
}

/// Tells whoever watches how each channel stands.
///
/// # Safety
///
/// The caller holds all their locks.
unsafe fn tell_all(cases: &[&mut dyn Case], order: &[u32]) {
    if hooked() {
        for &i in order {
            // SAFETY: as the caller promises.
            unsafe { cases[i as usize].tells() };
        }
    }
}

/// What the frame of a goroutine that waits has for others.
struct Parked<'a, 'b> {
    cases: &'a [&'b mut (dyn Case + 'b)],
    order: &'a [u32],
    claim: &'a Claim,
}

/// Releases all locks once the goroutine is parked.
///
/// # Safety
///
/// `data` points to the `Parked` of a goroutine that has just parked, with all locks held.
unsafe fn unlock_parked(data: *const ()) {
    // SAFETY: the frame is alive as long as one lock is held: the goroutine takes all of them before it leaves. Behind the
    // last unlock nothing of it is touched: the loop's bounds are values by then.
    unsafe {
        let p = &*data.cast::<Parked<'_, '_>>();
        unlock_all(p.cases, p.order);
    }
}

/// The runtime ends: takes all sudogs out. See `Abandon`.
///
/// # Safety
///
/// `data` points to the `Parked` in the frame of a goroutine that waits.
unsafe fn abandon(data: *const ()) -> bool {
    // SAFETY: the frame is intact (the caller's promise).
    let p = unsafe { &*data.cast::<Parked<'_, '_>>() };
    let ours = p.claim.void();
    for &i in p.order {
        let c = &*p.cases[i as usize];
        c.lock();
        // SAFETY: locked just now.
        unsafe {
            c.dequeue();
            c.unlock();
        }
    }
    ours
}

/// Locks each channel once.
fn lock_all(cases: &[&mut dyn Case], order: &[u32]) {
    let mut last = None;
    for &i in order {
        let c = &cases[i as usize];
        if c.channel() != last {
            c.lock();
            last = c.channel();
        }
    }
}

/// Releases each channel once, the last locked first.
///
/// # Safety
///
/// They were locked by `lock_all` with the same `order`. The cases need to be alive only until the last is released.
unsafe fn unlock_all(cases: &[&mut dyn Case], order: &[u32]) {
    let mut i = order.len();
    while i > 0 {
        let c = &cases[order[i - 1] as usize];
        let channel = c.channel();
        // The first of those with this channel: all others behind it are the same lock.
        let mut first = i - 1;
        while first > 0 && cases[order[first - 1] as usize].channel() == channel {
            first -= 1;
        }
        i = first;
        // SAFETY: locked, and released once.
        unsafe { c.unlock() };
    }
}

/// A random number below `n`. Not inlined: the generator is a thread-local, and the goroutine may wake on another thread.
#[inline(never)]
fn draw(n: usize) -> usize {
    if n == 1 { 0 } else { fastrand::usize(..n) }
}

// ---- what the macro calls --------------------------------------------------------------------------------------------

/// What `select!` is written on.
#[doc(hidden)]
pub mod __select {
    use super::{Case, Location, RecvCase, RecvEnd, SendCase, SendEnd, WaitReason, park_forever};

    #[inline]
    pub fn recv<C: RecvEnd + ?Sized>(c: &C) -> RecvCase<'_, C::Item> {
        RecvCase::new(c.side())
    }

    #[inline]
    pub fn send<C: SendEnd + ?Sized>(c: &C, v: C::Item) -> SendCase<'_, C::Item> {
        SendCase::new(c.side(), v)
    }

    /// A case of either kind.
    #[allow(private_bounds, reason = "only the macro names it")]
    pub trait Arm: Case {
        /// What its pattern is matched with.
        type Out;
        fn finish(self) -> Self::Out;
        fn alone(self) -> Self::Out;
        /// `None`: the default.
        fn or_default(self) -> Option<Self::Out>;
        fn case(&mut self) -> Ref<'_>;
    }

    /// A case whose type is forgotten.
    #[allow(missing_debug_implementations, reason = "only the macro names it")]
    pub struct Ref<'a>(&'a mut dyn Case);

    impl<T> Arm for RecvCase<'_, T> {
        type Out = Option<T>;
        #[inline]
        fn finish(self) -> Option<T> {
            self.into_value()
        }
        #[inline]
        #[track_caller]
        fn alone(self) -> Option<T> {
            RecvCase::alone(self, Location::caller())
        }
        #[inline]
        #[track_caller]
        fn or_default(self) -> Option<Option<T>> {
            RecvCase::or_default(self)
        }
        #[inline]
        fn case(&mut self) -> Ref<'_> {
            Ref(self)
        }
    }

    impl<T> Arm for SendCase<'_, T> {
        type Out = ();
        #[inline]
        #[track_caller]
        fn finish(self) {
            if self.closed() {
                SendCase::panic(self);
            }
        }
        #[inline]
        #[track_caller]
        fn alone(self) {
            SendCase::alone(self);
        }
        #[inline]
        #[track_caller]
        fn or_default(self) -> Option<()> {
            SendCase::or_default(self).then_some(())
        }
        #[inline]
        fn case(&mut self) -> Ref<'_> {
            Ref(self)
        }
    }

    /// Runs it; which case fired, or as many as there are for the default.
    #[track_caller]
    pub fn run<const N: usize>(cases: [Ref<'_>; N], default: bool) -> usize {
        let mut cases = cases.map(|c| c.0);
        super::select(&mut cases, &mut [0; N], default, Location::caller()).unwrap_or(N)
    }

    /// `select! {}`.
    #[track_caller]
    pub fn forever() -> ! {
        super::seam::point_free(super::Op::Select);
        park_forever(WaitReason::SelectNoCases, Location::caller())
    }
}

/// Waits until one of several channel operations can go on, does it, and runs its arm: Go's `select`.
///
/// ```text
/// select! {
///     recv(a) -> v => { … }     // v: Option<T>, a pattern; None when `a` is closed and drained
///     recv(b)      => { … }     // or an expression and a comma
///     send(c, 3)   => { … }
///     default      => { … }     // when no other can go on at once; anywhere, once
/// }
/// ```
///
/// `a`, `b` and `c` are expressions of a [`Chan`](crate::Chan), a [`RecvChan`](crate::RecvChan) or
/// [`SendChan`](crate::SendChan), or of a reference to one. They and the values to send are evaluated once, in the order of
/// the source, whichever case is chosen; a value that is not sent is dropped. Among the cases that can go on one is drawn,
/// each as likely as the others. What an expression of a channel borrows (a guard, say) is kept until the choice is made;
/// what a value's expression borrows is not. A nil channel is a case that is switched off. All arms have one type, which is
/// that of the whole; `break`, `continue`, `return` and `?` work in them as anywhere. `select! {}` waits for ever.
///
/// Cost: one short lock if a case can go on at once; one a channel to find out that none can, and to wait. Nothing is
/// allocated.
///
/// # Panics
///
/// `send on closed channel`, if such a send is chosen. Outside of a goroutine, if it must wait.
///
/// ```
/// use goroutines::prelude::*;
///
/// run(|| {
///     let (numbers, quit) = (chan(0), chan::<()>(0));
///     let (n, q) = (numbers.clone(), quit.clone());
///     go! {
///         for i in 0..3 {
///             n.send(i);
///         }
///         q.close();
///     }
///     let mut sum = 0;
///     loop {
///         select! {
///             recv(numbers) -> v => sum += v.unwrap(),
///             recv(quit) => break,
///         }
///     }
///     assert_eq!(sum, 3);
/// });
/// ```
///
/// What is no arm, or a second default, is told:
///
/// ```compile_fail
/// # use goroutines::prelude::*;
/// let c = chan::<i32>(0);
/// select! { receive(c) => {} }
/// ```
///
/// ```compile_fail
/// # use goroutines::prelude::*;
/// select! { default => {} default => {} }
/// ```
#[macro_export]
macro_rules! select {
    () => { $crate::select::__select::forever() };

    // @arms {default} [arms so far] {index of the next} the rest
    (@arms {$($d:tt)?} [$($arms:tt)*] $n:tt) => {
        $crate::select!(@emit {$($d)?} [$($arms)*] $n)
    };
    (@arms {} $arms:tt $n:tt default => $body:block , $($rest:tt)*) => {
        $crate::select!(@arms {$body} $arms $n $($rest)*)
    };
    (@arms {} $arms:tt $n:tt default => $body:block $($rest:tt)*) => {
        $crate::select!(@arms {$body} $arms $n $($rest)*)
    };
    (@arms {} $arms:tt $n:tt default => $body:expr , $($rest:tt)*) => {
        $crate::select!(@arms {{$body}} $arms $n $($rest)*)
    };
    (@arms {} $arms:tt $n:tt default => $body:expr) => {
        $crate::select!(@arms {{$body}} $arms $n)
    };
    (@arms {$d:tt} $arms:tt $n:tt default $($rest:tt)*) => {
        ::std::compile_error!("select! has two `default` arms; one is enough")
    };

    (@arms $d:tt [$($arms:tt)*] {$($n:tt)*} recv($c:expr $(,)?) -> $p:pat => $body:block , $($rest:tt)*) => {
        $crate::select!(@arms $d [$($arms)* {case {$($n)*} {recv(&$c)} {$p} {$body}}] {$($n)* + 1} $($rest)*)
    };
    (@arms $d:tt [$($arms:tt)*] {$($n:tt)*} recv($c:expr $(,)?) -> $p:pat => $body:block $($rest:tt)*) => {
        $crate::select!(@arms $d [$($arms)* {case {$($n)*} {recv(&$c)} {$p} {$body}}] {$($n)* + 1} $($rest)*)
    };
    (@arms $d:tt [$($arms:tt)*] {$($n:tt)*} recv($c:expr $(,)?) -> $p:pat => $body:expr , $($rest:tt)*) => {
        $crate::select!(@arms $d [$($arms)* {case {$($n)*} {recv(&$c)} {$p} {$body}}] {$($n)* + 1} $($rest)*)
    };
    (@arms $d:tt [$($arms:tt)*] {$($n:tt)*} recv($c:expr $(,)?) -> $p:pat => $body:expr) => {
        $crate::select!(@arms $d [$($arms)* {case {$($n)*} {recv(&$c)} {$p} {$body}}] {$($n)* + 1})
    };
    (@arms $d:tt $arms:tt $n:tt recv($c:expr $(,)?) => $($rest:tt)*) => {
        $crate::select!(@arms $d $arms $n recv($c) -> _ => $($rest)*)
    };

    (@arms $d:tt [$($arms:tt)*] {$($n:tt)*} send($c:expr, $v:expr $(,)?) => $body:block , $($rest:tt)*) => {
        $crate::select!(@arms $d [$($arms)* {case {$($n)*} {send(&$c, { $v })} {()} {$body}}] {$($n)* + 1} $($rest)*)
    };
    (@arms $d:tt [$($arms:tt)*] {$($n:tt)*} send($c:expr, $v:expr $(,)?) => $body:block $($rest:tt)*) => {
        $crate::select!(@arms $d [$($arms)* {case {$($n)*} {send(&$c, { $v })} {()} {$body}}] {$($n)* + 1} $($rest)*)
    };
    (@arms $d:tt [$($arms:tt)*] {$($n:tt)*} send($c:expr, $v:expr $(,)?) => $body:expr , $($rest:tt)*) => {
        $crate::select!(@arms $d [$($arms)* {case {$($n)*} {send(&$c, { $v })} {()} {$body}}] {$($n)* + 1} $($rest)*)
    };
    (@arms $d:tt [$($arms:tt)*] {$($n:tt)*} send($c:expr, $v:expr $(,)?) => $body:expr) => {
        $crate::select!(@arms $d [$($arms)* {case {$($n)*} {send(&$c, { $v })} {()} {$body}}] {$($n)* + 1})
    };

    (@arms $d:tt $arms:tt $n:tt $($rest:tt)+) => {
        ::std::compile_error!(::std::concat!(
            "select!: an arm is `recv(ch) -> v => …`, `recv(ch) => …`, `send(ch, value) => …` or `default => …`, \
             a block or an expression and a comma; this is none: ",
            ::std::stringify!($($rest)+)
        ))
    };

    (@emit {$d:tt} [] $n:tt) => { $d };
    (@emit {} [{$case:ident $i:tt {$($op:tt)*} {$p:pat} {$body:expr}}] $n:tt) => {{
        let $case = $crate::select::__select::Arm::alone($crate::select::__select::$($op)*);
        match $case { $p => $body }
    }};
    (@emit {$d:tt} [{$case:ident $i:tt {$($op:tt)*} {$p:pat} {$body:expr}}] $n:tt) => {{
        let $case = $crate::select::__select::Arm::or_default($crate::select::__select::$($op)*);
        if let ::std::option::Option::Some($case) = $case {
            match $case { $p => $body }
        } else $d
    }};
    (@emit {$($d:tt)?} [$({$case:ident {$($i:tt)*} {$($op:tt)*} {$p:pat} {$body:expr}})*] {$($n:tt)*}) => {{
        // The cases borrow the channels until the choice is made, and no longer: an arm may assign to them.
        let (chosen, $($case,)*) = match ($($crate::select::__select::$($op)*,)*) {
            ($(mut $case,)*) => {
                let chosen = $crate::select::__select::run(
                    [$($crate::select::__select::Arm::case(&mut $case)),*],
                    $crate::select!(@has $($d)?),
                );
                (chosen, $($crate::select::__select::Arm::finish($case),)*)
            }
        };
        $(if chosen == $($i)* {
            match $case { $p => $body }
        } else)* {
            $crate::select!(@default $($d)?)
        }
    }};
    (@has) => { false };
    (@has $d:tt) => { true };
    (@default) => { ::std::unreachable!("a select without a default chose it") };
    (@default $d:tt) => { $d };

    ($($arms:tt)+) => {
        $crate::select!(@arms {} [] {0} $($arms)+)
    };
}
