//! Another value in the place of one that is handed over, so that it shows whether anybody heeds it.
//!
//! A program that prints the right answer need not have worked it out where it says: main can know it, or do the work
//! again, and look at nothing that its goroutines send. No schedule shows that. What shows it is a value that is another
//! one on its way (a number one larger, say): whoever heeds it prints something else. `explore/heed.rs` asks that question.
//!
//! Only values of common types are changed; of another type it is not known what would be another value. A handle to a
//! `Shared` stays as it is: what is in the variable was handed over when it was put there.

use std::any::TypeId;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::hash::Hash;

use crate::primitives::asked;
use crate::seam;

/// Tells that the goroutine that runs is about to hand `v` to others. It may be another value afterwards. Called only where
/// it was seen that somebody listens.
#[cold]
#[inline(never)]
pub(crate) fn hands<T: ?Sized>(v: &mut T) {
    if asked() {
        tell(
            typeid::of::<T>(),
            size_of_val(v),
            std::ptr::from_mut(v).cast(),
            std::any::type_name::<T>().starts_with(VARIABLE),
        );
    }
}

/// How the names of the types of handles to a variable begin.
const VARIABLE: &str = concat!(env!("CARGO_CRATE_NAME"), "::race::Shared<");

fn tell(id: TypeId, size: usize, v: *mut (), handle: bool) {
    if let Some(o) = seam::observer() {
        if handle {
            return o.hands(&mut |_| true);
        }
        // SAFETY: `hands` has it from a reference that lives while this runs, and its type's number beside it.
        o.hands(&mut |to| unsafe { change(id, size, v, to) });
    }
}

/// Makes the value of `size` bytes at `v` another one, if there is another: there is none of `()`. With a number it becomes
/// that number, if it is one and has room for it. `false`: its type, of number `id`, is not known here.
///
/// # Safety
///
/// `v` points to a value of that type, which nobody else reaches.
unsafe fn change(id: TypeId, size: usize, v: *mut (), to: Option<i64>) -> bool {
    if size == 0 {
        return true;
    }
    let known = KNOWN.iter().find(|(of, _)| of() == id);
    if let Some((_, change)) = known {
        // SAFETY: `v` is of the type whose number this is, lifetimes aside. So a `&str` may be one that ends, where the list
        // says `'static`: it is compared and replaced by a static one, and nobody keeps it.
        unsafe { change(v, to) };
    }
    known.is_some()
}

/// A value that can be another one.
trait Other {
    fn other(&mut self);

    /// Becomes this number, where it is a number itself, or may be one.
    fn becomes(&mut self, _number: i64) {}
}

macro_rules! numbers {
    ($($t:ty),*) => { $(
        impl Other for $t {
            fn other(&mut self) {
                *self = self.wrapping_add(1);
            }

            fn becomes(&mut self, number: i64) {
                *self = number.try_into().unwrap_or(*self);
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

    fn becomes(&mut self, number: i64) {
        if let Some(v) = self {
            v.becomes(number);
        }
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

/// All of it: it may be a list with a place for each goroutine, and which place was written to just now is not known.
impl<T: Other + Default> Other for Vec<T> {
    fn other(&mut self) {
        match self.is_empty() {
            true => self.push(T::default()),
            false => self.iter_mut().for_each(Other::other),
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

/// # Safety
///
/// `v` points to a `T` that nobody else reaches.
unsafe fn change_at<T: Other>(v: *mut (), to: Option<i64>) {
    // SAFETY: the caller's promise.
    let v = unsafe { &mut *v.cast::<T>() };
    match to {
        Some(number) => v.becomes(number),
        None => v.other(),
    }
}

/// The number of a type, and what makes a value of it another one, or a number.
type Known = (fn() -> TypeId, unsafe fn(*mut (), Option<i64>));

macro_rules! known {
    ($($t:ty),* $(,)?) => {
        const KNOWN: &[Known] = &[$((TypeId::of::<$t>, change_at::<$t>)),*];
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

    fn changed<T: ?Sized>(v: &mut T) -> bool {
        made(v, None)
    }

    fn made<T: ?Sized>(v: &mut T, to: Option<i64>) -> bool {
        // SAFETY: it is borrowed, and this is its type.
        unsafe {
            change(
                typeid::of::<T>(),
                size_of_val(v),
                std::ptr::from_mut(v).cast(),
                to,
            )
        }
    }

    #[test]
    fn a_number_becomes_the_one_that_is_asked_for_and_a_text_stays() {
        let (mut n, mut some, mut none) = (1i64, Some(2i32), None::<i64>);
        let (mut small, mut text) = (3u8, "a");
        assert!(made(&mut n, Some(-7)) && made(&mut some, Some(-7)) && made(&mut none, Some(-7)));
        assert!(made(&mut small, Some(-7)) && made(&mut text, Some(-7)));
        assert_eq!((n, some, none), (-7, Some(-7), None));
        assert_eq!((small, text), (3, "a"), "no room for it, and no number");
    }

    fn changes<T: Clone + PartialEq + Debug>(v: T) {
        let mut now = v.clone();
        assert!(changed(&mut now), "{v:?}");
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
        assert!(changed(&mut ()));
    }

    #[test]
    fn values_of_other_types_stay_as_they_are() {
        #[derive(Debug, PartialEq)]
        struct Own(i32);
        let mut own = Own(1);
        assert!(!changed(&mut own));
        assert_eq!(own, Own(1));
        let text = "short".to_string();
        assert!(!changed(&mut (1u8, text.as_str(), 2u8)));
        let slice: &mut [i32] = &mut [1, 2];
        assert!(!changed(slice));
        assert_eq!(slice, [1, 2]);
    }
}
