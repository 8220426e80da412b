//! A `select` whose cases are made while the program runs.

use std::any::Any;
use std::fmt;
use std::marker::PhantomData;
use std::panic::Location;

use super::{AsRecv, AsSend, select};
use crate::chan::{Case, RecvCase, SendCase};
use crate::goroutine::WaitReason;
use crate::seam::{self, Op};
use crate::wait::park_forever;

/// A `select` whose cases are known only when the program runs: Go's `reflect.Select`.
///
/// Cases are added with [`recv`](Select::recv), [`send`](Select::send) and [`default`](Select::default), each of which
/// returns the case's index; [`wait`](Select::wait) does one of them. Any number of cases; a nil channel is a case that is
/// never chosen, and without any other it waits for ever.
///
/// Cost: one allocation a case. Waiting in n channels and leaving them takes n steps.
///
/// ```
/// use goroutines::prelude::*;
/// use goroutines::select::Select;
///
/// run(|| {
///     let chans: Vec<Chan<usize>> = (0..10).map(|_| chan(0)).collect();
///     for (i, c) in chans.iter().cloned().enumerate() {
///         go(move || c.send(i * i));
///     }
///     let mut sum = 0;
///     for _ in 0..10 {
///         let mut s = Select::new();
///         for c in &chans {
///             s.recv(c);
///         }
///         sum += s.wait().recv::<usize>().unwrap();
///     }
///     assert_eq!(sum, 285);
/// });
/// ```
#[derive(Default)]
pub struct Select<'a> {
    /// They borrow for `'a`, see `add`.
    cases: Vec<Box<dyn Case>>,
    /// The index of the default: as many cases as there were before it.
    default: Option<usize>,
    channels: PhantomData<&'a ()>,
}

/// The case that a [`Select`] has done.
///
/// ```
/// use goroutines::prelude::*;
/// use goroutines::select::{Chosen, Select};
///
/// let (a, b) = (chan::<i32>(0), chan(1));
/// b.send(2);
/// let mut s = Select::new();
/// s.recv(&a);
/// s.recv(&b);
/// let chosen: Chosen = s.wait();
/// assert_eq!(chosen.index(), 1);
/// assert_eq!(chosen.recv(), Some(2));
/// ```
pub struct Chosen {
    index: usize,
    value: Option<Box<dyn Any>>,
}

impl<'a> Select<'a> {
    /// No cases yet.
    ///
    /// ```
    /// use goroutines::select::Select;
    ///
    /// let mut s = Select::new();
    /// let nothing = s.default();
    /// assert_eq!(s.wait().index(), nothing);
    /// ```
    pub fn new() -> Self {
        Select {
            cases: Vec::new(),
            default: None,
            channels: PhantomData,
        }
    }

    /// Adds a case. Its type hides that it borrows: so a channel may be made, and dropped, after the `Select` was made.
    fn add(&mut self, case: impl Case + 'a) -> usize {
        let index = self.next_index();
        let case: Box<dyn Case + 'a> = Box::new(case);
        // SAFETY: a case is used by `wait` only, which needs a `Select` whose `'a` lives. To be dropped it needs no channel:
        // it has a reference to one, and a value that borrows nothing.
        let case = unsafe { std::mem::transmute::<Box<dyn Case + 'a>, Box<dyn Case>>(case) };
        self.cases.push(case);
        index
    }

    fn next_index(&self) -> usize {
        self.cases.len() + usize::from(self.default.is_some())
    }

    /// Adds a receive from `c`. Its value is [`Chosen::recv`]'s.
    ///
    /// ```
    /// use goroutines::prelude::*;
    /// use goroutines::select::Select;
    ///
    /// let (a, b) = (chan::<i32>(1), chan(1));
    /// b.send("hello");
    /// let mut s = Select::new();
    /// s.recv(&a);
    /// let from_b = s.recv(&b);
    /// let chosen = s.wait();
    /// assert_eq!(chosen.index(), from_b);
    /// assert_eq!(chosen.recv::<&str>(), Some("hello"));
    /// ```
    pub fn recv<C: AsRecv + ?Sized>(&mut self, c: &'a C) -> usize {
        self.add(RecvCase::new(c.side()))
    }

    /// Adds a send of `v` to `c`. If another case is chosen, `v` is dropped.
    ///
    /// ```
    /// use goroutines::prelude::*;
    /// use goroutines::select::Select;
    ///
    /// let c = chan(1);
    /// let mut s = Select::new();
    /// s.send(&c, 5);
    /// s.wait();
    /// assert_eq!(c.recv(), Some(5));
    /// ```
    pub fn send<C: AsSend + ?Sized>(&mut self, c: &'a C, v: C::Item) -> usize {
        self.add(SendCase::new(c.side(), v))
    }

    /// Adds what is chosen when no other case can go on at once.
    ///
    /// # Panics
    ///
    /// `reflect.Select: multiple default cases` if there is one already.
    ///
    /// ```
    /// use goroutines::prelude::*;
    /// use goroutines::select::Select;
    ///
    /// let c = chan::<i32>(0);
    /// let mut s = Select::new();
    /// s.recv(&c);
    /// let nothing = s.default();
    /// assert_eq!(s.wait().index(), nothing);
    /// ```
    #[allow(
        clippy::should_implement_trait,
        reason = "Go's word for the case; it is no constructor"
    )]
    #[track_caller]
    pub fn default(&mut self) -> usize {
        assert!(
            self.default.is_none(),
            "reflect.Select: multiple default cases"
        );
        let index = self.next_index();
        self.default = Some(index);
        index
    }

    /// Waits until one case can go on, does it, and says which. Without a case it waits for ever.
    ///
    /// # Panics
    ///
    /// `send on closed channel` if a send was chosen whose channel is closed.
    ///
    /// ```
    /// use goroutines::prelude::*;
    /// use goroutines::select::Select;
    ///
    /// let c = chan::<i32>(0);
    /// c.close();
    /// let mut s = Select::new();
    /// s.recv(&c);
    /// assert_eq!(s.wait().recv::<i32>(), None);
    /// ```
    #[track_caller]
    pub fn wait(mut self) -> Chosen {
        let at = Location::caller();
        if self.cases.is_empty() && self.default.is_none() {
            seam::point_free_at(Op::Select, at);
            park_forever(WaitReason::SelectNoCases, at);
        }
        let mut order = vec![0; self.cases.len()];
        // The default shifts those behind it by one.
        let shift = self.default.unwrap_or(usize::MAX);
        let mut cases: Vec<&mut dyn Case> = Vec::with_capacity(self.cases.len());
        for c in &mut self.cases {
            cases.push(&mut **c);
        }
        let chosen = select(&mut cases, &mut order, self.default.is_some(), at);
        let Some(i) = chosen else {
            return Chosen {
                index: shift,
                value: None,
            };
        };
        let case = &mut self.cases[i];
        if case.closed() {
            panic!("send on closed channel");
        }
        Chosen {
            index: i + usize::from(i >= shift),
            value: case.take_any(),
        }
    }
}

impl fmt::Debug for Select<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Select")
            .field("cases", &self.cases.len())
            .field("default", &self.default)
            .finish()
    }
}

impl Chosen {
    /// The index of the case that was done.
    ///
    /// ```
    /// let mut s = goroutines::select::Select::new();
    /// s.default();
    /// assert_eq!(s.wait().index(), 0);
    /// ```
    pub fn index(&self) -> usize {
        self.index
    }

    /// The value that was received; `None` if the channel was closed, or if the case is no receive.
    ///
    /// # Panics
    ///
    /// If `T` is not the type of the channel's values.
    ///
    /// ```
    /// use goroutines::prelude::*;
    /// use goroutines::select::Select;
    ///
    /// let c = chan(1);
    /// c.send('a');
    /// let mut s = Select::new();
    /// s.recv(&c);
    /// assert_eq!(s.wait().recv(), Some('a'));
    /// ```
    #[track_caller]
    pub fn recv<T: 'static>(self) -> Option<T> {
        let v = self.value?;
        match v.downcast::<T>() {
            Ok(v) => Some(*v),
            Err(_) => panic!(
                "the chosen channel's values are not of type {}",
                std::any::type_name::<T>()
            ),
        }
    }
}

impl fmt::Debug for Chosen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chosen")
            .field("index", &self.index)
            .finish_non_exhaustive()
    }
}
