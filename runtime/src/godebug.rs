//! The environment variable GODEBUG: settings for looking into a runtime, `name=value` with commas between them.

/// The number that `name` is set to; the last setting counts, as in Go.
pub(crate) fn value(name: &str) -> Option<i64> {
    find(&std::env::var("GODEBUG").ok()?, name)
}

fn find(settings: &str, name: &str) -> Option<i64> {
    settings.rsplit(',').find_map(|s| {
        let (n, v) = s.split_once('=')?;
        if n == name { v.parse().ok() } else { None }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_setting_counts_and_nonsense_does_not() {
        assert_eq!(find("a=1,b=2,a=3", "a"), Some(3));
        assert_eq!(find("a=1,a=x", "a"), Some(1));
        assert_eq!(find("aa=1,a", "a"), None);
        assert_eq!(find("", "a"), None);
    }
}
