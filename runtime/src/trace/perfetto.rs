//! A trace as Chrome's trace events (JSON), which Perfetto and `chrome://tracing` open.
//!
//! Two "processes": in one each P is a row, and what runs on it a slice; in the other each goroutine is a row, and its
//! states are slices. Arrows lead from who wakes to who is woken. After the *Trace Event Format* of the Chromium project.

use std::fmt::Write;
use std::time::Duration;

use super::spans::{Being, Life, Spans};

const PS: u32 = 1;
const GS: u32 = 2;

/// Writes it.
pub(super) fn write(spans: &Spans) -> String {
    let mut out = String::from("{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n");
    named(&mut out, "process_name", PS, None, "Ps");
    named(&mut out, "process_name", GS, None, "goroutines");
    for p in 0..spans.procs {
        named(
            &mut out,
            "thread_name",
            PS,
            Some(p as u64),
            &format!("P{p}"),
        );
    }
    for life in spans.lives.values() {
        named(&mut out, "thread_name", GS, Some(life.g), &name(life));
    }
    for life in spans.lives.values() {
        slices(&mut out, life);
    }
    for (id, wake) in spans.wakes.iter().enumerate() {
        let Some(from) = wake.from else { continue };
        for (phase, g) in [("s", from), ("f\",\"bp\":\"e", wake.to)] {
            let _ = writeln!(
                out,
                "{{\"name\":\"wakes\",\"cat\":\"wake\",\"ph\":\"{phase}\",\"id\":{id},\"ts\":{},\"pid\":{GS},\"tid\":{g}}},",
                micros(wake.time)
            );
        }
    }
    // No comma after the last one.
    let _ = writeln!(
        out,
        "{{\"name\":\"end\",\"ph\":\"i\",\"s\":\"g\",\"ts\":{},\"pid\":{PS},\"tid\":0}}",
        micros(spans.end)
    );
    out.push_str("]}\n");
    out
}

fn name(life: &Life) -> String {
    format!("G{} {}", life.g, life.label())
}

fn slices(out: &mut String, life: &Life) {
    for span in &life.spans {
        let (what, place) = match span.being {
            Being::Running { p, m } => {
                let what = name(life);
                let args = format!("{{\"m\":{m},\"until\":{}}}", quoted(span.end));
                slice(out, &what, (PS, p as u64), (span.from, span.to), &args);
                (format!("runs on P{p}"), None)
            }
            Being::Runnable => ("could run".to_string(), None),
            Being::Waiting { reason, at, .. } => (reason.to_string(), at),
            Being::Syscall { p } => {
                let what = p.map_or("blocking call".to_string(), |p| {
                    format!("blocking call, with P{p}")
                });
                (what, None)
            }
        };
        let at = place.map_or(String::new(), |at| {
            format!("\"at\":{},", quoted(&at.to_string()))
        });
        let args = format!("{{{at}\"until\":{}}}", quoted(span.end));
        slice(out, &what, (GS, life.g), (span.from, span.to), &args);
    }
}

fn slice(
    out: &mut String,
    name: &str,
    (pid, tid): (u32, u64),
    (from, to): (Duration, Duration),
    args: &str,
) {
    let _ = writeln!(
        out,
        "{{\"name\":{},\"cat\":\"go\",\"ph\":\"X\",\"ts\":{},\"dur\":{},\"pid\":{pid},\"tid\":{tid},\"args\":{args}}},",
        quoted(name),
        micros(from),
        micros(to - from)
    );
}

fn named(out: &mut String, what: &str, pid: u32, tid: Option<u64>, name: &str) {
    let tid = tid.map_or(String::new(), |tid| format!("\"tid\":{tid},"));
    let _ = writeln!(
        out,
        "{{\"name\":\"{what}\",\"ph\":\"M\",\"pid\":{pid},{tid}\"args\":{{\"name\":{}}}}},",
        quoted(name)
    );
}

fn micros(d: Duration) -> String {
    let nanos = d.as_nanos();
    format!("{}.{:03}", nanos / 1000, nanos % 1000)
}

/// A JSON string.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            // A page's script would end at `</script>`.
            '<' | '\u{2028}' | '\u{2029}' => {
                let _ = write!(out, "\\u{:04x}", c as u32);
            }
            c if (c as u32) < 0x20 => {
                let _ = write!(out, "\\u{:04x}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_is_json_and_ends_no_script() {
        assert_eq!(
            quoted("a\"b\\c\n</script>"),
            "\"a\\\"b\\\\c\\u000a\\u003c/script>\""
        );
    }

    #[test]
    fn times_are_microseconds_with_all_digits() {
        assert_eq!(micros(Duration::from_nanos(1_234_567)), "1234.567");
    }
}
