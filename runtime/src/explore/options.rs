//! What an exploration is to be like.

use std::fmt;
use std::sync::Arc;

/// Which schedules are tried.
///
/// ```
/// use goroutines::explore::{check, Options, Strategy};
/// use goroutines::prelude::*;
///
/// let all = Options::new().strategy(Strategy::Exhaustive);
/// let report = check(&all, || {
///     let ch = chan(0);
///     let out = ch.clone();
///     go!(out.send(1));
///     ch.recv();
/// });
/// assert!(report.exhausted && report.failed == 0);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Strategy {
    /// Several in turn: no single one finds every kind of mistake. After the first of them it is tried, for a tenth of the
    /// schedules, to visit every interleaving, as `Exhaustive` does; that ends it where the program is small enough.
    #[default]
    Portfolio,
    /// At each step one of those who can run, each as likely.
    Random,
    /// Probabilistic concurrency testing: random priorities, and `depth - 1` places where the running goroutine falls
    /// below all others. Finds a mistake that needs `depth` operations in one order, in a program of `n` goroutines and
    /// `k` steps, with a probability of at least 1 in `n * k^(depth - 1)` a schedule.
    Pct {
        /// How many operations must come in one order for the mistake to show; at least 1.
        depth: usize,
    },
    /// Partial-order sampling, as one of the portfolio.
    #[doc(hidden)]
    Pos,
    /// The uniform random walk, as one of the portfolio.
    #[doc(hidden)]
    Urw,
    /// Switches seldom, as one of the portfolio.
    #[doc(hidden)]
    Lazy,
    /// Every interleaving, once each, until all have been visited or `schedules` is reached: of schedules that differ only
    /// in the order of operations which do not touch each other, one. The clock may move whenever a timer is set. A
    /// program that asks how many goroutines there are, is woken by threads, prints past this library, makes more than
    /// 2,000 steps or lets the clock run away is tried as in `Portfolio` instead.
    Exhaustive,
}

/// What an exploration is to be like: how many schedules, which, and what counts as a failure.
///
/// ```
/// use goroutines::explore::{check, Options, Strategy};
/// use goroutines::println;
///
/// let opts = Options::new()
///     .schedules(100)
///     .strategy(Strategy::Random)
///     .expect(|output| output == "hello\n");
/// assert!(check(&opts, || println!("hello")).failure.is_none());
/// ```
#[derive(Clone)]
pub struct Options {
    pub(super) schedules: usize,
    pub(super) seed: u64,
    pub(super) strategy: Strategy,
    pub(super) max_steps: u64,
    pub(super) races: bool,
    pub(super) leaks: bool,
    pub(super) expect: Option<Expectation>,
}

pub(super) type Expectation = Arc<dyn Fn(&str) -> bool + Send + Sync>;

/// A schedule of more steps than this makes no progress.
pub(crate) const MAX_STEPS: u64 = 1_000_000;
/// The same for a checker, whose exercises are short.
pub(super) const SHORT: u64 = 100_000;

impl Options {
    /// A portfolio of strategies, 20,000 schedules, seed 1, a million steps a schedule, races and leaks on.
    ///
    /// ```
    /// use goroutines::explore::{check, Options};
    ///
    /// assert_eq!(check(&Options::new(), || ()).failed, 0);
    /// ```
    pub fn new() -> Self {
        Options {
            schedules: 20_000,
            seed: 1,
            strategy: Strategy::Portfolio,
            max_steps: MAX_STEPS,
            races: true,
            leaks: true,
            expect: None,
        }
    }

    /// How many schedules are tried; fewer where the strategy visits every interleaving and there are no more, and where a
    /// failure is known and the schedules are long.
    ///
    /// ```
    /// use goroutines::explore::{check, Options, Strategy};
    ///
    /// let o = Options::new().strategy(Strategy::Random).schedules(10);
    /// assert_eq!(check(&o, || ()).ran, 10);
    /// ```
    #[must_use]
    pub fn schedules(mut self, n: usize) -> Self {
        self.schedules = n;
        self
    }

    /// What random choices are drawn from: the same seed gives the same report.
    ///
    /// ```
    /// use goroutines::explore::{check, Options};
    /// use goroutines::prelude::*;
    ///
    /// let f = || {
    ///     let n = Shared::new(0);
    ///     let m = n.clone();
    ///     go!(m.set(1));
    ///     n.get();
    /// };
    /// let o = Options::new().schedules(100).seed(7);
    /// assert_eq!(check(&o, f).to_string(), check(&o, f).to_string());
    /// ```
    #[must_use]
    pub fn seed(mut self, s: u64) -> Self {
        self.seed = s;
        self
    }

    /// Which schedules are tried.
    ///
    /// ```
    /// use goroutines::explore::{check, Options, Strategy};
    ///
    /// let o = Options::new().schedules(10).strategy(Strategy::Pct { depth: 2 });
    /// assert_eq!(check(&o, || ()).failed, 0);
    /// ```
    #[must_use]
    pub fn strategy(mut self, s: Strategy) -> Self {
        self.strategy = s;
        self
    }

    /// How many steps a schedule may have; one that has more makes no progress, which is a failure.
    ///
    /// ```
    /// use goroutines::explore::{check, Kind, Options};
    /// use goroutines::prelude::*;
    ///
    /// let o = Options::new().schedules(1).max_steps(1000);
    /// let report = check(&o, || {
    ///     loop {
    ///         runtime::gosched();
    ///     }
    /// });
    /// assert_eq!(report.failure.unwrap().kind, Kind::StepLimit);
    /// ```
    #[must_use]
    pub fn max_steps(mut self, n: u64) -> Self {
        self.max_steps = n.max(1);
        self
    }

    /// Whether accesses to [`Shared`](crate::race::Shared) that nothing orders are failures.
    ///
    /// ```
    /// use goroutines::explore::{check, Options};
    /// use goroutines::prelude::*;
    ///
    /// let racy = || {
    ///     let n = Shared::new(0);
    ///     let m = n.clone();
    ///     go!(m.set(1));
    ///     n.get();
    /// };
    /// let o = Options::new().schedules(100);
    /// assert!(check(&o, racy).failed > 0);
    /// assert_eq!(check(&o.races(false), racy).failed, 0);
    /// ```
    #[must_use]
    pub fn races(mut self, on: bool) -> Self {
        self.races = on;
        self
    }

    /// Whether goroutines that wait for ever after main has returned are failures.
    ///
    /// ```
    /// use goroutines::explore::{check, Options};
    /// use goroutines::prelude::*;
    ///
    /// let leaky = || {
    ///     go!(_ = chan::<()>(0).recv());
    /// };
    /// let o = Options::new().schedules(10);
    /// assert!(check(&o, leaky).failed > 0);
    /// assert_eq!(check(&o.leaks(false), leaky).failed, 0);
    /// ```
    #[must_use]
    pub fn leaks(mut self, on: bool) -> Self {
        self.leaks = on;
        self
    }

    /// What a schedule must print on stdout (through this crate's `print!` and `println!`) until main returns.
    ///
    /// ```
    /// use goroutines::explore::{check, Kind, Options};
    /// use goroutines::println;
    ///
    /// let o = Options::new().schedules(10).expect(|output| output == "hello\n");
    /// let report = check(&o, || println!("goodbye"));
    /// assert_eq!(report.failure.unwrap().kind, Kind::Output);
    /// ```
    #[must_use]
    pub fn expect(mut self, output: impl Fn(&str) -> bool + Send + Sync + 'static) -> Self {
        self.expect = Some(Arc::new(output));
        self
    }
}

impl Default for Options {
    fn default() -> Self {
        Options::new()
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("schedules", &self.schedules)
            .field("seed", &self.seed)
            .field("strategy", &self.strategy)
            .field("max_steps", &self.max_steps)
            .field("races", &self.races)
            .field("leaks", &self.leaks)
            .field("expect", &self.expect.as_ref().map(|_| "a function"))
            .finish()
    }
}
