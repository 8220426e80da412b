//! Which descriptors a runtime has made: when it ends, goroutines that never go on still have some of them.
//!
//! Their frames are given back without being unwound, as Go's are when a process ends; but here the process goes on. So
//! each descriptor that a goroutine makes is noted with its runtime, until it is dropped, and who clears the runtime up
//! closes what is left. Passive: it knows neither what a descriptor is nor whether somebody outside may still have some.

use std::collections::BTreeMap;
use std::sync::{Arc, Weak};

use crate::primitives::Lock;

/// What can be closed when its runtime ends.
pub(crate) trait Made: Send + Sync {
    /// Closes it, unless another runtime than `home` uses it, too.
    fn close_for(&self, home: u64);
}

/// By runtime, and by address.
type All = BTreeMap<(u64, usize), Weak<dyn Made>>;

static ALL: Lock<All> = Lock::new(All::new());

fn key<T>(home: u64, d: *const T) -> (u64, usize) {
    (home, d.addr())
}

/// A goroutine of runtime `home` has made it.
pub(crate) fn note<T: Made + 'static>(home: u64, d: &Arc<T>) {
    let weak: Weak<T> = Arc::downgrade(d);
    ALL.lock().insert(key(home, Arc::as_ptr(d)), weak);
}

/// It is dropped.
pub(crate) fn forget<T: Made>(home: u64, d: &T) {
    let former = ALL.lock().remove(&key(home, d));
    drop(former);
}

/// Runtime `home` has ended: what is left of its descriptors, which are noted no longer.
pub(crate) fn take(home: u64) -> Vec<Arc<dyn Made>> {
    let of_home = (home, 0)..=(home, usize::MAX);
    let mut all = ALL.lock();
    let keys: Vec<_> = all.range(of_home).map(|(&k, _)| k).collect();
    let left: Vec<_> = keys.iter().filter_map(|k| all.remove(k)).collect();
    drop(all);
    left.iter().filter_map(Weak::upgrade).collect()
}
