//! Go's package `context`: cancellation, deadlines and values that are handed from caller to callee.
//!
//! A [`Context`] is a node of a tree that is only ever looked at upwards, but for one thing: a cancellation goes down. So a
//! node that can be cancelled knows the nodes below it that can, and nothing else does. The protocol of that stands in
//! `cancel.rs`.
//!
//! ```
//! use goroutines::prelude::*;
//! use time::Duration;
//!
//! run(|| {
//!     let (ctx, cancel) = context::with_timeout(&context::background(), Duration::from_secs(60));
//!     let done = chan(0);
//!     let (worker, tell) = (ctx.clone(), done.clone());
//!     go!({
//!         worker.done().recv(); // until there is nothing more to do
//!         tell.send(worker.err());
//!     });
//!     cancel();
//!     assert_eq!(done.recv(), Some(Some(context::Error::Canceled)));
//! });
//! ```
//!
//! # How to use it
//!
//! As in Go: pass a context on as the first argument, call the function that cancels it when the work is done (also if it
//! came to a good end: until then its parent knows it), and use values only for what belongs to a request.
//!
//! # Beside Go
//!
//! A `Context` is a type, not an interface: there are none from elsewhere, and no nil one. Keys of values are looked up by
//! type and equality, values by type.

mod cancel;
mod names;

use std::any::Any;
use std::panic::Location;
use std::sync::Arc;

pub use std::time::{Duration, Instant};

use crate::chan::RecvChan;
use crate::seam;
use crate::timers::LATEST;

use cancel::{Child, Late, Root};

pub use crate::over::Error;

/// What [`cause`] returns: the reason in the words of who cancelled.
pub type Cause = Arc<dyn std::error::Error + Send + Sync>;
/// An error to cancel with. `"text".into()` makes one.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Deadline, cancellation and values, for all who work on one thing. Go's `context.Context`.
///
/// A clone is the same context. Contexts are made by the functions of this module, each from its parent; what holds for a
/// parent holds for its children, never the other way round.
///
/// ```
/// use goroutines::context;
///
/// let ctx = context::with_value(&context::background(), "user", 7);
/// assert_eq!(ctx.value::<i32>(&"user").as_deref(), Some(&7));
/// assert_eq!(ctx.err(), None);
/// ```
#[derive(Clone)]
pub struct Context(Arc<Node>);

struct Node {
    parent: Option<Context>,
    what: What,
}

enum What {
    Background,
    Todo,
    /// Can be cancelled, and may have a deadline of its own.
    Cancel(Arc<Root>, Option<Instant>),
    Value(Box<dyn Pair>),
    WithoutCancel,
}

/// A key and its value.
trait Pair: Send + Sync {
    /// The value, if this is the key.
    fn get(&self, key: &dyn Any) -> Option<Arc<dyn Any + Send + Sync>>;
    fn show(&self) -> (String, String);
}

struct KeyAndValue<K, V> {
    key: K,
    value: Arc<V>,
}

impl<K: Eq + Send + Sync + 'static, V: Send + Sync + 'static> Pair for KeyAndValue<K, V> {
    fn get(&self, key: &dyn Any) -> Option<Arc<dyn Any + Send + Sync>> {
        (key.downcast_ref::<K>()? == &self.key).then(|| self.value.clone() as _)
    }

    fn show(&self) -> (String, String) {
        (names::of(&self.key), names::of(&*self.value))
    }
}

/// A long chain ends one after the other, not each within its child's end.
impl Drop for Node {
    fn drop(&mut self) {
        let mut next = self.parent.take();
        while let Some(Context(node)) = next {
            next = Arc::into_inner(node).and_then(|mut node| node.parent.take());
        }
    }
}

impl Context {
    fn new(parent: Option<&Context>, what: What) -> Context {
        Context(Arc::new(Node {
            parent: parent.cloned(),
            what,
        }))
    }

    /// From this one upwards.
    fn chain(&self) -> impl Iterator<Item = &Node> {
        std::iter::successors(Some(&*self.0), |n| n.parent.as_ref().map(|p| &*p.0))
    }

    /// The nearest that can be cancelled.
    fn root(&self) -> Option<&Arc<Root>> {
        self.chain()
            .find_map(|n| match &n.what {
                What::Cancel(root, _) => Some(Some(root)),
                What::WithoutCancel => Some(None),
                _ => None,
            })
            .flatten()
    }

    /// A channel that is closed when work for this context should stop; the nil channel if that never happens.
    ///
    /// The same channel at each call. Goes up to the nearest context that can be cancelled.
    ///
    /// ```
    /// use goroutines::prelude::*;
    ///
    /// run(|| {
    ///     assert!(context::background().done().is_nil());
    ///     let (ctx, cancel) = context::with_cancel(&context::background());
    ///     assert!(ctx.done().try_recv().is_err());
    ///     cancel();
    ///     assert_eq!(ctx.done().recv(), None);
    /// });
    /// ```
    pub fn done(&self) -> RecvChan<()> {
        self.root().map_or_else(RecvChan::nil, |r| r.done())
    }

    /// Why the context is done; `None` while it is not. Once it is done, the answer stays.
    ///
    /// Memory order: what was done before the cancellation comes before an answer other than `None`.
    ///
    /// ```
    /// use goroutines::prelude::*;
    /// use time::Duration;
    ///
    /// run(|| {
    ///     let (ctx, _cancel) = context::with_timeout(&context::background(), Duration::from_millis(1));
    ///     ctx.done().recv();
    ///     assert_eq!(ctx.err(), Some(context::Error::DeadlineExceeded));
    /// });
    /// ```
    #[track_caller]
    pub fn err(&self) -> Option<Error> {
        self.root()?.err()
    }

    /// When work for this context should stop at the latest; `None` if no deadline is set.
    ///
    /// ```
    /// use goroutines::prelude::*;
    ///
    /// run(|| {
    ///     let soon = time::now() + time::Duration::from_secs(1);
    ///     let late = soon + time::Duration::from_secs(1);
    ///     let (parent, cancel) = context::with_deadline(&context::background(), soon);
    ///     let (child, _) = context::with_deadline(&parent, late);
    ///     assert_eq!(child.deadline(), Some(soon)); // a child's time is its parent's at most
    ///     cancel();
    /// });
    /// ```
    pub fn deadline(&self) -> Option<Instant> {
        self.chain()
            .find_map(|n| match &n.what {
                What::Cancel(_, Some(d)) => Some(Some(*d)),
                What::WithoutCancel => Some(None),
                _ => None,
            })
            .flatten()
    }

    /// The value that was given to `key`, here or in the nearest context above that knows the key.
    ///
    /// Two keys are the same if their types are and `==` says so: make a type of your own for yours. `None` if there is no
    /// value, or it is no `V`. Cost: goes through all contexts above.
    ///
    /// ```
    /// use goroutines::context;
    ///
    /// #[derive(PartialEq, Eq)]
    /// struct User;
    ///
    /// let ctx = context::with_value(&context::background(), User, "gopher".to_string());
    /// assert_eq!(ctx.value::<String>(&User).unwrap().as_str(), "gopher");
    /// assert!(ctx.value::<u8>(&User).is_none());
    /// assert!(ctx.value::<String>(&"User").is_none());
    /// ```
    pub fn value<V: Send + Sync + 'static>(&self, key: &(impl Any + Eq)) -> Option<Arc<V>> {
        let found = self.chain().find_map(|n| match &n.what {
            What::Value(pair) => pair.get(key),
            _ => None,
        })?;
        found.downcast().ok()
    }
}

/// The context that is never cancelled, has no values and no deadline: the root of all others, made by main and by tests.
///
/// ```
/// let ctx = goroutines::context::background();
/// assert_eq!(ctx.to_string(), "context.Background");
/// assert!(ctx.done().is_nil() && ctx.err().is_none() && ctx.deadline().is_none());
/// ```
pub fn background() -> Context {
    Context::new(None, What::Background)
}

/// As [`background`], where it is not clear yet which context to use.
///
/// ```
/// assert_eq!(goroutines::context::todo().to_string(), "context.TODO");
/// ```
pub fn todo() -> Context {
    Context::new(None, What::Todo)
}

#[track_caller]
fn cancellable(parent: &Context, deadline: Option<Instant>) -> (Context, Arc<Root>) {
    let root = Root::new(Location::caller());
    let context = Context::new(Some(parent), What::Cancel(root.clone(), deadline));
    if let Some(above) = parent.root() {
        above.adopt(Child::Root(root.clone()), Location::caller());
    }
    (context, root)
}

/// A context that is done when the function returned with it is called, or when its parent is, whichever comes first.
///
/// The function may be called by several goroutines and more than once: the first call cancels, all return when that is
/// done. It does not wait for the work to stop. Call it in the end in any case: until then the parent keeps the child.
///
/// Memory order: what comes before the call comes before a receive from `done` that the call lets go on.
///
/// ```
/// use goroutines::prelude::*;
///
/// run(|| {
///     let (parent, cancel) = context::with_cancel(&context::background());
///     let (child, _cancel) = context::with_cancel(&parent);
///     cancel();
///     assert_eq!(child.err(), Some(context::Error::Canceled));
/// });
/// ```
#[track_caller]
pub fn with_cancel(
    parent: &Context,
) -> (Context, impl Fn() + Clone + Send + Sync + 'static + use<>) {
    let (context, root) = cancellable(parent, None);
    (context, move || root.cancel(Error::Canceled, None))
}

/// As [`with_cancel`], with a function that also takes the reason, for [`cause`]. `None` is no reason: [`Error::Canceled`].
///
/// ```
/// use goroutines::prelude::*;
///
/// run(|| {
///     let (ctx, cancel) = context::with_cancel_cause(&context::background());
///     cancel(Some("no more fuel".into()));
///     assert_eq!(ctx.err(), Some(context::Error::Canceled));
///     assert_eq!(context::cause(&ctx).unwrap().to_string(), "no more fuel");
/// });
/// ```
#[track_caller]
pub fn with_cancel_cause(
    parent: &Context,
) -> (
    Context,
    impl Fn(Option<BoxError>) + Clone + Send + Sync + 'static + use<>,
) {
    let (context, root) = cancellable(parent, None);
    (context, move |cause: Option<BoxError>| {
        root.cancel(Error::Canceled, cause.map(Arc::from));
    })
}

/// Cancels a context of the library's own.
pub(crate) struct Cancel(Arc<Root>);

impl Cancel {
    pub(crate) fn cancel(&self, cause: Option<Cause>) {
        self.0.cancel(Error::Canceled, cause);
    }
}

/// [`with_cancel_cause`], for a cause that others have too.
#[track_caller]
pub(crate) fn with_shared_cause(parent: &Context) -> (Context, Cancel) {
    let (context, root) = cancellable(parent, None);
    (context, Cancel(root))
}

/// A context that is also done at `d`, with [`Error::DeadlineExceeded`].
///
/// If the parent's deadline is earlier, this is [`with_cancel`]. If `d` has passed, it is done at once. The timer belongs
/// to the runtime, so a goroutine that waits for it is no deadlock; it ends when the context does: call the function that
/// is returned as soon as the work is done.
///
/// # Panics
///
/// Outside of a goroutine.
///
/// ```
/// use goroutines::prelude::*;
///
/// run(|| {
///     let (ctx, _cancel) = context::with_deadline(&context::background(), time::now());
///     assert_eq!(ctx.err(), Some(context::Error::DeadlineExceeded));
/// });
/// ```
#[track_caller]
pub fn with_deadline(
    parent: &Context,
    d: Instant,
) -> (Context, impl Fn() + Clone + Send + Sync + 'static + use<>) {
    let (context, root) = until("context::with_deadline", parent, d, None);
    (context, move || root.cancel(Error::Canceled, None))
}

/// [`with_deadline`], with a cause of its own: what [`cause`] says once the deadline has come. Go's `WithDeadlineCause`.
///
/// A cancellation before the deadline, and a deadline of the parent that comes first, have their own causes.
///
/// # Panics
///
/// Outside of a goroutine.
///
/// ```
/// use goroutines::prelude::*;
///
/// run(|| {
///     let why = Some("the shop has closed".into());
///     let (ctx, _cancel) = context::with_deadline_cause(&context::background(), time::now(), why);
///     assert_eq!(ctx.err(), Some(context::Error::DeadlineExceeded));
///     assert_eq!(context::cause(&ctx).unwrap().to_string(), "the shop has closed");
/// });
/// ```
#[track_caller]
pub fn with_deadline_cause(
    parent: &Context,
    d: Instant,
    cause: Option<BoxError>,
) -> (Context, impl Fn() + Clone + Send + Sync + 'static + use<>) {
    let cause = cause.map(Arc::from);
    let (context, root) = until("context::with_deadline_cause", parent, d, cause);
    (context, move || root.cancel(Error::Canceled, None))
}

#[track_caller]
fn until(what: &str, parent: &Context, d: Instant, cause: Option<Cause>) -> (Context, Arc<Root>) {
    seam::expect_current(what);
    if parent.deadline().is_some_and(|above| above < d) {
        return cancellable(parent, None);
    }
    let (context, root) = cancellable(parent, Some(d));
    root.told_of_deadline();
    let since = d.saturating_duration_since(seam::anchor()).as_nanos();
    root.set_deadline(u64::try_from(since).unwrap_or(LATEST), cause);
    (context, root)
}

/// [`with_deadline`] so much time from now.
///
/// # Panics
///
/// Outside of a goroutine.
///
/// ```
/// use goroutines::prelude::*;
/// use time::Duration;
///
/// run(|| {
///     let (ctx, _cancel) = context::with_timeout(&context::background(), Duration::ZERO);
///     assert_eq!(ctx.err(), Some(context::Error::DeadlineExceeded));
///     let (ctx, cancel) = context::with_timeout(&context::background(), Duration::MAX);
///     assert_eq!(ctx.err(), None);
///     cancel();
/// });
/// ```
#[track_caller]
pub fn with_timeout(
    parent: &Context,
    timeout: Duration,
) -> (Context, impl Fn() + Clone + Send + Sync + 'static + use<>) {
    with_deadline(parent, in_time(timeout))
}

/// [`with_timeout`], with a cause of its own. Go's `WithTimeoutCause`; see [`with_deadline_cause`].
///
/// # Panics
///
/// Outside of a goroutine.
///
/// ```
/// use goroutines::prelude::*;
/// use time::Duration;
///
/// run(|| {
///     let (short, why) = (Duration::from_millis(1), Some("no answer".into()));
///     let (ctx, _cancel) = context::with_timeout_cause(&context::background(), short, why);
///     ctx.done().recv();
///     assert_eq!(context::cause(&ctx).unwrap().to_string(), "no answer");
/// });
/// ```
#[track_caller]
pub fn with_timeout_cause(
    parent: &Context,
    timeout: Duration,
    cause: Option<BoxError>,
) -> (Context, impl Fn() + Clone + Send + Sync + 'static + use<>) {
    with_deadline_cause(parent, in_time(timeout), cause)
}

fn in_time(timeout: Duration) -> Instant {
    let now = seam::instant(seam::clock());
    // Later than any clock of ours can show, which is what `timeout` says too.
    now.checked_add(timeout)
        .unwrap_or_else(|| seam::instant(LATEST))
}

/// A context in which `key` has the value `v`.
///
/// For what belongs to a request and passes through many hands, not for arguments. Keys are told apart by type and `==`.
///
/// ```
/// use goroutines::context;
///
/// let one = context::with_value(&context::background(), "n", 1);
/// let two = context::with_value(&one, "n", 2);
/// assert_eq!(two.value::<i32>(&"n").as_deref(), Some(&2));
/// assert_eq!(one.value::<i32>(&"n").as_deref(), Some(&1));
/// ```
pub fn with_value<K: Eq + Send + Sync + 'static, V: Send + Sync + 'static>(
    parent: &Context,
    key: K,
    v: V,
) -> Context {
    let pair = KeyAndValue {
        key,
        value: Arc::new(v),
    };
    Context::new(Some(parent), What::Value(Box::new(pair)))
}

/// A context with the values of its parent that is not done when the parent is: for what must be finished in any case.
///
/// ```
/// use goroutines::prelude::*;
///
/// run(|| {
///     let (ctx, cancel) = context::with_cancel(&context::background());
///     let rollback = context::without_cancel(&ctx);
///     cancel();
///     assert_eq!(rollback.err(), None);
///     assert!(rollback.done().is_nil());
/// });
/// ```
pub fn without_cancel(parent: &Context) -> Context {
    Context::new(Some(parent), What::WithoutCancel)
}

/// Why the context is done, in the words of who cancelled it first, here or above; `None` while it is not done.
///
/// What the first call of a [`with_cancel_cause`]'s function gave; else the same as [`Context::err`].
///
/// ```
/// use goroutines::prelude::*;
///
/// run(|| {
///     let (parent, cancel) = context::with_cancel_cause(&context::background());
///     let (child, stop) = context::with_cancel(&parent);
///     cancel(Some("out of memory".into()));
///     stop(); // too late to matter
///     assert_eq!(context::cause(&child).unwrap().to_string(), "out of memory");
/// });
/// ```
#[track_caller]
pub fn cause(c: &Context) -> Option<Cause> {
    let root = c.root()?;
    let err = root.err()?;
    Some(root.cause().unwrap_or_else(|| Arc::new(err)))
}

/// Runs `f` in a goroutine of its own once `c` is done; at once if it is. Go's `context.AfterFunc`.
///
/// Call what is returned to stop that: `true` if `f` will not run, `false` if it has been started or was stopped before.
/// It does not wait for `f`.
///
/// Memory order: the cancellation comes before `f`.
///
/// ```
/// use goroutines::prelude::*;
///
/// run(|| {
///     let (ctx, cancel) = context::with_cancel(&context::background());
///     let cleaned = chan(0);
///     let tell = cleaned.clone();
///     let stop = context::after_func(&ctx, move || tell.send("clean"));
///     cancel();
///     assert_eq!(cleaned.recv(), Some("clean"));
///     assert!(!stop());
/// });
/// ```
#[track_caller]
pub fn after_func<F: FnOnce() + Send + 'static>(
    c: &Context,
    f: F,
) -> impl Fn() -> bool + Clone + Send + Sync + 'static + use<F> {
    let at = Location::caller();
    let late = Late::new(f, at);
    if let Some(root) = c.root() {
        root.adopt(Child::Late(late.clone()), at);
    }
    move || late.stop()
}
