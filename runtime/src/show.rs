//! Values in the few words that a schedule's table has room for.

use std::any::Any;

/// The longest text that is shown of a string.
const LONGEST: usize = 24;

/// `v` as a reader wants to see it if its type is one of the common ones, else nothing: a channel's or variable's type
/// need not be `Debug`.
pub(crate) fn show<T: 'static>(v: &T) -> String {
    let v: &dyn Any = v;
    macro_rules! plain {
        ($($t:ty),*) => { $(
            if let Some(v) = v.downcast_ref::<$t>() {
                return v.to_string();
            }
            if let Some(v) = v.downcast_ref::<Option<$t>>() {
                return v.as_ref().map_or_else(|| "None".to_string(), |v| format!("Some({v})"));
            }
        )* };
    }
    macro_rules! debug {
        ($($t:ty),*) => { $(
            if let Some(v) = v.downcast_ref::<$t>() {
                return cut(format!("{v:?}"));
            }
        )* };
    }
    plain!(
        i32, i64, usize, bool, u64, u32, u8, i8, i16, u16, isize, i128, u128, f64, f32
    );
    debug!(
        &'static str,
        String,
        char,
        (),
        Option<&'static str>,
        Option<String>,
        Option<char>
    );
    debug!(
        Option<()>,
        (i32, i32),
        (i64, i64),
        (usize, usize),
        (u64, u64)
    );
    String::new()
}

/// What came of an operation: `→ 3`, or nothing where the value cannot be shown.
pub(crate) fn arrow(value: String) -> String {
    if value.is_empty() {
        value
    } else {
        format!("→ {value}")
    }
}

fn cut(mut s: String) -> String {
    if let Some((end, _)) = s.char_indices().nth(LONGEST) {
        s.truncate(end);
        s.push('…');
    }
    s
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_types_are_shown_and_others_are_not() {
        struct Opaque;
        assert_eq!(show(&-3i64), "-3");
        assert_eq!(show(&Some(7usize)), "Some(7)");
        assert_eq!(show(&None::<u8>), "None");
        assert_eq!(show(&"a"), "\"a\"");
        assert_eq!(show(&String::from("b")), "\"b\"");
        assert_eq!(show(&()), "()");
        assert_eq!(show(&true), "true");
        assert_eq!(show(&Opaque), "");
        assert_eq!(arrow(show(&1u128)), "→ 1");
        assert_eq!(arrow(show(&Opaque)), "");
    }

    #[test]
    fn long_strings_are_cut_at_a_character() {
        let s = show(&"ä".repeat(100));
        assert_eq!(s.chars().count(), LONGEST + 1);
        assert!(s.ends_with('…'));
    }
}
