//! Calls that are made once for all who want the same thing at the same time: Go's `golang.org/x/sync/singleflight`.
//!
//! ```
//! use goroutines::prelude::*;
//! use goroutines::singleflight::Group;
//!
//! run(|| {
//!     let group = Group::new();
//!     let (answer, shared) = group.run("key", || "asked once");
//!     assert_eq!((answer, shared), ("asked once", false)); // nobody else asked meanwhile
//! });
//! ```
//!
//! # The protocol
//!
//! The group's map has a call for each key that is under way. Who finds none makes one and runs its function; who finds
//! one waits for it and is counted as one more who gets its result. When the function has ended, its call leaves the map
//! *before* those who wait go on: so whoever comes later starts a new one, and nobody gets a result that was older than
//! their question. `forget` takes the call out of the map earlier.
//!
//! A function that panics does so in all who wait, each in its own goroutine; one that calls `goexit` ends them all.
//! Who waits on a channel instead could never be told of a panic, so it ends the program.

use std::any::Any;
use std::collections::HashMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any, resume_unwind};
use std::sync::Arc;

use crate::chan::{Chan, RecvChan, chan};
use crate::goroutine::WaitReason;
use crate::panics;
use crate::run::go;
use crate::sync::{Mutex, WaitGroup};
use crate::wait::park_forever;

/// Work that is done once for each key at a time. Go's `singleflight.Group`.
///
/// A clone is the same group. In Go a call gives `(v, err, shared)`; here an error is a part of `V` (a `Result`).
///
/// Cost: a Mutex, a map, and for each call an allocation.
///
/// ```
/// use goroutines::prelude::*;
/// use goroutines::singleflight::Group;
///
/// run(|| {
///     let group = Group::new();
///     let (size, shared) = group.run("motd", || "hello".len());
///     assert_eq!((size, shared), (5, false));
/// });
/// ```
pub struct Group<V>(Arc<Mutex<Calls<V>>>);

type Calls<V> = HashMap<String, Arc<Call<V>>>;

/// A call that is under way or has ended.
struct Call<V> {
    /// Whoever waits for it.
    done: WaitGroup,
    state: Mutex<State<V>>,
}

struct State<V> {
    outcome: Option<Outcome<V>>,
    /// How many came later and get the same result. Does not change once the call has left the map.
    others: usize,
    chans: Vec<Chan<(V, bool)>>,
}

/// How a function ended.
#[derive(Clone)]
enum Outcome<V> {
    Value(V),
    Panic(Again),
    Goexit,
}

/// A panic's value, for those who did not raise it.
#[derive(Clone)]
enum Again {
    Str(&'static str),
    Text(String),
}

impl Again {
    fn of(payload: &(dyn Any + Send)) -> Again {
        match payload.downcast_ref::<&'static str>() {
            Some(s) => Again::Str(s),
            None => Again::Text(panics::text_of(payload)),
        }
    }

    #[track_caller]
    fn raise(self) -> ! {
        match self {
            Again::Str(s) => panic_any(s),
            Again::Text(s) => panic_any(s),
        }
    }
}

impl<V> Clone for Group<V> {
    fn clone(&self) -> Self {
        Group(self.0.clone())
    }
}

impl<V: Clone + Send + 'static> Default for Group<V> {
    fn default() -> Self {
        Group::new()
    }
}

impl<V> fmt::Debug for Group<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Group").finish_non_exhaustive()
    }
}

impl<V: Clone + Send + 'static> Group<V> {
    /// A group in which nothing is under way.
    ///
    /// ```
    /// use goroutines::singleflight::Group;
    ///
    /// let group = Group::<String>::new();
    /// assert_eq!(format!("{group:?}"), "Group { .. }");
    /// ```
    pub fn new() -> Group<V> {
        Group(Arc::new(Mutex::new(HashMap::new())))
    }

    /// Calls `f` and gives its value, unless a call for this key is under way: then it waits for that one and gives a
    /// clone of its value. The `bool` says whether the value went to more than one. Go's `Do`.
    ///
    /// # Panics
    ///
    /// As the function that was called does: in each who waits for it. If that function calls `goexit`, all of them end.
    ///
    /// ```
    /// use goroutines::prelude::*;
    /// use goroutines::singleflight::Group;
    ///
    /// run(|| {
    ///     let group = Group::new();
    ///     let loads = Shared::new(0);
    ///     let wg = WaitGroup::new();
    ///     for _ in 0..10 {
    ///         let (group, loads) = (group.clone(), loads.clone());
    ///         wg.go(move || {
    ///             let (page, _shared) = group.run("index", || {
    ///                 loads.update(|n| n + 1);
    ///                 time::sleep(time::Duration::from_millis(1));
    ///                 "<html>"
    ///             });
    ///             assert_eq!(page, "<html>");
    ///         });
    ///     }
    ///     wg.wait();
    ///     assert!(loads.get() < 10);
    /// });
    /// ```
    #[track_caller]
    pub fn run(&self, key: &str, f: impl FnOnce() -> V) -> (V, bool) {
        let mut calls = self.0.lock();
        if let Some(call) = calls.get(key).cloned() {
            call.state.lock().others += 1;
            drop(calls);
            call.done.wait();
            let outcome = call.state.lock().outcome.clone();
            return match outcome {
                Some(Outcome::Value(v)) => (v, true),
                Some(Outcome::Panic(again)) => again.raise(),
                Some(Outcome::Goexit) => panics::goexit(),
                None => unreachable!("a call that is done has an outcome"),
            };
        }
        let call = Call::new();
        calls.insert(key.to_string(), call.clone());
        drop(calls);
        self.execute(key, &call, true, f)
            .expect("it was wanted, and ended with a value")
    }

    /// As [`run`](Group::run), but the result comes on a channel, which has a place for it and is never closed. Go's
    /// `DoChan`.
    ///
    /// `f` runs in a goroutine of its own. If the function panics, the program ends: nobody could recover it. If it calls
    /// `goexit`, nothing is sent.
    ///
    /// # Panics
    ///
    /// Outside of a goroutine.
    ///
    /// ```
    /// use goroutines::prelude::*;
    /// use goroutines::singleflight::Group;
    ///
    /// run(|| {
    ///     let group = Group::new();
    ///     let answer = group.run_chan("question", || 42);
    ///     assert_eq!(answer.recv(), Some((42, false)));
    /// });
    /// ```
    #[track_caller]
    pub fn run_chan(
        &self,
        key: &str,
        f: impl FnOnce() -> V + Send + 'static,
    ) -> RecvChan<(V, bool)> {
        let ch = chan(1);
        let mut calls = self.0.lock();
        if let Some(call) = calls.get(key) {
            let mut state = call.state.lock();
            state.others += 1;
            state.chans.push(ch.clone());
            drop(state);
            drop(calls);
            return ch.receiver();
        }
        let call = Call::new();
        call.state.lock().chans.push(ch.clone());
        calls.insert(key.to_string(), call.clone());
        drop(calls);
        let (group, key) = (self.clone(), key.to_string());
        go(move || {
            group.execute(&key, &call, false, f);
        });
        ch.receiver()
    }

    /// The next call for this key runs its function and does not wait for one that is under way. Go's `Forget`.
    ///
    /// ```
    /// use goroutines::prelude::*;
    /// use goroutines::singleflight::Group;
    ///
    /// run(|| {
    ///     let group = Group::new();
    ///     let (outer, _) = group.run("key", || {
    ///         group.forget("key");
    ///         group.run("key", || 1).0 + 1
    ///     });
    ///     assert_eq!(outer, 2);
    /// });
    /// ```
    #[track_caller]
    pub fn forget(&self, key: &str) {
        let call = self.0.lock().remove(key);
        drop(call);
    }

    /// Runs the function of a call that is in the map, and tells everybody; its caller, too, if that is `wanted`.
    #[track_caller]
    fn execute(
        &self,
        key: &str,
        call: &Arc<Call<V>>,
        wanted: bool,
        f: impl FnOnce() -> V,
    ) -> Option<(V, bool)> {
        let (outcome, payload) = match catch_unwind(AssertUnwindSafe(f)) {
            Ok(v) => (Outcome::Value(v), None),
            Err(p) if panics::is_goexit(&*p) => (Outcome::Goexit, Some(p)),
            Err(p) => (Outcome::Panic(Again::of(&*p)), Some(p)),
        };
        let mut calls = self.0.lock();
        if calls.get(key).is_some_and(|c| Arc::ptr_eq(c, call)) {
            calls.remove(key);
        }
        let mut state = call.state.lock();
        let shared = state.others > 0;
        let chans = std::mem::take(&mut state.chans);
        let again = match &outcome {
            Outcome::Panic(again) => Some(again.clone()),
            _ => None,
        };
        state.outcome = Some(outcome);
        drop(state);
        drop(calls);
        // Before a value is cloned: that is the program's code, which may panic, and others wait.
        call.done.done();
        match (again, payload) {
            (None, None) => {
                let mut left = chans.len() + usize::from(wanted);
                for ch in chans {
                    left -= 1;
                    ch.send((call.value(shared || left > 0), shared));
                }
                // Not in a closure: its line would be the one that locks.
                if wanted {
                    Some((call.value(shared), shared))
                } else {
                    None
                }
            }
            (Some(again), Some(payload)) => {
                if !chans.is_empty() {
                    // Nobody can recover it there, and this goroutine is to be seen in the traceback.
                    go(move || again.raise());
                    park_forever(WaitReason::SelectNoCases, std::panic::Location::caller());
                }
                resume_unwind(payload)
            }
            (_, Some(payload)) => resume_unwind(payload),
            (Some(_), None) => unreachable!("what unwound has a payload"),
        }
    }
}

impl<V: Clone> Call<V> {
    /// What came of it: a clone, or for the last who wants it the value itself.
    #[track_caller]
    fn value(&self, others: bool) -> V {
        let mut state = self.state.lock();
        let value = match &state.outcome {
            Some(Outcome::Value(v)) if others => Some(v.clone()),
            _ => None,
        };
        match value.map(Outcome::Value).or_else(|| state.outcome.take()) {
            Some(Outcome::Value(v)) => v,
            _ => unreachable!("it ended with a value"),
        }
    }
}

impl<V> Call<V> {
    /// One that somebody is about to run.
    #[track_caller]
    fn new() -> Arc<Call<V>> {
        let done = WaitGroup::new();
        done.add(1);
        Arc::new(Call {
            done,
            state: Mutex::new(State {
                outcome: None,
                others: 0,
                chans: Vec::new(),
            }),
        })
    }
}
