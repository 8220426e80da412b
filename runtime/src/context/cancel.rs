//! How a cancellation goes down the tree.
//!
//! # Concepts
//!
//! A [`Root`] is the part of a context that can be cancelled: the channel that is closed then, why it was, and who is to
//! be told. It knows its *children* ([`Child`]: other roots, and functions to be run) and refers to nothing above but
//! weakly; a `Context` refers to its parent. So there is no circle, and a parent keeps each child only until one of them is
//! done: making and cancelling children for ever costs their parent nothing.
//!
//! # The protocol
//!
//! 1. *Cancel* takes the root's lock; whoever finds no reason there yet writes his, and takes the children, the timer and
//!    the way up out of it. Only he goes on; everyone else waits until he has finished.
//! 2. Without the lock he closes the channel, which wakes who waits; then he does the same with each child, down to the
//!    last, and starts their functions. Children are told in the order in which they were made.
//! 3. He takes the root out of its parent's list, and says that it is finished.
//! 4. A child that is born reads, under its parent's lock, whether the parent has a reason: then it is cancelled at once,
//!    else it is in the list. There is nothing in between, so no child is forgotten.
//!
//! # Invariants
//!
//! - The first reason stays. Who reads one (`err`) first waits for the channel to be closed, if there is one, so `err` and
//!   `done` never contradict each other. A channel that is asked for later is born closed.
//! - No lock of ours is held while a channel is closed, a goroutine started, or anything of the program dropped; and of two
//!   at once, the second is of a child that nobody else knows yet.
//! - A cancel that has returned has cancelled everything below, whoever did it.
//!
//! # Rejected
//!
//! - Go's way, a lock for each context held from the top down to the last child: ours may not be held while goroutines are
//!   made ready.
//! - Weak references to children: who holds only the channel of a context (and dropped the rest) still waits for it.

use std::panic::Location;
use std::sync::{Arc, Weak};

use super::{Cause, Error};
use crate::birth;
use crate::chan::{Chan, RecvChan, chan_for, closed};
use crate::primitives::{Lock, Tag};
use crate::seam::{self, Op};
use crate::timers::{Fire, Key};

type At = &'static Location<'static>;

/// The part of a context that can be cancelled.
pub(super) struct Root {
    tag: Tag,
    /// Where it was made.
    at: At,
    state: Lock<State>,
}

#[derive(Default)]
struct State {
    why: Option<(Error, Option<Cause>)>,
    /// Made when somebody asks for it.
    done: Option<Chan<()>>,
    /// Who waits until the cancellation has reached everyone.
    finished: Finished,
    children: Children,
    up: Up,
    deadline: Option<Key>,
}

/// The parent, and the place in its list.
pub(super) type Up = Option<(Weak<Root>, u32)>;

/// A list in which a place that was left is taken again: as long as the most there ever were at one time.
#[derive(Default)]
struct Children {
    /// Each with its age.
    places: Vec<Option<(u64, Child)>>,
    free: Vec<u32>,
    born: u64,
}

impl Children {
    /// Where the next one will stand.
    fn place(&self) -> u32 {
        let next = || u32::try_from(self.places.len()).expect("fewer than 2^32 children");
        self.free.last().copied().unwrap_or_else(next)
    }

    fn insert(&mut self, child: Child) {
        self.born += 1;
        let entry = Some((self.born, child));
        match self.free.pop() {
            Some(place) => self.places[place as usize] = entry,
            None => self.places.push(entry),
        }
    }

    /// Who stands there; nobody once all have been taken out.
    fn remove(&mut self, place: u32) -> Option<Child> {
        let (_, child) = self.places.get_mut(place as usize)?.take()?;
        self.free.push(place);
        if self.free.len() == self.places.len() && self.places.len() > FEW {
            *self = Children {
                born: self.born,
                ..Children::default()
            };
        }
        Some(child)
    }

    fn is_empty(&self) -> bool {
        self.free.len() == self.places.len()
    }

    /// All of them onto a list that is worked off from its end: the youngest first.
    fn pour_into(mut self, list: &mut Vec<Child>) {
        // In order already, unless a place was taken again.
        let born = |place: &Option<(u64, Child)>| place.as_ref().map(|&(born, _)| born);
        self.places.sort_unstable_by_key(born);
        let last_first = self.places.into_iter().rev().flatten();
        list.extend(last_first.map(|(_, child)| child));
    }
}

/// A list that is empty gives its memory back if it was longer than this.
const FEW: usize = 64;

#[derive(Default)]
enum Finished {
    #[default]
    No,
    /// Somebody waits for it.
    Awaited(Chan<()>),
    Yes,
}

/// Who is told when a context is done.
#[derive(Clone)]
pub(super) enum Child {
    Root(Arc<Root>),
    Late(Arc<Late>),
}

/// Takes whoever stood there out of a parent's list.
fn leave(up: Up) {
    if let Some((parent, place)) = up
        && let Some(parent) = parent.upgrade()
    {
        parent.disown(place);
    }
}

impl Drop for Root {
    /// One after the other: a chain of children that nobody has cancelled may be long, and a stack is small.
    fn drop(&mut self) {
        let mut list = Vec::new();
        self.pour_children_into(&mut list);
        while let Some(child) = list.pop() {
            if let Child::Root(root) = child
                && let Some(mut root) = Arc::into_inner(root)
            {
                root.pour_children_into(&mut list);
            }
        }
    }
}

impl Root {
    #[track_caller]
    pub(super) fn new(at: At) -> Arc<Root> {
        let root = Arc::new(Root {
            tag: Tag::new(),
            at,
            state: Lock::new(State::default()),
        });
        seam::made(&root.tag, "context", 0);
        root
    }

    /// Tells an observer that this is one with a deadline.
    #[track_caller]
    pub(super) fn told_of_deadline(&self) {
        seam::made(&self.tag, "context", 1);
    }

    pub(super) fn done(&self) -> RecvChan<()> {
        let mut state = self.state.lock();
        let State { why, done, .. } = &mut *state;
        if done.is_none() {
            // Who cancels it closes the channel, if there is one.
            seam::touches(&self.tag, false);
        }
        done.get_or_insert_with(|| match why {
            None => chan_for("context's chan", self.at),
            Some(_) => {
                seam::acquire(&self.tag, 0);
                closed()
            }
        })
        .receiver()
    }

    #[track_caller]
    pub(super) fn err(&self) -> Option<Error> {
        seam::point(Op::Err, &self.tag);
        let state = self.state.lock();
        let why = state.why.as_ref().map(|(e, _)| *e)?;
        seam::acquire(&self.tag, 0);
        let done = state.done.clone();
        drop(state);
        if let Some(done) = done {
            // Who wrote the reason may not have closed it yet.
            done.recv();
        }
        Some(why)
    }

    pub(super) fn cause(&self) -> Option<Cause> {
        self.state.lock().why.as_ref().and_then(|(_, c)| c.clone())
    }

    /// Takes a child in, or cancels it if it is too late for that.
    pub(super) fn adopt(self: &Arc<Self>, child: Child, at: At) {
        seam::point_at(Op::Child, &self.tag, at);
        let mut state = self.state.lock();
        match state.why.clone() {
            None => {
                let up = Some((Arc::downgrade(self), state.children.place()));
                child.comes_under(&up);
                state.children.insert(child);
                // Who cancels comes after it: so does a function that is started then.
                seam::release(&self.tag, CHILDREN);
            }
            Some((err, cause)) => {
                seam::acquire(&self.tag, 0);
                drop(state);
                match child {
                    Child::Root(root) => root.cancel(err, cause),
                    Child::Late(late) => {
                        if !late.start() {
                            seam::outside("context::after_func");
                        }
                    }
                }
            }
        }
    }

    /// Takes the children out, while nobody else refers to it.
    fn pour_children_into(&mut self, list: &mut Vec<Child>) {
        let children = &mut self.state.get_mut().children;
        if !children.is_empty() {
            std::mem::take(children).pour_into(list);
        }
    }

    /// A child is done, or does not want to be told any more.
    fn disown(&self, place: u32) {
        seam::touches(&self.tag, true);
        let child = self.state.lock().children.remove(place);
        drop(child);
    }

    /// Has it cancelled at `when`, because of `cause` if there is one.
    pub(super) fn set_deadline(self: &Arc<Self>, when: u64, cause: Option<Cause>) {
        if when <= seam::clock() {
            self.cancel(Error::DeadlineExceeded, cause);
            return;
        }
        seam::release(&self.tag, DEADLINE);
        // Most have none, and need nothing beside the root.
        let due: Arc<dyn Fire> = match cause {
            None => self.clone(),
            Some(cause) => Arc::new(Due(self.clone(), cause)),
        };
        let mut state = self.state.lock();
        if state.why.is_none() {
            state.deadline = seam::call_at(when, due);
        }
    }

    /// The timer `key` has fired.
    fn is_due(self: Arc<Self>, key: Key, cause: Option<Cause>) {
        let mut state = self.state.lock();
        if state.deadline != Some(key) {
            return;
        }
        state.deadline = None;
        drop(state);
        let at = self.at;
        // A cancellation may wait, so it needs a goroutine, as in Go.
        birth::spawn(
            move || {
                seam::acquire(&self.tag, DEADLINE);
                self.cancel(Error::DeadlineExceeded, cause);
            },
            Some(at),
        );
    }

    /// Cancels it and everything below, unless somebody has; comes back when that is done.
    pub(super) fn cancel(self: &Arc<Self>, err: Error, cause: Option<Cause>) {
        seam::point_at(Op::Cancel, &self.tag, self.at);
        let Some((children, up)) = self.begin(err, cause.clone()) else {
            self.wait_until_finished();
            return;
        };
        let (mut list, mut cancelled) = (Vec::new(), Vec::new());
        let mut started = true;
        children.pour_into(&mut list);
        while let Some(child) = list.pop() {
            match child {
                Child::Late(late) => started &= late.start(),
                Child::Root(root) => {
                    if let Some((children, _)) = root.begin(err, cause.clone()) {
                        // One without children was finished at once.
                        if !children.is_empty() {
                            children.pour_into(&mut list);
                            cancelled.push(root);
                        }
                    } else {
                        root.wait_until_finished();
                    }
                }
            }
        }
        leave(up);
        for root in cancelled {
            root.finish();
        }
        self.finish();
        if !started {
            seam::outside("a function that a context is to run once it is done");
        }
    }

    /// Writes the reason and closes the channel; hands out the children and the way up. `None` if there is a reason already.
    fn begin(&self, err: Error, cause: Option<Cause>) -> Option<(Children, Up)> {
        let mut state = self.state.lock();
        if state.why.is_some() {
            seam::touches(&self.tag, false);
            return None;
        }
        state.why = Some((err, cause));
        seam::acquire(&self.tag, CHILDREN);
        seam::release(&self.tag, 0);
        let timer = state.deadline.take().and_then(Key::remove);
        let children = std::mem::take(&mut state.children);
        let up = state.up.take();
        let done = state.done.clone();
        if children.is_empty() {
            state.finished = Finished::Yes;
        }
        drop(state);
        drop(timer);
        if let Some(done) = done {
            done.close_at(self.at);
        }
        Some((children, up))
    }

    fn finish(&self) {
        let former = std::mem::replace(&mut self.state.lock().finished, Finished::Yes);
        if !matches!(former, Finished::Yes) {
            seam::touches(&self.tag, true);
        }
        if let Finished::Awaited(chan) = former {
            chan.close_at(self.at);
        }
    }

    fn wait_until_finished(&self) {
        seam::touches(&self.tag, true);
        let mut state = self.state.lock();
        let done = state.done.clone();
        let wait = match &state.finished {
            Finished::Yes => {
                seam::acquire(&self.tag, 0);
                None
            }
            Finished::Awaited(wait) => Some(wait.clone()),
            Finished::No => {
                let wait = chan_for("context's chan", self.at);
                state.finished = Finished::Awaited(wait.clone());
                Some(wait)
            }
        };
        drop(state);
        for chan in [done, wait].into_iter().flatten() {
            chan.recv_at(self.at);
        }
    }
}

/// The race detector's name for what comes before a deadline was set.
const DEADLINE: usize = 1;
/// And for what was put into a root's list.
const CHILDREN: usize = 2;

impl Fire for Root {
    fn fire(self: Arc<Self>, key: Key, _now: u64) {
        self.is_due(key, None);
    }
}

/// A deadline with a cause of its own.
struct Due(Arc<Root>, Cause);

impl Fire for Due {
    fn fire(self: Arc<Self>, key: Key, _now: u64) {
        self.0.clone().is_due(key, Some(self.1.clone()));
    }
}

impl Child {
    /// Under the lock of the parent; a child that nobody else knows yet, so its lock is free.
    fn comes_under(&self, up: &Up) {
        match self {
            Child::Root(root) => root.state.lock().up.clone_from(up),
            Child::Late(late) => late.state.lock().1.clone_from(up),
        }
    }
}

type Job = Box<dyn FnOnce() + Send>;

/// A function to be run when a context is done.
pub(super) struct Late {
    state: Lock<(Option<Job>, Up)>,
    /// The runtime in which it was made.
    home: u64,
    at: At,
}

/// The function of a context that was cancelled outside of its runtime: on its way to a thread of that.
struct Called {
    job: Lock<Option<Job>>,
    home: u64,
    at: At,
}

impl Fire for Called {
    fn fire(self: Arc<Self>, _: Key, _now: u64) {
        let job = self.job.lock().take();
        if let Some(f) = job
            && seam::current_scheduler().is_some_and(|s| s.home() == self.home)
        {
            birth::spawn(f, Some(self.at));
        }
    }
}

impl Late {
    pub(super) fn new(f: impl FnOnce() + Send + 'static, at: At) -> Arc<Late> {
        Arc::new(Late {
            state: Lock::new((Some(Box::new(f)), None)),
            home: seam::current_scheduler().map_or(0, |s| s.home()),
            at,
        })
    }

    fn start(&self) -> bool {
        let Some(f) = self.state.lock().0.take() else {
            return true;
        };
        let here = seam::current_scheduler().map(|s| s.home());
        if here == Some(self.home) {
            birth::spawn(f, Some(self.at));
            return true;
        }
        let called = Arc::new(Called {
            job: Lock::new(Some(f)),
            home: self.home,
            at: self.at,
        });
        if seam::call_from_outside(self.home, called.clone()) {
            return true;
        }
        // That one has ended.
        let job = called.job.lock().take().filter(|_| here.is_some());
        job.map(|f| birth::spawn(f, Some(self.at))).is_some()
    }

    /// Whether it was not started and now never will be.
    pub(super) fn stop(&self) -> bool {
        seam::point_free_at(Op::Stop, self.at);
        let mut state = self.state.lock();
        let (job, up) = (state.0.take(), state.1.take());
        drop(state);
        leave(up);
        job.is_some()
    }
}
