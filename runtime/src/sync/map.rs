//! A map that goroutines share: Go's `sync.Map`.

use std::collections::HashMap;
use std::collections::hash_map::DefaultHasher;
use std::fmt;
use std::hash::{BuildHasherDefault, Hash};
use std::panic::{Location, RefUnwindSafe, UnwindSafe};

use super::quiet::Quiet;
use crate::primitives::{Tag, hooked};
use crate::seam::{self, Came, Op};

/// Not seeded: a schedule that is run again must find the same order.
type Hasher = BuildHasherDefault<DefaultHasher>;

/// A map that any goroutine reads and changes, each operation in one step: Go's `sync.Map`.
///
/// Values are cloned out: a large one belongs into an `Arc`. `Hash`, `Eq` and `Clone` of keys and values run while the
/// map is locked, and must not use it.
///
/// Memory order: an operation that sees the effect of another comes after it.
///
/// Cost: one lock for the whole map, of the kind that goroutines wait for. Go's is made for many readers; a
/// `RWMutex<HashMap<…>>` is often the better choice in either language.
///
/// ```
/// use goroutines::sync::Map;
///
/// let ages = Map::new();
/// ages.store("Ann", 34);
/// assert_eq!(ages.load(&"Ann"), Some(34));
/// assert_eq!(ages.load_or_store("Bob", 27), (27, false));
/// assert_eq!(ages.load_or_store("Bob", 99), (27, true));
/// ```
pub struct Map<K, V> {
    map: Quiet<HashMap<K, V, Hasher>>,
    tag: Tag,
}

/// Of an operation that may change nothing: it has only read then.
fn changed(yes: bool) -> Came {
    if yes { Came::Changed } else { Came::Read }
}

impl<K: Eq + Hash + Clone, V: Clone> Map<K, V> {
    /// An empty map.
    ///
    /// ```
    /// let m = goroutines::sync::Map::<i32, i32>::new();
    /// assert_eq!(m.load(&1), None);
    /// ```
    pub fn new() -> Self {
        Map {
            map: Quiet::new(HashMap::default()),
            tag: Tag::new(),
        }
    }

    /// An operation in one step; `came` says what came of it.
    #[track_caller]
    fn with<R>(
        &self,
        op: Op,
        came: impl FnOnce(&R) -> Came,
        f: impl FnOnce(&mut HashMap<K, V, Hasher>) -> R,
    ) -> R {
        seam::point(op, &self.tag);
        let explored = seam::observed();
        if !explored {
            seam::acquire(&self.tag, 0);
            if op != Op::AtomicLoad {
                seam::release(&self.tag, 0);
            }
        }
        // What `f` takes out of the map is dropped by its caller, after the lock.
        let r = self.map.with(Location::caller(), f);
        if hooked()
            && let Some(o) = seam::observer()
        {
            o.came(&self.tag, came(&r));
        }
        r
    }

    /// The value of `k`. Go's `Load`.
    ///
    /// ```
    /// let m = goroutines::sync::Map::new();
    /// m.store(1, 'a');
    /// assert_eq!((m.load(&1), m.load(&2)), (Some('a'), None));
    /// ```
    #[track_caller]
    pub fn load(&self, k: &K) -> Option<V> {
        self.with(Op::AtomicLoad, |_| Came::Read, |m| m.get(k).cloned())
    }

    /// Sets the value of `k`. Go's `Store`.
    ///
    /// ```
    /// let m = goroutines::sync::Map::new();
    /// m.store(1, 'a');
    /// m.store(1, 'b');
    /// assert_eq!(m.load(&1), Some('b'));
    /// ```
    #[track_caller]
    pub fn store(&self, k: K, v: V) {
        self.swap(k, v);
    }

    /// The value of `k` and `true`; or, if it has none, sets it to `v` and returns that and `false`. Go's `LoadOrStore`.
    ///
    /// ```
    /// let m = goroutines::sync::Map::new();
    /// assert_eq!(m.load_or_store(1, 'a'), ('a', false));
    /// assert_eq!(m.load_or_store(1, 'b'), ('a', true));
    /// ```
    #[track_caller]
    pub fn load_or_store(&self, k: K, v: V) -> (V, bool) {
        // What is not stored comes out, too: it is dropped when the map is free.
        let changed = |((_, loaded), _): &((V, bool), Option<(K, V)>)| changed(!loaded);
        let (found, _unused) = self.with(Op::AtomicUpdate, changed, |m| match m.get(&k) {
            Some(there) => ((there.clone(), true), Some((k, v))),
            None => ((m.entry(k).or_insert(v).clone(), false), None),
        });
        found
    }

    /// Takes the value of `k` out. Go's `LoadAndDelete`.
    ///
    /// ```
    /// let m = goroutines::sync::Map::new();
    /// m.store(1, 'a');
    /// assert_eq!((m.load_and_delete(&1), m.load(&1)), (Some('a'), None));
    /// ```
    #[track_caller]
    pub fn load_and_delete(&self, k: &K) -> Option<V> {
        let taken = self.with(
            Op::AtomicUpdate,
            |taken: &Option<(K, V)>| changed(taken.is_some()),
            |m| m.remove_entry(k),
        );
        taken.map(|(_, v)| v)
    }

    /// Removes `k`. Go's `Delete`.
    ///
    /// ```
    /// let m = goroutines::sync::Map::new();
    /// m.store(1, 'a');
    /// m.delete(&1);
    /// assert_eq!(m.load(&1), None);
    /// ```
    #[track_caller]
    pub fn delete(&self, k: &K) {
        self.load_and_delete(k);
    }

    /// Sets the value of `k` and returns the former. Go's `Swap`.
    ///
    /// ```
    /// let m = goroutines::sync::Map::new();
    /// assert_eq!(m.swap(1, 'a'), None);
    /// assert_eq!(m.swap(1, 'b'), Some('a'));
    /// ```
    #[track_caller]
    pub fn swap(&self, k: K, v: V) -> Option<V> {
        let (former, _unused) = self.with(
            Op::AtomicUpdate,
            |_| Came::Changed,
            |m| match m.get_mut(&k) {
                Some(there) => (Some(std::mem::replace(there, v)), Some(k)),
                None => (m.insert(k, v), None),
            },
        );
        former
    }

    /// Sets the value of `k` if it equals `old`, and says whether it did. Go's `CompareAndSwap`.
    ///
    /// ```
    /// let m = goroutines::sync::Map::new();
    /// m.store(1, 'a');
    /// assert!(m.compare_and_swap(&1, &'a', 'b'));
    /// assert!(!m.compare_and_swap(&1, &'a', 'c'));
    /// ```
    #[track_caller]
    pub fn compare_and_swap(&self, k: &K, old: &V, new: V) -> bool
    where
        V: PartialEq,
    {
        let did = |former: &Result<V, V>| changed(former.is_ok());
        let former = self.with(Op::AtomicUpdate, did, |m| match m.get_mut(k) {
            Some(v) if v == old => Ok(std::mem::replace(v, new)),
            _ => Err(new),
        });
        former.is_ok()
    }

    /// Removes `k` if its value equals `old`, and says whether it did. Go's `CompareAndDelete`.
    ///
    /// ```
    /// let m = goroutines::sync::Map::new();
    /// m.store(1, 'a');
    /// assert!(!m.compare_and_delete(&1, &'b'));
    /// assert!(m.compare_and_delete(&1, &'a'));
    /// ```
    #[track_caller]
    pub fn compare_and_delete(&self, k: &K, old: &V) -> bool
    where
        V: PartialEq,
    {
        let did = |taken: &Option<(K, V)>| changed(taken.is_some());
        let taken = self.with(Op::AtomicUpdate, did, |m| {
            if m.get(k).is_some_and(|v| v == old) {
                m.remove_entry(k)
            } else {
                None
            }
        });
        taken.is_some()
    }

    /// Calls `f` for each entry until it returns `false`; no order. Go's `Range`.
    ///
    /// `f` may use the map: it is not locked meanwhile. Each key is visited once at most; one that others add or remove
    /// meanwhile may be visited or not.
    ///
    /// ```
    /// let m = goroutines::sync::Map::new();
    /// m.store(1, 10);
    /// m.store(2, 20);
    /// let mut sum = 0;
    /// m.range(|_, v| {
    ///     sum += v;
    ///     true
    /// });
    /// assert_eq!(sum, 30);
    /// ```
    #[track_caller]
    pub fn range(&self, mut f: impl FnMut(&K, &V) -> bool) {
        let keys: Vec<K> = self.with(
            Op::AtomicLoad,
            |_| Came::Read,
            |m| m.keys().cloned().collect(),
        );
        for k in keys {
            if let Some(v) = self.load(&k)
                && !f(&k, &v)
            {
                return;
            }
        }
    }

    /// Removes everything. Go's `Clear`.
    ///
    /// ```
    /// let m = goroutines::sync::Map::new();
    /// m.store(1, 'a');
    /// m.clear();
    /// assert_eq!(m.load(&1), None);
    /// ```
    #[track_caller]
    pub fn clear(&self) {
        let all = self.with(Op::AtomicUpdate, |_| Came::Changed, std::mem::take);
        drop(all);
    }
}

impl<K: Eq + Hash + Clone, V: Clone> Default for Map<K, V> {
    fn default() -> Self {
        Map::new()
    }
}

impl<K, V> fmt::Debug for Map<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Map").finish_non_exhaustive()
    }
}

impl<K, V> UnwindSafe for Map<K, V> {}
impl<K, V> RefUnwindSafe for Map<K, V> {}
