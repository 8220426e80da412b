//! What a context is called: Go's `String()`.

use std::any::Any;
use std::fmt;

use super::{Context, What};
use crate::seam;

/// A key or a value: itself if it is a text, else its type.
pub(super) fn of<T: Any>(v: &T) -> String {
    let any: &dyn Any = v;
    if let Some(s) = any.downcast_ref::<String>() {
        return s.clone();
    }
    if let Some(s) = any.downcast_ref::<&'static str>() {
        return (*s).to_string();
    }
    std::any::type_name::<T>().to_string()
}

/// `context.Background.WithCancel`: from the root on, what was made of it. A deadline is shown as seconds of the runtime's
/// clock and as the time that is left.
impl fmt::Display for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nodes: Vec<_> = self.chain().collect();
        for node in nodes.into_iter().rev() {
            match &node.what {
                What::Background => f.write_str("context.Background")?,
                What::Todo => f.write_str("context.TODO")?,
                What::Cancel(_, None) => f.write_str(".WithCancel")?,
                What::Cancel(_, Some(d)) => {
                    let start = seam::anchor();
                    let now = i128::from(seam::clock());
                    let at = d.saturating_duration_since(start);
                    let left = i128::try_from(at.as_nanos()).unwrap_or(i128::MAX) - now;
                    write!(
                        f,
                        ".WithDeadline(m=+{:.9} [{}])",
                        at.as_secs_f64(),
                        span(left)
                    )?;
                }
                What::Value(pair) => {
                    let (key, value) = pair.show();
                    write!(f, ".WithValue({key}, {value})")?;
                }
                What::WithoutCancel => f.write_str(".WithoutCancel")?,
            }
        }
        Ok(())
    }
}

/// As [`Display`](fmt::Display).
impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A span of nanoseconds as Go writes it: `1h0m0.5s`, `2.5ms`, `0s`.
fn span(nanos: i128) -> String {
    let sign = if nanos < 0 { "-" } else { "" };
    let n = nanos.unsigned_abs();
    let short = |unit: u128, name| {
        let (whole, part) = (n / unit, n % unit);
        let digits = unit.ilog10() as usize;
        let part = format!("{part:0digits$}");
        let part = part.trim_end_matches('0');
        let point = if part.is_empty() || digits == 0 {
            ""
        } else {
            "."
        };
        let part = if digits == 0 { "" } else { part };
        format!("{sign}{whole}{point}{part}{name}")
    };
    match n {
        0 => "0s".to_string(),
        1..1_000 => short(1, "ns"),
        1_000..1_000_000 => short(1_000, "µs"),
        1_000_000..1_000_000_000 => short(1_000_000, "ms"),
        _ => {
            let minutes = n / 60_000_000_000;
            let rest = n % 60_000_000_000;
            let mut seconds = format!("{}.{:09}", rest / 1_000_000_000, rest % 1_000_000_000);
            seconds.truncate(seconds.trim_end_matches('0').trim_end_matches('.').len());
            match (minutes / 60, minutes % 60) {
                (0, 0) => format!("{sign}{seconds}s"),
                (0, m) => format!("{sign}{m}m{seconds}s"),
                (h, m) => format!("{sign}{h}h{m}m{seconds}s"),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::span;

    #[test]
    fn spans_as_go_writes_them() {
        for (nanos, text) in [
            (0, "0s"),
            (1, "1ns"),
            (1_100, "1.1µs"),
            (2_200_000, "2.2ms"),
            (3_300_000_000, "3.3s"),
            (100_000_000, "100ms"),
            (60_000_000_000, "1m0s"),
            (245_000_000_000, "4m5s"),
            (245_001_000_000, "4m5.001s"),
            (18_367_001_000_000, "5h6m7.001s"),
            (480_000_000_001, "8m0.000000001s"),
            (3_600_000_000_000, "1h0m0s"),
            (-1, "-1ns"),
            (-90_000_000_000, "-1m30s"),
            (i128::from(i64::MAX), "2562047h47m16.854775807s"),
        ] {
            assert_eq!(span(nanos), text);
        }
    }
}
