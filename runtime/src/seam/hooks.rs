//! What the code above the seam tells an observer: a load and a branch each while nobody listens.

use std::panic::Location;

use super::{Contents, Hold, Observer, Op, current, current_scheduler, epoch, listener, observer};
use crate::goroutine::G;
use crate::primitives::{Tag, hooked, read};
use crate::trace;

/// A call of its own, always: where it was put into its callers they kept registers for it, some 40 instructions a goroutine.
#[inline(never)]
#[cold]
fn with_observer<R>(f: impl FnOnce(&dyn Observer) -> R) -> Option<R> {
    observer().map(f)
}

/// A choice point: the observer's, or else the moment to give way if this goroutine was asked to. No lock is held here,
/// which is not so at the other hooks.
#[inline(never)]
#[cold]
fn at_point(op: Op, tag: Option<&Tag>, at: &'static Location<'static>) {
    if let Some(o) = observer() {
        o.point(op, tag, at);
    } else {
        at_native_point(op, tag, at);
    }
}

/// A choice point where nobody chooses: told if somebody traces; and the moment to give way.
pub(crate) fn at_native_point(op: Op, tag: Option<&Tag>, at: &'static Location<'static>) {
    if let Some((s, g)) = current() {
        s.tell(&|| trace::What::Op {
            op: op.word(),
            object: tag.map_or(0, Tag::native),
            at: Some(at.into()),
        });
        s.poll(g);
    }
}

/// Tells how a channel stands, where its runtime is traced.
///
/// `counts`: values in its buffer, `recvx`, receivers, senders. What these are is asked for only where a schedule is recorded.
#[inline(always)]
pub(crate) fn stands(
    tag: &Tag,
    counts: [usize; 4],
    closed: bool,
    contents: &mut dyn FnMut() -> Contents,
) {
    if hooked() {
        tell_stand(tag, counts, closed, contents);
    }
}

#[inline(never)]
#[cold]
fn tell_stand(tag: &Tag, counts: [usize; 4], closed: bool, contents: &mut dyn FnMut() -> Contents) {
    if let Some(o) = observer()
        && o.explores()
    {
        o.stands(tag, counts, closed, contents);
    } else if let Some(s) = current_scheduler() {
        let [len, recvx, receivers, senders] = counts.map(|n| u32::try_from(n).unwrap_or(u32::MAX));
        s.tell(&|| trace::What::Chan {
            object: tag.native(),
            len,
            recvx,
            receivers,
            senders,
            closed,
        });
    }
}

/// A choice point: who goes on. Before every effect another goroutine could see.
#[inline(always)]
#[track_caller]
pub(crate) fn point(op: Op, tag: &Tag) {
    if hooked() {
        let at = Location::caller();
        at_point(op, Some(tag), at);
    }
}

/// A choice point, at a place that the caller remembers: an iterator's `next` runs in the library, its `for` does not.
#[inline(always)]
pub(crate) fn point_at(op: Op, tag: &Tag, at: &'static Location<'static>) {
    if hooked() {
        at_point(op, Some(tag), at);
    }
}

/// As [`point_at`], at an object that a former schedule may have left in the middle of something (a `static` lock, held by a
/// goroutine that is gone): `renew` makes it as new where the schedule that runs on this thread has not met it. For who has
/// seen that it is [`hooked`].
///
/// Gives back who listens, for what is told of the operation later: it is the same one then, since who is explored stays on
/// its thread, and on all others there is one for all of them.
#[inline]
pub(crate) fn point_anew(
    op: Op,
    tag: &Tag,
    at: &'static Location<'static>,
    renew: impl FnOnce(),
) -> Option<&'static dyn Observer> {
    let (o, epoch) = listener();
    if epoch != 0 && tag.get(epoch).is_none() {
        renew();
    }
    match o {
        Some(o) => o.point(op, Some(tag), at),
        None => at_native_point(op, Some(tag), at),
    }
    o
}

/// A choice point, and then a plain read or write of a variable, for the race detector.
#[inline(always)]
#[track_caller]
pub(crate) fn use_variable(op: Op, tag: &Tag, write: bool) {
    if hooked() {
        at_variable(op, tag, write, Location::caller());
    }
}

#[inline(never)]
#[cold]
fn at_variable(op: Op, tag: &Tag, write: bool, at: &'static Location<'static>) {
    match observer() {
        Some(o) => o.use_variable(op, tag, write, at),
        None => at_native_point(op, Some(tag), at),
    }
}

/// Whether the goroutine that runs is being explored. Then whatever hides interleavings behind luck or time (spinning,
/// starvation mode) is left out.
#[inline(always)]
pub(crate) fn observed() -> bool {
    hooked() && epoch() != 0
}

/// Whether the object has not been met in the schedule that runs on this thread: then nobody alive holds it, whatever a
/// former schedule left in it (a `static` lock, held by a goroutine that is gone).
#[inline(always)]
pub(crate) fn unmet(tag: &Tag) -> bool {
    hooked() && {
        let epoch = epoch();
        epoch != 0 && tag.get(epoch).is_none()
    }
}

/// A choice point that is about no object.
#[inline(always)]
#[track_caller]
pub(crate) fn point_free(op: Op) {
    if hooked() {
        let at = Location::caller();
        at_point(op, None, at);
    }
}

/// As [`point_free`], at a place that the caller remembers.
#[inline(always)]
pub(crate) fn point_free_at(op: Op, at: &'static Location<'static>) {
    if hooked() {
        at_point(op, None, at);
    }
}

/// See [`Observer::dies`].
#[cold]
pub(crate) fn dies() {
    with_observer(|o| o.dies());
}

/// See [`Observer::also`].
#[inline(always)]
pub(crate) fn also(tag: &Tag) {
    if hooked() {
        with_observer(|o| o.also(tag));
    }
}

/// What came of the last point, for whoever reads the schedule.
#[inline(always)]
pub(crate) fn outcome(mut text: impl FnMut() -> String) {
    if read() {
        with_observer(|o| o.outcome(&mut text));
    }
}

/// See [`Observer::claims`].
#[inline(always)]
pub(crate) fn claims(g: &'static G) {
    if hooked() {
        with_observer(|o| o.claims(g));
    }
}

/// See [`Observer::touches`].
#[inline(always)]
pub(crate) fn touches(tag: &Tag, write: bool) {
    if hooked() {
        with_observer(|o| o.touches(tag, write));
    }
}

/// See [`Observer::shown`].
#[inline(always)]
pub(crate) fn shown(tag: Option<&Tag>) {
    if hooked() {
        with_observer(|o| o.shown(tag));
    }
}

/// See [`Observer::numbered`].
#[inline(always)]
pub(crate) fn numbered() {
    if hooked() {
        with_observer(|o| o.numbered());
    }
}

/// See [`Observer::overdrawn`].
#[inline(always)]
pub(crate) fn overdrawn(tag: &Tag) {
    if hooked() {
        with_observer(|o| o.overdrawn(tag));
    }
}

/// See [`Observer::shut`].
#[inline(always)]
pub(crate) fn shut(tag: &Tag, left: u32) {
    if hooked() {
        with_observer(|o| o.shut(tag, left));
    }
}

/// See [`Observer::added`].
#[inline(always)]
pub(crate) fn added(n: u64) {
    if hooked() {
        with_observer(|o| o.added(n));
    }
}

/// One of `n` equally good possibilities, or `None` where nobody explores: then the caller draws for itself.
#[inline(always)]
pub(crate) fn choose(n: usize) -> Option<usize> {
    if hooked() {
        with_observer(|o| o.explores().then(|| o.choose(n))).flatten()
    } else {
        None
    }
}

/// See [`Observer::born`].
#[inline(always)]
pub(crate) fn born(g: &'static G) {
    if hooked() {
        with_observer(|o| o.born(g));
    }
}

/// See [`Observer::ended`].
#[inline(always)]
pub(crate) fn ended(g: &'static G) {
    if hooked() {
        with_observer(|o| o.ended(g));
    }
}

/// See [`Observer::acquire`].
#[inline(always)]
pub(crate) fn acquire(tag: &Tag, slot: usize) {
    if hooked() {
        with_observer(|o| o.acquire(tag, slot));
    }
}

/// See [`Observer::release`].
#[inline(always)]
pub(crate) fn release(tag: &Tag, slot: usize) {
    if hooked() {
        with_observer(|o| o.release(tag, slot));
    }
}

/// See [`Observer::exchange`].
#[inline(always)]
pub(crate) fn exchange(tag: &Tag, slot: usize, who: Option<&'static G>) {
    if hooked() {
        with_observer(|o| o.exchange(tag, slot, who));
    }
}

/// See [`Observer::meet`].
#[inline(always)]
pub(crate) fn meet(other: &'static G) {
    if hooked() {
        with_observer(|o| o.meet(other));
    }
}

/// See [`Observer::give`].
#[inline(always)]
pub(crate) fn give(other: &'static G) {
    if hooked() {
        with_observer(|o| o.give(other));
    }
}

/// See [`Observer::access`].
#[inline(always)]
#[track_caller]
pub(crate) fn access(tag: &Tag, write: bool) {
    access_at(tag, write, Location::caller());
}

/// As [`access`], for a line of the program that is known already.
#[inline(always)]
pub(crate) fn access_at(tag: &Tag, write: bool, at: &'static Location<'static>) {
    if hooked() {
        with_observer(|o| o.access(tag, write, at));
    }
}

/// See [`Observer::hold`].
#[inline(always)]
pub(crate) fn hold(tag: &Tag, how: Hold) {
    if hooked() {
        with_observer(|o| o.hold(tag, how));
    }
}

/// See [`Observer::took`].
#[inline(always)]
pub(crate) fn took(tag: &Tag, slot: usize, how: Hold) {
    if hooked() {
        with_observer(|o| o.took(tag, slot, how));
    }
}

/// See [`Observer::gave`].
#[inline(always)]
pub(crate) fn gave(tag: &Tag, slot: usize, how: Hold) {
    if hooked() {
        with_observer(|o| o.gave(tag, slot, how));
    }
}

/// See [`Observer::made`].
#[inline(always)]
#[track_caller]
pub(crate) fn made(tag: &Tag, kind: &'static str, detail: usize) {
    if hooked() {
        made_at(tag, kind, detail, Location::caller());
    }
}

#[inline(never)]
#[cold]
pub(crate) fn made_at(
    tag: &Tag,
    kind: &'static str,
    detail: usize,
    at: &'static Location<'static>,
) {
    let seen = with_observer(|o| {
        o.made(tag, kind, detail, at);
        o.explores()
    });
    if seen != Some(true)
        && let Some(s) = current_scheduler()
    {
        s.tell(&|| trace::What::Make {
            object: tag.native(),
            kind,
            detail,
            at: Some(at.into()),
        });
    }
}

/// As [`made`], of a part of an object: no trace tells of it.
#[inline(always)]
#[track_caller]
pub(crate) fn known(tag: &Tag, kind: &'static str) {
    if hooked() {
        let at = Location::caller();
        with_observer(|o| o.made(tag, kind, 0, at));
    }
}

/// See [`Observer::looks`].
#[inline(always)]
pub(crate) fn looks() {
    if hooked() {
        with_observer(|o| o.looks());
    }
}

/// See [`Observer::raised`].
#[inline(always)]
pub(crate) fn raised() {
    if hooked() {
        with_observer(|o| o.raised());
    }
}

/// See [`Observer::asks_for`].
#[inline(always)]
pub(crate) fn asks_for(when: u64) {
    if hooked() {
        with_observer(|o| o.asks_for(when));
    }
}

/// Hands text to the observer; `false` if there is none and it must be printed.
#[inline(always)]
pub(crate) fn print(text: &str, to_stderr: bool) -> bool {
    let caught = |o: &dyn Observer| {
        o.print(text, to_stderr);
        o.explores()
    };
    hooked() && with_observer(caught) == Some(true)
}
