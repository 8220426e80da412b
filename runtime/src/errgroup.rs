//! Goroutines that work on parts of one task, of which the first error counts: Go's `golang.org/x/sync/errgroup`.
//!
//! A [`Group`] is a `WaitGroup`, the first error, and a channel with as many places as goroutines may be active: who
//! starts one sends, who ends receives.
//!
//! ```
//! use goroutines::errgroup::Group;
//! use goroutines::prelude::*;
//!
//! run(|| {
//!     let (group, ctx) = Group::with_context(&context::background());
//!     group.go(|| Err("no such page".into()));
//!     group.go(move || {
//!         ctx.done().recv(); // somebody failed: no need to go on
//!         Ok(())
//!     });
//!     assert_eq!(group.wait().unwrap_err().to_string(), "no such page");
//! });
//! ```

use std::fmt;
use std::panic::Location;
use std::sync::Arc;

use crate::chan::{Chan, chan};
use crate::context::{self, BoxError, Cancel, Cause, Context};
use crate::primitives::{Lock, Tag};
use crate::seam;
use crate::sync::{Once, WaitGroup};

/// Goroutines that work on parts of one task. Go's `errgroup.Group`.
///
/// Use a new one for each task.
///
/// ```
/// use goroutines::errgroup::Group;
/// use goroutines::prelude::*;
///
/// run(|| {
///     let group = Group::new();
///     for n in 0..3 {
///         group.go(move || if n < 2 { Ok(()) } else { Err(format!("{n} is too much").into()) });
///     }
///     assert_eq!(group.wait().unwrap_err().to_string(), "2 is too much");
/// });
/// ```
pub struct Group {
    wg: WaitGroup,
    /// A value in it for each goroutine that is active, if there is a limit.
    active: Lock<Option<Chan<()>>>,
    /// For the exploring scheduler: the limit, which is read and set in the middle of steps.
    limit: Tag,
    end: Arc<End>,
}

/// What comes of the first error. As in Go a `Once` decides which that is: whoever fails may have others fail before him,
/// whatever he saw before, and goes on when the context is cancelled.
struct End {
    failed: Once,
    first: Lock<Option<Cause>>,
    cancel: Option<Cancel>,
}

/// The place of a goroutine among those that may be active, and where it was started.
struct Place(Option<Chan<()>>, &'static Location<'static>);

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(active) = &self.0 {
            // Its own value is there, or another's, which stands for the same: it never waits.
            active.recv_at(self.1);
        }
    }
}

impl Group {
    #[track_caller]
    fn make(cancel: Option<Cancel>) -> Group {
        let limit = Tag::new();
        seam::known(&limit, "errgroup's limit");
        Group {
            wg: WaitGroup::new(),
            active: Lock::new(None),
            limit,
            end: Arc::new(End {
                failed: Once::new(),
                first: Lock::new(None),
                cancel,
            }),
        }
    }

    /// A group without limit, of which nothing is cancelled.
    ///
    /// ```
    /// assert!(goroutines::errgroup::Group::new().wait().is_ok());
    /// ```
    #[track_caller]
    pub fn new() -> Group {
        Group::make(None)
    }

    /// A group, and a context that is cancelled with the first error as its cause, or when [`wait`](Group::wait) returns.
    ///
    /// ```
    /// use goroutines::errgroup::Group;
    /// use goroutines::prelude::*;
    ///
    /// run(|| {
    ///     let (group, ctx) = Group::with_context(&context::background());
    ///     group.go(|| Err("lost".into()));
    ///     ctx.done().recv();
    ///     assert_eq!(context::cause(&ctx).unwrap().to_string(), "lost");
    ///     assert!(group.wait().is_err());
    /// });
    /// ```
    #[track_caller]
    pub fn with_context(ctx: &Context) -> (Group, Context) {
        let (ctx, cancel) = context::with_shared_cause(ctx);
        (Group::make(Some(cancel)), ctx)
    }

    /// The limit as it is now.
    fn active(&self) -> Option<Chan<()>> {
        seam::touches(&self.limit, false);
        self.active.lock().clone()
    }

    /// At most `n` goroutines of the group are active at one time; with 0, none can be started. Go's `SetLimit`.
    ///
    /// `usize::MAX`, and all that an `isize` cannot hold, is no limit, as a negative number is in Go.
    ///
    /// # Panics
    ///
    /// `errgroup: modify limit while 2 goroutines in the group are still active`: also while they end.
    ///
    /// ```
    /// use goroutines::errgroup::Group;
    /// use goroutines::prelude::*;
    ///
    /// run(|| {
    ///     let group = Group::new();
    ///     group.set_limit(2);
    ///     for _ in 0..10 {
    ///         group.go(|| Ok(()));
    ///     }
    ///     group.wait().unwrap();
    /// });
    /// ```
    #[track_caller]
    pub fn set_limit(&self, n: usize) {
        let former = self.active();
        let active = former.map_or(0, |c| c.len());
        if active != 0 {
            panic!(
                "errgroup: modify limit while {active} goroutines in the group are still active"
            );
        }
        let places = isize::try_from(n).is_ok().then(|| chan(n));
        seam::touches(&self.limit, true);
        *self.active.lock() = places;
    }

    /// Runs `f` in a goroutine; waits before that while as many as may be are active.
    ///
    /// The first error that any returns is the group's; later ones are dropped. A panic of `f` ends the program, as in
    /// any goroutine, before `wait` could return. The first `go` must come before `wait`.
    ///
    /// # Panics
    ///
    /// Outside of a goroutine.
    ///
    /// ```
    /// use goroutines::errgroup::Group;
    /// use goroutines::prelude::*;
    ///
    /// run(|| {
    ///     let group = Group::new();
    ///     group.go(|| Ok(()));
    ///     assert!(group.wait().is_ok());
    /// });
    /// ```
    #[track_caller]
    pub fn go(&self, f: impl FnOnce() -> Result<(), BoxError> + Send + 'static) {
        let active = self.active();
        if let Some(active) = &active {
            active.send(());
        }
        self.start(Place(active, Location::caller()), f);
    }

    /// Runs `f` in a goroutine if fewer than may be are active. Whether it did.
    ///
    /// ```
    /// use goroutines::errgroup::Group;
    /// use goroutines::prelude::*;
    ///
    /// run(|| {
    ///     let group = Group::new();
    ///     group.set_limit(1);
    ///     let (gate, g) = (chan::<()>(0), chan(0));
    ///     let hold = gate.clone();
    ///     group.go(move || {
    ///         hold.recv();
    ///         Ok(())
    ///     });
    ///     assert!(!group.try_go(move || Ok(g.send(()))));
    ///     gate.close();
    ///     assert!(group.wait().is_ok());
    /// });
    /// ```
    #[track_caller]
    pub fn try_go(&self, f: impl FnOnce() -> Result<(), BoxError> + Send + 'static) -> bool {
        let active = self.active();
        if let Some(active) = &active
            && active.try_send(()).is_err()
        {
            return false;
        }
        self.start(Place(active, Location::caller()), f);
        true
    }

    #[track_caller]
    fn start(&self, place: Place, f: impl FnOnce() -> Result<(), BoxError> + Send + 'static) {
        let end = self.end.clone();
        let at = place.1;
        let work = move || {
            // Given back before the group is told that this goroutine is done, also by `goexit`.
            let _place = place;
            if let Err(e) = f() {
                end.fails(e, at);
            }
        };
        // A panic is nobody's but its own: not recovered, as in Go.
        self.wg.start(work, |payload| payload);
    }

    /// Waits until all have returned, cancels the group's context, and hands out the first error.
    ///
    /// # Errors
    ///
    /// The first that any of the functions returned; the same each time.
    ///
    /// ```
    /// use goroutines::errgroup::Group;
    /// use goroutines::prelude::*;
    ///
    /// run(|| {
    ///     let (group, ctx) = Group::with_context(&context::background());
    ///     assert!(group.wait().is_ok());
    ///     assert_eq!(ctx.err(), Some(context::Error::Canceled));
    /// });
    /// ```
    #[track_caller]
    pub fn wait(&self) -> Result<(), Arc<dyn std::error::Error + Send + Sync>> {
        self.wg.wait();
        let first = self.end.first.lock().clone();
        if let Some(cancel) = &self.end.cancel {
            cancel.cancel(first.clone());
        }
        first.map_or(Ok(()), Err)
    }
}

impl End {
    fn fails(&self, e: BoxError, at: &'static Location<'static>) {
        self.failed.call_at(at, || {
            let e = Cause::from(e);
            *self.first.lock() = Some(e.clone());
            if let Some(cancel) = &self.cancel {
                cancel.cancel(Some(e));
            }
        });
    }
}

impl Default for Group {
    #[track_caller]
    fn default() -> Self {
        Group::new()
    }
}

impl fmt::Debug for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Group")
            .field("wg", &self.wg)
            .finish_non_exhaustive()
    }
}
