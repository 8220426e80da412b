//! Another value in the place of one that is handed over, so that it shows whether anybody heeds it.
//!
//! A program that prints the right answer need not have worked it out where it says: main can know it, or do the work
//! again, and look at nothing that its goroutines send. No schedule shows that. What shows it is a value that is another
//! one on its way (a number one larger, say): whoever heeds it prints something else. `explore/heed.rs` asks that question.
//!
//! Only values of common types are changed; of another type it is not known what would be another value.

use std::any::{Any, TypeId};
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::hash::Hash;

use crate::primitives::asked;
use crate::seam;

/// Tells that the goroutine that runs is about to hand `v` to others. It may be another value afterwards.
#[inline(always)]
pub(crate) fn hands<T: 'static>(v: &mut T) {
    if asked() {
        tell(&mut || change(v));
    }
}

/// The same for what lies under a lock, which need not live for ever.
///
/// # Safety
///
/// `v` is valid, and nobody else reaches it.
#[inline(always)]
pub(crate) unsafe fn hands_at<T: ?Sized>(v: *mut T) {
    if asked() {
        // SAFETY: the caller's promise.
        tell(&mut || unsafe { change_at(v) });
    }
}

#[cold]
fn tell(change: &mut dyn FnMut() -> bool) {
    if let Some(o) = seam::observer() {
        o.hands(change);
    }
}

/// Makes `v` another value of its type, if there is one: there is none of `()`. `false`: its type is not known here.
fn change(v: &mut dyn Any) -> bool {
    size_of_val(v) == 0 || LIST.iter().any(|known| known(v))
}

/// As [`change`], where the type may hold references.
///
/// # Safety
///
/// `v` is valid, and nobody else reaches it.
unsafe fn change_at<T: ?Sized>(v: *mut T) -> bool {
    // SAFETY: the caller's promise.
    if size_of_val(unsafe { &*v }) == 0 {
        return true;
    }
    let id = typeid::of::<T>();
    for (known, of) in TYPES {
        if known() == id {
            // SAFETY: `T` is the type whose number this is, and none of the types in the list holds a reference that could
            // end: of each there is one type only.
            return change(unsafe { of(v.cast::<()>()) });
        }
    }
    false
}

/// A value that can be another one.
trait Other {
    fn other(&mut self);
}

macro_rules! numbers {
    ($($t:ty),*) => { $(
        impl Other for $t {
            fn other(&mut self) {
                *self = self.wrapping_add(1);
            }
        }
    )* };
}

numbers!(
    i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize
);

impl Other for bool {
    fn other(&mut self) {
        *self = !*self;
    }
}

impl Other for char {
    fn other(&mut self) {
        *self = if *self == '?' { '!' } else { '?' };
    }
}

impl Other for f32 {
    fn other(&mut self) {
        *self += 1.0;
    }
}

impl Other for f64 {
    fn other(&mut self) {
        *self += 1.0;
    }
}

impl Other for &'static str {
    fn other(&mut self) {
        *self = if *self == "?" { "!" } else { "?" };
    }
}

impl Other for String {
    fn other(&mut self) {
        self.push('?');
    }
}

impl<T: Other + Default> Other for Option<T> {
    fn other(&mut self) {
        self.get_or_insert_default().other();
    }
}

impl<T: Other, E: Other> Other for Result<T, E> {
    fn other(&mut self) {
        match self {
            Ok(v) => v.other(),
            Err(e) => e.other(),
        }
    }
}

impl<A: Other, B: Other> Other for (A, B) {
    fn other(&mut self) {
        self.0.other();
        self.1.other();
    }
}

impl<T: Other + Default> Other for Vec<T> {
    fn other(&mut self) {
        match self.last_mut() {
            Some(last) => last.other(),
            None => self.push(T::default()),
        }
    }
}

impl<T: Other + Default> Other for VecDeque<T> {
    fn other(&mut self) {
        match self.back_mut() {
            Some(last) => last.other(),
            None => self.push_back(T::default()),
        }
    }
}

impl<K: Eq + Hash, V: Other> Other for HashMap<K, V> {
    fn other(&mut self) {
        self.values_mut().for_each(Other::other);
    }
}

impl<K: Ord, V: Other> Other for BTreeMap<K, V> {
    fn other(&mut self) {
        self.values_mut().for_each(Other::other);
    }
}

fn of<T: Other + 'static>(v: &mut dyn Any) -> bool {
    v.downcast_mut::<T>().map(Other::other).is_some()
}

/// # Safety
///
/// `v` points to a `T` that nobody else reaches.
unsafe fn at<'a, T: 'static>(v: *mut ()) -> &'a mut dyn Any {
    // SAFETY: the caller's promise.
    unsafe { &mut *v.cast::<T>() }
}

type At = unsafe fn(*mut ()) -> &'static mut dyn Any;

macro_rules! known {
    ($($t:ty),* $(,)?) => {
        const LIST: &[fn(&mut dyn Any) -> bool] = &[$(of::<$t>),*];
        const TYPES: &[(fn() -> TypeId, At)] = &[$((TypeId::of::<$t>, at::<$t>)),*];
    };
}

known!(
    i8,
    i16,
    i32,
    i64,
    i128,
    isize,
    u8,
    u16,
    u32,
    u64,
    u128,
    usize,
    bool,
    char,
    f32,
    f64,
    &'static str,
    String,
    Option<i32>,
    Option<i64>,
    Option<u32>,
    Option<u64>,
    Option<usize>,
    Option<bool>,
    Option<String>,
    Option<&'static str>,
    Result<i32, String>,
    Result<i64, String>,
    Result<u32, String>,
    Result<u64, String>,
    Result<usize, String>,
    Result<String, String>,
    Vec<i32>,
    Vec<i64>,
    Vec<u8>,
    Vec<u32>,
    Vec<u64>,
    Vec<usize>,
    Vec<bool>,
    Vec<f64>,
    Vec<String>,
    Vec<&'static str>,
    Vec<(usize, i32)>,
    Vec<(usize, i64)>,
    Vec<(usize, u64)>,
    Vec<(usize, usize)>,
    Vec<(i32, i32)>,
    Vec<(i64, i64)>,
    VecDeque<i32>,
    VecDeque<i64>,
    VecDeque<u32>,
    VecDeque<u64>,
    VecDeque<usize>,
    VecDeque<String>,
    (i32, i32),
    (i32, i64),
    (i32, u32),
    (i32, u64),
    (i32, usize),
    (i32, bool),
    (i32, String),
    (i32, &'static str),
    (i64, i64),
    (i64, i32),
    (i64, usize),
    (i64, bool),
    (u32, u32),
    (u32, u64),
    (u32, i64),
    (u64, u64),
    (u64, bool),
    (usize, usize),
    (usize, i32),
    (usize, i64),
    (usize, u32),
    (usize, u64),
    (usize, f64),
    (usize, bool),
    (usize, String),
    (usize, &'static str),
    (String, String),
    (String, i32),
    (String, i64),
    (String, u32),
    (String, u64),
    (String, usize),
    (&'static str, &'static str),
    (&'static str, String),
    (&'static str, i32),
    (&'static str, i64),
    (&'static str, u32),
    (&'static str, u64),
    (&'static str, usize),
    (&'static str, bool),
    HashMap<String, i32>,
    HashMap<String, i64>,
    HashMap<String, u32>,
    HashMap<String, u64>,
    HashMap<String, usize>,
    HashMap<&'static str, i32>,
    HashMap<&'static str, i64>,
    HashMap<&'static str, u32>,
    HashMap<&'static str, u64>,
    HashMap<&'static str, usize>,
    HashMap<i32, i32>,
    HashMap<i64, i64>,
    HashMap<u64, u64>,
    HashMap<usize, i32>,
    HashMap<usize, i64>,
    HashMap<usize, usize>,
    BTreeMap<String, i32>,
    BTreeMap<String, i64>,
    BTreeMap<String, u32>,
    BTreeMap<String, u64>,
    BTreeMap<String, usize>,
    BTreeMap<&'static str, i32>,
    BTreeMap<&'static str, i64>,
    BTreeMap<&'static str, usize>,
    BTreeMap<i32, i32>,
    BTreeMap<i64, i64>,
    BTreeMap<usize, i32>,
    BTreeMap<usize, i64>,
    BTreeMap<usize, usize>,
);

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Debug;

    fn changes<T: Any + Clone + PartialEq + Debug>(v: T) {
        let mut now = v.clone();
        assert!(change(&mut now), "{v:?}");
        assert_ne!(now, v);
        let mut now = v.clone();
        // SAFETY: it is this function's own.
        assert!(unsafe { change_at(&raw mut now) }, "{v:?}");
        assert_ne!(now, v);
    }

    #[test]
    fn common_values_become_others() {
        changes(i64::MAX);
        changes(0u8);
        changes(true);
        changes('?');
        changes(1.5f64);
        changes("a");
        changes("?");
        changes(String::new());
        changes(None::<i32>);
        changes(Some("b"));
        changes(Err::<i64, String>("no".to_string()));
        changes(Vec::<i64>::new());
        changes(vec![1u64, 2]);
        changes(VecDeque::from([1usize]));
        changes((3usize, 4i64));
        changes(HashMap::from([("a", 1)]));
        changes(BTreeMap::from([(1, 1)]));
    }

    #[test]
    fn of_one_that_is_the_only_one_there_is_no_other() {
        assert!(change(&mut ()));
        let mut nothing = ();
        // SAFETY: nobody else reaches it, and it has no bytes.
        assert!(unsafe { change_at(&raw mut nothing) });
    }

    #[test]
    fn values_of_other_types_stay_as_they_are() {
        #[derive(Debug, PartialEq)]
        struct Own(i32);
        let mut own = Own(1);
        assert!(!change(&mut own));
        // SAFETY: it is this function's own.
        assert!(!unsafe { change_at(&raw mut own) });
        assert_eq!(own, Own(1));
        let text = "short".to_string();
        let mut part = (1u8, text.as_str(), 2u8);
        // SAFETY: it is this function's own.
        assert!(!unsafe { change_at(&raw mut part) });
        let mut slice = [1, 2];
        let slice: &mut [i32] = &mut slice;
        // SAFETY: as above.
        assert!(!unsafe { change_at(std::ptr::from_mut(slice)) });
    }
}
